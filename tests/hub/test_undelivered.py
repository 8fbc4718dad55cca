"""Mails that a server takes for some of their recipients only: the others get it later, or are told by name (I7)."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from channels.base import Outbound, Refusal, SendError, Sent
from channels.email.ports import Account
from channels.email.smtp.send import Limits, Sender
from hub.deliver import Deliver
from hub.doorbell import Doorbell, MessageMoved
from hub.errors import AlreadySent, WrongState
from hub.outbox import CLAIM, MAIL
from hub.wire_mail import Decide
from tests.channels.email.smtp.sample import sending
from tests.hub.conftest import Heart, MailPost
from tests.hub.letters import BOB, MIA, count, report
from tests.hub.writing import Talk, able, detail, leave, row, say, talking, to
from tests.support.smtpsink import Outside, outside_server

CY = "cy@example.com"
PUT_OFF, GONE = "450 4.2.0 greylisted, come back later", "550 5.1.1 no such user"
QUICK = Limits(connect=5, command=5, opening=10, data=10, answer=5, quit=0.3)


class NoAccess:
    async def access(self, account: Account) -> str:
        raise AssertionError("nobody logs in here")

    def forget(self, account: Account, token: str) -> None:
        return None


class Leaving(MailPost):
    """Sends to the server outside, as the channel does."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside
        self._sender = Sender("hub.example.org", NoAccess(), QUICK)

    async def send(self, message: Outbound) -> Sent:
        self.sent.append(message)
        return (await self._sender.send(sending(self._outside.port), message))[1]


@pytest.fixture
async def outside(heart: Heart) -> AsyncIterator[Outside]:
    able(heart)
    async with outside_server() as server:
        heart.mail = Leaving(server)
        heart.deliver = Deliver(heart.outbox, {"email": heart.mail}, Doorbell())
        yield server


@pytest.fixture
async def talk(heart: Heart) -> Talk:
    return await talking(heart)


async def written(heart: Heart, talk: Talk, *others: str) -> UUID:
    """A mail to Mia, with copies to others."""
    message = (await say(heart, talk, mail=to(MIA, cc=[{"address": one} for one in others]))).message_id
    assert message is not None
    return message


async def told(heart: Heart, talk: Talk) -> list[tuple[Any, ...]]:
    """What the history says of single recipients, and of doubt."""
    touches = (await detail(heart, *talk)).touches
    return [(t.data.get("action", t.data.get("state")), t.data.get("recipient"), t.data["error"])
            for t in touches if t.kind in ("reported", "delivery")]  # fmt: skip


def envelopes(outside: Outside) -> list[tuple[str, ...]]:
    return [one.recipients for one in outside.mails]


async def stands(heart: Heart, message: UUID) -> tuple[Any, ...]:
    found = await row(heart, message)
    return found["said"], found["state"], found["shown"]


async def until_the_end(heart: Heart) -> None:
    for _ in range(len(MAIL.back_off) + 3):
        await leave(heart, max(MAIL.back_off) + 1)


async def test_i7_who_is_put_off_gets_the_same_mail_later_and_nobody_gets_it_twice(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, BOB, CY)
    outside.faults.rcpt = {BOB: PUT_OFF}
    await leave(heart)
    assert await stands(heart, message) == ("sent", "pending", f"later {BOB}: {PUT_OFF}")
    await leave(heart, MAIL.back_off[0] - 1)
    assert len(outside.mails) == 1, "not before its time"
    await leave(heart, 1)
    assert await stands(heart, message) == ("sent", "pending", f"later {BOB}: {PUT_OFF}")
    outside.faults.rcpt = {}
    await leave(heart, MAIL.back_off[1])
    assert await stands(heart, message) == ("sent", "sent", None)
    await until_the_end(heart)
    assert envelopes(outside) == [(MIA, CY), (BOB,)]
    first, second = outside.mails
    assert first.raw == second.raw
    assert (second.mail["To"], second.mail["Cc"]) == (MIA, f"{BOB}, {CY}")
    assert await told(heart, talk) == [("delayed", BOB, PUT_OFF)]
    assert await count(heart, "undeliverable") == 0
    assert await count(heart, "outbox_recipients") == 0
    moved = [(one.state, one.error) for one in heart.rings if isinstance(one, MessageMoved)]
    assert moved[-1] == ("sent", None)


async def test_i7_more_than_a_server_takes_at_once_get_the_mail_by_and_by(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    others = [f"p{number}@example.com" for number in range(249)]
    message = await written(heart, talk, *others)
    outside.faults.rcpt_most = 100
    await leave(heart)
    assert envelopes(outside) == [(MIA, *others[:99])]
    await leave(heart, MAIL.back_off[0])
    await leave(heart, MAIL.back_off[1])
    assert await stands(heart, message) == ("sent", "sent", None)
    await until_the_end(heart)
    sizes = [len(one) for one in envelopes(outside)]
    everybody = [one for envelope in envelopes(outside) for one in envelope]
    assert (sizes, sorted(everybody)) == ([100, 100, 50], sorted([MIA, *others]))
    assert len({one.raw for one in outside.mails}) == 1


async def test_i7_who_is_put_off_for_ever_is_told_by_name_in_the_end(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, BOB)
    outside.faults.rcpt = {BOB: PUT_OFF}
    await leave(heart)
    for pause in MAIL.back_off[:-1]:
        await leave(heart, pause)
    assert await stands(heart, message) == ("sent", "pending", f"later {BOB}: {PUT_OFF}")
    await leave(heart, MAIL.back_off[-1])
    assert await stands(heart, message) == ("sent", "sent", f"refused {BOB}: {PUT_OFF}")
    await until_the_end(heart)
    assert envelopes(outside) == [(MIA,)]
    assert outside.attempts == len(MAIL.back_off) + 1
    assert await told(heart, talk) == [("delayed", BOB, PUT_OFF), ("failed", BOB, PUT_OFF)]
    assert await count(heart, "undeliverable") == 0, "that is no verdict on the address"


async def test_who_is_refused_for_good_is_final_and_his_address_is_marked_customer_or_not(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, "Bob@Example.com", CY)
    outside.faults.rcpt = {"Bob@Example.com": GONE, CY: PUT_OFF}
    await leave(heart)
    assert (await stands(heart, message))[2].splitlines() == [
        f"refused Bob@Example.com: {GONE}", f"later {CY}: {PUT_OFF}"]  # fmt: skip
    await leave(heart, MAIL.back_off[0])
    outside.faults.rcpt = {}
    await leave(heart, MAIL.back_off[1])
    assert await stands(heart, message) == ("sent", "sent", f"refused Bob@Example.com: {GONE}")
    assert envelopes(outside) == [(MIA,), (CY,)]
    marks = await heart.pool.fetch("SELECT address, reason FROM undeliverable")
    assert [tuple(one) for one in marks] == [(BOB, GONE)]
    reply = (await detail(heart, *talk)).reply
    assert reply is not None
    assert [(one.address, one.reason) for one in reply.undeliverable] == [(BOB, GONE)]


async def test_a_server_that_greylists_everybody_has_taken_nothing(heart: Heart, talk: Talk, outside: Outside) -> None:
    message = await written(heart, talk, BOB)
    outside.faults.rcpt = {"*": PUT_OFF}
    await leave(heart)
    assert (await stands(heart, message))[:2] == ("pending", "pending")
    outside.faults.rcpt = {}
    await leave(heart, MAIL.back_off[0])
    assert await stands(heart, message) == ("sent", "sent", None)
    assert envelopes(outside) == [(MIA, BOB)]


async def test_one_who_is_refused_for_good_later_does_not_hold_up_the_other(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, BOB, CY)
    outside.faults.rcpt = {BOB: PUT_OFF, CY: PUT_OFF}
    await leave(heart)
    outside.faults.rcpt = {BOB: PUT_OFF, CY: GONE}
    await leave(heart, MAIL.back_off[0])
    assert (await stands(heart, message))[2].splitlines() == [f"later {BOB}: {PUT_OFF}", f"refused {CY}: {GONE}"]
    outside.faults.rcpt = {}
    await leave(heart, MAIL.back_off[1])
    assert envelopes(outside) == [(MIA,), (BOB,)]
    assert await stands(heart, message) == ("sent", "sent", f"refused {CY}: {GONE}")


async def doubtful(heart: Heart, talk: Talk, outside: Outside) -> UUID:
    """Mia has it; the connection broke when it was handed over for Bob."""
    message = await written(heart, talk, BOB)
    outside.faults.rcpt = {BOB: PUT_OFF}
    await leave(heart)
    outside.faults.rcpt, outside.faults.drop = {}, "end"
    await leave(heart, MAIL.back_off[0])
    outside.faults.drop = ""
    return message


async def test_i7_doubt_about_the_second_attempt_is_about_its_recipients_and_nothing_is_sent_blindly(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await doubtful(heart, talk, outside)
    said, state, shown = await stands(heart, message)
    assert (said, state) == ("sent", "unconfirmed")
    assert shown.startswith(f"unconfirmed {BOB}: ")
    await until_the_end(heart)
    assert envelopes(outside) == [(MIA,), (BOB,)], "the server had taken it"
    (first, last) = await told(heart, talk)
    assert first[0] == "delayed"
    assert last[0] == "unconfirmed"
    assert last[2].startswith(f"{BOB}: ")


@pytest.mark.parametrize(("what", "after", "third"), [
    ("again", ("sent", "sent", None), [(BOB,)]), ("sent", ("sent", "sent", None), []),
    ("failed", ("sent", "sent", "refused"), [])])  # fmt: skip
async def test_i7_a_human_decides_for_those_in_doubt_alone(
    heart: Heart, talk: Talk, outside: Outside, what: Any, after: tuple[Any, ...], third: list[Any]
) -> None:
    message = await doubtful(heart, talk, outside)
    for _ in range(2):  # the same click again
        await heart.mailing.decide(talk[0], message, Decide(what=what))
    await until_the_end(heart)
    said, state, shown = await stands(heart, message)
    assert (said, state, shown and shown.split()[0]) == after
    assert envelopes(outside) == [(MIA,), (BOB,), *third]
    other: Any = "failed" if what != "failed" else "again"
    with pytest.raises(WrongState):
        await heart.mailing.decide(talk[0], message, Decide(what=other))


async def test_i7_a_hub_that_died_in_the_second_attempt_leaves_doubt_about_its_recipients_alone(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, BOB)
    outside.faults.rcpt = {BOB: PUT_OFF}
    await leave(heart)
    heart.clock.advance(MAIL.back_off[0])
    (claimed,) = await heart.outbox.claim(5, {"email"}, False)
    assert claimed[0].mail is not None
    assert claimed[0].mail.only == (BOB,)
    heart.clock.now += CLAIM
    await heart.deliver.step()
    assert await stands(heart, message) == ("sent", "unconfirmed", f"unconfirmed {BOB}: interrupted")
    await until_the_end(heart)
    assert envelopes(outside) == [(MIA,)]
    await heart.outbox.sent(claimed, Sent())  # it was only slow
    assert await stands(heart, message) == ("sent", "sent", None)


async def test_i7_an_answer_that_is_written_down_twice_changes_nothing(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, BOB)
    heart.clock.advance(8)
    (first,) = await heart.outbox.claim(5, {"email"}, False)
    partly = Sent(refused=(Refusal(BOB, PUT_OFF, later=True),))
    for _ in range(2):  # nobody knows whether the first COMMIT was one
        await heart.outbox.sent(first, partly)
    heart.clock.advance(MAIL.back_off[0])
    (second,) = await heart.outbox.claim(5, {"email"}, False)
    await heart.outbox.sent(first, partly)
    assert (await stands(heart, message))[:2] == ("sent", "sending"), "the next attempt is under way"
    for _ in range(2):
        await heart.outbox.sent(second, Sent())
    assert await stands(heart, message) == ("sent", "sent", None)
    assert await told(heart, talk) == [("delayed", BOB, PUT_OFF)]
    await heart.outbox.failed(second, SendError("ambiguous", "no_answer", "who knows"))
    assert await stands(heart, message) == ("sent", "sent", None)


@pytest.mark.parametrize(("kind", "state"), [("permanent", "sent"), ("temporary", "pending")])
async def test_what_fails_for_the_rest_does_not_fail_for_those_who_have_it(
    heart: Heart, talk: Talk, outside: Outside, kind: str, state: str
) -> None:
    message = await written(heart, talk, BOB)
    outside.faults.rcpt = {BOB: PUT_OFF}
    await leave(heart)
    outside.faults.rcpt = {}
    outside.faults.end = "554 5.7.1 this looks like spam" if kind == "permanent" else "451 4.3.0 queue is full"
    await leave(heart, MAIL.back_off[0])
    word = "refused" if kind == "permanent" else "later"
    assert await stands(heart, message) == ("sent", state, f"{word} {BOB}: {outside.faults.end}")
    assert await count(heart, "undeliverable") == 0, "the text was refused, not the address"


async def test_i7_when_all_is_in_doubt_those_put_off_come_after_the_human_said_that_it_arrived(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, BOB)
    outside.faults.rcpt, outside.faults.drop = {BOB: PUT_OFF}, "end"
    await leave(heart)
    assert (await stands(heart, message))[:2] == ("unconfirmed", "unconfirmed")
    await until_the_end(heart)
    outside.faults.rcpt, outside.faults.drop = {}, ""
    await heart.mailing.decide(talk[0], message, Decide(what="sent"))
    assert await stands(heart, message) == ("sent", "pending", f"later {BOB}: {PUT_OFF}")
    await leave(heart, 1)
    assert envelopes(outside) == [(MIA,), (BOB,)]
    assert await stands(heart, message) == ("sent", "sent", None)


async def test_what_some_have_cannot_be_taken_back(heart: Heart, talk: Talk, outside: Outside) -> None:
    message = await written(heart, talk, BOB)
    outside.faults.rcpt = {BOB: PUT_OFF}
    await leave(heart)
    with pytest.raises(AlreadySent):
        await heart.mailing.take_back(talk[0], message)
    assert (await stands(heart, message))[:2] == ("sent", "pending")


async def test_a_report_about_one_leaves_the_words_about_the_other_and_the_attempts_for_him(
    heart: Heart, talk: Talk, outside: Outside
) -> None:
    message = await written(heart, talk, BOB)
    outside.faults.rcpt = {BOB: PUT_OFF}
    await leave(heart)
    mail_id = outside.mails[0].mail["Message-ID"]
    await heart.reception.take_mail(report(heart, mail_id, MIA))
    said, state, shown = await stands(heart, message)
    assert (said, state) == ("sent", "pending")
    assert sorted(shown.splitlines()) == [f"failed {MIA}: 5.1.1 550 no such user", f"later {BOB}: {PUT_OFF}"]
    outside.faults.rcpt = {BOB: GONE}
    await leave(heart, MAIL.back_off[0])
    said, _, shown = await stands(heart, message)
    assert said == "failed", "nobody has it"
    assert [line.split(":")[0] for line in sorted(shown.splitlines())] == [f"failed {MIA}", f"refused {BOB}"]
    outside.faults.rcpt = {}
    await heart.mailing.decide(talk[0], message, Decide(what="again"))
    await leave(heart, 1)
    assert envelopes(outside) == [(MIA,), (MIA, BOB)]
    assert await stands(heart, message) == ("sent", "sent", None)
