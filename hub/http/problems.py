"""The one place where anything that goes wrong becomes an answer (RFC 9457)."""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import ValidationError

from channels.base import Refused
from hub.errors import HubError, Invalid, Unavailable
from hub.journal import AWAY
from hub.wire import Problem

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WORDS = {
    400: ("bad_request", "The request cannot be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not know that method."),
    413: ("too_large", "The body is larger than the limit. Send less."),
    415: ("wrong_type", "Send the content type that this address expects."),
}


def problem(status: int, code: str, detail: str = "", fields: dict[str, str] | None = None,
            after: float | None = None, more: Mapping[str, object] | None = None) -> web.Response:
    """An application/problem+json answer; `after` also goes out as Retry-After, in whole seconds."""
    body = Problem(title=_title(status), status=status, code=code, detail=detail, fields=fields or {},
                   retry_after=after)
    headers = {"Retry-After": str(max(1, round(after)))} if after is not None else {}
    text = json.dumps({**(more or {}), **body.model_dump(mode="json")})
    return web.Response(status=status, text=text, content_type="application/problem+json", headers=headers)


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Maps every error, once. What nobody foresaw is logged by type, and the caller learns nothing more."""
    try:
        return await handler(request)
    except HubError as error:
        return problem(error.status, error.code, error.detail, error.fields, error.after, error.more)
    except Refused as error:
        return problem(error.status, error.code, fields=error.fields, after=error.after)
    except ValidationError as error:
        return of_validation(error)
    except web.HTTPException as error:
        return _of_http(error)
    except AWAY as error:
        log.warning("http.database_away", route=route_of(request), error=type(error).__name__)
        return problem(503, Unavailable.code, Unavailable.__doc__ or "", after=2)
    except Exception:
        log.exception("http.unforeseen", method=request.method, route=route_of(request))
        return problem(500, "internal", "Something went wrong inside the hub. It is in the hub's log.")


def of_validation(error: ValidationError) -> web.Response:
    """One text per field, without what was sent: that may be personal."""
    fields = {".".join(str(step) for step in found["loc"]) or "body": found["msg"] for found in error.errors()}
    return problem(Invalid.status, Invalid.code, Invalid.__doc__ or "", fields)


def route_of(request: web.Request) -> str:
    """The pattern of the route, never the path or query: those may name people."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"


def _of_http(error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        return error
    code, detail = WORDS.get(error.status, (_title(error.status).lower().replace(" ", "_"), error.reason))
    answer = problem(error.status, code, detail)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
