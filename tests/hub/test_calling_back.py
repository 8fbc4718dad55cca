"""Calling customers back: who rings when, what becomes of attempts in vain, and what agents say of them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hub.errors import HubError, NotFound
from hub.model import Actor
from hub.wire_calls import CallbackOutcome
from simulator.telephony.driver import Person
from simulator.telephony.faults import profile
from tests.hub.calling_back import offering, promised
from tests.hub.telephone import MIA, OURS, Pool, Telephone, running_telephone

BEN = "+15551230002"


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool, offering()) as found:
        yield found


async def taken(phone: Telephone) -> tuple[Actor, UUID]:
    """Mia was promised a call, and Ann takes it."""
    await promised(phone)
    ann = await phone.agent()
    return ann, await phone.accepts(ann)


async def dialling(phone: Telephone) -> tuple[Actor, UUID, Person]:
    """Ann is on the line, and Mia's telephone rings."""
    ann, item = await taken(phone)
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    legs = phone.sim.exchange.legs
    await phone.sim.until(lambda: any(one.party.to == MIA and one.status == "ringing" for one in legs.values()))
    return ann, item, agent


async def state(phone: Telephone, item: UUID) -> str:
    return str(await phone.heart.pool.fetchval("SELECT state FROM interactions WHERE id = $1", item))


async def tried(phone: Telephone) -> list[tuple[int, str | None, str | None]]:
    rows = await phone.heart.pool.fetch("SELECT number, outcome, said_by FROM callback_attempts ORDER BY number")
    return [tuple(row) for row in rows]


async def since(phone: Telephone, item: UUID) -> datetime:
    found: datetime = await phone.heart.pool.fetchval("SELECT queued_at FROM interactions WHERE id = $1", item)
    return found


async def test_accepting_rings_the_agent_first_and_then_the_customer(phone: Telephone) -> None:
    phone.sim.endpoint(MIA, "ring")
    ann, item = await taken(phone)
    await phone.phones[ann.id].rings()
    assert not [one for one in phone.sim.exchange.legs.values() if one.party.to == MIA]
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    mia = phone.sim.ringing_at(MIA)
    assert mia.leg.party.from_ == OURS
    await mia.answer()
    await phone.pass_time(3)
    mia.expect_audible(agent, mutual=True)
    assert await phone.heart.pool.fetchval("SELECT phase FROM calls ORDER BY began_at DESC LIMIT 1") == "talking"
    await mia.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")
    assert await state(phone, item) == "wrapping"
    assert await tried(phone) == [(1, "reached", "system")]
    assert [one for one in await phone.kinds() if one != "offered"] == [
        "received", "callback_asked", "accepted", "dialled", "connected", "callback_done", "ended", "left"]


async def test_who_still_hears_goodbye_is_not_called_yet(phone: Telephone) -> None:
    caller = await phone.waiting()
    for words in ("To be called back", "If this is right"):
        await caller.heard(words)
        await caller.press("1")
    ann = await phone.agent()
    await phone.accepts(ann)
    await phone.settle()
    assert caller.leg.live
    assert await tried(phone) == []
    await phone.sim.until(lambda: not caller.leg.live)
    await phone.phones[ann.id].rings()


@pytest.mark.parametrize(("kind", "outcome"), [("busy", "busy"), ("no-answer", "no_answer"), ("fail", "failed")])
async def test_an_attempt_in_vain_is_made_again_after_the_pause_in_his_place(
    phone: Telephone, kind: str, outcome: str
) -> None:
    phone.sim.endpoint(MIA, kind)
    await promised(phone)
    [item] = [row["id"] for row in await phone.heart.pool.fetch("SELECT id FROM interactions")]
    place = await since(phone, item)
    ann = await phone.agent()
    assert await phone.accepts(ann) == item
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(50)
    assert await tried(phone) == [(1, outcome, "system")]
    assert (await state(phone, item), await since(phone, item)) == ("parked", place)
    assert not [one for one in phone.sim.exchange.legs.values() if one.live]
    ben = await phone.waiting(BEN)
    await phone.heart.pool.execute("UPDATE agents SET declared = 'break'")
    await phone.pass_time(120)
    assert (await state(phone, item), await since(phone, item)) == ("queued", place)
    await phone.heart.pool.execute("UPDATE agents SET declared = 'available'")
    assert await phone.accepts(ann) == item  # before Ben, who came later
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(50)
    assert [one[1] for one in await tried(phone)] == [outcome, outcome]
    row = await phone.heart.pool.fetchrow("SELECT undecided, closed_at FROM callbacks")
    assert tuple(row or ()) == (True, None)
    assert await state(phone, item) == "active"  # with Ann, who decides
    await phone.pass_time(30)
    assert len(await tried(phone)) == 2
    await phone.calling_back.call(ann, item)  # once more by hand
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(50)
    row = await phone.heart.pool.fetchrow("SELECT undecided, attempts, most FROM callbacks")
    assert tuple(row or ()) == (True, 3, 3)
    await ben.hang_up()
    await phone.calling_back.outcome(ann, item, CallbackOutcome(outcome="given_up", note="Wrong number, it seems."))
    assert await state(phone, item) == "wrapping"
    await phone.pass_time(2)
    await phone.heart.balanced()
    phone.sim.invariants()


async def test_an_agent_who_does_not_answer_his_own_phone_disturbs_nobody(phone: Telephone) -> None:
    ann, item = await taken(phone)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].reject()
    await phone.pass_time(5)
    assert (await state(phone, item), await tried(phone)) == ("queued", [])
    assert not [one for one in phone.sim.exchange.legs.values() if one.party.to == MIA]
    assert await phone.heart.pool.fetchval("SELECT attempts FROM callbacks") == 0


async def test_a_voicemail_that_answered_is_no_end(phone: Telephone) -> None:
    phone.sim.endpoint(MIA, "answer")
    ann, item = await taken(phone)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(10)
    await phone.calling_back.outcome(ann, item, CallbackOutcome(outcome="voicemail_left"))
    await phone.pass_time(3)
    assert (await state(phone, item), await tried(phone)) == ("parked", [(1, "voicemail_left", "agent")])
    assert not [one for one in phone.sim.exchange.legs.values() if one.live]


async def test_what_the_agent_says_after_the_call_counts_and_not_what_the_hub_took_it_for(phone: Telephone) -> None:
    phone.sim.endpoint(MIA, "answer")
    ann, item = await taken(phone)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(6)
    await phone.heart.desk.end(ann, item)
    await phone.pass_time(3)
    assert await tried(phone) == [(1, "reached", "system")]
    again = phone.heart.clock() + timedelta(hours=3)
    await phone.calling_back.outcome(ann, item, CallbackOutcome(outcome="no_answer", again_at=again))
    due = await phone.heart.pool.fetchval("SELECT due_at FROM interactions WHERE id = $1", item)
    assert (await state(phone, item), due) == ("parked", again)
    assert await tried(phone) == [(1, "no_answer", "agent")]


async def test_who_calls_while_he_is_being_called_is_one_contact(phone: Telephone) -> None:
    phone.sim.endpoint(MIA, "ring")
    ann, item, _ = await dialling(phone)
    caller = await phone.sim.call(MIA, OURS)
    await caller.heard("Press 1")
    await caller.press("1")
    await phone.pass_time(3)
    [kept] = await phone.heart.pool.fetch("SELECT id FROM interactions WHERE state <> 'done'")
    assert kept["id"] == item
    assert await phone.accepts(ann) == item
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


async def test_an_agent_who_hangs_up_while_it_rings_has_tried(phone: Telephone) -> None:
    phone.sim.endpoint(MIA, "ring")
    ann, item, _ = await dialling(phone)
    await phone.heart.desk.end(ann, item)
    await phone.pass_time(3)
    assert (await state(phone, item), await tried(phone)) == ("parked", [(1, "no_answer", "system")])
    assert not [one for one in phone.sim.exchange.legs.values() if one.live]


async def test_it_is_dialled_once_however_often_it_is_clicked(phone: Telephone) -> None:
    ann, item = await taken(phone)
    for _ in range(3):
        await phone.calling_back.call(ann, item)
    await phone.settle()
    assert len(await tried(phone)) == 1
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM calls") == 2


async def test_only_its_holder_calls_and_says_how_it_went(phone: Telephone) -> None:
    _, item = await taken(phone)
    eve = await phone.agent("Eve")
    for act in (phone.calling_back.call(eve, item),
                phone.calling_back.outcome(eve, item, CallbackOutcome(outcome="reached"))):
        with pytest.raises(HubError) as refused:
            await act
        assert refused.value.code == "not_yours"
    with pytest.raises(NotFound):
        await phone.calling_back.call(eve, UUID(int=5))
    late = CallbackOutcome(outcome="no_answer", again_at=phone.heart.clock() - timedelta(minutes=1))
    with pytest.raises(HubError) as refused:
        await phone.calling_back.outcome(eve, item, late)
    assert refused.value.code == "invalid"


@pytest.mark.parametrize("name", ["jitter", "hostile"])
@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_lost_or_doubled_the_place_is_kept_and_nobody_is_left_on_a_line(
    pool: Pool, name: str, seed: int
) -> None:
    async with running_telephone(pool, offering()) as phone:
        await promised(phone)
        phone.sim.endpoint(MIA, ["busy", "answer", "no-answer"][seed])
        phone.sim.exchange.faults.use(profile(name, seed))
        place = await phone.heart.pool.fetchval("SELECT queued_at FROM interactions")
        ann = await phone.agent()
        item = await phone.accepts(ann)
        await phone.phones[ann.id].rings()
        await phone.phones[ann.id].accept()
        await phone.pass_time(60)
        if await state(phone, item) == "active":
            await phone.heart.desk.end(ann, item)
        await phone.pass_time(60)
        assert await state(phone, item) in ("parked", "wrapping", "done")
        assert await since(phone, item) == place
        assert [one[0] for one in await tried(phone)] == [1]
        assert not [one for one in phone.sim.exchange.legs.values() if one.live]
        await phone.heart.balanced()
