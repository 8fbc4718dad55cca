"""What somebody in line hears, and how often."""

from hypothesis import given
from hypothesis import strategies as st

from channels.voice.line_words import NOTHING, Standing, Told, told, turn
from channels.voice.settings import Waiting

RULES = Waiting(every_seconds=30, comfort=({"en": "Thank you for waiting."}, {"en": "Our shop is open until six."}))


def heard(*moments: Standing, rules: Waiting = RULES) -> list[str]:
    """What is said at each moment, by what each address carried on."""
    known, said = NOTHING, list[str]()
    for one in moments:
        words, after = turn(rules, told(known.part), one, "en")
        known, said = after, [*said, " ".join(words)]
    return said


def test_his_place_is_told_when_it_improved_and_comfort_in_turn_otherwise() -> None:
    assert heard(Standing(3, None, 0), Standing(3, None, 12), Standing(3, None, 36), Standing(4, None, 72),
                 Standing(2, 60, 108), Standing(2, 60, 144)) == [
        "You are number 3 in line.", "", "Thank you for waiting.", "Our shop is open until six.",
        "You are number 2 in line. Eight of ten callers are answered within a minute.", "Our shop is open until six."]


def test_without_comfort_there_is_only_music() -> None:
    assert heard(Standing(1, None, 0), Standing(1, None, 60), rules=Waiting()) == ["You are number 1 in line.", ""]


def test_an_offer_to_call_back_waits_for_no_turn() -> None:
    _, first = turn(RULES, NOTHING, Standing(3, None, 0), "en")
    assert turn(RULES, first, Standing(3, None, 12), "en")[1] == first
    _, offered = turn(RULES, first, Standing(3, None, 12, offer=True), "en")
    assert (offered.at, offered.offered) == (12, True)
    assert turn(RULES, offered, Standing(3, None, 24, offer=True), "en")[1] == offered


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    _, later = turn(RULES, NOTHING, Standing(3, None, 500), "en")
    assert turn(RULES, later, Standing(2, None, 10), "en")[0] == ["You are number 2 in line."]


@given(st.text(max_size=40))
def test_whatever_an_address_says_there_is_an_answer(part: str) -> None:
    known = told(part)
    assert told(known.part) == known
    assert turn(RULES, known, Standing(2, 10, 100), "zh-Hans")[1].turns >= known.turns


@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 99999), st.booleans())
def test_what_was_told_travels(place: int, turns: int, at: int, offered: bool) -> None:
    assert told(Told(place, turns, at, offered).part) == Told(place, turns, at, offered)
