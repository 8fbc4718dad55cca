"""A hub that misbehaves on purpose: it hangs up before it answers, forgets, and says things twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import socketio
from aiohttp import web

Json = dict[str, Any]


@dataclass
class BadHub:
    """So many `hang_ups` after storing and before answering; `forget` and `repeat` spoil `resume`."""

    hang_ups: int = 0
    forget: bool = False
    repeat: bool = False
    arrived: list[str] = field(default_factory=list)
    stored: dict[str, Json] = field(default_factory=dict)
    posts: list[Json] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""
    server: Any = field(default_factory=lambda: socketio.AsyncServer(async_mode="aiohttp"))

    async def connect(self, sid: str, _environ: Json, auth: Json) -> None:
        conversation: Json = {"standing": None, "messages": []}
        welcome = {"token": auth.get("token", "t1"), "language": "en", "conversation": conversation}
        await self.server.emit("welcome", welcome, to=sid, namespace="/chat")

    async def message(self, sid: str, data: Json) -> Json | None:
        self.arrived.append(data["id"])
        number = len(self.stored) + 1
        self.stored.setdefault(data["id"], {
            "id": f"m{number}", "client_id": data["id"], "number": number, "direction": "in",
            "text": data["text"],
        })
        if self.hang_ups:
            self.hang_ups -= 1
            await self.server.disconnect(sid, namespace="/chat")
            return None
        return {"ok": True, "id": data["id"], "number": number, "reference": "R-1", "token": "t1"}

    async def resume(self, _sid: str, _data: Json) -> Json:
        messages = [] if self.forget else list(self.stored.values()) * (2 if self.repeat else 1)
        standing = {"state": "active", "reference": "R-1"}
        return {"ok": True, "conversation": {"standing": standing, "messages": messages}}

    async def read(self, _sid: str, _data: Json) -> Json:
        return {"ok": True}

    async def answer(self, text: str) -> None:
        """An agent writes."""
        number = len(self.stored) + 100
        said = {"id": f"a{number}", "client_id": "", "number": number, "direction": "out", "text": text}
        await self.server.emit("message", {"message": said}, namespace="/chat")

    async def form_page(self, _request: web.Request) -> web.Response:
        page = '<form><input type="hidden" name="stamp" value="s1"><input name="message"></form>'
        return web.Response(text=page, content_type="text/html")

    async def form_post(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        self.posts.append(dict(await request.post()))
        if self.hang_ups:
            self.hang_ups -= 1
            return web.json_response({"code": "busy", "retry_after": 0.01}, status=503)
        return web.json_response({"reference": "F-1"}, status=202)


@asynccontextmanager
async def bad_hub(**faults: Any) -> AsyncIterator[BadHub]:
    hub = BadHub(**faults)
    app = web.Application()
    app.router.add_get("/forms/contact", hub.form_page)
    app.router.add_post("/forms/contact", hub.form_post)
    hub.server.attach(app)
    for event in ("connect", "message", "resume", "read"):
        hub.server.on(event, getattr(hub, event), namespace="/chat")
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield hub
    finally:
        await hub.server.shutdown()
        await runner.cleanup()
