"""Telephone calls when things go wrong: requests twice, swapped or lost, answers that never came, a hub that died."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from channels.voice.control import standing
from channels.voice.ports import Knock
from hub import call_parties
from hub.call_transfers import Transfers
from hub.doorbell import Doorbell
from hub.store import calls as store
from hub.switchboard import Switchboard
from hub.wire import Requeue
from hub.wire_calls import Consult
from simulator.telephony.driver import Person
from simulator.telephony.faults import FaultPlan, Rule, profile
from simulator.telephony.signature import sign
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone

# Reports of one moment: kind, event, label.
ANSWER = (("call_status", "answered", "agent-1"), ("conference", "participant-join", "agent-1"))
CONNECT = (("conference", "participant-join", "customer"), ("conference", "conference-start", ""))
GOODBYE = (("conference", "participant-leave", "customer"), ("conference", "participant-leave", "agent-1"),
           ("conference", "conference-end", ""), ("call_status", "completed", "agent-1"),
           ("call_status", "completed", "customer"))
CLEAN = ["received", "offered", "accepted", "connected", "recording_started", "ended", "left", "recorded"]
RECORDED = {**SETTINGS, "recording": {"when": "always"}}


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool, RECORDED) as found:
        yield found


def faults(phone: Telephone, *rules: Rule) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use(rules)


async def to_the_end(phone: Telephone, wait: float = 3) -> list[str]:
    """One call in which the customer hangs up; its history."""
    caller, _, _ = await phone.talking()
    await phone.pass_time(17)
    await caller.hang_up()
    await phone.pass_time(wait)
    await phone.ended("talked")
    await recorded_once(phone)
    return [kind for kind in await phone.kinds() if kind != "wrapped_up"]  # which comes by itself after a minute


async def recorded_once(phone: Telephone) -> None:
    """What was said is kept, and nothing was recorded twice."""
    await phone.pass_time(5)
    kept = await phone.heart.pool.fetch("SELECT state FROM recordings")
    assert [row["state"] for row in kept] == ["stored"]
    assert len(phone.sim.exchange.recordings) == 1


def delayed(order: Sequence[tuple[str, str, str]]) -> tuple[Rule, ...]:
    return tuple(Rule("delay", kinds=(kind,), event=event, label=label, ms=100 * place)
                 for place, (kind, event, label) in enumerate(order))


@pytest.mark.parametrize("turn", range(5))
async def test_reports_of_one_moment_in_any_order(phone: Telephone, turn: int) -> None:
    """Each report is first, and last, once; every permutation is tried on the pure call (tests/channels/voice)."""
    turned = (*GOODBYE[turn:], *GOODBYE[:turn])
    faults(phone, *delayed(ANSWER[::-1] if turn % 2 else ANSWER), *delayed(CONNECT[::-1] if turn > 2 else CONNECT),
           *delayed(turned))
    assert await to_the_end(phone) == CLEAN


async def test_every_request_twice_with_the_same_token(phone: Telephone) -> None:
    faults(phone, Rule("duplicate", ms=40))
    assert await to_the_end(phone) == CLEAN
    rows = await phone.heart.pool.fetch("SELECT outcome, count(*) AS n FROM arrivals GROUP BY outcome")
    counted = {row["outcome"]: row["n"] for row in rows}
    assert set(counted) == {"stored", "duplicate"}
    assert counted["duplicate"] >= 15


async def test_every_request_once_more_as_a_replay(phone: Telephone) -> None:
    """A new token, everything else as before: an operator replays, or somebody else who has recorded it."""
    faults(phone, Rule("replay", ms=40))
    assert await to_the_end(phone) == CLEAN


@pytest.mark.parametrize("lost", [*ANSWER, *CONNECT, *GOODBYE], ids=" ".join)
async def test_each_report_may_be_lost(phone: Telephone, lost: tuple[str, str, str]) -> None:
    kind, event, label = lost
    faults(phone, Rule("drop", kinds=(kind,), event=event, label=label))
    assert await to_the_end(phone, 70) == CLEAN


async def test_an_answer_of_which_both_reports_are_lost_is_found_before_the_ringing_time_is_over(
    phone: Telephone,
) -> None:
    faults(phone, *(Rule("drop", kinds=(kind,), event=event, label=label) for kind, event, label in ANSWER))
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(20)
    caller.expect_audible(agent, mutual=True)
    await phone.pass_time(40)
    assert await phone.phase() == "talking"
    await caller.hang_up()
    await phone.pass_time(70)
    await phone.ended("talked")
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM assignments") == 1


async def test_whoever_answered_in_time_is_not_let_go_when_the_hub_looks_too_late(phone: Telephone) -> None:
    faults(phone, *(Rule("drop", kinds=(kind,), event=event, label=label) for kind, event, label in ANSWER))
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    phone.away = True
    await phone.pass_time(45)
    phone.away = False
    await phone.pass_time(5)
    caller.expect_audible(agent, mutual=True)
    await caller.hang_up()
    await phone.pass_time(70)
    await phone.ended("talked")


@pytest.mark.parametrize("in_line", [False, True], ids=["menu", "line"])
async def test_who_goes_before_anybody_answers_is_noticed_though_nothing_is_reported(
        phone: Telephone, in_line: bool) -> None:
    caller = await phone.waiting() if in_line else await phone.sim.call(MIA, OURS)
    faults(phone, Rule("drop", kinds=("call_status",)), Rule("http_fail_before", kinds=("twiml",)))
    await phone.pass_time(3)
    await caller.hang_up()
    await phone.pass_time(65)
    assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
    assert await phone.state() == "done"


async def test_nobody_stays_on_hold_because_the_report_of_it_was_lost(phone: Telephone) -> None:
    faults(phone, *(Rule("drop", event=f"participant-{event}") for event in ("hold", "unhold", "mute", "unmute")))
    caller, ann, item = await phone.talking()
    agent = phone.sim.person(phone.agent_leg())
    for on in (True, False, True, False):
        await phone.calls.hold(ann, item, on)
        await phone.settle()
        assert await phone.phase() == ("held" if on else "talking")
        (caller.expect_inaudible if on else caller.expect_audible)(agent)
    for on in (True, False):
        await phone.calls.wish(ann, item, lambda terms, _, on=on: call_parties.mute(terms, ann, on))  # type: ignore[misc]
        await phone.settle()
        (caller.expect_inaudible if on else caller.expect_audible)(agent)
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


async def test_all_reports_lost(phone: Telephone) -> None:
    faults(phone, Rule("drop", kinds=("call_status", "conference")))
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(45)
    await caller.hang_up()
    await phone.pass_time(70)
    assert not [leg for leg in phone.sim.exchange.legs.values() if leg.live]
    await phone.heart.balanced()


# --- what the provider does not answer --------------------------------------------------------------------------------


async def test_a_create_that_was_done_without_an_answer_is_found_and_not_made_twice(phone: Telephone) -> None:
    faults(phone, Rule("rest_commit_then_drop", url="/Participants", nth=1))
    caller, _, _ = await phone.talking()
    assert await phone.phase() == "talking"
    assert len([leg for leg in phone.sim.exchange.legs.values() if leg.label.startswith("agent")]) == 1
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


@pytest.mark.parametrize(("rule", "error"), [
    (Rule("rest_429", url="/Participants", until=6.0), None),
    (Rule("rest_error", url="/Members/", nth=1, status=503), "unknown 503 20500"),
    (Rule("rest_commit_then_drop", url="/Members/", nth=1), "unknown 0 0"),
])
async def test_what_may_be_said_again_is(phone: Telephone, rule: Rule, error: str | None) -> None:
    faults(phone, rule)
    caller, _, _ = await phone.talking()
    await phone.pass_time(5)
    assert phone.sim.exchange.journal.of("fault")
    assert await phone.phase() == "talking"
    caller.expect_audible(phone.sim.person(phone.agent_leg()), mutual=True)
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


async def test_a_softphone_that_cannot_be_called_gives_the_caller_back(phone: Telephone) -> None:
    faults(phone, Rule("rest_error", url="/Participants", status=400, code=21211))
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.pass_time(2)
    assert (await phone.state(), await phone.phase()) == ("queued", "queued")
    assert await phone.heart.pool.fetchval("SELECT error FROM call_commands") == "refused 400 21211"
    await caller.hang_up()
    await phone.ended("abandoned_in_queue")


# --- a hub that dies --------------------------------------------------------------------------------------------------


async def died(phone: Telephone, seconds: float) -> None:
    """Nothing is answered and nothing done for so long; then another hub begins."""
    clock = phone.sim.clock
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use(tuple(
        Rule(one.action, kinds=("call_status", "conference"), since=one.since, until=one.since + seconds)
        for one in profile("outage", clock.elapsed())))
    phone.away = True
    await phone.pass_time(seconds + 1)
    phone.away = False
    await store.look_at_all(phone.heart.pool, phone.heart.clock())
    await phone.settle()


async def test_a_caller_who_left_while_the_hub_was_away_is_noticed(phone: Telephone) -> None:
    caller, _, _ = await phone.talking()
    await phone.pass_time(10)
    phone.away = True
    faults(phone, Rule("drop"))
    await caller.hang_up()
    await phone.pass_time(30)
    phone.away = False
    faults(phone)
    await store.look_at_all(phone.heart.pool, phone.heart.clock())
    await phone.pass_time(3)
    await phone.ended("talked", alerts=(11200,))


async def test_a_call_goes_on_while_the_hub_is_away(phone: Telephone) -> None:
    caller, _, _ = await phone.talking()
    await died(phone, 20)
    assert await phone.phase() == "talking"
    caller.expect_audible(phone.sim.person(phone.agent_leg()), mutual=True)
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


async def _queued(phone: Telephone) -> Person:
    return await phone.waiting()


async def _offering(phone: Telephone) -> Person:
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    return caller


async def _talking(phone: Telephone) -> Person:
    return (await phone.talking())[0]


async def _held(phone: Telephone) -> Person:
    caller, ann, item = await phone.talking()
    await phone.calls.hold(ann, item, True)
    await phone.pass_time(2)
    return caller


async def _consulting(phone: Telephone) -> Person:
    caller, ann, item = await phone.talking()
    ben = await phone.agent("Ben", queues=("sales",))
    await Transfers(phone.calls).consult(ann, item, Consult(agent=ben.id))
    await phone.phones[ben.id].rings()
    await phone.phones[ben.id].accept()
    await phone.pass_time(2)
    return caller


async def _card_data(phone: Telephone) -> Person:
    caller, ann, item = await phone.talking()
    await phone.calls.record(ann, item, "pause")
    await phone.pass_time(1)
    return caller


STATES = {"queued": _queued, "offering": _offering, "talking": _talking, "held": _held, "consulting": _consulting,
          "recording paused": _card_data}


@pytest.mark.parametrize(("state", "leaves"), [*((state, False) for state in STATES), ("talking", True),
                                                ("consulting", True)])
async def test_a_hub_that_is_dead_for_a_while_in_each_state(phone: Telephone, state: str, leaves: bool) -> None:
    """No caller in silence for good, no line that nobody is on, no outcome lost, whatever was the case when it died."""
    caller, going = await STATES[state](phone), list[asyncio.Future[None]]()
    was = await phone.phase()
    if leaves:
        phone.sim.clock.call_later(5, lambda: going.append(asyncio.ensure_future(caller.hang_up())))
    await died(phone, 20)
    await phone.pass_time(4)
    if not leaves:
        assert await phone.phase() in (was, "queued", "offering", "connecting", "talking")
        assert caller.leg.live
        await caller.hang_up()
    await phone.pass_time(80)
    await asyncio.gather(*going)
    assert not [leg.sid for leg in phone.sim.exchange.legs.values() if leg.live]
    assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
    assert (await phone.kinds()).count("ended") == 1
    assert not await phone.heart.pool.fetch("SELECT FROM recordings WHERE state IN ('running', 'fetching')")
    await phone.heart.balanced()


@pytest.mark.parametrize("done", [True, False], ids=["it was done", "it was not done"])
async def test_a_hub_that_died_while_it_called_an_agent(phone: Telephone, done: bool) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.settle()
    phone.away = True
    await phone.accepts(ann)
    call_id = (await store.moved(phone.heart.pool))[0]
    await phone.calls.bring_together(call_id)
    now = phone.heart.clock()
    [claimed] = await store.claim(phone.heart.pool, now, now + timedelta(seconds=3))
    if done:
        await create(phone, call_id, claimed.id)
    phone.away = False
    await phone.pass_time(5)
    assert await phone.phase() == ("offering" if done else "queued")
    made = [leg for leg in phone.sim.exchange.legs.values() if leg.label.startswith("agent")]
    assert len(made) == (1 if done else 0)
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("abandoned_while_ringing" if done else "abandoned_in_queue")


async def test_what_a_dead_hub_had_begun_is_begun_again_at_once(phone: Telephone) -> None:
    """Its claim holds as long as it lives, and no longer."""
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.settle()
    pool = phone.heart.pool
    async with pool.acquire() as alive:
        node = await store.live(alive)
        phone.away = True
        await phone.accepts(ann)
        await phone.calls.bring_together((await store.moved(pool))[0])
        now = phone.heart.clock()
        [claimed] = await store.claim(pool, now, now + timedelta(seconds=30), node)
        phone.away = False
        await phone.pass_time(3)
        assert not [leg for leg in phone.sim.exchange.legs.values() if leg.label.startswith("agent")]
        assert claimed.id.startswith("create:")
        await alive.execute("SELECT pg_advisory_unlock_all()")  # as the end of its connection does
    await phone.pass_time(2)
    assert await phone.phase() == "queued"  # nothing was made, so he waits for the next one
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("abandoned_in_queue")


async def create(phone: Telephone, call_id: Any, command_id: str) -> None:
    """What the hub did just before it died: its answer was lost."""
    kept = await store.load(phone.heart.pool, call_id)
    assert kept is not None
    command = standing(kept.call, command_id)
    assert command is not None
    await phone.provider.do(command, kept.call, kept.wiring, phone.calls.lines.urls(kept), kept.number,
                            phone.heart.clock())


async def test_an_account_that_is_configured_no_longer_stops_no_other_call(phone: Telephone) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    await phone.settle()
    board, phone.board = phone.board, Switchboard(phone.calls, {}, Doorbell())
    await phone.accepts(ann)
    assert await phone.phase() == "offering"
    phone.board = board
    await phone.pass_time(35)
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("abandoned_in_queue")


async def test_a_database_that_is_away_is_said_by_its_name(phone: Telephone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervision of loops knows what passes by its type."""

    async def away(pool: object) -> list[UUID]:
        raise ConnectionResetError

    monkeypatch.setattr(store, "moved", away)
    with pytest.raises(ConnectionResetError):
        await phone.board.run()


async def test_a_second_conference_of_the_same_name_is_none_of_ours(phone: Telephone) -> None:
    caller, _, _ = await phone.talking()
    call_id = await phone.heart.pool.fetchval("SELECT id FROM calls")
    url = f"{phone.base}/twilio/main/voice/calls/{call_id}/rooms/1"
    form = {"ConferenceSid": "CF" + "9" * 32, "StatusCallbackEvent": "participant-leave", "SequenceNumber": "99",
            "ParticipantLabel": "customer", "CallSid": caller.sid}
    signature = {"X-Twilio-Signature": sign(phone.sim.exchange.account.auth_token, url, form.items())}
    async with aiohttp.ClientSession() as http, http.post(url, data=form, headers=signature) as answer:
        assert answer.status == 204
    await phone.settle()
    assert await phone.phase() == "talking"
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


@pytest.mark.parametrize("url", ["/back$", "/join/2$", "/left/1$", "/wait/"])
async def test_whoever_is_handed_on_at_once_is_brought_there_once(phone: Telephone, url: str) -> None:
    """The way back into line and the way to the next agent cross: he is led by one of them, never by both."""
    caller, ann, item = await phone.talking()
    ben = await phone.agent("Ben")
    faults(phone, Rule("slow", kinds=("twiml",), url=url, ms=900))
    await phone.heart.desk.requeue(ann, item, Requeue(reason="sales question", agent=ben.id))
    await phone.accepts(ben)
    await phone.phones[ben.id].rings()
    await phone.phones[ben.id].accept()
    await phone.pass_time(8)
    assert await phone.phase() == "talking"
    caller.expect_audible(next(phone.sim.person(leg.sid) for leg in phone.sim.exchange.legs.values()
                               if leg.live and leg.label.startswith("agent")), mutual=True)
    assert "agent_lost" not in [row["reason"] for row in await phone.heart.pool.fetch(
        "SELECT data->>'reason' AS reason FROM touches")]
    await caller.hang_up()
    await phone.pass_time(6)
    await phone.ended("talked")


async def test_whoever_comes_by_himself_while_somebody_waits_for_him_is_led_there_by_command_alone(
        phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    ben = await phone.agent("Ben")
    call_id = await phone.heart.pool.fetchval("SELECT id FROM calls")
    await phone.heart.desk.requeue(ann, item, Requeue(reason="sales question", agent=ben.id))
    await phone.accepts(ben)
    await phone.phones[ben.id].rings()
    phone.away = True  # the command waits
    await phone.phones[ben.id].accept()
    knock = Knock("back", "main", "", {"CallSid": caller.sid}, b"", "", call_id)
    assert "<Enqueue" in await phone.calls.ask(knock)
    assert "<Conference" in await phone.calls.ask(replace(knock, kind="join", part="2"))
    phone.away = False
    await phone.pass_time(4)
    assert await phone.phase() == "talking"
    await caller.hang_up()
    await phone.pass_time(6)
    await phone.ended("talked")
