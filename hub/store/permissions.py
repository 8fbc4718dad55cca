"""Losses of permissions that are to be followed, and what their agents hold."""

from uuid import UUID

import asyncpg

from hub.store.sql import named

sql = named(__file__)


async def lost(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    return list(await pool.fetch(sql["lost"]))


async def held(pool: asyncpg.Pool, agent_id: UUID) -> list[asyncpg.Record]:
    return list(await pool.fetch(sql["held"], agent_id))


async def forget(pool: asyncpg.Pool, loss_id: int) -> None:
    await pool.execute(sql["forget"], loss_id)
