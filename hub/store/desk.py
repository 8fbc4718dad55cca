"""Reads and drafts behind the agent's verbs."""

import json
from datetime import datetime
from uuid import UUID
from zlib import crc32

import asyncpg

from channels.base import Address
from hub.store import agents, cards, figures, queues
from hub.store.journal import Connection, as_json
from hub.store.sql import named
from hub.wire import Head, Snapshot
from hub.wire_mail import MailDraft

sql = named(__file__)
Reader = asyncpg.Pool | Connection


async def offer(pool: asyncpg.Pool, offer_id: UUID) -> asyncpg.Record | None:
    return await pool.fetchrow(sql["offer"], offer_id)


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
    return row["wrap_up_seconds"], frozenset(d["id"] for d in json.loads(row["dispositions"]))


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


async def save_draft(
    pool: Reader,
    agent_id: UUID,
    interaction_id: UUID,
    kind: str,
    text: str,
    now: datetime,
    mail: MailDraft | None = None,
    upon: str | None = None,
) -> str | None:
    """Keeps a draft; one without text and recipients is dropped. Returns what is kept instead, written elsewhere."""
    if text or mail is not None:
        head = as_json(mail.model_dump(mode="json")) if mail else None
        done = await pool.fetchval(sql["save_draft"], agent_id, interaction_id, kind, text, now, head, upon)
    else:
        done = await drop_draft(pool, agent_id, interaction_id, kind, upon)
    return None if done else (await drafts(pool, agent_id, interaction_id)).get(kind)


async def drop_draft(
    pool: Reader, agent_id: UUID, interaction_id: UUID, kind: str, upon: str | None = None
) -> bool:
    return bool(await pool.fetchval(sql["drop_draft"], agent_id, interaction_id, kind, upon))


async def drafts(pool: Reader, agent_id: UUID, interaction_id: UUID) -> dict[str, str]:
    rows = await pool.fetch(sql["drafts"], agent_id, interaction_id)
    return {row["kind"]: row["text"] for row in rows if row["text"]}


async def draft_mail(pool: Reader, agent_id: UUID, interaction_id: UUID) -> MailDraft | None:
    """Recipients and subject of the reply that this agent is writing."""
    found = await pool.fetchval(sql["draft_mail"], agent_id, interaction_id)
    return MailDraft.model_validate_json(found) if found else None


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
