"""Texts that agents begin: once, to a number as it is dialled, within what the customer and the network allow."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.messaging.settings import MessagingSettings, Sender
from hub.errors import Conflict, Invalid, WrongState
from hub.new_texts import NewTexts
from hub.store import cards, mail
from hub.texting import Texting
from hub.wire_messaging import NewText, TemplateUse
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
