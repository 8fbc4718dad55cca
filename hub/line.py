"""Who waits, in the order in which `routing` would serve them if everybody could take everything."""

from datetime import datetime

import asyncpg

from hub.errors import Invalid
from hub.model import Actor
from hub.store import cards, dispatch
from hub.wire import Card, Page
from routing.policy import Policy
from routing.score import order


async def in_line(
    pool: asyncpg.Pool, actor: Actor, now: datetime, policy: Policy, queue: str | None, after: str | None, limit: int
) -> Page[Card]:
    """The first of them, of one queue or of all. Agents see the queues in which they work, supervisors everything.

    `after`: how many come before, since the line moves on between two pages. Raises `Invalid`.
    """
    if after is not None and not (after.isdecimal() and len(after) < 6):
        raise Invalid("`after` must be the `next` of the page before.", fields={"after": "no_cursor"})
    begin = int(after or 0)
    end = begin + limit
    queues = await cards.queues_seen(pool, actor, queue)
    found = await dispatch.work(pool, now, end + 1, policy, queues=queues)  # of each kind, so surely the first of all
    line = [work.id for work in order(found.work, policy.ordering(), now)]
    total = await cards.count_waiting(pool, queues)
    items = await cards.waiting_of(pool, line[begin:end])
    return Page(items=items, total=total, next=str(end) if len(line) > end else None)
