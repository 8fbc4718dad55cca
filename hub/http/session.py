"""Coming in and going out."""

from aiohttp import web

from hub.http.endpoint import COOKIE, Call, Endpoint
from hub.store import agents
from hub.wire import Login, Me


async def log_in(call: Call, body: Login) -> web.Response:
    """Answers `Me` and sets the cookie. Needs no CSRF token: a foreign page cannot send JSON here unasked."""
    settings = call.parts.settings
    opened = await call.parts.users.log_in(body.login, body.password,
                                           call.request.remote or "unknown")
    call.session = opened.session
    answer = web.Response(text=(await me(call)).model_dump_json(), content_type="application/json")
    answer.set_cookie(COOKIE, opened.token, httponly=True, samesite="Strict", secure=settings.https, path="/",
                      max_age=round(settings.session_hours * 3600))
    return answer


async def log_out(call: Call) -> web.Response:
    assert call.session is not None
    await call.parts.users.log_out(call.session.key)
    await call.parts.disconnect(call.session.key)
    answer = web.Response(status=204)
    answer.del_cookie(COOKIE, path="/")
    return answer


async def me(call: Call) -> Me:
    assert call.session is not None
    now = call.parts.now()
    return Me(agent=await agents.view(call.parts.pool, call.actor.id, now), csrf=call.session.csrf, now=now,
              demo=call.parts.settings.demo)


ENDPOINTS = (
    Endpoint("POST", "/api/login", log_in, "Log in", role=None, answers=Me),
    Endpoint("POST", "/api/logout", log_out, "Log out"),
    Endpoint("GET", "/api/me", me, "Who I am, and the CSRF token"),
)
