"""Pushes to consoles over Socket.IO what has moved. Keeps nothing and decides nothing: the rows are the truth.

A push may be lost; a desk notices by a version that jumps, or by the head in the heartbeat, and fetches.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from asyncpg import Pool
from pydantic import BaseModel
from socketio import AsyncServer

from hub.clock import Now
from hub.doorbell import AgentMoved, CallMoved, ClockMoved, Doorbell, MessageMoved, Moved, PolicyMoved, Ring, Typing
from hub.presence import PresenceDesk
from hub.store import agents, cards, desk, figures, history
from hub.store.sessions import Session
from hub.tasks import Tasks
from hub.users import Users
from hub.wire import AgentEvent, CardEvent, ClockEvent, FiguresEvent, HeartbeatEvent, MessageEvent, TypingEvent
from hub.wire_calls import CallEvent

log = structlog.get_logger()
NAMESPACE = "/desk"
SHARDS = 4  # one interaction's events stay in order, different ones do not wait for one another
BACKLOG = 2_000  # rings per shard; what is beyond is dropped, and the heartbeat mends it
PUSH_LIMIT = 5.0  # seconds for one push with its reads
HEARTBEAT = 10.0  # seconds
FIGURES_PAUSE = 0.25  # seconds: four times a second at most
DESK, SUPERVISORS = "desk", "supervisors"

Authenticate = Callable[[Mapping[str, Any]], Awaitable[Session | None]]
TypedByAgent = Callable[[UUID, UUID, str, bool], Awaitable[None]]


class Realtime:
    """The `/desk` namespace. `authenticate` turns a handshake's WSGI-like environment into a session."""

    def __init__(self, sio: AsyncServer, pool: Pool, now: Now, users: Users, presence: PresenceDesk,
                 authenticate: Authenticate, typed: TypedByAgent, node: str) -> None:
        self._sio, self._pool, self._now = sio, pool, now
        self._users, self._presence, self._node = users, presence, node
        self._authenticate, self._typed = authenticate, typed
        self._sessions: dict[str, Session] = {}
        self._queues: list[asyncio.Queue[Ring]] = [asyncio.Queue(BACKLOG) for _ in range(SHARDS)]
        self._stale = asyncio.Event()
        self.dropped = 0
        sio.on("connect", self._connect, namespace=NAMESPACE)
        sio.on("disconnect", self._disconnect, namespace=NAMESPACE)
        sio.on("typing", self._typing, namespace=NAMESPACE)

    @property
    def connected(self) -> int:
        return len(self._sessions)

    def start(self, tasks: Tasks, doorbell: Doorbell) -> None:
        doorbell.on(self._heard)
        for number, queue in enumerate(self._queues):
            tasks.supervise(f"push-{number}", partial(self._push_all, queue), on_failure="restart")
        tasks.supervise("push-figures", self._push_figures, on_failure="restart")
        tasks.supervise("heartbeat", self._beat, on_failure="restart")

    async def disconnect(self, key: bytes) -> None:
        """Ends the sockets of a session that has ended."""
        for sid in [sid for sid, session in self._sessions.items() if session.key == key]:
            await self._sio.disconnect(sid, namespace=NAMESPACE)

    # --- sockets ----------------------------------------------------------------------------------------------

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> bool:
        session = await self._authenticate(environ)
        if session is None:
            return False
        self._sessions[sid] = session
        await self._presence.opened(session.actor.id, sid, self._node)
        await self._sio.enter_room(sid, DESK, namespace=NAMESPACE)
        await self._sio.enter_room(sid, _room(session.actor.id), namespace=NAMESPACE)
        if session.actor.supervises:
            await self._sio.enter_room(sid, SUPERVISORS, namespace=NAMESPACE)
        self._sio.start_background_task(self._beat_one, sid, session)
        return True

    async def _disconnect(self, sid: str, reason: object = None) -> None:
        if self._sessions.pop(sid, None) is not None:
            await self._presence.closed(sid)

    async def _typing(self, sid: str, data: object = None) -> None:
        session = self._sessions.get(sid)
        match data:
            case {"interaction_id": str(text), "on": bool(on)} if session is not None:
                try:
                    await self._typed(session.actor.id, UUID(text), session.actor.name, on)
                except ValueError:
                    log.info("realtime.typing_ignored", why="not an id")

    # --- rings ------------------------------------------------------------------------------------------------

    def _heard(self, ring: Ring) -> None:
        self._stale.set()
        if not self._sessions or isinstance(ring, PolicyMoved):
            return
        key = ring.agent_id if isinstance(ring, AgentMoved) else ring.interaction_id
        try:
            self._queues[key.int % SHARDS].put_nowait(ring)
        except asyncio.QueueFull:
            self.dropped += 1

    async def _push_all(self, queue: asyncio.Queue[Ring]) -> None:
        while True:
            ring = await queue.get()
            try:
                async with asyncio.timeout(PUSH_LIMIT):
                    await self._push(ring)
            except Exception:
                self.dropped += 1
                log.warning("realtime.push_failed", ring=type(ring).__name__, exc_info=True)

    async def _push(self, ring: Ring) -> None:
        match ring:
            case Moved():
                await self._push_card(ring)
            case AgentMoved(agent_id):
                view = AgentEvent(agent=await agents.view(self._pool, agent_id, self._now()))
                await self._emit("agent", view, [_room(agent_id), SUPERVISORS])
            case MessageMoved():
                event = MessageEvent(interaction_id=ring.interaction_id, message_id=ring.message_id,
                                     state=ring.state, error=ring.error)
                await self._emit("message", event, [*map(_room, ring.agents), SUPERVISORS])
            case ClockMoved(interaction_id, who, clock):
                moved = ClockEvent(interaction_id=interaction_id, clock=clock)
                await self._emit("clock", moved, [*map(_room, who), SUPERVISORS])
            case CallMoved(interaction_id, who):
                await self._emit("call", CallEvent(interaction_id=interaction_id), [*map(_room, who), SUPERVISORS])
            case Typing():
                typing = TypingEvent(interaction_id=ring.interaction_id, who=ring.who, on=ring.on)
                await self._emit("typing", typing, [*map(_room, ring.agents)])

    async def _push_card(self, ring: Moved) -> None:
        """A desk gets the card as its own snapshot would show it, or null when it is not on that desk any more."""
        event, desks = (ring.told, {ring.desk}) if ring.told else await self._read(ring)
        await self._emit("card", event, [SUPERVISORS])
        for agent_id in ring.agents:
            mine = event if agent_id in desks else event.model_copy(update={"card": None})
            await self._emit("card", mine, [_room(agent_id)])
        tell = event.touch.data.get("tell") if event.touch and ring.kind == "escalated" else None
        if isinstance(tell, list) and "agent" in tell:
            here = {session.actor.id for session in self._sessions.values()} - ring.agents
            others = await agents.serving(self._pool, ring.queue_id, here)
            await self._emit("card", event.model_copy(update={"card": None}), [*map(_room, others)])

    async def _read(self, ring: Moved) -> tuple[CardEvent, Collection[UUID | None]]:
        touch, (card, desks) = await asyncio.gather(
            history.touch(self._pool, ring.touch_id), cards.card_and_desks(self._pool, ring.interaction_id))
        return CardEvent(id=card.id, version=card.version, card=card, touch=touch), desks

    async def _push_figures(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            if self._sessions:
                now = self._now()
                async with asyncio.timeout(PUSH_LIMIT):
                    event = FiguresEvent(now=now, figures=await figures.figures(self._pool, now))
                await self._emit("figures", event, [DESK])
            await asyncio.sleep(FIGURES_PAUSE)

    # --- heartbeat --------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            async with asyncio.timeout(HEARTBEAT):
                await self.beat()

    async def beat(self) -> None:
        """Renews the leases, ends sockets whose session is over, and tells every desk what it should hold."""
        await self._presence.renewed(list(self._sessions))
        live = await self._users.still_live([session.key for session in self._sessions.values()])
        for sid, session in list(self._sessions.items()):
            if session.key in live:
                await self._beat_one(sid, session)
            else:
                await self._sio.disconnect(sid, namespace=NAMESPACE)

    async def _beat_one(self, sid: str, session: Session) -> None:
        event = HeartbeatEvent(now=self._now(), head=await desk.head(self._pool, session.actor.id))
        await self._emit("heartbeat", event, [sid])

    async def _emit(self, name: str, event: BaseModel, rooms: list[str]) -> None:
        data = event.model_dump(mode="json")
        for room in dict.fromkeys(rooms):
            # Each hub rings for its own sockets; the doorbell has told the others.
            await self._sio.emit(name, data, to=room, namespace=NAMESPACE, ignore_queue=True)


def _room(agent_id: UUID) -> str:
    return f"agent:{agent_id}"
