"""Promises judged by hand: 2026-03-02 is a Monday; the office in Berlin is open 9 to 17, that is 8 to 16 UTC."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from routing.sla import Event, SlaPolicy, SlaRule, choose
from routing.sla_clocks import evaluate
from tests.routing.calendars import local, utc
from tests.routing.promises import CALENDARS, history, judge, policy


def test_first_response_in_time() -> None:
    first = judge(history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 09:40")), "2026-03-02 12:00")
    clock = first["first_response"]
    assert (clock.state, clock.met_at, clock.breached_at) == ("met", utc("2026-03-02 09:40"), None)
    assert (clock.elapsed_seconds, clock.target_seconds, clock.remaining_seconds) == (2_400, 3_600, 1_200)
    assert clock.due_at == utc("2026-03-02 10:00"), "when it would have been late"
    assert first["resolution"].state == "running"
    assert "next_response" not in first


def test_first_response_late() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 10:30"))
    running = judge(events[:1], "2026-03-02 09:59")["first_response"]
    assert (running.state, running.due_at) == ("running", utc("2026-03-02 10:00"))
    late = judge(events[:1], "2026-03-02 10:00")["first_response"]
    assert (late.state, late.breached_at, late.met_at) == ("breached", utc("2026-03-02 10:00"), None)
    answered = judge(events, "2026-03-02 12:00")["first_response"]
    assert (answered.state, answered.breached_at, answered.met_at) == (
        "breached", utc("2026-03-02 10:00"), utc("2026-03-02 10:30"))  # fmt: skip


def test_exactly_in_time_is_in_time() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 10:00"))
    assert judge(events, "2026-03-02 12:00")["first_response"].state == "met"


def test_what_is_due_at_closing_time_is_late_over_night() -> None:
    events = history(("opened", "2026-03-02 15:00"), ("agent_replied", "2026-03-02 20:00"))
    clock = judge(events, "2026-03-03 12:00")["first_response"]
    assert (clock.state, clock.breached_at, clock.elapsed_seconds) == ("breached", utc("2026-03-02 16:00"), 3_600)


def test_an_automatic_answer_is_no_answer() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("automatic_reply", "2026-03-02 09:00"))
    assert judge(events, "2026-03-02 09:30")["first_response"].state == "running"


def test_over_night_and_weekend() -> None:
    clock = judge(history(("opened", "2026-03-06 15:30")), "2026-03-07 12:00")["first_response"]
    assert (clock.state, clock.elapsed_seconds) == ("running", 1_800)
    assert clock.due_at == utc("2026-03-09 08:30")


def test_over_the_change_of_clocks() -> None:
    """Berlin sets its clocks forward in the night to Sunday, 2026-03-29; Monday's nine o'clock is then 07:00 UTC."""
    clock = judge(history(("opened", "2026-03-27 15:30")), "2026-03-28 12:00")["first_response"]
    assert clock.due_at == utc("2026-03-30 07:30") == local("Europe/Berlin", "2026-03-30 09:30")


def test_in_the_hour_that_does_not_exist() -> None:
    """A night shift from 22 to 6 has seven hours: 01:59 is followed by 03:00."""
    promise = policy(calendar="night", first_response_minutes=7 * 60)
    clock = judge(history(("opened", "2026-03-28 12:00"), promise=promise), "2026-03-28 13:00")["first_response"]
    assert clock.due_at == utc("2026-03-29 04:00") == local("Europe/Berlin", "2026-03-29 06:00")


def test_in_the_hour_that_exists_twice() -> None:
    promise = policy(calendar="night", first_response_minutes=9 * 60)
    clock = judge(history(("opened", "2026-10-24 12:00"), promise=promise), "2026-10-24 13:00")["first_response"]
    assert clock.due_at == utc("2026-10-25 05:00") == local("Europe/Berlin", "2026-10-25 06:00")


def test_over_a_holiday() -> None:
    """Tuesday, 2026-03-31 is the works outing."""
    clock = judge(history(("opened", "2026-03-30 14:30")), "2026-03-31 12:00")["first_response"]
    assert clock.due_at == utc("2026-04-01 07:30")
    assert clock.elapsed_seconds == 1_800


def test_a_calendar_that_never_opens_promises_nothing_that_could_be_broken() -> None:
    clock = judge(history(("opened", "2026-03-02 09:00"), promise=policy(calendar="never")), "2029-03-02 09:00")
    assert (clock["first_response"].state, clock["first_response"].due_at) == ("running", None)


def test_next_response_runs_from_the_first_unanswered_message() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 08:10"),
        ("customer_wrote", "2026-03-02 09:00"),
        ("customer_wrote", "2026-03-02 10:00"),
        ("agent_replied", "2026-03-02 10:30"),
        ("customer_wrote", "2026-03-02 11:00"),
    )
    clocks = [clock for clock in evaluate(events, CALENDARS, utc("2026-03-02 12:00")) if clock.name == "next_response"]
    assert [(c.cycle, c.state, c.elapsed_seconds, c.anchors) for c in clocks] == [
        (1, "met", 5_400, ("e2", "e3")),
        (2, "running", 3_600, ("e5",)),
    ]
    assert clocks[1].due_at == utc("2026-03-02 13:00")


def test_messages_before_the_first_answer_belong_to_the_first_response() -> None:
    events = history(("opened", "2026-03-02 08:00"), ("customer_wrote", "2026-03-02 08:30"))
    clocks = judge(events, "2026-03-02 08:45")
    assert "next_response" not in clocks
    assert clocks["first_response"].anchors == ("e0", "e1")


def test_waiting_for_the_customer_stops_the_resolution_until_he_writes() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 09:00"),
        ("waiting", "2026-03-02 09:00"),
        ("customer_wrote", "2026-03-04 10:00"),
    )
    paused = judge(events[:3], "2026-03-03 12:00")["resolution"]
    assert (paused.state, paused.elapsed_seconds, paused.due_at) == ("paused", 3_600, None)
    assert paused.remaining_seconds == 7 * 3_600
    clocks = judge(events, "2026-03-04 11:00")
    assert (clocks["resolution"].state, clocks["resolution"].elapsed_seconds) == ("running", 7_200)
    assert clocks["resolution"].due_at == utc("2026-03-05 09:00")
    assert clocks["next_response"].due_at == utc("2026-03-04 12:00")


def test_who_owes_an_answer_waits_for_nobody() -> None:
    events = history(("opened", "2026-03-02 08:00"), ("waiting", "2026-03-02 08:10"))
    clocks = judge(events, "2026-03-02 08:30")
    assert (clocks["first_response"].state, clocks["resolution"].state) == ("running", "paused")


def test_parking_stops_every_clock() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"), ("parked", "2026-03-02 08:30"), ("resumed", "2026-03-03 10:00")
    )
    assert {clock.state for clock in judge(events[:2], "2026-03-02 12:00").values()} == {"paused"}
    assert judge(events, "2026-03-03 10:15")["first_response"].due_at == utc("2026-03-03 10:30")


def test_a_pause_over_closing_time_takes_only_open_time() -> None:
    events = history(
        ("opened", "2026-03-02 15:00"), ("parked", "2026-03-02 15:45"), ("resumed", "2026-03-03 08:05")
    )
    clock = judge(events, "2026-03-03 08:10")["first_response"]
    assert (clock.elapsed_seconds, clock.due_at) == (45 * 60 + 5 * 60, utc("2026-03-03 08:20"))


def test_a_policy_that_does_not_pause() -> None:
    events = history(("opened", "2026-03-02 08:00"), ("parked", "2026-03-02 08:10"), promise=policy(pauses=frozenset()))
    assert judge(events, "2026-03-02 08:30")["first_response"].state == "running"


def test_warnings_come_before_the_breach_in_open_time() -> None:
    """Opened Friday 15:20, due Monday 08:20: a quarter of an hour before it is Monday 08:05, half of it Friday 15:50,
    and forty minutes before it lie on Friday, before the weekend."""
    promise = policy(warn_percents=(50,), warn_minutes=(15, 40))
    clock = judge(history(("opened", "2026-03-06 15:20"), promise=promise), "2026-03-06 15:30")["first_response"]
    assert clock.steps == (
        ("warn:40m", utc("2026-03-06 15:40")),
        ("warn:50%", utc("2026-03-06 15:50")),
        ("warn:15m", utc("2026-03-09 08:05")),
        ("breach", utc("2026-03-09 08:20")),
    )


def test_a_warning_before_the_start_is_left_out() -> None:
    promise = policy(warn_minutes=(60, 90))
    clock = judge(history(("opened", "2026-03-02 09:00"), promise=promise), "2026-03-02 09:30")
    assert [step for step, _ in clock["first_response"].steps] == ["breach"]
    assert [step for step, _ in clock["resolution"].steps] == ["warn:90m", "warn:60m", "breach"]


def test_closing_meets_the_resolution_and_calls_off_what_was_owed() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("closed", "2026-03-02 09:30"))
    clocks = judge(events, "2026-03-02 12:00")
    assert clocks["resolution"].state == "met"
    assert (clocks["first_response"].state, clocks["first_response"].ended_at) == ("none", utc("2026-03-02 09:30"))
    late = judge(history(("opened", "2026-03-02 09:00"), ("closed", "2026-03-02 10:30")), "2026-03-02 12:00")
    assert late["first_response"].state == "breached"


def test_reopening_gives_the_resolution_its_whole_time_and_keeps_the_judgement() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 08:10"),
        ("closed", "2026-03-03 09:00"),
        ("customer_wrote", "2026-03-05 20:00"),
        ("reopened", "2026-03-06 08:00"),
    )
    clocks = evaluate(events, CALENDARS, utc("2026-03-06 09:00"))
    resolutions = [clock for clock in clocks if clock.name == "resolution"]
    assert [(c.cycle, c.state) for c in resolutions] == [(1, "breached"), (2, "running")]
    assert [c.elapsed_seconds for c in resolutions] == [9 * 3_600, 3_600]
    assert resolutions[1].due_at == utc("2026-03-06 16:00")
    answer = next(clock for clock in clocks if clock.name == "next_response")
    assert (answer.started_at, answer.due_at) == (utc("2026-03-06 08:00"), utc("2026-03-06 10:00"))
    assert [clock.cycle for clock in clocks if clock.name == "first_response"] == [1]


def test_reopened_by_an_agent_nobody_waits_for_an_answer() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 08:10"),
        ("closed", "2026-03-02 09:00"),
        ("reopened", "2026-03-02 10:00"),
    )
    assert "next_response" not in judge(events, "2026-03-02 11:00")


def test_answered_while_closed_nothing_is_owed_after_the_reopening() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("closed", "2026-03-02 09:00"),
        ("customer_wrote", "2026-03-02 09:10"),
        ("agent_replied", "2026-03-02 09:20"),
        ("reopened", "2026-03-02 10:00"),
    )
    clocks = evaluate(events, CALENDARS, utc("2026-03-02 11:00"))
    assert [(clock.name, clock.cycle) for clock in clocks] == [
        ("first_response", 1), ("resolution", 1), ("resolution", 2)]  # fmt: skip


def test_closed_without_a_word_the_first_response_is_owed_again() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"), ("closed", "2026-03-02 08:10"), ("reopened", "2026-03-02 10:00")
    )
    clock = judge(events, "2026-03-02 10:30")["first_response"]
    assert (clock.cycle, clock.state, clock.due_at) == (2, "running", utc("2026-03-02 11:00"))


def test_another_policy_keeps_the_time_on_the_clock() -> None:
    gold = policy(id="gold", first_response_minutes=30)
    events = history(("opened", "2026-03-02 09:00"), ("policy_changed", "2026-03-02 09:20", gold))
    clock = judge(events, "2026-03-02 09:25")["first_response"]
    assert (clock.elapsed_seconds, clock.target_seconds, clock.due_at) == (1_500, 1_800, utc("2026-03-02 09:30"))
    assert clock.policy == gold


def test_no_breach_is_older_than_the_policy_that_is_broken() -> None:
    gold = policy(id="gold", first_response_minutes=30)
    events = history(("opened", "2026-03-02 09:00"), ("policy_changed", "2026-03-02 09:45", gold))
    assert judge(events, "2026-03-02 12:00")["first_response"].breached_at == utc("2026-03-02 09:45")


def test_a_new_policy_forgives_nothing() -> None:
    easy = policy(id="easy", first_response_minutes=600)
    events = history(("opened", "2026-03-02 09:00"), ("policy_changed", "2026-03-02 11:00", easy))
    assert judge(events, "2026-03-02 12:00")["first_response"].breached_at == utc("2026-03-02 10:00")


def test_from_one_calendar_to_another() -> None:
    day_and_night = policy(id="gold", calendar="always")
    events = history(("opened", "2026-03-06 15:30"), ("policy_changed", "2026-03-06 20:00", day_and_night))
    assert judge(events, "2026-03-06 20:10")["first_response"].due_at == utc("2026-03-06 20:30")


def test_from_a_calendar_to_one_that_never_opens_nothing_is_due_any_more() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("policy_changed", "2026-03-02 09:20", policy(calendar="never")))
    clock = judge(events, "2026-03-03 12:00")["first_response"]
    assert (clock.state, clock.due_at, clock.elapsed_seconds) == ("running", None, 1_200)


def test_without_a_promise() -> None:
    events = history(("opened", "2026-03-02 09:00", None), ("policy_changed", "2026-03-02 10:00", policy()))
    clock = judge(events[:1], "2026-03-02 09:30")["first_response"]
    assert (clock.state, clock.due_at, clock.target_seconds, clock.remaining_seconds) == ("none", None, None, None)
    assert judge(events, "2026-03-02 10:10")["first_response"].due_at == utc("2026-03-02 11:00")
    partial = policy(first_response_minutes=None)
    unpromised = judge(history(("opened", "2026-03-02 09:00"), promise=partial), "2026-03-02 12:00")
    assert (unpromised["first_response"].state, unpromised["resolution"].state) == ("none", "running")


def test_a_reply_that_comes_to_light_later_is_judged_by_its_own_time() -> None:
    events = history(
        ("opened", "2026-03-02 09:00"), ("closed", "2026-03-02 14:00"), ("agent_replied", "2026-03-02 09:30")
    )
    assert judge(events[:2], "2026-03-02 15:00")["first_response"].state == "breached"
    assert judge(events, "2026-03-02 15:00")["first_response"].state == "met"


def test_what_comes_before_the_opening_counts_as_at_the_opening() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 08:30"))
    assert judge(events, "2026-03-02 10:00")["first_response"].met_at == utc("2026-03-02 09:00")


def test_a_clock_that_was_set_back_does_not_undo_the_history() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 09:40"))
    assert judge(events, "2026-03-02 08:00") == judge(events, "2026-03-02 09:40")


def test_events_of_a_zone_are_in_order_of_time_not_of_the_wall_clock() -> None:
    """02:50 before the clocks are set back is earlier than 02:10 after it."""
    first, later = (
        datetime(2026, 10, 25, 2, minute, tzinfo=local_zone(), fold=fold) for minute, fold in ((50, 0), (10, 1))
    )
    events = (
        Event("e0", "opened", utc("2026-10-24 12:00"), policy(calendar="always")),
        Event("e1", "closed", later),
        Event("e2", "agent_replied", first),
    )
    clocks = judge(events, "2026-10-26 12:00")
    assert clocks["first_response"].met_at == first.astimezone(UTC)


def local_zone() -> Any:
    return CALENDARS["office"]._zone


@pytest.mark.parametrize("kinds", [[], ["closed"], ["opened", "opened"]])
def test_a_history_without_one_opening_is_refused(kinds: list[str]) -> None:
    with pytest.raises(ValueError, match="opened once"):
        judge(history(*((kind, "2026-03-02 09:00") for kind in kinds)), "2026-03-02 10:00")


def test_impossible_questions_are_refused() -> None:
    opened = history(("opened", "2026-03-02 09:00"))
    with pytest.raises(ValueError, match="more than once"):
        judge((*opened, replace(opened[0], kind="closed")), "2026-03-02 10:00")
    with pytest.raises(ValueError, match="time zone"):
        evaluate(opened, CALENDARS, datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        Event("e", "closed", datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(KeyError):
        judge(history(("opened", "2026-03-02 09:00"), promise=policy(calendar="lost")), "2026-03-02 10:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_response_minutes": 0},
        {"resolution_minutes": -5},
        {"warn_minutes": (0,)},
        {"warn_minutes": (5, 5)},
        {"warn_percents": (100,)},
        {"warn_percents": (0,)},
        {"warn_percents": (50, 50)},
    ],
)
def test_impossible_policies_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="policy standard"):
        policy(**wrong)


# --- which promise ----------------------------------------------------------------------------------------

RULES = (
    SlaRule("everybody"),
    SlaRule("gold", (("segment", frozenset({"gold", "platinum"})),)),
    SlaRule("swiss", (("country", frozenset({"CH"})),)),
    SlaRule("swiss gold", (("country", frozenset({"CH"})), ("segment", frozenset({"gold"})))),
    SlaRule(None, (("channel", frozenset({"spam"})), ("country", frozenset({"XX"})))),
)


@pytest.mark.parametrize(
    ("facts", "expected", "passed_over"),
    [
        ({}, "everybody", ((3, "country"), (4, "channel"), (1, "segment"), (2, "country"))),
        ({"segment": "platinum"}, "gold", ((3, "country"), (4, "channel"))),
        ({"segment": "gold", "country": "CH"}, "swiss gold", ()),
        ({"segment": "platinum", "country": "CH"}, "gold", ((3, "segment"), (4, "channel"))),
        ({"channel": "spam", "country": "XX"}, None, ((3, "country"),)),
    ],
)
def test_the_most_special_rule_holds_then_the_first(
    facts: dict[str, str], expected: str | None, passed_over: tuple[tuple[int, str], ...]
) -> None:
    choice = choose(RULES, facts)
    assert choice.rule is not None
    assert (choice.policy, choice.passed_over) == (expected, passed_over)


def test_no_rule_no_promise() -> None:
    assert choose((), {"a": "b"}).rule is None
    assert choose(RULES[1:2], {}).passed_over == ((0, "segment"),)


def test_steps_of_a_policy_are_in_order() -> None:
    promise = SlaPolicy("p", 1, "office", first_response_minutes=60, warn_percents=(75, 50), warn_minutes=(15,))
    assert promise.steps("first_response") == (
        ("warn:50%", 1_800), ("warn:15m", 2_700), ("warn:75%", 2_700), ("breach", 3_600))  # fmt: skip
    assert promise.steps("resolution") == ()
