"""The journal of routing's decisions: rows of passes, and pages of what each pass knew."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from hub.store.sql import named

sql = named(__file__)
DIGEST = 32  # bytes of a page's name
ROW = 200  # bytes of a decision's row, beside what is counted
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """`work`, `agents`: digests of pages one after the other. `ordering`, `matches`: JSON."""

    id: UUID
    at: datetime
    policy_version: int
    ordering: str
    work: bytes
    agents: bytes
    matches: str
    plan_sha256: bytes


def size(decision: Decision, pages: Mapping[bytes, bytes]) -> int:
    """What it takes of the budget, in bytes: without indexes and what the database adds to a row."""
    own = len(decision.work) + len(decision.agents) + len(decision.matches) + len(decision.ordering)
    return ROW + own + sum(DIGEST + len(content) for content in pages.values())


async def put(pool: asyncpg.Pool, decision: Decision, pages: Mapping[bytes, bytes], most: int) -> bool:
    """Keeps a decision with its deflated pages; False when the day's budget of `most` bytes has no room for it."""
    day, hour = decision.at.date(), decision.at.replace(minute=0, second=0, microsecond=0)
    async with pool.acquire(timeout=5) as conn, conn.transaction():
        if await conn.fetchval(sql["spend"], day, size(decision, pages), most) is None:
            await conn.execute(sql["leave_out"], day)
            return False
        if pages:
            await conn.execute(sql["put_pages"], list(pages), list(pages.values()), hour)
        await conn.execute(
            sql["put"], decision.id, decision.at, decision.policy_version, decision.ordering, decision.work,
            decision.agents, decision.matches, decision.plan_sha256)
    return True


async def between(
    pool: asyncpg.Pool, since: datetime, until: datetime, after: Decision | None, limit: int
) -> list[Decision]:
    rows = await pool.fetch(
        sql["between"], since, until, after.at if after else None, after.id if after else None, limit)
    return [Decision(**dict(row)) for row in rows]


async def pages(pool: asyncpg.Pool, digests: Iterable[bytes]) -> dict[bytes, bytes]:
    """Contents by their digests; what is not there any more is left out."""
    rows = await pool.fetch(sql["pages"], list(digests))
    return {row["sha256"]: zlib.decompress(row["content"]) for row in rows}


def digests(joined: bytes) -> Sequence[bytes]:
    return [joined[at : at + DIGEST] for at in range(0, len(joined), DIGEST)]


async def left_out(pool: asyncpg.Pool, first: date, last: date) -> int:
    """Decisions of these days that there was no room for."""
    return int(await pool.fetchval(sql["left_out"], first, last))


async def forget(pool: asyncpg.Pool, before: datetime) -> None:
    """Decisions of earlier days, and pages that no later one needs: each is marked with its last hour."""
    await pool.execute(sql["forget"], before)
    await pool.execute(sql["forget_pages"], before - HOUR)
    await pool.execute(sql["forget_days"], before.date())
