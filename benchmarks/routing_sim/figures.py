"""What a played trace comes to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from benchmarks.figures import quantile
from routing.simulation.floor import Fate, Played
from routing.simulation.metrics import jain

# 99 % of Student's t lie within, by degrees of freedom (from a table)
_T99 = {4: 4.604, 9: 3.250, 14: 2.977, 19: 2.861, 24: 2.797, 29: 2.756, 39: 2.708}


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares 0 to 1, waits in seconds; all arrivals count, those who left with the wait they had.

    `service_level`: answered in time, of all. `fairness`: Jain's index over the agents' share of time at work, 1 when
    all are equally busy. `abandoned`: of all.
    """

    service_level: float
    vip_level: float
    abandoned: float
    p95_wait: float
    longest_wait: float
    fairness: float
    occupancy: float


def figures(played: Played, since: float = 0.0, channel: str | None = None) -> Figures:
    """Of the arrivals from second `since` on, of one channel or all."""
    fates = [fate for fate in played.fates if fate.arrival.at >= since]
    fates = [fate for fate in fates if channel in {None, fate.arrival.channel}]
    vips = [fate for fate in fates if fate.arrival.priority > 0]
    shares = [busy / there for busy, there in zip(played.busy, played.there, strict=True)]
    waits = [fate.waited for fate in fates]
    return Figures(
        service_level=_share(in_time(fate) for fate in fates),
        vip_level=_share(in_time(fate) for fate in vips),
        abandoned=_share(fate.left_at is not None for fate in fates),
        p95_wait=quantile(waits, 0.95),
        longest_wait=max(waits),
        fairness=jain(shares),
        occupancy=sum(played.busy) / sum(played.there),
    )


def in_time(fate: Fate) -> bool:
    return fate.answered_at is not None and fate.waited <= fate.arrival.within


def interval99(values: Sequence[float]) -> tuple[float, float]:
    """Where the mean lies with 99 % confidence, from independent runs (5, 10, 15, 20, 25, 30 or 40 of them)."""
    many = len(values)
    mean = sum(values) / many
    spread = sqrt(sum((value - mean) ** 2 for value in values) / (many - 1) / many) * _T99[many - 1]
    return mean - spread, mean + spread


def mean_of(runs: Sequence[Figures]) -> Figures:
    """The mean of each figure over runs; of the longest wait the longest."""
    fields = Figures.__slots__
    means = {name: sum(getattr(run, name) for run in runs) / len(runs) for name in fields}
    return Figures(**(means | {"longest_wait": max(run.longest_wait for run in runs)}))


def _share(of: Iterable[bool]) -> float:
    values = list(of)
    return sum(values) / len(values) if values else 1.0
