"""What is due about promised times, what was done already, and where an interaction stands on its ladder."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from hub.sla_history import Happened
from hub.store.journal import Connection
from hub.store.sql import named
from routing.sla import ClockName
from routing.sla_actions import Action, Key

sql = named(__file__)


@dataclass(frozen=True, slots=True)
class Shown:
    """The clock that matters most now. `left_seconds`: of open time."""

    clock: ClockName
    state: Literal["running", "warned", "breached", "paused"]
    due_at: datetime | None
    left_seconds: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`sla`: the promise as the row names it. `policy`: version that judged it last; 0: none yet."""

    sla: Mapping[str, Any] | None
    ladder: str | None
    ladder_step: int
    ladder_since: datetime | None
    arrived: tuple[str, ...]
    policy: int
    shown: Shown | None = None


async def any_going(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval(sql["any_going"]))


async def look_soon(pool: asyncpg.Pool, ids: Collection[UUID], now: datetime) -> None:
    await pool.execute(sql["look_soon"], list(ids), now)


async def look_at_all(pool: asyncpg.Pool, now: datetime, policy: int) -> None:
    await pool.execute(sql["look_at_all"], now, policy)


async def look_at_left_alone(pool: asyncpg.Pool, queues: Collection[str], now: datetime) -> None:
    await pool.execute(sql["look_at_left_alone"], list(queues), now)


async def claim(conn: Connection, now: datetime) -> UUID | None:
    """The next interaction to look at, its row in `sla_clocks` locked."""
    found: UUID | None = await conn.fetchval(sql["claim"], now)
    return found


async def next_look(pool: asyncpg.Pool) -> datetime | None:
    found: datetime | None = await pool.fetchval(sql["next_look"])
    return found


async def postpone(pool: asyncpg.Pool, interaction_id: UUID, until: datetime) -> None:
    await pool.execute(sql["postpone"], interaction_id, until)


async def standing(conn: Connection, interaction_id: UUID) -> Standing:
    row = await conn.fetchrow(sql["standing"], interaction_id)
    assert row is not None
    shown = Shown(row["clock"], row["state"], row["due_at"], row["left_seconds"]) if row["clock"] else None
    return Standing(
        json.loads(row["sla"]) if row["sla"] else None, row["ladder"], row["ladder_step"], row["ladder_since"],
        tuple(row["arrived"]), row["policy"], shown)


async def touches(conn: Connection, interaction_id: UUID) -> list[Happened]:
    rows = await conn.fetch(sql["touches"], interaction_id)
    return [Happened(row["id"], row["kind"], row["at"], json.loads(row["data"]), row["message_id"]) for row in rows]


async def done(conn: Connection, interaction_id: UUID) -> dict[Key, datetime]:
    rows = await conn.fetch(sql["done"], interaction_id)
    return {Key(row["clock"], row["anchor"], row["step"], row["turn"]): row["at"] for row in rows}


async def act(conn: Connection, interaction_id: UUID, action: Action, policy: int, now: datetime) -> bool:
    """Whether this is the first time."""
    key = action.key
    return bool(await conn.fetchval(
        sql["act"], interaction_id, key.clock, key.anchor, key.step, key.turn, action.what, action.cycle, action.at,
        action.superseded, policy, now))


async def exits(conn: Connection, interaction_id: UUID, queue_id: str) -> frozenset[str]:
    """Conditions under which it has left this queue's normal way already."""
    return frozenset(row["condition"] for row in await conn.fetch(sql["exits"], interaction_id, queue_id))


async def leave(conn: Connection, interaction_id: UUID, queue_id: str, condition: str, policy: int, now: datetime,
                ) -> bool:
    """Whether this is the first time."""
    return bool(await conn.fetchval(sql["leave"], interaction_id, queue_id, condition, policy, now))


async def waiting_before(conn: Connection, queue_id: str, interaction_id: UUID) -> int:
    """How many wait in the queue that came before; until the transaction ends, nobody else counts."""
    await conn.execute(sql["one_by_one"], queue_id)
    return int(await conn.fetchval(sql["waiting_before"], queue_id, interaction_id))


async def logged_in(conn: asyncpg.Pool, since: datetime) -> frozenset[str]:
    return frozenset(row["q"] for row in await conn.fetch(sql["logged_in"], since))


async def climb(conn: Connection, interaction_id: UUID, ladder: str, step: int, now: datetime) -> None:
    await conn.execute(sql["climb"], interaction_id, ladder, step, now)


async def ask_others(conn: Connection, interaction_id: UUID, queue_id: str, require: str) -> None:
    await conn.execute(sql["ask_others"], interaction_id, queue_id, require)


async def policy(conn: Connection, version: int) -> dict[str, Any] | None:
    """The document that was published under this version."""
    found: str | None = await conn.fetchval(sql["policy"], version)
    return json.loads(found) if found else None


async def promise(conn: Connection, interaction_id: UUID, promised: Mapping[str, object] | None) -> None:
    await conn.execute(sql["promise"], interaction_id, json.dumps(promised) if promised else None)


async def judged(conn: Connection, interaction_id: UUID, look_at: datetime | None, seen: int, policy: int,
                 arrived: Sequence[str], over: bool, shown: Shown | None, refused: int) -> None:
    await conn.execute(sql["refused"], interaction_id, refused)
    clock = (shown.clock, shown.state, shown.due_at, shown.left_seconds) if shown else (None, None, None, None)
    await conn.execute(sql["judged"], interaction_id, look_at, seen, policy, list(arrived), over, *clock)
