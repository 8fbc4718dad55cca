"""A caller's way through a menu."""

from typing import Any

from channels.voice.menu import Place, again, enter, pressed
from channels.voice.settings import Flow, Number, Step, VoiceSettings, wrong_with

STEPS: dict[str, Any] = {
    "welcome": {"kind": "say", "say": {"en": "Welcome.", "zh-Hans": "欢迎。"}, "then": "hours"},
    "hours": {"kind": "hours", "calendar": "office", "then": "main", "otherwise": "closed",
              "say": {}},
    "closed": {"kind": "hangup", "say": {"en": "We are closed."}},
    "main": {"kind": "menu", "say": {"en": "Press 1 for support, 2 for billing.", "zh-Hans": "请按1。"},
             "keys": {"1": "support", "2": "number", "9": "language"}, "otherwise": "support"},
    "language": {"kind": "language", "say": {"en": "中文请按2"}, "keys": {"1": "en", "2": "zh-Hans"}, "then": "main"},
    "number": {"kind": "collect", "field": "contract", "digits": 4, "say": {"en": "Your contract?"}, "then": "billing",
               "tries": 2},
    "support": {"kind": "queue", "queue": "support"},
    "billing": {"kind": "queue", "queue": "sales", "say": {"en": "One moment."}},
}
FLOW = Flow(begin="welcome", steps=STEPS)
START = Place("welcome", "en")


def opened(calendar: str) -> bool:
    return calendar == "office"


def main() -> Place:
    return enter(FLOW, START, opened)[0]


def test_what_is_said_on_the_way_is_said_together() -> None:
    place, screen = enter(FLOW, START, opened)
    assert screen.said == ("Welcome.", "Press 1 for support, 2 for billing.")
    assert (place.step, place.number, screen.then.kind) == ("main", 1, "menu")


def test_closed() -> None:
    _, screen = enter(FLOW, START, lambda _: False)
    assert (screen.said, screen.then.kind) == (("Welcome.", "We are closed."), "hangup")


def test_a_key_leads_on_and_is_remembered() -> None:
    place, screen = pressed(FLOW, main(), "1", opened)
    assert (screen.then.queue, place.words) == ("support", "main/1")


def test_digits_are_kept_under_their_name_and_not_in_the_path() -> None:
    asked, _ = pressed(FLOW, main(), "2", opened)
    place, screen = pressed(FLOW, asked, "4711", opened)
    assert (place.collected, place.words, screen.then.queue) == ({"contract": "4711"}, "main/2/number", "sales")


def test_too_few_digits_are_asked_for_again_and_then_it_is_over() -> None:
    asked, _ = pressed(FLOW, main(), "2", opened)
    once, screen = pressed(FLOW, asked, "47", opened)
    assert screen.said[0].startswith("Sorry")
    place, screen = pressed(FLOW, once, "", opened)
    assert (place.step, screen.said[-1], screen.then.kind) == ("", "Goodbye.", "hangup")


def test_wrong_keys_and_silence_lead_where_the_menu_says() -> None:
    place = main()
    for digits in ("7", ""):
        place, screen = pressed(FLOW, place, digits, opened)
        assert (place.step, screen.then.kind) == ("main", "menu")
    place, screen = pressed(FLOW, place, "7", opened)
    assert (screen.then.queue, place.words) == ("support", "main")


def test_repeating_is_no_mistake_and_a_new_question() -> None:
    place, screen = pressed(FLOW, main(), "*", opened)
    assert (place.tries, place.number, screen.said) == (0, 2, ("Press 1 for support, 2 for billing.",))


def test_a_language_is_spoken_from_then_on_and_another_where_there_is_none() -> None:
    asked, _ = pressed(FLOW, main(), "9", opened)
    place, screen = pressed(FLOW, asked, "2", opened)
    assert (place.language, screen.said) == ("zh-Hans", ("请按1。",))
    _, screen = pressed(FLOW, place, "2", opened)
    assert screen.said == ("Your contract?",)


def test_what_was_asked_last_is_said_again() -> None:
    assert again(FLOW, main()).said == ("Press 1 for support, 2 for billing.",)


def test_all_that_does_not_fit_is_said_at_once() -> None:
    flow = Flow(begin="nowhere", steps={
        "a": Step(kind="say", then="b"), "b": Step(kind="hours", then="a", calendar="moon"),
        "c": Step(kind="menu", keys={"1": "x", "*": "a"}, otherwise="y"),
        "d": Step(kind="collect", queue="none"), "e": Step(kind="language", keys={"1": "fr"}, then="a")})  # fmt: skip
    voice = VoiceSettings(
        numbers=(Number(number="+15550001000", account="a", flow="x"),
                 Number(number="+15550001000", account="b", flow="f")),
        flows={"f": flow}, caller_ids={"none": "+15550001000"})
    assert [line.removeprefix("voice.") for line in wrong_with(voice, frozenset({"support"}), frozenset({"a"}))] == [
        "numbers.0.flow: there is no flow 'x'",
        "numbers.1.account: there is no account 'b' in `twilio`",
        "numbers.1.number: stands twice",
        "caller_ids.none: there is no queue 'none'",
        "flows.f.begin: there is no step 'nowhere'",
        "flows.f.steps.b.calendar: there is no calendar 'moon'",
        "flows.f.steps.c.otherwise: there is no step 'y'",
        "flows.f.steps.c.keys.1: there is no step 'x'",
        "flows.f.steps.c.keys.*: is the key that repeats",
        "flows.f.steps.c.say: is missing, so nobody would know what to do",
        "flows.f.steps.d.then: is missing",
        "flows.f.steps.d.say: is missing, so nobody would know what to do",
        "flows.f.steps.d.field: is missing",
        "flows.f.steps.d.queue: there is no queue 'none'",
        "flows.f.steps.e.keys.1: there is no language 'fr'",
        "flows.f.steps.e.say: is missing, so nobody would know what to do",
        "flows.f.steps.a: leads round to itself and asks nothing",
        "flows.f.steps.b: leads round to itself and asks nothing",
    ]


def test_the_flow_of_these_tests_fits() -> None:
    voice = VoiceSettings(flows={"main": FLOW}, calendars={"office": {}})
    assert wrong_with(voice, frozenset({"support", "sales"}), frozenset()) == []
