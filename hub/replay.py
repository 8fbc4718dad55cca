"""`hub replay`: decides again what dispatch decided, from its journal, and compares byte for byte."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from hub.store import decisions as store
from routing import record
from routing.match import match
from routing.model import Plan

BATCH = 100  # decisions read at once
MOST_NAMED = 5  # offers that a difference names


@dataclass(frozen=True, slots=True)
class Replayed:
    """`left_out`: decisions of these days that the journal had no room for; nothing is known of them."""

    decisions: int
    offers: int
    different: int
    left_out: int


async def replay(
    pool: asyncpg.Pool, since: datetime, until: datetime, say: Callable[[str], object] = print
) -> Replayed:
    """Decides again all passes from `since` on and before `until`; each difference is said in a line."""
    count = offers = different = 0
    async for decision in _decisions(pool, since, until):
        count += 1
        kept = json.loads(decision.matches)
        offers += len(kept)
        problem = await _difference(pool, decision, kept)
        if problem:
            different += 1
            say(f"{decision.at.isoformat()} {decision.id} policy {decision.policy_version}: {problem}")
    return Replayed(count, offers, different, await store.left_out(pool, since.date(), until.date()))


async def _decisions(pool: asyncpg.Pool, since: datetime, until: datetime) -> AsyncIterator[store.Decision]:
    last: store.Decision | None = None
    while found := await store.between(pool, since, until, last, BATCH):
        for last in found:
            yield last


async def _difference(pool: asyncpg.Pool, decision: store.Decision, kept: list[Any]) -> str | None:
    names = store.digests(decision.work), store.digests(decision.agents)
    pages = await store.pages(pool, {name for part in names for name in part})
    if any(name not in pages or hashlib.sha256(pages[name]).digest() != name for part in names for name in part):
        return "what it knew is not there any more, or was altered"
    try:
        plan = _again(decision, *([pages[name] for name in part] for part in names))
    except (ValueError, KeyError, TypeError) as problem:
        return f"what it knew cannot be read: {type(problem).__name__}"
    if hashlib.sha256(record.plan(plan)).digest() == decision.plan_sha256:
        return None
    now = [[str(one.work.id), str(one.agent.id)] for one in plan.matches]
    if kept == now and not record.explained_alike(json.loads(decision.ordering)):
        return None  # offers alone can be compared
    return _in_words(kept, now)


def _again(decision: store.Decision, work: Sequence[bytes], agents: Sequence[bytes]) -> Plan:
    policy = record.read_ordering(json.loads(decision.ordering))
    return match(record.read_work(work), record.read_candidates(agents), policy, decision.at)


def _in_words(then: list[Any], now: list[Any]) -> str:
    if then == now:
        return "the same offers, other reasons or scores"
    gone = [f"{item} not to {agent} any more" for item, agent in then if [item, agent] not in now]
    new = [f"{item} now to {agent}" for item, agent in now if [item, agent] not in then]
    said = [*gone, *new]
    more = f" and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
    return "; ".join(said[:MOST_NAMED]) + more if said else "the same offers in another order"
