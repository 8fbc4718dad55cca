"""The order of waiting work: minutes waited plus a head start for priority.

Everybody ages at the same speed, so the order of two items never changes while they wait and does not
depend on the present time: it is the order of (queued_at - head start). That is why age wins in the end.
"""

from datetime import UTC, datetime, timedelta

from routing.model import Policy, Work

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS_A_MINUTE = 60_000_000

Rank = tuple[int, int, int]


def rank(work: Work, policy: Policy) -> Rank:
    """Sort key, first served first; exact, so that equals are told apart by age, then by id."""
    queued = (work.queued_at - _EPOCH) // _MICROSECOND
    head_start = work.priority * policy.priority_minutes * _MICROSECONDS_A_MINUTE
    return queued - head_start, queued, work.id.int


def waited_seconds(work: Work, now: datetime) -> float:
    """Seconds in line, never negative (a clock may have been set back)."""
    return max(0.0, (now - work.queued_at).total_seconds())


def score(work: Work, policy: Policy, now: datetime) -> float:
    """Minutes waited plus head start, for people to read; `rank` decides."""
    return waited_seconds(work, now) / 60 + work.priority * policy.priority_minutes


def waits_too_long(work: Work, policy: Policy, now: datetime) -> bool:
    """True once an agent is to be kept free for this item."""
    return waited_seconds(work, now) >= policy.hold_back_minutes * 60
