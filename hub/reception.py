"""The hub as a channel sees it: `channels.base.Sink` over intake, outbox and the customer's own view."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import (
    Accepted,
    Address,
    Conversation,
    File,
    FileRef,
    Inbound,
    Kept,
    Mark,
    Receipt,
    Refused,
    Standing,
)
from channels.email.ports import Account, Accounts
from hub.doorbell import Typing
from hub.errors import HubError, Unavailable
from hub.intake import Intake
from hub.journal import reachable
from hub.outbox import Outbox
from hub.reports import Reports
from hub.store import conversation as store
from hub.store import dispatch, files
from hub.threads import Threads
from hub.waits import Waits

RETRY = 2.0  # seconds after which it is worth trying again when the database was away

_SHOWN: dict[str, Literal["queued", "active", "ended"]] = {
    "queued": "queued",
    "offered": "queued",
    "active": "active",
    "waiting": "active",
    "parked": "active",
    "wrapping": "ended",
    "done": "ended",
}


@contextmanager
def in_its_words() -> Iterator[None]:
    """A channel knows `Refused` and nothing of the hub's own errors."""
    try:
        yield
    except HubError as refused:
        raise Refused(refused.code, refused.status, refused.fields, refused.after or _again(refused)) from refused


def _again(refused: HubError) -> float | None:
    return RETRY if isinstance(refused, Unavailable) else None


class _NoMailboxes:
    """A hub that nobody writes mails to."""

    def get(self, mailbox_id: str) -> Account | None:
        return None

    def of_address(self, address: str) -> Account | None:
        return None

    def all(self) -> Sequence[Account]:
        return ()


NO_MAILBOXES: Accounts = _NoMailboxes()


class Reception:
    def __init__(self, intake: Intake, outbox: Outbox, accounts: Accounts = NO_MAILBOXES) -> None:
        self._intake = intake
        self._outbox = outbox
        self._threads = Threads(intake, accounts, Reports(intake))
        self._journal = intake.journal
        self._waits = Waits(intake.journal)

    async def take_in(self, inbound: Inbound) -> Accepted:
        with in_its_words(), reachable():
            return await self._intake.take_in(inbound)

    async def take_mail(self, inbound: Inbound) -> Kept:
        with in_its_words(), reachable():
            return await self._threads.take_mail(inbound)

    async def take_receipt(self, receipt: Receipt) -> None:
        with in_its_words(), reachable():
            await self._outbox.receipt(receipt)

    async def refuse(self, source: str, raw: bytes, content_type: str, reason: str) -> None:
        with in_its_words(), reachable():
            await self._intake.refuse(source, raw, content_type, reason)

    async def quarantine(self, source: str, natural_key: str, raw: bytes, content_type: str, reason: str) -> None:
        with in_its_words(), reachable():
            await self._intake.quarantine(source, natural_key, raw, content_type, reason)

    async def leave(self, address: Address, channel: str) -> None:
        with in_its_words(), reachable():
            await self._intake.leave(address, channel)

    async def read_up_to(self, address: Address, channel: str, number: int, mark: Mark) -> None:
        with in_its_words(), reachable():
            latest = await store.latest(self._journal.pool, address, channel)
            if latest is not None:
                await self._outbox.read_up_to(latest["id"], number, mark)

    async def conversation(self, address: Address, channel: str, after: int = 0) -> Conversation:
        with in_its_words(), reachable():
            latest = await store.latest(self._journal.pool, address, channel)
            if latest is None:
                return Conversation(None, ())
            messages = await store.said(self._journal.pool, latest["id"], after)
            return Conversation(await self._standing(latest, channel), messages)

    async def keep_file(self, owner: str, file: File) -> FileRef:
        with in_its_words(), reachable():
            return await self._intake.keep_file(owner, file)

    async def file(self, owner: str, file_id: UUID) -> tuple[FileRef, bytes]:
        """A file of the visitor's own conversation, or one that he put up. Raises `Refused` (404)."""
        with in_its_words(), reachable():
            pool = self._journal.pool
            row = await files.one(pool, file_id)
            visitor = owner.removeprefix("visitor:")
            if row is None or not (row["owner"] == owner or await files.readable_by_visitor(pool, file_id, visitor)):
                raise Refused("not_found", 404)
            return files.ref(row), row["bytes"]

    async def sent_file(self, file_id: UUID) -> tuple[FileRef, bytes]:
        """A file that hangs on a message of ours. Raises `Refused` (404)."""
        with in_its_words(), reachable():
            row = await files.sent(self._journal.pool, file_id)
            if row is None:
                raise Refused("not_found", 404)
            return files.ref(row), row["bytes"]

    async def typing(self, address: Address, channel: str, on: bool) -> None:
        with in_its_words(), reachable():
            latest = await store.latest(self._journal.pool, address, channel)
            if latest is not None and latest["agent_id"] is not None:
                self._journal.ring(Typing(latest["id"], frozenset({latest["agent_id"]}), "customer", on))

    async def _standing(self, latest: asyncpg.Record, channel: str) -> Standing:
        shown = _SHOWN[latest["state"]]
        pool, now = self._journal.pool, self._journal.now()
        ready, places = await store.staff(pool, latest["queue_id"], now, self._intake.weight(channel).units)
        position = wait = None
        if shown == "queued":
            _, policy = self._intake.placement.current()
            if dispatch.has_places(latest["queue_id"], policy):
                position = await dispatch.ahead(pool, latest["id"], latest["queue_id"], policy) + 1
                wait = await self._waits.told(latest["id"], latest["queue_id"], position, places)
        return Standing(
            latest["id"],
            latest["reference"],
            shown,
            latest["agent_name"] if shown != "queued" else None,
            position,
            wait,
            ready > 0,
        )
