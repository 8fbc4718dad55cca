"""A wait as a range of quartiles, as it was told before: what the quantile is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite
from statistics import fmean, median, quantiles

FEWEST_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds, 0 <= low <= high."""

    low_seconds: int
    high_seconds: int


def estimate(
    position: int, agents_ready: int, recent_handle_seconds: Sequence[float], recent_waits: Sequence[float]
) -> Wait | None:
    """How long the one at `position` (1 = next) will probably wait, or None when that is not known.

    `agents_ready`: items of the queue that can be worked on at the same time by routable agents, free or
    busy; where an agent holds several, count places, not heads. Handle times in seconds, wrap-up included.

    Method: place p is reached after p endings, the first of which is already under way. Hence
    low = (p - 1) * lower quartile of handle time / places and high = p * max(upper quartile, mean) / places;
    the mean, because a few very long items lift it above the quartile. With enough recent waits, high is not
    below their median: nothing shorter is promised than what people have just lived through.

    None without agents or with fewer than five usable handle times; samples that are negative or not finite
    do not count. Raises ValueError for a position below 1 or a negative number of agents.
    """
    if position < 1:
        raise ValueError(f"position must be 1 or more, not {position}")
    if agents_ready < 0:
        raise ValueError(f"agents_ready must not be negative, not {agents_ready}")
    handles, waits = _usable(recent_handle_seconds), _usable(recent_waits)
    if agents_ready == 0 or len(handles) < FEWEST_SAMPLES:
        return None
    lower, _, upper = quantiles(handles, n=4, method="inclusive")
    low = (position - 1) * lower / agents_ready
    high = position * max(upper, fmean(handles)) / agents_ready
    if len(waits) >= FEWEST_SAMPLES:
        high = max(high, median(waits))
    return Wait(floor(low), ceil(high))


def _usable(samples: Sequence[float]) -> list[float]:
    return [sample for sample in samples if isfinite(sample) and sample >= 0]
