"""Warnings and escalations: each once, whatever comes to light later and whatever restarts in between."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from routing.sla import Event
from routing.sla_actions import Action, Key, due_actions, next_step_at
from routing.sla_clocks import evaluate
from tests.routing.calendars import utc
from tests.routing.promises import CALENDARS, history, policy

WARNED = policy(warn_percents=(50,), warn_minutes=(15,), resolution_minutes=None)
Done = dict[Key, datetime]


def ask(events: Sequence[Event], now: str, done: Done) -> list[str]:
    """What is due, said shortly; and it is done."""
    moment = utc(now)
    actions = due_actions(evaluate(events, CALENDARS, moment), done, moment)
    done.update({action.key: action.at for action in actions})
    return [said(action) for action in actions]


def said(action: Action) -> str:
    key = action.key
    return f"{key.clock} {action.cycle} {key.step} {key.turn}" + (" superseded" if action.superseded else "")


def test_each_step_once() -> None:
    events, done = history(("opened", "2026-03-02 09:00"), promise=WARNED), Done()
    assert ask(events, "2026-03-02 09:29", done) == []
    assert ask(events, "2026-03-02 09:30", done) == ["first_response 1 warn:50% 1"]
    assert ask(events, "2026-03-02 09:30", done) == []
    assert ask(events, "2026-03-02 09:50", done) == ["first_response 1 warn:15m 1"]
    assert ask(events, "2026-03-02 10:00", done) == ["first_response 1 breach 1"]
    assert ask(events, "2026-03-05 10:00", done) == []
    assert done[Key("first_response", "e0", "breach")] == utc("2026-03-02 10:00")


def test_two_who_ask_at_once_get_the_same_keys() -> None:
    clocks = evaluate(history(("opened", "2026-03-02 09:00"), promise=WARNED), CALENDARS, utc("2026-03-02 12:00"))
    assert due_actions(clocks, {}, utc("2026-03-02 12:00")) == due_actions(clocks, {}, utc("2026-03-02 12:00"))


def test_after_a_stand_still_only_the_last_step_is_news() -> None:
    events = history(("opened", "2026-03-02 09:00"), promise=WARNED)
    assert ask(events, "2026-03-02 12:00", Done()) == [
        "first_response 1 warn:50% 1 superseded",
        "first_response 1 warn:15m 1 superseded",
        "first_response 1 breach 1",
    ]
    assert ask(events, "2026-03-02 09:50", Done()) == [
        "first_response 1 warn:50% 1 superseded",
        "first_response 1 warn:15m 1",
    ]


def test_what_is_over_is_not_warned_about_but_its_breach_is_noted() -> None:
    answered = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 09:50"), promise=WARNED)
    assert ask(answered, "2026-03-02 12:00", Done()) == []
    late = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 11:00"), promise=WARNED)
    assert ask(late, "2026-03-02 12:00", Done()) == ["first_response 1 breach 1"]


def test_each_cycle_has_steps_of_its_own() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 08:10"),
        ("customer_wrote", "2026-03-02 09:00"),
        ("agent_replied", "2026-03-02 11:30"),
        ("customer_wrote", "2026-03-02 12:00"),
        promise=WARNED,
    )
    done = Done()
    assert ask(events[:4], "2026-03-02 11:40", done) == ["next_response 1 breach 1"]
    assert ask(events, "2026-03-02 14:00", done) == [
        "next_response 2 warn:50% 1 superseded",
        "next_response 2 warn:15m 1 superseded",
        "next_response 2 breach 1",
    ]


def test_a_breach_that_turns_out_not_to_be_one_is_withdrawn_once() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 09:45"), promise=WARNED)
    done = Done()
    ask(events[:1], "2026-03-02 10:00", done)
    assert ask(events, "2026-03-02 10:05", done) == ["first_response 1 withdraw 1"]
    assert ask(events, "2026-03-02 10:06", done) == []


def test_late_after_all_is_a_new_breach() -> None:
    events = history(
        ("opened", "2026-03-02 09:00"),
        ("parked", "2026-03-02 09:30"),
        ("resumed", "2026-03-02 10:30"),
        promise=policy(resolution_minutes=None),
    )
    done = Done()
    assert ask(events[:1], "2026-03-02 10:15", done) == ["first_response 1 breach 1"]
    assert ask(events, "2026-03-02 10:45", done) == ["first_response 1 withdraw 1"]
    assert ask(events, "2026-03-02 11:00", done) == ["first_response 1 breach 2"]
    assert ask(events, "2026-03-02 11:30", done) == []


def test_a_breach_that_only_moved_stands() -> None:
    events = history(
        ("opened", "2026-03-02 09:00"),
        ("parked", "2026-03-02 09:30"),
        ("resumed", "2026-03-02 09:40"),
        promise=policy(resolution_minutes=None),
    )
    done = Done()
    ask(events[:1], "2026-03-02 10:00", done)
    assert ask(events, "2026-03-02 10:30", done) == []


def test_a_cycle_that_turns_out_to_begin_earlier_is_still_the_same() -> None:
    """A message found later makes the customer's wait longer; nobody is alarmed twice."""
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 08:10"),
        ("customer_wrote", "2026-03-02 09:00"),
        ("customer_wrote", "2026-03-02 08:30"),
        promise=WARNED,
    )
    done = Done()
    assert "next_response 1 breach 1" in ask(events[:3], "2026-03-02 11:00", done)
    assert ask(events, "2026-03-02 11:30", done) == []


def test_a_cycle_that_comes_to_light_before_another_does_not_take_its_place() -> None:
    """What was the first cycle is the second then; its alarm stays its own."""
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 08:10"),
        ("customer_wrote", "2026-03-02 11:00"),
        ("customer_wrote", "2026-03-02 08:20"),
        ("agent_replied", "2026-03-02 10:50"),
        promise=WARNED,
    )
    done = Done()
    assert "next_response 1 breach 1" in ask(events[:3], "2026-03-02 13:00", done)
    assert ask(events, "2026-03-02 13:30", done) == ["next_response 1 breach 1"], "the one that came to light"
    assert set(done) >= {Key("next_response", "e2", "breach"), Key("next_response", "e3", "breach")}


def test_a_breach_of_a_cycle_that_never_was_is_withdrawn() -> None:
    events = history(
        ("opened", "2026-03-02 08:00"),
        ("agent_replied", "2026-03-02 08:10"),
        ("customer_wrote", "2026-03-02 09:00"),
        ("closed", "2026-03-02 08:30"),
        promise=WARNED,
    )
    done = Done()
    ask(events[:3], "2026-03-02 12:00", done)
    assert ask(events, "2026-03-02 12:00", done) == ["next_response 0 withdraw 1"]
    assert ask(events, "2026-03-02 12:30", done) == []


def test_a_clock_set_back_withdraws_and_repeats_nothing() -> None:
    events, done = history(("opened", "2026-03-02 09:00"), promise=WARNED), Done()
    assert len(ask(events, "2026-03-02 10:30", done)) == 3
    assert ask(events, "2026-03-02 09:10", done) == []
    assert ask(events, "2026-03-02 10:40", done) == []


def test_when_to_look_again() -> None:
    events = history(("opened", "2026-03-02 09:00"), ("agent_replied", "2026-03-02 09:50"), promise=WARNED)

    def look(number: int, now: str) -> datetime | None:
        return next_step_at(evaluate(events[:number], CALENDARS, utc(now)), utc(now))

    assert look(1, "2026-03-02 09:00") == utc("2026-03-02 09:30")
    assert look(1, "2026-03-02 09:30") == utc("2026-03-02 09:45")
    assert look(1, "2026-03-02 09:59") == utc("2026-03-02 10:00")
    assert look(1, "2026-03-02 10:00") is None
    assert look(2, "2026-03-02 09:55") is None
    assert look(1, "2026-03-02 09:59") - utc("2026-03-02 09:59") == timedelta(minutes=1)  # type: ignore[operator]
