"""May this agent have this item? The first obstacle, lasting ones before passing ones."""

from routing.capacity import Room
from routing.model import Candidate, Reason, Work


def unsuited(work: Work, agent: Candidate) -> Reason | None:
    """What no amount of waiting changes: wrong queue, missing skill, item larger than the agent's capacity.

    Depends on the kind of the item only (queue, requirements, units), not on the item itself.
    """
    if work.queue not in agent.queues:
        return Reason("not_in_queue")
    for need in work.requirements:
        if agent.skills.get(need.skill, 0) < need.level:
            return Reason("skill_missing", {"skill": need.skill, "required": need.level})
    return Reason("over_capacity") if work.units > agent.capacity else None


def unavailable(work: Work, agent: Candidate) -> Reason | None:
    """What keeps this one item from a suited agent, whatever his load: excluded or not routable."""
    if agent.id in work.excluded_agents:
        return Reason("excluded")
    if not agent.routable:
        return Reason("not_routable", {"reason": agent.not_routable_reason or "unknown"})
    return None


def obstacle(work: Work, room: Room) -> Reason | None:
    """The first reason why the agent cannot be offered the item now, or None when he can."""
    lasting = unsuited(work, room.agent) or unavailable(work, room.agent)
    if lasting:
        return lasting
    conflict = room.conflict(work.units, work.exclusive)
    return Reason(conflict) if conflict else None
