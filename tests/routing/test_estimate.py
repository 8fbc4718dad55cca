"""The wait that is promised: a range that holds, or silence."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.estimate import Wait, estimate
from tests.routing.samples import patient

HANDLES = [60, 120, 180, 240, 300]
seconds = st.lists(st.floats(0, 36_000), min_size=5, max_size=40)
places = st.integers(1, 500)
staff = st.integers(1, 100)


def test_by_hand() -> None:
    """Quartiles 120 and 240, mean 180: the next one waits for the ending that is already under way."""
    assert estimate(1, 1, HANDLES, []) == Wait(0, 240)
    assert estimate(4, 2, HANDLES, []) == Wait(180, 480)


def test_a_few_very_long_items_lift_the_upper_end() -> None:
    assert estimate(1, 1, [60, 60, 60, 60, 60, 6_000], []) == Wait(0, 1_050)


def test_nothing_shorter_is_promised_than_what_people_just_waited() -> None:
    assert estimate(1, 1, HANDLES, [900, 900, 900, 900, 900]) == Wait(0, 900)
    assert estimate(1, 1, HANDLES, [900, 900, 900, 900]) == Wait(0, 240)


@pytest.mark.parametrize("handles", [[], HANDLES[:4], [*HANDLES[:4], -1, nan, inf]])
def test_silence_when_it_does_not_know(handles: list[float]) -> None:
    assert estimate(1, 3, handles, [10] * 9) is None


def test_silence_when_nobody_is_there() -> None:
    assert estimate(1, 0, HANDLES, []) is None


@pytest.mark.parametrize(("position", "agents"), [(0, 1), (-1, 1), (1, -1)])
def test_impossible_questions_are_refused(position: int, agents: int) -> None:
    with pytest.raises(ValueError, match="must"):
        estimate(position, agents, HANDLES, [])


@given(places, staff, seconds, seconds)
@patient
def test_never_negative_and_never_upside_down(
    position: int, agents: int, handles: list[float], waits: list[float]
) -> None:
    wait = estimate(position, agents, handles, waits)
    assert wait is not None
    assert 0 <= wait.low_seconds <= wait.high_seconds


@given(places, staff, seconds, seconds)
@patient
def test_further_ahead_or_more_agents_never_means_longer(
    position: int, agents: int, handles: list[float], waits: list[float]
) -> None:
    here = estimate(position + 1, agents, handles, waits)
    ahead = estimate(position, agents, handles, waits)
    staffed = estimate(position + 1, agents + 1, handles, waits)
    assert here is not None
    for better in (ahead, staffed):
        assert better is not None
        assert better.low_seconds <= here.low_seconds
        assert better.high_seconds <= here.high_seconds
