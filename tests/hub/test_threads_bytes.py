"""Odd mail from its bytes to its interaction: what gateways, machines and strangers make of our ids (rows 15-18)."""

import asyncio

import pytest

from channels.base import Inbound, Kept
from channels.email.parse import parse
from channels.email.understand import understand
from hub.reception import Reception
from tests.hub.conftest import Heart
from tests.hub.letters import EVE, MIA, close, count, opened, participants, sent, suggested, warm
from tests.hub.test_threads_once import node

pytestmark = pytest.mark.usefixtures("in_order")
OURS, DAEMON = "support@example.org", "mailer-daemon@mx.example.com"


def read(heart: Heart, n: str, author: str = MIA, text: str = "hello", box: str = "support", **head: str) -> Inbound:
    fields = {"From": author, "To": OURS, "Subject": "Bike", "Message-ID": f"<{n}@elsewhere.example>",
              "Date": "Mon, 02 Mar 2026 09:00:00 +0000"}
    fields |= {name.replace("_", "-"): value for name, value in head.items()}
    raw = "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + f"\r\n{text}\r\n"
    account = heart.mailboxes.boxes[box]
    return understand(parse(raw.encode()), raw.encode(), account, None, heart.clock(), heart.tokens)


async def take(heart: Heart, n: str, *args: str, **head: str) -> Kept:
    return await heart.reception.take_mail(read(heart, n, *args, **head))


def bounce(
    heart: Heart, n: str, of: str, recipient: str, words: str = "no", box: str = "support", **head: str
) -> Inbound:
    said = f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    parts = (("text/plain", words), ("message/delivery-status", said), ("text/rfc822-headers", f"Message-ID: {of}\r\n"))
    text = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in parts) + "--b--"
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    return read(heart, n, DAEMON, text, box, Return_Path="<>", Content_Type=kind, **head)


async def state(heart: Heart) -> str:
    return str(await heart.pool.fetchval("SELECT state FROM messages WHERE direction = 'out'"))


async def test_row15_a_mangled_plus_address_and_a_folded_id_still_find_the_thread(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours, plus = await sent(heart, it), heart.tokens.plus(OURS, it)
    assert (await take(heart, "2", To=plus.upper())).interaction_id == it
    assert (await take(heart, "3", In_Reply_To=f"{ours[:30]}\r\n {ours[30:]}")).interaction_id == it
    assert (await take(heart, "4", References=ours.upper())).interaction_id == it
    assert (await take(heart, "5", In_Reply_To=f"Your mail of Monday {ours.strip('<>')}")).interaction_id == it
    assert await participants(heart, it) == {MIA: "customer"}


async def test_row16_our_ids_in_a_text_or_a_subject_are_no_evidence(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours, plus = await sent(heart, it), heart.tokens.plus(OURS, it)
    forwarded = f"----- Forwarded -----\r\nMessage-ID: {ours}\r\nTo: {plus}\r\n\r\nlook"
    other = (await take(heart, "2", MIA, forwarded, Subject=f"Fwd: {ours}")).interaction_id
    assert other is not None
    assert other != it
    assert it not in await suggested(heart, other)


async def test_row16_a_stranger_with_the_token_of_what_is_closed_opens_nothing_again(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    await close(heart, it)
    other = (await take(heart, "2", EVE, In_Reply_To=ours)).interaction_id
    assert other is not None
    assert await suggested(heart, other) == {it: "token"}
    assert await heart.state(it) == "done"


async def test_the_token_that_is_answered_comes_before_those_further_back(heart: Heart) -> None:
    first, second = await opened(heart, "1"), await opened(heart, "2")
    old, new = await sent(heart, first), await sent(heart, second)
    to = heart.tokens.plus(OURS, first)
    assert (await take(heart, "3", In_Reply_To=new, References=f"{old} {new}", To=to)).interaction_id == second


async def test_row18_backscatter_with_our_ids_in_its_words_says_nothing_of_our_mail(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours, plus = await sent(heart, it), heart.tokens.plus(OURS, it)
    words = f"{plus} {ours}"
    spam = bounce(heart, "2", "<spam@else.example>", "x@spam.example", words)
    assert await heart.reception.take_mail(spam) == Kept("refused")
    to_us = bounce(heart, "3", "<spam@else.example>", "x@spam.example", words, To=plus)
    assert await heart.reception.take_mail(to_us) == Kept("refused")
    assert await state(heart) == "sent"


async def test_row18_a_bounce_of_a_bounce_and_one_of_the_customers_own_mail_are_none_of_ours(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    assert await heart.reception.take_mail(bounce(heart, "2", ours, MIA)) == Kept("stored", it)
    again = bounce(heart, "3", "<2@elsewhere.example>", DAEMON, References="<2@elsewhere.example>")
    assert await heart.reception.take_mail(again) == Kept("refused")
    assert await heart.reception.take_mail(bounce(heart, "4", "<1@example.com>", OURS)) == Kept("refused")
    assert await count(heart, "interactions") == 1


async def test_i2_one_report_at_once_over_two_nodes_and_mailboxes_is_written_once(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    nodes: list[Reception] = [heart.reception, node(heart)]
    await warm(heart)
    reports = [bounce(heart, "2", ours, MIA, box=("support", "sales")[n % 2]) for n in range(12)]
    kept = await asyncio.gather(*(nodes[n // 2 % 2].take_mail(one) for n, one in enumerate(reports)))
    assert sorted(one.outcome for one in kept) == ["duplicate"] * 11 + ["stored"]
    assert await count(heart, "touches", "kind = 'reported'") == 1


async def test_i11_a_bounced_acknowledgement_marks_the_address_and_is_not_repeated(heart: Heart) -> None:
    heart.mailboxes.set("support", acknowledge="We have it: {reference}")
    it = await opened(heart, "1")
    await heart.acknowledge.step()
    await heart.pool.execute("UPDATE outbox SET state = 'sent', attempts = 1")
    ours = await heart.pool.fetchval("SELECT mail_id FROM mails WHERE automatic")
    assert await heart.reception.take_mail(bounce(heart, "2", ours, MIA)) == Kept("stored", it)
    await heart.acknowledge.step()
    assert await count(heart, "automatic_mails") == 1
    assert (await state(heart), await heart.state(it)) == ("failed", "queued")


async def test_row18_a_vacation_program_that_never_ends_moves_nothing(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    await close(heart, it)
    for n in range(40):
        kept = await take(heart, f"v{n}", MIA, f"away {n}", In_Reply_To=ours, Auto_Submitted="auto-replied")
        assert kept.interaction_id == it
    assert await heart.state(it) == "done"
    assert (await heart.loaded(it)).unread == 0


async def test_an_answer_at_the_exact_end_of_the_reopening_time_still_opens_it_again(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    await close(heart, it)
    heart.clock.advance(days=14)
    assert (await take(heart, "2", In_Reply_To=ours)).interaction_id == it
    await close(heart, it)
    heart.clock.advance(days=14, seconds=1)
    assert (await take(heart, "3", In_Reply_To=ours)).interaction_id != it
