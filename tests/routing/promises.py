"""Histories and promises to judge: builders, strategies, and clocks that tick by the quarter of an hour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from routing.sla import ClockName, Event, EventKind, SlaPolicy
from routing.sla_clocks import Clock, current, evaluate
from tests.routing.calendars import ALWAYS, QUARTER, calendar, utc

CALENDARS = {
    "office": calendar("Europe/Berlin", closed=[{"on": "2026-03-31", "name": "Works outing"}]),
    "always": calendar("UTC", ALWAYS),
    "night": calendar("Europe/Berlin", {"sat": ["22:00-06:00"], "sun": ["22:00-06:00"]}),
    "never": calendar("UTC", {}),
}


def policy(**given: Any) -> SlaPolicy:
    """One hour for the first response, two for the next, eight for the resolution, in the office's hours."""
    usual: dict[str, Any] = {
        "id": "standard",
        "version": 1,
        "calendar": "office",
        "first_response_minutes": 60,
        "next_response_minutes": 120,
        "resolution_minutes": 480,
    }
    return SlaPolicy(**(usual | given))


def history(*entries: tuple[Any, ...], promise: SlaPolicy | None = None) -> tuple[Event, ...]:
    """(kind, time) or (kind, time, policy), times such as 2026-03-02 09:00 in UTC; ids e0, e1, ... as they stand."""
    events = []
    for number, (kind, at, *more) in enumerate(entries):
        given = more[0] if more else (promise or policy()) if kind == "opened" else None
        events.append(Event(f"e{number}", kind, utc(at) if isinstance(at, str) else at, given))
    return tuple(events)


def judge(events: Sequence[Event], now: str) -> dict[ClockName, Clock]:
    return current(evaluate(events, CALENDARS, utc(now)))


# --- ticking clocks ---------------------------------------------------------------------------------------


@dataclass
class Ticking:
    """A clock of brass: a quarter of an hour is added when somebody is there and nothing stops it."""

    name: str
    seconds: float = 0.0
    reached: dict[str, datetime] = field(default_factory=dict)
    end: datetime | None = None
    met: bool = False


class Desk:
    """The rules once more, walking through time; all moments, targets and calendars in quarters of an hour."""

    def __init__(self, events: Sequence[Event]) -> None:
        opened = next(event for event in events if event.kind == "opened")
        self.at, self.promise = opened.at, opened.policy
        self.coming = sorted((event for event in events if event.kind != "opened"), key=lambda event: event.at)
        self.clocks: list[Ticking] = []
        self.going: dict[str, Ticking] = {}
        self.hold, self.is_open, self.replied, self.missed = "", True, False, False
        self.start("response", "first_response")
        self.start("resolution", "resolution")

    def walk(self, until: datetime) -> list[Ticking]:
        while self.at <= until:
            while self.coming and self.coming[0].at <= self.at:
                event = self.coming.pop(0)
                if event.kind == "policy_changed":
                    self.promise = event.policy
                elif self.is_open or event.kind in {"customer_wrote", "agent_replied", "reopened"}:
                    getattr(self, event.kind)()
            if self.promise:
                self.tick(self.promise)
            self.at += QUARTER
        return self.clocks

    def tick(self, promise: SlaPolicy) -> None:
        for which, clock in self.going.items():
            for step, seconds in promise.steps(clock.name):  # type: ignore[arg-type]
                if clock.seconds >= seconds:
                    clock.reached.setdefault(step, self.at)
            stopped = self.hold in promise.pauses and (self.hold == "parked" or which == "resolution")
            if not stopped and CALENDARS[promise.calendar].is_open(self.at):
                clock.seconds += 900

    def start(self, which: str, name: str) -> None:
        if which not in self.going:
            self.going[which] = Ticking(name)
            self.clocks.append(self.going[which])

    def stop(self, which: str, met: bool) -> None:
        if which in self.going:
            self.going[which].end, self.going.pop(which).met = self.at, met

    def customer_wrote(self) -> None:
        if not self.is_open:
            self.missed = True
            return
        self.start("response", "next_response")
        if self.hold == "waiting":
            self.hold = ""

    def agent_replied(self) -> None:
        self.replied, self.missed = True, False
        self.stop("response", True)

    def automatic_reply(self) -> None:
        pass

    def waiting(self) -> None:
        self.hold = "waiting"

    def parked(self) -> None:
        self.hold = "parked"

    def resumed(self) -> None:
        self.hold = ""

    def closed(self) -> None:
        self.is_open, self.hold = False, ""
        self.stop("response", False)
        self.stop("resolution", True)

    def reopened(self) -> None:
        if self.is_open:
            return
        self.is_open = True
        if self.missed or not self.replied:
            self.start("response", "next_response" if self.replied else "first_response")
        self.start("resolution", "resolution")
        self.missed = False


# --- strategies -------------------------------------------------------------------------------------------

START = utc("2026-03-28 06:00")  # the Saturday before clocks in Berlin are set forward
KINDS: list[EventKind] = [
    "customer_wrote", "customer_wrote", "agent_replied", "automatic_reply", "waiting", "parked", "resumed", "closed",
    "reopened", "policy_changed",
]  # fmt: skip
minutes = st.sampled_from([None, 30, 60, 120, 480, 960])
quarters = st.integers(0, 6 * 96).map(lambda number: START + number * QUARTER)


@st.composite
def policies(draw: st.DrawFn) -> SlaPolicy:
    return SlaPolicy(
        draw(st.sampled_from(["gold", "silver"])),
        draw(st.integers(1, 2)),
        draw(st.sampled_from(["office", "office", "always", "night", "never"])),
        draw(minutes),
        draw(minutes),
        draw(minutes),
        draw(st.sampled_from([(), (50,)])),
        draw(st.sampled_from([(), (15,), (60, 15)])),
        frozenset(draw(st.sets(st.sampled_from(["waiting", "parked"])))),
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    opened = Event("e0", "opened", draw(st.integers(0, 96)) * QUARTER + START, draw(policies()))
    events = [opened]
    for number in range(1, draw(st.integers(0, 8)) + 1):
        kind = draw(st.sampled_from(KINDS))
        promise = draw(st.none() | policies()) if kind == "policy_changed" else None
        events.append(Event(f"e{number}", kind, draw(quarters), promise))
    return tuple(events)


def as_ticked(clock: Clock, until: datetime) -> tuple[object, ...]:
    reached = sorted((step, at) for step, at in clock.steps if at <= until)
    return clock.name, clock.elapsed_seconds, reached, clock.ended_at, clock.met_at is not None


def ticked(clock: Ticking) -> tuple[object, ...]:
    return clock.name, clock.seconds, sorted(clock.reached.items()), clock.end, clock.met
