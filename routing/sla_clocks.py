"""SLA clocks: pure functions of an item's history, the calendars and the versions of the policies.

**Cycles.** Each promise is a cycle of its own, numbered from 1 per clock.
- *First response* runs from the opening until a human being replies. If the item was closed without any reply, it runs
  again, with its whole time, from the reopening.
- *Next response* runs from the customer's first unanswered message after that until a human being replies. A message
  that came while the item was closed counts from the reopening.
- *Resolution* runs from the opening until the item is closed, and again with its whole time from each reopening: the
  judgement on an earlier cycle stands.
Closing meets the resolution and calls off a response that is still due: `none`, unless it was late already.

**Breach.** A cycle is late at `due_at`; what happens exactly then is in time, what happens after is not, even if
nobody was open in between.

**Change of policy.** Time already on the clock stays; from the change on the new calendar counts and the new target
holds for the whole cycle. No breach is older than the policy that is broken, and none is forgiven by a new one.

**Late events.** The history is put in order of `at` (then as given) and judged anew as a whole. What comes before the
opening counts as at the opening. The history is the truth: `now` is never before its last event. What makes no
sense where it stands (closing twice, resuming what runs) changes nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from routing.calendar import Calendar
from routing.sla import BREACH, ClockName, Event, Hold, SlaPolicy, State, Step

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """One cycle of one clock.

    `anchors`: ids of the events it stands for, the one that started it first, then the customer's further messages.
    `elapsed_seconds`, `target_seconds`: open time. `due_at`: when it will be (or was, or would have been) late if
    nothing happens; None while it is paused or nothing is promised. `steps`: the moments of warnings and breach, also
    those still to come if nothing happens, in order. `met_at` is also set when it was met too late; `ended_at` when it
    ended in any way. `policy`: the last one in force.
    """

    name: ClockName
    cycle: int
    anchors: tuple[str, ...]
    state: State
    policy: SlaPolicy | None
    started_at: datetime
    elapsed_seconds: float
    target_seconds: int | None
    due_at: datetime | None
    steps: tuple[tuple[Step, datetime], ...]
    breached_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None

    @property
    def remaining_seconds(self) -> float | None:
        """Open time left, 0 when late, None when nothing is promised."""
        return None if self.target_seconds is None else max(0.0, self.target_seconds - self.elapsed_seconds)


def evaluate(events: Sequence[Event], calendars: Mapping[str, Calendar], now: datetime) -> tuple[Clock, ...]:
    """Every cycle of every clock, in order of their beginning.

    Raises ValueError unless exactly one event is "opened", for ids that occur twice and for a naive `now`; KeyError
    for a policy whose calendar is not among `calendars`.
    """
    if now.utcoffset() is None:
        raise ValueError("now must carry a time zone")
    history = _in_order(events)
    at = max(now.astimezone(UTC), history[-1].at)
    read = _Reading()
    for event in history:
        read.take(event)
    return tuple(_judged(cycle, calendars, at) for cycle in read.cycles)


def current(clocks: Sequence[Clock]) -> dict[ClockName, Clock]:
    """The last cycle of each clock that has begun at all."""
    return {clock.name: clock for clock in clocks}


def _in_order(events: Sequence[Event]) -> list[Event]:
    """By time, in UTC (two moments of one zone compare by the wall clock), the opening first."""
    opened = [event for event in events if event.kind == "opened"]
    if len(opened) != 1:
        raise ValueError(f"an item is opened once, not {len(opened)} times")
    if len({event.id for event in events}) != len(events):
        raise ValueError("an event is listed more than once")
    start = opened[0].at.astimezone(UTC)
    rest = sorted((event for event in events if event.kind != "opened"), key=lambda event: event.at.astimezone(UTC))
    moved = [Event(event.id, event.kind, max(start, event.at.astimezone(UTC)), event.policy) for event in rest]
    return [Event(opened[0].id, "opened", start, opened[0].policy), *moved]


# --- reading the history: which cycle ran when ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From `start` on the cycle ran, or not, under one policy."""

    start: datetime
    runs: bool
    policy: SlaPolicy | None


@dataclass(slots=True)
class _Cycle:
    name: ClockName
    number: int
    anchors: list[str]
    stretches: list[_Stretch] = field(default_factory=list)
    ended_at: datetime | None = None
    met: bool = False


class _Reading:
    def __init__(self) -> None:
        self.cycles: list[_Cycle] = []
        self.begun: Counter[ClockName] = Counter()
        self.running: dict[ClockName, _Cycle] = {}
        self.policy: SlaPolicy | None = None
        self.hold: Hold | None = None
        self.open = False
        self.replied = False
        self.unanswered: list[str] = []  # while closed

    def take(self, event: Event) -> None:
        getattr(self, f"_{event.kind}")(event)
        for cycle in self.running.values():
            policy = self.policy
            runs = policy is not None and not policy.stopped_by(self.hold, cycle.name)
            stretch = _Stretch(event.at, runs, policy)
            last = cycle.stretches[-1] if cycle.stretches else None
            if last is None or (last.runs, last.policy) != (runs, policy):
                cycle.stretches.append(stretch)

    def _begin(self, name: ClockName, *anchors: str) -> None:
        self.begun[name] += 1
        self.running[name] = _Cycle(name, self.begun[name], list(anchors))
        self.cycles.append(self.running[name])

    def _end(self, name: ClockName, at: datetime, *, met: bool) -> None:
        cycle = self.running.pop(name, None)
        if cycle:
            cycle.ended_at, cycle.met = at, met

    def _opened(self, event: Event) -> None:
        self.open, self.policy = True, event.policy
        self._begin("first_response", event.id)
        self._begin("resolution", event.id)

    def _customer_wrote(self, event: Event) -> None:
        if not self.open:
            self.unanswered.append(event.id)
            return
        if self.hold == "waiting":
            self.hold = None
        owed = self.running.get("first_response") or self.running.get("next_response")
        if owed:
            owed.anchors.append(event.id)
        else:
            self._begin("next_response", event.id)

    def _agent_replied(self, event: Event) -> None:
        self.replied, self.unanswered = True, []
        self._end("first_response", event.at, met=True)
        self._end("next_response", event.at, met=True)

    def _automatic_reply(self, event: Event) -> None:
        pass

    def _waiting(self, event: Event) -> None:
        self.hold = "waiting" if self.open else None

    def _parked(self, event: Event) -> None:
        self.hold = "parked" if self.open else None

    def _resumed(self, event: Event) -> None:
        self.hold = None

    def _closed(self, event: Event) -> None:
        if self.open:
            self.open, self.hold = False, None
            self._end("first_response", event.at, met=False)
            self._end("next_response", event.at, met=False)
            self._end("resolution", event.at, met=True)

    def _reopened(self, event: Event) -> None:
        if self.open:
            return
        self.open = True
        if not self.replied:
            self._begin("first_response", event.id, *self.unanswered)
        elif self.unanswered:
            self._begin("next_response", *self.unanswered)
        self._begin("resolution", event.id)
        self.unanswered = []

    def _policy_changed(self, event: Event) -> None:
        self.policy = event.policy


# --- judging one cycle ------------------------------------------------------------------------------------


def _judged(cycle: _Cycle, calendars: Mapping[str, Calendar], now: datetime) -> Clock:
    elapsed = 0  # microseconds
    reached: dict[Step, datetime] = {}
    due: datetime | None = None
    for stretch, end in _with_ends(cycle):
        due = reached.get(BREACH)
        for step, at in _reached(stretch, cycle.name, elapsed, calendars):
            if step == BREACH and BREACH not in reached:
                due = at
            if end is None or at < end:
                reached.setdefault(step, at)
        if stretch.runs and stretch.policy:
            passed = calendars[stretch.policy.calendar].business_seconds(stretch.start, end or now)
            elapsed += round(passed * _MICRO)
    policy = cycle.stretches[-1].policy
    late = reached.get(BREACH)
    breached = late if late is not None and late <= now else None
    target = policy.target_seconds(cycle.name) if policy else None
    return Clock(
        name=cycle.name,
        cycle=cycle.number,
        anchors=tuple(cycle.anchors),
        state=_state(cycle, breached is not None, target),
        policy=policy,
        started_at=cycle.stretches[0].start,
        elapsed_seconds=elapsed / _MICRO,
        target_seconds=target,
        due_at=due if target is not None or breached else None,
        steps=tuple(sorted(reached.items(), key=lambda entry: (entry[1], entry[0] == BREACH, entry[0]))),
        breached_at=breached,
        met_at=cycle.ended_at if cycle.met else None,
        ended_at=cycle.ended_at,
    )


def _state(cycle: _Cycle, breached: bool, target: int | None) -> State:
    if breached:
        return "breached"
    if target is None:
        return "none"
    if cycle.ended_at:
        return "met" if cycle.met else "none"
    return "running" if cycle.stretches[-1].runs else "paused"


def _with_ends(cycle: _Cycle) -> Iterator[tuple[_Stretch, datetime | None]]:
    """Each stretch with its end, which is None where it still lasts."""
    for stretch, following in pairwise(cycle.stretches):
        yield stretch, following.start
    yield cycle.stretches[-1], cycle.ended_at


def _reached(
    stretch: _Stretch, name: ClockName, elapsed: int, calendars: Mapping[str, Calendar]
) -> Iterator[tuple[Step, datetime]]:
    """When the stretch would reach each step of its policy if it never ended; `elapsed` microseconds at its start."""
    if stretch.policy is None:
        return
    for step, seconds in stretch.policy.steps(name):
        left = round(seconds * _MICRO) - elapsed
        if left <= 0:
            yield step, stretch.start
        elif stretch.runs:
            at = calendars[stretch.policy.calendar].add_business(stretch.start, left / _MICRO)
            if at is not None:
                yield step, at
