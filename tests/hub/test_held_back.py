"""A customer who writes while our mail waits in its undo time is read before anything leaves (I2, I7)."""

import asyncio
from datetime import timedelta

import pytest

from channels.base import File
from hub.store import cards, outbox
from hub.wire_drafts import Draft
from hub.wire_mail import PartyIn
from tests.hub.conftest import Heart
from tests.hub.letters import BOB, MIA, named, opened
from tests.hub.writing import Talk, able, clear, detail, draft_mail, drafts, leave, row, say, talking, to


@pytest.fixture(autouse=True)
def sending(heart: Heart) -> None:
    able(heart)


@pytest.fixture
async def talk(heart: Heart) -> Talk:
    return await talking(heart)


async def test_the_customers_stop_holds_the_mail_that_waits_and_its_text_is_a_draft_again(
    heart: Heart, talk: Talk
) -> None:
    mine = await heart.intake.keep_file(f"agent:{talk[0].id}", File("a.txt", "text/plain", b"a"))
    wanted = to(MIA, cc=[PartyIn(name="Bob", address=BOB)], subject="Re: all", quote=False)
    touch = await say(heart, talk, "We cancel it now.", mail=wanted, files=[mine.id])
    assert await opened(heart, "2", refs=("1",), text="wait, stop") == talk[1]
    await leave(heart, 3600)
    assert heart.mail.sent == []
    assert (await row(heart, touch.message_id))["said"] == "withdrawn"
    found = await detail(heart, *talk)
    assert (drafts(found), draft_mail(found)) == ({"reply": ["We cancel it now."]}, wanted)
    assert [(one.kind, one.actor) for one in found.touches[-3:]] == [
        ("said", "agent"), ("received", "customer"), ("taken_back", "system")]  # fmt: skip
    assert found.touches[-1].data == {
        "message": str(touch.message_id), "because": "customer_wrote", "agent": str(talk[0].id)}  # fmt: skip
    await say(heart, talk, "We cancel nothing.", seen=found.card.version, files=[mine.id])  # asks nothing more
    await leave(heart)
    assert [one.text for one in heart.mail.sent] == ["We cancel nothing."]


async def test_a_draft_that_is_newer_stands_beside_it(heart: Heart, talk: Talk) -> None:
    touch = await say(heart, talk, "first")
    await heart.desk.draft(*talk, Draft(kind="reply", text="already at the next"))
    heart.clock.advance(1)
    await opened(heart, "2", refs=("1",))
    assert (await row(heart, touch.message_id))["said"] == "withdrawn"
    assert drafts(await detail(heart, *talk)) == {"reply": ["first", "already at the next"]}


async def test_of_several_that_wait_none_leaves_and_no_text_is_lost(heart: Heart, talk: Talk) -> None:
    await say(heart, talk, "first")
    await say(heart, talk, "second", mail=to(BOB))
    await opened(heart, "2", refs=("1",))
    await leave(heart, 3600)
    assert heart.mail.sent == []
    found = await detail(heart, *talk)
    assert drafts(found) == {"reply": ["first\n\nsecond"]}
    mail = draft_mail(found)
    assert mail is not None
    assert [one.address for one in mail.to] == [BOB]


@pytest.mark.parametrize("machine", ["auto_reply", "auto_generated", "bulk"])
async def test_a_machine_stops_nothing(heart: Heart, talk: Talk, machine: str) -> None:
    touch = await say(heart, talk)
    await opened(heart, "2", refs=("1",), machine=machine)
    await leave(heart)
    assert (await row(heart, touch.message_id))["said"] == "sent"


async def test_what_has_left_or_was_tried_stays(heart: Heart, talk: Talk) -> None:
    touch = await say(heart, talk)
    await heart.pool.execute("UPDATE outbox SET attempts = 1 WHERE message_id = $1", touch.message_id)
    await opened(heart, "2", refs=("1",))
    assert (await row(heart, touch.message_id))["said"] == "pending"
    await leave(heart)
    await opened(heart, "3", refs=("1",))
    assert (await row(heart, touch.message_id))["said"] == "sent"
    assert drafts(await detail(heart, *talk)) == {}


async def test_of_leaving_and_being_held_at_once_exactly_one_happens(heart: Heart, talk: Talk) -> None:
    """The outbox of a node whose clock is a little ahead, and the customer's mail, in both orders."""
    for n in range(16):
        touch = await say(heart, talk, f"answer {n}")
        now = heart.clock()

        due, lease = now + timedelta(seconds=8), now + timedelta(minutes=5)
        leaves = outbox.claim(heart.pool, due, lease, 5, ["email"], False, ["email"])
        arrives = opened(heart, f"{n + 2}", refs=("1",))
        both = (leaves, arrives) if n % 2 else (arrives, leaves)
        found = await asyncio.gather(*both)
        claimed = next(len(one) for one in found if isinstance(one, list))
        state = await row(heart, touch.message_id)
        assert (claimed, state["state"], state["said"]) in ((1, "sending", "pending"), (0, "withdrawn", "withdrawn"))
        drafted = drafts(await detail(heart, *talk))
        assert drafted == ({} if claimed else {"reply": [f"answer {n}"]})
        await heart.pool.execute("UPDATE outbox SET state = 'sent' WHERE message_id = $1", touch.message_id)
        await clear(heart, *talk)


async def test_an_answer_and_a_customer_in_the_same_moment_never_pass_each_other(heart: Heart, talk: Talk) -> None:
    """Both orders: whoever is second meets the first. Nothing that waits was written without the customer's mail."""
    for n in range(12):
        version = (await cards.card(heart.pool, talk[1])).version
        both = [say(heart, talk, f"answer {n}", seen=version), opened(heart, f"{n + 2}", refs=("1",))]
        await asyncio.gather(*(both if n % 2 else reversed(both)), return_exceptions=True)
        waiting = await heart.pool.fetchval("SELECT count(*) FROM outbox WHERE state = 'pending'")
        assert waiting == 0  # refused as stale, or held back
        came = await heart.pool.fetchval("SELECT count(*) FROM mails WHERE mail_id = $1", named(f"{n + 2}"))
        assert came == 1
        await clear(heart, *talk)
