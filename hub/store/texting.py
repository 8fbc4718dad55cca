"""Who may be written to: the end that a customer asked for, and when he last wrote."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from channels.base import Address
from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)
Reader = Connection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class Stands:
    opted_out_at: datetime | None
    wrote_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unheard:
    message_id: UUID
    channel: str
    sender: str
    provider_id: str
    written_at: datetime


async def stands(conn: Reader, address: Address, sender: str) -> Stands:
    row = await conn.fetchrow(sql["stands"], address.kind, address.value, sender)
    assert row is not None, "a query without a table has a row"
    return Stands(row["opted_out_at"], row["wrote_at"])


async def stopped(conn: Reader, address: Address, sender: str) -> bool:
    return bool(await conn.fetchval(sql["stopped"], address.kind, address.value, sender))


async def stop(conn: Reader, address: Address, sender: str, now: datetime) -> None:
    await conn.execute(sql["stop"], address.kind, address.value, sender, now)


async def unheard(conn: Reader, kinds: list[str], after: tuple[datetime, UUID], end: datetime,
                  most: int) -> list[Unheard]:
    """Texts, written after that one and not after `end`, of which no more is known than that they are sent."""
    return [Unheard(**row) for row in await conn.fetch(sql["unheard"], kinds, *after, end, most)]
