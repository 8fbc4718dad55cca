"""Files of messages that lie with a vendor still, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import Elsewhere
from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch, and which attempt this is."""

    id: UUID
    touch_id: UUID
    interaction_id: UUID
    message_id: UUID
    channel: str
    source: str
    file: Elsewhere
    attempts: int


async def claim(pool: asyncpg.Pool, now: datetime, until: datetime, limit: int) -> list[Wanted]:
    rows = await pool.fetch(sql["claim"], now, until, limit)
    return [Wanted(row["id"], row["touch_id"], row["interaction_id"], row["message_id"], row["channel"], row["source"],
                   Elsewhere(row["url"], row["declared_type"], row["name"]), row["attempts"])
            for row in sorted(rows, key=lambda row: (row["touch_id"], row["place"]))]


async def later(pool: asyncpg.Pool, media_id: UUID, due_at: datetime, error: str) -> None:
    await pool.execute(sql["later"], media_id, due_at, error)


async def settle(conn: Connection, media_id: UUID, state: Literal["kept", "failed"], now: datetime,
                 error: str | None = None) -> bool:
    """False when another hub was quicker."""
    return bool(await conn.execute(sql["settle"], media_id, state, now, error) != "UPDATE 0")


@dataclass(frozen=True, slots=True)
class Left:
    """A vendor's copy whose time is over, and which attempt to delete it this is."""

    id: UUID
    channel: str
    source: str
    url: str
    attempts: int


async def claim_there(pool: asyncpg.Pool, channel: str, kept_before: datetime, now: datetime, until: datetime,
                      limit: int) -> list[Left]:
    return [Left(**row) for row in await pool.fetch(sql["claim_there"], channel, kept_before, now, until, limit)]


async def later_there(pool: asyncpg.Pool, media_id: UUID, due_at: datetime, error: str) -> None:
    await pool.execute(sql["later_there"], media_id, due_at, error)


async def settle_there(pool: asyncpg.Pool, media_id: UUID, there: Literal["deleted", "stuck"], now: datetime,
                       error: str | None = None) -> None:
    await pool.execute(sql["settle_there"], media_id, there, now, error)
