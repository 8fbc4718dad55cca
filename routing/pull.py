"""Work that agents take themselves: in what order one of them is given it, and what keeps an item from him."""

from collections.abc import Iterable
from datetime import datetime

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
        return room.conflict(item) in (None, "offer_open", "held_for_older")

    def place(item: Work) -> int:
        if item.preferred_agent is None or item.preferred_as != "named":
            return 1
        return 0 if item.preferred_agent == agent.id else 1 if late(item, now) else 2

    return sorted((item for item in order(work, policy, now) if for_him(item)), key=place)
