"""What goes back: a reference, a page, or a problem that says what, where and what to do."""

import json
import math
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from channels.base import Accepted, Refused
from channels.form.page import Hidden, Page, unknown
from channels.form.post import Post
from channels.form.settings import FormSettings, Language
from channels.form.words import Said, field_problem, problem

_FRESH = {"Cache-Control": "no-store"}


def led_on(post: Post, receipt: str) -> web.Response:
    """A browser goes on to a page that it may reload without sending twice."""
    target = f"{post.request.path}?{urlencode({'lang': post.language, 'sent': receipt})}"
    return web.Response(status=303, headers={"Location": target, **_FRESH})


def accepted(post: Post, taken: Accepted) -> web.Response:
    """202 with the reference."""
    body = json.dumps({"reference": taken.reference, "id": str(taken.interaction_id)})
    return web.Response(status=202, text=body, content_type="application/json", headers=_cors(post, _FRESH))


def refused(post: Post, refusal: Refused) -> web.Response:
    """The refusal as problem details (RFC 9457), in the caller's language."""
    return problem_details(refusal, *_told(post, refusal), headers=_cors(post, {}))


def refused_page(post: Post, refusal: Refused, page: Page, hidden: Hidden) -> web.Response:
    """The page once more, with all that was written and what is wrong with it."""
    said, errors = _told(post, refusal)
    nonce, language = secrets.token_urlsafe(16), post.language
    if post.understood:
        html = page.form(language, nonce, hidden, post.submission, errors, said)
    else:
        html = page.refused(language, nonce, said)
    return document(html, nonce, post.settings, refusal.status, _after(refusal))


def unknown_form(wants_page: bool, language: Language) -> web.Response:
    """404, as a page or as problem details."""
    refusal = Refused("unknown_form", 404)
    said = problem(refusal.code, language)
    if not wants_page:
        return problem_details(refusal, said, {}, {})
    nonce = secrets.token_urlsafe(16)
    return document(unknown(language, nonce, said), nonce, None, 404)


def document(html: str, nonce: str, settings: FormSettings | None, status: int = 200,
             headers: Mapping[str, str] | None = None) -> web.Response:
    """A page that may do nothing but show itself and post back; only allowed sites may frame it."""
    framers = " ".join(("'self'", *(settings.allowed_origins if settings else ())))
    policy = (f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'self'; "
              f"frame-ancestors {framers}")
    return web.Response(text=html, content_type="text/html", status=status,
                        headers={"Content-Security-Policy": policy, **_FRESH, **(headers or {})})


def preflight(post: Post) -> web.Response:
    """What a script on an allowed site may send; raises `Refused` for any other site."""
    post.must_be_allowed()
    return web.Response(status=204, headers=_cors(post, {
        "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "600",
        "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key, Accept-Language",
    }))


def problem_details(refusal: Refused, said: Said, fields: Mapping[str, str],
                    headers: Mapping[str, str]) -> web.Response:
    body = {"type": "about:blank", "title": said.title, "status": refusal.status, "code": refusal.code,
            "detail": said.detail, "fields": dict(fields), "retry_after": refusal.after}
    return web.Response(text=json.dumps(body, ensure_ascii=False), status=refusal.status,
                        content_type="application/problem+json", charset="utf-8",
                        headers={**headers, **_after(refusal), **_FRESH})


def _told(post: Post, refusal: Refused) -> tuple[Said, dict[str, str]]:
    language, settings = post.language, post.settings
    limits = {field.name: field.limit for field in settings.fields}
    said = problem(refusal.code, language, after=math.ceil(refusal.after or 5), limit=settings.body_limit)
    megabytes = f"{settings.max_file_bytes / 2**20:.3g}"
    return said, {name: field_problem(code, language, limit=limits.get(name, 0), megabytes=megabytes,
                                      files=settings.max_files) for name, code in refusal.fields.items()}


def _after(refusal: Refused) -> dict[str, str]:
    return {"Retry-After": str(math.ceil(refusal.after))} if refusal.after else {}


def _cors(post: Post, headers: Mapping[str, str]) -> dict[str, str]:
    origin = post.cors_origin()
    if origin is None:
        return {**headers, "Vary": "Origin"}
    return {**headers, "Vary": "Origin", "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After"}
