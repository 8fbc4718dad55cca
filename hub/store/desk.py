"""Reads behind the agent's verbs."""

import json
from datetime import datetime
from uuid import UUID
from zlib import crc32

import asyncpg

from channels.base import Address
from hub.store import agents, cards, figures, queues
from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire import Head, Snapshot

sql = named(__file__)
Reader = asyncpg.Pool | Connection


async def offer(pool: asyncpg.Pool, offer_id: UUID) -> list[asyncpg.Record]:
    """It, and those that rang beside it."""
    return list(await pool.fetch(sql["offer"], offer_id))


async def written(pool: asyncpg.Pool, interaction_id: UUID, client_id: str) -> asyncpg.Record | None:
    """The message or note that carries this id already, or None."""
    return await pool.fetchrow(sql["written"], interaction_id, client_id)


async def recipient(pool: Reader, interaction_id: UUID) -> Address | None:
    row = await pool.fetchrow(sql["recipient"], interaction_id)
    return Address(**dict(row)) if row else None


async def wrap_up_rules(pool: asyncpg.Pool, interaction_id: UUID) -> tuple[int, frozenset[str]]:
    """Seconds of wrap-up, and the dispositions of the interaction's queue."""
    row = await pool.fetchrow(sql["queue"], interaction_id)
    if row is None:
        return 0, frozenset()
    return row["seconds"], frozenset(d["id"] for d in json.loads(row["dispositions"]))


async def extension(conn: Connection, interaction_id: UUID) -> tuple[int, int]:
    """Seconds by which its wrap-up may be made longer, and how often still."""
    row = await conn.fetchrow(sql["extensions"], interaction_id)
    return (row["seconds"], max(0, row["most"] - row["taken"])) if row else (0, 0)


async def extensions(conn: Reader, interaction_id: UUID) -> int:
    """How often its wrap-up may be made longer, those that were taken already included."""
    row = await conn.fetchrow(sql["extensions"], interaction_id)
    return int(row["most"]) if row else 0


async def queue_exists(pool: asyncpg.Pool, queue_id: str) -> bool:
    return bool(await pool.fetchval(sql["queue_exists"], queue_id))


async def serves(pool: Reader, agent_id: UUID, queue_id: str) -> bool:
    """Whether there is such an agent, not disabled, who works in that queue."""
    return bool(await pool.fetchval(sql["serves"], agent_id, queue_id))


async def known_disposition(pool: Reader, disposition: str) -> bool:
    return bool(await pool.fetchval(sql["known_disposition"], disposition))


async def may_act(pool: Reader, interaction_id: UUID, agent_id: UUID) -> bool | None:
    """Whether the interaction is on the agent's desk or in one of his queues; None when there is no such one."""
    row = await pool.fetchrow(sql["may_act"], interaction_id, agent_id)
    return bool(row[0]) if row else None


async def snapshot(pool: asyncpg.Pool, agent_id: UUID, now: datetime) -> Snapshot:
    """All that a desk holds, read in one transaction, so that its parts belong together."""
    async with pool.acquire(timeout=5) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        held = await cards.cards_of(conn, agent_id)
        return Snapshot(
            now=now,
            me=await agents.view(conn, agent_id, now),
            cards=held,
            queues=await queues.views(conn),
            figures=await figures.figures(conn, now),
            head=await head(conn, agent_id),
        )


async def head(conn: Reader, agent_id: UUID) -> Head:
    """The fingerprint of an agent's desk: what `wire.Head` describes."""
    rows = await conn.fetch(cards.sql["head"], agent_id)
    total = sum(crc32(f"{row['id']}:{row['version']}".encode()) for row in rows)
    me = await conn.fetchval(sql["agent_version"], agent_id)
    return Head(cards=len(rows), sum=total % 2**32, me=me or 0)
