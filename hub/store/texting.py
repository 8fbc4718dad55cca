"""Who may be written to: the end that a customer asked for, and when he last wrote."""

from collections.abc import Sequence
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
    unreachable: str | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    message_id: UUID
    channel: str
    sender: str
    provider_id: str
    written_at: datetime


async def stands(conn: Reader, address: Address, sender: str, names: Sequence[str]) -> Stands:
    """`names`: all by which the customer may have asked for no more texts."""
    row = await conn.fetchrow(sql["stands"], address.kind, address.value, sender, list(names))
    assert row is not None, "a query without a table has a row"
    return Stands(row["opted_out_at"], row["wrote_at"], row["unreachable"])


async def stopped(conn: Reader, address: Address, senders: Sequence[str]) -> bool:
    return bool(await conn.fetchval(sql["stopped"], address.kind, address.value, list(senders)))


async def number(conn: Reader, address: Address, sender: str) -> str:
    """Which number of a sender that has several this customer knows; "" for none."""
    return str(await conn.fetchval(sql["number"], address.kind, address.value, sender) or "")


async def went_from(conn: Reader, message_id: UUID, number: str) -> None:
    await conn.execute(sql["went_from"], message_id, number)


async def stop(conn: Reader, address: Address, sender: str, now: datetime) -> None:
    await conn.execute(sql["stop"], address.kind, address.value, sender, now)


async def unheard(conn: Reader, kinds: list[str], after: tuple[datetime, UUID], end: datetime,
                  most: int) -> list[Unheard]:
    """Texts, written after that one and not after `end`, of which no more is known than that they are sent."""
    return [Unheard(**row) for row in await conn.fetch(sql["unheard"], kinds, *after, end, most)]
