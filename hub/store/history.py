"""The history: touches of an interaction, and one timeline of a customer over all channels."""

import json
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from channels.base import FileRef
from hub.errors import NotFound
from hub.store import files
from hub.store.cards import Reader, cursor, parse_cursor
from hub.store.sql import named
from hub.wire import FileView, Page, TouchView

sql = named(__file__)


async def touch(pool: Reader, touch_id: UUID) -> TouchView:
    """Raises `NotFound`."""
    found = await _views(pool, await pool.fetch(sql["touch"], touch_id))
    if not found:
        raise NotFound()
    return found[0]


async def touches_of(pool: Reader, interaction_id: UUID) -> list[TouchView]:
    """Everything that happened in an interaction, in order."""
    return await _views(pool, await pool.fetch(sql["touches_of"], interaction_id))


async def timeline(
    pool: Reader, customer_id: UUID, after: str | None, limit: int, channel: str | None, kinds: Sequence[str]
) -> Page[TouchView]:
    """Everything that happened with a customer, on every channel, the newest first."""
    at, last = parse_cursor(after)
    rows = await pool.fetch(sql["timeline"], customer_id, channel, list(kinds), at, last, limit + 1)
    more = len(rows) > limit
    return Page(
        items=await _views(pool, rows[:limit]),
        next=cursor(rows[limit - 1]["at"], rows[limit - 1]["id"]) if more else None,
    )


def file_view(ref: FileRef) -> FileView:
    return FileView(id=ref.id, name=ref.name, type=ref.type, size=ref.size, inline=ref.inline)


async def _views(pool: Reader, rows: Sequence[asyncpg.Record]) -> list[TouchView]:
    attached = await files.of_touches(pool, [row["id"] for row in rows])
    return [_view(row, attached.get(row["id"], ())) for row in rows]


def _view(row: asyncpg.Record, refs: Sequence[FileRef]) -> TouchView:
    fields = {key: value for key, value in row.items() if key != "customer_id"}
    return TouchView(**{**fields, "data": json.loads(row["data"]), "files": [file_view(ref) for ref in refs]})
