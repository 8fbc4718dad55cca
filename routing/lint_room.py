"""Work that is let in and that none of those who suit ever has room for, and large work that small work keeps out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from routing.bounds import Staff
from routing.expression import Expression, holds, met
from routing.expression_logic import alternatives
from routing.lint_ways import Ways
from routing.policy import Policy
from routing.rules import Placement

RoomCode = Literal[
    "channel_without_room",  # queue, channel: who may have it has no such room, by his capacity or his limit
    "kept_out_too_long",  # minutes, longest: so long what fits nobody beside his load waits for an agent kept free
]
Found = tuple[RoomCode, str, dict[str, str | int]]


def of_room(policy: Policy, agents: Sequence[Staff], ways: Ways) -> Iterator[Found]:
    if policy.hold_back_minutes > policy.longest_overtake_minutes:
        yield "kept_out_too_long", "hold_back_minutes", {
            "minutes": policy.hold_back_minutes, "longest": policy.longest_overtake_minutes}
    own = {queue.id: queue.require for queue in policy.queues}
    for at, rule in enumerate(policy.rules):
        required = _requirements(rule.place, own.get(rule.place.queue))
        for channel in sorted(_channels(rule.when, ways)):
            if _no_room(rule.place.queue, required, channel, agents, ways.units):
                yield "channel_without_room", f"rules[{at}].place", {"queue": rule.place.queue, "channel": channel}
    for at, queue in enumerate(policy.queues):
        for channel in sorted(channel for asked, channel in ways.asked_by if asked == queue.id):
            if _no_room(queue.id, [queue.require], channel, agents, ways.units):
                yield "channel_without_room", f"queues[{at}]", {"queue": queue.id, "channel": channel}


def _requirements(place: Placement, own: Expression | None) -> list[Expression | None]:
    """One for each ring."""
    return [place.required(seconds, own) for seconds in (0, *(ring.after_seconds for ring in place.rings))]


def _channels(when: Expression, ways: Ways) -> frozenset[str]:
    """By which contacts of the rule surely come; nothing where it does not say."""
    found = set[str]()
    for literals in alternatives(when) or ():
        asked = [(term, wanted) for term, wanted in literals if term.name == "channel"]
        if not asked:
            return frozenset()
        found |= {one for one in ways.channels if all(met(term, one) is wanted for term, wanted in asked)}
    return frozenset(found)


def _no_room(queue: str, required: Sequence[Expression | None], channel: str, agents: Sequence[Staff],
             units: Mapping[str, int]) -> bool:
    """Where nobody suits at all, other findings say so."""
    suited = [one for one in agents if queue in one.queues and one.capacity > 0
              and any(need is None or holds(need, one.skills) for need in required)]
    return bool(suited) and not any(
        units.get(channel, 0) <= one.capacity and one.limits.get(channel, 1) > 0 for one in suited)
