"""Queues: what the configuration says, kept where SQL can join it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from hub.store.cards import Reader
from hub.store.sql import named
from hub.wire import QueueView

sql = named(__file__)


async def views(pool: Reader) -> list[QueueView]:
    return [_view(row) for row in await pool.fetch(sql["views"])]


def _view(row: asyncpg.Record) -> QueueView:
    read = {key: json.loads(row[key]) for key in ("name", "dispositions")}
    target = round(row["service_level_target"], 4)  # a four-byte float says 0.800000012
    return QueueView(**{**dict(row), **read, "service_level_target": target})


async def put(pool: asyncpg.Pool, queues: Sequence[Mapping[str, Any]]) -> None:
    """Makes the table say what the configuration says; `queues` hold its columns, in order of display."""
    rows = [{**queue, "position": place} for place, queue in enumerate(queues)]
    async with pool.acquire(timeout=5) as conn, conn.transaction():
        await conn.execute(sql["put"], json.dumps(rows))
        await conn.execute(sql["retire"], [queue["id"] for queue in queues])
