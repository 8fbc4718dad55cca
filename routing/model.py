"""The words of a routing decision: frozen values in, frozen values out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Skill = str

ReasonCode = Literal[
    # why this item, and why now
    "longest_wait",  # seconds: nobody in its queue has waited longer
    "waited",  # seconds
    "priority",  # priority, minutes: the head start in minutes of waiting
    # why this agent
    "preferred_agent",
    "only_candidate",
    "longest_idle",  # seconds
    "least_loaded",  # used: units held before this item
    "skill_match",  # skill, level, required
    # why an item still waits; each carries agents: how many agents it is true of
    "agent_free",  # could take it now; decided at the next pass
    "held_for_older",  # has room, which is kept for an item that waits longer
    "offer_open",  # has an offer that is not answered yet
    "busy",  # no room beside the present load
    "exclusive_conflict",  # holds a call, or would have to hold nothing at all
    "not_routable",  # reason
    "over_capacity",  # the item is larger than the agent's whole capacity
    "excluded",
    "skill_missing",  # skill, required
    "not_in_queue",
    "no_agents",  # agents is 0: there is nobody at all
    "place_kept",  # agents is 1: the item waits so long that an agent is kept free for it
]


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact behind a decision, as data: the screen finds the words."""

    code: ReasonCode
    data: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requirement:
    """The agent must have `skill` at `level` or higher; a skill the agent lacks counts as level 0."""

    skill: Skill
    level: int


@dataclass(frozen=True, slots=True)
class Work:
    """One waiting item.

    `priority`: 0 is normal, higher is sooner, negative is later. `queued_at` (aware) is the start of the
    waiting that ageing counts from; it survives declined and missed offers. `units`: attention it costs,
    100 = a whole agent, 0 = none. `exclusive`: nothing else may be held beside it (a call).
    Raises ValueError for a naive time or negative units.
    """

    id: UUID
    queue: str
    channel: str
    priority: int
    queued_at: datetime
    units: int
    exclusive: bool = False
    requirements: tuple[Requirement, ...] = ()
    excluded_agents: frozenset[UUID] = frozenset()
    preferred_agent: UUID | None = None

    def __post_init__(self) -> None:
        _demand(self.units >= 0, f"work {self.id}: units must not be negative, not {self.units}")
        _demand_aware(self.queued_at, f"work {self.id}: queued_at")


@dataclass(frozen=True, slots=True)
class Held:
    """Something an agent holds: an assignment, a wrap-up, or (`offered`) an offer not answered yet."""

    channel: str
    units: int
    exclusive: bool = False
    offered: bool = False

    def __post_init__(self) -> None:
        _demand(self.units >= 0, f"held {self.channel}: units must not be negative, not {self.units}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One agent as the hub sees him now. `load` includes open offers.

    `capacity` in units; `idle_since` (aware): when he last got or finished work.
    Raises ValueError for a naive time or a negative capacity.
    """

    id: UUID
    queues: frozenset[str]
    skills: Mapping[Skill, int]
    routable: bool
    not_routable_reason: str | None
    capacity: int
    load: tuple[Held, ...]
    idle_since: datetime

    def __post_init__(self) -> None:
        _demand(self.capacity >= 0, f"agent {self.id}: capacity must not be negative, not {self.capacity}")
        _demand_aware(self.idle_since, f"agent {self.id}: idle_since")


@dataclass(frozen=True, slots=True)
class Policy:
    """How order is decided.

    One step of priority equals `priority_minutes` of waiting. The bound that follows: an item overtakes
    one of lower priority only if that one has waited less than (difference in priority) *
    `priority_minutes` longer. Whoever has waited longer than that goes first.

    After `hold_back_minutes` of waiting, an item that fits nobody beside the present load gets one agent
    kept for it: he takes nothing that ranks later, so small items cannot keep a large one out for ever.

    `offers_per_agent`: open offers an agent may have at once, counting those in his load marked `offered`.
    """

    priority_minutes: int = 5
    hold_back_minutes: int = 10
    offers_per_agent: int = 1

    def __post_init__(self) -> None:
        _demand(self.priority_minutes >= 0, "policy: priority_minutes must not be negative")
        _demand(self.hold_back_minutes >= 0, "policy: hold_back_minutes must not be negative")
        _demand(self.offers_per_agent >= 1, "policy: offers_per_agent must be 1 or more")


@dataclass(frozen=True, slots=True)
class Match:
    """Offer `work` to `agent`. `score` in minutes: waited plus the head start of its priority."""

    work: Work
    agent: Candidate
    score: float
    reasons: tuple[Reason, ...]


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
