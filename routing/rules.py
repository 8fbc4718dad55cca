"""Placement: which queue, whom it needs, how urgent it is. Rules over the facts of a contact; the first one that holds.

- Rules are tried from top to bottom. The first whose `when` holds places the contact; the others are not looked at.
- If none holds, the policy's default does. Its id is None, so that nobody takes the default for a rule.
- What `place` answers says of every rule that was passed over which tests stood in the way, with what was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Literal, Protocol

from routing.expression import Expression, Term, Unmet, Values, all_of, holds, why_not
from routing.facts import readable
from routing.rule_index import RuleIndex

PRIORITIES = range(-10, 11)
LONGEST_MINUTES = 366 * 24 * 60
LONGEST_SECONDS = LONGEST_MINUTES * 60
MOST_RINGS = 10
MOST_PREFERENCES = 10
MOST_INDEXES = 4  # sets of rules whose indexes are kept


@dataclass(frozen=True, slots=True)
class Ring:
    """From `after_seconds` of waiting on, `require` is demanded in place of what was before; None: nothing is.

    What the queue itself requires is demanded in every ring.
    """

    after_seconds: int
    require: Expression | None

    def __post_init__(self) -> None:
        _demand(1 <= self.after_seconds <= LONGEST_SECONDS, "a ring begins after 1 second to a year")


@dataclass(frozen=True, slots=True)
class Sticky:
    """Wait for one agent before anybody else is asked: the customer's `owner`, or the `last_agent` he spoke with.

    He is waited for while he is here and suits, but is busy, at most `seconds`. If he is away, unsuited or has refused,
    nobody waits for him, so that the time-out is never spent on somebody who is not there.
    """

    to: Literal["owner", "last_agent"]
    seconds: int

    def __post_init__(self) -> None:
        _demand(0 <= self.seconds <= LONGEST_SECONDS, "an agent is waited for 0 seconds to a year")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a contact waits and how.

    `require`: of the agent's skills, besides what the queue requires. `prefer`: of those who may, who should; see
    `grades`. `priority`: -10 to 10, each step worth some minutes of waiting (`routing.model.Policy`).
    `target_minutes`: the first answer is due so long after the arrival; None: the queue's. `rings`: how the
    requirement loosens while the contact waits, in order of time. Raises ValueError for values out of range.
    """

    queue: str
    require: Expression | None = None
    prefer: tuple[Expression, ...] = ()
    priority: int = 0
    target_minutes: int | float | None = None
    sticky: Sticky | None = None
    rings: tuple[Ring, ...] = ()

    def __post_init__(self) -> None:
        _demand(self.priority in PRIORITIES, "a priority is between -10 and 10")
        target = self.target_minutes
        _demand(target is None or (isfinite(target) and 0 <= target <= LONGEST_MINUTES),
                "target_minutes is between 0 and a year")
        _demand(len(self.rings) <= MOST_RINGS, f"at most {MOST_RINGS} rings")
        _demand(len(self.prefer) <= MOST_PREFERENCES, f"at most {MOST_PREFERENCES} preferences")
        later = all(one.after_seconds < two.after_seconds for one, two in pairwise(self.rings))
        _demand(later, "each ring begins later than the one before")

    def ring(self, waited_seconds: float) -> int:
        """Which ring is in force: 0 before the first, 1 in the first."""
        return sum(ring.after_seconds <= waited_seconds for ring in self.rings)

    def required(self, waited_seconds: float, of_queue: Expression | None = None) -> Expression | None:
        """What is demanded of an agent after so long a wait, the queue's own requirement included."""
        ring = self.ring(waited_seconds)
        own = self.rings[ring - 1].require if ring else self.require
        demanded = [one for one in (of_queue, own) if one is not None]
        return all_of(*demanded) if demanded else None

    def next_ring_seconds(self, waited_seconds: float) -> int | None:
        """How long the contact will have waited when the next ring begins, None after the last."""
        return next((ring.after_seconds for ring in self.rings if ring.after_seconds > waited_seconds), None)


def grades(prefer: Sequence[Expression], skills: Mapping[str, int]) -> tuple[int, ...]:
    """How well an agent suits what is preferred: compare these, the greater is the better agent.

    The first preference decides, the next only between equals, and so on. A skill by its name alone counts by its
    level, anything else by whether it holds.
    """
    return tuple(
        max(0, skills.get(one.name, 0)) if isinstance(one, Term) and one.test == "present" else int(holds(one, skills))
        for one in prefer
    )


def of_levels(levels: Mapping[str, int]) -> Expression | None:
    """The same demand as skills with their least levels, None for none; who lacks a skill has it at level 0.

    Raises ValueError for a skill whose name the language cannot write down.
    """
    needed = [Term(skill, ">=", (level,)) for skill, level in sorted(levels.items()) if level > 0]
    return all_of(*needed) if needed else None


@dataclass(frozen=True, slots=True)
class Rule:
    """`when` this holds of a contact's facts, it is placed so. `id` never changes, `name` is for people."""

    id: str
    name: str
    when: Expression
    place: Placement


class HasRules(Protocol):
    """A policy, as far as placing needs it."""

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    @property
    def default(self) -> Placement | None: ...


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A rule that was tried and does not hold, and why."""

    rule_id: str
    why_not: tuple[Unmet, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """`rule_id`: the rule that holds, None for the default. `passed`: the rules before it, in order.

    `placement` is None only if no rule holds and there is no default; the linter lets no such policy be published.
    """

    rule_id: str | None
    placement: Placement | None
    passed: tuple[PassedOver, ...]


def place(facts: Values, policy: HasRules, *, explain: bool = True) -> Placed:
    """Where a contact with these facts goes, and why not elsewhere.

    Without `explain` nothing is said about the rules passed over, which spares most of the time. Facts that no rule
    asks for, or of a kind that it does not expect, do no harm.
    """
    seen = readable(facts)
    if not explain:
        return _first(seen, policy)
    passed: list[PassedOver] = []
    for rule in policy.rules:
        if holds(rule.when, seen):
            return Placed(rule.id, rule.place, tuple(passed))
        passed.append(PassedOver(rule.id, why_not(rule.when, seen)))
    return Placed(None, policy.default, tuple(passed))


def _first(seen: Values, policy: HasRules) -> Placed:
    for at in _index(policy.rules).candidates(seen):
        rule = policy.rules[at]
        if holds(rule.when, seen):
            return Placed(rule.id, rule.place, ())
    return Placed(None, policy.default, ())


# By identity: the rules of a policy never change, and comparing ten thousand takes longer than trying them.
_indexes: dict[int, tuple[tuple[Rule, ...], RuleIndex]] = {}


def _index(rules: tuple[Rule, ...]) -> RuleIndex:
    known = _indexes.get(id(rules))
    if known is not None and known[0] is rules:
        return known[1]
    if len(_indexes) >= MOST_INDEXES:
        _indexes.clear()
    made = RuleIndex([rule.when for rule in rules])
    _indexes[id(rules)] = rules, made
    return made


def _demand(true: bool, problem: str) -> None:
    if not true:
        raise ValueError(problem)
