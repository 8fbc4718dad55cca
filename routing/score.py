"""The order of waiting work: how late it is, in minutes, plus a head start for priority.

Everybody ages at the same speed, so the order of two items never changes while they wait and does not
depend on the present time: it is the order of the moments at which they are due, less the head start. That
is why age wins in the end. Queues that ask for the newest first are the exception, and only until an item is late.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from routing.model import Policy, Work

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_A_MINUTE = 60_000_000

Rank = tuple[int, int, int]


def rank(work: Work, policy: Policy) -> Rank:
    """Sort key, first served first; exact, so that equals are told apart by age, then by id."""
    queued = (work.queued_at - _EPOCH) // _MICROSECOND
    due = round(work.target_minutes * MICROSECONDS_A_MINUTE)
    head_start = work.priority * policy.priority_minutes * MICROSECONDS_A_MINUTE
    return queued + due - head_start, queued, work.id.int


def order(work: Iterable[Work], policy: Policy, now: datetime) -> list[Work]:
    """First served first. In a queue of `newest_first` the items in time share their places out anew."""
    ranked = sorted(work, key=lambda item: rank(item, policy))
    for queue in policy.newest_first:
        places = [at for at, item in enumerate(ranked) if item.queue == queue and not late(item, now)]
        newest = sorted((ranked[at] for at in places), key=_newest)
        for at, item in zip(places, newest, strict=True):
            ranked[at] = item
    return ranked


def late(work: Work, now: datetime) -> bool:
    return waited_seconds(work, now) >= work.target_minutes * 60


def waited_seconds(work: Work, now: datetime) -> float:
    """Seconds in line, never negative (a clock may have been set back)."""
    return max(0.0, (now - work.queued_at).total_seconds())


def score(work: Work, policy: Policy, now: datetime) -> float:
    """Minutes late (negative: still in time) plus head start, for people to read; `rank` decides."""
    return waited_seconds(work, now) / 60 - work.target_minutes + work.priority * policy.priority_minutes


def waits_too_long(work: Work, policy: Policy, now: datetime) -> bool:
    """True once an agent is to be kept free for this item."""
    return waited_seconds(work, now) >= policy.hold_back_minutes * 60


def _newest(item: Work) -> Rank:
    queued = (item.queued_at - _EPOCH) // _MICROSECOND
    return -item.priority, -queued, item.id.int
