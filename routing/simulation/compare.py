"""The day as it was, as the policy in force would have had it, and as another one would: the same figures of each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from statistics import fmean
from typing import Any
from uuid import UUID

from routing import policy_data
from routing.match import match
from routing.model import Candidate, Work
from routing.policy import Policy
from routing.simulation.day import Day, Draws, as_it_was, followed, placed, read
from routing.simulation.floor import Fate, Played, play
from routing.simulation.metrics import Counts, estimates, jain, live_service_level, quantile

SHORT = 5.0  # seconds: who leaves sooner has not been kept waiting
STRETCHES = (60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400)  # seconds; a plot has at most so many points:
POINTS = 60
Figures = dict[str, float | None]
Points = list[dict[str, float | None]]


class Published:
    """Routing as the hub does it under one policy."""

    tick_seconds: float | None = None

    def __init__(self, policy: Policy) -> None:
        self._ordering = policy.ordering()

    def match(self, work: Sequence[Work], agents: Sequence[Candidate], now: datetime) -> Iterable[tuple[Work, UUID]]:
        return [(found.work, found.agent.id) for found in match(work, agents, self._ordering, now).matches]


def compared(job: Mapping[str, Any], told: Callable[[float], object] = lambda share: None) -> dict[str, Any]:
    """What becomes of the day of a job under its policies `published` and `new`, `runs` times from `seed` on.

    `told` hears how much is done, 0 to 1. Raises what `day.read` and `policy_data.load` raise.
    """
    day, runs = read(job["day"]), int(job["runs"])
    policies = {name: policy_data.load(job[name]) for name in ("published", "new")}
    stretch = _stretch(day.seconds)
    queues = _queues(day)
    work = {name: placed(day, policy) for name, policy in policies.items()}
    then = {name: followed(day, policy, work[name]) for name, policy in policies.items()}
    draws, done = Draws(day), 0
    found: dict[str, list[_World]] = {name: [] for name in policies}
    for seed in range(job["seed"], job["seed"] + runs):
        for name, policy in policies.items():
            result = play(draws.trace(work[name], then[name], seed), Published(policy))
            found[name].append(_World(result, queues | {item.queue for item in work[name]}, stretch))
            done += 1
            told(done / (2 * runs))
    pairs = zip(found["new"], found["published"], strict=True)
    return {
        "stretch_seconds": stretch,
        "contacts": sum(one.before == 0 for one in day.contacts),
        "waiting_before": sum(one.before > 0 for one in day.contacts),
        "agents": len(day.staff),
        "recorded": _summary([_World(as_it_was(day), queues, stretch)]),
        **{name: _summary(worlds) for name, worlds in found.items()},
        "difference": _plain(estimates([_minus(new.all, old.all) for new, old in pairs])),
    }


class _World:
    """Figures of one run: of all, of each queue, and along the day."""

    def __init__(self, played: Played, queues: set[str], stretch: int) -> None:
        self.all = figures(played)
        self.queues = {queue: figures(played, queue) for queue in sorted(queues)}
        self.points = points(played, stretch)


def figures(played: Played, queue: str | None = None) -> Figures:
    """Of the contacts of a day, in one queue or in all. Waits: of those who were answered; the longest: of everybody.
    Of a queue, the agents are those who serve it, with all their work."""
    fates = [fate for fate in played.fates if fate.arrival.counts and queue in (None, fate.arrival.queue)]
    vips = counts([fate for fate in fates if _vip(fate)], played.trace.until)
    of = counts(fates, played.trace.until)
    waits = [fate.waited for fate in fates if fate.answered_at is not None]
    shares = utilisation(played, queue)
    return {
        "contacts": len(fates),
        "answered": of.answered,
        "service_level": live_service_level(of),
        "abandonment": of.abandoned / of.offered if of.offered else None,
        "mean_wait": fmean(waits) if waits else None,
        "median_wait": quantile(waits, 0.5),
        "p95_wait": quantile(waits, 0.95),
        "longest_wait": max((_waited(fate, played.trace.until) for fate in fates), default=None),
        "vip_contacts": sum(map(_vip, fates)),
        "vip_service_level": live_service_level(vips),
        "fairness": jain([share for share, _ in shares]) if shares else None,
        "utilisation": sum(share * there for share, there in shares) / sum(there for _, there in shares)
        if shares else None,
    }  # fmt: skip


def counts(fates: Sequence[Fate], until: float) -> Counts:
    """At `until` seconds."""
    answered = [fate for fate in fates if fate.answered_at is not None]
    left = [fate for fate in fates if fate.answered_at is None and fate.left_at is not None]
    gone = [fate for fate in left if fate.arrival.leaving == "abandoned"]
    flowed = [fate for fate in left if fate.arrival.leaving == "flowed_out"]
    waiting = [fate for fate in fates if fate.answered_at is None and fate.left_at is None]
    return Counts(
        answered=len(answered),
        answered_in_time=sum(map(_soon, answered)),
        abandoned=len(gone),
        abandoned_in_time=sum(map(_soon, gone)),
        abandoned_short=sum(fate.waited <= SHORT for fate in gone),
        flowed_out=len(flowed),
        flowed_out_in_time=sum(map(_soon, flowed)),
        waiting_late=sum(until - fate.arrival.at > fate.arrival.within for fate in waiting),
    )


def utilisation(played: Played, queue: str | None = None) -> list[tuple[float, float]]:
    """Of each agent who was there (and serves the queue): the share of his hands that was full, with his seconds."""
    trace = played.trace
    busy = [0.0] * len(trace.staff)
    for span in played.spans:
        busy[span.agent] += span.share * max(0.0, min(span.end, trace.until) - max(span.start, 0.0))
    found = []
    for place, staff in enumerate(trace.staff):
        there = sum(max(0.0, min(one.end, trace.until) - max(one.start, 0.0)) for one in staff.shifts)
        if there > 0 and (queue is None or any(queue in one.queues for one in staff.shifts)):
            found.append((min(1.0, busy[place] / there), there))
    return found


def points(played: Played, stretch: int) -> Points:
    """Along the day: who came in each stretch, how many of them in time, and how many waited on average."""
    trace = played.trace
    many = max(1, -(-int(trace.until) // stretch))
    waiting, cohorts = [0.0] * many, [list[Fate]() for _ in range(many)]
    for fate in played.fates:
        end = fate.arrival.at + _waited(fate, trace.until)
        first = min(int(fate.arrival.at // stretch), many - 1)
        if fate.arrival.counts:
            cohorts[first].append(fate)
        for number in range(first, min(int(end // stretch), many - 1) + 1):
            low, high = number * stretch, min((number + 1) * stretch, trace.until)
            waiting[number] += max(0.0, min(end, high) - max(fate.arrival.at, low)) / max(high - low, 1e-9)
    return [
        {"at": float(number * stretch), "contacts": float(len(cohort)), "waiting": waiting[number],
         "service_level": live_service_level(counts(cohort, trace.until))}
        for number, cohort in enumerate(cohorts)
    ]  # fmt: skip


def _queues(day: Day) -> set[str]:
    return {one.queue for one in day.contacts}


def _stretch(seconds: float) -> int:
    """Half hours for a day, less or more where that gives too few points or too many."""
    if 4 * 3600 <= seconds <= 1800 * POINTS:
        return 1800
    return next((one for one in STRETCHES if seconds / one <= POINTS), STRETCHES[-1])


def _waited(fate: Fate, until: float) -> float:
    over = fate.answered_at is not None or fate.left_at is not None
    return fate.waited if over else until - fate.arrival.at


def _soon(fate: Fate) -> bool:
    return fate.waited <= fate.arrival.within


def _vip(fate: Fate) -> bool:
    return fate.arrival.vip is True


def _minus(new: Figures, old: Figures) -> Figures:
    return {name: None if (one := new[name]) is None or (other := old[name]) is None else one - other for name in new}


def _summary(worlds: Sequence[_World]) -> dict[str, Any]:
    return {
        "all": _plain(estimates([world.all for world in worlds])),
        "queues": {
            queue: _plain(estimates([world.queues[queue] for world in worlds]))
            for queue in worlds[0].queues
        },
        "points": [_mean(each) for each in zip(*(world.points for world in worlds), strict=True)],
    }  # fmt: skip


def _mean(of: Sequence[dict[str, float | None]]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for name in of[0]:
        known = [value for one in of if (value := one[name]) is not None]
        found[name] = fmean(known) if known else None
    return found


def _plain(of: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asdict(one) if one else None for name, one in of.items()}
