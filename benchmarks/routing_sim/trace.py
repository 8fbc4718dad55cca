"""Floors drawn from a seed: who comes when, and who is there to answer."""

from collections.abc import Callable, Sequence
from math import inf
from random import Random

from routing.simulation.trace import Arrival, Staff, Trace

HOUR = 3600.0


def poisson(dice: Random, per_hour: float, hours: float) -> list[float]:
    """Moments of arrivals at random."""
    moments, at = [], dice.expovariate(per_hour / HOUR)
    while at < hours * HOUR:
        moments.append(at)
        at += dice.expovariate(per_hour / HOUR)
    return moments


def shaped(dice: Random, per_hour: Callable[[float], float], most: float, hours: float) -> list[float]:
    """Arrivals at random whose rate changes: `per_hour(second)`, never above `most`."""
    return [at for at in poisson(dice, most, hours) if dice.random() < per_hour(at) / most]


def single(seed: int, per_hour: float, handle: float, agents: int, hours: float, patience: float = inf) -> Trace:
    """One queue, agents all alike, everything exponential: what Erlang's formulas are about."""
    dice = Random(seed)
    arrivals = tuple(
        Arrival(at, "help", dice.expovariate(1 / handle), dice.expovariate(1 / patience) if patience < inf else inf)
        for at in poisson(dice, per_hour, hours)
    )
    return Trace("single", arrivals, (Staff(frozenset({"help"})),) * agents)


# --- floors to compare on ---------------------------------------------------------------------------------

# Half hours from 8 to 20 o'clock, against the mean: the two humps of a day.
DAY = (0.4, 0.7, 1.0, 1.25, 1.35, 1.3, 1.1, 0.95, 0.9, 1.0, 1.1, 1.15,
       1.1, 1.0, 0.85, 0.7, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2)  # fmt: skip
PATIENCE = 180.0
HELP = frozenset({"help"})


def even(seed: int) -> Trace:
    """Calls at random, one queue, every tenth from a VIP, somewhat too few agents."""
    dice = Random(f"even {seed}")
    return Trace("even", tuple(_call(dice, at) for at in poisson(dice, 380, 6)), (Staff(HELP),) * 20)


def bursts(seed: int) -> Trace:
    """Every hour ten minutes in which three times as many call."""
    dice = Random(f"bursts {seed}")
    moments = shaped(dice, lambda at: 900 if at % HOUR < 600 else 300, 900, 6)
    return Trace("bursts", tuple(_call(dice, at) for at in moments), (Staff(HELP),) * 24)


def day(seed: int) -> Trace:
    """A day with two humps and three shifts."""
    dice = Random(f"day {seed}")
    moments = shaped(dice, lambda at: 330 * DAY[int(at // 1800)], 330 * max(DAY), 12)
    shifts = ((0, 8, 10), (2, 10, 8), (4, 12, 6))
    staff = tuple(Staff(HELP, (), first * HOUR, last * HOUR) for first, last, many in shifts for _ in range(many))
    return Trace("day", tuple(_call(dice, at) for at in moments), staff)


def skills(seed: int) -> Trace:
    """Three languages, specialists and people who also speak a second one; they take a quarter longer in it."""
    dice = Random(f"skills {seed}")
    shares = {"english": 210.0, "french": 90.0, "italian": 60.0}
    arrivals = sorted(
        (
            _call(dice, at, language, ((language, 1),))
            for language, rate in shares.items()
            for at in poisson(dice, rate, 6)
        ),
        key=lambda arrival: arrival.at,
    )
    staff = (
        *_speakers(7, english=3),
        *_speakers(3, french=3),
        *_speakers(2, italian=3),
        *_speakers(3, english=3, french=1),
        *_speakers(2, english=1, french=3),
        *_speakers(2, english=1, italian=3),
    )
    return Trace("skills", tuple(arrivals), staff)


def mixed(seed: int) -> Trace:
    """Calls, to be answered in 20 seconds, and mails, in two hours, for the same agents, one thing at a time; for
    four hours there are more calls than anybody can take."""
    dice = Random(f"mixed {seed}")
    calls = [_call(dice, at) for at in shaped(dice, lambda at: 400 if at < 4 * HOUR else 150, 400, 8)]
    mails = [
        Arrival(at, "mail", dice.expovariate(1 / 300), inf, _vip(dice), (), 2 * HOUR, "email", 105.0)
        for at in poisson(dice, 25, 8)
    ]
    both = sorted([*calls, *mails], key=lambda arrival: arrival.at)
    return Trace("mixed", tuple(both), (Staff(frozenset({"help", "mail"})),) * 15)


def flood(seed: int) -> Trace:
    """Chats of patient customers; for two hours more come than can be answered, and three of ten are VIPs."""
    dice = Random(f"flood {seed}")
    moments = shaped(dice, lambda at: 260 if HOUR <= at < 3 * HOUR else 140, 260, 6)
    arrivals = [
        Arrival(at, "help", dice.expovariate(1 / 180), dice.expovariate(1 / (4 * HOUR)), int(dice.random() < 0.3),
                within=300.0)
        for at in moments
    ]  # fmt: skip
    return Trace("flood", tuple(arrivals), (Staff(HELP),) * 10)


FLOORS: Sequence[Callable[[int], Trace]] = (even, bursts, day, skills, mixed, flood)


def _call(dice: Random, at: float, queue: str = "help", needs: tuple[tuple[str, int], ...] = ()) -> Arrival:
    handle, patience = dice.expovariate(1 / 180), dice.expovariate(1 / PATIENCE)
    return Arrival(at, queue, handle, patience, _vip(dice), needs)


def _vip(dice: Random) -> int:
    return 1 if dice.random() < 0.1 else 0


def _speakers(many: int, **levels: int) -> tuple[Staff, ...]:
    return (Staff(frozenset(levels), tuple(levels.items())),) * many
