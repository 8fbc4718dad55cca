"""Who may be written to: the end that a customer asked for, and when he last wrote."""

from dataclasses import dataclass
from datetime import datetime

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


async def stands(conn: Reader, address: Address, sender: str) -> Stands:
    row = await conn.fetchrow(sql["stands"], address.kind, address.value, sender)
    assert row is not None, "a query without a table has a row"
    return Stands(row["opted_out_at"], row["wrote_at"])


async def stopped(conn: Reader, address: Address, sender: str) -> bool:
    return bool(await conn.fetchval(sql["stopped"], address.kind, address.value, sender))


async def stop(conn: Reader, address: Address, sender: str, now: datetime) -> None:
    await conn.execute(sql["stop"], address.kind, address.value, sender, now)
