"""Rows of numbers that are not let in."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire_calls import BlockedNumber

sql = named(__file__)
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def knocked(conn: Connection, number: str, now: datetime) -> bool:
    """Whether the number is blocked; counts that it rang."""
    return await conn.fetchval(sql["knocked"], number, now) is not None


async def listed(pool: Pool) -> list[BlockedNumber]:
    """The newest first; 1000 at most."""
    return [BlockedNumber(**dict(row)) for row in await pool.fetch(sql["listed"])]


async def block(pool: Pool, number: str, reason: str, by: UUID, now: datetime) -> None:
    await pool.execute(sql["block"], number, reason, by, now)


async def unblock(pool: Pool, number: str, by: UUID, now: datetime) -> bool:
    return await pool.fetchval(sql["unblock"], number, by, now) is not None
