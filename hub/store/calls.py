"""Rows of telephone calls: the call as the pure reducer keeps it, its legs, and the commands that wait."""

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from channels.voice import stored
from channels.voice.call import Call
from channels.voice.control import Command, next_look, phase
from channels.voice.menu import Place
from channels.voice.provider import Wiring
from hub.store.journal import Connection, as_json, digest
from hub.store.sql import named

sql = named(__file__)
SPOKEN = timedelta(seconds=61)  # after the end, when a voicemail is either there or looked for
LIVES = 0x43414C4C  # the first half of the locks that hubs hold while they live (PostgreSQL, pg_advisory_lock)
STEADY, BRIEF = timedelta(seconds=60), timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Kept:
    """A call as it stands in the database. `fields`: what was said of the caller when he rang."""

    id: UUID
    account: str
    sid: str
    number: str
    call: Call
    place: Place
    wiring: Wiring
    fields: dict[str, str]
    began_at: datetime
    interaction_id: UUID | None = None
    seen_version: int = 0
    looked_at: datetime | None = None
    ended_at: datetime | None = None
    was: str = "menu"  # its phase when it was read

    @property
    def look_at(self) -> datetime | None:
        """When the provider must be asked; not again at once when that told nothing new."""
        due = next_look(self.call)
        unknown = self.interaction_id is None or self.place.message == "asked"
        if due is None and self.call.customer.ended_at and unknown:
            due = self.call.customer.ended_at + SPOKEN
        if due is None or self.looked_at is None:
            return due
        pause = STEADY if phase(self.call) in ("menu", "queued", "talking", "held", "consulting") else BRIEF
        if due == self.call.resumes_at:
            pause = BRIEF
        return max(due, self.looked_at + pause)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A command that is ours to give now. `doubtful`: somebody had begun with it."""

    call_id: UUID
    id: str
    attempts: int
    deadline: datetime
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a call waits in line. `exit`: what the last exit of its queue was that the caller hears of, if any."""

    interaction_id: UUID
    queue_id: str
    exit: str | None


@dataclass(frozen=True, slots=True)
class Glance:
    """A call as it stood a moment ago. `answered`: the request was kept before."""

    kept: Kept
    answered: bool
    waits: Waiting | None


async def begin(conn: Connection, kept: Kept) -> None:
    """Writes the row unless there is one."""
    await conn.execute(sql["begin"], kept.id, kept.account, kept.sid, kept.number, as_json(stored.dump(kept.call)),
                       as_json(stored.dump_place(kept.place)), as_json(kept.fields), kept.began_at)


async def known(pool: asyncpg.Pool, account: str, sid: str, caller: str) -> bool:
    """Whether this call has begun already, or its caller is blocked."""
    return bool(await pool.fetchval(sql["known"], account, sid, caller))


async def ring(conn: Connection, kept: Kept, arrival: dict[str, Any]) -> None:
    """A new call and the request that began it, in one statement. Raises a unique violation where either is there."""
    leg, one = kept.call.customer, arrival
    await conn.execute(sql["ring"], kept.id, kept.account, kept.sid, kept.number, as_json(stored.dump(kept.call)),
                       as_json(stored.dump_place(kept.place)), as_json(kept.fields), kept.began_at, kept.look_at,
                       leg.id, leg.who, leg.state, leg.answered_at, one["id"], one["source"], one["key"], one["at"],
                       digest(one["raw"]), one["raw"], one["content_type"], one["answer"])


async def lock(conn: Connection, call_id: UUID) -> Kept | None:
    row = await conn.fetchrow(sql["lock"], call_id)
    return _kept(row) if row else None


async def lock_sid(conn: Connection, account: str, sid: str) -> Kept | None:
    row = await conn.fetchrow(sql["lock_sid"], account, sid)
    return _kept(row) if row else None


def _kept(row: asyncpg.Record) -> Kept:
    wiring = json.loads(row["wiring"])
    rooms = {int(room): sid for room, sid in wiring.get("rooms", {}).items()}
    return Kept(row["id"], row["account"], row["sid"], row["number"], stored.load(json.loads(row["document"])),
                stored.load_place(json.loads(row["place"])), Wiring(wiring.get("queue_sid", ""), rooms),
                json.loads(row["fields"]), row["began_at"], row["interaction_id"], row["seen_version"],
                row["looked_at"], row["ended_at"], row["phase"])


async def save(conn: Connection, before: Kept, after: Kept) -> None:
    """Writes what differs."""
    call = after.call
    if after == before:
        return
    await conn.execute(sql["save"], after.id, after.interaction_id, after.seen_version, as_json(stored.dump(call)),
                       as_json(stored.dump_place(after.place)), as_json(asdict(after.wiring)), phase(call),
                       after.looked_at, None if after.ended_at else after.look_at, after.ended_at)
    if call.legs != before.call.legs:
        legs = [{"leg": leg.id, "role": leg.role, "who": leg.who, "sid": leg.sid or None, "state": leg.state,
                 "live": leg.live, "planned_at": leg.planned_at, "answered_at": leg.answered_at,
                 "ended_at": leg.ended_at} for leg in call.legs.values()]
        await conn.execute(sql["save_legs"], after.id, orjson.dumps(legs).decode())


async def answered(conn: Connection, source: str, key: str) -> asyncpg.Record | None:
    return await conn.fetchrow(sql["answered"], source, key)


async def keep(conn: Connection, arrival: dict[str, Any]) -> None:
    """A row of the ledger, with its bytes."""
    one = arrival
    await conn.execute(sql["keep"], one["id"], one["source"], one["key"], one["at"], one["outcome"],
                       digest(one["raw"]), one["raw"], one["content_type"], one["call_id"], one["answer"],
                       one["reason"])


async def give_out(conn: Connection, kept: Kept, commands: Sequence[tuple[Command, datetime]], now: datetime) -> None:
    """Commands with their deadlines."""
    if commands:
        await conn.execute(sql["give_out"], kept.id, phase(kept.call), now, [one.id for one, _ in commands],
                           [deadline for _, deadline in commands])


async def live(conn: Connection) -> int:
    """A number of its own for a hub, which others know to be alive as long as this connection is open."""
    node = secrets.randbelow(2**31)
    await conn.execute(sql["live"], LIVES, node)
    return node


async def claim(pool: asyncpg.Pool, now: datetime, until: datetime, node: int | None = None) -> list[Claimed]:
    """`node`: of `live`; without one, what this hub claims is its own until `until`, whether it lives or not."""
    return [Claimed(**dict(row)) for row in await pool.fetch(sql["claim"], now, until, node, LIVES)]


async def finish(conn: Connection, one: Claimed, state: str, error: str | None = None) -> None:
    await conn.execute(sql["finish"], one.call_id, one.id, state, error)


async def put_off(pool: asyncpg.Pool, one: Claimed, until: datetime, error: str) -> None:
    await pool.execute(sql["put_off"], one.call_id, one.id, until, error)


async def moved(pool: asyncpg.Pool) -> list[UUID]:
    return [row["id"] for row in await pool.fetch(sql["moved"])]


async def looks(pool: asyncpg.Pool, now: datetime) -> list[UUID]:
    """Calls that the provider must be asked about now; they are ours for a while."""
    return [row["id"] for row in await pool.fetch(sql["looks"], now, now + BRIEF)]


async def look_at_all(pool: asyncpg.Pool, now: datetime) -> None:
    """Every call that is not over shall be asked about: the hub was away."""
    await pool.execute(sql["look_at_all"], now)


async def load(pool: asyncpg.Pool | Connection, call_id: UUID) -> Kept | None:
    """As it stands, unlocked."""
    row = await pool.fetchrow(sql["load"], call_id)
    return _kept(row) if row else None


async def next_moment(pool: asyncpg.Pool) -> datetime | None:
    found: datetime | None = await pool.fetchval(sql["next"])
    return found


async def of_interaction(pool: asyncpg.Pool | Connection, interaction_id: UUID) -> UUID | None:
    """The call of an interaction, or None."""
    row = await pool.fetchrow(sql["of_interaction"], interaction_id)
    return row["id"] if row else None


async def glance(pool: asyncpg.Pool, call_id: UUID, source: str, key: str) -> Glance | None:
    """A call with where it waits, in one round trip and without a lock."""
    row = await pool.fetchrow(sql["glance"], call_id, source, key)
    if row is None:
        return None
    return Glance(_kept(row), row["answered"],
                  Waiting(row["waits"], row["queue_id"], row["exit"]) if row["waits"] else None)


async def line(pool: asyncpg.Pool, queue_id: str, step_minutes: int, target: float | None) -> dict[UUID, int]:
    """The place of each who waits in a queue; the first is 1. `target`: its minutes by the policy."""
    found = await pool.fetch(sql["line"], queue_id, step_minutes, target)
    return {row["id"]: place for place, row in enumerate(found, 1)}


async def queue_of(pool: asyncpg.Pool, call_id: UUID) -> str | None:
    found: str | None = await pool.fetchval(sql["queue_of"], call_id)
    return found


async def agent_of(conn: Connection, plain: str) -> UUID:
    """The agent whose id is this without its hyphens."""
    found: UUID = await conn.fetchval(sql["agent_of"], plain)
    return found


async def names_of(pool: asyncpg.Pool | Connection, agents: Collection[UUID]) -> dict[str, str]:
    """The address of each one's softphone -> his name."""
    return {f"client:agent_{row['id'].hex}": row["name"] for row in await pool.fetch(sql["names_of"], list(agents))}


async def watched(conn: Connection, interaction_id: UUID, leg: str) -> bool:
    """Whether its history tells of a supervisor's leg."""
    return bool(await conn.fetchval(sql["watched"], interaction_id, leg))


async def beside(pool: asyncpg.Pool, agent_id: UUID) -> UUID | None:
    found: UUID | None = await pool.fetchval(sql["beside"], agent_id)
    return found


async def lock_agent(conn: Connection, agent_id: UUID) -> None:
    """He is offered nothing, and asked by nobody else, before the end of the transaction."""
    await conn.execute(sql["lock_agent"], agent_id)


async def may_be_called(conn: Connection, agent_id: UUID, now: datetime) -> bool:
    """Locks the agent, so that he is offered nothing and asked by nobody else meanwhile."""
    await lock_agent(conn, agent_id)
    return bool(await conn.fetchval(sql["may_be_called"], agent_id, now))


async def has_interaction(pool: asyncpg.Pool, interaction_id: UUID) -> bool:
    """Whether an interaction of this id was begun: a call that was placed once is not placed again."""
    return bool(await pool.fetchval(sql["has_interaction"], interaction_id))
