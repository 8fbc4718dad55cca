"""Who answers: people and machines, and what detection makes of them."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.answering import GREETING
from simulator.telephony.driver import Sim
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener


async def begun(sim: Sim, hub: Listener, client: Any, **more: Any) -> Any:
    hub.says("/out", "<Pause length='60'/>")
    return await client.calls.create_async(to=CUSTOMER, from_=HUB, url=hub.base + "/out", **more)


@pytest.mark.parametrize(("kind", "detection", "who", "after"), [
    ("answer", "Enable", "human", 2.3), ("voicemail", "Enable", "machine_start", 2.9),
    ("voicemail", "DetectMessageEnd", "machine_end_beep", 6.3)])
async def test_the_document_waits_for_the_verdict(
        sim: Sim, hub: Listener, client: Any, kind: str, detection: str, who: str, after: float) -> None:
    sim.endpoint(CUSTOMER, kind, 1)
    made = await begun(sim, hub, client, machine_detection=detection)
    leg = sim.exchange.legs[made.sid]
    await sim.until(lambda: leg.status == "in-progress")
    answered = sim.clock.elapsed()
    await sim.until(lambda: bool(hub.of("/out")))
    assert hub.of("/out")[0]["AnsweredBy"] == who
    assert hub.of("/out")[0].at - answered == pytest.approx(after, abs=0.3)
    assert (await client.calls(made.sid).fetch_async()).answered_by == who
    sim.invariants()


async def test_or_it_is_told_of_it_later(sim: Sim, hub: Listener, client: Any) -> None:
    sim.endpoint(CUSTOMER, "voicemail", 1)
    made = await begun(sim, hub, client, machine_detection="Enable", async_amd="true",
                       async_amd_status_callback=hub.base + "/amd")
    leg = sim.exchange.legs[made.sid]
    await sim.until(lambda: bool(hub.of("/out")))
    assert (leg.status, "AnsweredBy" in hub.of("/out")[0].form, hub.of("/amd")) == ("in-progress", False, [])
    await sim.advance(5)
    told = hub.of("/amd")[0]
    assert (told["CallSid"], told["AnsweredBy"], told["MachineDetectionDuration"]) == (leg.sid, "machine_start", "2900")
    sim.invariants()


async def test_too_little_time_is_no_verdict_and_nonsense_is_refused(sim: Sim, hub: Listener, client: Any) -> None:
    sim.endpoint(CUSTOMER, "voicemail", 1)
    await begun(sim, hub, client, machine_detection="DetectMessageEnd", machine_detection_timeout=3)
    await sim.until(lambda: bool(hub.of("/out")))
    assert hub.of("/out")[0]["AnsweredBy"] == "unknown"
    for wrong in ({"machine_detection": "Perhaps"}, {"machine_detection": "Enable", "machine_detection_timeout": 2}):
        with pytest.raises(TwilioRestException) as refused:
            await begun(sim, hub, client, **wrong)
        assert refused.value.code == 20001


async def test_a_machine_is_heard_by_whoever_is_on_the_line(sim: Sim, hub: Listener, client: Any) -> None:
    sim.endpoint(CUSTOMER, "voicemail", 1)
    agent = sim.agent("ann")
    who = client.conferences("room").participants
    await who.create_async(from_=HUB, to="client:ann", label="agent-1")
    await agent.rings()
    talking = await agent.accept()
    await who.create_async(from_=HUB, to=CUSTOMER, label="customer")
    await talking.heard(GREETING)
    await sim.until(lambda: bool(sim.exchange.journal.of("machine")))
