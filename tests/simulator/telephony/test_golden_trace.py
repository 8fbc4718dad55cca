"""One call from ringing to recording, as a hub would run it; then the same with its callbacks shuffled and lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import permutations
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.faults import FaultPlan, Rule
from simulator.telephony.faults import profile as rules_of
from tests.simulator.telephony.conftest import CUSTOMER, HUB
from tests.simulator.telephony.standin import StandIn

# Callbacks that belong to one moment: kind, event, label.
ANSWER = (("call_status", "answered", "agent-1"), ("conference", "participant-join", "agent-1"))
CONNECT = (("conference", "participant-join", "customer"), ("conference", "conference-start", ""))
GOODBYE = (("conference", "participant-leave", "customer"), ("conference", "participant-leave", "agent-1"),
           ("conference", "conference-end", ""), ("call_status", "completed", "agent-1"),
           ("call_status", "completed", "customer"))


@asynccontextmanager
async def golden(*rules: Rule) -> AsyncIterator[tuple[Sim, StandIn, Any]]:
    """An emulator, a stand-in hub and the vendor's client, under these faults."""
    async with running_sim() as sim:
        http = AsyncTwilioHttpClient()
        account = sim.exchange.account
        client = Client(account.sid, account.auth_token, http_client=http)
        client.api.base_url = sim.base_url
        hub = StandIn(sim, client, "agent_42")
        async with TestServer(hub.app) as server:
            hub.base = f"http://127.0.0.1:{server.port}"
            sim.number(HUB, hub.base + "/voice/in", status_callback=hub.base + "/events/leg")
            sim.exchange.busy.idle_hooks.append(hub.idle)
            sim.exchange.faults.use(rules)
            yield sim, hub, client
        await http.close()


def delayed(order: tuple[tuple[str, str, str], ...]) -> tuple[Rule, ...]:
    """These callbacks arrive in this order, a tenth of a second apart."""
    return tuple(Rule("delay", kinds=(kind,), event=event, label=label, ms=100 * place)
                 for place, (kind, event, label) in enumerate(order))


async def play(sim: Sim, hub: StandIn, *, healing: bool = False) -> dict[str, Any]:
    """The call itself; what stands in the history in the end."""
    phone = sim.agent("agent_42")
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(3.2)
    await caller.press("1")
    await phone.rings()
    await sim.advance(8.0 - sim.clock.elapsed())
    await phone.accept()
    await sim.advance(12.0)
    while sim.clock.elapsed() < 60.0:
        if healing:
            await hub.reconcile()
        await sim.advance(5.0)
    await caller.hang_up()
    await sim.advance(5.0)
    if healing:
        await hub.reconcile()
        await sim.settle()
    assert all(not leg.live for leg in sim.exchange.legs.values())
    assert hub.refused == 0
    sim.invariants()
    return hub.record_of()


async def test_the_golden_trace() -> None:
    async with golden() as (sim, hub, client):
        phone = sim.agent("agent_42")
        caller = await sim.call(CUSTOMER, HUB, stir="TN-Validation-Passed-A")
        await caller.heard("Press 1 for support")
        await sim.advance(3.2 - sim.clock.elapsed())
        await caller.press("1")
        await caller.heard("You are number 1")
        incoming = await phone.rings()
        assert (incoming["params"], round(sim.clock.elapsed(), 2)) == ({"ix": "9"}, 3.7)
        await sim.advance(8.0 - sim.clock.elapsed())
        agent = await phone.accept()
        agent.expect_sound("music")
        await sim.advance(1.0)
        caller.expect_audible(agent, mutual=True)
        customer = client.conferences(hub.conference).participants("customer")
        await sim.advance(60.0 - sim.clock.elapsed())
        await customer.update_async(hold=True, hold_url=hub.base + "/voice/hold", hold_method="POST")
        await caller.heard("hold.mp3")
        agent.expect_inaudible(caller)
        await sim.advance(75.0 - sim.clock.elapsed())
        await customer.update_async(hold=False)
        caller.expect_audible(agent, mutual=True)
        recording = client.calls(caller.sid).recordings("Twilio.CURRENT")
        await sim.advance(90.0 - sim.clock.elapsed())
        await recording.update_async(status="paused", pause_behavior="silence")
        await sim.advance(100.0 - sim.clock.elapsed())
        await recording.update_async(status="in-progress")
        await sim.advance(120.0 - sim.clock.elapsed())
        await caller.hang_up()
        await sim.advance(5.0)
        compare(hub, caller.sid, agent.sid)
        assert hub.record_of() == {"state": "wrapup", "legs": ("completed", "completed"), "conference ended": True,
                                   "recordings": [(next(iter(hub.recordings)), "completed")]}
        sim.invariants()


def compare(hub: StandIn, customer: str, agent: str) -> None:
    """Who was told what, when; callbacks of one moment in any order."""
    names = {customer: "CA1", agent: "CA2", None: ""}
    found = []
    for at, name, form in hub.seen:
        what = form.get("StatusCallbackEvent") or form.get("RecordingStatus") or form.get("QueueResult") or (
            f"{form['CallStatus']} {form['SequenceNumber']}" if "SequenceNumber" in form else form["CallStatus"])
        found.append((at, name, names[form.get("CallSid")], what))
    assert sorted(found) == sorted([
        (0.0, "in", "CA1", "ringing"), (3.2, "menu", "CA1", "in-progress"), (3.2, "wait", "CA1", "in-progress"),
        (3.2, "leg", "CA2", "initiated 0"), (3.7, "leg", "CA2", "ringing 1"),
        (8.0, "leg", "CA2", "in-progress 2"), (8.0, "conference", "CA2", "participant-join"),
        (8.3, "left", "CA1", "redirected"), (8.6, "join", "CA1", "in-progress"),
        (8.6, "conference", "CA1", "participant-join"), (8.6, "conference", "", "conference-start"),
        (8.6, "recording", "CA1", "in-progress"), (60.0, "conference", "CA1", "participant-hold"),
        (60.0, "hold", "CA1", "in-progress"), (75.0, "conference", "CA1", "participant-unhold"),
        (120.0, "conference", "CA1", "participant-leave"), (120.0, "conference", "CA2", "participant-leave"),
        (120.0, "conference", "", "conference-end"), (120.0, "leg", "CA2", "completed 3"),
        (120.0, "leg", "CA1", "completed 1"), (122.0, "recording", "CA1", "completed")])
    last = hub.seen[-1][2]
    assert last["RecordingDuration"] == "111"
    number = next(form for _, name, form in hub.seen if name == "leg" and form["CallSid"] == customer)
    assert number["CallDuration"] == "120"


@pytest.mark.parametrize("first", list(permutations(ANSWER)))
@pytest.mark.parametrize("second", list(permutations(CONNECT)))
async def test_every_order_at_the_beginning(first: Any, second: Any) -> None:
    async with golden(*delayed(first), *delayed(second)) as (sim, hub, _):
        record = await play(sim, hub)
        assert record["state"] == "wrapup"
        assert record["conference ended"]


async def test_every_order_at_the_end() -> None:
    records = []
    for order in permutations(GOODBYE):
        async with golden(*delayed(order)) as (sim, hub, _):
            records.append(await play(sim, hub))
    assert len(records) == 120
    assert records[0]["state"] == "wrapup"
    assert all(record == records[0] for record in records)


@pytest.mark.parametrize("who", [*ANSWER, *CONNECT, *GOODBYE], ids=" ".join)
@pytest.mark.parametrize("action", ["duplicate", "drop"])
async def test_each_one_doubled_or_lost(action: Any, who: tuple[str, str, str]) -> None:
    kind, event, label = who
    async with golden() as (sim, hub, _):
        expected = await play(sim, hub)
    async with golden(Rule(action, kinds=(kind,), event=event, label=label, ms=50)) as (sim, hub, _):
        assert await play(sim, hub, healing=action == "drop") == expected
        assert sim.exchange.journal.of("fault")


@pytest.mark.parametrize("profile", ["jitter", "hostile"])
@pytest.mark.parametrize("seed", range(10))
async def test_profiles(profile: str, seed: int) -> None:
    async with golden() as (sim, hub, _):
        sim.exchange.faults = FaultPlan(sim.exchange, seed)
        sim.exchange.faults.use(rules_of(profile))
        record = await play(sim, hub, healing=True)
        assert (record["state"], record["legs"]) == ("wrapup", ("completed", "completed"))
