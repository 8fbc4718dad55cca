"""Delivery reports: attached to the message they speak of, no work, never answered (row 18; I7, I10)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from channels.base import Kept, Report
from hub.doorbell import MessageMoved
from hub.store import ledger
from hub.wire_mail import Decide
from tests.hub.conftest import Heart
from tests.hub.letters import BOB, MIA, count, ledger_of, mail, opened, report, row, sent, take

pytestmark = pytest.mark.usefixtures("in_order")


async def message(heart: Heart, mail_id: str) -> Any:
    return await heart.pool.fetchrow(
        "SELECT m.state, m.error, o.state AS outbox FROM messages m JOIN mails l ON l.message_id = m.id"
        " JOIN outbox o ON o.message_id = m.id WHERE l.mail_id = $1",
        mail_id,
    )


async def said(heart: Heart, it: UUID) -> list[tuple[str, str]]:
    rows = await heart.pool.fetch(
        "SELECT data ->> 'action' AS a, data ->> 'recipient' AS r FROM touches"
        " WHERE interaction_id = $1 AND kind = 'reported' ORDER BY version",
        it,
    )
    return [(row["a"], row["r"]) for row in rows]


async def test_row18_a_bounce_fails_its_message_marks_the_address_and_makes_no_work(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    before = await heart.loaded(it)
    assert await heart.reception.take_mail(report(heart, ours, uid=4)) == Kept("stored", it)
    assert tuple(await message(heart, ours)) == ("failed", f"failed {MIA}: 5.1.1 550 no such user", "failed")
    after = await heart.loaded(it)
    assert (after.state, after.unread, after.messages) == (before.state, before.unread, before.messages)
    marked = await row(heart, "SELECT since, reason FROM undeliverable")
    assert marked == (heart.clock(), "5.1.1 550 no such user")
    assert await said(heart, it) == [("failed", MIA)]
    assert await count(heart, "interactions") == 1
    assert await count(heart, "mailbox_uids", "outcome = 'stored'") == 1
    raw = await heart.pool.fetchval(
        "SELECT b.bytes FROM touches t JOIN blobs b ON b.sha256 = t.raw_sha256 WHERE t.kind = 'reported'"
    )
    assert raw == report(heart, ours).raw
    moved = [ring for ring in heart.rings if isinstance(ring, MessageMoved)]
    assert [(ring.state, ring.error) for ring in moved] == [("failed", f"failed {MIA}: 5.1.1 550 no such user")]


async def test_a_later_mail_from_the_address_clears_its_mark(heart: Heart) -> None:
    it = await opened(heart, "1")
    await heart.reception.take_mail(report(heart, await sent(heart, it)))
    await take(heart, "2", refs=("1",), machine="auto_reply")
    assert await count(heart, "undeliverable") == 1
    await take(heart, "3", refs=("1",))
    assert await count(heart, "undeliverable") == 0


async def test_a_bounce_that_is_no_verdict_on_the_address_leaves_it_alone(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    await heart.reception.take_mail(report(heart, ours, status="4.4.7"))
    assert (await message(heart, ours))["state"] == "failed"
    assert await count(heart, "undeliverable") == 0


async def test_i2_a_report_that_comes_again_is_a_duplicate(heart: Heart) -> None:
    it = await opened(heart, "1")
    one = report(heart, await sent(heart, it), uid=4)
    other = replace(one, source="mail:sales")
    assert [(await heart.reception.take_mail(r)).outcome for r in (one, one, other)] == [
        "stored", "duplicate", "duplicate",
    ]  # fmt: skip
    assert await said(heart, it) == [("failed", MIA)]
    assert await ledger_of(heart) == {"stored": 2, "duplicate": 2}


async def test_row18_a_report_of_nothing_that_we_sent_is_put_aside(heart: Heart) -> None:
    it = await opened(heart, "1")
    unknown = report(heart, "<somebody@else.example>", uid=4)
    assert unknown.mail is not None
    assert await heart.reception.take_mail(unknown) == Kept("refused")
    assert await heart.reception.take_mail(replace(unknown, mail=replace(unknown.mail, tokens=(heart.new_id(),)))) == (
        Kept("refused")
    )
    assert await count(heart, "interactions") == 1
    assert await said(heart, it) == []
    rows = await heart.pool.fetch("SELECT outcome, reason, raw_sha256 IS NOT NULL FROM arrivals WHERE touch_id IS NULL")
    assert {tuple(one) for one in rows} == {("refused", "report_without_message", True)}
    book = await ledger.ledger(heart.pool, heart.clock())
    assert (book.undecided, book.unaccounted) == (0, 0), "no human has to look at it"
    assert sum(one.refused for one in book.rows) == 2
    uid = await row(heart, "SELECT outcome, reason FROM mailbox_uids")
    assert uid == ("quarantined", "report_without_message")


async def test_i7_a_report_about_somebody_we_wrote_to_that_names_no_message_is_left_to_a_human(heart: Heart) -> None:
    it = await opened(heart, "1")
    unclear = report(heart, "<renamed@relay.example>", MIA.upper(), uid=4)
    assert await heart.reception.take_mail(unclear) == Kept("refused"), "we have not written to her"
    await sent(heart, it)
    assert await heart.reception.take_mail(report(heart, "<x@relay.example>", action="delivered")) == Kept("refused")
    assert await heart.reception.take_mail(report(heart, "<x@relay.example>", BOB)) == Kept("refused")
    assert await heart.reception.take_mail(unclear) == Kept("quarantined")
    assert await row(heart, "SELECT outcome, reason FROM mailbox_uids") == ("quarantined", "report_unclear")
    assert (await ledger.ledger(heart.pool, heart.clock())).undecided == 1
    nothing = report(heart, "", "", n="odd")
    assert await heart.reception.take_mail(nothing) == Kept("quarantined"), "a postmaster may have written it himself"
    heart.clock.advance(days=8)
    assert await heart.reception.take_mail(report(heart, "<late@relay.example>")) == Kept("refused")


async def test_a_delay_is_told_and_fails_nothing(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it, state="unconfirmed")
    await heart.reception.take_mail(report(heart, ours, action="delayed", status="4.4.1"))
    assert tuple(await message(heart, ours)) == ("sent", None, "sent")
    assert await said(heart, it) == [("delayed", MIA)]


@pytest.mark.parametrize("action", ["delivered", "relayed"])
async def test_a_delivery_is_marked_and_a_late_delay_does_not_undo_it(heart: Heart, action: str) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    await heart.reception.take_mail(report(heart, ours, action=action, status="2.0.0"))
    await heart.reception.take_mail(report(heart, ours, action="delayed", status="4.4.1"))
    assert tuple(await message(heart, ours)) == ("delivered", None, "delivered")


async def test_one_of_several_recipients_fails_and_the_message_stays_sent_but_says_who(heart: Heart) -> None:
    it = await opened(heart, "1", cc=(BOB,))
    ours = await sent(heart, it, (MIA, BOB))
    await heart.reception.take_mail(report(heart, ours, BOB))
    assert tuple(await message(heart, ours)) == ("sent", f"failed {BOB}: 5.1.1 550 no such user", "sent")
    await heart.reception.take_mail(report(heart, ours, MIA.upper()))
    assert (await message(heart, ours))["state"] == "failed"
    assert await said(heart, it) == [("failed", BOB), ("failed", MIA.upper())]


async def test_one_report_of_several_recipients(heart: Heart) -> None:
    it = await opened(heart, "1", cc=(BOB,))
    ours = await sent(heart, it, (MIA, BOB))
    both = tuple(Report("failed", who, "5.1.1", "gone", ours) for who in (MIA, BOB))
    await heart.reception.take_mail(report(heart, ours, reports=both, uid=4))
    words = f"failed {MIA}: 5.1.1 gone\nfailed {BOB}: 5.1.1 gone"
    assert tuple(await message(heart, ours)) == ("failed", words, "failed")
    assert await said(heart, it) == [("failed", MIA), ("failed", BOB)]
    assert await ledger_of(heart) == {"stored": 2}


async def test_a_bounce_without_message_id_is_known_by_our_token_and_whom_it_missed(heart: Heart) -> None:
    it = await opened(heart, "1")
    first, last = await sent(heart, it, (BOB,)), await sent(heart, it)
    await heart.reception.take_mail(report(heart, "", BOB, tokens=(it,)))
    assert ((await message(heart, first))["state"], (await message(heart, last))["state"]) == ("failed", "sent")
    await heart.reception.take_mail(report(heart, "", "", n="x", tokens=(it,)))
    assert (await message(heart, last))["state"] == "failed"
    assert await heart.reception.take_mail(report(heart, "", "nobody@example.net", tokens=(it,))) == Kept("refused")


async def test_nothing_can_be_said_of_a_message_that_has_never_left(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it, state="pending")
    await heart.pool.execute("UPDATE outbox SET attempts = 0")
    assert await heart.reception.take_mail(report(heart, ours, tokens=(it,))) == Kept("refused")
    assert (await message(heart, ours))["state"] == "pending"


async def test_a_report_that_no_program_can_read_is_shown_and_concludes_nothing(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    odd = mail(heart, "x", "mailer-daemon@mx.example.com", machine="report", refs=(ours,), text="sorry\nwe tried")
    assert await heart.reception.take_mail(odd) == Kept("stored", it)
    assert tuple(await message(heart, ours)) == ("sent", None, "sent")
    assert await heart.pool.fetchval("SELECT data ->> 'error' FROM touches WHERE kind = 'reported'") == "sorry we tried"


async def test_a_report_on_a_closed_interaction_does_not_open_it(heart: Heart) -> None:
    it = await opened(heart, "1", machine="auto_reply")
    ours = await sent(heart, it)
    await heart.reception.take_mail(report(heart, ours))
    assert await heart.state(it) == "done"


async def test_whoever_knows_one_of_our_ids_can_mark_nobody_else(heart: Heart) -> None:
    it = await opened(heart, "1")
    await opened(heart, "2", author=BOB)
    ours = await sent(heart, it)
    await take_report(heart, ours, BOB)
    assert await count(heart, "undeliverable") == 0


async def test_a_message_names_all_who_did_not_get_it(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it, to=(MIA, BOB, "cy@example.com"))
    await take_report(heart, ours, MIA)
    await take_report(heart, ours, BOB)
    found = await message(heart, ours)
    assert found["state"] == "sent"
    assert MIA in found["error"]
    assert BOB in found["error"]


async def test_a_report_that_names_somebody_else_fails_no_message_and_is_shown(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    other = "mia.private@example.net"
    await take_report(heart, ours, other)
    assert tuple(await message(heart, ours)) == ("sent", f"failed {other}: 5.1.1 550 no such user", "sent")
    assert await count(heart, "undeliverable") == 0
    await take_report(heart, ours, MIA)
    assert (await message(heart, ours))["state"] == "failed"


async def test_what_was_reported_before_a_human_sent_it_again_is_over(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = await opened(heart, "1")
    await heart.desk.claim(ann, it)
    ours = await sent(heart, it)
    await take_report(heart, ours, MIA)
    message_id = await heart.pool.fetchval("SELECT message_id FROM mails WHERE mail_id = $1", ours)
    await heart.mailing.decide(ann, message_id, Decide(what="again"))
    await heart.pool.execute("UPDATE outbox SET attempts = 1 WHERE message_id = $1", message_id)
    await heart.reception.take_mail(report(heart, ours, action="delayed", status="4.4.1"))
    assert tuple(await message(heart, ours)) == ("sent", None, "sent")


async def take_report(heart: Heart, mail_id: str, recipient: str) -> None:
    await heart.reception.take_mail(report(heart, mail_id, recipient))
