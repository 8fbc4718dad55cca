"""Recordings of calls and conferences, voicemail, and what is downloaded."""

import io
import wave
from array import array
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.app import TelephonyApp
from simulator.telephony.driver import Person, Sim
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener


@pytest.fixture
async def caller(sim: Sim, hub: Listener) -> Person:
    """Somebody in a call that does nothing."""
    hub.says("/voice", "<Pause length='600'/>")
    return await sim.call(CUSTOMER, HUB)


async def load(sim: Sim, path: str, **more: Any) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session, session.get(path, **more) as answer:
        return answer.status, await answer.read()


def samples(content: bytes) -> tuple[int, float, "array[int]"]:
    with wave.open(io.BytesIO(content)) as file:
        return file.getnchannels(), file.getnframes() / file.getframerate(), array("h", file.readframes(10**9))


async def test_a_call_is_recorded_paused_and_resumed(sim: Sim, hub: Listener, client: Any, caller: Person) -> None:
    recordings = client.calls(caller.sid).recordings
    made = await recordings.create_async(recording_status_callback=hub.base + "/rec", recording_channels="dual",
                                         recording_status_callback_event=["in-progress", "completed", "absent"])
    assert (made.status, made.channels, made.source, made.duration) == (
        "in-progress", 2, "StartCallRecordingAPI", None)
    await sim.advance(10)
    assert (await recordings("Twilio.CURRENT").update_async(status="paused")).status == "paused"
    await sim.advance(5)
    assert (await recordings(made.sid).update_async(status="in-progress")).status == "in-progress"
    await sim.advance(10)
    await caller.hang_up()
    assert (await recordings(made.sid).fetch_async()).status == "processing"
    assert (await load(sim, sim.base_url + made.uri.replace(".json", ".wav").split("/Calls")[0]
                       + f"/Recordings/{made.sid}.wav"))[0] == 404
    await sim.advance(3)
    assert hub.events("/rec", "RecordingStatus") == ["in-progress", "completed"]
    end = hub.of("/rec")[1]
    assert {name: end[name] for name in ("RecordingDuration", "RecordingChannels", "RecordingSource", "CallSid",
                                         "RecordingSid", "RecordingTrack", "ErrorCode")} == {
        "RecordingDuration": "25", "RecordingChannels": "2", "RecordingSource": "StartCallRecordingAPI",
        "CallSid": caller.sid, "RecordingSid": made.sid, "RecordingTrack": "both", "ErrorCode": "0"}
    assert end.at == pytest.approx(27)
    status, content = await load(sim, end["RecordingUrl"] + ".wav?RequestedChannels=2")
    channels, seconds, sound = samples(content)
    assert (status, channels, seconds) == (200, 2, 25.0)
    assert not any(sound[12 * 16000:13 * 16000])
    assert any(sound[8 * 16000:9 * 16000])
    assert samples((await load(sim, end["RecordingUrl"]))[1])[0] == 1
    assert (await load(sim, end["RecordingUrl"] + ".mp3"))[0] == 501
    assert await client.recordings(made.sid).delete_async()
    assert (await load(sim, end["RecordingUrl"]))[0] == 404
    with pytest.raises(TwilioRestException):
        await client.recordings(made.sid).fetch_async()


async def test_skipping_cuts_the_pause_out(sim: Sim, hub: Listener, client: Any, caller: Person) -> None:
    recordings = client.calls(caller.sid).recordings
    made = await recordings.create_async()
    await sim.advance(10)
    await recordings(made.sid).update_async(status="paused", pause_behavior="skip")
    await sim.advance(5)
    await recordings(made.sid).update_async(status="in-progress")
    await sim.advance(10)
    await recordings(made.sid).update_async(status="stopped")
    await sim.advance(3)
    found = await client.recordings(made.sid).fetch_async()
    assert (found.status, found.duration, found.call_sid) == ("completed", "20", caller.sid)
    assert samples((await load(sim, found.media_url))[1])[1] == 20.0
    with pytest.raises(TwilioRestException) as refused:
        await recordings(made.sid).update_async(status="paused")
    assert refused.value.code == 21220
    assert [one.sid for one in await client.recordings.list_async(call_sid=caller.sid)] == [made.sid]


async def test_too_short_is_absent(sim: Sim, hub: Listener, client: Any, caller: Person) -> None:
    await client.calls(caller.sid).recordings.create_async(
        recording_status_callback=hub.base + "/rec", recording_status_callback_event=["completed", "absent"])
    await caller.hang_up()
    await sim.advance(3)
    assert hub.events("/rec", "RecordingStatus") == ["absent"]
    assert "RecordingDuration" not in hub.of("/rec")[0].form


async def test_only_a_call_in_progress_is_recorded(sim: Sim, hub: Listener, client: Any, caller: Person) -> None:
    await caller.hang_up()
    with pytest.raises(TwilioRestException) as refused:
        await client.calls(caller.sid).recordings.create_async()
    assert refused.value.code == 21220


async def test_downloads_may_need_credentials(sim: Sim, caller: Person) -> None:
    app = TelephonyApp(sim.exchange, media_needs_auth=True)
    account = sim.exchange.account
    for headers, allowed in (({}, False), ({"Authorization": aiohttp.encode_basic_auth(
            account.sid, account.auth_token)}, True), ({"Authorization": "Basic x"}, False)):
        assert app._may_load(make_mocked_request("GET", "/", headers=headers), account.sid) is allowed


async def test_a_conference_recorded_from_its_start(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", '<Dial><Conference record="record-from-start" recordingStatusCallback="/rec">r</Conference>'
                       '</Dial>')
    one, two = await sim.call("+15551230001", HUB), await sim.call("+15551230002", HUB)
    await sim.advance(30)
    conference = (await client.conferences.list_async())[0]
    found = (await client.conferences(conference.sid).recordings.list_async())[0]
    assert (found.status, found.source, found.channels) == ("in-progress", "Conference", 2)
    changed = await client.conferences(conference.sid).recordings(found.sid).update_async(status="paused")
    assert changed.status == "paused"
    await one.hang_up()
    await two.hang_up()
    await sim.advance(3)
    assert hub.of("/rec")[0]["ConferenceSid"] == conference.sid
    assert hub.of("/rec")[0]["RecordingDuration"] == "30"


async def test_a_bridged_pair_is_recorded(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Dial record="record-from-answer-dual" action="/done" recordingStatusCallback="/rec">'
                       '+15557770001</Dial>')
    hub.says("/done", "<Pause length='60'/>")
    sim.endpoint("+15557770001", "answer", 1.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(11.5)
    await sim.person(next(leg.sid for leg in sim.exchange.legs.values() if leg.parent)).hang_up()
    await sim.advance(3)
    assert caller.leg.live
    assert hub.of("/rec")[0]["RecordingSource"] == "DialVerb"
    assert hub.of("/rec")[0]["RecordingDuration"] == "10"
    assert hub.of("/done")[0]["RecordingUrl"] == hub.of("/rec")[0]["RecordingUrl"]


# --- voicemail ---------------------------------------------------------------------------------------------
VOICEMAIL = ('<Record action="/saved" timeout="4" maxLength="60" transcribe="true" transcribeCallback="/text" '
             'recordingStatusCallback="/rec"/><Say>Nothing recorded.</Say>')


async def test_a_voicemail_ended_by_a_key(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", VOICEMAIL)
    hub.says("/saved", "<Say>Thank you.</Say>")
    caller = await sim.call(CUSTOMER, HUB)
    await caller.heard("beep")
    await caller.say("Hello, this is Anna. Please call me back about my order.")
    await sim.advance(5)
    await caller.press("#")
    await caller.heard("Thank you")
    saved = hub.of("/saved")[0]
    assert (saved["Digits"], saved["RecordingDuration"]) == ("#", "3")
    await sim.advance(10)
    assert hub.events("/rec", "RecordingDuration") == ["3"]
    text = hub.of("/text")[0]
    assert text["TranscriptionText"].startswith("Hello, this is Anna")
    assert (text["TranscriptionStatus"], text["RecordingSid"]) == ("completed", hub.of("/rec")[0]["RecordingSid"])
    kept = await client.transcriptions(text["TranscriptionSid"]).fetch_async()
    assert (kept.transcription_text, kept.status) == (text["TranscriptionText"], "completed")
    assert [one.sid for one in await client.recordings(kept.recording_sid).transcriptions.list_async()] == [kept.sid]
    assert await client.transcriptions(kept.sid).delete_async()
    assert await client.transcriptions.list_async() == []


async def test_a_voicemail_ended_by_the_hang_up(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", VOICEMAIL)
    caller = await sim.call(CUSTOMER, HUB)
    await caller.say("Call me.")
    await sim.advance(2)
    await caller.hang_up()
    await sim.advance(10)
    assert hub.events("/saved", "Digits") == ["hangup"]
    assert hub.events("/text", "TranscriptionStatus") == ["failed"]  # shorter than two seconds


async def test_silence_is_no_message_and_the_limit_ends_a_long_one(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", VOICEMAIL)
    silent = await sim.call(CUSTOMER, HUB)
    await silent.heard("Nothing recorded")
    assert not hub.of("/saved")
    hub.says("/saved", "<Hangup/>")
    long = await sim.call(CUSTOMER, HUB)
    await long.say("a" * 2000)
    await sim.advance(200)
    assert hub.events("/saved", "RecordingDuration") == ["60"]
