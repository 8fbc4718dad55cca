"""Whether promised waits hold: every customer of a played trace who has to wait is told something, and then we look.

Coverage is counted on probes, customers whose patience has no end: of the others, those with a long wait have left, and
whoever counts only the rest praises himself.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf, log
from random import Random

from benchmarks.figures import Line
from benchmarks.routing_sim.ranges import estimate
from benchmarks.routing_sim.rivals import STEP_MINUTES, Ours
from benchmarks.routing_sim.trace import bursts, day, even, flood, skills
from routing.simulation.floor import Fate, Played, play
from routing.simulation.trace import Arrival, Trace
from routing.wait_quantile import Outcome, Overtaking, correction, pace, wait_within

SHARE = 0.8
WAYS = ("quantile, corrected", "quantile", "range, upper end", "mean of recent waits")
REMEMBERED, OUTCOMES = 200, 200  # handle times; waits and predictions
LOOKING_BACK = 300.0  # seconds
DAY_BEFORE = 10_000
PROBES = 0.05


@dataclass(frozen=True, slots=True)
class Told:
    """One prediction per way of making it (None where it kept silent), and the wait that came, for one probe."""

    said: dict[str, float | None]
    waited: float


@dataclass(frozen=True, slots=True)
class Kept:
    """`coverage`: share of promises that held; `loss`: mean pinball loss in seconds, which rewards both holding and
    being short; `median`: what is typically said."""

    spoken: int
    coverage: float
    loss: float
    median: float


def with_probes(trace: Trace, seed: int, *, lognormal: bool = False) -> Trace:
    """The trace with patience taken from some customers; `lognormal`: and with handle times as real ones are."""
    dice = Random(f"probes {seed}")
    arrivals = []
    for arrival in trace.arrivals:
        patience = inf if dice.random() < PROBES else arrival.patience
        handle = dice.lognormvariate(log(180) - 0.32, 0.8) if lognormal else arrival.handle
        arrivals.append(replace(arrival, patience=patience, handle=handle))
    return replace(trace, arrivals=tuple(arrivals))


def told(floor: Callable[[int], Trace], seed: int, *, lognormal: bool = False) -> list[Told]:
    """What every probe who had to wait was told when he came, from what was known then.

    Handle times of the day before are known from the start: of today's first ones only the short are over soon.
    """
    before = with_probes(floor(DAY_BEFORE + seed), seed, lognormal=lognormal)
    result = play(with_probes(floor(seed), seed, lognormal=lognormal), Ours())
    found = []
    for moment in _moments(result, before):
        said = moment.predictions()
        if said and moment.fate.arrival.patience == inf:
            found.append(Told(said, moment.fate.waited))
    return found


def kept(of: list[Told], way: str) -> Kept:
    pairs = [(said, one.waited) for one in of if (said := one.said[way]) is not None]
    if not pairs:
        return Kept(0, 0.0, 0.0, 0.0)
    loss = sum(max(SHARE * (waited - said), (1 - SHARE) * (said - waited)) for said, waited in pairs) / len(pairs)
    holding = sum(waited <= said for said, waited in pairs) / len(pairs)
    return Kept(len(pairs), holding, loss, sorted(said for said, _ in pairs)[len(pairs) // 2])


def promises(unseen: Sequence[int] = range(300, 310)) -> list[Line]:
    """Whether eight of ten promises hold on days that were not looked at while the estimate was made."""
    lines = []
    for floor in (even, bursts, day, skills, flood):
        for lognormal in (False, True):
            found = [one for seed in unseen for one in told(floor, seed, lognormal=lognormal)]
            ours, theirs = kept(found, WAYS[0]), kept(found, WAYS[-1])
            title = f"{floor.__name__}{', real handle times' if lognormal else ''}: 8 of 10 within the time told"
            lines.append(Line(title, f"{100 * ours.coverage:.1f} %", f"{100 * theirs.coverage:.1f} % ({WAYS[-1]})",
                              target="75 to 85 %", met=0.75 <= ours.coverage <= 0.85))  # fmt: skip
            lines.append(Line("  pinball loss, s", f"{ours.loss:.1f}", f"{theirs.loss:.1f}"))
    return lines


class _Moment:
    """One arrival and what was known when it came."""

    def __init__(self, fate: Fate, known: "_Known", line: list[Fate], places: int) -> None:
        self.fate, self.known, self.line, self.places = fate, known, line, places
        self.position = 1 + sum(_due(one) <= _due(fate) for one in self.line)

    def predictions(self) -> dict[str, float | None]:
        """Nothing for whoever is answered at once."""
        if self.fate.waited <= 0:
            return {}
        known = self.known
        still = [(self.fate.arrival.at - one.arrival.at, False) for one in self.line]
        at = pace(known.handles, [*known.waits, *still])
        overtaking = known.overtaking(self.fate.arrival)
        plain = wait_within(SHARE, self.position, self.places, at, overtaking) if at else None
        corrected = None
        if plain is not None:
            corrected = plain * correction(known.outcomes, SHARE)
            known.open.append((self.fate, plain))
        former = estimate(self.position, self.places, known.handles, [wait for wait, _ in known.waits])
        upper = former.high_seconds if former else None
        return dict(zip(WAYS, (corrected, plain, upper, known.mean_wait), strict=True))


class _Known:
    """The recent past of one queue, as the hub would know it."""

    def __init__(self) -> None:
        self.handles: deque[float] = deque(maxlen=REMEMBERED)
        self.waits: deque[tuple[float, bool]] = deque(maxlen=OUTCOMES)
        self.outcomes: deque[Outcome] = deque(maxlen=OUTCOMES)
        self.came: deque[tuple[float, int]] = deque(maxlen=1_000)
        self.open: list[tuple[Fate, float]] = []
        self.mean_wait: float | None = None  # as app_queue keeps it: three quarters of the old, one of the new

    def overtaking(self, arrival: Arrival) -> Overtaking:
        """From those of higher priority who came in the last minutes."""
        came = sum(arrival.at - LOOKING_BACK < at and priority > arrival.priority for at, priority in self.came)
        return Overtaking(came / min(LOOKING_BACK, max(arrival.at, 1.0)), 60 * STEP_MINUTES)

    def over(self, fate: Fate, now: float) -> None:
        answered = fate.answered_at is not None
        self.waits.append((fate.waited, not answered))
        if answered:
            old = self.mean_wait
            self.mean_wait = fate.waited if old is None else (3 * old + fate.waited) / 4
        for one, said in self.open:
            if one is fate:
                self.outcomes.append(Outcome(said, fate.waited, answered))
        self.open = [(one, said) for one, said in self.open if one is not fate]


def _moments(result: Played, before: Trace) -> Iterator[_Moment]:
    """Walks through the played trace: waits end, work ends, customers come."""
    events: list[tuple[float, int, int]] = []
    for number, fate in enumerate(result.fates):
        events.append((fate.arrival.at, 2, number))
        events.append((fate.arrival.at + fate.waited, 0, number))
        if fate.answered_at is not None:
            events.append((fate.answered_at + fate.arrival.handle, 1, number))
    known: defaultdict[str, _Known] = defaultdict(_Known)
    for arrival in before.arrivals:
        known[arrival.queue].handles.append(arrival.handle)
    waiting: dict[int, Fate] = {}
    for now, what, number in sorted(events):
        fate = result.fates[number]
        of = known[fate.arrival.queue]
        if what == 0 and number in waiting:
            del waiting[number]
            of.over(fate, now)
        elif what == 1:
            of.handles.append(fate.arrival.handle)
        elif what == 2:
            suited = (staff for staff in result.trace.staff if fate.arrival.queue in staff.queues)
            places = sum(staff.start <= now < staff.end for staff in suited)
            line = [one for one in waiting.values() if one.arrival.queue == fate.arrival.queue]
            yield _Moment(fate, of, line, places)
            of.came.append((now, fate.arrival.priority))
            if fate.waited > 0:
                waiting[number] = fate
            else:
                of.over(fate, now)


def _due(fate: Fate) -> float:
    return fate.arrival.at - 60 * STEP_MINUTES * fate.arrival.priority
