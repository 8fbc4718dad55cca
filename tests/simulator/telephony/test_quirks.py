"""Both positions of every switch that decides something a hub must survive."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

ONE = "+15557770001"
ALL = ["start", "end", "join", "leave", "mute", "hold", "modify"]


@pytest.mark.parametrize("value", ["keep", "drop", "by-scheme"])
async def test_sign_port(sim: Sim, hub: Listener, value: str) -> None:
    sim.exchange.quirks.switch("sign-port", value)
    hub.token = ""
    hub.says("/voice", "<Say>Hi.</Say>")
    await sim.call(CUSTOMER, HUB)
    seen = hub.of("/voice")[0]
    with_port, without = hub.base + "/voice", "http://127.0.0.1/voice"
    # The vendor's validator takes both; which text was signed shows in its own computation.
    validator = RequestValidator(sim.exchange.account.auth_token)
    assert validator.validate(with_port, seen.form, seen.headers["X-Twilio-Signature"])
    signed = without if value == "drop" else with_port
    assert validator.compute_signature(signed, seen.form) == seen.headers["X-Twilio-Signature"]


@pytest.mark.parametrize("value", ["11200", "11217"])
async def test_status_error_code(sim: Sim, hub: Listener, value: str) -> None:
    sim.exchange.quirks.switch("status-error-code", value)
    hub.token = "wrong"
    await sim.call(CUSTOMER, HUB)
    assert sim.exchange.alerts.codes() == [int(value)]


@pytest.mark.parametrize(("value", "numbers"), [("on", ["1", "3"]), ("off", ["0", "1"])])
async def test_sequence_gaps(sim: Sim, hub: Listener, client: Any, value: str, numbers: list[str]) -> None:
    sim.exchange.quirks.switch("sequence-gaps", value)
    sim.endpoint(ONE, "answer")
    await client.calls.create_async(to=ONE, from_=HUB, twiml="<Response/>", status_callback=hub.base + "/leg",
                                    status_callback_event=["ringing", "completed"])
    await sim.advance(5)
    assert hub.events("/leg", "SequenceNumber") == numbers


@pytest.mark.parametrize("value", ["busy", "no-answer"])
async def test_client_reject(sim: Sim, hub: Listener, client: Any, value: str) -> None:
    sim.exchange.quirks.switch("client-reject", value)
    phone = sim.agent("agent_1")
    made = await client.conferences("x").participants.create_async(from_=HUB, to="client:agent_1")
    await phone.rings()
    await phone.reject()
    assert (await client.calls(made.call_sid).fetch_async()).status == value


@pytest.mark.parametrize(("value", "status"), [("off", "in-progress"), ("on", "ringing")])
async def test_pause_first(sim: Sim, hub: Listener, value: str, status: str) -> None:
    sim.exchange.quirks.switch("pause-first-rings", value)
    hub.says("/voice", "<Pause length='5'/><Say>Hi.</Say>")
    caller = await sim.call(CUSTOMER, HUB)
    assert caller.leg.status == status
    await caller.heard("Hi.")
    assert caller.leg.status == "in-progress"


@pytest.mark.parametrize("value", ["on", "off"])
async def test_add_failed_leave(sim: Sim, hub: Listener, client: Any, value: str) -> None:
    sim.exchange.quirks.switch("add-failed-leave", value)
    await client.conferences("x").participants.create_async(
        from_=HUB, to="client:nobody", timeout=5, conference_status_callback=hub.base + "/conf",
        conference_status_callback_event=ALL)
    await sim.advance(20)
    assert len(hub.of("/conf")) == (value == "on")


@pytest.mark.parametrize(("value", "fetches"), [("on", 3), ("off", 1)])
async def test_hold_url_loops(sim: Sim, hub: Listener, client: Any, value: str, fetches: int) -> None:
    sim.exchange.quirks.switch("hold-url-loops", value)
    hub.says("/voice", "<Dial><Conference participantLabel='a'>x</Conference></Dial>")
    await sim.call(CUSTOMER, HUB)
    conference = (await client.conferences.list_async())[0]
    await client.conferences(conference.sid).participants("a").update_async(
        hold=True, hold_url=hub.says("/hold", "<Play>/m.mp3?sim_duration=4</Play>"))
    await sim.advance(10)
    assert len(hub.of("/hold")) == fetches


@pytest.mark.parametrize("value", ["answered", "completed"])
async def test_conference_dial_status(sim: Sim, hub: Listener, client: Any, value: str) -> None:
    sim.exchange.quirks.switch("conference-dial-status", value)
    hub.says("/voice", "<Dial action='/done'><Conference>x</Conference></Dial>")
    hub.says("/done", "<Hangup/>")
    await sim.call(CUSTOMER, HUB)
    conference = (await client.conferences.list_async())[0]
    await client.conferences(conference.sid).update_async(status="completed")
    await sim.settle()
    assert hub.events("/done", "DialCallStatus") == [value]


async def test_completing_what_has_ended(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Dial><Conference>x</Conference></Dial>")
    caller = await sim.call(CUSTOMER, HUB)
    conference = (await client.conferences.list_async())[0]
    await caller.hang_up()
    end_call, end_conference = client.calls(caller.sid).update_async, client.conferences(conference.sid).update_async
    for value, status in (("404", 404), ("400", 400)):
        sim.exchange.quirks.switch("complete-ended-conference", value)
        with pytest.raises(TwilioRestException) as failed:
            await end_conference(status="completed")
        assert failed.value.status == status
    with pytest.raises(TwilioRestException) as failed:
        await end_call(status="completed")
    assert failed.value.code == 21220
    sim.exchange.quirks.switch("complete-ended-call", "ok")
    assert (await end_call(status="completed")).status == "completed"


@pytest.mark.parametrize("value", ["canceled", "completed"])
async def test_complete_ringing(sim: Sim, hub: Listener, client: Any, value: str) -> None:
    sim.exchange.quirks.switch("complete-ringing", value)
    made = await client.calls.create_async(to=ONE, from_=HUB, twiml="<Response/>")
    await sim.advance(1)
    await client.calls(made.sid).update_async(status="completed")
    await sim.settle()
    assert (await client.calls(made.sid).fetch_async()).status == value


@pytest.mark.parametrize("value", ["on", "off"])
async def test_dequeue_action(sim: Sim, hub: Listener, client: Any, value: str) -> None:
    sim.exchange.quirks.switch("dequeue-action", value)
    hub.says("/voice", "<Enqueue action='/left'>q</Enqueue>")
    hub.says("/left", "")
    caller = await sim.call(CUSTOMER, HUB)
    queue = (await client.queues.list_async())[0]
    await client.queues(queue.sid).members("Front").update_async(url=hub.says("/join", "<Say>In.</Say>"))
    await caller.heard("In.")
    assert len(hub.of("/left")) == (value == "on")


@pytest.mark.parametrize(("value", "queue_time"), [("on", "1000"), ("off", "0")])
async def test_participants_count_as_calls(sim: Sim, hub: Listener, client: Any, value: str, queue_time: str) -> None:
    sim.exchange.quirks.switch("participants-cps", value)
    await client.conferences("x").participants.create_async(from_=HUB, to="client:nobody")
    made = await client.conferences("y").participants.create_async(from_=HUB, to="client:nobody")
    await sim.advance(0.1)
    found = await client.conferences(made.conference_sid).participants(made.call_sid).fetch_async()
    assert found.queue_time == queue_time


@pytest.mark.parametrize("value", ["on", "off"])
async def test_hangup_dial_action(sim: Sim, hub: Listener, value: str) -> None:
    sim.exchange.quirks.switch("hangup-dial-action", value)
    hub.says("/voice", "<Dial action='/done'><Conference>x</Conference></Dial>")
    caller = await sim.call(CUSTOMER, HUB)
    await caller.hang_up()
    assert len(hub.of("/done")) == (value == "on")
