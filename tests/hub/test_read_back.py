"""Reports that were lost are asked for; nothing is asked for without an end."""

import pytest

from hub.doorbell import Doorbell
from hub.read_back import ReadBack
from simulator.telephony.faults import Rule
from simulator.telephony.messages import Outcome
from tests.channels.messaging.driver import ANN
from tests.hub.conftest import Heart
from tests.hub.texts import Phone, phone

pytestmark = pytest.mark.usefixtures("in_order")


def read_back(ann: Phone) -> ReadBack:
    vendors = {"sms": ann.line.sms, "whatsapp": ann.line.whatsapp}
    return ReadBack(ann.heart.journal, ann.heart.outbox, vendors, Doorbell())


def lost(ann: Phone) -> None:
    ann.line.sim.exchange.faults.use((Rule("drop", kinds=("message",)),))


async def test_a_report_that_was_lost_is_asked_for(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        lost(ann)
        message = await ann.say(it, "On its way")
        await ann.sent()
        there = read_back(ann)
        await there.step()
        assert await ann.state(message) == ("sent", ""), "it is too young to be asked for"
        heart.clock.advance(minutes=11)
        await there.step()
        assert await ann.state(message) == ("delivered", "")
        version = await heart.pool.fetchval("SELECT version FROM interactions WHERE id = $1", it)
        for _ in range(3):
            heart.clock.advance(hours=5)
            await there.step()
        assert await heart.pool.fetchval("SELECT version FROM interactions WHERE id = $1", it) == version


async def test_a_failure_that_nobody_told_is_told_to_the_agent(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        lost(ann)
        ann.line.sim.exchange.desk.outcomes[ANN] = Outcome("undelivered", 30003)
        message = await ann.say(it, "On its way")
        await ann.sent()
        heart.clock.advance(hours=3)
        await read_back(ann).step()  # a hub that was away meanwhile
        state, error = await ann.state(message)
        assert (state, error.partition(":")[0]) == ("failed", "phone_off")


async def test_who_cannot_be_asked_is_asked_again(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        lost(ann)
        message = await ann.say(await ann.held(), "On its way")
        await ann.sent()
        heart.clock.advance(minutes=11)
        there = read_back(ann)
        ann.line.sim.exchange.faults.use((Rule("rest_error", status=503),))
        await there.step()
        assert await ann.state(message) == ("sent", "")
        ann.line.sim.exchange.faults.use(())
        heart.clock.advance(minutes=1)
        await there.step()
        assert await ann.state(message) == ("delivered", "")


async def test_texts_of_one_moment_are_all_asked_for(heart: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.read_back.AT_ONCE", 2)
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        lost(ann)
        said = [await ann.say(it, f"Number {n}") for n in range(5)]
        for _ in said:
            await ann.sent()
        heart.clock.advance(minutes=11)
        await read_back(ann).step()
        assert {await ann.state(one) for one in said} == {("delivered", "")}
