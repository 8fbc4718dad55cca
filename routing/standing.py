"""What is said of a waiting item besides what stands between it and each agent: who goes first, and opening hours."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from uuid import UUID

from routing.eligibility import unavailable, unsuited
from routing.gate import gate, ring
from routing.model import Candidate, Policy, Reason, Work
from routing.passed_over import minutes_between
from routing.policy import Policy as Document
from routing.score import order, rank


def behind(
    work: Work, others: Sequence[Work], agents: Sequence[Candidate], policy: Policy, now: datetime, more: bool = False
) -> tuple[Reason, ...]:
    """How many of the `others` that wait go first for agents who may have this one, and by how many minutes.

    `more`: some that wait may not be among them.
    """
    ordered = order([*others, work], policy, now)
    place = next(at for at, item in enumerate(ordered) if item is work)
    at_gate = gate(work, now)
    mine = [agent for agent in agents if not (unsuited(work, agent, at_gate) or unavailable(work, agent))]
    suiting: dict[tuple[object, ...], frozenset[UUID]] = {}

    def rivals(item: Work) -> bool:
        kind = item.queue, item.channel, item.units, id(item.queue_requires), id(item.placement), ring(item, now)
        if kind not in suiting:
            asked = gate(item, now)
            suiting[kind] = frozenset(agent.id for agent in mine if not unsuited(item, agent, asked))
        return not suiting[kind] <= item.excluded_agents

    first = [at for at, item in enumerate(ordered[:place]) if rivals(item)]
    if not first:
        return ()
    turns = sorted(rank(item, policy)[0] for item in ordered)
    nearest, most = (minutes_between(turns[at], turns[place]) for at in (first[-1], first[0]))
    data: dict[str, str | int | float] = {"items": len(first), "minutes": nearest, "most": most}
    return (Reason("behind", data | {"more": 1} if more else data),)


def outside_hours(queue: str, policy: Document, now: datetime) -> tuple[Reason, ...]:
    """Whether the queue is closed by its calendar; whoever is here may have its work all the same."""
    named = next((one.calendar for one in policy.queues if one.id == queue), None)
    calendar = policy.calendars.get(named or "")
    if calendar is None or calendar.is_open(now):
        return ()
    opens = calendar.opens_at(now)
    return (Reason("outside_hours", {"seconds": ceil((opens - now).total_seconds())} if opens else {}),)
