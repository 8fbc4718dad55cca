"""Dial: parallel legs, whispers, the action's parameters, and redirects of either side."""

from typing import Any

import pytest

from simulator.telephony.driver import Sim
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

ONE, TWO = "+15557770001", "+15557770002"
EVENTS = 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"'


async def test_two_numbers_the_first_to_answer_wins(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", f'<Dial action="/done"><Number {EVENTS}>{ONE}</Number><Number>{TWO}</Number></Dial>')
    hub.says("/done", "<Say>Bye.</Say>")
    sim.endpoint(ONE, "answer", 3.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(1)
    caller.expect_sound("ringback")
    await sim.advance(5)
    legs = [leg for leg in sim.exchange.legs.values() if leg.parent is caller.leg]
    assert [leg.status for leg in legs] == ["in-progress", "canceled"]
    talking = sim.person(legs[0].sid)
    caller.expect_audible(talking, mutual=True)
    await sim.advance(10)
    await talking.hang_up()
    done = hub.of("/done")[0]
    assert {name: done[name] for name in ("DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged")} == {
        "DialCallStatus": "completed", "DialCallSid": legs[0].sid, "DialCallDuration": "12", "DialBridged": "true"}
    progress = hub.of("/leg")
    assert [one["CallStatus"] for one in progress] == ["initiated", "ringing", "in-progress", "completed"]
    assert {one["ParentCallSid"] for one in progress} == {caller.sid}
    assert progress[0]["Direction"] == "outbound-dial"
    await caller.heard("Bye")
    sim.invariants()


@pytest.mark.parametrize(("kind", "status"), [("busy", "busy"), ("no-answer", "no-answer"), ("fail", "failed")])
async def test_nobody_answers(sim: Sim, hub: Listener, kind: str, status: str) -> None:
    hub.says("/voice", f'<Dial action="/done" timeout="10">{ONE}</Dial>')
    sim.endpoint(ONE, kind)
    await sim.call(CUSTOMER, HUB)
    await sim.advance(16)
    assert hub.events("/done", "DialCallStatus") == [status]
    assert hub.events("/done", "DialBridged") == ["false"]


async def test_without_an_action_the_next_verb_follows(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", f"<Dial>{ONE}</Dial><Say>Next.</Say>")
    sim.endpoint(ONE, "busy")
    await (await sim.call(CUSTOMER, HUB)).heard("Next")


async def test_the_caller_gives_up_while_it_rings(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", f'<Dial action="/done"><Number {EVENTS}>{ONE}</Number></Dial>')
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(3)
    await caller.hang_up()
    await sim.advance(1)
    assert hub.events("/leg", "CallStatus") == ["initiated", "ringing", "canceled"]
    assert hub.events("/done", "DialCallStatus") == ["canceled"]
    assert all(not leg.live for leg in sim.exchange.legs.values())


async def test_answer_on_bridge_leaves_the_caller_ringing(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", f'<Dial answerOnBridge="true">{ONE}</Dial>')
    sim.endpoint(ONE, "answer", 3.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(2)
    assert caller.leg.status == "ringing"
    await sim.advance(3)
    assert caller.leg.status == "in-progress"


async def test_a_whisper_and_a_refusal_by_key(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", f'<Dial action="/done"><Number url="/whisper">{ONE}</Number></Dial>')
    hub.says("/whisper", '<Gather numDigits="1" action="/taken"><Say>Press 1 to take it.</Say></Gather><Hangup/>')
    hub.says("/taken", "")
    sim.endpoint(ONE, "answer", 1.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.until(lambda: bool(hub.of("/whisper")))
    agent = sim.person(hub.of("/whisper")[0]["CallSid"])
    await agent.heard("Press 1")
    caller.expect_inaudible(agent)
    await agent.press("1")
    caller.expect_audible(agent, mutual=True)
    await agent.hang_up()
    second = await sim.call(CUSTOMER, HUB)
    await sim.advance(60)
    assert hub.events("/done", "DialCallStatus") == ["completed", "completed"]
    assert hub.events("/done", "DialBridged") == ["true", "false"]
    assert second.leg.status == "completed"


async def test_a_child_redirected_in_its_whisper_leaves_the_dial(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", f'<Dial action="/done"><Number sendDigits="ww12" url="/whisper">{ONE}</Number></Dial>')
    hub.says("/whisper", "<Pause length='60'/>")
    hub.says("/done", "<Say>On.</Say>")
    sim.endpoint(ONE, "answer", 1.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.until(lambda: bool(hub.of("/whisper")))
    child = sim.person(hub.of("/whisper")[0]["CallSid"])
    assert (child.leg.heard[0].text, hub.of("/whisper")[0].at) == ("ww12", 3.5)
    await client.calls(child.sid).update_async(url=hub.says("/new", "<Say>Elsewhere.</Say>"))
    await child.heard("Elsewhere")
    await caller.heard("On.")


async def test_a_redirect_inside_dial_leaves_a_phantom(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", f'<Dial action="/done"><Number {EVENTS}>{ONE}</Number></Dial>')
    hub.says("/done", "<Say>Never heard.</Say>")
    sim.endpoint(ONE, "answer", 1.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(10)
    await client.calls(caller.sid).update_async(url=hub.says("/new", "<Say>New.</Say>"))
    await caller.heard("New")
    ended = hub.of("/leg")[-1]
    assert [round(one.at - 10, 2) for one in (ended, hub.of("/done")[0], hub.of("/new")[0])] == [0.17, 0.32, 0.65]
    assert (ended["CallStatus"], hub.of("/done")[0]["DialCallStatus"]) == ("completed", "completed")
    assert "Never heard." not in [one.text for one in caller.leg.heard]


async def test_redirecting_the_child_sends_the_parent_to_its_action(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", f'<Dial action="/done">{ONE}</Dial>')
    hub.says("/done", "<Say>Parent goes on.</Say>")
    sim.endpoint(ONE, "answer", 1.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(5)
    child = next(leg for leg in sim.exchange.legs.values() if leg.parent is caller.leg)
    await client.calls(child.sid).update_async(url=hub.says("/new", "<Say>Child goes on.</Say>"))
    await sim.person(child.sid).heard("Child goes on")
    await caller.heard("Parent goes on")


async def test_hangup_on_star_and_the_time_limit(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", f'<Dial hangupOnStar="true" timeLimit="60">{ONE}</Dial><Say>Back.</Say>')
    sim.endpoint(ONE, "answer", 1.0)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(5)
    await caller.press("*")
    await caller.heard("Back")
    second = await sim.call(CUSTOMER, HUB)
    await second.heard("Back")
    assert second.leg.heard[-1].at - 5 == pytest.approx(61.5)


async def test_a_caller_id_must_be_ours(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", f'<Dial callerId="+15558880000">{ONE}</Dial><Say>Next.</Say>')
    await (await sim.call(CUSTOMER, HUB)).heard("application error")
    assert sim.exchange.alerts.codes() == [13214]
    await client.validation_requests.create_async(phone_number="+15558880000")
    sim.endpoint(ONE, "busy")
    await (await sim.call(CUSTOMER, HUB)).heard("Next")


async def test_a_browser_needs_a_caller_id_to_call_a_number(sim: Sim, hub: Listener, client: Any) -> None:
    application = await client.applications.create_async(voice_url=hub.says("/app", f"<Dial>{ONE}</Dial>"))
    phone = sim.agent("agent_1")
    phone.device.may_dial = application.sid
    await (await phone.connect(To=ONE)).heard("application error")
    assert sim.exchange.alerts.codes() == [13214]


async def test_a_browser_calls_out_through_its_application(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/app", f"<Dial callerId='{HUB}'>{ONE}</Dial>")
    sim.endpoint(ONE, "answer", 1.0)
    application = await client.applications.create_async(friendly_name="desk", voice_url=hub.base + "/app")
    phone = sim.agent("agent_1")
    phone.device.may_dial = application.sid
    browser = await phone.connect(To=ONE, ix="9")
    asked = hub.of("/app")[0]
    assert {name: asked[name] for name in ("From", "To", "Direction", "CallStatus", "ApplicationSid", "ix")} == {
        "From": "client:agent_1", "To": ONE, "Direction": "inbound", "CallStatus": "ringing",
        "ApplicationSid": application.sid, "ix": "9"}
    await sim.advance(3)
    browser.expect_audible(sim.person(next(leg.sid for leg in sim.exchange.legs.values() if leg.parent)), mutual=True)
    await phone.hang_up()
    await sim.advance(1)
    assert phone.messages[-1]["state"] == "closed"
    assert all(not leg.live for leg in sim.exchange.legs.values())
