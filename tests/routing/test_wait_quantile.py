"""The wait that holds for eight of ten: by hand, by property, and on customers it has never seen."""

from math import inf, isfinite, log, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.routing_sim.promises import Told, kept, told
from benchmarks.routing_sim.trace import bursts, day, even
from routing.wait_quantile import NOBODY, Outcome, Overtaking, Pace, Said, correction, pace, say, wait_within
from tests.routing.samples import patient

EVEN = Pace(180, 1, 0)
positions, many = st.integers(1, 600), st.integers(1, 200)
paces = st.builds(Pace, st.floats(1, 3_600), st.floats(0, 4), st.sampled_from([0.0, 1e-4, 0.002, 0.02]))
shares = st.floats(0.05, 0.95)


def test_the_next_one_by_hand() -> None:
    """One step at the rate 10 / 180 s: the exponential's quantile is -ln(1 - share) * 18 s."""
    for share in (0.5, 0.8, 0.9):
        assert wait_within(share, 1, 10, EVEN) == pytest.approx(-log(1 - share) * 18, rel=0.02)


def test_the_tenth_by_hand() -> None:
    """Ten steps of 18 s: Erlang's distribution, whose 80 % point is 12.519 steps (chi-square 20, 25.038 / 2)."""
    assert wait_within(0.8, 10, 10, EVEN) == pytest.approx(12.519 * 18, rel=0.005)


def test_those_who_leave_make_it_shorter() -> None:
    """Two ahead who leave after 60 s on average: steps at 1/18 + 2/60, 1/18 + 1/60 and 1/18."""
    leaving = Pace(180, 1, 1 / 60)
    mean = 1 / (1 / 18 + 2 / 60) + 1 / (1 / 18 + 1 / 60) + 18
    found = wait_within(0.5, 3, 10, leaving)
    assert found is not None
    assert 0.8 * mean < found < mean
    assert found < (wait_within(0.5, 3, 10, EVEN) or 0)


def test_those_who_overtake_make_it_longer_within_their_head_start() -> None:
    alone = wait_within(0.8, 5, 10, EVEN) or 0
    overtaken = wait_within(0.8, 5, 10, EVEN, Overtaking(1 / 36, 300)) or 0
    no_further = wait_within(0.8, 5, 10, EVEN, Overtaking(1 / 36, 0)) or 0
    assert alone < overtaken < 4 * alone
    assert no_further == alone == wait_within(0.8, 5, 10, EVEN, NOBODY)


def test_more_than_can_be_overtaken_stays_finite() -> None:
    found = wait_within(0.8, 5, 1, EVEN, Overtaking(10.0))
    assert found is not None
    assert isfinite(found)


def test_nobody_there_nothing_said() -> None:
    assert wait_within(0.8, 1, 0, EVEN) is None


def test_handle_times_that_are_all_equal_leave_less_room() -> None:
    equal, wild = Pace(180, 0, 0), Pace(180, 3, 0)
    assert (wait_within(0.9, 40, 10, equal) or 0) < (wait_within(0.9, 40, 10, EVEN) or 0)
    assert (wait_within(0.9, 40, 10, EVEN) or 0) < (wait_within(0.9, 40, 10, wild) or 0)


def test_pace_from_samples() -> None:
    found = pace([100, 200, 100, 200, 150], [(30, True), (90, False), (nan, True), (-5, True), (inf, True)])
    assert found is not None
    assert (found.handle_seconds, found.scatter) == pytest.approx((150, 2_000 / 22_500))
    assert found.leaving_per_second == pytest.approx(1 / 120)
    assert pace([100, 200, nan, 100, -3, 200], []) is None
    assert pace([0] * 9, []) is None
    assert pace([60] * 5, []) == Pace(60, 0, 0, 5)


def test_a_mean_of_few_samples_is_trusted_less() -> None:
    few, more = Pace(180, 1, 0, 5), Pace(180, 1, 0, 500)
    assert (wait_within(0.8, 20, 10, few) or 0) > 1.1 * (wait_within(0.8, 20, 10, more) or 0)


def test_correction_by_hand() -> None:
    """Forty who waited 0.05, 0.10 ... 2.00 of what was said: eight of ten waited at most 1.6 of it."""
    outcomes = [Outcome(100, 5.0 * number, answered=True) for number in range(1, 41)]
    assert correction(outcomes, 0.8) == pytest.approx(1.6)
    assert correction(outcomes[:29], 0.8) == 1
    assert correction([Outcome(100, 1, answered=True)] * 40, 0.8) == 0.5
    assert correction([Outcome(100, 900, answered=True)] * 40, 0.8) == 3
    unusable = [Outcome(0, 5, answered=True), Outcome(100, nan, answered=True), Outcome(100, -1, answered=True)]
    assert correction([*outcomes, *unusable * 20], 0.8) == pytest.approx(1.6)


def test_whoever_left_counts_as_still_waiting() -> None:
    """Half of them leave at a tenth of what was said: they say nothing about how long the others wait."""
    answered = [Outcome(100, 5.0 * number, answered=True) for number in range(1, 41)]
    left = [Outcome(100, 2.0, answered=False)] * 40
    assert correction([*answered, *left], 0.8) == correction(answered, 0.8)
    late = [Outcome(100, 150.0, answered=False)] * 40
    assert correction([*answered, *late], 0.8) > correction(answered, 0.8)
    assert correction([*answered[:35], *[Outcome(100, 190.0, answered=False)] * 80], 0.8) == pytest.approx(1.9)


@pytest.mark.parametrize(
    ("share", "position", "places", "factor"),
    [(0.0, 1, 1, 1.0), (1.0, 1, 1, 1.0), (nan, 1, 1, 1.0), (0.8, 0, 1, 1.0), (0.8, 1, -1, 1.0), (0.8, 1, 1, 0.0),
     (0.8, 1, 1, inf), (0.8, 1, 1, nan)],
)  # fmt: skip
def test_impossible_questions_are_refused(share: float, position: int, places: int, factor: float) -> None:
    with pytest.raises(ValueError, match=r"must be|impossible"):
        wait_within(share, position, places, EVEN, NOBODY, factor)


@pytest.mark.parametrize("seconds", [-1.0, nan, inf])
def test_nothing_impossible_is_said(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds"):
        say(None, 1, 1, seconds)


# --- what holds always ------------------------------------------------------------------------------------


@given(st.floats(0.7, 0.95), positions, many, paces)
@settings(patient, max_examples=300)
def test_further_back_or_fewer_agents_is_never_shorter(share: float, position: int, places: int, at: Pace) -> None:
    """Of what is promised: nobody tells a time that holds for less than seven of ten."""
    here = wait_within(share, position, places, at)
    behind = wait_within(share, position + 1, places, at)
    staffed = wait_within(share, position, places + 1, at)
    assert here is not None
    assert behind is not None
    assert staffed is not None
    assert 0 <= here < inf
    assert behind >= here * (1 - 1e-9)
    assert staffed <= here * (1 + 1e-9)


@given(shares, shares, positions, many, paces)
@patient
def test_surer_is_longer(one: float, other: float, position: int, places: int, at: Pace) -> None:
    low, high = sorted((one, other))
    assert (wait_within(low, position, places, at) or 0) <= (wait_within(high, position, places, at) or 0)


@given(st.lists(st.tuples(positions, many, st.floats(0, 5_000)), min_size=1, max_size=20))
@patient
def test_nobody_who_only_waits_is_told_more_than_before(told_so_far: list[tuple[int, int, float]]) -> None:
    last: Said | None = None
    for position, places, seconds in told_so_far:
        now = say(last, position, places, seconds)
        if last and position <= last.position and places >= last.places:
            assert now.seconds <= last.seconds
        else:
            assert seconds <= now.seconds <= seconds + 1
        assert (now.position, now.places) == (position, places)
        last = now


@given(st.lists(st.builds(Outcome, st.floats(-1, 900), st.floats(0, 900), st.booleans()), max_size=90), shares)
@patient
def test_a_correction_stays_within_bounds(outcomes: list[Outcome], share: float) -> None:
    assert 0.5 <= correction(outcomes, share) <= 3


# --- on customers it has never seen: seeds from 300 on were not looked at while it was built -----------------


@pytest.mark.parametrize("lognormal", [False, True])
def test_eight_of_ten_are_answered_in_the_time_they_were_told(lognormal: bool) -> None:
    found: list[Told] = []
    for floor in (even, bursts, day):
        for seed in (300, 301):
            found += told(floor, seed, lognormal=lognormal)
    holding = kept(found, "quantile, corrected")
    assert holding.spoken > 200
    assert 0.75 <= holding.coverage <= 0.85
    naive = kept(found, "mean of recent waits")
    assert naive.coverage < 0.5
    assert holding.loss < naive.loss / 1.5


def test_what_is_kept_by_hand() -> None:
    of = [Told({"way": 100.0}, 50.0), Told({"way": 100.0}, 150.0), Told({"way": None}, 10.0)]
    found = kept(of, "way")
    assert (found.spoken, found.coverage, found.median) == (2, 0.5, 100)
    assert found.loss == pytest.approx((0.2 * 50 + 0.8 * 50) / 2)
    assert kept([], "way").spoken == 0
