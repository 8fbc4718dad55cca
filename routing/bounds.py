"""How long work may be overtaken by what comes later: the bound that a policy promises, for every two queues."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from routing.policy import Policy
from routing.rules import Placement


@dataclass(frozen=True, slots=True)
class Staff:
    """One agent as far as lint needs him. `capacity` in units; who has none takes no work. `limits`: most of each
    channel."""

    id: str
    queues: frozenset[str]
    skills: Mapping[str, int]
    capacity: int = 100
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound:
    """An item that `rule` placed into `queue` goes before everything that `by_rule` places into `by_queue` later than
    `minutes` after it. The rules (None: the default) are the pair for which that is longest.
    """

    queue: str
    rule: str | None
    by_queue: str
    by_rule: str | None
    minutes: float


def bounds(policy: Policy, agents: Sequence[Staff]) -> tuple[Bound, ...]:
    """For every two queues that share an agent, how long after an item others may still go before it; longest first.

    That is (difference in priority) * `priority_minutes` + (difference in target). In a queue that serves the newest
    first it is at least its longest target, as an item has its place by age only when it is late. What supervisors and
    ladders raise by hand is not in it.
    """
    head: dict[str, tuple[float, str | None]] = {}  # of the most urgent placement of each queue, in minutes
    tail: dict[str, tuple[float, str | None]] = {}  # of the least urgent one
    longest: dict[str, float] = {}  # target of the queue
    queues = {queue.id: queue for queue in policy.queues}
    for id, place in _placements(policy):
        queue = place.queue
        target = queues[queue].target_minutes if place.target_minutes is None else place.target_minutes
        start = place.priority * policy.priority_minutes - target
        if queue not in head or start > head[queue][0]:
            head[queue] = start, id
        if queue not in tail or start < tail[queue][0]:
            tail[queue] = start, id
        longest[queue] = max(target, longest.get(queue, 0))
    found = []
    for queue, by_queue in _sharing(policy, agents):
        if queue in tail and by_queue in head:
            minutes = head[by_queue][0] - tail[queue][0]
            least = longest[queue] if queues[queue].order == "lifo" else 0
            if max(minutes, least) > 0:
                found.append(Bound(queue, tail[queue][1], by_queue, head[by_queue][1], max(minutes, least)))
    return tuple(sorted(found, key=lambda bound: (-bound.minutes, bound.queue, bound.by_queue)))


def _sharing(policy: Policy, agents: Sequence[Staff]) -> set[tuple[str, str]]:
    known = {queue.id for queue in policy.queues}
    groups = {agent.queues & known for agent in agents}
    return {(one, two) for group in groups for one in group for two in group}


def _placements(policy: Policy) -> Iterator[tuple[str | None, Placement]]:
    yield from ((rule.id, rule.place) for rule in policy.rules)
    if policy.default:
        yield None, policy.default
