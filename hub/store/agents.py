"""Agents as the screens see them."""

import json
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.errors import NotFound
from hub.store.cards import Reader
from hub.store.dispatch import why_not
from hub.store.sql import named
from hub.wire import AgentView, Presence
from hub.wire_policy import PutAgentWork

sql = named(__file__)


async def view(pool: Reader, agent_id: UUID, now: datetime) -> AgentView:
    """Raises `NotFound`."""
    rows = await pool.fetch(sql["views"], now, agent_id)
    if not rows:
        raise NotFound("There is no such agent.")
    return _view(rows[0])


async def views(pool: Reader, now: datetime) -> list[AgentView]:
    """All who are not disabled, by name."""
    return [_view(row) for row in await pool.fetch(sql["views"], now, None)]


async def serving(pool: Reader, queue: str, among: Collection[UUID]) -> list[UUID]:
    """Who of these takes work of the queue."""
    return [row["id"] for row in await pool.fetch(sql["serving"], queue, list(among))] if among else []


def _view(row: asyncpg.Record) -> AgentView:
    reason = "disabled" if row["disabled"] else why_not(row["declared"], row["pending"], row["connected"])
    if reason is None and row["used"] >= row["capacity"]:
        reason = "full"
    presence = Presence(
        declared=row["declared"],
        reason=row["reason"],
        since=row["since"],
        pending=row["pending"],
        pending_reason=row["pending_reason"],
        connected=row["connected"],
        routable=reason is None,
        why_not=reason,
    )
    return AgentView(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=row["role"],
        language=row["language"],
        queues=row["queues"],
        skills=json.loads(row["skills"]),
        capacity=row["capacity"],
        limits=json.loads(row["limits"]),
        used=row["used"],
        presence=presence,
        version=row["version"],
    )


async def set_work(conn: Reader, agent_id: UUID, work: PutAgentWork, by: UUID, now: datetime) -> bool:
    """What the agent may be given, and who changed it; False when he has moved on from the version that was read."""
    skills, limits = json.dumps(work.skills), json.dumps(work.limits)
    args = agent_id, skills, work.queues, work.capacity, limits, by, work.version, now
    return await conn.fetchval(sql["set_work"], *args) is not None
