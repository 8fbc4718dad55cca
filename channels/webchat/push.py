"""Tells a visitor's open pages where the conversation stands: not too often, and always the latest."""

import asyncio
from uuid import UUID

import structlog

from channels.base import Conversation, Said, Sink
from channels.webchat.emit import Emit
from channels.webchat.understand import KIND, address_of
from channels.webchat.views import mark_view, view
from channels.webchat.visitors import Visitor, Visitors

log = structlog.get_logger()


class Push:
    """One task for each visitor who has something to be told; it ends when there is nothing more."""

    def __init__(self, sink: Sink, visitors: Visitors, emit: Emit, pause: float, limit: float) -> None:
        self._sink = sink
        self._visitors = visitors
        self._emit = emit
        self._pause = pause
        self._limit = limit
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    def poke(self, visitor_id: UUID) -> None:
        """Something has moved. Costs nothing when the visitor has no page open at this process."""
        visitor = self._visitors.get(visitor_id)
        if visitor is None:
            return
        visitor.stale = True
        if visitor_id not in self._tasks:
            name = f"webchat-push-{visitor_id}"
            self._tasks[visitor_id] = asyncio.create_task(self._run(visitor), name=name)

    async def _run(self, visitor: Visitor) -> None:
        try:
            await self._tell_until_all_is_told(visitor)
        finally:
            del self._tasks[visitor.id]  # in the same breath as the last look at `stale`: no poke is lost

    async def _tell_until_all_is_told(self, visitor: Visitor) -> None:
        while visitor.stale and visitor.pages:
            visitor.stale = False
            try:
                async with asyncio.timeout(self._limit):
                    await self._tell(visitor)
            except Exception:
                # The page is no worse off than before, and asks by itself when it finds a gap.
                log.warning("webchat.push_failed", exc_info=True)
            await asyncio.sleep(self._pause)

    async def _tell(self, visitor: Visitor) -> None:
        conversation, before = await self._latest(visitor), visitor.standing
        news = visitor.tell(conversation)
        if conversation.standing is not None and conversation.standing != before:
            await self._emit("standing", view(conversation.standing), visitor.id)
        for said in filter(_is_worth_a_mark, news):
            await self._emit("mark", mark_view(said), visitor.id)

    async def _latest(self, visitor: Visitor) -> Conversation:
        conversation = await self._sink.conversation(address_of(visitor.id), KIND, visitor.told_up_to())
        if visitor.moved(conversation):
            visitor.head, visitor.unsettled = 0, {}
            conversation = await self._sink.conversation(address_of(visitor.id), KIND)
        return conversation


def _is_worth_a_mark(said: Said) -> bool:
    """The first state comes with the message itself; a mark would only make pages ask for that message."""
    return said.state not in ("received", "pending")
