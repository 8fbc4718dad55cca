"""Plays a mail server that delivers to the hub's listener."""

import asyncio
from collections.abc import Mapping
from email.message import EmailMessage
from uuid import UUID

import aiosmtplib

from channels.base import Inbound
from channels.email.channel import Email
from channels.email.parse import parse
from channels.email.parse.model import Mail
from channels.email.settings import Listener
from channels.email.understand import understand
from tests.channels.email.smtp.sample import TOKENS, accounts
from tests.channels.kit.driver import Answer, Stored
from tests.channels.kit.sink import MemorySink
from tests.support.clock import FakeClock

LATER = 300.0  # seconds: when mail servers usually come again after 4xx


class AtOnce:
    """The parser without a process of its own."""

    async def parse(self, raw: bytes) -> Mail:
        return parse(raw)

    async def close(self) -> None:
        pass


class MailServer:
    def __init__(self) -> None:
        self.sink = MemorySink()
        self.accounts = accounts()
        listener = Listener(listen="127.0.0.1:0", max_bytes=100_000)
        self.channel = Email(self.sink, self.accounts, TOKENS, listener, FakeClock(), "mx.example.org",
                             AtOnce())  # type: ignore[arg-type]

    async def deliver(self, key: UUID, text: str) -> Answer:
        return await self.hand_in(letter(key, text), "support@example.org")

    async def hand_in(self, raw: bytes, *recipients: str) -> Answer:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=self.channel.port, timeout=10)
        async with client:
            try:
                await client.sendmail("ann@example.com", list(recipients), raw)
            except aiosmtplib.SMTPRecipientsRefused as refused:
                return _refused(refused.recipients[0])
            except aiosmtplib.SMTPResponseException as refused:
                return _refused(refused)
        return Answer(True, reference=self.sink.threads[-1][2].standing.reference)

    async def deliver_malformed(self) -> Mapping[str, Answer]:
        """Nothing in a mail is malformed enough to be turned away; envelopes are."""
        good = letter(UUID(int=5), "Hello")
        return {
            "nobody of ours": await self.hand_in(good, "nobody@example.org"),
            "another domain": await self.hand_in(good, "support@example.com"),
            "no address": await self.hand_in(good, "support"),
            "too large": await self.hand_in(good + b"x" * 100_000, "support@example.org"),
        }

    def replay(self, stored: Stored) -> Inbound:
        account = self.accounts.get(stored.source.removeprefix("mail:"))
        assert account is not None
        return understand(parse(stored.raw), stored.raw, account, None, stored.at, TOKENS)


def letter(key: UUID, text: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ann Li <ann@example.com>", "support@example.org"
    mail["Subject"], mail["Message-ID"] = "No light", f"<{key}@example.com>"
    mail["Date"] = "Mon, 02 Mar 2026 08:59:00 +0000"
    mail.set_content(text)
    return mail.as_bytes()


def _refused(answer: aiosmtplib.SMTPResponseException) -> Answer:
    later = 400 <= answer.code < 500
    return Answer(False, "unavailable" if later else answer.message.split()[0], after=LATER if later else None)


async def running(server: MailServer) -> asyncio.Task[None]:
    await server.channel.open()
    return asyncio.create_task(server.channel.listen())
