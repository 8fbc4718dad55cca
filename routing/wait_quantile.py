"""How long somebody in line will wait at most, with a stated probability: "8 of 10 are answered within 4 minutes".

The line moves when somebody is done and when somebody ahead leaves. With `places` at work and p - 1 people ahead, the
time until one's turn is a sum of p steps, the j-th of which comes at the rate places / handle time + (people still
ahead) * (rate of leaving). Mean and variance of the sum are known; how much handle times scatter widens or narrows it,
the more, the longer it lasts against one handle time. A gamma distribution of that mean and variance gives the
quantile. Nothing in it depends on how long somebody has waited already, so waiting alone never makes it longer.

No formula knows who will overtake and who will go to lunch. So what was said is compared with what came, and corrected
by one factor, learnt from people who waited just now, those who left included (`correction`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, inf, isfinite, sqrt
from statistics import NormalDist, fmean

FEWEST_HANDLES = 5
FEWEST_OUTCOMES = 30
SMALLEST_CORRECTION, LARGEST_CORRECTION = 0.5, 3.0
_OVERTAKEN_ROUNDS = 3
_ROUNDING = 1e-9
_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a line moves. `handle_seconds`: mean, wrap-up included; `scatter`: variance over mean squared (1 for
    exponential times, 0 for equal ones); `leaving_per_second`: how fast each person in line gives up; `samples`: how
    many handle times the mean is of.
    """

    handle_seconds: float
    scatter: float
    leaving_per_second: float
    samples: float = inf


@dataclass(frozen=True, slots=True)
class Overtaking:
    """`per_second` come who go first, as long as one has not waited `head_start_seconds` yet."""

    per_second: float = 0.0
    head_start_seconds: float = inf


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one prediction: `said_seconds` before any correction, and the wait until the answer or (not
    `answered`) until he left or was asked about."""

    said_seconds: float
    waited_seconds: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody was told last, and the place it was about."""

    seconds: int
    position: int
    places: int


NOBODY = Overtaking()


def pace(handle_seconds: Sequence[float], waits: Sequence[tuple[float, bool]]) -> Pace | None:
    """The pace from recent handle times and waits: (seconds so far, whether he left then).

    Waits of those still in line belong to it too: without them, who leaves early counts for too much when a crowd
    has just come. None with fewer than five usable handle times; samples that are negative or not finite do not count.
    """
    handles = [sample for sample in handle_seconds if isfinite(sample) and sample >= 0]
    usable = [(seconds, left) for seconds, left in waits if isfinite(seconds) and seconds >= 0]
    mean = fmean(handles) if handles else 0.0
    if len(handles) < FEWEST_HANDLES or mean <= 0:
        return None
    scatter = fmean((sample - mean) ** 2 for sample in handles) / mean**2
    waited = sum(seconds for seconds, _ in usable)
    gone = sum(left for _, left in usable)
    return Pace(mean, scatter, gone / waited if waited > 0 else 0.0, len(handles))


def wait_within(
    share: float, position: int, places: int, at: Pace, overtaking: Overtaking = NOBODY, factor: float = 1.0
) -> float | None:
    """Seconds within which `share` (over 0, under 1) of those at `position` (1 = next) will be answered.

    `places`: items of the line that can be worked on at the same time by agents who are here, all taken now.
    `overtaking`: who comes later and goes first. `factor`: what `correction` says. None when nobody is here. Further
    back or with fewer agents it is never shorter, for shares from 0.7 (for small ones the approximation is too coarse
    to say so). Raises ValueError for a share or a position that cannot be, a negative number of places and a factor
    that is not positive.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, not {share}")
    if position < 1 or places < 0:
        raise ValueError(f"impossible: position {position}, places {places}")
    if not 0 < factor < inf:
        raise ValueError(f"factor must be positive, not {factor}")
    if places == 0:
        return None
    seconds = _quantile(share, position, places, at)
    for _ in range(_OVERTAKEN_ROUNDS):  # who waits longer is overtaken by more, who make him wait longer
        more = overtaking.per_second * min(seconds, overtaking.head_start_seconds)
        seconds = _quantile(share, position + floor(more), places, at)
    return factor * seconds


def _quantile(share: float, position: int, places: int, at: Pace) -> float:
    mean, variance = _steps(position, places, at)
    variance += mean**2 * at.scatter / at.samples  # the mean handle time is known no better than that
    return _gamma_quantile(share, mean, variance)


def correction(outcomes: Sequence[Outcome], share: float) -> float:
    """What to multiply predictions for `share` with, so that they would have held for these people.

    The quantile of waited / said. Whoever left would have waited longer than he did, nobody knows how much: he counts
    as still waiting up to there (Kaplan-Meier). 1 with fewer than thirty answers; always from 0.5 to 3.
    """
    ratios = sorted(
        (one.waited_seconds / one.said_seconds, one.answered)
        for one in outcomes
        if one.said_seconds > 0 and isfinite(one.waited_seconds) and one.waited_seconds >= 0
    )
    if sum(answered for _, answered in ratios) < FEWEST_OUTCOMES:
        return 1.0
    waiting, still = len(ratios), 1.0
    for ratio, same in groupby(ratios, key=lambda entry: entry[0]):
        gone = list(same)
        still *= 1 - sum(answered for _, answered in gone) / waiting
        waiting -= len(gone)
        if still <= 1 - share + _ROUNDING:
            return float(min(max(ratio, SMALLEST_CORRECTION), LARGEST_CORRECTION))
    return min(max(ratios[-1][0], 1.0), LARGEST_CORRECTION)


def say(last: Said | None, position: int, places: int, seconds: float) -> Said:
    """What to tell somebody now, `last` being what he was told before: whole seconds, rounded up.

    As long as his place has not become worse (further back, or fewer agents) it is never more than last time.
    Raises ValueError for seconds that are negative or not finite.
    """
    if not (isfinite(seconds) and seconds >= 0):
        raise ValueError(f"seconds must be 0 or more, not {seconds}")
    fresh = ceil(seconds)
    if last and position <= last.position and places >= last.places:
        fresh = min(fresh, last.seconds)
    return Said(fresh, position, places)


def _steps(position: int, places: int, at: Pace) -> tuple[float, float]:
    """Mean and variance of the time until as many as `position` are done or gone.

    Endings of many agents come at random at first, whatever the handle times are like; the longer the line lasts
    against one handle time, the more their own scatter shows. People who leave do so at random.
    """
    done = places / at.handle_seconds
    mean = variance = 0.0
    first = 0
    while first < position:  # one by one, and far back more and more together
        many = min(1 + first // _TOGETHER, position - first)
        ahead = first + (many - 1) / 2
        rate = done + ahead * at.leaving_per_second
        lasting = (ahead + 1) / (ahead + 1 + places)
        mean += many / rate
        variance += many / rate**2 * (1 + (at.scatter - 1) * lasting * done / rate)
        first += many
    return mean, variance


def _gamma_quantile(share: float, mean: float, variance: float) -> float:
    """By the cube of a normal variable (Wilson and Hilferty); within some percent for what lines are like."""
    ninth = variance / mean**2 / 9
    root: float = max(0.0, 1 - ninth + NormalDist().inv_cdf(share) * sqrt(ninth))
    return mean * root * root * root
