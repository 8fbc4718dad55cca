"""Leases of sockets, and agents who lost theirs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)


async def open_connection(
    pool: asyncpg.Pool, sid: str, agent_id: UUID, node: str, now: datetime, until: datetime
) -> None:
    await pool.execute(sql["open_connection"], sid, agent_id, node, now, until)


async def renew(pool: asyncpg.Pool, sids: Sequence[str], until: datetime) -> None:
    await pool.execute(sql["renew_connections"], list(sids), until)


async def close(pool: asyncpg.Pool, sid: str, now: datetime) -> UUID | None:
    """Ends a lease now; None when it was over already."""
    found: UUID | None = await pool.fetchval(sql["close_connection"], sid, now)
    return found


async def lapsed(pool: asyncpg.Pool, since: datetime, now: datetime) -> list[UUID]:
    """Agents of whom a lease has ended in that time."""
    return [row["agent_id"] for row in await pool.fetch(sql["lapsed"], since, now)]


async def gone(pool: asyncpg.Pool, now: datetime) -> list[asyncpg.Record]:
    return list(await pool.fetch(sql["gone"], now))


async def may_break(pool: asyncpg.Pool) -> list[UUID]:
    """Agents who hold nothing any more and whose break has not begun."""
    return [row["id"] for row in await pool.fetch(sql["may_break"])]


async def holdings(conn: Connection | asyncpg.Pool, agent_id: UUID) -> list[asyncpg.Record]:
    return list(await conn.fetch(sql["holdings"], agent_id))


async def set_pending(conn: Connection, agent_id: UUID, pending: str | None, reason: str | None) -> None:
    await conn.execute(sql["set_pending"], agent_id, pending, reason)


async def forget(pool: asyncpg.Pool, before: datetime) -> None:
    await pool.execute(sql["forget_connections"], before)
