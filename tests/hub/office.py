"""Mailboxes of a hub for tests: an administrator, and what he enters."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

import asyncpg

from channels.email.settings import Known
from hub.clock import NewId
from hub.mail_settings import ConfiguredMailbox
from hub.mailbox_ledger import Ledger
from hub.mailbox_setup import Setup
from hub.mailboxes import Mailboxes
from hub.sealing import Seal
from hub.wire_mail import MailboxView, PutMailbox
from tests.support.clock import FakeClock

SECRET = "s" * 32
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
IMAP = {"host": "imap.example.org", "user": "support", "port": 993}


def wanted(one: str = "support", *, version: int = 0, secrets: dict[str, str] | None = None, **more: object,
           ) -> PutMailbox:
    mailbox = {"id": one, "address": f"{one}@example.org", "imap": IMAP, **more}
    return PutMailbox.model_validate({"mailbox": mailbox, "version": version,
                                      "secrets": {"password": "hush"} if secrets is None else secrets})


@dataclass
class Office:
    """Mailboxes of one hub, and an administrator."""

    pool: Pool
    clock: FakeClock
    mailboxes: Mailboxes
    setup: Setup
    admin: UUID

    async def add(self, one: str = "support", **more: object) -> None:
        await self.setup.put(one, wanted(one, **more), self.admin)  # type: ignore[arg-type]

    async def view(self, name: str = "support") -> MailboxView:
        return await self.setup.view(name)

    async def refreshed(self, name: str = "support") -> Known:
        """What a hub knows that has just begun."""
        await self.mailboxes.refresh()
        return await self.ledger(name).known()

    def ledger(self, name: str = "support") -> Ledger:
        found = self.mailboxes.ledger(name)
        assert found is not None
        return found


def an_office(pool: Pool, clock: FakeClock, new_id: NewId, admin: UUID, *configured: ConfiguredMailbox,
              secret: str = SECRET) -> Office:
    mailboxes = Mailboxes(pool, clock, new_id, Seal(secret), configured)
    return Office(pool, clock, mailboxes, Setup(mailboxes, ["support", "sales"], [993, 143, 587]), admin)
