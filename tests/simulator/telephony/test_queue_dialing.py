"""Whoever dials a queue is connected to its first caller: bridges, whispers, waiting, and every way out."""

from typing import Any

from simulator.telephony.driver import Person, Sim
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

DIALS = '<Dial action="/dialled" {}><Queue url="/whisper">support</Queue></Dial>'
OTHER, AGENT = "+15551230002", "+15557770001"


async def in_line(sim: Sim, hub: Listener, number: str = CUSTOMER) -> Person:
    hub.says("/voice", '<Enqueue action="/left" waitUrl="/wait">support</Enqueue>')
    hub.says("/wait", "<Play>/music.mp3?sim_duration=20</Play>")
    hub.says("/whisper", "<Say>You are being connected.</Say>")
    hub.says("/left", "<Hangup/>")
    hub.says("/dialled", "<Say>Done.</Say>")
    caller = await sim.call(number, HUB)
    await caller.heard("music.mp3")
    return caller


async def dialling(sim: Sim, hub: Listener, client: Any, attributes: str = "") -> Person:
    """An agent's telephone that has answered and dials the queue."""
    sim.endpoint(AGENT, "answer")
    made = await client.calls.create_async(to=AGENT, from_=HUB, url=hub.says("/agent", DIALS.format(attributes)))
    agent = sim.person(made.sid)
    await sim.until(lambda: agent.leg.place == "dial")
    return agent


async def test_caller_and_agent_talk_and_each_is_told_once(sim: Sim, hub: Listener, client: Any) -> None:
    caller = await in_line(sim, hub)
    await sim.advance(10)
    agent = await dialling(sim, hub, client)
    await caller.heard("You are being connected.")
    await sim.until(lambda: agent.leg.peer is caller.leg)
    agent.expect_audible(caller, mutual=True)
    whisper = hub.of("/whisper")[0]
    assert (whisper["CallSid"], whisper["DequeingCallSid"]) == (caller.sid, agent.sid)
    assert (hub.of("/left"), int(whisper["QueueTime"]) >= 10) == ([], True)
    await sim.advance(30)
    await caller.hang_up()
    await agent.heard("Done.")
    done, left = hub.of("/dialled")[0], hub.of("/left")[0]
    assert (done["DialCallStatus"], done["DialCallSid"], done["DialBridged"]) == ("completed", caller.sid, "true")
    assert (left["QueueResult"], len(hub.of("/left"))) == ("bridged", 1)
    await sim.advance(5)
    sim.invariants()


async def test_the_agent_goes_first_and_the_caller_goes_on(sim: Sim, hub: Listener, client: Any) -> None:
    caller = await in_line(sim, hub)
    hub.says("/left", "<Say>How was it?</Say>")
    agent = await dialling(sim, hub, client, 'hangupOnStar="true"')
    await sim.until(lambda: agent.leg.peer is caller.leg)
    await agent.press("*")
    await agent.heard("Done.")
    await caller.heard("How was it?")
    assert hub.of("/left")[0]["QueueResult"] == "bridged"
    assert (agent.leg.peer, caller.leg.peer) == (None, None)


async def test_an_empty_queue_is_waited_at_in_turn(sim: Sim, hub: Listener, client: Any) -> None:
    first = await in_line(sim, hub)
    await first.hang_up()
    ann = await dialling(sim, hub, client, 'timeout="60"')
    ben = await dialling(sim, hub, client, 'timeout="30"')
    ann.expect_sound("ringback")
    await sim.advance(10)
    caller = await sim.call(CUSTOMER, HUB)
    await sim.until(lambda: ann.leg.peer is caller.leg)
    ben.expect_sound("ringback")
    await ben.heard("Done.")
    assert hub.of("/dialled")[0]["DialCallStatus"] == "no-answer"
    second = await in_line(sim, hub, OTHER)
    await sim.advance(10)
    assert second.leg.peer is None


async def test_whoever_goes_during_the_whisper_leaves_nobody_hanging(sim: Sim, hub: Listener, client: Any) -> None:
    caller = await in_line(sim, hub)
    agent = await dialling(sim, hub, client)
    await caller.heard("You are being connected.")
    await agent.hang_up()
    await sim.advance(10)
    assert (caller.leg.live, hub.of("/left")[0]["QueueResult"]) == (False, "bridged")
    caller = await in_line(sim, hub)
    agent = await dialling(sim, hub, client)
    await caller.heard("You are being connected.")
    await caller.hang_up()
    await agent.heard("Done.")
    assert hub.of("/dialled")[-1]["DialBridged"] == "false"
    sim.invariants()


async def test_a_caller_is_sent_elsewhere_out_of_the_bridge(sim: Sim, hub: Listener, client: Any) -> None:
    caller = await in_line(sim, hub)
    agent = await dialling(sim, hub, client)
    await sim.until(lambda: agent.leg.peer is caller.leg)
    await client.calls(caller.sid).update_async(url=hub.says("/elsewhere", "<Say>Here.</Say>"))
    await caller.heard("Here.")
    assert hub.of("/left")[0]["QueueResult"] == "redirected-from-bridged"
    assert hub.of("/dialled")[0]["DialBridged"] == "true"
    sim.invariants()


async def test_an_unknown_queue_and_what_cannot_be_done_are_alerts(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/dialled", "<Say>Done.</Say>")
    agent = await dialling_at_once(sim, hub, client, DIALS.format(""))
    await agent.heard("Done.")
    assert (hub.of("/dialled")[0]["DialCallStatus"], sim.exchange.alerts.codes()) == ("failed", [13200])
    agent = await dialling_at_once(sim, hub, client, DIALS.format('record="record-from-answer"'))
    await agent.heard("application error")
    agent = await dialling_at_once(sim, hub, client, "<Dial><Queue>a</Queue><Queue>b</Queue></Dial>")
    await agent.heard("application error")
    assert sim.exchange.alerts.codes() == [13200, 0, 13215]


async def dialling_at_once(sim: Sim, hub: Listener, client: Any, document: str) -> Person:
    sim.endpoint(AGENT, "answer")
    made = await client.calls.create_async(to=AGENT, from_=HUB, url=hub.says("/agent", document))
    return sim.person(made.sid)
