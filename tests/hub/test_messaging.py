"""Texts through a heart with a real database, against the emulator in virtual time."""

from datetime import timedelta

import pytest

from channels.base import Receipt
from hub.errors import Invalid, WrongState
from hub.wire_messaging import TemplateUse
from simulator.telephony.faults import Rule
from simulator.telephony.messages import Outcome
from tests.channels.messaging.driver import ANN, OURS
from tests.hub.conftest import Heart
from tests.hub.texts import phone

pytestmark = pytest.mark.usefixtures("in_order")


async def test_a_text_comes_in_once_and_the_answer_goes_back_to_it(heart: Heart) -> None:
    async with phone(heart) as ann:
        ann.line.sim.exchange.faults.use((Rule("duplicate", kinds=("sms",), n=2),))
        await ann.text("Where is my order?")
        await ann.line.sim.advance(30)
        it = await ann.held()
        message = await ann.say(it, "On its way ≠")
        await ann.sent()
        assert await ann.state(message) == ("delivered", "")
        assert ann.made() == ["On its way ≠"]
        found = await ann.detail(it)
        assert [one.text for one in found.touches if one.text] == ["Where is my order?", "On its way ≠"]
        assert (found.card.channel, found.card.source, found.can_reply) == ("sms", f"sms:main:{OURS}", True)
        assert found.texting is not None
        assert (found.texting.sender, found.texting.opted_out_at, found.texting.free_until) == (OURS, None, None)
        ann.line.sim.invariants()


async def test_one_number_goes_on_with_its_conversation_until_it_has_rested_long_enough(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        first = await ann.held()
        await ann.text("Are you there?")
        assert await ann.latest() == first
        await ann.desk.end(ann.agent, first)
        heart.clock.advance(minutes=5)
        await heart.timers.step()
        assert await heart.state(first) == "done"
        heart.clock.advance(hours=23)
        await ann.text("One more thing")  # within the hours of the heart's placement
        assert (await ann.latest(), await heart.state(first)) == (first, "queued")
        await heart.pool.execute("UPDATE interactions SET closed_at = $1, state = 'done'", heart.clock())
        heart.clock.advance(hours=25)
        await ann.text("Hello again")
        second = await ann.latest()
        assert second != first
        assert await heart.pool.fetchval("SELECT parent_id FROM interactions WHERE id = $1", second) == first
        assert await heart.pool.fetchval("SELECT count(DISTINCT customer_id) FROM interactions") == 1


async def test_two_numbers_of_ours_are_two_conversations_of_one_customer(heart: Heart) -> None:
    other = "+15550002000"
    async with phone(heart) as ann:
        ann.line.sim.number(other, sms_url=ann.line.base + "/twilio/main/messages")
        await ann.text("To support")
        await ann.text("To sales", to=other)
        rows = await heart.pool.fetch("SELECT source, customer_id FROM interactions ORDER BY created_at, id")
        assert [row["source"] for row in rows] == [f"sms:main:{OURS}", f"sms:main:{other}"]
        assert len({row["customer_id"] for row in rows}) == 1


async def test_whatsapp_and_sms_of_one_number_are_one_customer(heart: Heart) -> None:
    async with phone(heart, "whatsapp") as ann:
        await ann.text("By WhatsApp")
        ann.line.kind = "sms"
        await ann.text("By SMS")
        assert await heart.pool.fetchval("SELECT count(DISTINCT customer_id) FROM interactions") == 1
        assert await heart.pool.fetchval("SELECT count(*) FROM interactions") == 2


async def test_a_report_that_overtakes_our_own_answer_is_not_lost(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        message = await ann.say(await ann.held())
        (claimed,) = await heart.outbox.claim()  # sent, and the hub has not written it down yet
        path = f"/messages/{message}/status"
        for status in ("delivered", "sent", "delivered", "queued"):
            assert (await ann.line.post(path, ann.line.status("SM1", status))).status == 204
        assert await ann.state(message) == ("delivered", "")
        await heart.outbox.sent(claimed, await ann.line.channel.send(claimed[0]))
        assert await ann.state(message) == ("delivered", "")


@pytest.mark.parametrize(("outcome", "state", "error"), [
    (Outcome("undelivered", 30003), "failed", "phone_off: The telephone is switched off or out of reach. (30003)"),
    (Outcome("failed", 30007), "failed", "text_filtered: The network took the text for spam. (30007)"),
    (Outcome("read"), "read", "")])
async def test_what_becomes_of_a_text_is_shown_in_words(heart: Heart, outcome: Outcome, state: str, error: str) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        ann.line.sim.exchange.desk.outcomes[ANN] = outcome
        it = await ann.held()
        message = await ann.say(it)
        await ann.sent()
        assert await ann.state(message) == (state, error)
        failures = [one for one in await ann.touches(it) if one.kind == "delivery"]
        assert len(failures) == (state == "failed")


async def test_what_is_delivered_after_all_is_delivered_and_the_failure_stays_in_the_history(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        message = await ann.say(it)
        await ann.deliver.step()
        for status, state in (("undelivered", "failed"), ("sent", "failed"), ("delivered", "delivered"),
                              ("undelivered", "delivered")):
            path = f"/messages/{message}/status"
            assert (await ann.line.post(path, ann.line.status("SM1", status))).status == 204
            assert (await ann.state(message))[0] == state
        assert len([one for one in await ann.touches(it) if one.kind == "delivery"]) == 1


async def test_an_answer_that_is_lost_is_never_sent_again_and_a_report_ends_the_doubt(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        ann.line.sim.exchange.faults.use((Rule("rest_commit_then_drop", kinds=("rest",), nth=1),))
        lost = await ann.say(it, "Taken, and not heard of")
        await ann.deliver.step()
        assert (await ann.state(lost))[0] == "unconfirmed"
        for _ in range(5):
            heart.clock.advance(minutes=10)
            await ann.deliver.step()
        assert ann.made() == ["Taken, and not heard of"]
        await ann.line.sim.advance(10)
        assert (await ann.state(lost))[0] == "delivered"


async def test_too_fast_is_tried_again(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        ann.line.sim.exchange.faults.use((Rule("rest_429", kinds=("rest",), nth=1),))
        message = await ann.say(it)
        await ann.deliver.step()
        assert (await ann.state(message))[0] == "pending"
        heart.clock.advance(minutes=5)
        await ann.sent()
        assert (await ann.state(message))[0] == "delivered"


async def test_stop_is_kept_by_address_and_sender_and_start_ends_it(heart: Heart) -> None:
    other = "+15550002000"
    async with phone(heart) as ann:
        ann.line.sim.number(other, sms_url=ann.line.base + "/twilio/main/messages")
        await ann.text("Hello", to=other)
        elsewhere = await ann.held()
        heart.clock.advance(1)
        await ann.text("Hello")
        it = await ann.held()
        written = await ann.say(it, "Written before the STOP")
        heart.clock.advance(1)
        await ann.text("Stop")
        card = (await ann.detail(it)).card
        assert (card.state, card.unread) == ("active", 0)  # nobody need react, and it is in the history
        with pytest.raises(WrongState) as refused:
            await ann.say(it)
        assert refused.value.code == "opted_out"
        await ann.sent()
        assert (await ann.state(written))[0] == "failed"
        assert "STOP" in (await ann.state(written))[1]
        assert ann.made() == []
        await ann.say(elsewhere, "From the other number")
        texting = (await ann.detail(it)).texting
        assert texting is not None
        assert texting.opted_out_at == heart.clock()
        heart.clock.advance(1)
        await ann.text("UNSTOP")
        await ann.say(it, "Welcome back")
        await ann.sent()
        assert sorted(ann.made()) == ["From the other number", "Welcome back"]


async def test_a_stop_out_of_the_blue_is_kept_and_is_nobodys_work(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("STOP")
        it = await ann.latest()
        assert await heart.state(it) == "done"
        assert await heart.pool.fetchval("SELECT stopped FROM opt_outs") is True
        heart.clock.advance(1)
        await ann.text("Yes")  # an answer to something, so somebody has a look
        assert await heart.state(it) == "queued"
        assert await heart.pool.fetchval("SELECT stopped FROM opt_outs") is False


async def test_what_only_the_network_knows_of_a_stop_is_learnt_from_its_refusal(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        ann.line.sim.exchange.opted_out.add((ANN, OURS))
        message = await ann.say(it)
        await ann.sent()
        assert (await ann.state(message))[0] == "failed"
        with pytest.raises(WrongState, match="opted_out"):
            await ann.say(it)


async def test_whatsapp_is_written_to_freely_for_a_day_and_then_by_template(heart: Heart) -> None:
    async with phone(heart, "whatsapp") as ann:
        await ann.text("Hello")
        it = await ann.held()
        texting = (await ann.detail(it)).texting
        assert texting is not None
        assert texting.free_until == heart.clock() + timedelta(hours=24, minutes=-1)
        assert [(one.id, one.places) for one in texting.templates] == [("ready", ["1", "2"])]
        await ann.say(it, "Free")
        await ann.sent()
        heart.clock.advance(hours=24)
        await ann.line.sim.advance(24 * 3600 + 1)
        with pytest.raises(WrongState, match="window_closed"):
            await ann.say(it, "Still there?")
        agreed = TemplateUse(id="ready", variables={"1": "Ann", "2": "7"})
        message = await ann.say(it, "Hello Ann, order 7 is ready.", template=agreed)
        await ann.sent()
        assert await ann.state(message) == ("delivered", "")
        for text, use, field in (
                ("Hello Ann, order 8 is ready.", agreed, "text"),
                ("Hello , order 7 is ready.", TemplateUse(id="ready", variables={"2": "7"}), "template.variables.1"),
                ("Hello", TemplateUse(id="other"), "template")):
            with pytest.raises(Invalid) as wrong:
                await ann.say(it, text, template=use)
            assert list(wrong.value.fields) == [field]
        await ann.text("I am here")
        await ann.say(it, "Free again")


async def test_what_cannot_be_sent_is_refused_when_it_is_written(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.held()
        with pytest.raises(Invalid) as wrong:
            await ann.say(it, "x" * 1601)
        assert wrong.value.fields == {"text": "too_long"}
        with pytest.raises(Invalid) as wrong:
            await ann.say(it, "Hello", template=TemplateUse(id="ready"))
        assert wrong.value.fields == {"template": "unknown"}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_hostile_network_neither_loses_nor_doubles_a_text(heart: Heart, seed: int) -> None:
    async with phone(heart, seed=seed) as ann:
        ann.line.sim.number(OURS, sms_url=f"{ann.line.base}/twilio/main/messages#rc=5&rp=all")
        said, told = ("sms",), ("message",)
        ann.line.sim.exchange.faults.use((
            Rule("http_fail_after", said, probability=0.3), Rule("http_fail_before", said, probability=0.3),
            Rule("duplicate", said + told, probability=0.3, n=2, ms=300), Rule("replay", said + told, probability=0.3),
            Rule("drop", told, probability=0.5), Rule("reorder", told, probability=0.3),
            Rule("bad_signature", told, probability=0.1), Rule("rest_commit_then_drop", ("rest",), probability=0.3)))
        texts = [f"Text {number}" for number in range(8)]
        for text in texts:
            await ann.text(text)
        await ann.line.sim.advance(120)
        it = await ann.held()
        came = [one.text for one in await ann.touches(it) if one.kind == "received"]
        assert len(came) == len(set(came))
        lost = {one.body for one in ann.line.sim.exchange.messages.values() if one.direction == "inbound"} - set(came)
        alerts = ann.line.sim.exchange.alerts.codes()
        assert len(lost) <= len(alerts), "what Twilio gave up, it says"
        messages = [await ann.say(it, f"Answer {number}") for number in range(8)]
        for _ in range(12):
            heart.clock.advance(60)
            await ann.sent()
        made = ann.made()
        assert len(made) == len(set(made)), "never twice"
        states = {(await ann.state(one))[0] for one in messages}
        assert states <= {"sent", "delivered", "unconfirmed"}, states


async def test_receipts_climb_in_whatever_order_they_come(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        message = await ann.say(await ann.held())
        await ann.deliver.step()
        for mark in ("read", "delivered", "sent", "read"):
            await heart.reception.take_receipt(Receipt("main", "sms", mark, heart.clock(), message))
        assert (await ann.state(message))[0] == "read"
