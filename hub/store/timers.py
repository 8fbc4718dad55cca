"""What is due, and when the next thing will be."""

from datetime import datetime
from uuid import UUID

import asyncpg

from hub.store.sql import named

sql = named(__file__)


async def due(pool: asyncpg.Pool, now: datetime) -> list[tuple[UUID, bool]]:
    """Interactions whose present state has passed its time, the most overdue first; 200 at most. With each, whether
    it goes back into line with the age that it had: a callback."""
    return [(row["id"], row["keeps_age"]) for row in await pool.fetch(sql["due"], now)]


async def next_due(pool: asyncpg.Pool) -> datetime | None:
    found: datetime | None = await pool.fetchval(sql["next_due"])
    return found
