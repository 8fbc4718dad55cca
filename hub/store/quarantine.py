"""What arrived and could not be understood, until a human has decided."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from channels.base import Entry
from channels.text import storable
from hub.errors import NotFound
from hub.store.cards import Reader, cursor, parse_cursor
from hub.store.sql import named
from hub.wire import Page
from hub.wire_mail import QuarantineView

sql = named(__file__)


@dataclass(frozen=True, slots=True)
class Decision:
    what: str  # again or dismissed
    reason: str
    by: UUID
    at: datetime


async def undecided(pool: Reader, after: str | None, limit: int) -> Page[QuarantineView]:
    """The newest first."""
    at, last = parse_cursor(after)
    rows = await pool.fetch(sql["undecided"], at, last, limit + 1)
    names = QuarantineView.model_fields
    shown = [QuarantineView(**{name: row[name] for name in names}) for row in rows[:limit]]
    more = cursor(shown[-1].arrived_at, shown[-1].id) if len(rows) > limit else None
    return Page(items=shown, next=more, total=await count(pool))


async def count(pool: Reader) -> int:
    return int(await pool.fetchval(sql["count"]))


async def one(pool: Reader, arrival_id: UUID) -> asyncpg.Record:
    """Raises NotFound."""
    row = await pool.fetchrow(sql["one"], arrival_id)
    if row is None:
        raise NotFound()
    return row


async def entry(pool: Reader, mailbox: str, row: asyncpg.Record) -> Entry | None:
    """Where it lies in its mailbox, if it was fetched from there."""
    word, _, rest = row["natural_key"].partition(":")
    uidvalidity, _, uid = rest.partition(":")
    if word == "uid" and uidvalidity.isdecimal() and uid.isdecimal():
        place = (mailbox, int(uidvalidity), int(uid))
        return Entry(*place) if await pool.fetchval(sql["lies"], *place, row["arrived_at"]) else None
    found = await pool.fetch(sql["entry"], mailbox, row["arrived_at"], row["reason"])
    return Entry(mailbox, found[0]["uidvalidity"], found[0]["uid"]) if len(found) == 1 else None


async def decide(pool: Reader, arrival_id: UUID, decision: Decision) -> bool:
    """False: somebody has decided already."""
    return await pool.fetchval(sql["decide"], arrival_id, decision.what, storable(decision.reason), decision.by,
                               decision.at) is not None
