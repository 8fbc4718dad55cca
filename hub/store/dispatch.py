"""Snapshots for routing: what waits, and who could take it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import asyncpg
import structlog

from hub.store.journal import Connection
from hub.store.sql import named
from routing import policy_data
from routing.expression import Expression, all_of
from routing.model import Candidate, Held, PreferredAs, Work
from routing.policy import Policy, QueueRouting
from routing.rules import Placement, of_levels

log = structlog.get_logger()
sql = named(__file__)


ALONE = 200  # most items of one kind, each waiting for an agent of its own, that are looked at


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`offer_seconds`: how long an offer of each item rings; `versions`: as of which it is known. `cut`: items of one
    kind each, of which more may wait; `kinds`: how many there are.
    """

    work: list[Work]
    offer_seconds: Mapping[UUID, int]
    versions: Mapping[UUID, int]
    cut: Sequence[frozenset[UUID]]
    kinds: int


async def work(
    pool: asyncpg.Pool | Connection,
    now: datetime,
    limit: int,
    policy: Policy,
    only: UUID | None = None,
    queues: Collection[str] | None = None,
) -> Snapshot:
    """The first `limit` waiting items of each kind, in these queues (None: in all).

    Queues that the policy does not know work as their rows say, which the configuration wrote.
    """
    within = None if queues is None else sorted(queues)
    rows = await pool.fetch(sql["work"], limit, now, only, _settings(policy.queues), within, ALONE)
    known = {queue.id: queue for queue in policy.queues}
    of_kinds = _kinds(rows)
    full = [kind for kind in of_kinds if kind[0]["most"] and len(kind) >= kind[0]["most"]]
    cut = [frozenset(row["id"] for row in kind) for kind in full]
    seconds = {row["id"]: row["offer_seconds"] for row in rows}
    versions = {row["id"]: row["version"] for row in rows}
    return Snapshot([_work(row, known) for row in rows], seconds, versions, cut, len(of_kinds))


def _kinds(rows: Sequence[asyncpg.Record]) -> Collection[list[asyncpg.Record]]:
    kinds: dict[tuple[object, ...], list[asyncpg.Record]] = {}
    for row in rows:
        kinds.setdefault((row["queue_id"], row["kind"], row["upto"]), []).append(row)
    return kinds.values()


@lru_cache(maxsize=4)
def _settings(queues: tuple[QueueRouting, ...]) -> str:
    return json.dumps([
        {"id": one.id, "offer_seconds": one.offer_seconds, "exclude_seconds": one.exclude_seconds,
         "target_minutes": one.target_minutes, "lifo": one.order == "lifo",
         "agent_seconds": one.agent_seconds}
        for one in queues
    ])  # fmt: skip


def _work(row: asyncpg.Record, queues: Mapping[str, QueueRouting]) -> Work:
    placement = _placement(row["placement"]) if row["placement"] else None
    sticky = placement.sticky if placement and row["preferred_agent_id"] and not row["named"] else None
    preferred_as: PreferredAs = sticky.to if sticky else "named"
    of_agent = queues[row["queue_id"]].agent_seconds if row["routed"] and row["named"] else 0
    seconds = sticky.seconds if sticky else of_agent
    of_queue = queues[row["queue_id"]].require if row["routed"] else _levels(row["queue_requirements"])
    return Work(
        id=row["id"],
        queue=row["queue_id"],
        channel=row["channel"],
        priority=row["priority"],
        queued_at=row["queued_at"],
        units=row["units"],
        exclusive=row["exclusive"],
        queue_requires=_both(of_queue, _levels(row["requirements"])),
        placement=placement,
        excluded_agents=frozenset(row["excluded"]),
        preferred_agent=row["preferred_agent_id"],
        preferred_until=row["queued_at"] + timedelta(seconds=seconds) if seconds else None,
        preferred_as=preferred_as,
        target_minutes=row["target_minutes"],
        refusals=row["refusals"],
        pulled=row["routed"] and queues[row["queue_id"]].mode == "pull",
        offer_to=queues[row["queue_id"]].offer_to if row["routed"] else 1,
    )


# Routing knows what is one kind by identity first: equal text gives the same value.
@lru_cache(maxsize=4096)
def _placement(text: str) -> Placement | None:
    """None for one that cannot be read (any more): the item waits on what its queue says."""
    try:
        return policy_data.placement(json.loads(text))
    except policy_data.PolicyError as problem:
        log.error("dispatch.placement_unreadable", problems=len(problem.problems))
        return None


@lru_cache(maxsize=4096)
def _levels(text: str) -> Expression | None:
    return of_levels(json.loads(text))


@lru_cache(maxsize=4096)
def _both(one: Expression | None, other: Expression | None) -> Expression | None:
    return all_of(one, other) if one and other else one or other


async def candidates(pool: asyncpg.Pool, now: datetime) -> list[Candidate]:
    return [candidate(row) for row in await agents(pool, now)]


async def agents(
    pool: asyncpg.Pool | Connection, now: datetime, only: Collection[UUID] | None = None, since: datetime | None = None
) -> list[asyncpg.Record]:
    """Rows of these agents and of whoever got or finished work since then; `only` None: of all.

    The first two columns are of one agent alone, the others of all his likes.
    """
    rows: list[asyncpg.Record]
    if only is None:
        rows = await pool.fetch(sql["candidates"], now)
    elif since is None:
        rows = await pool.fetch(sql["candidates"] + " AND a.id = ANY ($2::uuid[])", now, list(only))
    else:
        rows = await pool.fetch(
            sql["candidates"] + " AND (a.id = ANY ($2::uuid[]) OR a.idle_since > $3)", now, list(only), since)
    return rows


async def take_turn(conn: Connection) -> None:
    """Waits until no other node decides; the turn lasts as long as the transaction. Raises `LockNotAvailableError`."""
    await conn.execute(sql["turn"])


def why_not(declared: str, pending: str | None, connected: bool) -> str | None:
    """The code of what keeps an agent from getting work, or None."""
    if declared != "available":
        return declared
    if pending:
        return "finishing"
    return None if connected else "not_connected"


def candidate(row: asyncpg.Record) -> Candidate:
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


async def by_name(pool: asyncpg.Pool, agent_id: UUID, queues: Collection[str]) -> list[UUID]:
    """What waits for this agent by name in these queues."""
    return [row["id"] for row in await pool.fetch(sql["by_name"], agent_id, sorted(queues))]


async def taken_once(pool: asyncpg.Pool, agent_id: UUID, once: UUID, now: datetime) -> UUID | None:
    """What the agent was given when he said this wish first, within an hour."""
    found: UUID | None = await pool.fetchval(sql["taken_once"], agent_id, str(once), now)
    return found


def has_places(queue: str, policy: Policy) -> bool:
    """Where the newest goes first, whoever comes next comes before: a place told now would be wrong in a moment."""
    return not any(one.id == queue and one.order == "lifo" for one in policy.queues)


async def ahead(pool: asyncpg.Pool, interaction_id: UUID, queue: str, policy: Policy) -> int:
    """How many of its queue come before it, where places mean something."""
    return int(await pool.fetchval(sql["ahead"], interaction_id, *in_line(queue, policy)))


def in_line(queue: str, policy: Policy) -> tuple[int, float | None]:
    """What the order in a queue depends on: minutes for a step of priority, its target (None: the configured one)."""
    target = next((one.target_minutes for one in policy.queues if one.id == queue), None)
    return policy.ordering().priority_minutes, target
