"""Texts by a messaging service: the pool chooses, the conversation keeps it, and a STOP is said to all of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from channels.base import Address
from hub.errors import WrongState
from hub.new_texts import NewTexts
from hub.store import texting
from hub.texting import Texting
from hub.wire_messaging import NewText
from simulator.telephony.faults import Rule
from simulator.telephony.messages import Message
from tests.channels.messaging.driver import ANN, POOL, SETTINGS
from tests.hub.conftest import Heart
from tests.hub.texts import Phone, phone

pytestmark = pytest.mark.usefixtures("in_order")
FIRST, SECOND = POOL.numbers
BOB = "+15551230002"


@pytest.fixture
async def ann(heart: Heart) -> AsyncIterator[Phone]:
    async with phone(heart) as there:
        for number in POOL.numbers:
            there.line.sim.number(number)
        there.line.sim.messaging_service(*POOL.numbers, inbound_request_url=there.line.base + "/twilio/main/messages")
        yield there


async def begun(ann: Phone, number: str = ANN) -> UUID:
    """A new text by the service, and what Twilio does with it."""
    texts = NewTexts(ann.heart.intake, Texting(SETTINGS, ann.heart.clock), SETTINGS)
    await texts.write(ann.agent, NewText(id=uuid4(), sender=POOL.source, number=number, text="Your bike is ready."))
    await ann.deliver.step()
    return UUID(str(await ann.latest()))


def made(ann: Phone) -> list[Message]:
    return [one for one in ann.line.sim.exchange.messages.values() if one.direction == "outbound-api"]


async def shown(ann: Phone, it: UUID) -> str:
    texting = (await ann.detail(it)).texting
    assert texting is not None
    return texting.sender


async def test_the_number_that_was_picked_is_learnt_and_the_conversation_goes_on_with_it(ann: Phone) -> None:
    it = await begun(ann)
    assert await shown(ann, it) == "Pool", "Twilio has not said yet which one"
    await ann.line.sim.advance(10)
    assert await shown(ann, it) == FIRST
    await ann.text("Thank you", to=FIRST)
    assert await ann.latest() == it
    await ann.held()
    ann.line.sim.exchange.services[POOL.sid].chosen.clear()  # nothing keeps the number but what we ask for
    ann.line.sim.exchange.services[POOL.sid].chosen[BOB] = FIRST
    message = await ann.say(it, "You are welcome.")
    await ann.sent()
    assert (await ann.state(message))[0] == "delivered"
    assert [(one.service, one.from_) for one in made(ann)] == [(POOL.sid, FIRST)] * 2
    ann.line.sim.invariants()


async def test_who_writes_to_one_number_of_the_pool_is_answered_from_that_one(ann: Phone) -> None:
    await ann.text("Hello", to=SECOND)
    it = await ann.held()
    assert await shown(ann, it) == SECOND
    await ann.text("Hello? I have changed to the other one", to=FIRST)
    assert await ann.latest() == it, "one service is one conversation"
    await ann.say(it)
    await ann.sent()
    assert [one.from_ for one in made(ann)] == [FIRST]


async def test_a_number_that_has_left_the_pool_is_chosen_anew_and_nothing_is_sent_twice(ann: Phone) -> None:
    await ann.text("Hello", to=SECOND)
    it = await ann.held()
    ann.line.sim.exchange.services[POOL.sid].senders.remove(SECOND)
    ann.heart.clock.advance(1)
    message = await ann.say(it)
    await ann.sent()
    assert (await ann.state(message))[0] == "delivered"
    assert [one.from_ for one in made(ann)] == [FIRST]
    assert await shown(ann, it) == FIRST


async def test_a_report_that_is_lost_is_made_good_by_reading_back(ann: Phone) -> None:
    ann.line.sim.exchange.faults.use((Rule("drop", ("message",), probability=1.0),))
    it = await begun(ann)
    await ann.line.sim.advance(10)
    assert await shown(ann, it) == "Pool"
    (message,) = await ann.heart.pool.fetch("SELECT message_id, provider_id FROM outbox")
    receipt = await ann.line.channel.became(POOL.source, message["message_id"], message["provider_id"])
    assert receipt is not None
    await ann.heart.outbox.receipt(receipt)
    assert await shown(ann, it) == FIRST


async def test_a_stop_to_one_number_of_the_pool_is_said_to_all_of_it_and_to_nobody_else(ann: Phone) -> None:
    await ann.text("Hello", to=FIRST)
    it = await ann.held()
    ann.heart.clock.advance(1)
    await ann.text("STOP", to=SECOND)
    with pytest.raises(WrongState, match="opted_out"):
        await ann.say(it)
    row = await ann.heart.pool.fetchrow("SELECT kind, address, sender, stopped FROM opt_outs")
    assert row is not None
    assert tuple(row) == ("phone", ANN, POOL.source, True)
    await ann.text("Hello", who=ANN)  # our number that belongs to no service
    await ann.say(await ann.held(), "Still here")
    ann.heart.clock.advance(1)
    await ann.text("START", to=FIRST)
    await ann.say(it, "Welcome back")
    await ann.sent()
    assert [one.body for one in made(ann)] == ["Still here", "Welcome back"]


async def test_a_stop_to_a_number_before_it_belonged_to_the_messaging_service_still_counts(ann: Phone) -> None:
    before = ann.heart.clock() - timedelta(days=1)
    await texting.stop(ann.heart.pool, Address("phone", ANN), f"sms:main:{SECOND}", before)
    with pytest.raises(WrongState, match="opted_out"):
        await begun(ann)
    await ann.text("START", to=FIRST)
    await begun(ann)
    assert [one.body for one in made(ann)] == ["Your bike is ready."]
