"""Telephone calls from the first ring to the history, against the emulator and the real database."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest

from channels.voice.reports import identity
from hub import call_parties
from hub.errors import WrongState
from hub.journal import Page
from hub.wire import Requeue
from simulator.telephony.driver import Person
from simulator.telephony.faults import FaultPlan, profile
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool) as found:
        yield found


async def test_one_call(phone: Telephone) -> None:
    ann = await phone.agent()
    phone.dispatching = False
    caller = await phone.sim.call(MIA, OURS, caller_name="Mia Berg")
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("You are number 1 in line")
    phone.dispatching = True
    item = await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    before = len(phone.sim.exchange.journal.of("rest"))
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    assert len(phone.sim.exchange.journal.of("rest")) == before + 1
    assert await phone.phase() == "talking"
    await phone.pass_time(30)
    await phone.heart.desk.end(ann, item)
    await phone.pass_time(2)
    await phone.ended("talked")
    assert await phone.state() == "wrapping"
    assert await phone.kinds() == ["received", "offered", "accepted", "connected", "ended", "ended"]


# --- the caller hangs up ---------------------------------------------------------------------------------------------


async def test_from_accepting_to_talking_the_provider_is_asked_three_times_at_most(phone: Telephone) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    before = len(phone.sim.exchange.journal.of("rest"))
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    asked = [(one["method"], one["path"]) for one in phone.sim.exchange.journal.of("rest")[before:]]
    assert 1 <= len(asked) <= 3, asked
    await caller.hang_up()
    await phone.pass_time(2)


async def test_who_hangs_up_in_the_menu_stands_in_the_history(phone: Telephone) -> None:
    caller = await phone.sim.call(MIA, OURS)
    await caller.heard("Press 1")
    await caller.hang_up()
    await phone.ended("abandoned_in_menu")
    assert (await phone.state(), await phone.kinds()) == ("done", ["abandoned"])


async def test_who_hangs_up_in_line_is_offered_to_nobody(phone: Telephone) -> None:
    caller = await phone.waiting()
    await caller.hang_up()
    await phone.ended("abandoned_in_queue")
    ann = await phone.agent()
    assert (await phone.state(), await phone.heart.pool.fetchval("SELECT count(*) FROM offers")) == ("done", 0)
    assert not phone.phones[ann.id].messages


async def test_who_hangs_up_while_it_is_offered_takes_the_offer_along(phone: Telephone) -> None:
    caller = await phone.waiting()
    await phone.agent()
    await phone.settle()
    assert await phone.state() == "offered"
    await caller.hang_up()
    await phone.ended("abandoned_in_queue")
    assert await phone.state() == "done"


async def test_who_hangs_up_while_the_agents_phone_rings_leaves_it_silent(phone: Telephone) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("abandoned_while_ringing")
    assert phone.phones[ann.id].messages[-1]["type"] == "cancel"


async def test_who_hangs_up_while_he_is_being_connected_leaves_the_agent_free(phone: Telephone) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("abandoned_while_ringing")


async def test_who_hangs_up_while_he_talks_has_talked(phone: Telephone) -> None:
    caller, _, _ = await phone.talking()
    await phone.pass_time(20)
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")
    assert await phone.state() == "wrapping"
    seconds = await phone.heart.pool.fetchval("SELECT data->>'seconds' FROM touches WHERE data ? 'outcome'")
    assert seconds in ("23", "24")


async def test_who_hangs_up_while_he_is_held(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    await phone.calls.hold(ann, item, True)
    await phone.pass_time(3)
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")


# --- agents ----------------------------------------------------------------------------------------------------------


async def test_holding_plays_music_and_ends(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    agent = phone.sim.person(phone.agent_leg())
    for on in (True, True):
        await phone.calls.hold(ann, item, on)
    await caller.heard("Please hold")
    await caller.heard("music.wav")
    agent.expect_inaudible(caller)
    await phone.calls.hold(ann, item, False)
    await phone.pass_time(1)
    caller.expect_audible(agent, mutual=True)
    assert (await phone.kinds())[-2:] == ["held", "resumed"]


async def test_a_phone_that_nobody_answers_gives_the_caller_back_in_his_place(phone: Telephone) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    since = await phone.heart.pool.fetchval("SELECT queued_at FROM interactions")
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    ben = await phone.agent("Ben")
    await phone.pass_time(40)
    assert await phone.heart.pool.fetchval("SELECT queued_at FROM interactions") == since
    assert await phone.heart.pool.fetchval("SELECT declared FROM agents WHERE id = $1", ann.id) == "missed"
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("abandoned_in_queue")
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM offers WHERE agent_id = $1", ben.id) >= 1


async def test_a_declined_phone_gives_the_caller_back(phone: Telephone) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].reject()
    await phone.pass_time(2)
    assert (await phone.state(), await phone.phase()) == ("queued", "queued")
    await caller.hang_up()
    await phone.ended("abandoned_in_queue")


async def test_a_lost_agent_comes_back_in_time(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    await phone.phones[ann.id].lose()
    await phone.pass_time(3)
    await caller.heard("We were cut off")
    phone.phones[ann.id].device.register()
    await phone.calls.rejoin(ann, item)
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(2)
    caller.expect_audible(agent, mutual=True)
    assert (await phone.kinds())[-2:] == ["connected", "connected"]
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")


async def test_a_lost_agent_who_stays_away_gives_the_caller_to_the_next_one(phone: Telephone) -> None:
    caller, ann, _ = await phone.talking()
    await phone.heart.presence.closed("socket-Ann")
    ben = await phone.agent("Ben")
    await phone.phones[ann.id].lose()
    await caller.heard("We were cut off")
    await phone.pass_time(20)
    assert await phone.state() == "offered"
    await phone.accepts(ben)
    await phone.phones[ben.id].rings()
    agent = await phone.phones[ben.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")


async def test_giving_back_is_a_transfer_to_the_queue(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    ben = await phone.agent("Ben", queues=("sales",))
    await phone.heart.desk.requeue(ann, item, Requeue(reason="sales question", queue="sales"))
    await phone.pass_time(3)
    assert not phone.phones[ann.id].device.call
    await phone.accepts(ben)
    await phone.phones[ben.id].rings()
    agent = await phone.phones[ben.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    assert "transferred" in await phone.kinds()
    await phone.heart.desk.end(ben, item)
    await phone.pass_time(2)
    await phone.ended("talked")


async def test_giving_back_while_the_customer_is_held(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    await phone.calls.hold(ann, item, True)
    await phone.pass_time(3)
    await phone.heart.desk.requeue(ann, item, Requeue(reason="sales question", queue="sales"))
    await phone.pass_time(3)
    await caller.heard("in line")
    assert await phone.phase() == "queued"
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("abandoned_after_talk")


# --- what comes from outside -----------------------------------------------------------------------------------------


async def test_the_menu_leads_into_the_history_and_the_rules(phone: Telephone) -> None:
    caller = await phone.sim.call(MIA, OURS, caller_name="Mia Berg", stir="TN-Validation-Passed-A")
    await caller.heard("Press 1")
    await caller.press("7")
    await caller.heard("not one of the choices")
    await caller.press("2")
    await caller.heard("contract number")
    await caller.press("4711")
    await caller.heard("in line")
    row = await phone.heart.pool.fetchrow(
        "SELECT queue_id, channel, exclusive, fields, source, (SELECT customer_name(c) FROM customers c) AS name"
        " FROM interactions")
    assert row is not None
    assert json.loads(row["fields"]) == {
        "address_dialled": OURS, "ivr_path": "main/2/contract", "ivr.contract": "4711", "_queue": "sales",
        "StirVerstat": "TN-Validation-Passed-A", "attestation": "a"}
    assert dict(row) | {"fields": ""} == {"queue_id": "sales", "channel": "voice", "exclusive": True, "fields": "",
                                          "source": OURS, "name": "Mia Berg"}


async def test_closed(pool: Pool) -> None:
    settings = copy.deepcopy(SETTINGS)
    settings["flows"]["main"]["steps"]["hours"]["calendar"] = "never"
    async with running_telephone(pool, settings) as phone:
        caller = await phone.sim.call(MIA, OURS)
        await caller.heard("We are closed.")
        await phone.pass_time(5)
        await phone.ended("abandoned_in_menu")


async def test_who_hides_his_number_is_a_customer_too(phone: Telephone) -> None:
    caller = await phone.sim.call("+266696687", OURS)
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("in line")
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM addresses") == 0
    await caller.hang_up()
    await phone.ended("abandoned_in_queue")


async def test_a_forged_request_changes_nothing_and_is_counted(phone: Telephone) -> None:
    async with aiohttp.ClientSession() as http:
        form = {"CallSid": "CA" + "1" * 32, "From": MIA, "To": OURS, "CallStatus": "ringing"}
        for headers in ({}, {"X-Twilio-Signature": "forged"}):
            async with http.post(f"{phone.base}/twilio/main/voice/in", data=form, headers=headers) as answer:
                assert answer.status == 403
        async with http.post(f"{phone.base}/twilio/other/voice/in", data=form) as answer:
            assert answer.status == 404
    rows = await phone.heart.pool.fetch("SELECT outcome, reason FROM arrivals ORDER BY reason")
    assert [tuple(row) for row in rows] == [("refused", "forged"), ("refused", "unsigned")]
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM calls") == 0
    assert phone.doorkeeper.refused == {("main", "forged"): 1, ("main", "unsigned"): 1, ("-", "unknown_account"): 1}
    await phone.heart.balanced()


async def test_a_number_that_nobody_configured_is_told_so(phone: Telephone) -> None:
    phone.sim.number("+15550002000", f"{phone.base}/twilio/main/voice/in")
    caller = await phone.sim.call(MIA, "+15550002000")
    await caller.heard("not in service")
    await phone.heart.balanced()


@pytest.mark.parametrize("name", ["jitter", "hostile"])
@pytest.mark.parametrize("seed", range(2))
async def test_whatever_is_late_doubled_or_lost_the_end_is_the_same(phone: Telephone, name: str, seed: int) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, seed)
    phone.sim.exchange.faults.use(profile(name))
    caller, _, _ = await phone.talking()
    await phone.pass_time(70)
    assert await phone.phase() == "talking"
    await caller.hang_up()
    await phone.pass_time(90)
    await phone.ended("talked")
    assert await phone.state() in ("wrapping", "done")


async def test_whoever_accepted_while_a_lock_was_waited_for_is_rung_once(
    phone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment of the one who waited lies before that of the accept."""
    await phone.waiting()
    ann = await phone.agent()
    await phone.settle()
    offer = await phone.heart.pool.fetchval("SELECT id FROM offers")
    await phone.heart.desk.accept(ann, offer)
    before = phone.sim.clock.now() - timedelta(seconds=0.5)
    with monkeypatch.context() as patch:
        patch.setattr(phone.heart.journal, "now", lambda: before)
        await phone.calls.bring_together(await phone.heart.pool.fetchval("SELECT id FROM calls"))
    await phone.settle()
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM call_legs WHERE role = 'partner'") == 1


async def test_all_that_comes_for_one_call_at_a_moment_takes_one_connection(
    phone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten that wait for its row would leave none for everybody else's calls."""
    await phone.waiting()
    call_id, begin = await phone.heart.pool.fetchval("SELECT id FROM calls"), phone.heart.journal.begin
    at_once = list[int]()
    open_now = 0

    @asynccontextmanager
    async def counted() -> AsyncIterator[Page]:
        nonlocal open_now
        open_now += 1
        at_once.append(open_now)
        try:
            async with begin() as page:
                yield page
        finally:
            open_now -= 1

    monkeypatch.setattr(phone.heart.journal, "begin", counted)
    await asyncio.gather(*(phone.calls.bring_together(call_id) for _ in range(20)))
    assert at_once == [1] * 20


async def test_who_is_muted_is_heard_by_nobody_whatever_else_happens_and_after_a_reload_of_his_page(
    phone: Telephone,
) -> None:
    caller, ann, item = await phone.talking()

    async def muted(on: bool) -> None:
        await phone.calls.wish(ann, item, lambda terms, it: call_parties.mute(terms, ann, on))
        await phone.settle()

    await muted(True)
    await muted(True)  # the same wish twice is one
    agent = Person(phone.sim, phone.sim.exchange.legs[phone.agent_leg()])
    caller.expect_inaudible(agent)
    agent.expect_audible(caller)
    assert (await phone.calls.view(ann, item)).muted
    await phone.calls.hold(ann, item, True)
    await phone.pass_time(2)
    await phone.calls.hold(ann, item, False)
    await phone.pass_time(2)
    caller.expect_inaudible(agent)
    await phone.phones[ann.id].lose()
    await phone.pass_time(3)
    phone.phones[ann.id] = phone.sim.agent(identity(str(ann.id)))
    await phone.calls.rejoin(ann, item)
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    caller.expect_inaudible(agent)
    await phone.pass_time(3)
    agent.expect_audible(caller)
    caller.expect_inaudible(agent)
    assert (await phone.calls.view(ann, item)).muted
    await muted(False)
    caller.expect_audible(agent, mutual=True)
    assert not (await phone.calls.view(ann, item)).muted
    await caller.hang_up()
    await phone.pass_time(2)
    with pytest.raises(WrongState):
        await muted(True)
    await phone.ended("talked")
