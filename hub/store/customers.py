"""Customers: one record of each, with addresses and what is open."""

from uuid import UUID

import asyncpg

from channels.text import storable
from hub.errors import Conflict, NotFound
from hub.store import cards
from hub.store.cards import Reader, cursor, parse_cursor
from hub.store.sql import named
from hub.wire import AddressView, CustomerView, Page

sql = named(__file__)


async def view(pool: Reader, customer_id: UUID) -> CustomerView:
    """Raises `NotFound`."""
    row = await pool.fetchrow(sql["view"], customer_id)
    if row is None:
        raise NotFound("There is no such customer.")
    addresses = [AddressView(**dict(a)) for a in await pool.fetch(sql["addresses"], customer_id)]
    return CustomerView(**dict(row), addresses=addresses, open=await cards.open_of_customer(pool, customer_id))


async def search(pool: asyncpg.Pool, text: str, after: str | None, limit: int) -> Page[CustomerView]:
    """Customers whose name or address contains `text` (all, when it is empty), the newest first."""
    at, last = parse_cursor(after)
    text = storable(text)
    rows = await pool.fetch(sql["search"], text.strip(), like(text), at, last, limit + 1)
    found = [await view(pool, row["id"]) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=found, next=cursor(rows[limit - 1]["created_at"], rows[limit - 1]["id"]) if more else None)


async def edit(pool: asyncpg.Pool, customer_id: UUID, name: str, language: str | None, version: int) -> None:
    """Raises `NotFound`, or `Conflict` when somebody else changed the record meanwhile."""
    done = await pool.execute(sql["edit"], customer_id, name or None, language, version)
    if done == "UPDATE 0":
        if not await exists(pool, customer_id):
            raise NotFound("There is no such customer.")
        raise Conflict("Somebody changed this customer meanwhile. Look at it again.", code="changed")


async def exists(pool: asyncpg.Pool, customer_id: UUID) -> bool:
    return bool(await pool.fetchval(sql["exists"], customer_id))


def like(text: str) -> str:
    """The text as a literal part of a LIKE pattern."""
    return text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
