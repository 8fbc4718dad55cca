"""Stored files as others see them, and their bytes."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from channels.base import FileRef
from hub.errors import NotFound
from hub.model import Actor
from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)
Reader = asyncpg.Pool | Connection


def ref(row: asyncpg.Record) -> FileRef:
    return FileRef(row["id"], row["name"], row["detected_type"], row["size"], row["inline"])


async def of_touches(pool: Reader, touch_ids: Sequence[UUID]) -> dict[UUID, tuple[FileRef, ...]]:
    """Files by the touch they hang on."""
    found: dict[UUID, tuple[FileRef, ...]] = {}
    if touch_ids:
        for row in await pool.fetch(sql["of_touches"], list(touch_ids)):
            found[row["touch_id"]] = (*found.get(row["touch_id"], ()), ref(row))
    return found


async def one(pool: asyncpg.Pool, file_id: UUID) -> asyncpg.Record | None:
    return await pool.fetchrow(sql["one"], file_id)


async def sent(pool: asyncpg.Pool, file_id: UUID) -> asyncpg.Record | None:
    """One that hangs on a message that went out, or is to go."""
    return await pool.fetchrow(sql["sent"], file_id)


async def readable_by_visitor(pool: asyncpg.Pool, file_id: UUID, visitor: str) -> bool:
    """Whether the file hangs on a message of the visitor's own conversations. Notes are never among them."""
    return bool(await pool.fetchval(sql["readable_by_address"], file_id, visitor))


async def content(pool: asyncpg.Pool, actor: Actor, file_id: UUID) -> tuple[FileRef, bytes]:
    """For an agent: whatever hangs on the history, and what he put up himself. Raises `NotFound`."""
    row = await one(pool, file_id)
    if row is None or (row["interaction_id"] is None and row["owner"] != f"agent:{actor.id}"):
        raise NotFound()
    return ref(row), row["bytes"]
