"""Reasons, as data, for offers and for waiting."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import get_args

from routing.capacity import Room
from routing.eligibility import held_for_preferred, obstacle, unavailable, unsuited
from routing.gate import Gate, gate, ring_reason
from routing.model import Candidate, Policy, Reason, ReasonCode, Work
from routing.score import late, waited_seconds, waits_too_long

PULLED = Reason("pulled")
PLACE_KEPT = Reason("place_kept", {"agents": 1})
_NEAREST_FIRST = {code: place for place, code in enumerate(get_args(ReasonCode))}


def why_waiting(work: Work, agents: Sequence[Candidate], policy: Policy, now: datetime) -> tuple[Reason, ...]:
    """What stands between one item and each agent, counted, nearest obstacle first.

    Looks at this item alone: `agent_free` counts agents who have room for it now. With `match` over only this
    item: it is matched exactly if `agent_free` is there and `held_for_preferred` is not; otherwise the Skip has
    these very reasons.
    """
    at_gate = gate(work, now)
    if work.pulled:
        return obstacles(work, [Room(agent, policy) for agent in agents], at_gate) + of_itself(work, now)
    reasons = obstacles(work, [Room(agent, policy) for agent in agents], at_gate) + of_itself(work, now)
    held = held_for_preferred(work, {agent.id: agent for agent in agents}, at_gate, now)
    preferred = next((agent for agent in agents if agent.id == work.preferred_agent), None)
    if held and preferred and obstacle(work, Room(preferred, policy), at_gate):
        return (held, *reasons)
    free = any(reason.code == "agent_free" for reason in reasons)
    if free or not waits_too_long(work, policy, now):
        return reasons
    someone = any(not (unsuited(work, agent, at_gate) or unavailable(work, agent)) for agent in agents)
    return (PLACE_KEPT, *reasons) if someone else reasons


def of_itself(work: Work, now: datetime) -> tuple[Reason, ...]:
    """What there is to say of an item that waits, whoever the agents are."""
    refused = (Reason("refused", {"times": work.refusals}),) if work.refusals else ()
    return ((PULLED,) if work.pulled else ()) + ring_reason(work, now) + refused


def obstacles(work: Work, rooms: Iterable[Room], gate: Gate) -> tuple[Reason, ...]:
    """Every agent's first obstacle, equal ones counted in `agents`."""
    counts: Counter[tuple[ReasonCode, tuple[tuple[str, str | int | float], ...]]] = Counter()
    for room in rooms:
        reason = obstacle(work, room, gate) or Reason("agent_free")
        counts[reason.code, tuple(reason.data.items())] += 1
    if not counts:
        return (Reason("no_agents", {"agents": 0}),)
    ordered = sorted(counts.items(), key=lambda entry: (_NEAREST_FIRST[entry[0][0]], str(entry[0][1])))
    return tuple(Reason(code, {**dict(data), "agents": count}) for (code, data), count in ordered)


def why_this_work(work: Work, oldest: bool, policy: Policy, now: datetime) -> tuple[Reason, ...]:
    """Why the item's turn has come; `oldest`: nobody in its queue has waited longer."""
    newest = work.queue in policy.newest_first and not late(work, now) and not oldest
    code: ReasonCode = "longest_wait" if oldest else "newest" if newest else "waited"
    waited = Reason(code, {"seconds": int(waited_seconds(work, now))})
    if not work.priority:
        return (waited,)
    minutes = work.priority * policy.priority_minutes
    return (Reason("priority", {"priority": work.priority, "minutes": minutes}), waited)


def why_this_agent(
    work: Work, chosen: Room, runner_up: Room | None, gate: Gate, now: datetime
) -> tuple[Reason, ...]:
    """Why `chosen` was preferred to `runner_up`, the next best (None: nobody else could take it)."""
    ring = ring_reason(work, now)
    return (
        _preference(work, chosen, runner_up, gate, now),
        *gate.met(chosen.agent),
        *(one for one in ring if one.data["ring"]),
    )


def _preference(work: Work, chosen: Room, runner_up: Room | None, gate: Gate, now: datetime) -> Reason:
    if chosen.agent.id == work.preferred_agent:
        return Reason("preferred_agent", {"as": work.preferred_as})
    if runner_up is None:
        return Reason("only_candidate")
    better = gate.preference(chosen.agent, runner_up.agent)
    if better:
        return better
    if chosen.burden[0] < runner_up.burden[0]:
        own, other = (round(100 * room.burden[0]) for room in (chosen, runner_up))
        return Reason("least_loaded", {"used": chosen.used, "percent": own, "next": other})
    own, other = (max(0, int((now - room.agent.idle_since).total_seconds())) for room in (chosen, runner_up))
    return Reason("longest_idle", {"seconds": own, "longer_seconds": own - other})
