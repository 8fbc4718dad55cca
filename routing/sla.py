"""Promised times: the words, and which promise an item gets. The clocks themselves: `sla_clocks.py`.

Minutes and seconds are open time of the policy's calendar unless a name says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ClockName = Literal["first_response", "next_response", "resolution"]
Hold = Literal["waiting", "parked"]  # waiting: for the customer
EventKind = Literal[
    "opened",
    "customer_wrote",
    "agent_replied",  # a human being, seen by the customer; notes are no events here
    "automatic_reply",  # changes no clock
    "waiting",
    "parked",
    "resumed",  # ends both
    "closed",
    "reopened",
    "policy_changed",
]
State = Literal["running", "paused", "met", "breached", "none"]
Step = str  # "warn:75%", "warn:15m" or "breach"
BREACH: Step = "breach"


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """One version of a promise. A clock without minutes is not promised.

    `warn_percents`: warn when so much of the time is used up; `warn_minutes`: when so many minutes are left (of open
    time, so that a warning about Monday morning comes on Friday afternoon). A warning that would come before the
    start of the clock is left out.

    `pauses`: what stops the clocks. Parked stops all of them. Waiting for the customer stops the resolution only:
    whoever still owes an answer waits for nobody.

    Raises ValueError for minutes below 1, percents outside 1 to 99 and anything named twice.
    """

    id: str
    version: int
    calendar: str
    first_response_minutes: int | None = None
    next_response_minutes: int | None = None
    resolution_minutes: int | None = None
    warn_percents: tuple[int, ...] = ()
    warn_minutes: tuple[int, ...] = ()
    pauses: frozenset[Hold] = frozenset({"waiting", "parked"})

    def __post_init__(self) -> None:
        minutes = (self.first_response_minutes, self.next_response_minutes, self.resolution_minutes)
        self._demand(all(one is None or one >= 1 for one in minutes), "minutes must be 1 or more")
        self._demand(all(one >= 1 for one in self.warn_minutes), "warn_minutes must be 1 or more")
        self._demand(all(1 <= one <= 99 for one in self.warn_percents), "warn_percents must be 1 to 99")
        for warnings in (self.warn_minutes, self.warn_percents):
            self._demand(len(set(warnings)) == len(warnings), "a warning is named twice")

    def _demand(self, true: bool, problem: str) -> None:
        if not true:
            raise ValueError(f"policy {self.id}: {problem}")

    def target_seconds(self, clock: ClockName) -> int | None:
        """What is promised, None if nothing is."""
        minutes = {
            "first_response": self.first_response_minutes,
            "next_response": self.next_response_minutes,
            "resolution": self.resolution_minutes,
        }[clock]
        return None if minutes is None else minutes * 60

    def steps(self, clock: ClockName) -> tuple[tuple[Step, float], ...]:
        """What happens after how many seconds on the clock, the breach included, in order of time."""
        target = self.target_seconds(clock)
        if target is None:
            return ()
        found = [(f"warn:{percent}%", target * percent / 100) for percent in self.warn_percents]
        found += [(f"warn:{minutes}m", float(target - minutes * 60)) for minutes in self.warn_minutes]
        found = [(step, seconds) for step, seconds in found if seconds > 0]
        return (*sorted(found, key=lambda entry: (entry[1], entry[0])), (BREACH, float(target)))

    def stopped_by(self, hold: Hold | None, clock: ClockName) -> bool:
        """Whether this clock stands still during `hold`."""
        return hold in self.pauses and (hold == "parked" or clock == "resolution")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an item. `id` is unique within the item and never changes.

    `policy` belongs to "opened" and "policy_changed": what is promised from now on, None for nothing.
    Raises ValueError for a naive time.
    """

    id: str
    kind: EventKind
    at: datetime
    policy: SlaPolicy | None = None

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError(f"event {self.id}: a moment must carry a time zone")


# --- which promise ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SlaRule:
    """Items whose facts all have one of the values get `policy` (an id; None: no promise on purpose)."""

    policy: str | None
    when: tuple[tuple[str, frozenset[str]], ...] = ()

    def failing(self, facts: Mapping[str, str]) -> str | None:
        """The first fact that does not fit, None if all do. A fact that is not there fits nothing."""
        return next((name for name, values in self.when if facts.get(name) not in values), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that holds (its place in the list, None if there is none) and its policy.

    `passed_over`: places of the rules looked at before it, each with the first fact that did not fit.
    """

    rule: int | None
    policy: str | None
    passed_over: tuple[tuple[int, str], ...]


def choose(rules: Sequence[SlaRule], facts: Mapping[str, str]) -> Choice:
    """The one rule that holds: the one with most conditions, among equals the one that stands first. Never two."""
    passed_over: list[tuple[int, str]] = []
    for place in sorted(range(len(rules)), key=lambda place: (-len(rules[place].when), place)):
        failing = rules[place].failing(facts)
        if failing is None:
            return Choice(place, rules[place].policy, tuple(passed_over))
        passed_over.append((place, failing))
    return Choice(None, None, tuple(passed_over))
