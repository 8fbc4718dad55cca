"""Calls as data, and what the provider reports as facts."""

import json
import threading
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.voice import documents, music, reports
from channels.voice.call import Call
from channels.voice.channel import Voice
from channels.voice.documents import Urls
from channels.voice.facts import Flagged, LegSeen, Moved
from channels.voice.line_words import standing
from channels.voice.menu import Place, enter
from channels.voice.settings import VoiceSettings
from channels.voice.stored import dump, dump_place, load, load_place
from simulator.telephony.twiml import read_answer
from tests.channels.voice.samples import START, at
from tests.channels.voice.test_menu import FLOW, opened
from tests.channels.voice.test_world import World

URLS = Urls("https://hub.example.org/twilio/main/voice/calls/1", "https://hub.example.org/voice/music.wav")


def through_json(call: Call) -> Call:
    return load(json.loads(json.dumps(dump(call))))


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_a_call_is_the_same_after_the_database(random: Random, steps: int) -> None:
    world = World(random)
    for _ in range(steps):
        world.step()
    assert through_json(world.call) == world.call


def test_a_place_is_the_same_after_the_database() -> None:
    place = Place("main", "en", 3, 1, (("main", "2"), ("number", "")), {"contract": "4711"})
    assert load_place(json.loads(json.dumps(dump_place(place)))) == place


def test_a_leg_is_reported() -> None:
    fields = {"CallSid": "CA2", "CallStatus": "no-answer", "Timestamp": "Mon, 02 Mar 2026 12:00:05 +0000"}
    assert reports.of_leg("agent-1", fields, START) == (LegSeen("agent-1", "no_answer", at(5), "CA2"),)


@pytest.mark.parametrize("fields", [{}, {"CallStatus": "thinking"}])
def test_an_unknown_state_is_no_fact(fields: dict[str, str]) -> None:
    assert reports.of_leg("agent-1", fields, START) == ()


def test_a_participant_is_reported_with_his_flags() -> None:
    fields = {"StatusCallbackEvent": "participant-join", "ParticipantLabel": "customer", "SequenceNumber": "3",
              "Muted": "false", "EndConferenceOnExit": "true", "Hold": "?", "Timestamp": "soon"}
    assert reports.of_room(2, fields, START) == (
        Moved("customer", 2, 3, True, START), Flagged("customer", 2, 3, "muted", False, START),
        Flagged("customer", 2, 3, "ends_room", True, START))


@pytest.mark.parametrize("change", [{"ParticipantLabel": ""}, {"SequenceNumber": "x"}, {"StatusCallbackEvent": "new"}])
def test_what_names_nobody_or_no_order_is_no_fact(change: dict[str, str]) -> None:
    fields = {"StatusCallbackEvent": "participant-join", "ParticipantLabel": "customer", "SequenceNumber": "3"}
    assert reports.of_room(1, {**fields, **change}, START) == ()


def test_a_reading_of_a_call() -> None:
    body = {"status": "busy", "sid": "CA2", "end_time": "Mon, 02 Mar 2026 12:00:05 +0000"}
    assert reports.of_call("agent-1", body, START) == (LegSeen("agent-1", "busy", at(5), "CA2"),)
    assert reports.of_call("agent-1", {"status": "new"}, START) == ()


def test_natural_keys() -> None:
    fields = {"CallSid": "CA1", "SequenceNumber": "2", "CallStatus": "ringing", "ConferenceSid": "CF1"}
    assert reports.key("leg", fields, "t", "/p") == "leg:CA1:2:ringing"
    assert reports.key("room", fields, "t", "/p") == "room:CF1:2"
    assert reports.key("status", fields, "t", "/p") == "status:CA1:ringing"
    assert reports.key("step", fields, "t", "/p") == "once:t:/p"
    assert reports.key("wait", fields, "", "/p") == ""


def test_every_document_is_good_twiml() -> None:
    place, screen = enter(FLOW, Place("welcome", "en"), opened)
    written = {
        "call": [documents.menu(screen, place.number, URLS), documents.hung_up(["a < b \x00"]), documents.nothing(),
                 documents.in_line(["One moment."], "en", "support", URLS), documents.together(1, "call-1-1", URLS),
                 documents.again_in_a_moment("zh-Hans", "support", URLS)],
        "queue": [documents.waiting(["You are number 2."], "en", URLS, "2-1-0-0"),
                  documents.waiting([], "zh-Hans", URLS, "0-1-0-1", "1")],
        "conference": [documents.played("Please hold.", "en", URLS, loop=True)],
    }
    for context, texts in written.items():
        for text in texts:
            read = read_answer(text.encode(), "text/xml", "https://hub.example.org/", "POST", context)
            assert not read.findings, text


def test_the_wait_is_said_in_minutes_that_hold() -> None:
    assert standing("en", 2, 200) == [
        "You are number 2 in line.", "Eight of ten callers are answered within 4 minutes."]
    assert standing("en", 2, 20)[1] == "Eight of ten callers are answered within a minute."
    assert standing("zh-Hans", 2, 200)[1] == "十位来电者中有八位在4分钟内接通。"
    assert standing("en", 2, None) == ["You are number 2 in line."]
    assert standing("en", None, 5)[0] == "Please stay on the line."


def test_music_is_a_sound_file_of_some_seconds() -> None:
    assert music.chord()[:4] == b"RIFF"
    assert 150_000 < len(music.chord()) < 250_000


async def test_music_is_made_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes tens of milliseconds in which no other caller would be answered."""
    makers: list[threading.Thread] = []

    def chord() -> bytes:
        makers.append(threading.current_thread())
        return b"RIFF"

    monkeypatch.setattr(music, "chord", chord)
    numbers = SimpleNamespace(numbers=["+15550001000"])
    none: Any = None
    routes = Voice(none, none, none, cast(VoiceSettings, numbers)).routes()
    (handler,) = (one.handler for one in routes if one.method == "GET")
    answer: Any = await handler(none)
    assert answer.body == b"RIFF"
    assert makers[0] is not threading.main_thread()
