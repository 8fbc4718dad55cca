"""Staffing formulas against published figures, against the states of the queue itself, and at the edges.

Sources. Erlang C: 200 calls an hour of 180 s, the staffing example usual in the trade (14 agents for 80 % within 20 s),
and 240 calls an hour of 300 s. Erlang A: O. Garnett, A. Mandelbaum, M. Reiman, "Designing a Call Center with Impatient
Customers" (2002), their comparison of 50 agents, 48 calls a minute of one minute, patience of two minutes: without
abandonment 20.8 s on average, 90 % answered within 58.1 s, 17 waiting, agents busy 96 %; with it 3.1 % leave, 3.7 s,
3 waiting, 93 %. Erlang B: the table in any textbook.
"""

from math import exp, inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.erlang import Demand, Outlook, agents_needed, erlang_b, erlang_c, outlook
from tests.routing.samples import patient


@pytest.mark.parametrize(
    ("per_hour", "handle", "agents", "waits", "within", "mean"),
    [
        (200, 180, 14, 0.1741, 0.8884, 7.84),
        (200, 180, 13, 0.2853, 0.7956, 17.12),
        (200, 180, 12, 0.4494, 0.6402, 40.44),
        (200, 180, 11, 0.6821, 0.3896, 122.78),
        (240, 300, 24, 0.2981, 0.7717, 22.36),
    ],
)
def test_erlang_c_as_published(
    per_hour: float, handle: float, agents: int, waits: float, within: float, mean: float
) -> None:
    found = outlook(Demand(per_hour, handle), agents, 20)
    assert found.wait_probability == pytest.approx(waits, abs=0.00005)
    assert found.answered_within == pytest.approx(within, abs=0.00005)
    assert found.asa_seconds == found.mean_wait_seconds == pytest.approx(mean, abs=0.005)
    assert found.occupancy == pytest.approx(per_hour * handle / 3600 / agents)
    assert found.abandoned == 0


def test_fourteen_agents_for_eighty_percent_in_twenty_seconds() -> None:
    assert agents_needed(Demand(200, 180), 0.8, 20) == 14
    assert agents_needed(Demand(200, 180), 0.79, 20) == 13


def test_erlang_a_as_published() -> None:
    patient_ones, others = Demand(48 * 60, 60), Demand(48 * 60, 60, 120)
    endless = outlook(patient_ones, 50, 58.1)
    assert endless.asa_seconds == pytest.approx(20.8, abs=0.05)
    assert endless.answered_within == pytest.approx(0.90, abs=0.0005)
    assert endless.queue_length == pytest.approx(17, abs=0.5)
    assert endless.occupancy == pytest.approx(0.96)
    leaving = outlook(others, 50, 58.1)
    assert leaving.abandoned == pytest.approx(0.031, abs=0.0005)
    assert leaving.mean_wait_seconds == pytest.approx(3.7, abs=0.05)
    assert leaving.queue_length == pytest.approx(3, abs=0.5)
    assert leaving.occupancy == pytest.approx(0.93, abs=0.005)


@pytest.mark.parametrize(("load", "agents", "blocked"), [(1, 1, 0.5), (2, 2, 0.4), (10, 10, 0.2146), (20, 30, 0.0085)])
def test_erlang_b_by_the_table(load: float, agents: int, blocked: float) -> None:
    assert erlang_b(load, agents) == pytest.approx(blocked, abs=0.00005)


def test_one_agent_by_hand() -> None:
    """M/M/1: as many wait as find the agent busy, and they wait load / (1 - load) handle times on average."""
    found = outlook(Demand(30, 60), 1, 60)
    assert found.wait_probability == pytest.approx(0.5)
    assert found.asa_seconds == pytest.approx(60)
    assert found.answered_within == pytest.approx(1 - 0.5 * exp(-0.5))


def states(demand: Demand, agents: int) -> tuple[float, float, float]:
    """Share waiting, share leaving, mean wait: by adding up the states of the queue one by one."""
    arrivals, leaving = demand.arrivals_per_hour / 3600, 1 / demand.patience_seconds
    weights, number = [1.0], 1
    while number <= agents or weights[-1] > 1e-18 * max(weights):
        finishing = min(number, agents) / demand.handle_seconds + max(0, number - agents) * leaving
        weights.append(weights[-1] * arrivals / finishing)
        number += 1
    total = sum(weights)
    queue = sum((number - agents) * weight for number, weight in enumerate(weights) if number > agents) / total
    return sum(weights[agents:]) / total, leaving * queue / arrivals, queue / arrivals


@given(st.floats(0.1, 1.6), st.floats(10, 1_000), st.floats(0.02, 50), st.integers(1, 60))
@settings(patient, max_examples=60)
def test_erlang_a_equals_the_sum_over_the_states(busy: float, handle: float, patience: float, agents: int) -> None:
    demand = Demand(busy * agents * 3600 / handle, handle, patience * handle)
    waiting, leaving, mean = states(demand, agents)
    found = outlook(demand, agents, 20)
    assert found.wait_probability == pytest.approx(waiting, rel=1e-7, abs=1e-12)
    assert found.abandoned == pytest.approx(leaving, rel=1e-7, abs=1e-12)
    assert found.mean_wait_seconds == pytest.approx(mean, rel=1e-7, abs=1e-9)
    assert found.occupancy == pytest.approx(demand.load * (1 - leaving) / agents)


@given(st.floats(0.1, 0.97), st.integers(1, 200), st.floats(1, 100))
@settings(patient, max_examples=40)
def test_endless_patience_is_the_limit_of_long_patience(busy: float, agents: int, within: float) -> None:
    endless = outlook(Demand(busy * agents * 20, 180), agents, within)
    long = outlook(Demand(busy * agents * 20, 180, 1e9), agents, within)
    assert long.answered_within == pytest.approx(endless.answered_within, abs=1e-4)
    assert long.wait_probability == pytest.approx(endless.wait_probability, abs=1e-4)
    assert long.asa_seconds == pytest.approx(endless.asa_seconds, rel=1e-3, abs=1e-6)


@given(st.floats(1, 20_000), st.floats(1, 2_000), st.sampled_from([inf, 5.0, 60.0, 600.0]), st.integers(1, 300))
@settings(patient, max_examples=80)
def test_more_agents_are_never_worse(per_hour: float, handle: float, patience: float, agents: int) -> None:
    demand = Demand(per_hour, handle, patience)
    fewer, more = outlook(demand, agents, 20), outlook(demand, agents + 1, 20)
    slack = 1e-9
    assert more.answered_within >= fewer.answered_within - slack
    assert more.abandoned <= fewer.abandoned + slack
    assert more.mean_wait_seconds <= fewer.mean_wait_seconds * (1 + slack) + slack
    for found in (fewer, more):
        assert_possible(found)


def assert_possible(found: Outlook) -> None:
    shares = (found.wait_probability, found.abandoned, found.answered_within, found.occupancy)
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in shares)
    assert found.mean_wait_seconds >= 0
    assert found.abandoned <= found.wait_probability + 1e-9
    assert found.answered_within <= 1 - found.abandoned + 1e-9


@given(st.floats(1, 20_000), st.floats(1, 1_000), st.sampled_from([inf, 60.0, 600.0]), st.floats(0.01, 0.99))
@settings(patient, max_examples=40)
def test_needed_is_enough_and_one_fewer_is_not(per_hour: float, handle: float, patience: float, share: float) -> None:
    demand = Demand(per_hour, handle, patience)
    needed = agents_needed(demand, share, 20)
    assert needed is not None
    assert outlook(demand, needed, 20).answered_within >= share
    assert needed == 1 or outlook(demand, needed - 1, 20).answered_within < share


@pytest.mark.parametrize("patience", [inf, 1e-3, 30.0, 1e9])
@pytest.mark.parametrize("agents", [1, 100, 10_000])
@pytest.mark.parametrize("busy", [1e-6, 0.5, 0.999, 1.0, 1.5, 40.0])
def test_from_one_to_ten_thousand_agents(agents: int, busy: float, patience: float) -> None:
    demand = Demand(busy * agents * 20, 180, patience)
    found = outlook(demand, agents, 20)
    assert_possible(found)
    assert all(value == value for value in (found.asa_seconds, found.mean_wait_seconds, found.queue_length))
    if patience == 1e-3:  # nobody waits: Erlang B
        assert found.abandoned == pytest.approx(erlang_b(demand.load, agents), rel=1e-2, abs=1e-9)
        assert found.asa_seconds <= 2e-3
    if busy >= 1.5 and patience == 30 and agents > 1:  # all agents busy: what they cannot do leaves
        assert found.abandoned == pytest.approx(1 - 1 / busy, abs=0.01)


def test_more_than_there_are_agents() -> None:
    flood = outlook(Demand(1_000, 180), 10, 20)
    assert flood == Outlook(1.0, 0.0, 0.0, inf, inf, inf, 1.0)
    assert erlang_c(50, 10) == erlang_c(10, 10) == 1
    assert agents_needed(Demand(10_000_000, 3_600), 0.8, 20) is None
    assert agents_needed(Demand(1, 1), 0, 0) == 1


@pytest.mark.parametrize(
    ("per_hour", "handle", "patience"),
    [(0, 1, 1), (-1, 1, 1), (inf, 1, 1), (nan, 1, 1), (1, 0, 1), (1, nan, 1), (1, 1, 0), (1, 1, nan), (1, 1, 2e9)],
)
def test_impossible_demand_is_refused(per_hour: float, handle: float, patience: float) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        Demand(per_hour, handle, patience)


def test_impossible_questions_are_refused() -> None:
    demand = Demand(10, 10)
    for agents in (0, -1, 10_001):
        with pytest.raises(ValueError, match="agents must be"):
            outlook(demand, agents, 20)
    for within in (-1, nan):
        with pytest.raises(ValueError, match="within_seconds"):
            outlook(demand, 1, within)
    for share in (-0.1, 1.1, nan):
        with pytest.raises(ValueError, match="share"):
            agents_needed(demand, share, 20)
    for load, agents in ((-1.0, 1), (nan, 1), (1.0, -1)):
        with pytest.raises(ValueError, match="impossible"):
            erlang_b(load, agents)
