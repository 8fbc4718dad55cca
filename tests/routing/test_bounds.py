"""The bound that is stated is the bound that holds."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.bounds import Bound, Staff, bounds
from routing.model import Work
from routing.policy import Policy
from routing.score import order, rank
from tests.routing.policies import policy
from tests.routing.samples import NOW, patient

BOTH = Staff("ann", frozenset({"help", "sales"}), {})


def two_queues(*rules: tuple[str, str, int, float | None], help_target: float = 10, **help_queue: Any) -> Policy:
    """Rules as (id, queue, priority, target)."""
    written = [
        {"id": id, "when": f'form = "{id}"', "place": {"queue": queue, "priority": priority, "target_minutes": target}}
        for id, queue, priority, target in rules
    ]
    help_desk = {"id": "help", "target_minutes": help_target} | help_queue
    return policy(queues=[help_desk, {"id": "sales", "target_minutes": 2}], rules=written)


def test_difference_in_priority_and_target() -> None:
    found = bounds(two_queues(("vip", "sales", 3, None), ("slow", "help", -2, 30)), [BOTH])
    assert found[0] == Bound("help", "slow", "sales", "vip", 5 * 5 + 28)
    assert Bound("help", "slow", "help", None, 2 * 5 + 20) in found
    assert {(bound.queue, bound.by_queue) for bound in found} == {("help", "sales"), ("help", "help")}


def test_queues_that_share_no_agent_do_not_compete() -> None:
    staff = [Staff("a", frozenset({"help"}), {}), Staff("b", frozenset({"sales", "ghost"}), {})]
    assert bounds(two_queues(("vip", "sales", 9, None)), staff) == ()
    assert bounds(two_queues(("vip", "sales", 9, None)), []) == ()


def test_the_newest_first_until_it_is_late() -> None:
    assert bounds(two_queues(order="lifo"), [BOTH]) == (Bound("help", None, "help", None, 10),)


placements = st.tuples(st.sampled_from(["help", "sales"]), st.integers(-10, 10), st.none() | st.integers(0, 60))


@given(
    st.lists(placements, min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 120)), min_size=2, max_size=8),
    st.sampled_from(["fifo", "lifo"]),
)
@settings(patient, max_examples=300)
def test_nobody_is_overtaken_by_what_comes_later_than_that(
    placed: list[tuple[str, int, float | None]], arrivals: list[tuple[int, int]], kind: str
) -> None:
    rules = [(f"r{at}", *place) for at, place in enumerate(placed)]
    made = two_queues(*rules, order=kind)
    promised = {(one.queue, one.by_queue): one.minutes for one in bounds(made, [BOTH])}
    items = []
    for number, (which, waited) in enumerate(arrivals):
        place = made.rules[which % len(placed)].place
        minutes = made.target_minutes(place)
        items.append(Work(UUID(int=number), place.queue, "webchat", place.priority,
                          NOW - timedelta(minutes=waited), 10, target_minutes=minutes))
    served = order(items, made.ordering(), NOW)
    for at, first in enumerate(served):
        for left in served[at + 1 :]:
            later = (first.queued_at - left.queued_at).total_seconds() / 60
            assert later <= promised.get((left.queue, first.queue), 0)


def test_no_bound_is_longer_than_it_must_be() -> None:
    made = two_queues(("vip", "sales", 3, None), ("slow", "help", -2, 30))
    (worst, *_) = bounds(made, [BOTH])
    slow = Work(UUID(int=1), "help", "webchat", -2, NOW, 10, target_minutes=30)
    for later, overtakes in ((worst.minutes - 0.1, True), (worst.minutes + 0.1, False)):
        vip = Work(UUID(int=2), "sales", "webchat", 3, NOW + timedelta(minutes=later), 10, target_minutes=2)
        assert (rank(vip, made.ordering()) < rank(slow, made.ordering())) is overtakes


@pytest.mark.parametrize("targets", [(0, 0), (60, 0)])
def test_without_priorities_only_targets_count(targets: tuple[int, int]) -> None:
    made = two_queues(("a", "help", 0, targets[0]), ("b", "help", 0, targets[1]), help_target=0)
    found = {bound.minutes for bound in bounds(made, [Staff("a", frozenset({"help"}), {})])}
    assert found == ({60} if targets[0] else set())
