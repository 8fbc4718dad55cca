"""Mails that agents write: sent once, to whom they meant, taken back in time, never by surprise (I2, I6, I7)."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from channels.base import Address, File, Party
from hub.errors import AlreadySent, Conflict, Forbidden, Invalid, NotFound, NotYours, Stale, WrongState
from hub.letters import MailRules
from hub.store import cards, history
from hub.wire import WrapUp
from hub.wire_base import Sheet
from hub.wire_drafts import Draft, DraftKept
from hub.wire_mail import PartyIn
from tests.hub.conftest import Heart
from tests.hub.letters import BOB, EVE, MIA, OURS, opened, participants
from tests.hub.writing import (
    Talk,
    able,
    clear,
    codes,
    detail,
    draft_mail,
    drafts,
    leave,
    row,
    said,
    say,
    talking,
    to,
)  # fmt: skip


@pytest.fixture(autouse=True)
def sending(heart: Heart) -> None:
    able(heart)


@pytest.fixture
async def talk(heart: Heart) -> Talk:
    return await talking(heart)


# --- replies ----------------------------------------------------------------------------------------------------------


async def test_a_reply_waits_to_be_taken_back_and_then_leaves_as_it_was_frozen(heart: Heart, talk: Talk) -> None:
    touch = await say(heart, talk)
    assert touch.mail is not None
    assert (touch.message_state, touch.mail.due_at) == ("pending", heart.clock() + timedelta(seconds=8))
    await leave(heart, 7.9)
    assert heart.mail.sent == []
    heart.mailboxes.set("support", name="Renamed", signature="new")
    await leave(heart, 0.1)
    (out,) = heart.mail.sent
    assert out.mail is not None
    assert (out.text, out.recipient, out.author_name) == ("It is mended.", Address("email", MIA), "Ann")
    assert (out.mail.author, out.mail.to, out.mail.cc) == (
        Party("Example Support", OURS["support"]), (Party("Mia", MIA),), ())  # fmt: skip
    assert (out.mail.subject, out.mail.references, out.mail.signature) == ("Re: Light", ("<1@example.com>",), "")
    assert out.mail.quoted.endswith("wrote:\nmail 1")
    assert heart.tokens.read(out.mail.mail_id) == (talk[1],)
    assert (await row(heart, touch.message_id))["said"] == "sent"


async def test_row15_the_answer_to_our_reply_comes_back_to_the_interaction(heart: Heart, talk: Talk) -> None:
    await say(heart, talk, mail=to(MIA, BOB))
    await leave(heart)
    ours = heart.mail.sent[0].mail
    assert ours is not None
    assert await opened(heart, "2", refs=(ours.mail_id,)) == talk[1]
    assert await opened(heart, "3", BOB, refs=(ours.mail_id,)) == talk[1]
    await say(heart, talk)
    await leave(heart)
    again = heart.mail.sent[1].mail
    assert again is not None
    assert again.references == ("<1@example.com>", ours.mail_id, "<2@example.com>", "<3@example.com>")


async def test_row17_whoever_gets_a_copy_takes_part_and_never_becomes_the_customer(heart: Heart, talk: Talk) -> None:
    wanted = to(MIA, bcc=[PartyIn(name="Eve", address="Eve@example.net")], cc=[PartyIn(address="cy@example.com")])
    await say(heart, talk, mail=wanted)
    assert await participants(heart, talk[1]) == {
        MIA: "customer", BOB: "cc", "cy@example.com": "cc", EVE: "third_party"}  # fmt: skip
    await leave(heart)
    ours = heart.mail.sent[0].mail
    assert ours is not None
    assert ours.bcc == (Party("Eve", "Eve@example.net"),)
    before = await cards.card(heart.pool, talk[1])
    assert await opened(heart, "2", EVE, refs=(ours.mail_id,)) == talk[1]
    after = await cards.card(heart.pool, talk[1])
    assert after.customer_id == before.customer_id
    found = await detail(heart, *talk)
    assert found.reply is not None
    assert [one.address for one in found.reply.to] == [EVE]  # he wrote last; the agent sees whom he answers


async def test_row17_recipients_are_those_of_the_moment_of_writing(heart: Heart, talk: Talk) -> None:
    await say(heart, talk)
    other = (await heart.arrive()).interaction_id
    stranger = (await cards.card(heart.pool, other)).customer_id
    await heart.pool.execute("UPDATE addresses SET customer_id = $1 WHERE value = $2", stranger, MIA)
    await heart.pool.execute("UPDATE interactions SET customer_id = $1 WHERE id = $2", stranger, talk[1])
    await opened(heart, "2", BOB, refs=("1",), machine="auto_generated")  # a human's would hold it
    await leave(heart)
    mail = heart.mail.sent[0].mail
    assert mail is not None
    assert [one.address for one in mail.to] == [MIA]


async def test_a_retry_with_the_same_id_is_one_mail(heart: Heart, talk: Talk) -> None:
    once = said(mail=to(MIA))
    first, *others = await asyncio.gather(*(heart.desk.say(*talk, once) for _ in range(5)))
    assert {one[0] for one in (first, *others)} == {first[0]}
    assert sorted(one[1] for one in (first, *others)) == [False, True, True, True, True]
    with pytest.raises(Conflict):
        await heart.desk.say(*talk, once.model_copy(update={"text": "other"}))
    await leave(heart)
    assert len(heart.mail.sent) == 1


async def test_only_the_holder_writes(heart: Heart, talk: Talk) -> None:
    ben = await heart.agent("Ben")
    with pytest.raises(NotYours):
        await heart.desk.say(ben, talk[1], said())
    assert await heart.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_form_with_an_address_is_answered_by_mail_from_its_queues_mailbox(heart: Heart) -> None:
    ann = await heart.agent("Ann", queues=("sales",))
    it = (await heart.arrive(channel="form", source="form:contact", queue="sales", continues=False, name="Mia",
                             addresses=(Address("email", MIA),), subject="Offer")).interaction_id  # fmt: skip
    await heart.desk.claim(ann, it)
    found = await detail(heart, ann, it)
    assert found.can_reply
    assert found.reply is not None
    assert (found.reply.mailbox, found.reply.subject, found.reply.to[0].address) == ("sales", "Re: Offer", MIA)
    touch = await say(heart, (ann, it), mail=to(MIA))
    assert (touch.channel, touch.mail and touch.mail.mailbox) == ("email", "sales")
    await leave(heart)
    mail = heart.mail.sent[0].mail
    assert mail is not None
    assert mail.quoted.endswith("wrote:\nMy light is out")
    assert await opened(heart, "2", refs=(mail.mail_id,), box="sales") == it


async def test_a_chat_takes_no_mail_and_a_contact_without_address_has_no_way_back(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    chat = (await heart.arrive()).interaction_id
    phone = (Address("phone", "+49301"),)
    fax = (await heart.arrive(channel="manual", addresses=phone, continues=False)).interaction_id
    for it in (chat, fax):
        await heart.desk.claim(ann, it)
    with pytest.raises(Invalid) as refused:
        await heart.desk.say(ann, chat, said(mail=to(MIA)))
    assert refused.value.fields == {"mail": "no_mail"}
    with pytest.raises(WrongState, match="no_way_back"):
        await heart.desk.say(ann, fax, said())
    found = await detail(heart, ann, fax)
    assert (found.can_reply, found.reply) == (False, None)


async def test_wrong_recipients_are_named_by_field_and_nothing_is_kept(heart: Heart, talk: Talk) -> None:
    with pytest.raises(Invalid) as refused:
        await heart.desk.say(*talk, said(mail=to("nobody", MIA, OURS["sales"])))
    assert refused.value.fields == {"mail.to.0": "invalid", "mail.to.2": "ours"}
    assert await heart.pool.fetchval("SELECT count(*) FROM messages WHERE direction = 'out'") == 0


async def test_fifty_recipients_are_fifty_participants(heart: Heart, talk: Talk) -> None:
    await say(heart, talk, mail=to(*(f"p{n}@example.com" for n in range(50))))
    await leave(heart)
    mail = heart.mail.sent[0].mail
    assert mail is not None
    assert len(mail.to) == 50
    assert len(await participants(heart, talk[1])) == 52


async def test_an_empty_reply_is_none_but_a_forward_needs_no_words(heart: Heart, talk: Talk) -> None:
    for mail in (None, to(MIA, quote=False), to(EVE, kind="forward", quote=False)):
        with pytest.raises(Invalid) as refused:
            await heart.desk.say(*talk, said(" ", mail=mail))
        assert refused.value.fields == {"text": "empty"}
    assert (await say(heart, talk, "", mail=to(EVE, kind="forward"))).mail is not None


# --- files ------------------------------------------------------------------------------------------------------------


async def test_files_go_along_in_their_order_and_a_forward_takes_those_of_the_original(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = await opened(heart, "1", files=(File("plan.txt", "text/plain", b"plan"), File("b.txt", "text/plain", b"bb")))
    await heart.desk.claim(ann, it)
    mine = [await heart.intake.keep_file(f"agent:{ann.id}", File(f"{n}.txt", "text/plain", n.encode())) for n in "xyz"]
    reply = await say(heart, (ann, it), files=[one.id for one in mine])
    forward = await say(heart, (ann, it), "see", mail=to(EVE, kind="forward"))
    await leave(heart)
    await leave(heart)
    first, second = heart.mail.sent
    assert [f.name for f in first.files] == ["x.txt", "y.txt", "z.txt"]
    assert first.contents == (b"x", b"y", b"z")
    assert sorted(zip((f.name for f in second.files), second.contents, strict=True)) == [
        ("b.txt", b"bb"), ("plan.txt", b"plan")]  # fmt: skip
    assert (len(reply.files), len(forward.files)) == (3, 2)
    assert len((await detail(heart, ann, it)).touches[0].files) == 2  # the original keeps its own


async def test_files_of_one_mail_have_a_bound(heart: Heart, talk: Talk) -> None:
    heart.mailing.letters.rules = MailRules(bytes=10)
    mine = [await heart.intake.keep_file(f"agent:{talk[0].id}", File("a", "text/plain", b"123456")) for _ in range(2)]
    with pytest.raises(Invalid) as refused:
        await heart.desk.say(*talk, said(files=[one.id for one in mine]))
    assert refused.value.fields == {"files": "too_large"}
    await say(heart, talk, files=[mine[0].id])


# --- the customer wrote meanwhile -------------------------------------------------------------------------------------


async def test_a_reply_to_a_thread_that_moved_asks_first(heart: Heart, talk: Talk) -> None:
    seen = (await detail(heart, *talk)).card.version
    await heart.desk.note(*talk, said("a note is no reason"))
    await opened(heart, "2", refs=("1",), machine="auto_reply", answerable=False)
    await heart.desk.say(*talk, said(seen=seen))
    await opened(heart, "3", refs=("1",))
    late = said(seen=seen)
    with pytest.raises(Stale) as refused:
        await heart.desk.say(*talk, late)
    version = (await detail(heart, *talk)).card.version
    assert (refused.value.status, refused.value.code, refused.value.fields) == (409, "stale", {"version": str(version)})
    touch, _ = await heart.desk.say(*talk, late.model_copy(update={"seen": version}))
    await opened(heart, "4", refs=("1",))
    assert await heart.desk.say(*talk, late) == (touch, True)  # a retry of what is written is no new reply


async def test_of_a_reply_and_a_mail_at_once_the_later_one_is_told(heart: Heart, talk: Talk) -> None:
    for n in range(6):
        seen = (await detail(heart, *talk)).card.version
        found = await codes(heart.desk.say(*talk, said(seen=seen)), opened(heart, f"m{n}", refs=("1",)))
        kinds = [t.kind for t in (await detail(heart, *talk)).touches if t.kind in ("said", "received")]
        assert kinds[-2:] == (["said", "received"] if found == ["ok", "ok"] else [kinds[-2], "received"])
        assert "stale" in found or found == ["ok", "ok"]


# --- taken back -------------------------------------------------------------------------------------------------------


async def test_what_is_taken_back_is_never_sent_and_is_a_draft_again(heart: Heart, talk: Talk) -> None:
    mine = await heart.intake.keep_file(f"agent:{talk[0].id}", File("a.txt", "text/plain", b"a"))
    wanted = to(MIA, cc=[PartyIn(name="Bob", address=BOB)], subject="Re: all", quote=False)
    touch = await say(heart, talk, "half-baked", mail=wanted, files=[mine.id])
    assert touch.message_id is not None
    assert await heart.mailing.take_back(talk[0], touch.message_id) == touch.id
    assert await heart.mailing.take_back(talk[0], touch.message_id) == touch.id
    await leave(heart, 3600)
    assert heart.mail.sent == []
    found = await detail(heart, *talk)
    assert drafts(found) == {"reply": ["half-baked"]}
    assert draft_mail(found) == wanted
    assert [(t.kind, t.message_state) for t in found.touches[-2:]] == [("said", "withdrawn"), ("taken_back", None)]
    await say(heart, talk, "done", files=[mine.id])
    assert drafts(await detail(heart, *talk)) == {}


async def test_a_message_that_is_being_sent_cannot_be_taken_back(heart: Heart, talk: Talk) -> None:
    touch = await say(heart, talk)
    assert touch.message_id is not None
    heart.clock.advance(8)
    (claimed,) = await heart.outbox.claim(5, {"email"}, False)
    with pytest.raises(AlreadySent):
        await heart.mailing.take_back(talk[0], touch.message_id)
    await heart.outbox.sent(claimed, await heart.mail.send(claimed[0]))
    with pytest.raises(AlreadySent):
        await heart.mailing.take_back(talk[0], touch.message_id)
    assert drafts(await detail(heart, *talk)) == {}


async def test_of_sending_and_taking_back_at_once_exactly_one_happens(heart: Heart, talk: Talk) -> None:
    ends = set()
    for n in range(12):
        touch = await say(heart, talk, f"mail {n}")
        assert touch.message_id is not None
        heart.clock.advance(8)
        found = await codes(heart.deliver.step(), heart.mailing.take_back(talk[0], touch.message_id))
        went = any(one.text == f"mail {n}" for one in heart.mail.sent)
        state = (await row(heart, touch.message_id))["said"]
        assert (went, state) == ((True, "sent") if found == ["already_sent", "ok"] else (False, "withdrawn"))
        ends.add(state)
        await clear(heart, *talk)


async def test_only_its_writer_or_a_supervisor_takes_back_and_only_mails(heart: Heart, talk: Talk) -> None:
    touch = await say(heart, talk)
    assert touch.message_id is not None
    ben, sue = await heart.agent("Ben"), await heart.agent("Sue", "supervisor", ready=False)
    with pytest.raises(Forbidden):
        await heart.mailing.take_back(ben, touch.message_id)
    with pytest.raises(NotFound):
        await heart.mailing.take_back(talk[0], uuid4())
    await heart.mailing.take_back(sue, touch.message_id)
    assert drafts(await detail(heart, *talk)) == {}  # it was not hers to go on with
    chat = (await heart.arrive()).interaction_id
    await heart.desk.claim(ben, chat)
    written = await history.touch(heart.pool, (await heart.desk.say(ben, chat, said()))[0])
    with pytest.raises(AlreadySent):  # its customer may have read it already
        await heart.mailing.take_back(ben, written.message_id or uuid4())


async def test_a_new_draft_is_not_lost_to_one_that_comes_back(heart: Heart, talk: Talk) -> None:
    touch = await say(heart, talk)
    await heart.desk.draft(*talk, Draft(kind="reply", text="already at the next"))
    heart.clock.advance(1)
    assert touch.message_id is not None
    await heart.mailing.take_back(talk[0], touch.message_id)
    assert drafts(await detail(heart, *talk)) == {"reply": ["It is mended.", "already at the next"]}


# --- drafts (row 39) --------------------------------------------------------------------------------------------------


async def test_row39_a_draft_keeps_its_recipients_over_transfers_and_is_ones_own(heart: Heart, talk: Talk) -> None:
    wanted = to("half an addr", kind="forward", subject="Fwd: ")
    await heart.desk.draft(*talk, Draft(kind="reply", text="dear", mail=wanted))
    await heart.desk.draft(*talk, Draft(kind="note", text="hm", mail=to(MIA)))
    ben = await heart.agent("Ben")
    await heart.desk.draft(ben, talk[1], Draft(kind="reply", text="mine", mail=None))
    await heart.desk.end(*talk)
    await heart.desk.wrap_up(*talk, WrapUp(disposition="solved"))
    await opened(heart, "2", refs=("1",))
    found = await detail(heart, *talk)
    assert (drafts(found), draft_mail(found)) == ({"reply": ["dear"], "note": ["hm"]}, wanted)
    assert draft_mail(await detail(heart, ben, talk[1])) is None
    await heart.desk.draft(*talk, Draft(kind="reply", text="", mail=wanted))
    assert draft_mail(await detail(heart, *talk)) == wanted
    await heart.desk.draft(*talk, Draft(kind="reply", text=""))
    assert draft_mail(await detail(heart, *talk)) is None


async def test_row39_what_was_sent_is_no_draft_any_more(heart: Heart, talk: Talk) -> None:
    await heart.desk.draft(*talk, Draft(kind="reply", text="dear", mail=to(MIA)))
    await heart.desk.draft(*talk, Draft(kind="note", text="hm"))
    with pytest.raises(Invalid):
        await heart.desk.say(*talk, said(mail=to("nobody")))
    assert "reply" in drafts(await detail(heart, *talk))
    await say(heart, talk)
    assert drafts(await detail(heart, *talk)) == {"note": ["hm"]}
    await heart.desk.note(*talk, said("hm"))
    assert drafts(await detail(heart, *talk)) == {}


async def test_row39_two_windows_write_on_two_sheets_and_none_over_the_other(heart: Heart, talk: Talk) -> None:
    mine, other = Sheet(sheet=uuid4()), Sheet(sheet=uuid4())
    assert (await write(heart, talk, mine, "from one")).others == []
    [seen] = (await write(heart, talk, other, "from the other")).others
    assert (seen.sheet, seen.text) == (mine.sheet, "from one")
    await write(heart, talk, mine, "from one, longer")
    late = Sheet(sheet=other.sheet, replaces={mine.sheet: seen.version})
    [longer] = (await write(heart, talk, late, "both")).others
    assert longer.text == "from one, longer"
    assert drafts(await detail(heart, *talk)) == {"reply": ["both", "from one, longer"]}
    both = Sheet(sheet=other.sheet, replaces={mine.sheet: longer.version})
    assert (await write(heart, talk, both, "both, longer")).others == []
    assert drafts(await detail(heart, *talk)) == {"reply": ["both, longer"]}
    ben = await heart.agent("Ben")
    [[both_kept]] = (await detail(heart, *talk)).drafts.values()
    taken = {both_kept.sheet: both_kept.version}
    theirs = await heart.desk.draft(ben, talk[1], Draft(kind="reply", text="Ben's", replaces=taken))
    assert theirs.others == []
    assert drafts(await detail(heart, *talk)) == {"reply": ["both, longer"]}, "nobody clears another agent's desk"


async def test_row39_recipients_of_one_window_are_kept_beside_those_of_the_other(heart: Heart, talk: Talk) -> None:
    mine, other = Sheet(sheet=uuid4()), Sheet(sheet=uuid4())
    await heart.desk.draft(*talk, Draft(kind="reply", text="", mail=to(BOB), sheet=mine.sheet))
    kept = await heart.desk.draft(*talk, Draft(kind="reply", text="", mail=to(MIA), sheet=other.sheet))
    assert [one.mail for one in kept.others] == [to(BOB)]


async def test_row39_sending_in_one_window_leaves_what_the_other_wrote(heart: Heart, talk: Talk) -> None:
    mine, other, gone = Sheet(sheet=uuid4()), Sheet(sheet=uuid4()), uuid4()
    await write(heart, talk, Sheet(sheet=gone), "begun yesterday")
    [yesterday] = (await write(heart, talk, other, "a long")).others
    long = (await write(heart, talk, mine, "short")).others[0]
    await write(heart, talk, other, "a long text")
    replaces = {gone: yesterday.version, other.sheet: long.version}
    await say(heart, talk, "short", sheet=Sheet(sheet=mine.sheet, replaces=replaces))
    assert drafts(await detail(heart, *talk)) == {"reply": ["a long text"]}
    await heart.desk.note(*talk, said("hm", sheet=mine))
    assert drafts(await detail(heart, *talk)) == {"reply": ["a long text"]}


async def test_row39_a_sheet_that_was_begun_anew_is_not_what_was_read(heart: Heart, talk: Talk) -> None:
    mine, other = Sheet(sheet=uuid4()), Sheet(sheet=uuid4())
    await write(heart, talk, mine, "first")
    [first] = (await write(heart, talk, other, "x")).others
    await say(heart, talk, "first", sheet=mine)
    await write(heart, talk, mine, "second")
    late = await write(heart, talk, Sheet(sheet=other.sheet, replaces={mine.sheet: first.version}), "x")
    assert [one.text for one in late.others] == ["second"]


async def write(heart: Heart, talk: Talk, on: Sheet, text: str) -> DraftKept:
    heart.clock.advance(1)
    return await heart.desk.draft(*talk, Draft(kind="reply", text=text, sheet=on.sheet, replaces=on.replaces))


# --- notes stay inside (row 16) ---------------------------------------------------------------------------------------


async def test_row16_no_note_is_quoted_forwarded_or_sent(heart: Heart, talk: Talk) -> None:
    await heart.desk.note(*talk, said("SECRET do not tell"))
    kept = await heart.intake.keep_file(f"agent:{talk[0].id}", File("SECRET.txt", "text/plain", b"SECRET"))
    await heart.desk.note(*talk, said("", files=[kept.id]))
    await say(heart, talk, mail=to(MIA))
    await say(heart, talk, "fyi", mail=to(EVE, kind="forward"))
    for _ in range(2):
        await leave(heart)
    assert len(heart.mail.sent) == 2
    assert "SECRET" not in repr(heart.mail.sent)


async def test_the_row_of_a_mail_says_what_left(heart: Heart, talk: Talk) -> None:
    touch = await say(heart, talk, mail=to(MIA, subject="Re: Light"))
    kept: Any = await heart.pool.fetchrow("SELECT * FROM mails WHERE message_id = $1", touch.message_id)
    assert json.loads(kept["recipients"]) == {"to": [{"name": "", "address": MIA}], "cc": [], "bcc": []}
    assert (kept["key"], kept["touch_id"], kept["automatic"]) == (kept["mail_id"], touch.id, False)
    assert touch.data == {"wrote": "reply", "quote": True}
