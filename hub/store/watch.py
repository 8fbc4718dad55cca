"""Whom to tell when a conversation moves."""

from collections.abc import Iterable
from uuid import UUID

from asyncpg import Pool

from channels.base import Address
from hub.store.sql import named

sql = named(__file__)


async def address(pool: Pool, address_id: UUID) -> Address | None:
    row = await pool.fetchrow(sql["address"], address_id)
    return None if row is None else Address(**dict(row))


async def in_line(pool: Pool, queues: Iterable[str], channels: Iterable[str]) -> list[tuple[str, Address]]:
    """Channel and address of all who wait in these queues."""
    rows = await pool.fetch(sql["in_line"], list(queues), list(channels))
    return [(row["channel"], Address(row["kind"], row["value"], row["verified"])) for row in rows]


async def held_by(pool: Pool, interaction_id: UUID, agent_id: UUID) -> tuple[str, Address] | None:
    """Channel and address of a conversation, if this agent holds it."""
    row = await pool.fetchrow(sql["held_by"], interaction_id, agent_id)
    return None if row is None else (row["channel"], Address(row["kind"], row["value"], row["verified"]))
