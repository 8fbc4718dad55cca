"""Mails on their way out (I7; rows 5, 21): recorded first, never sent twice, patient, never in the way."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from channels.base import File, Outbound, Refusal, SendError, Sent
from hub import deliver, model
from hub.deliver import Deliver
from hub.doorbell import Doorbell, MessageMoved
from hub.errors import Unavailable
from hub.journal import Page
from hub.model import SYSTEM
from hub.outbox import CLAIM, MAIL
from hub.wire_mail import Decide
from tests.hub.conftest import Heart, MailPost
from tests.hub.letters import BOB, MIA, opened
from tests.hub.test_deliver import failures
from tests.hub.writing import Talk, able, detail, leave, row, said, say, talking, to
from tests.support.waiting import until

BUSY = SendError("temporary", "busy", "451 4.7.1 greylisted, try again later")
CUT = SendError("ambiguous", "no_answer", "The connection broke after the mail was handed over.")


@pytest.fixture(autouse=True)
def sending(heart: Heart) -> None:
    able(heart)


@pytest.fixture
async def talk(heart: Heart) -> Talk:
    return await talking(heart)


async def test_row5_what_fails_after_the_servers_250_never_sends_it_again(
    heart: Heart, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = (await say(heart, talk, mail=to(MIA, BOB))).message_id
    refused = (Refusal(BOB, "450 4.2.1 later", later=True),)

    async def broken(*args: Any) -> None:
        raise RuntimeError("follow-up")

    async def takes(out: Outbound) -> Sent:
        heart.mail.sent.append(out)
        return Sent(refused=refused)

    monkeypatch.setattr(heart.mail, "send", takes)
    monkeypatch.setattr(Page, "write", broken)
    await leave(heart)
    found = await row(heart, message)
    assert (found["said"], found["state"], found["shown"]) == ("sent", "pending", f"later {BOB}: 450 4.2.1 later")
    for _ in range(20):
        await leave(heart, 3600 * 8)
    assert [one.mail.only for one in heart.mail.sent if one.mail] == [None, *[(BOB,)] * len(MAIL.back_off)]


async def test_row5_a_database_away_at_the_250_is_waited_for(
    heart: Heart, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = (await say(heart, talk)).message_id
    monkeypatch.setattr(deliver, "RECORD", (0.0, 0.0, 0.0))
    honest, left = heart.outbox.sent, [3]

    async def away(*args: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise Unavailable
        await honest(*args)

    monkeypatch.setattr(heart.outbox, "sent", away)
    await leave(heart)
    assert (await row(heart, message))["said"] == "sent"
    assert len(heart.mail.sent) == 1


async def test_i7_a_hub_that_died_while_sending_leaves_doubt_and_a_human_decides(heart: Heart, talk: Talk) -> None:
    message = (await say(heart, talk)).message_id
    heart.clock.advance(8)
    assert len(await heart.outbox.claim(5, {"email"}, False)) == 1
    heart.clock.now += CLAIM
    await asyncio.gather(*(heart.deliver.step() for _ in range(3)))
    assert (await row(heart, message))["said"] == "unconfirmed"
    assert heart.mail.sent == []
    assert [one["error"] for one in await failures(heart, talk[1])] == ["interrupted"]
    assert message is not None
    await heart.mailing.decide(talk[0], message, Decide(what="again"))
    await heart.deliver.step()
    assert len(heart.mail.sent) == 1


async def test_i7_a_connection_that_breaks_after_the_mail_is_doubt_and_never_a_second_mail(
    heart: Heart, talk: Talk
) -> None:
    message = (await say(heart, talk)).message_id
    heart.mail.failures = [CUT]
    await leave(heart)
    for _ in range(10):
        await leave(heart, 86400)
    found = await row(heart, message)
    assert (found["said"], found["shown"]) == ("unconfirmed", str(CUT))
    assert heart.mail.sent == []


async def test_i7_a_long_attempt_keeps_its_claim_and_what_it_learns_ends_doubt(heart: Heart, talk: Talk) -> None:
    message = (await say(heart, talk)).message_id
    heart.clock.advance(8)
    (claimed,) = await heart.outbox.claim(5, {"email"}, False)
    for _ in range(10):
        heart.clock.now += CLAIM / 4
        await heart.outbox.renew([claimed])
        await heart.deliver.step()
    assert (await row(heart, message))["state"] == "sending"
    heart.clock.now += CLAIM
    await heart.deliver.step()
    assert (await row(heart, message))["said"] == "unconfirmed"
    await heart.outbox.renew([claimed])  # too late, and no harm
    await heart.outbox.sent(claimed, Sent())
    found = await row(heart, message)
    assert (found["said"], found["state"]) == ("sent", "sent")


async def test_i7_a_server_that_puts_us_off_is_asked_for_a_day_and_the_agent_sees_why(heart: Heart, talk: Talk) -> None:
    message = (await say(heart, talk)).message_id
    heart.mail.failures = [BUSY] * len(MAIL.back_off)
    await leave(heart)
    found = await row(heart, message)
    assert (found["said"], found["shown"], found["attempts"]) == ("pending", str(BUSY), 1)
    rung = [one for one in heart.rings if isinstance(one, MessageMoved) and one.message_id == message]
    assert (rung[-1].state, rung[-1].error) == ("pending", str(BUSY))
    for pause in MAIL.back_off:
        await leave(heart, pause)
    found = await row(heart, message)
    assert (found["said"], found["shown"]) == ("sent", None)
    assert timedelta(hours=20) < timedelta(seconds=sum(MAIL.back_off)) <= timedelta(hours=24)


async def test_i7_after_the_last_try_it_has_failed_in_the_servers_words(heart: Heart, talk: Talk) -> None:
    message = (await say(heart, talk)).message_id
    heart.mail.failures = [BUSY] * (len(MAIL.back_off) + 1)
    await leave(heart)
    for pause in MAIL.back_off:
        await leave(heart, pause)
    found = await row(heart, message)
    assert (found["said"], found["shown"]) == ("failed", str(BUSY))
    assert (await detail(heart, *talk)).touches[-1].kind == "delivery"


async def test_row21_what_a_server_refuses_reaches_the_agent_by_name(heart: Heart, talk: Talk) -> None:
    class Partly(MailPost):
        async def send(self, message: Outbound) -> Sent:
            await super().send(message)
            gone, full = "550 5.1.1 no such user", "452 4.2.2 mailbox full"
            return Sent(refused=(Refusal(BOB, gone, later=False), Refusal("cy@example.com", full, later=True)))

    mia = (await detail(heart, *talk)).customer.id
    heart.deliver = Deliver(heart.outbox, {"email": Partly()}, Doorbell())
    await heart.pool.execute(
        "INSERT INTO addresses (id, customer_id, kind, value, created_at)"
        " VALUES ($1, $3, 'email', 'BOB@example.com', $4), ($2, $3, 'email', 'cy@example.com', $4)",
        uuid4(), uuid4(), mia, heart.clock())  # fmt: skip
    message = (await say(heart, talk, mail=to(MIA, BOB, "cy@example.com"))).message_id
    await leave(heart)
    found = await row(heart, message)
    assert (found["said"], found["state"]) == ("sent", "pending")
    assert found["shown"].splitlines() == [
        f"refused {BOB}: 550 5.1.1 no such user", "later cy@example.com: 452 4.2.2 mailbox full"]  # fmt: skip
    opened_now = await detail(heart, *talk)
    told = [t.data for t in opened_now.touches if t.kind == "reported"]
    assert [(one["recipient"], one["error"]) for one in told] == [
        (BOB, "550 5.1.1 no such user"), ("cy@example.com", "452 4.2.2 mailbox full")]  # fmt: skip
    marks = {one.value: one.undeliverable_reason for one in opened_now.customer.addresses}
    assert marks == {MIA: None, "BOB@example.com": "550 5.1.1 no such user", "cy@example.com": None}
    assert opened_now.card.unread == 0


async def test_a_stuck_mail_holds_up_the_next_one_until_it_was_tried_once(heart: Heart, talk: Talk) -> None:
    await say(heart, talk, "first")
    heart.clock.advance(7)
    await say(heart, talk, "second")
    heart.mail.failures = [BUSY]
    await heart.deliver.step()
    heart.clock.advance(1)
    await heart.deliver.step()  # the first is tried
    assert heart.mail.sent == []
    heart.clock.advance(7)
    await heart.deliver.step()
    assert [one.text for one in heart.mail.sent] == ["second"]
    await leave(heart, 30)
    assert [one.text for one in heart.mail.sent] == ["second", "first"]


async def test_mails_of_one_thread_leave_in_order_while_nothing_is_in_the_way(heart: Heart, talk: Talk) -> None:
    for n in range(5):
        await say(heart, talk, f"mail {n}")
    heart.clock.advance(8)
    while await heart.deliver.step() == 0.0:
        pass
    assert [one.text for one in heart.mail.sent] == [f"mail {n}" for n in range(5)]


async def test_a_chat_does_not_wait_for_a_mail_that_hangs(heart: Heart, talk: Talk) -> None:
    class Hanging(MailPost):
        attempts = 0
        attempt_seconds = 600.0

        async def send(self, message: Outbound) -> Sent:
            Hanging.attempts += 1
            await asyncio.Event().wait()
            raise AssertionError

    chat = (await heart.arrive()).interaction_id
    await heart.desk.claim(talk[0], chat)
    message = (await say(heart, talk)).message_id
    heart.clock.advance(8)
    bell = Doorbell()
    heart.journal.doorbell = bell
    running = asyncio.create_task(Deliver(heart.outbox, {"webchat": heart.post, "email": Hanging()}, bell).run())
    await until(lambda: Hanging.attempts)
    for n in range(3):
        await heart.desk.say(talk[0], chat, said(f"line {n}"))
    await until(lambda: len(heart.post.sent) == 3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert Hanging.attempts == 1
    assert (await row(heart, message))["state"] == "sending"  # nobody knows; its claim lapses


async def test_a_hub_that_stops_lets_what_is_being_sent_end(heart: Heart, talk: Talk) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()

    class Slow(MailPost):
        async def send(self, message: Outbound) -> Sent:
            begun.set()
            await goes_on.wait()
            return Sent()

    message = (await say(heart, talk)).message_id
    heart.clock.advance(8)
    running = asyncio.create_task(Deliver(heart.outbox, {"email": Slow()}, Doorbell()).run())
    await begun.wait()
    running.cancel()
    goes_on.set()
    await asyncio.gather(running, return_exceptions=True)
    assert (await row(heart, message))["said"] == "sent"


async def test_a_database_away_for_a_moment_does_not_stop_what_is_being_sent(
    heart: Heart, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()

    class Slow(MailPost):
        async def send(self, message: Outbound) -> Sent:
            begun.set()
            await goes_on.wait()
            return Sent()

    async def away(*args: Any) -> None:
        raise Unavailable

    message = (await say(heart, talk)).message_id
    heart.clock.advance(8)
    loop = Deliver(heart.outbox, {"email": Slow()}, Doorbell())
    running = asyncio.create_task(loop.run())
    await begun.wait()
    with monkeypatch.context() as patched:
        patched.setattr(heart.outbox, "recover", away)
        with pytest.raises(Unavailable):
            await running
    again = asyncio.create_task(loop.run())  # as its supervisor does
    goes_on.set()

    async def went() -> bool:
        return bool((await row(heart, message))["said"] == "sent")

    await until(went)
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


async def test_eight_mails_at_once_and_each_once_over_several_nodes(heart: Heart) -> None:
    ann = await heart.agent("Ann", capacity=1000)
    for n in range(30):
        it = await opened(heart, f"m{n}", f"p{n}@example.com")
        await heart.desk.claim(ann, it)
        await say(heart, (ann, it), f"answer {n}")
    heart.clock.advance(8)
    nodes = [Deliver(heart.outbox, {"email": heart.mail}, Doorbell()) for _ in range(4)]
    while 0.0 in await asyncio.gather(*(node.step() for node in nodes)):
        pass
    assert sorted(one.text for one in heart.mail.sent) == sorted(f"answer {n}" for n in range(30))


async def test_files_are_read_only_for_the_attempt_and_large_ones_a_few_at_a_time(
    heart: Heart, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "LARGE", 10)
    begun, goes_on = list[Outbound](), asyncio.Event()

    class Counting(MailPost):
        async def send(self, message: Outbound) -> Sent:
            assert [len(one) for one in message.contents] == [one.size for one in message.files]
            begun.append(message)
            await goes_on.wait()
            return await super().send(message)

    post = Counting()
    for n in range(6):
        it = await opened(heart, f"m{n}", f"p{n}@example.com")
        kept = await heart.intake.keep_file(f"agent:{talk[0].id}", File("a", "text/plain", b"x" * 20))
        ann = await heart.agent(f"A{n}")
        await heart.pool.execute("UPDATE files SET owner = $1 WHERE id = $2", f"agent:{ann.id}", kept.id)
        await heart.desk.claim(ann, it)
        await say(heart, (ann, it), files=[kept.id])
    heart.clock.advance(8)
    round_ = asyncio.create_task(Deliver(heart.outbox, {"email": post}, Doorbell()).step())
    await until(lambda: len(begun) == 2)
    for _ in range(20):  # time enough for the others to be read, if they were
        await heart.pool.fetchval("SELECT 1")
    assert len(begun) == 2
    goes_on.set()
    await round_
    assert len(post.sent) == 6


async def test_files_that_cannot_be_read_now_are_no_doubt(
    heart: Heart, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await heart.intake.keep_file(f"agent:{talk[0].id}", File("a", "text/plain", b"x"))
    message = (await say(heart, talk, files=[kept.id])).message_id

    async def away(*args: Any) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(heart.outbox, "contents", away)
        await leave(heart)
    assert (await row(heart, message))["said"] == "pending"
    await leave(heart, 30)
    assert (await row(heart, message))["said"] == "sent"


async def test_an_acknowledgement_leaves_as_it_was_written(heart: Heart) -> None:
    heart.mailboxes.set("support", acknowledge="We have it: {reference}")
    it = await opened(heart, "1")
    await heart.acknowledge.step()
    await heart.deliver.step()
    (out,) = heart.mail.sent
    assert out.mail is not None
    assert (out.mail.automatic, out.mail.references, out.mail.to[0].address) == (True, ("<1@example.com>",), MIA)
    ann = await heart.agent("Ann")
    await heart.desk.claim(ann, it)
    found = await detail(heart, ann, it)
    assert found.reply is not None
    assert [one.address for one in found.reply.to] == [MIA]
    await heart.journal.write(it, model.Noted(ann.id), SYSTEM)
