"""The history: touches of an interaction, and one timeline of a customer over all channels."""

import json
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from hub.errors import NotFound
from hub.store.cards import Reader, cursor, parse_cursor
from hub.store.sql import named
from hub.wire import Page, TouchView

sql = named(__file__)


async def touch(pool: Reader, touch_id: UUID) -> TouchView:
    """Raises `NotFound`."""
    row = await pool.fetchrow(sql["touch"], touch_id)
    if row is None:
        raise NotFound()
    return _view(row)


async def touches_of(pool: Reader, interaction_id: UUID) -> list[TouchView]:
    """Everything that happened in an interaction, in order."""
    return [_view(row) for row in await pool.fetch(sql["touches_of"], interaction_id)]


async def timeline(
    pool: Reader, customer_id: UUID, after: str | None, limit: int, channel: str | None, kinds: Sequence[str]
) -> Page[TouchView]:
    """Everything that happened with a customer, on every channel, the newest first."""
    at, last = parse_cursor(after)
    rows = await pool.fetch(sql["timeline"], customer_id, channel, list(kinds), at, last, limit + 1)
    more = len(rows) > limit
    return Page(
        items=[_view(row) for row in rows[:limit]],
        next=cursor(rows[limit - 1]["at"], rows[limit - 1]["id"]) if more else None,
    )


def _view(row: asyncpg.Record) -> TouchView:
    fields = {key: value for key, value in row.items() if key != "customer_id"}
    texts = {"data": row["data"], "mail": row["mail"] or "null", "files": row["files"] or "[]"}
    return TouchView(**{**fields, **{key: json.loads(text) for key, text in texts.items()}})
