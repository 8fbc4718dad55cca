"""I8: what is pushed without reading is, to the letter, what a reader finds."""

from uuid import uuid4

from hub.doorbell import Moved
from hub.store import cards, history
from hub.wire import CardEvent, Say
from tests.hub.conftest import Heart


def last_moved(heart: Heart) -> Moved:
    return next(ring for ring in reversed(heart.rings) if isinstance(ring, Moved))


async def as_read(heart: Heart, moved: Moved) -> CardEvent:
    card, desks = await cards.card_and_desks(heart.pool, moved.interaction_id)
    assert desks == {moved.desk} - {None}
    return CardEvent(id=card.id, version=card.version, card=card, touch=await history.touch(heart.pool, moved.touch_id))


async def test_i8_what_the_customer_writes_is_told_as_it_is_read(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    visitor = heart.inbound(name="李伟 \x00", text="first").addresses
    arrived = await heart.arrive(addresses=visitor, name="李伟 \x00", text="first")
    await heart.accepted(ann)
    await heart.arrive(addresses=visitor, text="second \x00 \ud800 " + "x" * 300)
    moved = last_moved(heart)
    assert moved.told is not None
    assert moved.told == await as_read(heart, moved)
    assert moved.desk == ann.id
    assert moved.interaction_id == arrived.interaction_id


async def test_i8_what_the_agent_writes_is_told_as_it_is_read(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    it = await heart.accepted(ann)
    await heart.desk.say(ann, it, Say(id=uuid4(), text="Let me look"))
    moved = last_moved(heart)
    assert moved.told is not None
    assert moved.told == await as_read(heart, moved)


async def test_i8_a_customer_who_matters_is_told_as_such(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    it = await heart.accepted(ann)
    await heart.pool.execute("UPDATE customers SET vip = true")
    await heart.desk.say(ann, it, Say(id=uuid4(), text="Let me look"))
    moved = last_moved(heart)
    assert moved.told is not None
    assert moved.told.card is not None
    assert moved.told.card.vip
    assert moved.told == await as_read(heart, moved)


async def test_i8_a_message_during_an_offer_is_left_to_the_reader(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    visitor = heart.inbound().addresses
    await heart.arrive(addresses=visitor)
    await heart.offered(ann)
    await heart.arrive(addresses=visitor, text="hello?")
    moved = last_moved(heart)
    assert moved.told is None
    assert (await as_read(heart, moved)).card.offer_reasons  # type: ignore[union-attr]
    assert moved.desk == ann.id


async def test_i8_who_is_to_be_called_back_is_told_as_such(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    it = await heart.accepted(ann)
    await heart.pool.execute(
        "INSERT INTO callbacks (interaction_id, account, ours, number, read_back, language, asked_at, most, next_at)"
        " VALUES ($1, 'main', '+15550001000', '+15551230001', true, 'en', $2, 3, $2)", it, heart.clock())
    await heart.desk.say(ann, it, Say(id=uuid4(), text="You asked to be called back"))
    moved = last_moved(heart)
    assert moved.told is not None
    assert moved.told.card is not None
    assert moved.told.card.callback
    assert moved.told == await as_read(heart, moved)
