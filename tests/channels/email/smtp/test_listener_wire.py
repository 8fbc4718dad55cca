"""Bytes that no mail program sends, and limits."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib
import pytest
import uvloop

from channels.email.settings import Listener
from channels.email.smtp import conversation
from channels.email.smtp.listener import Door
from channels.email.smtp.receiving import Intake
from tests.channels.email.smtp.certificate import Certificate
from tests.channels.email.smtp.conftest import Notes, Open, Opens
from tests.channels.email.smtp.sample import AT, accounts
from tests.channels.kit.sink import MemorySink
from tests.support.waiting import until


class Wire:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> str:
        """One reply, all its lines."""
        lines = []
        async with asyncio.timeout(10):
            while line := (await self.reader.readline()).decode():
                lines.append(line)
                if line[3:4] != "-":
                    break
        return "".join(lines)

    async def say(self, text: bytes | str) -> str:
        self.writer.write(text.encode() if isinstance(text, str) else text)
        return await self.hear()

    async def envelope(self, recipient: str = "support@example.org") -> None:
        assert (await self.say("EHLO peer.example.com\r\n")).startswith("250")
        assert (await self.say("MAIL FROM:<ann@example.com>\r\n")).startswith("250")
        assert (await self.say(f"RCPT TO:<{recipient}>\r\n")).startswith("250")
        assert (await self.say("DATA\r\n")).startswith("354")


@asynccontextmanager
async def wire(there: Open, greeting: str = "220") -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", there.port)
    try:
        one = Wire(reader, writer)
        heard = await one.hear()
        assert heard.startswith(greeting), heard
        yield one
    finally:
        writer.close()


# The sequences of SMTP smuggling (CVE-2023-51764 and following, CVE-2024-27305 in aiosmtpd before 1.4.5).
@pytest.mark.parametrize("false_end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r", b"\r.\r\n",
                                       b"\0\r.\r\n"])
async def test_no_other_end_of_a_mail_lets_a_second_one_in(opened: Opens, false_end: bytes) -> None:
    there = await opened()
    async with wire(there) as peer:
        await peer.envelope()
        smuggled = (b"Subject: one\r\n\r\nbody" + false_end +
                    b"MAIL FROM:<boss@example.org>\r\nRCPT TO:<sales@example.org>\r\nDATA\r\n"
                    b"Subject: two\r\n\r\nx\r\n.\r\n")
        assert (await peer.say(smuggled)).startswith("250")
        assert (await peer.say("NOOP\r\n")).startswith("250")
    [(source, raw)] = there.notes.taken
    assert source == "mail:support"
    assert b"Subject: two" in raw


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
async def test_the_end_is_found_however_it_is_cut(opened: Opens, size: int) -> None:
    there = await opened()
    content = b"Subject: x\r\n\r\n..dot\r\n...\r\n.\r\n"
    async with wire(there) as peer:
        await peer.envelope()
        for at in range(0, len(content), size):
            peer.writer.write(content[at:at + size])
            await peer.writer.drain()
            await asyncio.sleep(0)
        assert (await peer.hear()).startswith("250")
    assert there.notes.taken[0][1].endswith(b"Subject: x\r\n\r\n.dot\r\n..\r\n")


async def test_an_empty_mail_and_what_is_sent_ahead(opened: Opens) -> None:
    there = await opened()
    async with wire(there) as peer:
        await peer.envelope()
        peer.writer.write(b".\r\nMAIL FROM:<>\r\nRCPT TO:<sales@example.org>\r\nDATA\r\n")
        assert [(await peer.hear())[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        assert (await peer.say(b"Subject: y\r\n\r\n.\r\nQUIT\r\n")).startswith("250")
        assert (await peer.hear()).startswith("221")
    assert [source for source, _ in there.notes.taken] == ["mail:support", "mail:sales"]


async def test_a_size_that_is_announced_too_large(opened: Opens) -> None:
    there = await opened(max_bytes=100_000)
    async with wire(there) as peer:
        await peer.say("EHLO x\r\n")
        assert (await peer.say("MAIL FROM:<a@example.com> SIZE=100001\r\n")).startswith("552 5.3.4")
        assert (await peer.say("MAIL FROM:<a@example.com> SIZE=100000\r\n")).startswith("250")


async def test_what_is_too_large_is_read_to_its_end_and_not_kept(opened: Opens) -> None:
    there = await opened(max_bytes=100_000)
    async with wire(there) as peer:
        await peer.envelope()
        for _ in range(50):
            peer.writer.write(b"y" * 10_000 + b"\r\n")
            await peer.writer.drain()
            assert there.door.house.held <= 500_000
        assert (await peer.say(b"\r\n.\r\n")).startswith("552 5.3.4")
        assert there.door.house.held == 0
        await peer.envelope()
        assert (await peer.say(b"Subject: x\r\n\r\n.\r\n")).startswith("250")


async def test_all_connections_together_hold_a_bounded_amount(opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "HELD_MAILS", 1)
    there = await opened(max_bytes=100_000)
    async with wire(there) as first, wire(there) as second:
        await first.envelope()
        first.writer.write(b"x" * 90_000)
        await until(lambda: there.door.house.held >= 90_000)
        await second.envelope()
        assert (await second.say(b"x" * 50_000 + b"\r\n.\r\n")).startswith("452 4.3.1")
        assert (await first.say(b"\r\n.\r\n")).startswith("250")
    assert there.door.house.held == 0


async def test_a_peer_that_goes_in_the_middle_leaves_nothing(opened: Opens) -> None:
    there = await opened()
    async with wire(there) as peer:
        await peer.envelope()
        peer.writer.write(b"Subject: half")
        await until(lambda: there.door.house.held)
    await until(lambda: there.door.house.connections == 0)
    assert there.door.house.held == 0
    assert there.notes.taken == []


async def test_more_connections_than_we_serve_are_told_to_come_later(
        opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "CONNECTIONS", 1)
    there = await opened()
    async with wire(there), wire(there, "421 4.7.0"):
        pass
    await until(lambda: there.door.house.connections == 0)
    async with wire(there):
        pass


async def test_silence_ends_a_connection(opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "COMMAND_SECONDS", 0.05)
    there = await opened()
    async with wire(there) as peer:
        assert await peer.hear() == ""
    await until(lambda: there.door.house.connections == 0)


async def test_a_trickle_ends_too(opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "DATA_SECONDS", 0.05)
    there = await opened()
    async with wire(there) as peer:
        await peer.envelope()
        assert (await peer.say(b"x")).startswith("421")
        peer.writer.write(b"\r\nMAIL FROM:<boss@example.org>\r\n")
        assert await peer.hear() == "", "what belongs to the mail is never taken for a command"
    assert there.notes.taken == []
    await until(lambda: there.door.house.held == 0)


async def test_where_other_mail_leaves_no_room_the_peer_comes_again(
        opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "ROOM_SECONDS", 0.05)
    there = await opened()
    with await there.door.house.room.enter(10**12, long=False):
        async with wire(there) as peer:
            await peer.envelope()
            assert (await peer.say(b"Subject: x\r\n\r\n.\r\n")).startswith("451 4.3.0")
    assert there.notes.taken == []
    assert there.door.house.held == 0
    async with wire(there) as peer:
        await peer.envelope()
        assert (await peer.say(b"Subject: x\r\n\r\n.\r\n")).startswith("250")


async def test_messages_and_recipients_have_a_bound(opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "MESSAGES", 1)
    monkeypatch.setattr(conversation, "RECIPIENTS", 1)
    there = await opened()
    async with wire(there) as peer:
        await peer.say("EHLO x\r\n")
        await peer.say("MAIL FROM:<a@example.com>\r\n")
        await peer.say("RCPT TO:<support@example.org>\r\n")
        assert (await peer.say("RCPT TO:<sales@example.org>\r\n")).startswith("452 4.5.3")
        await peer.say("RSET\r\n")
        assert (await peer.say("MAIL FROM:<a@example.com>\r\n")).startswith("421 4.7.0")


@pytest.mark.parametrize("line", [b"x" * 200_000 + b"\r\n", b"MAIL FROM:<" + b"x" * 3000 + b">\r\n", b"\xff\xfe\r\n",
                                  b"RCPT TO:<support@example.org>\r\n", b"AUTH PLAIN AAAA\r\n", b"\r\n", b"DATA\r\n"])
async def test_nonsense_is_refused_and_the_talk_goes_on(opened: Opens, line: bytes) -> None:
    there = await opened()
    async with wire(there) as peer:
        await peer.say("EHLO x\r\n")
        assert (await peer.say(line))[:1] == "5"
        await peer.envelope()
        assert (await peer.say(b"Subject: x\r\n\r\n.\r\n")).startswith("250")


async def test_lmtp_refuses_for_each_recipient(opened: Opens) -> None:
    there = await opened(protocol="lmtp")
    there.notes.away()
    async with wire(there) as peer:
        assert (await peer.say("EHLO x\r\n")).startswith("500")
        await peer.say("LHLO x\r\n")
        await peer.say("MAIL FROM:<a@example.com>\r\n")
        for one in ("support", "sales"):
            assert (await peer.say(f"RCPT TO:<{one}@example.org>\r\n")).startswith("250")
        await peer.say("DATA\r\n")
        assert (await peer.say(b"Subject: x\r\n\r\n.\r\n")).startswith("451 4.3.0")
        assert (await peer.hear()).startswith("451 4.3.0")


async def _over_tls(certificate: Certificate) -> tuple[str, bytes]:
    listener = Listener(listen="127.0.0.1:0", certificate=str(certificate.certificate), key=str(certificate.key))
    notes = Notes()
    door = Door(listener, Intake(accounts(), notes, MemorySink(), lambda: AT, "mx.example.org"), "mx.example.org")
    await door.open()
    try:
        client = aiosmtplib.SMTP(hostname="localhost", port=door.port, start_tls=True, tls_context=certificate.trust,
                                 timeout=10)
        async with client:
            ehlo = await client.ehlo()
            await client.sendmail("a@example.com", ["support@example.org"], b"Subject: x\r\n\r\n" + b"y" * 500_000)
    finally:
        await door.close()
    return ehlo.message, notes.taken[0][1]


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_starttls_on_either_event_loop(certificate: Certificate, loop: object) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:  # type: ignore[arg-type]
        ehlo, raw = runner.run(_over_tls(certificate))
    assert "STARTTLS" not in ehlo
    assert b"with ESMTPS;" in raw
    assert len(raw) > 500_000


async def test_what_was_said_before_tls_does_not_count_behind_it(opened: Opens, certificate: Certificate) -> None:
    there = await opened(certificate=str(certificate.certificate), key=str(certificate.key))
    async with wire(there) as peer:
        assert "STARTTLS" in await peer.say("EHLO x\r\n")
        ahead = "MAIL FROM:<evil@example.com>\r\nRCPT TO:<support@example.org>\r\n"
        assert (await peer.say(f"STARTTLS\r\n{ahead}")).startswith("220")
        await peer.writer.start_tls(certificate.trust, server_hostname="localhost")
        assert (await peer.say("RCPT TO:<support@example.org>\r\n")).startswith("503")


async def test_a_new_certificate_is_taken_without_a_restart(opened: Opens, certificate: Certificate) -> None:
    there = await opened(certificate=str(certificate.certificate), key=str(certificate.key))
    before = there.door.house.tls
    assert isinstance(before, ssl.SSLContext)
    os.utime(certificate.certificate, (1, certificate.certificate.stat().st_mtime - 10))
    async with wire(there):
        assert there.door.house.tls is not before
