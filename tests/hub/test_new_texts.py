"""Texts that agents begin: once, to a number as it is dialled, within what the customer and the network allow."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.messaging.settings import MessagingSettings, Sender
from hub.errors import Conflict, Invalid, WrongState
from hub.new_texts import NewTexts
from hub.store import cards, mail
from hub.texting import Texting
from hub.wire_base import Sheet
from hub.wire_drafts import NewTextDraft
from hub.wire_messaging import NewText, TemplateUse, TextStanding, TextStandingView
from simulator.telephony.messages import Outcome
from tests.channels.messaging.driver import ANN, OURS, SETTINGS, SOURCES
from tests.hub.conftest import Heart
from tests.hub.texts import Phone, phone

pytestmark = pytest.mark.usefixtures("in_order")


def texts(heart: Heart, settings: MessagingSettings = SETTINGS) -> NewTexts:
    return NewTexts(heart.intake, Texting(settings, heart.clock), settings)


def new(number: str = ANN, text: str = "Your bike is ready.", kind: str = "sms", **more: Any) -> NewText:
    return NewText(id=uuid4(), sender=SOURCES[kind], number=number, text=text, **more)


async def begun(ann: Phone, wanted: NewText) -> UUID:
    await texts(ann.heart).write(ann.agent, wanted)
    return UUID(str(await ann.latest()))


async def test_a_text_begins_a_conversation_that_the_answer_joins(heart: Heart) -> None:
    async with phone(heart) as ann:
        wanted = new("(555) 123-0001")  # as it is dialled in the country of our own number
        touch, again = await texts(heart).write(ann.agent, wanted)
        it = await ann.latest()
        assert not again
        card = await cards.card(heart.pool, it)
        assert (card.state, card.channel, card.source) == ("waiting", "sms", f"sms:main:{OURS}")
        assert await texts(heart).write(ann.agent, wanted) == (touch, True)
        with pytest.raises(Conflict):
            await texts(heart).write(ann.agent, wanted.model_copy(update={"text": "other"}))
        await ann.sent()
        assert ann.made() == ["Your bike is ready."]
        await ann.text("Thank you", who=ANN)
        assert await ann.latest() == it
        assert await heart.state(it) == "queued"
        found = await ann.detail(it)
        assert [one.text for one in found.touches if one.text] == ["Your bike is ready.", "Thank you"]
        await heart.balanced()


async def test_an_open_conversation_with_the_number_is_named_instead(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Hello")
        it = await ann.latest()
        with pytest.raises(WrongState) as refused:
            await texts(heart).write(ann.agent, new())
        assert (refused.value.code, refused.value.fields) == ("open_already", {"interaction_id": str(it)})
        await heart.pool.execute("UPDATE interactions SET closed_at = $1, state = 'done'", heart.clock())
        second = await begun(ann, new())
        row = await heart.pool.fetchrow("SELECT parent_id, customer_id FROM interactions WHERE id = $1", second)
        first = await heart.pool.fetchval("SELECT customer_id FROM interactions WHERE id = $1", it)
        assert row is not None
        assert (row["parent_id"], row["customer_id"]) == (it, first)


async def test_whatsapp_begins_with_an_agreed_template_only(heart: Heart) -> None:
    async with phone(heart, "whatsapp") as ann:
        with pytest.raises(WrongState) as refused:
            await texts(heart).write(ann.agent, new(kind="whatsapp"))
        assert refused.value.code == "window_closed"
        assert await heart.pool.fetchval("SELECT count(*) FROM interactions") == 0
        use = TemplateUse(id="ready", variables={"1": "Ann", "2": "17"})
        it = await begun(ann, new(kind="whatsapp", text="Hello Ann, order 17 is ready.", template=use))
        await ann.sent()
        assert await heart.state(it) == "waiting"
        assert await heart.pool.fetchval("SELECT count(*) FROM messages WHERE state = 'delivered'") == 1
        assert await heart.pool.fetchval("SELECT count(DISTINCT customer_id) FROM addresses WHERE value = $1", ANN) == 1


async def test_who_wants_no_texts_is_not_begun_with(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("STOP")
        with pytest.raises(WrongState) as refused:
            await texts(heart).write(ann.agent, new())
        assert refused.value.code == "opted_out"


@pytest.mark.parametrize(("wanted", "field"), [
    (new("no number"), "number"), (new("+1 555 1"), "number"), (new(text=" "), "text"),
    (new(customer_id=uuid4()), "customer_id"), (new(files=[uuid4()]), "files"),
    (new().model_copy(update={"sender": "sms:main:+15559999999"}), "sender"),
    (new(template=TemplateUse(id="ready")), "template"),
])
async def test_what_is_wrong_is_said_by_field_and_nothing_is_begun(heart: Heart, wanted: NewText, field: str) -> None:
    async with phone(heart) as ann:
        with pytest.raises(Invalid) as refused:
            await texts(heart).write(ann.agent, wanted)
        assert set(refused.value.fields) == {field}
        assert await heart.pool.fetchval("SELECT count(*) FROM interactions") == 0


async def test_agents_write_from_the_numbers_of_their_queues(heart: Heart) -> None:
    ann, boss = await heart.agent("Ann"), await heart.agent("Boss", role="supervisor")
    (queue, *_) = await mail.queues_of(heart.pool, ann.id)
    mine, other = (Sender(account="main", number=OURS, queue=queue),
                   Sender(account="main", number="+15550002000", queue="nobody's"))
    there = texts(heart, SETTINGS.model_copy(update={"senders": (mine, other), "services": ()}))
    assert [one.id for one in await there.choices(ann)] == [mine.source]
    assert [one.id for one in await there.choices(boss)] == [mine.source, other.source]


async def test_what_is_being_written_is_kept_on_its_sheet_and_goes_with_the_text(heart: Heart) -> None:
    async with phone(heart) as ann:
        there, sheet, other = texts(heart), uuid4(), uuid4()
        half = NewTextDraft(sheet=sheet, sender=SOURCES["sms"], number="555 12", text="Your bi\0ke")
        assert (await there.save_draft(ann.agent, half)).others == []
        kept = await there.save_draft(ann.agent, NewTextDraft(sheet=other, number="+49"))
        assert [(one.sheet, one.number, one.text) for one in kept.others] == [(sheet, "555 12", "Your bi\ufffdke")]
        assert await there.drafts(await heart.agent("Eve")) == []
        await there.write(ann.agent, new(sheet=Sheet(sheet=sheet)))
        assert [one.sheet for one in await there.drafts(ann.agent)] == [other]
        await there.save_draft(ann.agent, NewTextDraft(sheet=other, number=" "))
        assert await there.drafts(ann.agent) == []


async def test_before_a_word_is_written_it_is_said_why_it_cannot_be(heart: Heart) -> None:
    async with phone(heart) as ann:
        async def standing(kind: str = "sms", number: str = ANN) -> TextStandingView:
            return await texts(heart).standing(ann.agent, TextStanding(sender=SOURCES[kind], number=number))

        nobody = await standing(number="12")
        assert (nobody.number, nobody.texting, nobody.open) == (None, None, None)
        fresh = await standing(number="(555) 123-0001")
        assert fresh.number == ANN
        assert fresh.texting is not None
        assert (fresh.texting.opted_out_at, fresh.texting.unreachable, fresh.open) == (None, None, None)
        closed = (await standing("whatsapp")).texting
        assert closed is not None
        assert (closed.free_until, len(closed.templates)) == (None, 1)
        await ann.text("Hello")
        assert (await standing()).open == await ann.latest()
        await ann.text("STOP")
        stopped = (await standing()).texting
        assert stopped is not None
        assert stopped.opted_out_at == heart.clock()
        with pytest.raises(Invalid):
            await texts(heart).standing(ann.agent, TextStanding(sender="sms:main:+1", number=ANN))


@pytest.mark.parametrize(("outcome", "word"), [
    (Outcome("undelivered", 30005), "phone_unknown"), (Outcome("undelivered", 30006), "no_mobile"),
    (Outcome("undelivered", 30003), None)])
async def test_a_number_that_texts_do_not_reach_is_said_to_be_one_until_it_writes(
        heart: Heart, outcome: Outcome, word: str | None) -> None:
    async with phone(heart) as ann:
        ann.line.sim.exchange.desk.outcomes[ANN] = outcome
        it = await begun(ann, new())
        await ann.sent()
        texting = (await ann.detail(it)).texting
        assert texting is not None
        assert texting.unreachable == word
        heart.clock.advance(1)
        await ann.text("I am here")
        texting = (await ann.detail(it)).texting
        assert texting is not None
        assert texting.unreachable is None
