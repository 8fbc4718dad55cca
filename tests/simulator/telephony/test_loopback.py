"""Numbers of the account that call and text each other."""

from typing import Any

import pytest

from simulator.telephony.driver import Sim
from tests.simulator.telephony.conftest import HUB, Listener

OTHER = "+15550001001"


async def near(sim: Sim, client: Any, twiml: str) -> Any:
    made = await client.calls.create_async(to=HUB, from_=OTHER, twiml=f"<Response>{twiml}</Response>")
    await sim.advance(2)
    return sim.exchange.legs[made.sid]


async def test_keys_and_words_go_through_and_both_hang_up_together(sim: Sim, hub: Listener, client: Any) -> None:
    sim.number(OTHER)
    hub.says("/voice", '<Gather numDigits="2" action="/keys"><Say>Two keys?</Say></Gather>')
    hub.says("/keys", "<Pause length='60'/>")
    leg = await near(sim, client, '<Pause length="2"/><Play digits="w1w2"/><Say>Thank you.</Say><Pause length="60"/>')
    assert [(one.kind, one.text) for one in leg.heard] == [("speech", "Two keys?")]
    await sim.advance(10)
    assert hub.of("/keys")[0]["Digits"] == "12"
    far = next(one for one in sim.exchange.legs.values() if one.party.direction == "inbound")
    assert far.heard[-1].text == "Thank you."
    await client.calls(leg.sid).update_async(status="completed")
    await sim.settle()
    assert (leg.status, far.status) == ("completed", "completed")
    sim.invariants()


@pytest.mark.parametrize(("document", "status"), [
    ('<Reject reason="busy"/>', "busy"), ("<Reject/>", "busy"), ("<Hangup/>", "completed")])
async def test_the_far_end_decides(sim: Sim, hub: Listener, client: Any, document: str, status: str) -> None:
    sim.number(OTHER)
    hub.says("/voice", document)
    assert (await near(sim, client, "<Pause length='60'/>")).status == status


async def test_a_number_that_behaves_as_told_or_has_no_address_is_not_called_back(
        sim: Sim, hub: Listener, client: Any) -> None:
    sim.number(OTHER)
    sim.endpoint(HUB, "answer")
    await near(sim, client, "<Pause length='5'/>")
    assert hub.of("/voice") == []


async def test_a_text_arrives_once(sim: Sim, hub: Listener, client: Any) -> None:
    sim.number(OTHER)
    await client.messages.create_async(to=HUB, from_=OTHER, body="Hello")
    await sim.advance(3)
    assert [(one["From"], one["Body"]) for one in hub.of("/sms")] == [(OTHER, "Hello")]
