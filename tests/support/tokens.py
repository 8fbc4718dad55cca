"""A provider of access tokens (OAuth 2.0), in small."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from channels.email.settings import OAuth


@dataclass
class TokenServer:
    """Gives `access 1`, `access 2`... for an hour each. `rotates`: replaces the refresh token, too. `once`: takes only
    the one that it gave last, and only once, as the strict ones do.
    """

    rotates: bool = False
    once: str | None = None  # the refresh token that is good now
    named: Callable[[int], str] = "access {}".format
    gate: asyncio.Event | None = None  # it has spent the token, and answers when this is set
    answer: tuple[int, str] | None = None  # status and body, instead
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def settings(self) -> OAuth:
        return OAuth(token_url=f"http://127.0.0.1:{self.port}/token", client_id="hub", scope="mail")

    @asynccontextmanager
    async def running(self) -> AsyncIterator["TokenServer"]:
        app = web.Application()
        app.router.add_post("/token", self._give)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.port = runner.addresses[0][1]
            yield self
        finally:
            await runner.cleanup()

    async def _give(self, request: web.Request) -> web.Response:
        self.asked.append({key: str(value) for key, value in (await request.post()).items()})
        if self.answer is not None:
            return web.Response(status=self.answer[0], text=self.answer[1])
        number = len(self.asked)
        if self.once is not None:
            if self.asked[-1]["refresh_token"] != self.once:
                return web.json_response({"error": "invalid_grant"}, status=400)
            self.once = f"refresh {number}"
        if self.gate is not None:
            await self.gate.wait()
        given: dict[str, object] = {"access_token": self.named(number), "expires_in": 3600, "token_type": "Bearer"}
        if self.rotates or self.once is not None:
            given["refresh_token"] = f"refresh {number}"
        return web.json_response(given)
