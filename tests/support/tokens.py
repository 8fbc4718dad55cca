"""A provider of access tokens (OAuth 2.0), in small."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from channels.email.settings import OAuth


@dataclass
class TokenServer:
    """Gives `access 1`, `access 2`... for an hour each. `rotates`: replaces the refresh token, too."""

    rotates: bool = False
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
        given: dict[str, object] = {"access_token": f"access {number}", "expires_in": 3600, "token_type": "Bearer"}
        if self.rotates:
            given["refresh_token"] = f"refresh {number}"
        return web.json_response(given)
