"""Several hubs beside one another: carries the doorbell between them over Redis. What is lost is only a push."""

import asyncio
import secrets
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError
from redis.asyncio import Redis

from hub.doorbell import AgentMoved, CallMoved, ClockMoved, Doorbell, MessageMoved, Moved, PolicyMoved, Ring, Typing
from hub.tasks import Tasks

log = structlog.get_logger()
CHANNEL = "interaction-hub:doorbell"
LIMIT = 5.0  # seconds for one exchange with Redis
BACKLOG = 5_000  # rings that wait to be told to others


class Told(BaseModel):
    """A ring on its way to another hub."""

    node: str
    ring: Moved | CallMoved | AgentMoved | MessageMoved | ClockMoved | Typing | PolicyMoved


class Nodes:
    """Rings here what was rung elsewhere, and tells others what was rung here."""

    def __init__(self, url: str, doorbell: Doorbell) -> None:
        self._redis: Any = Redis.from_url(url, socket_timeout=LIMIT, socket_connect_timeout=LIMIT)
        self._doorbell = doorbell
        self._me = secrets.token_hex(8)
        self._out: asyncio.Queue[Ring] = asyncio.Queue(BACKLOG)
        self._hearing = False

    def start(self, tasks: Tasks) -> None:
        self._doorbell.on(self._rung)
        tasks.supervise("nodes-tell", self._tell, on_failure="restart")
        tasks.supervise("nodes-hear", self._hear, on_failure="restart")

    async def close(self) -> None:
        async with asyncio.timeout(LIMIT):
            await self._redis.aclose()

    def _rung(self, ring: Ring) -> None:
        if self._hearing:  # it came from another hub, which told everybody
            return
        try:
            self._out.put_nowait(ring)
        except asyncio.QueueFull:
            log.warning("nodes.dropped", backlog=BACKLOG)

    async def _tell(self) -> None:
        while True:
            ring = await self._out.get()
            told = Told(node=self._me, ring=ring)
            await self._redis.publish(CHANNEL, told.model_dump_json())

    async def _hear(self) -> None:
        async with self._redis.pubsub() as ears:
            await ears.subscribe(CHANNEL)
            while True:
                heard = await ears.get_message(ignore_subscribe_messages=True, timeout=LIMIT / 2)
                if heard is not None:
                    self._ring(heard["data"])

    def _ring(self, data: bytes) -> None:
        try:
            told = Told.model_validate_json(data)
        except ValidationError:  # a hub of another version, while an upgrade rolls
            log.warning("nodes.not_understood")
            return
        if told.node != self._me:
            self._hearing = True
            try:
                self._doorbell.ring(told.ring)
            finally:
                self._hearing = False
