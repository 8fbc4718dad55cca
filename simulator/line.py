"""A visitor's chat connection, as a careful client keeps it: lost, found again, nothing sent twice."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import aiohttp
import socketio
from socketio.exceptions import SocketIOError

from simulator.pace import back_off
from simulator.record import Acknowledged, Record

NAMESPACE = "/chat"
CALL_SECONDS = 10.0
CONNECT_SECONDS = 5
BROKEN = (SocketIOError, OSError, TimeoutError, ValueError, RuntimeError)  # what a dying connection raises


class RefusedError(Exception):
    """The hub will not take this message, and never will."""


class Line:
    """One visitor. Every verb finds the connection again by itself; limit them from outside."""

    def __init__(
        self, http: aiohttp.ClientSession, base_url: str, language: str, new_id: Callable[[], UUID], record: Record
    ):
        self._http = http
        self._url = base_url
        self._language = language
        self._new_id = new_id
        self._record = record
        self._client: socketio.AsyncClient | None = None
        self._moved = asyncio.Event()
        self._lost = asyncio.Event()
        self._mine: dict[UUID, str] = {}  # my acknowledged messages and the interaction they joined
        self.token: str | None = None
        self.state = "queued"
        self.agent_lines: dict[str, str] = {}  # by message id, oldest first
        self._read = 0

    async def open(self) -> None:
        """Connects, for the first time or again, however long the hub takes to come back."""
        attempt = 0
        while not (self._client and self._client.connected) or self._lost.is_set():
            try:
                await self._connect()
            except BROKEN:
                self._record.troubles["chat: no connection"] += 1
                await self.hang_up()
                await asyncio.sleep(back_off(attempt))
                attempt += 1

    async def _connect(self) -> None:
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=self._http)
        self._client, welcome = client, asyncio.get_running_loop().create_future()
        self._lost = lost = asyncio.Event()

        async def on_welcome(data: dict[str, Any]) -> None:
            if not welcome.done():
                welcome.set_result(data)

        client.on("welcome", on_welcome, namespace=NAMESPACE)
        client.on("disconnect", lambda *_: lost.set(), namespace=NAMESPACE)
        client.on("message", self._on_message, namespace=NAMESPACE)
        client.on("standing", self._on_standing, namespace=NAMESPACE)
        async with asyncio.timeout(2 * CONNECT_SECONDS):
            await client.connect(
                self._url, namespaces=[NAMESPACE], transports=["websocket"], wait_timeout=CONNECT_SECONDS,
                auth={"language": self._language, **({"token": self.token} if self.token else {})},
            )
            self._welcome(await welcome)

    def _welcome(self, data: dict[str, Any]) -> None:
        self.token = data["token"]
        self._take(data["conversation"])

    def _take(self, conversation: dict[str, Any]) -> None:
        self._on_standing(conversation.get("standing"))
        for said in conversation["messages"]:
            self._on_message({"message": said})

    def _on_message(self, data: dict[str, Any]) -> None:
        said = data["message"]
        if said["direction"] == "out":
            self.agent_lines[said["id"]] = said["text"]
            self._read = max(self._read, int(said["number"]))
            self._moved.set()

    def _on_standing(self, standing: dict[str, Any] | None) -> None:
        if standing and standing["state"] != self.state:
            self.state = standing["state"]
            self._moved.set()

    async def moved(self, seconds: float) -> bool:
        """Waits until an agent wrote or the conversation's state changed. False when nothing came in time."""
        try:
            async with asyncio.timeout(seconds):
                while not self._moved.is_set():
                    await self.open()
                    async with asyncio.timeout(1):
                        await self._moved.wait()
        except TimeoutError:
            if not self._moved.is_set():
                return False
        self._moved.clear()
        return True

    async def say(self, text: str, cut: bool = False, **who: str) -> Acknowledged:
        """Sends one message until it is acknowledged, under the same id; `cut` loses the network meanwhile.

        Raises RefusedError where the hub will never take it.
        """
        message_id = self._new_id()
        body: dict[str, object] = {"id": str(message_id), "text": text, **who}
        if cut:
            await self._send_into_the_dark(body)
        answer = await self._until_answered("message", body)
        if not answer.get("ok"):
            self._record.troubles[f"chat: refused {answer.get('code')}"] += 1
            raise RefusedError(str(answer.get("code")))
        self.token = answer.get("token") or self.token
        entry = Acknowledged(message_id, "message", str(answer["reference"]), text, answer.get("number"))
        self._record.acknowledge(entry)
        self._mine[message_id] = entry.reference
        if self.state == "ended":
            self.state = "queued"  # a late message opens the conversation again
        return entry

    async def _send_into_the_dark(self, body: dict[str, object]) -> None:
        await self.open()
        try:
            if self._client:
                await self._client.emit("message", body, namespace=NAMESPACE)
        except BROKEN:
            self._record.troubles["chat: connection lost"] += 1
        await self.hang_up()

    async def _until_answered(self, event: str, body: dict[str, object]) -> dict[str, Any]:
        while True:
            answer = await self._call(event, body)
            if answer is None:
                continue
            after = answer.get("after")
            if answer.get("ok") or not after:
                return answer
            self._record.troubles[f"chat: {answer.get('code')}"] += 1
            await asyncio.sleep(float(after))

    async def _call(self, event: str, body: dict[str, object]) -> dict[str, Any] | None:
        await self.open()
        assert self._client
        call = asyncio.create_task(self._client.call(event, body, namespace=NAMESPACE, timeout=CALL_SECONDS))
        lost = asyncio.create_task(self._lost.wait())  # the library itself would wait for the whole time-out
        try:
            await asyncio.wait({call, lost}, return_when=asyncio.FIRST_COMPLETED)
            answer = call.result() if call.done() else None
        except BROKEN:
            answer = None
        finally:
            call.cancel()
            lost.cancel()
        if not isinstance(answer, dict):
            self._record.troubles["chat: connection lost"] += 1
            await self.hang_up()
            return None
        return answer

    async def typing(self, on: bool) -> None:
        """May be lost, like the real thing."""
        try:
            if self._client and self._client.connected:
                await self._client.emit("typing", {"on": on}, namespace=NAMESPACE)
        except BROKEN:
            self._record.troubles["chat: connection lost"] += 1

    async def mark_read(self) -> None:
        if self._read:
            await self._call("read", {"number": self._read, "mark": "read"})

    async def end(self) -> None:
        """Ends the conversation; its transcript stays."""
        await self._until_answered("end", {})

    async def reconcile(self) -> None:
        """Looks at the conversation as the hub has it now and notes what is lost or doubled in it."""
        answer = await self._until_answered("resume", {"after": 0})
        if not answer.get("ok"):
            return
        conversation = answer["conversation"]
        self._take(conversation)
        standing = conversation.get("standing") or {}
        expected = [key for key, reference in self._mine.items() if reference == standing.get("reference")]
        self._record.compare(expected, (said["client_id"] for said in conversation["messages"]))

    async def hang_up(self) -> None:
        """Closes the tab: no good-bye, the conversation stays open at the hub."""
        client, self._client = self._client, None
        if client:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await client.shutdown()
            except BROKEN:
                self._record.troubles["chat: hung while closing"] += 1
