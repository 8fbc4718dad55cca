"""A mailbox with what fetches it, and everything that stands around it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import SecretStr

from channels.base import Address, Entry, Inbound, Kept, MailIn, Party
from channels.email.imap import Fetcher, Limits
from channels.email.oauth import Grants
from channels.email.ports import Account
from channels.email.room import Room
from channels.email.settings import Imap, Mailbox, Secrets
from tests.channels.email.memory import MailKeeper, MemoryLedger
from tests.support.clock import START, FakeClock
from tests.support.waiting import until

# Limits of what is waited for when all goes well are long; no test's outcome depends on how fast it is.
LIMITS = Limits(goodbye=1.0)
MAILBOX = "support"


def mail(number: int, size: int = 0, head: str = "") -> bytes:
    """A small mail, or one of about so many bytes."""
    filler = "".join(f"line {line} ({number})\r\n" for line in range(size // 16))
    return (f"From: ann{number}@example.org\r\nTo: support@example.com\r\nSubject: mail {number}\r\n{head}"
            f"Message-ID: <{number}@example.org>\r\n\r\nThis is mail {number}.\r\n{filler}").encode()


def account(port: int, user: str, password: str | None, security: str = "none", **more: Any) -> Account:
    """`more`: settings of the mailbox's IMAP part, and `oauth`, `refresh_token`."""
    oauth, refresh_token = more.pop("oauth", None), more.pop("refresh_token", None)
    imap = Imap.model_validate({"host": "localhost", "port": port, "security": security, "user": user,
                                "begin": "all"} | more)
    secrets = Secrets(password=SecretStr(password) if password is not None else None,
                      refresh_token=SecretStr(refresh_token) if refresh_token else None)
    return Account(Mailbox(id=MAILBOX, address="support@example.com", imap=imap, oauth=oauth), secrets)


class BrokenMailError(Exception):
    """This mail cannot be understood."""


@dataclass
class Reader:
    """Stands for the receiver: understands at once, breaks on what is in `broken`."""

    keeper: MailKeeper
    broken: set[bytes] = field(default_factory=set)
    before: Callable[[bytes], Awaitable[None]] | None = None
    most: int = 0  # mails at once
    _now: int = 0

    async def understand(self, raw: bytes, account: Account, entry: Entry | None = None, at: datetime | None = None,
                         *, oversized: bool = False) -> Inbound:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            if self.before is not None:
                await self.before(raw)
            if any(mark in raw for mark in self.broken):
                raise BrokenMailError
            return _inbound(raw, account, entry, at, oversized)
        finally:
            self._now -= 1

    async def take(self, inbound: Inbound) -> Kept:
        return await self.keeper.take_mail(inbound)


@dataclass
class Stage:
    account: Account
    clock: FakeClock = field(default_factory=FakeClock)
    tls: ssl.SSLContext | None = None
    limits: Limits = LIMITS
    grants: Grants | None = None
    room: Room | None = None
    pauses: list[float] = field(default_factory=list)
    patience: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.ledger = MemoryLedger(self.clock)
        self.keeper = MailKeeper(self.ledger)
        self.reader = Reader(self.keeper)

    def fetcher(self, account: Account | None = None) -> Fetcher:
        return Fetcher(account or self.account, self.ledger, self.reader, self.clock, grants=self.grants,
                       room=self.room, limits=self.limits, tls=self.tls, pause=self.pause)

    async def pause(self, seconds: float) -> None:
        """Notes how long it would have been; the long ones last until the test says so."""
        self.pauses.append(seconds)
        await asyncio.sleep(0.001)
        if seconds >= self.limits.patience:
            await self.patience.wait()

    @asynccontextmanager
    async def running(self, account: Account | None = None) -> AsyncIterator["asyncio.Task[None]"]:
        """The fetcher at work; a failure of its own fails the test."""
        task = asyncio.create_task(self.fetcher(account).run())
        try:
            yield task
        finally:
            early = task.done()
            task.cancel()
            await asyncio.wait({task})
            if early and not task.cancelled() and (error := task.exception()):
                raise error

    async def fetch_until(self, condition: Callable[[], object], account: Account | None = None) -> None:
        """Runs it until the condition holds."""
        async with self.running(account) as task:
            await until(lambda: condition() or task.done(), limit=8)

    async def fetch_all(self, count: int, account: Account | None = None) -> None:
        """Runs it until so many mails are kept."""
        await self.fetch_until(lambda: len(self.keeper.kept) >= count, account)
        assert len(self.keeper.kept) == count

    def with_imap(self, **settings: Any) -> Account:
        """The account with other settings."""
        assert self.account.mailbox.imap is not None
        imap = self.account.mailbox.imap.model_copy(update=settings)
        return replace(self.account, mailbox=self.account.mailbox.model_copy(update={"imap": imap}))


def _inbound(raw: bytes, account: Account, entry: Entry | None, at: datetime | None, oversized: bool) -> Inbound:
    key = sha256(raw).hexdigest()
    return Inbound(
        source=f"mail:{account.mailbox.id}", natural_key=key, channel="email",
        addresses=(Address("email", "ann@example.org"),), text="", at=at or START, raw=raw,
        content_type="message/rfc822", entry=entry,
        mail=MailIn(key=key, mail_id="<1@example.org>", author=Party("", "ann@example.org"),
                    mailbox=account.mailbox.id, warnings=("oversized",) if oversized else ()))
