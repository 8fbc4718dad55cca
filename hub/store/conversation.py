"""A customer's own view of a conversation. It is built from messages alone."""

from datetime import datetime
from uuid import UUID

import asyncpg

from channels.base import Address, Said
from hub.store import files
from hub.store.sql import named

sql = named(__file__)


async def latest(pool: asyncpg.Pool, address: Address, channel: str) -> asyncpg.Record | None:
    """The customer's latest interaction on the channel, or None."""
    return await pool.fetchrow(sql["latest"], address.kind, address.value, channel)


async def said(pool: asyncpg.Pool, interaction_id: UUID, after: int) -> tuple[Said, ...]:
    """Its messages with a number above `after`, in order; 500 at most, so ask again while they come."""
    rows = await pool.fetch(sql["said"], interaction_id, after)
    attached = await files.of_touches(pool, [row["touch_id"] for row in rows])
    return tuple(
        Said(
            row["id"],
            row["client_id"],
            row["interaction_id"],
            row["number"],
            row["direction"],
            row["name"],
            row["text"],
            row["at"],
            row["state"],
            attached.get(row["touch_id"], ()),
        )
        for row in rows
    )


async def staff(pool: asyncpg.Pool, queue_id: str, now: datetime, units: int) -> tuple[int, int]:
    """Connected agents of a queue who are ready, and how many items of `units` they could work on at once."""
    row = await pool.fetchrow(sql["staff"], queue_id, now, units)
    return (row["ready"], row["places"]) if row else (0, 0)
