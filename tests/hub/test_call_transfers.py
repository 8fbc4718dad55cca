"""Somebody else is asked while the customer waits: he takes over, joins in, or is let go."""

import copy
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from hub.call_transfers import Transfers
from hub.errors import Invalid, NotYours, OverCapacity, WrongState
from hub.model import Actor
from hub.store import agents, calls
from hub.wire_calls import Consult
from simulator.telephony.driver import Person
from tests.hub.telephone import SETTINGS, Pool, Telephone, running_telephone
from tests.hub.test_dispatch import waiting

CAROL = "+493012345678"


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    settings = {**copy.deepcopy(SETTINGS), "outside": ["+4930", "+49900"]}
    async with running_telephone(pool, settings) as found:
        yield found


@dataclass
class Three:
    """Mia talks with Ann; Ben is there, in another queue."""

    phone: Telephone
    transfers: Transfers
    caller: Person
    ann: Actor
    first: Person
    ben: Actor
    item: UUID

    async def asks_ben(self) -> Person:
        await self.transfers.consult(self.ann, self.item, Consult(agent=self.ben.id))
        await self.phone.phones[self.ben.id].rings()
        second = await self.phone.phones[self.ben.id].accept()
        await self.phone.pass_time(2)
        return second

    async def over(self) -> None:
        await self.caller.hang_up()
        await self.phone.pass_time(3)
        await self.phone.ended("talked")


@pytest.fixture
async def three(phone: Telephone) -> Three:
    caller, ann, item = await phone.talking()
    first = phone.sim.person(phone.agent_leg())
    return Three(phone, Transfers(phone.calls), caller, ann, first, await phone.agent("Ben", queues=("sales",)), item)


async def test_handing_over_without_asking(three: Three) -> None:
    await three.transfers.consult(three.ann, three.item, Consult(agent=three.ben.id, hand_over=True))
    await three.phone.phones[three.ben.id].rings()
    second = await three.phone.phones[three.ben.id].accept()
    await three.phone.pass_time(3)
    assert not three.first.leg.live
    three.caller.expect_audible(second, mutual=True)
    row = await three.phone.heart.pool.fetchrow("SELECT state, agent_id FROM interactions")
    assert row is not None
    assert (row["state"], row["agent_id"]) == ("active", three.ben.id)
    await three.over()


@pytest.mark.parametrize("answers", [True, False])
async def test_handing_over_to_a_number_without_asking(three: Three, answers: bool) -> None:
    await three.transfers.consult(three.ann, three.item, Consult(number=CAROL, hand_over=True))
    await three.phone.pass_time(2)
    three.caller.expect_sound("play")
    carol = three.phone.sim.ringing_at(CAROL)
    await (carol.answer() if answers else carol.decline("busy"))
    await three.phone.pass_time(3)
    with_whom = carol if answers else three.first
    three.caller.expect_audible(with_whom, mutual=True)
    assert three.first.leg.live != answers
    assert (await three.phone.kinds()).count("transfer_in_vain") == (not answers)
    assert await three.phone.state() == ("wrapping" if answers else "active")
    await three.over()


async def test_whoever_took_something_else_while_it_rang_gets_no_customer(three: Three) -> None:
    await three.transfers.consult(three.ann, three.item, Consult(agent=three.ben.id, hand_over=True))
    await three.phone.phones[three.ben.id].rings()
    await three.phone.heart.pool.execute("UPDATE agents SET capacity = 1 WHERE id = $1", three.ben.id)
    await three.phone.phones[three.ben.id].accept()
    await three.phone.pass_time(3)
    three.caller.expect_audible(three.first, mutual=True)
    assert await three.phone.state() == "active"
    await three.over()


async def test_handing_over_after_asking(three: Three) -> None:
    second = await three.asks_ben()
    three.first.expect_audible(second, mutual=True)
    three.caller.expect_inaudible(three.first, second)
    three.caller.expect_sound("play")
    await three.transfers.complete(three.ann, three.item)
    await three.phone.pass_time(2)
    three.caller.expect_audible(second, mutual=True)
    assert not three.first.leg.live
    holder = await three.phone.heart.pool.fetchval("SELECT agent_id FROM interactions WHERE state = 'active'")
    assert holder == three.ben.id
    assert (await three.phone.kinds())[-3:] == ["consulted", "requeued", "claimed"]
    await three.over()


@pytest.mark.parametrize("joins", [False, True])
async def test_i4_a_colleague_in_somebody_elses_call_is_offered_nothing(three: Three, joins: bool) -> None:
    heart, settle = three.phone.heart, three.phone.pass_time
    second = await three.asks_ben()
    if joins:
        await three.transfers.join(three.ann, three.item)
        await settle(2)
    (chat,) = await waiting(heart, 1, queue="sales")
    await heart.dispatch.step()
    assert await heart.state(chat) == "queued"
    assert "exclusive_conflict" in {why.code for why in await heart.dispatch.why_waiting(chat)}
    ben = next(one for one in await agents.views(heart.pool, heart.clock()) if one.id == three.ben.id)
    assert ben.presence.why_not == "full"
    await second.hang_up()
    await settle(3)
    await heart.dispatch.step()
    assert await heart.state(chat) == "offered"
    three.caller.expect_audible(three.first, mutual=True)
    await three.over()


async def test_i4_who_is_asked_while_work_is_being_offered_gets_one_of_both(three: Three) -> None:
    heart = three.phone.heart
    (chat,) = await waiting(heart, 1, queue="sales")
    await heart.dispatch._read_all(heart.clock())
    await three.asks_ben()
    await heart.dispatch._decide(heart.clock(), whole=False)
    assert await heart.state(chat) == "queued"
    await three.over()


async def test_a_colleague_whom_somebody_asks_is_asked_by_nobody_else(three: Three) -> None:
    await three.asks_ben()
    async with three.phone.heart.journal.begin() as page:
        now = three.phone.heart.clock()
        assert not await calls.may_be_called(page.conn, three.ben.id, now)
    await three.transfers.cancel(three.ann, three.item)
    await three.phone.pass_time(2)
    async with three.phone.heart.journal.begin() as page:
        assert await calls.may_be_called(page.conn, three.ben.id, now)
    await three.over()


async def test_talking_with_both(three: Three) -> None:
    second = await three.asks_ben()
    await three.transfers.join(three.ann, three.item)
    await three.phone.pass_time(2)
    three.caller.expect_audible(three.first, second, mutual=True)
    three.first.expect_audible(second, mutual=True)
    assert await three.phone.phase() == "talking"
    await three.over()


async def test_letting_go_whom_one_asked(three: Three) -> None:
    second = await three.asks_ben()
    await three.transfers.cancel(three.ann, three.item)
    await three.phone.pass_time(2)
    assert not second.leg.live
    three.caller.expect_audible(three.first, mutual=True)
    await three.over()


async def test_who_is_asked_and_does_not_answer_is_waited_for_no_longer(three: Three) -> None:
    await three.transfers.consult(three.ann, three.item, Consult(agent=three.ben.id))
    await three.phone.phones[three.ben.id].rings()
    with pytest.raises(WrongState):
        await three.transfers.complete(three.ann, three.item)
    await three.phone.pass_time(40)
    three.caller.expect_audible(three.first, mutual=True)
    assert await three.phone.phase() == "talking"
    await three.over()


async def test_a_customer_who_leaves_while_somebody_is_asked_ends_it_for_all(three: Three) -> None:
    await three.asks_ben()
    await three.over()


async def test_handing_over_to_a_number_outside(three: Three) -> None:
    three.phone.sim.endpoint(CAROL, "answer", 1.0)
    await three.transfers.consult(three.ann, three.item, Consult(number=CAROL))
    await three.phone.pass_time(4)
    await three.transfers.complete(three.ann, three.item)
    await three.phone.pass_time(3)
    carol = next(leg for leg in three.phone.sim.exchange.legs.values() if leg.party.to == CAROL)
    three.caller.expect_audible(three.phone.sim.person(carol.sid), mutual=True)
    assert (await three.phone.state(), three.first.leg.live) == ("wrapping", False)
    await three.over()


async def test_whom_one_may_not_ask(three: Three) -> None:
    with pytest.raises(Invalid):
        await three.transfers.consult(three.ann, three.item, Consult(number="+4420123456"))
    with pytest.raises(Invalid):
        await three.transfers.consult(three.ann, three.item, Consult(number="+499001234567", hand_over=True))
    with pytest.raises(Invalid):
        await three.transfers.consult(three.ann, three.item, Consult(agent=three.ann.id))
    with pytest.raises(NotYours):
        await three.transfers.consult(three.ben, three.item, Consult(agent=three.ann.id))
    with pytest.raises(ValueError, match="a colleague or a number"):
        Consult()
    await three.over()


async def test_nobody_gets_a_call_that_he_has_no_room_for(three: Three) -> None:
    await three.asks_ben()
    await three.phone.heart.pool.execute("UPDATE agents SET capacity = 10 WHERE id = $1", three.ben.id)
    with pytest.raises(OverCapacity):
        await three.transfers.complete(three.ann, three.item)
    assert await three.phone.phase() == "consulting"
    await three.over()
