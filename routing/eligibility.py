"""May this agent have this item? The first obstacle, lasting ones before passing ones."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from uuid import UUID

from routing.capacity import Room
from routing.gate import Gate
from routing.model import Candidate, Reason, Work


def unsuited(work: Work, agent: Candidate, gate: Gate) -> Reason | None:
    """What passes only with a ring or a change of the agent: wrong queue, missing skill, larger than his capacity, a
    limit of 0.

    `gate`: the item's own. Depends on the kind of the item only (queue, channel, gate, units), not on the item itself.
    """
    if work.queue not in agent.queues:
        return Reason("not_in_queue")
    missing = gate.missing(agent)
    if missing:
        return missing
    if work.units > agent.capacity:
        return Reason("over_capacity")
    return channel_limit(work, agent) if agent.limits.get(work.channel) == 0 else None


def unavailable(work: Work, agent: Candidate) -> Reason | None:
    """What keeps this one item from a suited agent, whatever his load: excluded or not routable."""
    if agent.id in work.excluded_agents:
        return Reason("excluded")
    if not agent.routable:
        return Reason("not_routable", {"reason": agent.not_routable_reason or "unknown"})
    return None


def obstacle(work: Work, room: Room, gate: Gate) -> Reason | None:
    """The first reason why the agent cannot be offered the item now, or None when he can."""
    lasting = unsuited(work, room.agent, gate) or unavailable(work, room.agent)
    if lasting:
        return lasting
    conflict = room.conflict(work)
    if conflict == "channel_limit":
        return channel_limit(work, room.agent)
    return Reason(conflict) if conflict else None


def channel_limit(work: Work, agent: Candidate) -> Reason:
    return Reason("channel_limit", {"channel": work.channel, "limit": agent.limits[work.channel]})


def held_for_preferred(
    work: Work, agents: Mapping[UUID, Candidate], gate: Gate, now: datetime
) -> Reason | None:
    """Why nobody else is asked yet: the preferred agent is here and suits, so that only his load is in the way."""
    agent = agents.get(work.preferred_agent) if work.preferred_agent else None
    if agent is None or work.preferred_until is None or now >= work.preferred_until:
        return None
    if unsuited(work, agent, gate) or unavailable(work, agent):
        return None
    return Reason("held_for_preferred", {"agents": 1, "seconds": ceil((work.preferred_until - now).total_seconds())})
