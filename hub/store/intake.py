"""Reads that decide where an arrival belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from channels.base import Address
from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)
Reader = Connection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class KnownAddress:
    id: UUID
    customer_id: UUID


Known = dict[tuple[str, str], KnownAddress]


async def known_addresses(conn: Reader, addresses: Sequence[Address]) -> Known:
    """The addresses that are on file, by (kind, value)."""
    if not addresses:
        return {}
    kinds, values = [a.kind for a in addresses], [a.value for a in addresses]
    rows = await conn.fetch(sql["known_addresses"], kinds, values)
    return {(row["kind"], row["value"]): KnownAddress(row["id"], row["customer_id"]) for row in rows}


async def arrival(conn: Reader, source: str, natural_key: str) -> asyncpg.Record | None:
    """What was stored under this key, or None."""
    return await conn.fetchrow(sql["arrival"], source, natural_key)


async def latest_of_address(conn: Reader, address: Address, channel: str) -> asyncpg.Record | None:
    return await conn.fetchrow(sql["latest_of_address"], address.kind, address.value, channel)


async def wrap_up_seconds(conn: Reader, interaction_id: UUID) -> int:
    return int(await conn.fetchval(sql["wrap_up_seconds"], interaction_id))


async def all_loose(conn: Reader, file_ids: Sequence[UUID], owner: str) -> bool:
    """Whether every one of these files was put up by `owner` and is attached to nothing yet."""
    wanted = set(file_ids)
    return not wanted or int(await conn.fetchval(sql["loose_files"], list(wanted), owner)) == len(wanted)
