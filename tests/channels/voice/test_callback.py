"""Asking to be called back: every way through the talk ends, and only a number that was read back is promised."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice import documents, numbers, stored
from channels.voice.callback import TRIES, Talk, answered, begin, offer, said
from channels.voice.menu import Place
from channels.voice.settings import Language

OURS, MIA = "+4930999000", "+4930123456"
URLS = documents.Urls("https://hub.example.org/calls/1", "https://hub.example.org/music.wav")


def dialable(keys: str) -> str:
    number = numbers.keyed(keys, OURS)
    return number if number and numbers.may_be_called(number, OURS, ()) else ""


@pytest.mark.parametrize(("keys", "number"), [
    ("030123456", MIA), ("004930123456", MIA), ("4930123456", MIA), ("12", ""), ("", ""), ("9" * 30, ""), ("*", ""),
    ("0014155550123", ""), ("09001234567", "")])  # abroad, and dear
def test_numbers_as_people_key_them_in(keys: str, number: str) -> None:
    assert dialable(keys) == number


def test_abroad_only_where_it_was_allowed() -> None:
    assert numbers.may_be_called("+33142685300", OURS, ("+33",))
    assert not numbers.may_be_called("+33142685300", OURS, ("+49",))
    assert not numbers.may_be_called("+498000", OURS, ()) or numbers.keyed("8000", OURS) == ""


def test_a_number_is_read_digit_by_digit() -> None:
    assert numbers.spoken("+4930", "en") == "plus, 4, 9, 3, 0"
    assert numbers.spoken("+4930", "zh-Hans") == "加、四、九、三、零"
    for language in get_args(Language):
        assert numbers.spoken(MIA, language) in " ".join(said(Talk("confirm", MIA), language).words)


def test_where_a_number_belongs() -> None:
    assert numbers.zones(MIA) == ("Europe/Berlin",)
    assert numbers.zones("+15551230001") == ()


def test_the_short_way_and_the_long_one() -> None:
    promised = answered(begin(MIA), "1", dialable)
    assert promised == Talk("promised", MIA, 2)
    other = answered(begin(MIA), "2", dialable)
    assert other == Talk("enter", "", 2)
    assert other is not None
    read = answered(other, "030777777", dialable)
    assert read == Talk("confirm", "+4930777777", 3)
    assert begin("").stage == "enter"


@given(st.sampled_from([MIA, ""]), st.lists(st.sampled_from(["1", "2", "*", "", "7", "030777777", "12"]), max_size=30))
def test_every_talk_ends_or_asks_something_new(caller: str, keys: list[str]) -> None:
    talk: Talk | None = begin(caller)
    vain, before = 0, talk
    for key in keys:
        assert talk is not None
        before, talk = talk, answered(talk, key, dialable)
        if talk is None or not talk.open:
            break
        assert talk.asked == before.asked + 1
        vain = vain + 1 if talk.stage == before.stage and talk.number == before.number else 0
        assert vain < TRIES
    if talk is not None and not talk.open:
        assert before is not None
        assert before.stage == "confirm"
        assert before.number == talk.number != ""
    if talk is not None:
        place = Place("line", "en", talk=talk)
        assert stored.load_place(stored.dump_place(place)) == place


def test_what_he_hears_asks_at_the_right_address() -> None:
    waiting = documents.waiting([offer("en", "5")], "en", URLS, "2-1-0-1", "5")
    assert 'action="https://hub.example.org/calls/1/callback/0"' in waiting
    assert offer("en", "5") in waiting
    assert "callback" not in documents.waiting([], "en", URLS, "2-1-0-0")
    assert 'callback/3"' in documents.called_back(Talk("confirm", MIA, 3), "en", URLS)
    assert "<Hangup" in documents.called_back(Talk("promised", MIA, 3), "en", URLS)
