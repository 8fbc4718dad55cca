"""One form of answer for the chat's HTTP ways: readable by allowed pages, errors as problem+json."""

import math
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import structlog
from aiohttp import web

from channels.base import Refused
from channels.webchat.origins import cors_headers
from channels.webchat.problems import unavailable, words

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answering(handler: Handler, origins: Sequence[str]) -> Handler:
    """Pages of other origins must be able to read errors too, so they are answered here, not further out."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except Refused as refused:
            response = problem(refused)
        except web.HTTPException:
            raise
        except Exception:
            log.exception("webchat.request_failed", path=request.match_info.route.name)
            response = problem(unavailable())
        vary = [name for name in (response.headers.get("Vary"), "Origin") if name]
        response.headers.update({**cors_headers(request, origins), "Vary": ", ".join(vary)})
        return response

    return answer


def problem(refused: Refused) -> web.Response:
    """RFC 9457."""
    body = {"type": "about:blank", "title": HTTPStatus(refused.status).phrase, "status": refused.status,
            "code": refused.code, "detail": words(refused), "fields": refused.fields,
            "retry_after": refused.after}
    response = web.json_response(body, status=refused.status, content_type="application/problem+json")
    if refused.after is not None:
        response.headers["Retry-After"] = str(math.ceil(refused.after))
    return response
