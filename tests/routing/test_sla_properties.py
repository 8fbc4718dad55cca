"""What holds for every history: the same as clocks that tick, and each action once."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.sla import BREACH, Event, SlaRule, choose
from routing.sla_actions import Key, due_actions, next_step_at
from routing.sla_clocks import Clock, evaluate
from tests.routing.calendars import QUARTER
from tests.routing.promises import CALENDARS, START, Desk, as_ticked, histories, quarters, ticked
from tests.routing.samples import patient

History = tuple[Event, ...]
LAST = START + timedelta(days=8)


@given(histories())
@settings(patient, max_examples=300)
def test_equals_clocks_that_tick(events: History) -> None:
    clocks = evaluate(events, CALENDARS, LAST)
    wanted = Desk(events).walk(LAST)
    for clock in wanted:  # the last quarter has begun, not passed
        if clock.end is None:
            clock.seconds = next(c.elapsed_seconds for c in clocks if c.name == clock.name and not c.ended_at)
    assert sorted(map(str, map(ticked, wanted))) == sorted(str(as_ticked(clock, LAST)) for clock in clocks)


@given(histories(), st.integers(0, 7 * 96))
@settings(patient, max_examples=200)
def test_time_on_the_clock_equals_ticks(events: History, number: int) -> None:
    now = max(*(event.at for event in events), START + number * QUARTER)
    wanted = Desk(events).walk(now - QUARTER)  # up to now: the last quarter added ends then
    begun = {(clock.name, clock.end): clock.seconds for clock in wanted}
    for clock in evaluate(events, CALENDARS, now):
        if clock.started_at < now and (clock.ended_at is None or clock.ended_at < now):
            assert begun[clock.name, clock.ended_at] == clock.elapsed_seconds


@given(histories(), st.randoms(use_true_random=False))
@patient
def test_the_order_in_which_events_came_to_light_does_not_matter(events: History, random: Random) -> None:
    apart = {event.at: event for event in events}  # of equal times the order does matter
    opened = events[0]
    kept = [opened, *(event for event in apart.values() if event.kind != "opened" and event.at > opened.at)]
    shuffled = random.sample(kept, len(kept))
    assert evaluate(kept, CALENDARS, LAST) == evaluate(shuffled, CALENDARS, LAST)


@given(histories(), quarters, quarters)
@patient
def test_if_nothing_happens_it_is_late_when_it_was_said_to_be(events: History, a: datetime, b: datetime) -> None:
    end = max(event.at for event in events)
    now, later = sorted((max(a, end), max(b, end)))
    before, after = evaluate(events, CALENDARS, now), evaluate(events, CALENDARS, later)
    for early, late in zip(before, after, strict=True):
        assert early.due_at == late.due_at
        assert early.steps == late.steps
        assert early.elapsed_seconds <= late.elapsed_seconds
        if not early.ended_at and early.due_at and early.target_seconds:
            assert (late.state == "breached") == (early.due_at <= later)


@given(histories(), quarters)
@patient
def test_states_are_consistent(events: History, now: datetime) -> None:
    now = max(now, *(event.at for event in events))
    clocks = evaluate(events, CALENDARS, now)
    for clock in clocks:
        assert_consistent(clock, now)
    running = Counter(clock.name for clock in clocks if not clock.ended_at)
    assert all(count == 1 for count in running.values())
    assert not (running["first_response"] and running["next_response"]), "one answer is owed, not two"


def assert_consistent(clock: Clock, now: datetime) -> None:
    assert clock.elapsed_seconds >= 0
    assert (clock.state == "breached") == (clock.breached_at is not None)
    if clock.state == "met":
        assert clock.met_at is not None
        assert clock.due_at is None or clock.met_at <= clock.due_at
    if clock.state in {"running", "paused"}:
        assert clock.ended_at is None
        assert clock.due_at is None or clock.due_at > now
    if clock.state == "paused":
        assert clock.due_at is None


@given(histories(), st.lists(st.integers(0, 40), min_size=9, max_size=9), st.lists(quarters, max_size=12))
@settings(patient, max_examples=300)
def test_each_action_once_whenever_somebody_asks(events: History, delays: list[int], asked: list[datetime]) -> None:
    """Events come to light up to ten hours late; between two looks the hub may have been down."""
    known = {event.id: event.at + delay * QUARTER for event, delay in zip(events, delays, strict=False)}
    known["e0"] = events[0].at
    done: dict[Key, datetime] = {}
    for now in sorted({*asked, LAST}):
        seen = [event for event in events if known[event.id] <= now]
        if not seen or seen[0].kind != "opened":
            continue
        clocks = evaluate(seen, CALENDARS, now)
        actions = due_actions(clocks, done, now)
        assert actions == due_actions(clocks, done, now), "a restart before anything was stored"
        keys = [action.key for action in actions]
        assert len(set(keys)) == len(keys)
        assert not set(keys) & done.keys(), "done already"
        done |= {action.key: action.at for action in actions}
        assert due_actions(clocks, done, now) == ()
        assert_every_breach_stands_once(clocks, done, now)


def assert_every_breach_stands_once(clocks: tuple[Clock, ...], done: dict[Key, datetime], now: datetime) -> None:
    standing = [key for key in done if key.step == BREACH]
    standing = [key for key in standing if Key(key.clock, key.anchor, "withdraw", key.turn) not in done]
    for clock in clocks:
        mine = [key for key in standing if key.clock == clock.name and key.anchor in clock.anchors]
        if clock.breached_at and clock.breached_at <= now:
            assert mine, "late, and nobody was told"
        else:
            assert not mine, "not late, and nobody took it back"
        standing = [key for key in standing if key not in mine]
    assert not standing, "about a cycle that does not exist"


@given(histories())
@patient
def test_looking_when_told_to_misses_nothing(events: History) -> None:
    """Somebody who looks at every event and then when `next_step_at` says does every step at its moment."""
    done: dict[Key, datetime] = {}
    times = sorted({event.at for event in events if event.at >= events[0].at})
    for at, following in zip(times, [*times[1:], LAST], strict=True):
        seen = [event for event in events if event.at <= at]
        now: datetime | None = at
        while now is not None and (now < following or now == at):
            clocks = evaluate(seen, CALENDARS, now)
            for action in due_actions(clocks, done, now):
                assert action.at == now
                assert action.what != "withdraw"
                done[action.key] = action.at
            now = next_step_at(clocks, now)
    final = evaluate(events, CALENDARS, LAST)
    assert all(action.at > times[-1] for action in due_actions(final, done, LAST) if action.at >= LAST)


facts = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"))
conditions = st.dictionaries(st.sampled_from("abc"), st.frozensets(st.sampled_from("xyz")), max_size=3)
sla_rules = st.lists(st.builds(SlaRule, st.sampled_from(["p", "q", None]), conditions.map(lambda c: tuple(c.items()))))


@given(sla_rules, facts)
@patient
def test_one_rule_at_most_and_the_most_special(rules: list[SlaRule], about: dict[str, str]) -> None:
    choice = choose(rules, about)
    fitting = [place for place, rule in enumerate(rules) if all(about.get(k) in v for k, v in rule.when)]
    most = max((len(rules[place].when) for place in fitting), default=0)
    wanted = next((place for place in fitting if len(rules[place].when) == most), None)
    assert choice.rule == wanted
    assert not {place for place, _ in choice.passed_over} & set(fitting)
