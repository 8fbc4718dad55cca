"""The first word to a page: who you are, and where your conversation stands."""

import asyncio

import structlog

from channels.base import Conversation, Refused, Sink
from channels.webchat.emit import EmitTo
from channels.webchat.tokens import VisitorTokens
from channels.webchat.understand import KIND, address_of
from channels.webchat.views import view
from channels.webchat.visitors import Visit, Visitors

log = structlog.get_logger()
_LONGEST_PAUSE = 10.0


class Welcome:
    """One short task for each new page.

    While the hub cannot tell the conversation it says nothing: an empty one would be a lie, and believed.
    """

    def __init__(self, sink: Sink, visitors: Visitors, tokens: VisitorTokens, emit: EmitTo,
                 limit: float) -> None:
        self._sink = sink
        self._visitors = visitors
        self._tokens = tokens
        self._emit = emit
        self._limit = limit
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, sid: str, visit: Visit) -> None:
        task = asyncio.create_task(self._run(sid, visit), name=f"webchat-welcome-{sid}")
        self._tasks[sid] = task
        task.add_done_callback(lambda _: self._tasks.pop(sid, None))

    def stop(self, sid: str) -> None:
        if sid in self._tasks:
            self._tasks[sid].cancel()

    async def _run(self, sid: str, visit: Visit) -> None:
        conversation = await self._conversation(visit)
        visitor = self._visitors.get(visit.visitor)
        if visitor is not None and visitor.pages == {sid}:
            visitor.start(conversation)
        said = {"token": self._tokens.issue(visit.visitor), "language": visit.language,
                "conversation": view(conversation)}
        if visit.token_problem is not None:
            said["code"] = visit.token_problem
        await self._emit("welcome", said, sid)

    async def _conversation(self, visit: Visit) -> Conversation:
        pause = 0.5
        while True:
            try:
                async with asyncio.timeout(self._limit):
                    return await self._sink.conversation(address_of(visit.visitor), KIND)
            except Exception as error:
                if not isinstance(error, Refused | TimeoutError):
                    log.exception("webchat.welcome_failed")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
