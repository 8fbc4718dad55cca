"""Snapshots for routing: what waits, and who could take it."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.store.sql import named
from routing.model import Candidate, Held, Work
from routing.rules import of_levels

sql = named(__file__)


async def work(
    pool: asyncpg.Pool, excluded_since: datetime, limit: int, minutes: int, only: UUID | None = None
) -> tuple[list[Work], dict[UUID, int]]:
    """Waiting items, first come first, and the seconds that an offer of each may ring.

    `limit`: most items of one kind; `minutes` of waiting that one step of priority counts for.
    """
    rows = await pool.fetch(sql["work"], limit, excluded_since, only, minutes)
    return [_work(row) for row in rows], {row["id"]: row["offer_seconds"] for row in rows}


def _work(row: asyncpg.Record) -> Work:
    needed: dict[str, int] = json.loads(row["queue_requirements"])
    for skill, level in json.loads(row["requirements"]).items():
        needed[skill] = max(level, needed.get(skill, 0))
    return Work(
        id=row["id"],
        queue=row["queue_id"],
        channel=row["channel"],
        priority=row["priority"],
        queued_at=row["queued_at"],
        units=row["units"],
        exclusive=row["exclusive"],
        queue_requires=of_levels(needed),
        excluded_agents=frozenset(row["excluded"]),
        preferred_agent=row["preferred_agent_id"],
        target_minutes=row["service_level_seconds"] / 60,
    )


async def candidates(pool: asyncpg.Pool, now: datetime) -> list[Candidate]:
    return [_candidate(row) for row in await pool.fetch(sql["candidates"], now)]


def why_not(declared: str, pending: str | None, connected: bool) -> str | None:
    """The code of what keeps an agent from getting work, or None."""
    if declared != "available":
        return declared
    if pending:
        return "finishing"
    return None if connected else "not_connected"


def _candidate(row: asyncpg.Record) -> Candidate:
    reason = why_not(row["declared"], row["pending"], row["connected"])
    return Candidate(
        id=row["id"],
        queues=frozenset(row["queues"]),
        skills=json.loads(row["skills"]),
        routable=reason is None,
        not_routable_reason=reason,
        capacity=row["capacity"],
        limits=json.loads(row["limits"]),
        idle_since=row["idle_since"],
        load=tuple(Held(**held) for held in json.loads(row["load"])),
    )


async def anybody_ready(pool: asyncpg.Pool, now: datetime) -> bool:
    return bool(await pool.fetchval(sql["anybody_ready"], now))


async def ahead(pool: asyncpg.Pool, interaction_id: UUID, minutes: int) -> int:
    return int(await pool.fetchval(sql["ahead"], interaction_id, minutes))


async def recent(pool: asyncpg.Pool, queue_id: str, since: datetime) -> tuple[Sequence[float], Sequence[float]]:
    """Handle times and waits of the queue, in seconds, the newest first."""
    handles = [row["seconds"] for row in await pool.fetch(sql["recent_handles"], queue_id, since)]
    waits = [row["seconds"] for row in await pool.fetch(sql["recent_waits"], queue_id, since)]
    return handles, waits
