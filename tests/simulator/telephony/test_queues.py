"""The waiting room: positions, wait documents again and again, and every way out of the line."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import Person, Sim
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

ENQUEUE = '<Enqueue action="/left" waitUrl="/wait">support</Enqueue><Say>After.</Say>'


@pytest.fixture
async def line(sim: Sim, hub: Listener) -> list[Person]:
    """Three callers, ten seconds apart."""
    hub.says("/voice", ENQUEUE)
    hub.says("/wait", "<Say>Please wait.</Say><Play>/m.mp3?sim_duration=9</Play>")
    found = []
    for number in range(3):
        found.append(await sim.call(f"+1555123000{number}", HUB))
        await sim.advance(10)
    return found


async def test_positions_are_computed_with_each_request(sim: Sim, hub: Listener, line: list[Person]) -> None:
    mine = [one for one in hub.of("/wait") if one["CallSid"] == line[2].sid]
    assert {name: mine[0][name] for name in ("QueuePosition", "QueueTime", "AvgQueueTime", "CurrentQueueSize",
                                             "MaxQueueSize")} == {
        "QueuePosition": "3", "QueueTime": "0", "AvgQueueTime": "10", "CurrentQueueSize": "3", "MaxQueueSize": "1000"}
    await line[0].hang_up()
    await sim.advance(10)
    mine = [one for one in hub.of("/wait") if one["CallSid"] == line[2].sid]
    assert (mine[-1]["QueuePosition"], mine[-1]["QueueTime"], mine[-1]["CurrentQueueSize"]) == ("2", "19", "2")
    end = hub.of("/left")[0]
    assert (end["QueueResult"], end["QueueTime"], end["CallSid"]) == ("hangup", "30", line[0].sid)
    sim.invariants()


async def test_queues_and_members_by_rest(sim: Sim, hub: Listener, client: Any, line: list[Person]) -> None:
    queue = (await client.queues.list_async())[0]
    assert (queue.friendly_name, queue.current_size, queue.average_wait_time) == ("support", 3, 20)
    members = client.queues(queue.sid).members
    assert [(one.call_sid, one.position, one.wait_time) for one in await members.list_async()] == [
        (line[0].sid, 1, 30), (line[1].sid, 2, 20), (line[2].sid, 3, 10)]
    assert (await members("Front").fetch_async()).call_sid == line[0].sid
    with pytest.raises(TwilioRestException) as refused:
        await client.queues(queue.sid).delete_async()
    assert refused.value.code == 22001
    with pytest.raises(TwilioRestException) as refused:
        await client.queues.create_async(friendly_name="support")
    assert refused.value.code == 22003
    made = await client.queues.create_async(friendly_name="vip", max_size=5)
    assert (await client.queues(made.sid).update_async(max_size=6)).max_size == 6
    assert await client.queues(made.sid).delete_async()


async def test_a_caller_is_taken_out(sim: Sim, hub: Listener, client: Any, line: list[Person]) -> None:
    queue = (await client.queues.list_async())[0]
    url = hub.says("/join", "<Say>Joining.</Say>")
    start = sim.clock.elapsed()
    await client.queues(queue.sid).members(line[1].sid).update_async(url=url)
    with pytest.raises(TwilioRestException) as gone:
        await client.queues(queue.sid).members(line[1].sid).fetch_async()
    assert gone.value.code == 20404
    await line[1].heard("Joining")
    phantom = hub.of("/left")[0]
    assert (phantom["QueueResult"], round(phantom.at - start, 2)) == ("redirected", 0.3)
    assert round(hub.of("/join")[0].at - start, 2) == 0.6
    assert "After." not in [one.text for one in line[1].leg.heard]
    await sim.advance(5)
    assert not [one for one in hub.of("/wait") if one["CallSid"] == line[1].sid and one.at > start]


async def test_leave_goes_on_with_the_action(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", ENQUEUE)
    hub.says("/wait", '<Gather numDigits="1" action="/want" timeout="2"/>', "<Leave/>")
    hub.says("/want", "<Leave/>")
    hub.says("/left", "<Say>Call you back.</Say>")
    caller = await sim.call(CUSTOMER, HUB)
    await caller.press("9")
    await caller.heard("Call you back")
    assert hub.events("/left", "QueueResult") == ["leave"]
    assert hub.of("/want")[0]["QueuePosition"] == "1"


async def test_a_full_queue_and_one_without_documents(sim: Sim, hub: Listener, client: Any) -> None:
    await client.queues.create_async(friendly_name="support", max_size=1)
    hub.says("/voice", '<Enqueue action="/left">support</Enqueue>')
    hub.says("/left", "<Say>Full.</Say>")
    first, second = await sim.call("+15551230001", HUB), await sim.call("+15551230002", HUB)
    await second.heard("Full")
    assert hub.events("/left", "QueueResult") == ["queue-full"]
    first.expect_sound("music")


async def test_a_broken_wait_document(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", ENQUEUE)
    await sim.call(CUSTOMER, HUB)  # /wait answers 204
    assert hub.events("/left", "QueueResult") == ["error"]
    assert 12300 in sim.exchange.alerts.codes()


async def test_an_empty_wait_document_does_not_spin(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", ENQUEUE)
    hub.says("/wait", "")
    await sim.call(CUSTOMER, HUB)
    await sim.advance(10)
    assert len(hub.of("/wait")) == 11
