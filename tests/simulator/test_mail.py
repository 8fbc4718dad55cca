"""The sink, and customers who write mails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import aiosmtplib
import pytest

from simulator.correspondence import Correspondent, Door, NotTakenError, recipient_of
from simulator.crowd import Crowd, MailWay
from simulator.customers import CORRESPONDENT
from simulator.mailsink import MOST, MailSink
from simulator.pace import Pace
from simulator.visitors_mail import VisitorsMail
from tests.support.smtpsink import Outside, outside_server
from tests.support.waiting import until

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPLY = (
    "From: Support <support@example.org>\r\nReply-To: support+{token}@example.org\r\nTo: {to}\r\nSubject: Re: Hi\r\n"
    "Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Message-ID: <{token}.{token}@example.org>\r\nReferences: <q1@example.com>\r\n{more}\r\n"
    "Have you tried 重启?\r\n")
TOKEN = "abcdefgh" * 6


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    one = MailSink()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def hub() -> AsyncIterator[Outside]:
    async with outside_server() as server:
        yield server


async def reply(sink: MailSink, to: str, more: str = "") -> None:
    raw = REPLY.format(to=to, token=TOKEN, more=more).encode()
    await aiosmtplib.send(raw, sender="support@example.org", recipients=[to], hostname="127.0.0.1", port=sink.port,
                          start_tls=False)


async def test_the_sink_keeps_the_last_mails_of_an_address(sink: MailSink) -> None:
    for _ in range(3):
        await reply(sink, "Ann@example.com")
    assert [one.number for one in sink.letters("ann@example.com", after=1)] == [2, 3]
    assert len(await sink.wait("ann@example.com", 0, 1)) == 3
    assert await sink.wait("bob@example.com", 0, 0.01) == []
    for _ in range(MOST):
        sink._keep("ann@example.com", (), b"x")
    assert [one.number for one in sink.letters("ann@example.com")] == list(range(4, MOST + 4))


async def test_an_answer_has_the_head_that_threads_it(sink: MailSink, hub: Outside) -> None:
    await reply(sink, "ann@example.com")
    ann = Correspondent("Ann, Li", "ann@example.com", Door("127.0.0.1", hub.port), uuid4, lambda: NOW)
    written = ann.answer(sink.letters("ann@example.com")[0], "Yes.")
    await ann.hand_over(written, recipient_of(written))
    taken = hub.mails[0]
    assert taken.recipients == (f"support+{TOKEN}@example.org",)
    assert taken.mail["In-Reply-To"] == f"<{TOKEN}.{TOKEN}@example.org>"
    assert taken.mail["References"] == f"<q1@example.com> <{TOKEN}.{TOKEN}@example.org>"
    assert b"=?" not in taken.raw.split(b"References")[1].split(b"\r\n")[0]
    assert taken.mail["Subject"] == "Re: Hi"
    body = taken.mail.get_body()
    assert body is not None
    assert "wrote:\n> Have you tried 重启?" in body.get_content().replace("\r\n", "\n")


async def test_what_is_not_taken_may_be_handed_over_again(hub: Outside) -> None:
    ann = Correspondent("Ann", "ann@example.com", Door("127.0.0.1", hub.port), uuid4, lambda: NOW)
    written = ann.letter("support@example.org", "Hi", "Hello")
    hub.faults.end = "451 4.3.0 later"
    with pytest.raises(NotTakenError):
        await ann.hand_over(written, "support@example.org")
    hub.faults.end = ""
    await ann.hand_over(written, "support@example.org")
    assert hub.mails[0].raw == written.raw


async def test_a_crowd_writes_mails_and_answers_until_all_is_said(sink: MailSink, hub: Outside) -> None:
    way = MailWay(Door("127.0.0.1", hub.port), sink, ("support@example.org",))
    crowd = Crowd("http://127.0.0.1:9", rate=0.01, pace=Pace(0), personas=(CORRESPONDENT,), mail=way)
    hub.faults.end = "451 4.3.0 later"
    await crowd.start()
    await until(lambda: hub.attempts >= 1)
    hub.faults.end = ""
    first = await hub.wait()
    await reply(sink, first.sender, "Auto-Submitted: auto-replied\r\n")
    count = 1
    while crowd.present:
        await reply(sink, first.sender)
        count += 1
        async with asyncio.timeout(10):
            while crowd.present and len(hub.mails) < count:
                await asyncio.sleep(0)
    await crowd.stop()
    assert len(crowd.record.mails) == len(hub.mails)
    assert len({one.mail["Message-ID"] for one in hub.mails}) == len(hub.mails)
    assert hub.mails[-1].mail["In-Reply-To"]


async def test_the_visitors_mail_program_shows_both_sides_in_order(sink: MailSink, hub: Outside) -> None:
    room = VisitorsMail(sink, Door("127.0.0.1", hub.port), ["support@example.org"], lambda: NOW)
    visitor = "visitor.1@example.com"
    assert await room.write(visitor, "Vera", "en", "support@example.org", "Hi", "Hello", None)
    await reply(sink, visitor)
    assert [(one["mine"], one["subject"]) for one in room.mails(visitor)] == [(True, "Hi"), (False, "Re: Hi")]
    number = room.mails(visitor)[1]["number"]
    assert await room.write(visitor, "Vera", "zh-Hans", "", "", "好的", number)
    assert hub.mails[1].mail["In-Reply-To"] == f"<{TOKEN}.{TOKEN}@example.org>"
    body = hub.mails[1].mail.get_body()
    assert body is not None
    assert "写道：" in body.get_content()
    with pytest.raises(LookupError):
        await room.write(visitor, "Vera", "en", "someone@else.example", "Hi", "x", None)
    with pytest.raises(LookupError):
        await room.write("other@example.com", "Vera", "en", "", "", "x", number)
    hub.faults.end = "451 4.3.0 later"
    assert not await room.write(visitor, "Vera", "en", "support@example.org", "Hi", "again", None)
    assert room.mails("stranger@example.com") == []
