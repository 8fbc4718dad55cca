"""What has to go out, and what became of it."""

import json
from datetime import datetime
from uuid import UUID

import asyncpg

from channels.base import Address, FileRef, Outbound
from channels.text import storable
from hub.store.files import of_touches
from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)


class Claimed(tuple[Outbound, str, int]):
    """A message to send, its channel, and which attempt this is."""

    __slots__ = ()


async def claim(pool: asyncpg.Pool, now: datetime, until: datetime, limit: int) -> list[Claimed]:
    """Takes due messages, the earliest of each interaction only, so that order is kept within one."""
    rows = await pool.fetch(sql["claim"], now, until, limit)
    files = await of_touches(pool, [row["touch_id"] for row in rows])
    return [_claimed(row, files.get(row["touch_id"], ())) for row in rows]


def _claimed(row: asyncpg.Record, files: tuple[FileRef, ...]) -> Claimed:
    recipient = Address(**json.loads(row["recipient"]))
    message = Outbound(
        row["message_id"],
        row["interaction_id"],
        row["number"],
        recipient,
        row["text"],
        row["author_name"],
        row["at"],
        files,
    )
    return Claimed((message, row["channel"], row["attempts"]))


async def settle(
    conn: Connection,
    message_id: UUID,
    state: str,
    *,
    error: str | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Ends an attempt. False when a receipt, or another node, has settled the message already."""
    done = await conn.execute(sql["settle"], message_id, state, plain(error), due_at)
    return done != "UPDATE 0"


async def mark(
    conn: Connection, message_id: UUID, state: str, now: datetime, error: str | None = None
) -> asyncpg.Record | None:
    """Lifts a message to `state`; None when it stands there or higher already."""
    return await conn.fetchrow(sql["mark"], message_id, state, now, plain(error))


def plain(text: str | None) -> str | None:
    return None if text is None else storable(text)


async def mark_seen(conn: Connection, interaction_id: UUID, now: datetime) -> list[asyncpg.Record]:
    """All that the customer wrote has been read."""
    return list(await conn.fetch(sql["mark_seen"], interaction_id, now))


async def mark_up_to(
    conn: Connection, interaction_id: UUID, number: int, state: str, now: datetime
) -> list[asyncpg.Record]:
    return list(await conn.fetch(sql["mark_up_to"], interaction_id, number, state, now))
