"""The words of a routing decision: frozen values in, frozen values out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from routing.expression import Expression
from routing.rules import Placement

Skill = str
PreferredAs = Literal["named", "owner", "last_agent"]

ReasonCode = Literal[
    # why this item, and why now
    "longest_wait",  # seconds: nobody in its queue has waited longer
    "waited",  # seconds
    "newest",  # the queue asks for the newest first, as long as all are in time
    "priority",  # priority, minutes: the head start in minutes of waiting
    # why this agent
    "preferred_agent",  # as: named, owner or last_agent
    "only_candidate",
    "preferred_skill",  # test: the first preference in which he is better; grade, next: his, and the next best's
    "fewest_other_skills",  # others, next: skills that this item has no use for; his, and the next best's
    "longest_idle",  # seconds, longer_seconds: how long he has been free, and how much longer than the next best
    "least_loaded",  # used: units held before this item; percent, next: of the capacity, his and the next best's
    "skill_match",  # test, skill, level: a test of what is required that he meets
    # why an item still waits; each carries agents: how many agents it is true of
    "agent_free",  # could take it now; decided at the next pass, or when the preferred agent is not waited for any more
    "lower_score",  # minutes: had room, and an item whose turn came at least so much before got him; newest: 1 if
    # that one goes first for being newer
    "held_for_older",  # has room, kept for an item that waits longer; minutes: whose turn comes so much before
    "held_for_preferred",  # seconds: so long the item waits for its preferred agent, who is here, but busy
    "offer_open",  # has an offer that is not answered yet
    "busy",  # no room beside the present load
    "channel_limit",  # channel, limit: holds as many of this channel as he may
    "exclusive_conflict",  # holds a call, or would have to hold nothing at all
    "not_routable",  # reason
    "over_capacity",  # the item is larger than the agent's whole capacity
    "excluded",
    "skill_missing",  # test: what would have to hold of him; skill: the first that it names
    "not_in_queue",
    "no_agents",  # agents is 0: there is nobody at all
    "place_kept",  # agents is 1: the item waits so long that an agent is kept free for it
    # of the item itself, whether it is offered or waits: no agents
    "ring",  # ring, rings: in force, and how many there are; since_seconds; next_seconds, but in the last one
    "pulled",  # its queue offers nothing: whoever serves it takes its work himself; agent_free counts who could
    "refused",  # times: so many offers of it were declined or missed
    "behind",  # items: others that go first for agents who may have it; minutes, most: the last and the first of them
    # by so much; more: 1 if there may be more of them than were looked at
    "outside_hours",  # seconds: until its queue opens; without: it never does. Whoever is here may have it nevertheless
]


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact behind a decision, as data: the screen finds the words."""

    code: ReasonCode
    data: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """One waiting item.

    `priority`: 0 is normal, higher is sooner, negative is later. `queued_at` (aware) is the start of the
    waiting that ageing counts from; it survives declined and missed offers. `target_minutes`: so long after
    it the answer is due. `units`: attention it costs, 100 = a whole agent, 0 = none. `exclusive`: nothing
    else may be worked on beside it (a call).

    `queue_requires`: of an agent's skills, always. `placement`: what is required besides and preferred, as it changes
    with the waiting (rings); its queue, priority and target are not looked at, since they may have changed since, and
    items of one placement should share one value, which spares time.

    `preferred_until`: so long it waits for its preferred agent when he is here but busy; whoever is away, unsuited or
    excluded is not waited for. `preferred_as`: why he is. `refusals`: offers of it that were declined or missed.
    `pulled`: never offered, and nobody is kept free for it; whoever may have it takes it himself. `offer_to`: an offer
    of it rings at up to so many at once, where more have room.
    Raises ValueError for a naive time, negative units or a negative target.
    """

    id: UUID
    queue: str
    channel: str
    priority: int
    queued_at: datetime
    units: int
    exclusive: bool = False
    queue_requires: Expression | None = None
    placement: Placement | None = None
    excluded_agents: frozenset[UUID] = frozenset()
    preferred_agent: UUID | None = None
    preferred_until: datetime | None = None
    preferred_as: PreferredAs = "named"
    target_minutes: float = 0
    refusals: int = 0
    pulled: bool = False
    offer_to: int = 1

    def __post_init__(self) -> None:
        _demand(self.units >= 0, f"work {self.id}: units must not be negative, not {self.units}")
        _demand(self.target_minutes >= 0, f"work {self.id}: target_minutes must not be negative")
        _demand_aware(self.queued_at, f"work {self.id}: queued_at")
        if self.preferred_until is not None:
            _demand_aware(self.preferred_until, f"work {self.id}: preferred_until")


@dataclass(frozen=True, slots=True)
class Held:
    """Something an agent holds: an assignment, a wrap-up, or (`offered`) an offer not answered yet.

    `interruptible`: an exclusive item may come on top of it (a call interrupts a mail), and it rests meanwhile.
    """

    channel: str
    units: int
    exclusive: bool = False
    offered: bool = False
    interruptible: bool = False

    def __post_init__(self) -> None:
        _demand(self.units >= 0, f"held {self.channel}: units must not be negative, not {self.units}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One agent as the hub sees him now. `load` includes open offers.

    `capacity` in units; `limits`: most items of a channel at once, open offers included; `idle_since` (aware):
    when he last got or finished work. Raises ValueError for a naive time or a negative capacity or limit.
    """

    id: UUID
    queues: frozenset[str]
    skills: Mapping[Skill, int]
    routable: bool
    not_routable_reason: str | None
    capacity: int
    load: tuple[Held, ...]
    idle_since: datetime
    limits: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _demand(self.capacity >= 0, f"agent {self.id}: capacity must not be negative, not {self.capacity}")
        _demand(all(most >= 0 for most in self.limits.values()), f"agent {self.id}: limits must not be negative")
        _demand_aware(self.idle_since, f"agent {self.id}: idle_since")


@dataclass(frozen=True, slots=True)
class Policy:
    """How order is decided.

    Items go in the order of the moments at which they are due; one step of priority moves that moment
    `priority_minutes` forward. The bound that follows: an item overtakes another only if that one has waited
    less than (difference in priority) * `priority_minutes` + (difference in target) longer. Whoever has
    waited longer than that goes first.

    `newest_first`: queues whose items share out their places anew, the newest first (of equal priority), as long as
    they are in time: other queues lose nothing by it, and one that is late has its place by age, so that the bound
    holds there from that moment on.

    After `hold_back_minutes` of waiting, an item that fits nobody beside the present load gets one agent
    kept for it: he takes nothing that ranks later, so small items cannot keep a large one out for ever.

    `offers_per_agent`: open offers an agent may have at once, counting those in his load marked `offered`.
    """

    priority_minutes: int = 5
    hold_back_minutes: int = 10
    offers_per_agent: int = 1
    newest_first: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _demand(self.priority_minutes >= 0, "policy: priority_minutes must not be negative")
        _demand(self.hold_back_minutes >= 0, "policy: hold_back_minutes must not be negative")
        _demand(self.offers_per_agent >= 1, "policy: offers_per_agent must be 1 or more")


@dataclass(frozen=True, slots=True)
class Match:
    """Offer `work` to `agent`, and at the same time to those `beside` him: whoever accepts first has it. `score` in
    minutes: how late it is, plus the head start of its priority.
    """

    work: Work
    agent: Candidate
    score: float
    reasons: tuple[Reason, ...]
    beside: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """`work` goes on waiting; `reasons` count the agents by what stands in the way, nearest first."""

    work: Work
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass: every item is in exactly one of the two, both in the order in which they were decided."""

    matches: tuple[Match, ...]
    skips: tuple[Skip, ...]


def _demand(true: bool, problem: str) -> None:
    if not true:
        raise ValueError(problem)


def _demand_aware(moment: datetime, what: str) -> None:
    _demand(moment.utcoffset() is not None, f"{what} must carry a time zone")
