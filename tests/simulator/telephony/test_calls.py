"""Calls: through the vendor's client in one direction and its validator in the other."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import NotHeard, Sim
from simulator.telephony.sound import wav
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

MENU = '<Gather numDigits="1" timeout="3" action="/menu"><Say>Press 1 or 2.</Say></Gather><Say>Nothing heard.</Say>'
CALL = "CA" + "0" * 32
AGENT = "+15557770001"


async def fails(work: Any, status: int, code: int) -> None:
    with pytest.raises(TwilioRestException) as failed:
        await work
    assert (failed.value.status, failed.value.code) == (status, code)


async def test_an_inbound_call_through_a_menu(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", MENU)
    hub.says("/menu", "<Say>Goodbye.</Say><Hangup/>")
    caller = await sim.call(CUSTOMER, HUB, stir="TN-Validation-Passed-A", caller_name="ANNA")
    assert await caller.heard("Press 1") == "Press 1 or 2."
    await caller.press("1")
    await caller.heard("Goodbye")
    await sim.advance(60)
    first, second = hub.of("/voice")[0], hub.of("/menu")[0]
    assert {name: first[name] for name in ("CallStatus", "Direction", "From", "To", "Caller", "Called", "ApiVersion",
                                           "StirVerstat", "CallerName", "FromCity")} == {
        "CallStatus": "ringing", "Direction": "inbound", "From": CUSTOMER, "To": HUB, "Caller": CUSTOMER,
        "Called": HUB, "ApiVersion": "2010-04-01", "StirVerstat": "TN-Validation-Passed-A", "CallerName": "ANNA",
        "FromCity": ""}
    assert (second["Digits"], second["CallStatus"]) == ("1", "in-progress")
    end = hub.of("/number")[0]
    assert (end["CallStatus"], end["CallbackSource"], end["Duration"]) == ("completed", "call-progress-events", "1")
    assert end["CallDuration"] == str(round(caller.leg.heard[-1].at - 0.01))
    sim.invariants()


async def test_nothing_pressed_goes_on_without_the_action(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", MENU)
    caller = await sim.call(CUSTOMER, HUB)
    await caller.heard("Nothing heard")
    assert caller.leg.heard[-1].at == pytest.approx(len("Press 1 or 2.") * 0.06 + 3)
    await sim.advance(5)
    assert not hub.of("/menu")
    assert caller.leg.status == "completed"


async def test_keys_stop_the_prompt_and_wait_for_the_gather(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Say>A long welcome that nobody wants to hear.</Say>'
                       '<Gather finishOnKey="#" action="/menu"><Say>Your number.</Say></Gather>')
    caller = await sim.call(CUSTOMER, HUB)
    await caller.press("12")
    await sim.advance(3)
    assert [one.text for one in caller.leg.heard] == ["A long welcome that nobody wants to hear."]
    await caller.press("3#")
    assert hub.of("/menu")[0]["Digits"] == "123"
    assert hub.of("/menu")[0]["FinishedOnKey"] == "#"


async def test_the_key_buffer_can_be_switched_off(sim: Sim, hub: Listener) -> None:
    sim.exchange.quirks.switch("dtmf-buffer", "off")
    hub.says("/voice", '<Say>Welcome.</Say><Gather numDigits="1" action="/menu"><Say>Your number.</Say></Gather>')
    caller = await sim.call(CUSTOMER, HUB)
    await caller.press("1")
    await caller.heard("Your number")
    assert not hub.of("/menu")
    await caller.press("2")
    assert hub.events("/menu", "Digits") == ["2"]


async def test_speech(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Gather input="speech dtmf" action="/menu"/>')
    caller = await sim.call(CUSTOMER, HUB)
    await caller.say("billing please")
    assert hub.events("/menu", "SpeechResult") == ["billing please"]
    assert hub.of("/menu")[0]["Confidence"]


@pytest.mark.parametrize(("verb", "status", "sip"), [
    ("<Reject/>", "no-answer", "603"), ('<Reject reason="busy"/>', "busy", "486"), ("<Hangup/>", "completed", "200")])
async def test_only_reject_does_not_answer(sim: Sim, hub: Listener, verb: str, status: str, sip: str) -> None:
    hub.says("/voice", verb)
    caller = await sim.call(CUSTOMER, HUB)
    end = hub.of("/number")[0]
    assert (caller.leg.status, end["CallStatus"], end["SipResponseCode"]) == (status, status, sip)
    assert (caller.leg.started is not None) == (status == "completed")


async def test_play_pause_and_redirect(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Play loop="2">/a.wav?sim_duration=4</Play><Pause length="3"/><Redirect>next?x=1</Redirect>')
    hub.says("/next", "<Play digits='1w2'/>")
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(20)
    assert [(one.at, one.kind) for one in caller.leg.heard] == [(0.0, "play"), (4.0, "play"), (11.0, "digits")]
    assert caller.leg.heard[0].text == hub.base + "/a.wav?sim_duration=4"
    assert hub.of("/next")[0].path == "/next?x=1"


async def test_files_are_fetched_once_and_measured(sim: Sim, hub: Listener) -> None:
    async def tone(_: web.Request) -> web.Response:
        return web.Response(body=wav([(True, 7.0)]), content_type="audio/wav")

    hub.replies["/tone"] = tone
    hub.says("/text", "")
    hub.says("/voice", "<Play loop='2'>/tone</Play><Play>http://elsewhere.example/x.mp3</Play><Play>/text</Play>"
                       "<Play>/missing</Play><Say>After.</Say>")
    for _ in range(2):
        start = sim.clock.elapsed()
        caller = await sim.call(CUSTOMER, HUB)
        await caller.heard("After")
        assert caller.leg.heard[-1].at - start == 44.0
        await sim.advance(1)
    assert len(hub.of("/tone")) == 1
    assert [alert.url[len(hub.base):] for alert in sim.exchange.alerts.all] == ["/text", "/missing"] * 2
    assert set(sim.exchange.alerts.codes()) == {12300}


async def test_fallback_after_a_failure_and_the_end_without_one(sim: Sim, hub: Listener) -> None:
    number = sim.exchange.numbers[HUB]
    number.voice_url, number.voice_fallback_url = hub.base + "/empty", hub.says("/fallback", "<Say>Spare.</Say>")
    caller = await sim.call(CUSTOMER, HUB)
    await caller.heard("Spare")
    assert hub.of("/fallback")[0]["ErrorCode"] == "12300"
    assert hub.of("/fallback")[0]["ErrorUrl"] == hub.base + "/empty"
    number.voice_fallback_url = ""
    caller = await sim.call(CUSTOMER, HUB)
    await caller.heard("application error")
    await sim.advance(3)
    assert caller.leg.status == "completed"
    assert sim.exchange.alerts.codes() == [12300, 12300]
    with pytest.raises(AssertionError, match="12300"):
        sim.invariants()


async def test_no_call_lasts_longer_than_four_hours(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", "<Enqueue>q</Enqueue>")
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(4 * 3600 - 1)
    assert caller.leg.live
    await sim.advance(2)
    assert hub.events("/number", "CallDuration") == ["14400"]


async def test_a_hang_up_in_the_middle_of_anything(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", MENU)
    for seconds in (0.0, 0.2, 2.0):
        caller = await sim.call(CUSTOMER, HUB)
        await sim.advance(seconds)
        await caller.hang_up()
        assert caller.leg.status == "completed"
        with pytest.raises(NotHeard, match="was not heard"):
            await caller.heard("anything", 1)
    assert not hub.of("/menu")


# --- outbound ----------------------------------------------------------------------------------------------
async def test_an_outbound_call_step_by_step(sim: Sim, hub: Listener, client: Any) -> None:
    url = hub.says("/out", "<Say>Hello.</Say>")
    sim.endpoint(AGENT, "answer", 2.0)
    call = await client.calls.create_async(
        to=AGENT, from_=HUB, url=url, status_callback=hub.base + "/progress",
        status_callback_event=["initiated", "ringing", "answered", "completed"])
    assert (call.status, call.direction, call.duration) == ("queued", "outbound-api", None)
    await sim.advance(10)
    seen = hub.of("/progress")
    assert [(one["CallStatus"], one["SequenceNumber"], one.at) for one in seen] == [
        ("initiated", "0", 0.0), ("ringing", "1", 0.5), ("in-progress", "2", 2.5), ("completed", "3", 3.0)]
    assert seen[3]["Timestamp"] == "Mon, 02 Mar 2026 09:00:03 +0000"
    assert hub.of("/out")[0]["CallStatus"] == "in-progress"
    assert hub.of("/out")[0]["Direction"] == "outbound-api"
    done = await client.calls(call.sid).fetch_async()
    assert (done.status, done.duration) == ("completed", "0")


@pytest.mark.parametrize(("kind", "status", "sip", "at"), [
    ("busy", "busy", "486", 1.5), ("no-answer", "no-answer", "487", 15.5), ("fail", "failed", "404", 1.5)])
async def test_calls_that_nobody_takes(sim: Sim, hub: Listener, client: Any, kind: str, status: str, sip: str,
                                       at: float) -> None:
    sim.endpoint(AGENT, kind)
    await client.calls.create_async(to=AGENT, from_=HUB, twiml="<Response/>", timeout=10,
                                    status_callback=hub.base + "/progress")
    await sim.advance(30)
    seen = hub.of("/progress")
    assert [(one["CallStatus"], one["SipResponseCode"], one["CallDuration"], one.at) for one in seen] == [
        (status, sip, "0", at)]
    assert seen[0]["SequenceNumber"] == "2"


async def test_calls_beyond_the_rate_wait_in_line(sim: Sim, hub: Listener, client: Any) -> None:
    calls = [await client.calls.create_async(to=AGENT, from_=HUB, url=hub.base + "/out") for _ in range(3)]
    await sim.advance(1.6)
    assert [(await client.calls(call.sid).fetch_async()).status for call in calls] == ["ringing", "ringing", "queued"]
    assert (await client.calls(calls[2].sid).fetch_async()).queue_time == "2000"


async def test_cancel_complete_and_the_race_between(sim: Sim, hub: Listener, client: Any) -> None:
    async def make() -> Any:
        return await client.calls.create_async(to=AGENT, from_=HUB, url=hub.says("/out", "<Pause length='60'/>"),
                                               status_callback=hub.base + "/progress",
                                               status_callback_event=["initiated", "completed"])

    ringing, waiting = await make(), await make()
    await sim.advance(0.7)
    await client.calls(waiting.sid).update_async(status="canceled")
    await client.calls(ringing.sid).update_async(status="canceled")
    await sim.settle()
    assert hub.events("/progress", "CallStatus") == ["initiated", "canceled"]
    await fails(client.calls(ringing.sid).update_async(status="canceled"), 400, 21220)
    await fails(client.calls(ringing.sid).update_async(status="completed"), 400, 21220)
    answered = await make()
    await sim.until(lambda: sim.exchange.legs[answered.sid].status == "ringing")
    await sim.person(answered.sid).answer()
    await fails(client.calls(answered.sid).update_async(status="canceled"), 400, 21220)
    await client.calls(answered.sid).update_async(status="completed")
    await sim.settle()
    assert (await client.calls(answered.sid).fetch_async()).status == "completed"


async def test_a_live_call_is_redirected(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Play>/music.mp3</Play>")
    url = hub.says("/elsewhere", "<Say>Elsewhere.</Say>")
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(5)
    await client.calls(caller.sid).update_async(url=url, method="GET")
    await caller.heard("Elsewhere")
    assert hub.of("/elsewhere")[0].method == "GET"
    await client.calls(caller.sid).update_async(twiml="<Response><Say>Inline.</Say></Response>")
    await caller.heard("Inline")
    await sim.advance(5)
    await fails(client.calls(caller.sid).update_async(url=url), 400, 21220)


async def test_what_the_api_refuses(sim: Sim, hub: Listener, client: Any) -> None:
    url = hub.base + "/out"
    create = client.calls.create_async
    await fails(create(to="5550001", from_=HUB, url=url), 400, 21211)
    await fails(create(to=AGENT, from_="+15559999999", url=url), 400, 21210)
    await fails(create(to=AGENT, from_="nobody", url=url), 400, 21212)
    await fails(create(to=AGENT, from_="client:agent_1", url=url), 400, 21212)
    await fails(create(to="", from_=HUB, url=url), 400, 21201)
    await fails(create(to=AGENT, from_=HUB), 400, 21205)
    await fails(create(to=AGENT, from_=HUB, url=url, twiml="<Response/>"), 400, 21205)
    await fails(create(to=AGENT, from_=HUB, twiml="x" * 4001), 400, 32018)
    await fails(create(to=AGENT, from_=HUB, url=url, timeout=601), 400, 20001)
    await fails(create(to=AGENT, from_=HUB, url=url, method="PUT"), 400, 20001)
    await fails(create(to=AGENT, from_=HUB, url="/relative"), 400, 20001)
    await fails(client.calls(CALL).fetch_async(), 404, 20404)
    with pytest.raises(TwilioException, match="Status is invalid"):
        await client.calls.list_async(status="dialing")
    assert not sim.exchange.legs


async def test_what_is_not_emulated_says_so_loudly(sim: Sim, hub: Listener, client: Any) -> None:
    await fails(client.calls.create_async(to=AGENT, from_=HUB, url=hub.base, send_digits="1"), 501, 0)
    await fails(client.calls.create_async(to="sip:a@b.example", from_=HUB, url=hub.base), 501, 0)
    with pytest.raises(TwilioException, match=r"not emulated: GET /Addresses\.json"):
        await client.addresses.list_async()
    assert [alert.code for alert in sim.exchange.alerts.all] == [0, 0, 0]
    assert "SendDigits" in sim.exchange.alerts.all[0].text
    hub.says("/voice", "<Start><Stream url='wss://localhost/'/></Start><Say>Never.</Say>")
    caller = await sim.call(CUSTOMER, HUB)
    await caller.heard("application error")
    with pytest.raises(AssertionError, match="not emulated: <Start>"):
        sim.invariants()


async def test_wrong_credentials_and_the_api_key(sim: Sim, client: Any) -> None:
    account = sim.exchange.account
    client.auth = (account.key_sid, account.key_secret)
    assert await client.calls.list_async() == []
    client.auth = (account.key_sid, "wrong")
    await fails(client.calls(CALL).fetch_async(), 401, 20003)


async def test_events_in_one_string_are_an_alert_and_no_callback(sim: Sim, hub: Listener, client: Any) -> None:
    sim.endpoint(AGENT, "busy")
    await client.calls.create_async(to=AGENT, from_=HUB, url=hub.base, status_callback=hub.base + "/progress",
                                    status_callback_event=["initiated ringing"])
    await sim.advance(5)
    assert not hub.of("/progress")
    assert sim.exchange.alerts.codes() == [21626]


async def test_lists_filters_and_pages(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Pause length='500'/>")
    for number in range(7):
        await sim.call(f"+1555123000{number}", HUB)
        await sim.advance(1)
    assert [call._from for call in await client.calls.list_async(page_size=3)] == [
        f"+1555123000{number}" for number in range(6, -1, -1)]
    assert len(await client.calls.list_async(limit=4)) == 4
    assert [call._from for call in await client.calls.list_async(from_="+15551230003", status="in-progress")] == [
        "+15551230003"]
    assert await client.calls.list_async(status="completed") == []
    since = sim.exchange.clock.now().replace(second=4)
    assert len(await client.calls.list_async(start_time_after=since)) == 3
    page = await client.calls.page_async(page_size=3)
    await sim.call("+15551230009", HUB)
    assert [call._from async for call in _rest(page)] == [f"+1555123000{number}" for number in (6, 5, 4, 3, 2, 1, 0)]


async def _rest(page: Any) -> Any:
    while page is not None:
        for call in page:
            yield call
        page = await page.next_page_async()


async def test_reads_may_lag_behind(sim: Sim, hub: Listener, client: Any) -> None:
    sim.exchange.timings = replace(sim.exchange.timings, stale=0.8)
    call = await client.calls.create_async(to=AGENT, from_=HUB, url=hub.base)
    await sim.advance(1.0)
    assert (await client.calls(call.sid).fetch_async()).status == "queued"
    await sim.advance(0.5)
    assert (await client.calls(call.sid).fetch_async()).status == "ringing"


async def test_deleting_a_call_that_has_ended(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Pause length='50'/>")
    caller = await sim.call(CUSTOMER, HUB)
    await fails(client.calls(caller.sid).delete_async(), 409, 20409)
    await caller.hang_up()
    assert await client.calls(caller.sid).delete_async()
    await fails(client.calls(caller.sid).fetch_async(), 404, 20404)


async def test_alerts_are_notifications_of_the_call(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Whistle/><Pause/>")
    caller = await sim.call(CUSTOMER, HUB)
    found = await client.calls(caller.sid).notifications.list_async()
    assert [one.error_code for one in found] == ["12200"]
    assert "Whistle" in (await client.calls(caller.sid).notifications(found[0].sid).fetch_async()).message_text


async def test_the_same_seed_gives_the_same_journal(hub: Listener, sim: Sim) -> None:
    hub.says("/voice", MENU)
    caller = await sim.call(CUSTOMER, HUB)
    assert caller.sid == "CA" + sim.exchange.sids.digits("CA", 1)
    assert sim.exchange.account.sid.startswith("AC")
