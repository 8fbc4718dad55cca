"""The fault plan: each rule does what it says, profiles are seeded, and a clean plan does nothing."""

import asyncio
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.faults import Rule, profile, read_rules
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

ONE = "+15557770001"
EVENTS = ["initiated", "ringing", "answered", "completed"]


async def call_out(sim: Sim, hub: Listener, client: Any, *rules: Rule) -> list[tuple[str, float]]:
    """One outbound call under these rules; its callbacks as they arrived."""
    sim.exchange.faults.use(rules)
    sim.endpoint(ONE, "answer", 1.0)
    await client.calls.create_async(to=ONE, from_=HUB, url=hub.says("/out", "<Pause length='2'/>"),
                                    status_callback=hub.base + "/leg", status_callback_event=EVENTS)
    await sim.advance(90)
    return [(one["CallStatus"], round(one.at, 2)) for one in hub.of("/leg")]


async def test_duplicate_and_replay(sim: Sim, hub: Listener, client: Any) -> None:
    seen = await call_out(sim, hub, client, Rule("duplicate", event="answered", n=2, ms=500),
                          Rule("replay", event="completed", ms=500))
    assert [status for status, _ in seen] == ["initiated", "ringing", "in-progress", "in-progress", "in-progress",
                                              "completed", "completed"]
    tokens = [one.headers["I-Twilio-Idempotency-Token"] for one in hub.of("/leg")]
    assert len(set(tokens[2:5])) == 1
    assert len(set(tokens[5:])) == 2
    sim.invariants()


async def test_completed_before_answered(sim: Sim, hub: Listener, client: Any) -> None:
    seen = await call_out(sim, hub, client, Rule("hold_until", event="answered", until_event="completed"))
    assert [status for status, _ in seen] == ["initiated", "ringing", "completed", "in-progress"]
    assert [one["SequenceNumber"] for one in hub.of("/leg")] == ["0", "1", "3", "2"]


async def test_reorder_with_the_next(sim: Sim, hub: Listener, client: Any) -> None:
    seen = await call_out(sim, hub, client, Rule("reorder", event="initiated"))
    assert [status for status, _ in seen[:2]] == ["ringing", "initiated"]


async def test_delay_drop_and_the_nth(sim: Sim, hub: Listener, client: Any) -> None:
    seen = await call_out(sim, hub, client, Rule("delay", event="initiated", ms=1700),
                          Rule("drop", kinds=("call_status",), nth=2))
    assert seen == [("in-progress", 1.5), ("initiated", 1.7), ("completed", 3.5)]
    assert sim.exchange.alerts.all == []


async def test_a_request_that_fails_before_or_after(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Say>One.</Say>")
    sim.exchange.faults.use((Rule("http_fail_after", kinds=("twiml",), nth=1),
                             Rule("http_fail_before", kinds=("twiml",), nth=2)))
    await (await sim.call(CUSTOMER, HUB)).heard("One")
    assert len(hub.of("/voice")) == 2  # processed, lost, asked for again
    await (await sim.call(CUSTOMER, HUB)).heard("One")
    assert len(hub.of("/voice")) == 3
    sim.invariants()


async def test_two_answers_to_one_request_are_an_invariant(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", "<Say>One.</Say>", "<Say>Two.</Say>")
    sim.exchange.faults.use((Rule("duplicate", kinds=("twiml",), ms=100),))
    await sim.call(CUSTOMER, HUB)
    await sim.advance(1)
    with pytest.raises(AssertionError, match="two answers to one request"):
        sim.invariants()


async def test_a_slow_hub(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", "<Say>One.</Say>")
    sim.exchange.faults.use((Rule("slow", kinds=("twiml",), ms=3000, nth=1), Rule("slow", ms=16_000, nth=2)))
    caller = await sim.call(CUSTOMER, HUB)
    await caller.heard("One")
    assert caller.leg.heard[0].at == 3.0
    late = await sim.call(CUSTOMER, HUB)
    await late.heard("application error")
    assert sim.exchange.alerts.codes() == [11200]
    sim.exchange.faults.use((Rule("slow", ms=10_000),))
    gone = await sim.call(CUSTOMER, HUB)
    await sim.advance(2)
    await gone.hang_up()
    assert (gone.leg.status, gone.leg.ended) == ("completed", sim.clock.now())


async def test_a_bad_signature_is_refused_by_the_hub(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", "<Say>One.</Say>")
    for action in ("bad_signature", "wrong_port", "old_token"):
        sim.exchange.faults.use((Rule(action),))
        await (await sim.call(CUSTOMER, HUB)).heard("application error")
    assert not hub.seen
    assert set(sim.exchange.alerts.codes()) == {11200}
    assert sim.exchange.alerts.all[0].text == "HTTP status 403"


async def test_faults_of_rest(sim: Sim, hub: Listener, client: Any) -> None:
    async def create() -> Any:
        return await client.calls.create_async(to=ONE, from_=HUB, url=hub.base)

    key = "POST /Calls.json"
    for rule, status, code in ((Rule("rest_429", event=key), 429, 20429),
                               (Rule("rest_error", event=key, status=503, code=20503), 503, 20503)):
        sim.exchange.faults.use((rule,))
        with pytest.raises(TwilioRestException) as failed:
            await create()
        assert (failed.value.status, failed.value.code) == (status, code)
    assert not sim.exchange.legs
    sim.exchange.faults.use((Rule("rest_commit_then_drop", event=key),))
    with pytest.raises(aiohttp.ClientError):
        await create()
    assert len(sim.exchange.legs) == 1  # the ambiguous create
    assert len(await client.calls.list_async()) == 1


async def test_a_slow_answer_of_rest(sim: Sim, hub: Listener, client: Any) -> None:
    sim.exchange.faults.use((Rule("rest_slow", event="GET /Calls.json", ms=5000),))
    task = asyncio.create_task(client.calls.list_async())
    while not sim.exchange.journal.of("rest"):
        await asyncio.sleep(0)
    await sim.advance(4.9)
    assert not task.done()
    await sim.advance(0.2)
    assert await task == []


async def test_stale_reads(sim: Sim, hub: Listener, client: Any) -> None:
    sim.exchange.faults.use(profile("hostile"))
    assert sim.exchange.timings.stale == 0.8
    sim.exchange.faults.use(profile("clean"))
    assert sim.exchange.timings.stale == 0.0


async def test_recordings_that_are_lost_or_late(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Pause length='100'/>")
    sim.exchange.faults.use((Rule("recording_absent", nth=1), Rule("recording_late", ms=30_000, nth=2)))
    for _ in range(2):
        caller = await sim.call(CUSTOMER, HUB)
        await client.calls(caller.sid).recordings.create_async(
            recording_status_callback=hub.base + "/rec", recording_status_callback_event=["completed", "absent"])
        await sim.advance(5)
        await caller.hang_up()
        await sim.advance(10)
    assert hub.events("/rec", "RecordingStatus") == ["absent"]
    await sim.advance(30)
    assert hub.events("/rec", "RecordingStatus") == ["absent", "completed"]


async def test_messages_that_are_not_delivered(sim: Sim, hub: Listener, client: Any) -> None:
    sim.exchange.faults.use((Rule("delivery_undelivered", code=30006),))
    made = await client.messages.create_async(to=CUSTOMER, from_=HUB, body="x")
    await sim.advance(5)
    assert (await client.messages(made.sid).fetch_async()).error_code == 30006


async def test_a_caller_is_lost_in_a_verb_and_a_device_goes_offline(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", "<Say>Hello there.</Say><Pause length='9'/>")
    sim.exchange.faults.use((Rule("caller_loss", event="Pause", ms=500),
                             Rule("device_offline", identity="agent_1", since=2.0),
                             Rule("token_expire", identity="agent_2", since=2.0)))
    one, two = sim.agent("agent_1"), sim.agent("agent_2")
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(5)
    assert caller.leg.seconds() == 1
    assert (one.messages, two.messages) == ([{"type": "error", "code": 31005}], [{"type": "tokenWillExpire"}])
    assert sim.exchange.devices["agent_1"] == []


async def test_an_outage_and_the_retry_after_it(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", "<Say>One.</Say>")
    sim.exchange.faults.use(profile("outage", at=10.0))
    await (await sim.call(CUSTOMER, HUB)).heard("One")
    await sim.advance(15)
    down = await sim.call(CUSTOMER, HUB)
    await sim.advance(40)
    assert "application error" in down.leg.heard[0].text or down.leg.heard[0].text == "One."
    await (await sim.call(CUSTOMER, HUB)).heard("One")


def test_rules_are_read_strictly() -> None:
    assert read_rules([{"action": "drop", "kinds": ["conference"], "nth": 2}]) == (
        Rule("drop", kinds=("conference",), nth=2),)
    wrongs: tuple[list[dict[str, str]], ...] = ([{"action": "explode"}], [{"action": "drop", "colour": "red"}], [{}])
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            read_rules(wrong)
    with pytest.raises(KeyError):
        profile("unheard-of")


@pytest.mark.parametrize("name", ["clean", "jitter", "hostile"])
async def test_profiles_are_the_same_for_the_same_seed(listener: Listener, name: str) -> None:
    async def run() -> list[tuple[str, str, float]]:
        async with running_sim() as sim:
            sim.exchange.faults.use(profile(name))
            sim.number(HUB, listener.says("/voice", "<Pause length='3'/>"), status_callback=listener.base + "/number")
            for _ in range(12):
                await sim.call(CUSTOMER, HUB)
                await sim.advance(2)
            await sim.advance(90)
            assert all(not leg.live for leg in sim.exchange.legs.values())
            sim.invariants()
            return [(one["what"], one["resource"], one["t"]) for one in sim.exchange.journal.of("webhook")]

    first = await run()
    assert first == await run()
    assert (len(first) == 24) == (name == "clean")
