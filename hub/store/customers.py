"""Customers: one record of each, with addresses and what is open."""

from datetime import datetime
from uuid import UUID

import asyncpg

from channels.text import storable
from hub.errors import Conflict, Invalid, NotFound
from hub.store import cards
from hub.store.cards import Reader, cursor, parse_cursor
from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire import AddressView, CustomerEdit, CustomerView, EditCustomer, Page
from hub.wire_customers import Marks, PutMarks

sql = named(__file__)


async def view(pool: Reader, customer_id: UUID) -> CustomerView:
    """Raises `NotFound`."""
    row = await pool.fetchrow(sql["view"], customer_id)
    if row is None:
        raise NotFound("There is no such customer.")
    addresses = [AddressView(**dict(a)) for a in await pool.fetch(sql["addresses"], customer_id)]
    edits = [CustomerEdit(**dict(e)) for e in await pool.fetch(sql["edits"], customer_id)]
    own = dict(row)
    marks = Marks(**{name: own.pop(name) for name in Marks.model_fields})
    return CustomerView(
        **own, marks=marks, addresses=addresses, open=await cards.open_of_customer(pool, customer_id), edits=edits
    )


async def search(pool: asyncpg.Pool, text: str, after: str | None, limit: int) -> Page[CustomerView]:
    """Customers whose name or address contains `text` (all, when it is empty), the newest first."""
    at, last = parse_cursor(after)
    text = storable(text)
    rows = await pool.fetch(sql["search"], text.strip(), like(text), at, last, limit + 1)
    found = [await view(pool, row["id"]) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=found, next=cursor(rows[limit - 1]["created_at"], rows[limit - 1]["id"]) if more else None)


async def edit(
    conn: Connection, customer_id: UUID, wanted: EditCustomer, agent_id: UUID, now: datetime
) -> list[asyncpg.Record]:
    """Corrects the record, keeps what stood there, and returns `field`, `before`, `after` of what changed.

    Raises `NotFound`, or `Conflict` when somebody was quicker.
    """
    name = storable(wanted.name.strip())
    rows = await conn.fetch(sql["edit"], customer_id, name, wanted.language, wanted.version, agent_id, now)
    return await _kept(conn, customer_id, rows)


async def mark(
    conn: Connection, customer_id: UUID, wanted: PutMarks, agent_id: UUID, now: datetime
) -> list[asyncpg.Record]:
    """Sets what rules may ask for; keeps, returns and raises as `edit` does, and `Invalid` for an unknown owner."""
    if wanted.owner_id is not None and not await conn.fetchval(sql["may_own"], wanted.owner_id):
        raise Invalid(fields={"owner_id": "unknown"})
    segments = sorted({storable(one) for one in wanted.segments})
    contract = storable(wanted.contract or "") or None
    rows = await conn.fetch(sql["mark"], customer_id, wanted.vip, segments, contract, wanted.owner_id, wanted.version,
                            agent_id, now)  # fmt: skip
    return await _kept(conn, customer_id, rows)


async def _kept(conn: Connection, customer_id: UUID, rows: list[asyncpg.Record]) -> list[asyncpg.Record]:
    if not rows:
        if not await exists(conn, customer_id):
            raise NotFound("There is no such customer.")
        raise Conflict("Somebody changed this customer meanwhile. Look at it again.", code="changed")
    return [row for row in rows if row["field"] is not None]


async def open_ids(conn: Connection, customer_id: UUID) -> list[UUID]:
    """Open interactions of the customer, in the order in which they may be locked."""
    return [row["id"] for row in await conn.fetch(sql["open_ids"], customer_id)]


async def exists(pool: Reader, customer_id: UUID) -> bool:
    return bool(await pool.fetchval(sql["exists"], customer_id))


def like(text: str) -> str:
    """The text as a literal part of a LIKE pattern."""
    return text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
