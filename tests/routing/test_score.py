"""The order of waiting work, and the bound that keeps age on top."""

from datetime import timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from routing.model import Policy, Work
from routing.score import rank, score, waited_seconds, waits_too_long
from tests.routing.samples import NOW, ago, call, items, patient, work

POLICY = Policy(priority_minutes=5)


def test_older_goes_first() -> None:
    assert rank(work(2, 10), POLICY) < rank(work(1, 9), POLICY)


def test_one_step_of_priority_is_worth_its_minutes_and_no_more() -> None:
    normal = work(1, 10)
    assert rank(work(2, 5.1, priority=1), POLICY) < rank(normal, POLICY)
    assert rank(work(2, 4.9, priority=1), POLICY) > rank(normal, POLICY)


def test_at_equal_score_the_older_goes_first_then_the_lower_id() -> None:
    assert rank(work(2, 10), POLICY) < rank(work(1, 5, priority=1), POLICY)
    assert rank(work(1, 10), POLICY) < rank(work(2, 10), POLICY)


def test_the_time_zone_of_a_time_does_not_matter() -> None:
    there = work(1, 10)
    moved = there.queued_at.astimezone(timezone(timedelta(hours=8)))
    assert rank(there, POLICY)[0] == int(moved.timestamp()) * 1_000_000


def test_an_absurd_priority_is_only_a_large_number() -> None:
    assert rank(work(1, priority=10**12), POLICY) < rank(work(2, 10**5), POLICY)


def test_score_is_minutes_waited_plus_head_start() -> None:
    assert score(work(1, 3, priority=2), POLICY, NOW) == 13.0


def test_score_counts_the_minutes_before_it_is_due_as_negative() -> None:
    assert score(work(1, 3, target_minutes=10), POLICY, NOW) == -7.0


def test_nobody_waits_a_negative_time() -> None:
    assert waited_seconds(work(1, -3), NOW) == 0.0


def test_too_long_begins_at_the_limit() -> None:
    policy = Policy(hold_back_minutes=10)
    assert waits_too_long(call(1, 10), policy, NOW)
    assert not waits_too_long(call(1, 9.99), policy, NOW)


@given(items(1), items(2), st.integers(0, 60))
@patient
def test_overtaking_is_bounded(one: Work, two: Work, minutes: int) -> None:
    """I5: whoever has waited (difference in priority) * priority_minutes + (difference in target) longer goes first."""
    policy = Policy(priority_minutes=minutes)
    first, second = sorted((one, two), key=lambda item: rank(item, policy))
    advance = (first.priority - second.priority) * minutes + second.target_minutes - first.target_minutes
    assert first.queued_at - second.queued_at <= timedelta(minutes=max(0, advance))


def test_the_order_of_two_items_does_not_depend_on_the_hour() -> None:
    older, sooner = work(1, 30), work(2, 1, priority=3)
    for later in range(0, 600, 60):
        now = ago(-later)
        assert score(older, POLICY, now) > score(sooner, POLICY, now)
