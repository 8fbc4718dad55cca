"""Work that agents take themselves: in what order one of them is given it, and what keeps an item from him."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from routing.capacity import Room
from routing.eligibility import unsuited
from routing.gate import gate
from routing.model import Candidate, Policy, Reason, Work
from routing.score import late, order


def hindrance(work: Work, agent: Candidate, now: datetime) -> Reason | None:
    """What lasts: the wrong queue, a missing skill in the ring in force, larger than all his capacity, a limit of 0.

    His load is not asked: it is judged under lock.
    """
    return unsuited(work, agent, gate(work, now))


def next_for(work: Iterable[Work], agent: Candidate, policy: Policy, now: datetime) -> list[Work]:
    """What of it the agent may take and has room for, the next first: what is his by name, then in the order of
    `score.order`; what was sent to a colleague by name comes after the others as long as it is in time.

    What he refused a moment ago is left out. An open offer, or being kept free for an item, keeps him from nothing.
    """
    room = Room(agent, policy)

    def for_him(item: Work) -> bool:
        if agent.id in item.excluded_agents or hindrance(item, agent, now):
            return False
        return room.conflict(item) is None

    def place(item: Work) -> int:
        mine = item.preferred_agent == agent.id and item.preferred_as == "named"
        return 0 if mine else 2 if _somebody_elses(item, agent, now) else 1

    return sorted((item for item in order(work, policy, now) if for_him(item)), key=place)


def hides(cut: Iterable[Collection[UUID]], work: Iterable[Work], agent: Candidate, now: datetime) -> bool:
    """Whether something for the agent may lie behind what was read. `cut`: items of one kind each, of which there are
    more.
    """
    elsewhere = {item.id for item in work if _somebody_elses(item, agent, now)}
    return any(elsewhere.issuperset(kind) for kind in cut)


def _somebody_elses(item: Work, agent: Candidate, now: datetime) -> bool:
    """By name, and in time."""
    named = item.preferred_agent is not None and item.preferred_as == "named"
    return named and item.preferred_agent != agent.id and not late(item, now)
