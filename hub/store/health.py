"""Whether the database takes a write now."""

from datetime import datetime

from asyncpg import Pool

from hub.store.sql import named

sql = named(__file__)


async def probe(pool: Pool, now: datetime, limit: float) -> None:
    """Commits one row. Raises what the database raises, or `TimeoutError` after `limit` seconds."""
    async with pool.acquire(timeout=limit) as conn:
        await conn.execute(sql["probe"], now, timeout=limit)
