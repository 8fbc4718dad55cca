"""What figures of a floor are called, and how each is reckoned: shares 0 to 1, times in seconds.

A service level means half a dozen things, so each formula has a name, and docs/routing.md lists them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import fmean

# 95 % of Student's t lie within, by degrees of freedom (from a table); beyond, as of the next lower one.
_T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228,
        14: 2.145, 19: 2.093, 24: 2.064, 29: 2.045, 39: 2.023, 59: 2.001, 99: 1.984}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one cohort: answered, abandoned, flowed out (callback, message), each also within the threshold; abandoned
    sooner than the limit of short ones; and who waits on beyond the threshold, unanswered."""

    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    flowed_out: int = 0
    flowed_out_in_time: int = 0
    waiting_late: int = 0

    @property
    def offered(self) -> int:
        return self.answered + self.abandoned + self.flowed_out


def service_levels(of: Counts) -> dict[str, float | None]:
    """Every usual formula by its name; None where there was nobody."""
    answered, kept = of.answered, of.answered + of.abandoned
    return {
        "answered": _share(of.answered_in_time, answered),
        "answered_or_left": _share(of.answered_in_time + of.abandoned_in_time, kept),
        "abandons_counted": _share(of.answered_in_time, kept),
        "short_abandons_excluded": _share(of.answered_in_time, kept - of.abandoned_short),
        "flow_outs_counted": _share(of.answered_in_time, kept - of.abandoned_short + of.flowed_out),
        "any_removal": _share(of.answered_in_time + of.abandoned_in_time + of.flowed_out_in_time, of.offered),
    }


def live_service_level(of: Counts) -> float | None:
    """Abandons counted; and who waits beyond the threshold already is late, whatever comes."""
    return _share(of.answered_in_time, of.answered + of.abandoned + of.waiting_late)


def abandonment(of: Counts) -> dict[str, float | None]:
    """Of all offered, of those without the short ones, and of those answered or abandoned."""
    short = of.abandoned_short
    return {
        "of_offered": _share(of.abandoned, of.offered),
        "without_short": _share(of.abandoned - short, of.offered - short),
        "of_answered_or_left": _share(of.abandoned, of.answered + of.abandoned),
    }


def jain(values: Sequence[float]) -> float:
    """1 when all are equal, 1/n when one has everything, 1 when nobody has anything."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else 1.0


def quantile(values: Sequence[float], share: float) -> float | None:
    """The nearest rank: the least value that this share of all does not exceed. None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean of runs, and where it lies with 95 % confidence; with one run, or all alike, there is no width."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float]) -> Estimate:
    """Of independent runs, one at least."""
    mean, many = fmean(values), len(values)
    if many == 1 or min(values) == max(values):
        return Estimate(mean, mean, mean)
    factor = _T95[max(known for known in _T95 if known <= many - 1)]
    half = factor * sqrt(sum((value - mean) ** 2 for value in values) / (many - 1) / many)
    return Estimate(mean, mean - half, mean + half)


def estimates(runs: Sequence[Mapping[str, float | None]]) -> dict[str, Estimate | None]:
    """Of each figure; None where some run has none."""
    found: dict[str, Estimate | None] = {}
    for name in runs[0]:
        values = [run[name] for run in runs]
        known = [value for value in values if value is not None]
        found[name] = estimate(known) if len(known) == len(values) else None
    return found


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
