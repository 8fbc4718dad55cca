"""A small web server that remembers what it was asked and answers what a test says."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import MultiDictProxy

Reply = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Seen:
    """One request as it came in."""

    method: str
    path: str  # raw, with query
    headers: dict[str, str]
    form: MultiDictProxy[Any]


@dataclass
class Listener:
    """`replies` by path; everything else is answered 204."""

    base: str = ""
    seen: list[Seen] = field(default_factory=list)
    replies: dict[str, Reply] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.seen.append(Seen(request.method, request.raw_path, dict(request.headers), form))
        reply = self.replies.get(request.path)
        return await reply(request) if reply else web.Response(status=204)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """A server on a free port."""
    found = Listener()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", found.handle)
    async with TestServer(app) as server:
        found.base = f"http://127.0.0.1:{server.port}"
        yield found
