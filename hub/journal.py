"""THE write: lock, lifecycle, touch, state rows and outbox in one transaction; the doorbell after COMMIT."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from channels.base import Address
from hub import event, lifecycle, model
from hub.change import Change
from hub.change_rows import state_rows
from hub.clock import NewId, Now
from hub.doorbell import AgentMoved, Doorbell, Moved, Ring
from hub.errors import HubError, Unavailable
from hub.model import HELD, SYSTEM, Act, Agent, By, Interaction
from hub.store import journal as store
from hub.store.journal import Able, Connection, Row
from hub.wire import CardEvent

# What the database says when it cannot be reached or will not take anything now.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says when the connection is cut between two messages
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
# Acts that touch nobody's load: the interaction's own lock is enough.
_WITHOUT_AGENT = (
    model.Received,
    model.Said,
    model.Noted,
    model.Seen,
    model.Prioritised,
    model.PlacedAnew,
    model.Overflowed,
    model.Clocked,
    model.Corrected,
    model.Extended,
    model.Ended,
    model.SendFailed,
    model.Reported,
    model.Acknowledged,
    model.TakenBack,
    model.Decided,
    model.CallEvent,
    model.Fetched,
    model.Linked,
)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be written with the touch. `recipient` is frozen here for what goes out.

    It leaves on `channel`, the interaction's own unless told, and not before `due_at`.
    """

    id: UUID
    direction: Literal["in", "out"]
    client_id: str
    text: str
    author_id: UUID | None = None
    author_name: str = ""
    recipient: Mapping[str, Any] | None = None
    channel: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewNote:
    id: UUID
    client_id: str
    text: str
    author_id: UUID


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What is written in the same transaction as the touch, beside the state."""

    message: NewMessage | None = None
    note: NewNote | None = None
    blobs: tuple[bytes, ...] = ()
    raw: bytes | None = None
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)  # arrivals, files, customers, addresses
    attach: tuple[UUID, ...] = ()  # files put up before
    owner: str = ""  # who may attach them
    at: datetime | None = None  # when it happened, if not now
    channel: str | None = None  # on which it happened, if not the interaction's own
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the database now."""

    interaction: Interaction
    touch_id: UUID
    kind: str
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What offers are decided on, besides what `lifecycle` judges. `versions`: of the items; `able`: of the agents."""

    versions: Mapping[UUID, int]
    able: Mapping[UUID, Able]


@dataclass(frozen=True, slots=True)
class Opening:
    """A new interaction, and the touch that it begins with."""

    interaction: Interaction
    kind: str
    by: By
    enclosed: Enclosed


class Journal:
    def __init__(self, pool: asyncpg.Pool, now: Now, new_id: NewId, doorbell: Doorbell) -> None:
        self.pool = pool
        self.now = now
        self.new_id = new_id
        self.doorbell = doorbell

    async def write(self, interaction_id: UUID, act: Act, by: By, enclosed: Enclosed = Enclosed()) -> Written:
        """Applies one act. Raises what `lifecycle.apply` raises, `NotFound`, or a unique violation."""
        async with self.begin() as page:
            return await page.write(await page.lock(interaction_id), act, by, enclosed)

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator["Page"]:
        """For a write of one statement, which PostgreSQL makes a transaction by itself: two round trips less."""
        async with self._connection() as conn:
            page = Page(conn, self)
            yield page
        self.ring(*page.rings)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["Page"]:
        """One transaction; what was written in it is rung only after COMMIT returned."""
        async with self._connection() as conn:
            page = Page(conn, self)
            async with conn.transaction():
                yield page
        self.ring(*page.rings)

    async def enter(self, arrival: Row, raw: bytes, more: Mapping[str, Sequence[Row]] | None = None) -> None:
        """A row of the ledger for something that became no touch, with its bytes, and what else goes with it."""
        async with self._connection() as conn:
            await store.put(conn, self.now(), {"arrivals": [arrival], **(more or {})}, [raw])

    async def keep(self, file: Row, content: bytes) -> None:
        """A file put up, attached to nothing yet."""
        async with self._connection() as conn:
            await store.put(conn, self.now(), {"files": [file]}, [content])

    def ring(self, *rings: Ring) -> None:
        for what in rings:
            self.doorbell.ring(what)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        with reachable():
            async with self.pool.acquire(timeout=5) as conn:
                yield conn


@contextmanager
def reachable() -> Iterator[None]:
    """Raises `Unavailable` where the database cannot be reached, or goes away in the middle."""
    try:
        yield
    except AWAY as problem:
        raise Unavailable() from problem


class Page:
    """One open transaction of the journal."""

    def __init__(self, conn: Connection, journal: Journal) -> None:
        self.conn = conn
        self.rings: list[Ring] = []
        self.now: Callable[[], datetime] = journal.now
        self.new_id = journal.new_id

    async def lock(self, interaction_id: UUID) -> Interaction:
        return await store.lock_interaction(self.conn, interaction_id)

    async def latest(self, address: Address, channel: str, source: str) -> tuple[UUID, UUID, Interaction] | None:
        return await store.latest(self.conn, address, channel, source)

    async def lock_latest(
        self, address: Address, channel: str, source: str
    ) -> tuple[UUID, UUID, Interaction | None] | None:
        return await store.lock_latest(self.conn, address, channel, source)

    async def write(self, before: Interaction, act: Act, by: By, enclosed: Enclosed = Enclosed()) -> Written:
        """Applies `act` to a locked interaction: lifecycle decides, the rows follow."""
        now = self.now()
        if isinstance(act, model.Requeued) and act.waiting_since is None and before.channel == "voice":
            act = replace(act, waiting_since=await store.kept_age(self.conn, before.id))
        agent = await self._agent(before, act, now)
        change = lifecycle.apply(before, agent, act, now)
        rows = state_rows(change, now, self.new_id)
        if agent is not None:
            await self._agent_rows(rows, agent, change, now)
        after = _counted(change.interaction, enclosed)
        rows["interaction_changes"] = [store.interaction_row(after)]
        written = self._touch(rows, after, change.kind, change.data, by, enclosed)
        names = await store.put(self.conn, now, rows, _blobs(enclosed))
        self._ring(before, written, agent, enclosed, event.of(after, rows, names))
        return written

    async def open(self, *openings: Opening) -> list[Written]:
        """New interactions with their first touches, all in one statement."""
        rows: dict[str, list[Row]] = {"interactions": []}
        blobs: list[bytes] = []
        written = []
        for new in openings:
            after = _counted(new.interaction, new.enclosed)
            rows["interactions"].append(store.interaction_row(after))
            written.append(self._touch(rows, after, new.kind, _placed(after), new.by, new.enclosed))
            blobs += _blobs(new.enclosed)
        await store.put(self.conn, self.now(), rows, blobs)
        for new, done in zip(openings, written, strict=True):
            self._ring(new.interaction, done, None, new.enclosed)
        return written

    async def offer(self, offers: Mapping[UUID, model.Offered], known: Known) -> frozenset[UUID]:
        """Offers these items in one statement, as far as the world is still so; returns those that were offered.

        Waits for nobody: whoever has locked an item or an agent was first. Each offer counts for those after it.
        """
        now, rows = self.now(), dict[str, list[Row]]()
        waiting = await store.lock_waiting(self.conn, offers)
        wanted = {one.agent_id for act in offers.values() for one in (act, *act.beside)}
        found = await store.lock_agents(self.conn, wanted, now)
        agents = {key: agent for key, (agent, able) in found.items() if able == known.able.get(key)}
        for interaction_id, act in offers.items():
            before, agent = waiting.get(interaction_id), agents.get(act.agent_id)
            if before is None or agent is None or before.version != known.versions.get(interaction_id):
                waiting.pop(interaction_id, None)
                continue
            try:
                change = lifecycle.apply(before, agent, act, now)
            except HubError:
                del waiting[interaction_id]
                continue
            for other in act.beside:
                if (asked := agents.get(other.agent_id)) is not None:
                    with suppress(HubError):  # who may not have it any more: it rings at the others
                        change = lifecycle.beside(change, asked, other)
            self._offered(rows, before, agents, change, now)
        if waiting:
            await store.put(self.conn, now, rows)
        return frozenset(waiting)

    def _offered(
        self, rows: dict[str, list[Row]], before: Interaction, agents: dict[UUID, Agent], change: Change, now: datetime
    ) -> None:
        after = change.interaction
        held = model.Held(after.id, after.channel, after.units, after.exclusive, after.interruptible)
        for part, more in state_rows(change, now, self.new_id).items():
            rows.setdefault(part, []).extend(more)
        loaded = rows.setdefault("agents_loaded", [])
        for agent_id in (one.agent_id for one in change.open_offers):
            agents[agent_id] = replace(agents[agent_id], held=(*agents[agent_id].held, held))
            if not any(row["id"] == agent_id for row in loaded):
                loaded.append({"id": agent_id, "idle_since": now})
        rows.setdefault("interactions_offered", []).append({
            "id": after.id, "agent_id": after.agent_id, "offer_id": after.offer_id, "due_at": after.due_at,
            "entered_at": after.entered_at, "version": after.version, "beside": store.shares(after)})
        written = self._touch(rows, after, change.kind, change.data, SYSTEM, Enclosed())
        self._ring(before, written, None, Enclosed())

    async def _agent(self, interaction: Interaction, act: Act, now: datetime) -> Agent | None:
        if isinstance(act, _WITHOUT_AGENT):
            return None
        whose = interaction.rings_at(act.offer_id) if isinstance(act, model.Withdrawn) else None
        agent_id = whose or getattr(act, "agent_id", None) or interaction.agent_id
        return await store.lock_agent(self.conn, agent_id, now) if agent_id else None

    def _touch(
        self,
        rows: dict[str, list[Row]],
        after: Interaction,
        kind: str,
        data: Mapping[str, object],
        by: By,
        enclosed: Enclosed,
    ) -> Written:
        """Adds the touch, and what is enclosed with it, to the rows of a write."""
        now, touch_id = self.now(), self.new_id()
        rows.setdefault("touches", []).append(
            {
                "id": touch_id,
                "interaction_id": after.id,
                "version": after.version,
                "customer_id": after.customer_id,
                "channel": enclosed.channel or after.channel,
                "kind": kind,
                "at": enclosed.at or now,
                "recorded_at": now,
                "actor": by.kind,
                "actor_id": by.id,
                "data": {**data, **enclosed.data},
                "raw_sha256": store.digest(enclosed.raw) if enclosed.raw is not None else None,
            }
        )
        _enclose(rows, after, touch_id, enclosed, now)
        return Written(after, touch_id, kind, enclosed.message.id if enclosed.message else None)

    async def _agent_rows(self, rows: dict[str, list[Row]], agent: Agent, change: Change, now: datetime) -> None:
        if change.declare is None:
            rows["agent_loads"] = [{"id": agent.id, "idle_since": now}]
            return
        await declare(self.conn, agent, change.declare, now)

    def _ring(
        self,
        before: Interaction,
        written: Written,
        agent: Agent | None,
        enclosed: Enclosed,
        told: CardEvent | None = None,
    ) -> None:
        after = written.interaction
        rung = {one.agent_id for one in (*before.beside, *after.beside)}
        named = {before.agent_id, after.agent_id, before.preferred_agent_id, after.preferred_agent_id}
        agents = frozenset(one for one in rung | named if one)
        sends = enclosed.message is not None and enclosed.message.direction == "out"
        self.rings.append(
            Moved(
                after.id,
                after.version,
                written.touch_id,
                written.kind,
                after.customer_id,
                after.channel,
                after.address_id,
                after.queue_id,
                after.state,
                agents,
                _desk_of(after),
                sends,
                told,
            )
        )
        first = {after.agent_id} if after.state == "offered" != before.state else {before.agent_id} if rung else set()
        moved = ({agent.id} if agent else set()) | rung | first
        self.rings += map(AgentMoved, sorted(one for one in moved if one))


async def declare(
    conn: Connection,
    agent: Agent,
    to: tuple[str, str | None, str],
    now: datetime,
    pending: tuple[str, str | None] | None = None,
) -> None:
    """Sets a locked agent's declared state and keeps the interval; every change has a cause."""
    state, reason, cause = to
    await store.put(
        conn,
        now,
        {
            "agent_states": [
                {
                    "id": agent.id,
                    "idle_since": now,
                    "declared": state,
                    "reason": reason,
                    "declared_since": now,
                    "declared_cause": cause,
                    "pending": pending[0] if pending else None,
                    "pending_reason": pending[1] if pending else None,
                }
            ]
        },
    )
    await conn.execute(store.sql["end_state_interval"], agent.id, now)
    await conn.execute(store.sql["begin_state_interval"], agent.id, state, reason, cause, now)


def _blobs(enclosed: Enclosed) -> tuple[bytes, ...]:
    return enclosed.blobs if enclosed.raw is None else (enclosed.raw, *enclosed.blobs)


def _desk_of(it: Interaction) -> UUID | None:
    """On whose desk it lies: with its holder, or with whom it waits for by name, or who laid it aside."""
    if it.state in HELD:
        return it.agent_id
    return it.preferred_agent_id if it.state in ("queued", "waiting", "parked") else None


def _placed(new: Interaction) -> dict[str, object]:
    """By which version and rule (none: the default) it was placed; what the rule asked stands in that version, which
    never changes. `unjudged`: nothing of that version could be applied, so that it went where its way in says.
    """
    if new.policy_version is None:
        return {}
    told: dict[str, object] = {"policy": new.policy_version, "rule": new.rule}
    return told if new.placement is not None else {**told, "unjudged": True}


def _counted(after: Interaction, enclosed: Enclosed) -> Interaction:
    return after if enclosed.message is None else replace(after, messages=after.messages + 1)


def _enclose(rows: dict[str, list[Row]], it: Interaction, touch_id: UUID, enclosed: Enclosed, now: datetime) -> None:
    for part, more in enclosed.rows.items():
        rows.setdefault(part, []).extend({**row, "touch_id": touch_id} for row in more)
    if message := enclosed.message:
        out = message.direction == "out"
        rows.setdefault("messages", []).append(
            {
                "id": message.id,
                "interaction_id": it.id,
                "number": it.messages,
                "touch_id": touch_id,
                "direction": message.direction,
                "client_id": message.client_id,
                "text": message.text,
                "author_id": message.author_id,
                "author_name": message.author_name,
                "at": enclosed.at or now,
                "state": "pending" if message.recipient else "sent" if out else "received",
                "state_at": now,
            }
        )
        if message.recipient is not None:
            rows.setdefault("outbox", []).append(
                {
                    "message_id": message.id,
                    "interaction_id": it.id,
                    "channel": message.channel or it.channel,
                    "recipient": dict(message.recipient),
                    "state": "pending",
                    "due_at": message.due_at or now,
                    "created_at": now,
                }
            )
    if note := enclosed.note:
        rows.setdefault("notes", []).append(
            {
                "id": note.id,
                "interaction_id": it.id,
                "touch_id": touch_id,
                "client_id": note.client_id,
                "text": note.text,
                "author_id": note.author_id,
                "at": now,
            }
        )
    if enclosed.attach:
        attached = ({"id": f, "touch_id": touch_id, "owner": enclosed.owner} for f in enclosed.attach)
        rows.setdefault("attached", []).extend(attached)
