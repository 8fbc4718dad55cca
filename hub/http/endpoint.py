"""One row per endpoint: the row registers the route, checks the caller and describes itself in OpenAPI.

A handler's signature is its contract: `call`, then path parameters by name (`UUID` or `str`), then optionally `body`
and `query`, both pydantic models; what it returns is the answer.
"""

import hmac
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_type_hints
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, TypeAdapter

from hub.errors import Forbidden, NoSession, NotFound
from hub.http.body import read_json, read_query
from hub.http.parts import PARTS, Parts
from hub.model import Actor, Role
from hub.store.sessions import Session

COOKIE = "hub_session"
CSRF = "X-CSRF-Token"
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
RANK: dict[Role, int] = {"agent": 1, "supervisor": 2, "admin": 3}


class BadCsrf(Forbidden):
    """The X-CSRF-Token header is missing or wrong. Take the token from /api/me and send it along."""

    code = "bad_csrf"


@dataclass
class Call:
    """One request on its way through a handler, which may set `status`."""

    request: web.Request
    parts: Parts
    session: Session | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        if self.session is None:
            raise NoSession
        return self.session.actor


@dataclass(frozen=True)
class Endpoint:
    """`role` is the least role that may call; None lets everybody in and is the exception. `media` names an
    answer that is not JSON, `upload` a body that is not, `policy` one with a routing policy in it, `answers` the model
    where the handler builds the response."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    summary: str
    role: Role | None = "agent"
    status: int = 200
    media: str | None = None
    upload: bool = False
    policy: bool = False
    answers: Any = None

    @cached_property
    def hints(self) -> dict[str, Any]:
        return get_type_hints(self.handler)

    @property
    def body(self) -> type[BaseModel] | None:
        return self.hints.get("body")

    @property
    def query(self) -> type[BaseModel] | None:
        return self.hints.get("query")

    @cached_property
    def answer(self) -> TypeAdapter[Any] | None:
        kind = self.answers or self.hints["return"]
        plain = kind is type(None) or (inspect.isclass(kind) and issubclass(kind, web.StreamResponse))
        return None if plain else TypeAdapter(kind)

    @cached_property
    def parameters(self) -> dict[str, type[UUID] | type[str]]:
        """Those of the path, name -> type."""
        return {name: kind for name, kind in self.hints.items() if f"{{{name}}}" in self.path}

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        parts = request.app[PARTS]
        session = await authenticate(request, parts) if self.role is not None else None
        if self.role is not None:
            self._permit(request, session)
        call = Call(request, parts, session, self.status)
        given = await self._given(request, parts)
        return self._wrap(call, await self.handler(call, **given))

    def _permit(self, request: web.Request, session: Session | None) -> None:
        if session is None:
            raise NoSession
        if self.method in CHANGES and not hmac.compare_digest(
                request.headers.get(CSRF, "").encode("utf-8", "replace"), session.csrf.encode()):
            raise BadCsrf
        if RANK[session.actor.role] < RANK[self.role or "admin"]:
            raise Forbidden

    async def _given(self, request: web.Request, parts: Parts) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, kind in self.parameters.items():
            given[name] = _path_value(kind, request.match_info[name])
        if self.query is not None:
            given["query"] = read_query(request, self.query)
        if self.body is not None:
            limits = parts.settings.limits
            limit = limits.policy_bytes if self.policy else limits.body_bytes
            given["body"] = await read_json(request, self.body, limit)
        return given

    def _wrap(self, call: Call, result: Any) -> web.StreamResponse:
        if isinstance(result, web.StreamResponse):
            return result
        if self.answer is None:
            return web.Response(status=204, headers=call.headers)
        return web.Response(status=call.status, body=self.answer.dump_json(result),
                            content_type="application/json", charset="utf-8", headers=call.headers)


async def authenticate(request: web.Request, parts: Parts) -> Session | None:
    """The session that the request's cookie proves, if any."""
    token = request.cookies.get(COOKIE, "")
    if not 20 <= len(token) <= 200 or not token.isascii():
        return None
    return await parts.users.session(token)


def register(app: web.Application, endpoints: Sequence[Endpoint]) -> None:
    for endpoint in endpoints:
        app.router.add_route(endpoint.method, endpoint.path, _handler(endpoint))


def _handler(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await endpoint(request)

    return handle


def _path_value(kind: type[UUID] | type[str], text: str) -> UUID | str:
    try:
        return kind(text)
    except ValueError as error:
        raise NotFound("There is nothing here under this id: an id is a UUID.") from error
