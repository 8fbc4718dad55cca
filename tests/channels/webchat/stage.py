"""A real server with the chat on it, the honest sink behind it, and real Socket.IO clients in front."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import socketio
from aiohttp import web

from channels.base import Address
from channels.webchat import WebChat, WebChatSettings
from tests.channels.kit.sink import MemorySink
from tests.support.clock import FakeClock

SECRET = "a-secret-that-is-long-enough-for-a-test"
WIDGET = Path(__file__).parents[3] / "hub/static/chat/widget.js"
SETTINGS = WebChatSettings(SECRET, push_seconds=0.01)
LIMIT = 20.0


async def until(condition: Callable[[], object], limit: float = LIMIT) -> None:
    """Waits until the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.005)


@dataclass
class Page:
    """One open page of a visitor: a plain client that notes everything it hears."""

    client: socketio.AsyncClient
    heard: list[tuple[str, Any]] = field(default_factory=list)

    async def ask(self, event: str, data: Any = None) -> Any:
        return await self.client.call(event, data, namespace="/chat", timeout=LIMIT)

    async def say(self, text: str, client_id: UUID | str | None = None, **more: Any) -> Any:
        return await self.ask("message", {"id": str(client_id or uuid4()), "text": text, **more})

    def all(self, event: str) -> list[Any]:
        return [data for name, data in self.heard if name == event]

    async def hears(self, event: str, wanted: Callable[[Any], object] = lambda _: True) -> Any:
        """The first such event, at once or soon."""
        await until(lambda: any(wanted(data) for data in self.all(event)))
        return next(data for data in self.all(event) if wanted(data))

    async def leave(self) -> None:
        await self.client.disconnect()


@dataclass
class Stage:
    base: str
    chat: WebChat
    sink: MemorySink
    clock: FakeClock
    sio: socketio.AsyncServer
    http: aiohttp.ClientSession
    pages: list[Page] = field(default_factory=list)

    async def open(self, token: str | None = None, language: str | None = None,
                   headers: dict[str, str] | None = None) -> Page:
        client = socketio.AsyncClient(reconnection=False)
        page = Page(client)
        client.on("*", namespace="/chat", handler=lambda event, data=None: page.heard.append((event, data)))
        wishes = {key: wish for key, wish in (("token", token), ("language", language)) if wish is not None}
        self.pages.append(page)
        await client.connect(self.base, namespaces=["/chat"], auth=wishes, headers=headers or {},
                             transports=["websocket"], wait_timeout=LIMIT)
        return page

    async def arrive(self, token: str | None = None, **more: Any) -> tuple[Page, str, Address]:
        """A page that was welcomed, its token and the visitor's address."""
        page = await self.open(token, **more)
        welcome = await page.hears("welcome")
        return page, welcome["token"], self.address(welcome["token"])

    def address(self, token: str) -> Address:
        return Address("visitor", str(self.chat._tokens.read(token)))

    async def put_up(self, token: str, content: bytes, name: str = "a.txt",
                     headers: dict[str, str] | None = None) -> tuple[int, Any]:
        form = aiohttp.FormData(quote_fields=False)  # as browsers do
        form.add_field("file", content, filename=name, content_type="text/plain")
        async with self.http.post(f"{self.base}/chat/files", data=form, headers={
                "Authorization": f"Bearer {token}", **(headers or {})}) as response:
            return response.status, await response.json()


def mount(app: web.Application, chat: WebChat) -> None:
    for route in chat.routes():
        app.router.add_route(route.method, route.path, route.handler)


@asynccontextmanager
async def served(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    bound = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{bound}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def staged(settings: WebChatSettings = SETTINGS, widget: Path = WIDGET, sink: MemorySink | None = None,
                 extend: Callable[[web.Application], object] | None = None, port: int = 0,
                 network_address: str | None = None, redis: str | None = None, **changes: Any) -> AsyncIterator[Stage]:
    """A whole stage. `changes` are settings; `extend` may add routes of its own."""
    sink, clock = sink or MemorySink(), FakeClock()
    nodes = socketio.AsyncRedisManager(redis) if redis else None
    sio = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*", max_http_buffer_size=1_000_000,
                               client_manager=nodes)
    app = web.Application()
    sio.attach(app)
    chat = WebChat(sink, replace(settings, **changes), sio, clock, uuid4, widget,
                   lambda request: network_address or request.remote or "")
    mount(app, chat)
    if extend is not None:
        extend(app)
    async with served(app, port) as base, aiohttp.ClientSession() as http:
        stage = Stage(base, chat, sink, clock, sio, http)
        try:
            yield stage
        finally:
            await _close(stage.pages)
            await sio.shutdown()


async def _close(pages: list[Page]) -> None:
    leaving: list[Awaitable[None]] = [page.leave() for page in pages if page.client.connected]
    await asyncio.gather(*leaving, return_exceptions=True)
