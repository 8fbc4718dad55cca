"""Rows of callbacks: who is to be called where, how often it was tried, and when next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire_calls import CallbackAttempt, CallbackView

sql = named(__file__)
Reader = Connection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class Back:
    """A callback as it stands; its row is the interaction's, whose lock is its own too."""

    interaction_id: UUID
    account: str
    ours: str
    number: str
    read_back: bool
    language: str
    asked_at: datetime
    call_id: UUID | None
    dialled_at: datetime | None
    attempts: int
    most: int
    next_at: datetime
    quiet_at: datetime | None
    undecided: bool
    closed_at: datetime | None
    outcome: str | None


async def of(conn: Reader, interaction_id: UUID) -> Back | None:
    row = await conn.fetchrow(sql["of"], interaction_id)
    return Back(**dict(row)) if row else None


async def open_of(conn: Reader, number: str) -> UUID | None:
    """The interaction of what this caller waits to be called back for, or None."""
    found: UUID | None = await conn.fetchval(sql["open_of"], number)
    return found


async def ask(conn: Connection, back: Back) -> None:
    await conn.execute(sql["ask"], back.interaction_id, back.account, back.ours, back.number, back.language,
                       back.asked_at, back.next_at, back.quiet_at, back.most)


async def save(conn: Connection, back: Back) -> None:
    await conn.execute(sql["save"], back.interaction_id, back.call_id, back.dialled_at, back.attempts, back.next_at,
                       back.quiet_at, back.undecided, back.closed_at, back.outcome, back.most)


async def attempt(conn: Connection, back: Back, at: datetime, agent_id: UUID | None) -> None:
    """The attempt that `back.attempts` counts last."""
    await conn.execute(sql["attempt"], back.interaction_id, back.attempts, at, agent_id)


async def tell_attempt(conn: Connection, back: Back, outcome: str, said_by: str) -> None:
    await conn.execute(sql["tell_attempt"], back.interaction_id, back.attempts, outcome, said_by)


async def drop_attempt(conn: Connection, back: Back) -> None:
    await conn.execute(sql["drop_attempt"], back.interaction_id, back.attempts)


async def attempts(conn: Reader, interaction_id: UUID) -> list[asyncpg.Record]:
    return await conn.fetch(sql["attempts"], interaction_id)


async def to_dial(pool: asyncpg.Pool, now: datetime) -> list[UUID]:
    return [row["interaction_id"] for row in await pool.fetch(sql["to_dial"], now)]


async def to_put_off(pool: asyncpg.Pool, now: datetime) -> list[UUID]:
    return [row["interaction_id"] for row in await pool.fetch(sql["to_put_off"], now)]


async def close_done(pool: asyncpg.Pool) -> None:
    await pool.execute(sql["close_done"])


async def lost(conn: Connection, number: str, queue_id: str, since: datetime) -> asyncpg.Record | None:
    """What this caller was cut off from in that queue since then: id, reference and age; None for nothing."""
    return await conn.fetchrow(sql["lost"], number, queue_id, since)


async def view(conn: Reader, back: Back, now: datetime, quiet: bool) -> CallbackView:
    open_ = back.closed_at is None
    return CallbackView(
        number=back.number, read_back=back.read_back, asked_at=back.asked_at, attempts=back.attempts, most=back.most,
        next_at=back.next_at if open_ and back.next_at > now else None,
        quiet=open_ and quiet,
        calling=open_ and back.call_id is not None, undecided=back.undecided, outcome=back.outcome,
        tried=[CallbackAttempt.model_validate(dict(row)) for row in await attempts(conn, back.interaction_id)])
