"""An agent's browser without the screen: log-in, cookie, CSRF token, commands by HTTP, a bell by socket."""

import asyncio
from typing import Any

import aiohttp
import socketio
from yarl import URL

from simulator.line import BROKEN
from simulator.pace import back_off
from simulator.record import Record

LIMIT = aiohttp.ClientTimeout(total=15)
NAMESPACE = "/desk"
CONNECT_SECONDS = 5


class ProblemError(Exception):
    """The hub said no, and why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Session:
    """Use as an async context. Commands are repeated until the hub answers; 401 logs in again."""

    def __init__(self, base_url: str, login: str, password: str, record: Record):
        self._url = URL(base_url)
        self._login = {"login": login, "password": password}
        self._record = record
        self._csrf = ""
        self._http: aiohttp.ClientSession | None = None
        self._socket: socketio.AsyncClient | None = None
        self._lost = asyncio.Event()
        self.bell = asyncio.Event()  # set whenever something moved on this desk

    async def __aenter__(self) -> "Session":
        # aiohttp refuses cookies from bare IP addresses unless told otherwise; demos live on 127.0.0.1.
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=LIMIT)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close_socket()
        if self._http:
            await self._http.close()

    async def log_in(self) -> dict[str, Any]:
        """Returns `Me`; raises ProblemError for a wrong password."""
        me: dict[str, Any] = await self._until_answered("POST", "/api/login", self._login)
        self._csrf = str(me["csrf"])
        return me

    async def command(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer's JSON, or None for an empty one. Raises ProblemError for 4xx but a lost session."""
        try:
            return await self._until_answered(method, path, body)
        except ProblemError as problem:
            if problem.status != 401:
                raise
        await self.log_in()
        return await self._until_answered(method, path, body)

    async def _until_answered(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        attempt = 0
        while True:
            try:
                status, answer = await self._once(method, path, body)
                if status < 400:
                    return answer
                if status < 500 and status != 429:
                    raise ProblemError(status, str((answer or {}).get("code", "")))
                self._record.troubles[f"agent: {status}"] += 1
                wait = float((answer or {}).get("retry_after") or back_off(attempt))
            except (aiohttp.ClientError, TimeoutError):
                self._record.troubles["agent: no answer"] += 1
                wait = back_off(attempt)
            await asyncio.sleep(wait)
            attempt += 1

    async def _once(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        assert self._http, "use `async with`"
        headers = {"X-CSRF-Token": self._csrf} if self._csrf else {}
        url = self._url.join(URL(path))
        async with self._http.request(method, url, json=body, headers=headers) as answer:
            found = await answer.json(content_type=None) if "json" in answer.content_type else None
            return answer.status, found

    async def listen(self) -> None:
        """Keeps the socket open while the task lives: only who is connected is offered work."""
        attempt = 0
        while True:
            try:
                await self._connect()
                attempt = 0
                self.bell.set()
                await self._lost.wait()  # the library's own wait() swallows a cancellation
            except BROKEN:
                self._record.troubles["agent: no connection"] += 1
            await self._close_socket()
            await asyncio.sleep(back_off(attempt))
            attempt += 1

    async def _connect(self) -> None:
        assert self._http, "use `async with`"
        self._socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=self._http)
        self._socket.on("*", self._ring, namespace=NAMESPACE)
        self._lost = lost = asyncio.Event()
        self._socket.on("disconnect", lambda *_: lost.set(), namespace=NAMESPACE)
        async with asyncio.timeout(2 * CONNECT_SECONDS):
            await self._socket.connect(
                str(self._url), namespaces=[NAMESPACE], transports=["websocket"], wait_timeout=CONNECT_SECONDS
            )

    def _ring(self, event: str, *_: object) -> None:
        if event in ("card", "message", "agent"):
            self.bell.set()

    async def _close_socket(self) -> None:
        client, self._socket = self._socket, None
        if client:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await client.shutdown()
            except BROKEN:
                self._record.troubles["agent: hung while closing"] += 1
