"""Tells customers who watch live that something moved: their conversation, or the line before them."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog
from asyncpg import Pool

from channels.base import Address, Conversational
from hub.doorbell import Doorbell, MessageMoved, Moved, Ring
from hub.store import watch as store
from hub.tasks import Tasks

log = structlog.get_logger()
BACKLOG = 5_000  # rings; what is beyond is dropped, and the visitor's page asks by itself
KNOWN = 10_000  # addresses kept in mind
LIMIT = 5.0  # seconds to tell one customer
LINE_PAUSE = 1.0  # seconds: places in the line are told at most this often


class Watch:
    """`channels`: those whose customers can watch, by kind."""

    def __init__(self, pool: Pool, channels: Mapping[str, Conversational]) -> None:
        self._pool, self._channels = pool, channels
        self._rings: asyncio.Queue[tuple[str, UUID]] = asyncio.Queue(BACKLOG)
        self._known: dict[UUID, Address | None] = {}  # an address never changes what it says
        self._queues: set[str] = set()
        self._line_moved = asyncio.Event()

    def start(self, tasks: Tasks, doorbell: Doorbell) -> None:
        doorbell.on(self._heard)
        tasks.supervise("watch", self._tell_all, on_failure="restart")
        tasks.supervise("watch-line", self._tell_lines, on_failure="restart")

    async def typed(self, agent_id: UUID, interaction_id: UUID, name: str, on: bool) -> None:
        """An agent is typing: only the customer of a conversation that the agent holds learns of it."""
        held = await store.held_by(self._pool, interaction_id, agent_id)
        if held is not None and held[0] in self._channels:
            await self._channels[held[0]].agent_typing(held[1], name, on)

    def _heard(self, ring: Ring) -> None:
        if not isinstance(ring, Moved | MessageMoved):
            return
        if ring.channel in self._channels and ring.address_id is not None:
            try:
                self._rings.put_nowait((ring.channel, ring.address_id))
            except asyncio.QueueFull:
                log.warning("watch.dropped", backlog=BACKLOG)
        if isinstance(ring, Moved):
            self._queues.add(ring.queue_id)
            self._line_moved.set()

    async def _tell_all(self) -> None:
        while True:
            channel, address_id = await self._rings.get()
            if address_id not in self._known:
                self._known[address_id] = await store.address(self._pool, address_id)
                if len(self._known) > KNOWN:
                    del self._known[next(iter(self._known))]
            address = self._known.get(address_id)
            if address is not None:
                await self._tell(channel, address)

    async def _tell_lines(self) -> None:
        while True:
            await self._line_moved.wait()
            self._line_moved.clear()
            queues, self._queues = self._queues, set()
            for channel, address in await store.in_line(self._pool, queues, self._channels):
                await self._tell(channel, address)
            await asyncio.sleep(LINE_PAUSE)

    async def _tell(self, channel: str, address: Address) -> None:
        try:
            async with asyncio.timeout(LIMIT):
                await self._channels[channel].changed(address)
        except Exception:
            log.warning("watch.failed", channel=channel, exc_info=True)
