"""The floor in the computer: by hand, against Erlang's formulas, and what each model of routing does."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf
from uuid import UUID

import pytest

from benchmarks.routing_sim.figures import figures, interval99, mean_of
from benchmarks.routing_sim.measure import against, compared, played, table, verdict
from benchmarks.routing_sim.rivals import AppQueue, CallCenter, Ours, TaskRouter, everybody
from benchmarks.routing_sim.trace import FLOORS, HOUR, day, single, skills
from routing.erlang import Demand, outlook
from routing.model import Candidate, Work
from routing.simulation.floor import FIRST_AGENT, Played, play
from routing.simulation.metrics import jain
from routing.simulation.trace import Arrival, Staff, Trace

HELP = frozenset({"help"})
FRENCH = (("french", 1),)


def call(at: float, handle: float = 100, **other: object) -> Arrival:
    return Arrival(at, "help", handle, **other)  # type: ignore[arg-type]


def fates(*arrivals: Arrival, staff: tuple[Staff, ...] = (Staff(HELP),), by: object = None) -> Played:
    return play(Trace("by hand", arrivals, staff), by or Ours())  # type: ignore[arg-type]


def answers(result: Played) -> list[tuple[int | None, float | None]]:
    return [(fate.agent, fate.answered_at) for fate in result.fates]


def test_by_hand() -> None:
    result = fates(call(0), call(10, patience=30.0), call(20, patience=100.0), call(150, handle=50))
    assert answers(result) == [(0, 0), (None, None), (0, 100), (0, 200)]
    assert [fate.waited for fate in result.fates] == [0, 30, 80, 50]
    assert (result.busy, result.there) == ([250], [250])
    found = figures(result)
    assert (found.service_level, found.abandoned, found.longest_wait, found.occupancy) == (0.25, 0.25, 80, 1)


def test_the_longest_idle_agent_is_next_and_less_skill_takes_longer() -> None:
    staff = (Staff(HELP, (("french", 3),)), Staff(HELP, (("french", 1),)), Staff(HELP))
    result = fates(call(0, needs=FRENCH), call(10, needs=FRENCH), call(20, needs=FRENCH), staff=staff)
    assert answers(result) == [(0, 0), (1, 10), (0, 100)]
    assert result.busy == [200, 125, 0]


def test_shifts() -> None:
    """Who goes home finishes what he has; who is not there yet gets nothing."""
    staff = (Staff(HELP, (), 0, 50), Staff(HELP, (), 300))
    result = fates(call(0), call(60), call(310), staff=staff)
    assert answers(result) == [(0, 0), (1, 300), (1, 400)]
    assert result.there == [50, 200]


def test_several_at_once_within_capacity_and_calls_alone() -> None:
    """Three chats of 30 units fit, a fourth does not; the call waits until the hands are empty."""
    chats = [Arrival(number, "help", 100, units=30, exclusive=False, channel="webchat") for number in range(4)]
    for by in (Ours(), TaskRouter()):
        result = fates(*chats, call(4), by=by)
        assert answers(result) == [(0, 0), (0, 1), (0, 2), (0, 100), (0, 200)]
        assert result.busy == [4 * 30 + 100]


def test_chats_spread_over_the_agents() -> None:
    chats = [Arrival(number, "help", 100, units=30, exclusive=False, channel="webchat") for number in range(4)]
    assert [agent for agent, _ in answers(fates(*chats, staff=(Staff(HELP),) * 2))] == [0, 1, 0, 1]


def test_whom_nobody_may_take_is_not_lost_from_the_figures() -> None:
    result = fates(call(0), call(5, needs=FRENCH))
    assert (result.fates[1].answered_at, result.fates[1].left_at) == (None, 100)


class Cheat:
    tick_seconds: float | None = None

    def match(self, work: Sequence[Work], agents: Sequence[Candidate], now: datetime) -> Iterable[tuple[Work, UUID]]:
        return [(work[0], UUID(int=FIRST_AGENT)), (work[0], UUID(int=FIRST_AGENT + 1))]


@pytest.mark.parametrize(
    "staff", [(Staff(HELP),) * 2, (Staff(frozenset({"other"})),), (Staff(HELP, (("german", 3),)),)]
)
def test_a_policy_that_breaks_the_rules_is_found_out(staff: tuple[Staff, ...]) -> None:
    with pytest.raises(RuntimeError, match="Cheat gives"):
        fates(call(0, needs=FRENCH if staff[0].skills else ()), staff=staff, by=Cheat())


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor.__name__)
def test_one_seed_one_trace_and_everybody_is_answered_or_leaves(floor: object) -> None:
    trace = floor(3)  # type: ignore[operator]
    assert trace == floor(3)  # type: ignore[operator]
    assert trace != floor(4)  # type: ignore[operator]
    moments = [arrival.at for arrival in trace.arrivals]
    assert moments == sorted(moments)
    cut = Trace(trace.name, trace.arrivals[:300], trace.staff)
    for make in everybody().values():
        result = play(cut, make())
        for fate in result.fates:
            assert (fate.answered_at is None) != (fate.left_at is None)
            assert 0 <= fate.waited <= fate.arrival.patience + 1e-6
        assert result.fates == play(cut, make()).fates, "the same once more"


def test_a_day_has_two_humps_and_shifts() -> None:
    trace = day(1)
    per_hour = [sum(n * HOUR <= arrival.at < (n + 1) * HOUR for arrival in trace.arrivals) for n in range(12)]
    assert max(per_hour[1:4]) > per_hour[4]
    assert per_hour[5] > per_hour[8] > per_hour[11]
    assert len({staff.start for staff in trace.staff}) == 3


# --- against the formulas: independent runs, so that the interval is an honest one --------------------------

RUNS, HOURS, WARM = 15, 5.5, 1800.0


def test_a_queue_of_one_skill_is_what_erlang_c_says() -> None:
    runs = [play(single(seed, 200, 180, 14, HOURS), Ours()) for seed in range(RUNS)]
    found = [figures(run, WARM) for run in runs]
    says, fewer, more = (outlook(Demand(200, 180), agents, 20) for agents in (14, 13, 15))
    low, high = interval99([run.service_level for run in found])
    assert low <= says.answered_within <= high
    assert fewer.answered_within < low
    assert high < more.answered_within
    assert_within(says.wait_probability, [share_waiting(run) for run in runs])
    assert_within(says.asa_seconds, [mean_wait(run) for run in runs])
    assert_within(says.occupancy, [occupancy(run) for run in runs])


def test_a_queue_whose_customers_leave_is_what_erlang_a_says() -> None:
    runs = [play(single(1_000 + seed, 220, 180, 10, HOURS, 120.0), Ours()) for seed in range(RUNS)]
    found = [figures(run, WARM) for run in runs]
    says, fewer, more = (outlook(Demand(220, 180, 120), agents, 20) for agents in (10, 9, 11))
    low, high = interval99([run.service_level for run in found])
    assert low <= says.answered_within <= high
    assert fewer.answered_within < low
    assert high < more.answered_within
    assert_within(says.abandoned, [run.abandoned for run in found])
    assert_within(says.wait_probability, [share_waiting(run) for run in runs])
    assert_within(says.mean_wait_seconds, [mean_wait(run) for run in runs])


def assert_within(value: float, runs: Sequence[float]) -> None:
    low, high = interval99(runs)
    assert low <= value <= high


def occupancy(run: Played) -> float:
    """Between warming up and the last arrival."""
    end, there = HOURS * HOUR, len(run.busy) * (HOURS * HOUR - WARM)
    taken = [(fate.answered_at, fate.answered_at + fate.arrival.handle) for fate in run.fates if fate.answered_at]
    return sum(max(0.0, min(end, last) - max(WARM, first)) for first, last in taken) / there


def counted(run: Played) -> list[float]:
    return [fate.waited for fate in run.fates if fate.arrival.at >= WARM]


def share_waiting(run: Played) -> float:
    return sum(wait > 0 for wait in counted(run)) / len(counted(run))


def mean_wait(run: Played) -> float:
    return sum(counted(run)) / len(counted(run))


# --- what the models do -------------------------------------------------------------------------------------


def test_strict_priority_lets_the_others_wait_for_ever_and_ours_does_not() -> None:
    """One agent, a VIP every 90 seconds, each takes 100: by strict priority the first caller waits for the last VIP."""
    vips = [call(1 + 90 * number, priority=1) for number in range(40)]
    crowd = (call(0), call(0.5), *vips)
    strict, ours = fates(*crowd, by=TaskRouter()), fates(*crowd, by=Ours())
    assert strict.fates[1].waited == max(fate.waited for fate in strict.fates) == 4_099.5
    assert ours.fates[1].waited <= 300 + 100 + 400, "five minutes of head start, and who was due before"


def test_a_second_tier_waits_for_its_turn() -> None:
    some = (Staff(HELP, (("french", 1),)),)
    assert answers(fates(call(0, needs=FRENCH), staff=some, by=CallCenter())) == [(0, 30)]
    assert answers(fates(call(0, needs=FRENCH), staff=some, by=Ours())) == [(0, 0)]


def test_penalties_prefer_specialists_and_wait_for_nobody() -> None:
    staff = (Staff(HELP, (("french", 1),)), Staff(HELP, (("french", 3),)))
    result = fates(call(0, needs=FRENCH), call(1, needs=FRENCH), staff=staff, by=AppQueue())
    assert answers(result) == [(1, 0), (0, 1)]


def test_strategies_share_out_differently() -> None:
    calls = [call(200 * number) for number in range(6)]
    staff = (Staff(HELP),) * 3

    def agents(strategy: str) -> list[int | None]:
        return [fate.agent for fate in fates(*calls, staff=staff, by=AppQueue(strategy)).fates]

    assert agents("leastrecent") == agents("fewestcalls") == [0, 1, 2, 0, 1, 2]
    assert agents("linear") == [0] * 6


# --- figures ------------------------------------------------------------------------------------------------


def test_fairness() -> None:
    assert jain([3, 3, 3]) == 1
    assert jain([1, 0, 0, 0]) == 0.25
    assert jain([0, 0]) == 1


def test_confidence_by_hand() -> None:
    assert interval99([1, 2, 3, 4, 5]) == pytest.approx((3 - 4.604 * 0.5**0.5, 3 + 4.604 * 0.5**0.5))


def test_the_mean_of_runs_keeps_the_longest_wait() -> None:
    one = figures(fates(call(0), call(10)))
    other = figures(fates(call(0), call(50)))
    both = mean_of([one, other])
    assert (both.longest_wait, both.p95_wait) == (90, 70)


def test_a_table_and_a_verdict() -> None:
    def few(seed: int) -> Trace:
        trace = skills(seed)
        return Trace(trace.name, trace.arrivals[:60], trace.staff)

    runs = played(few, 5)["skills"]
    lines = table("skills", runs).splitlines()
    assert lines[0].split()[0] == "skills"
    assert [line for line in lines[1:] if line.strip().startswith(tuple(everybody()))] == lines[1:]
    assert len(lines) == 1 + len(everybody())
    line = verdict("skills", runs, "fairness", "Jain", True)
    assert line.ratio in {"better", "equal", "worse"}
    assert "ours" not in line.peer
    flipped = {"ours": runs["plain FIFO"], "other": runs["plain FIFO"]}
    assert verdict("same", flipped, "p95_wait", "p95", False).ratio == "equal"
    assert against("other", {"same": flipped}).hub == "better at 0, equal at 6, worse at 0"


def test_better_and_worse_know_which_way_is_good() -> None:
    quick = [figures(fates(call(0), call(100 - number))) for number in range(5)]
    slow = [figures(fates(call(0), call(50 - number))) for number in range(5)]
    assert compared({"ours": quick, "other": slow}, "other", "p95_wait", False) == "better"
    assert compared({"ours": slow, "other": quick}, "other", "p95_wait", False) == "worse"
    assert compared({"ours": quick, "other": slow}, "other", "p95_wait", True) == "worse"


def test_endless_patience_is_endless() -> None:
    assert all(arrival.patience == inf for arrival in single(1, 60, 60, 2, 1).arrivals)
