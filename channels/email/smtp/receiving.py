"""What is done with a mail that a mail server has handed in: one copy for each mailbox of ours, each committed."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Protocol

import structlog

from channels.base import Entry, Inbound, Kept, Refused, Sink
from channels.email.ports import Account, Accounts

log = structlog.get_logger()
TAKE_SECONDS = 60.0  # for understanding and committing one mail
KEPT = "250 2.0.0 Kept"
AWAY = "451 4.3.0 Cannot keep mail now, try again later"


class Receives(Protocol):
    """Understands mail and takes it in (`channels.email.receive.Receiver`)."""

    async def understand(self, raw: bytes, account: Account, entry: Entry | None, at: datetime) -> Inbound: ...

    async def take(self, inbound: Inbound) -> Kept: ...


@dataclass(frozen=True, slots=True)
class Handed:
    """An envelope with its content, and where it came from."""

    sender: str  # "<>": a mail that nobody may answer (RFC 5321, section 4.5.5)
    recipients: tuple[str, ...]
    content: bytes
    peer: str
    greeting: str
    protocol: str  # as in the list of RFC 3848, such as ESMTPS


class Intake:
    """Answers with an SMTP reply for each recipient. 250 means committed, in whatever form it had to be kept."""

    def __init__(self, accounts: Accounts, receiver: Receives, sink: Sink, now: Callable[[], datetime],
                 hostname: str) -> None:
        self._accounts = accounts
        self._receiver = receiver
        self._sink = sink
        self._now = now
        self._hostname = hostname

    def greet(self, recipient: str) -> str | None:
        """Why mail for `recipient` is refused; None: it is welcome."""
        account = self._accounts.of_address(recipient)
        if account is None:
            return "550 5.1.1 No such mailbox here"
        return None if account.mailbox.enabled else "450 4.2.1 This mailbox is switched off"

    async def take(self, handed: Handed) -> tuple[str, ...]:
        """One reply for each recipient, in their order. Two recipients that are one mailbox share a copy."""
        replies: dict[str, str] = {}
        accounts = [self._accounts.of_address(one) for one in handed.recipients]
        for account in accounts:
            if account is not None and account.mailbox.id not in replies:
                same = (one for one, other in zip(handed.recipients, accounts, strict=True) if other == account)
                replies[account.mailbox.id] = await self._keep(handed, account, same)
        gone = "451 4.2.1 The mailbox has gone in the meantime"
        return tuple(replies[one.mailbox.id] if one is not None else gone for one in accounts)

    async def _keep(self, handed: Handed, account: Account, recipients: Iterable[str]) -> str:
        at = self._now()
        raw = _trace(handed, recipients, self._hostname, at) + handed.content
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                return await self._understood(raw, account, at)
        except Refused as refused:
            log.warning("mail.listener.refused", mailbox=account.mailbox.id, code=refused.code)
        except TimeoutError:
            log.warning("mail.listener.timeout", mailbox=account.mailbox.id, limit=TAKE_SECONDS)
        except Exception as problem:  # the peer keeps it and comes again, which is what a mail server is for
            log.exception("mail.listener.broke", mailbox=account.mailbox.id, error=type(problem).__name__)
        return AWAY

    async def _understood(self, raw: bytes, account: Account, at: datetime) -> str:
        try:
            inbound = await self._receiver.understand(raw, account, None, at)
        except Exception as problem:  # a bug of ours must not cost anybody a mail
            log.exception("mail.listener.not_understood", mailbox=account.mailbox.id)
            key = "unread:" + sha256(raw).hexdigest()
            source = f"mail:{account.mailbox.id}"
            await self._sink.quarantine(source, key, raw, "message/rfc822", type(problem).__name__)
            return KEPT
        await self._receiver.take(inbound)
        return KEPT


def _trace(handed: Handed, recipients: Iterable[str], hostname: str, at: datetime) -> bytes:
    """The lines that final delivery puts in front (RFC 5321, section 4.4): the envelope would be lost otherwise."""
    sender = "" if handed.sender == "<>" else _plain(handed.sender)
    lines = [f"Return-Path: <{sender}>"]
    for one in map(_plain, recipients):
        lines += [f"Delivered-To: {one}", f"X-Original-To: {one}"]
    lines += [f"Received: from {_plain(handed.greeting) or 'unknown'} ([{handed.peer}])",
              f"\tby {hostname} with {handed.protocol}; {format_datetime(at)}"]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or "\udc80" <= letter <= "\udcff")[:400]
