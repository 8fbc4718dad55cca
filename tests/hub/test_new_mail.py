"""New mail, what belongs where, and what a human decides when nobody knows (I2, I7, rows 16, 17, 21)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.base import Party
from hub.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from hub.store import cards, history
from hub.wire import DecideSuggestion
from hub.wire_base import Sheet
from hub.wire_drafts import NewMailDraft
from hub.wire_mail import Decide, NewMail
from tests.hub.conftest import Heart
from tests.hub.letters import EVE, MIA, opened, participants
from tests.hub.writing import Talk, able, codes, detail, draft_mail, drafts, leave, row, say, talking, to


@pytest.fixture(autouse=True)
def sending(heart: Heart) -> None:
    able(heart)


@pytest.fixture
async def talk(heart: Heart) -> Talk:
    return await talking(heart)


# --- new mail ---------------------------------------------------------------------------------------------------------


def new(*addresses: str, mailbox: str = "support", **more: Any) -> NewMail:
    mail = to(*(addresses or (EVE,)), kind="new", subject=more.pop("subject", "Your order"))
    return NewMail(id=uuid4(), mailbox=mailbox, mail=mail, text=more.pop("text", "It has arrived."), **more)


async def test_a_new_mail_begins_an_interaction_that_waits_for_the_answer(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    wanted = new()
    touch_id, again = await heart.mailing.write_new(ann, wanted)
    assert not again
    touch = await history.touch(heart.pool, touch_id)
    card = await cards.card(heart.pool, touch.interaction_id)
    assert (card.state, card.channel, card.source, card.queue, card.subject) == (
        "waiting", "email", "mail:support", "support", "Your order")  # fmt: skip
    assert card.due_at == heart.clock() + timedelta(days=7)
    assert card.customer_name == EVE
    assert await participants(heart, card.id) == {EVE: "customer"}
    assert [one.id for one in await cards.cards_of(heart.pool, ann.id)] == [card.id]
    await heart.balanced()
    assert await heart.mailing.write_new(ann, wanted) == (touch_id, True)
    with pytest.raises(Conflict):
        await heart.mailing.write_new(ann, wanted.model_copy(update={"text": "other"}))
    await leave(heart)
    (out,) = heart.mail.sent
    assert out.mail is not None
    assert (out.mail.subject, out.mail.references, out.mail.to) == ("Your order", (), (Party("", EVE),))
    assert await opened(heart, "1", EVE, refs=(out.mail.mail_id,)) == card.id
    assert await heart.state(card.id) == "queued"
    await heart.dispatch.step()
    assert (await heart.loaded(card.id)).agent_id == ann.id


async def test_a_new_mail_nobody_answers_comes_back_to_its_writer(heart: Heart) -> None:
    ann, _ben = await heart.agent("Ann"), await heart.agent("Ben")
    touch = await history.touch(heart.pool, (await heart.mailing.write_new(ann, new()))[0])
    heart.clock.advance(7 * 86400)
    await heart.timers.step()
    await heart.connect(ann)
    await heart.dispatch.step()
    assert (await heart.loaded(touch.interaction_id)).agent_id == ann.id


async def test_five_retries_at_once_are_one_new_mail_and_two_agents_two(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben")
    wanted = new("New@Example.net")
    found = await asyncio.gather(*(heart.mailing.write_new(who, wanted) for who in (ann, ben) for _ in range(5)))
    assert len({touch for touch, _ in found}) == 2
    assert await heart.pool.fetchval("SELECT count(*) FROM interactions") == 2
    assert await heart.pool.fetchval("SELECT count(*) FROM customers") == 1
    assert await heart.pool.fetchval("SELECT value FROM addresses") == "new@example.net"


async def test_a_new_mail_finds_its_customer_by_address_or_is_told(heart: Heart, talk: Talk) -> None:
    mia = (await cards.card(heart.pool, talk[1])).customer_id
    for wanted in (new("MIA@example.com"), new("mia.li@example.com", customer_id=mia)):
        touch = await history.touch(heart.pool, (await heart.mailing.write_new(talk[0], wanted))[0])
        assert (await cards.card(heart.pool, touch.interaction_id)).customer_id == mia
    found = await detail(heart, *talk)
    assert [one.value for one in found.customer.addresses] == [MIA, "mia.li@example.com"]
    with pytest.raises(Invalid) as refused:
        await heart.mailing.write_new(talk[0], new(customer_id=uuid4()))
    assert refused.value.fields == {"customer_id": "unknown"}


@pytest.mark.parametrize(("wrong", "fields"), [
    ({"mailbox": "sales"}, {"mailbox": "unknown"}),
    ({"mailbox": "gone"}, {"mailbox": "unknown"}),
    ({"text": " "}, {"text": "empty"}),
    ({"files": [UUID(int=7)]}, {"files": "unknown"}),
])  # fmt: skip
async def test_what_is_wrong_with_a_new_mail_is_named(
    heart: Heart, wrong: dict[str, Any], fields: dict[str, str]
) -> None:
    ann = await heart.agent("Ann")
    with pytest.raises(Invalid) as refused:
        await heart.mailing.write_new(ann, new(**wrong))
    assert refused.value.fields == fields
    with pytest.raises(Invalid) as refused:
        await heart.mailing.write_new(ann, new("eve@", EVE))
    assert refused.value.fields == {"mail.to.0": "invalid"}
    assert await heart.pool.fetchval("SELECT count(*) FROM interactions") == 0


async def test_a_supervisor_writes_from_every_mailbox_an_agent_from_those_of_his_queues(heart: Heart) -> None:
    ann, sue = await heart.agent("Ann"), await heart.agent("Sue", "supervisor", queues=(), ready=False)
    assert [one.id for one in await heart.mailing.choices(ann)] == ["support"]
    assert [one.id for one in await heart.mailing.choices(sue)] == ["support", "sales"]
    await heart.mailing.write_new(sue, new(mailbox="sales"))


async def test_the_new_mail_that_is_being_written_is_kept_until_it_is_sent(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben", ready=False)
    assert await heart.mailing.new_drafts(ann) == []
    half = NewMailDraft(mailbox="support", mail=to("half", kind="new"), text="dear 💡 \x00")
    assert (await heart.mailing.save_new_draft(ann, half)).others == []
    [kept] = await heart.mailing.new_drafts(ann)
    assert (kept.mailbox, kept.customer_id, kept.mail, kept.text) == ("support", None, half.mail, "dear 💡 \ufffd")
    assert await heart.mailing.new_drafts(ben) == []
    await heart.mailing.write_new(ann, new())
    assert await heart.mailing.new_drafts(ann) == []
    await heart.mailing.save_new_draft(ann, half)
    await heart.mailing.save_new_draft(ann, NewMailDraft(mailbox="support", text="  "))
    assert await heart.mailing.new_drafts(ann) == []


async def test_two_windows_write_two_new_mails(heart: Heart) -> None:
    ann, one, two = await heart.agent("Ann"), Sheet(sheet=uuid4()), Sheet(sheet=uuid4())
    await heart.mailing.save_new_draft(ann, NewMailDraft(mailbox="support", text="one", sheet=one.sheet))
    heart.clock.advance(1)
    kept = await heart.mailing.save_new_draft(ann, NewMailDraft(mailbox="support", text="two", sheet=two.sheet))
    assert [draft.text for draft in kept.others] == ["one"]
    await heart.mailing.write_new(ann, new(sheet=two))
    assert [draft.text for draft in await heart.mailing.new_drafts(ann)] == ["one"]


async def test_a_new_mail_can_be_taken_back(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    touch = await history.touch(heart.pool, (await heart.mailing.write_new(ann, new()))[0])
    assert touch.message_id is not None
    await heart.mailing.take_back(ann, touch.message_id)
    found = await detail(heart, ann, touch.interaction_id)
    assert drafts(found) == {"reply": ["It has arrived."]}
    mail = draft_mail(found)
    assert mail is not None
    assert (mail.kind, mail.to[0].address) == ("new", EVE)
    await heart.desk.resume(ann, touch.interaction_id)
    again = await say(heart, (ann, touch.interaction_id), mail=mail)
    assert (again.data["wrote"], again.mail and again.mail.subject) == ("reply", "Your order")
    await leave(heart)
    assert [one.mail and one.mail.references for one in heart.mail.sent] == [()]


# --- what belongs where -----------------------------------------------------------------------------------------------


async def test_an_accepted_suggestion_links_and_lets_its_author_in(heart: Heart, talk: Talk) -> None:
    it = await opened(heart, "2", EVE, refs=("1",))
    assert it != talk[1]
    (suggestion,) = (await detail(heart, talk[0], it)).suggestions
    assert (suggestion.other.id, suggestion.reason) == (talk[1], "reference")
    for _ in range(2):
        await heart.mailing.decide_suggestion(talk[0], it, DecideSuggestion(other_id=talk[1], accept=True))
    found = await detail(heart, talk[0], it)
    assert found.suggestions == []
    assert [one.id for one in found.linked] == [talk[1]]
    assert [one.id for one in (await detail(heart, *talk)).linked] == [it]
    assert [t.kind for t in found.touches].count("linked") == 1
    assert (await participants(heart, talk[1]))[EVE] == "third_party"
    assert await opened(heart, "3", EVE, refs=("1",)) == talk[1]
    with pytest.raises(Conflict):
        await heart.mailing.decide_suggestion(talk[0], it, DecideSuggestion(other_id=talk[1], accept=False))


async def test_a_rejected_suggestion_is_remembered_and_lets_nobody_in(heart: Heart, talk: Talk) -> None:
    it = await opened(heart, "2", EVE, refs=("1",))
    await heart.mailing.decide_suggestion(talk[0], it, DecideSuggestion(other_id=talk[1], accept=False))
    found = await detail(heart, talk[0], it)
    assert (found.suggestions, found.linked, found.card.parent_id) == ([], [], None)
    assert EVE not in await participants(heart, talk[1])
    assert await opened(heart, "3", EVE, refs=("1",)) != talk[1]


async def test_only_what_was_suggested_is_decided_and_only_by_who_may(heart: Heart, talk: Talk) -> None:
    it = await opened(heart, "2", EVE, refs=("1",))
    stranger = await heart.agent("Zoe", queues=("sales",))
    with pytest.raises(Forbidden):
        await heart.mailing.decide_suggestion(stranger, it, DecideSuggestion(other_id=talk[1], accept=True))
    with pytest.raises(NotFound):
        await heart.mailing.decide_suggestion(talk[0], it, DecideSuggestion(other_id=uuid4(), accept=True))


# --- decided by a human -----------------------------------------------------------------------------------------------


async def doubtful(heart: Heart, talk: Talk, state: str = "unconfirmed") -> UUID:
    touch = await say(heart, talk)
    assert touch.message_id is not None
    for table, key, more in (("outbox", "message_id", "attempts = 3,"), ("messages", "id", "")):
        statement = f"UPDATE {table} SET {more} state = $2, error = 'cut' WHERE {key} = $1"
        await heart.pool.execute(statement, touch.message_id, state)
    return touch.message_id


@pytest.mark.parametrize("state", ["unconfirmed", "failed"])
async def test_i7_a_human_sends_it_again_under_the_same_message_id(heart: Heart, talk: Talk, state: str) -> None:
    message = await doubtful(heart, talk, state)
    before = await heart.pool.fetchval("SELECT mail_id FROM mails WHERE message_id = $1", message)
    for _ in range(2):
        await heart.mailing.decide(talk[0], message, Decide(what="again"))
    await heart.deliver.step()
    (out,) = heart.mail.sent
    assert out.mail is not None
    assert out.mail.mail_id == before
    found = await row(heart, message)
    assert (found["said"], found["shown"], found["attempts"]) == ("sent", None, 1)
    decided = [t.data for t in (await detail(heart, *talk)).touches if t.kind == "decided"]
    assert [one["what"] for one in decided] == ["again"]
    with pytest.raises(WrongState, match="settled"):
        await heart.mailing.decide(talk[0], message, Decide(what="failed"))


@pytest.mark.parametrize("what", ["sent", "failed"])
async def test_i7_a_human_says_what_became_of_it_and_nothing_is_sent(heart: Heart, talk: Talk, what: Any) -> None:
    message = await doubtful(heart, talk)
    for _ in range(2):
        await heart.mailing.decide(talk[0], message, Decide(what=what))
    found = await row(heart, message)
    assert (found["said"], found["state"]) == (what, what)
    await leave(heart, 86400)
    assert heart.mail.sent == []


async def test_i7_nobody_decides_on_what_is_not_his_or_not_in_doubt(heart: Heart, talk: Talk) -> None:
    message = await doubtful(heart, talk)
    stranger = await heart.agent("Zoe", queues=("sales",))
    with pytest.raises(Forbidden):
        await heart.mailing.decide(stranger, message, Decide(what="again"))
    waiting = await say(heart, talk)
    with pytest.raises(WrongState, match="settled"):
        await heart.mailing.decide(talk[0], waiting.message_id or uuid4(), Decide(what="sent"))
    with pytest.raises(NotFound):
        await heart.mailing.decide(talk[0], uuid4(), Decide(what="sent"))


async def test_i7_two_agents_who_decide_at_once_cause_one_sending_at_most(heart: Heart, talk: Talk) -> None:
    message = await doubtful(heart, talk)
    ben = await heart.agent("Ben")
    found = await codes(
        heart.mailing.decide(talk[0], message, Decide(what="again")),
        heart.mailing.decide(ben, message, Decide(what="failed")),
    )
    assert found in (["ok", "ok"], ["ok", "settled"])
    await heart.deliver.step()
    assert len(heart.mail.sent) <= 1
    decided = [t for t in (await detail(heart, *talk)).touches if t.kind == "decided"]
    assert len(decided) == found.count("ok")
