"""What could not be understood: tried again once the reason is mended, or dismissed by a human who looked at it.

The row of the ledger stays what it is, with the decision beside it. A mail that is tried again arrives anew and gets a
row of its own, so that at every moment each row has one outcome.
"""

from typing import Protocol
from uuid import UUID

from channels.base import Entry, Inbound, Kept
from channels.email.ports import Account
from hub.errors import Conflict, WrongState
from hub.journal import Journal, reachable
from hub.mailboxes import Mailboxes
from hub.model import Actor
from hub.store import mailboxes as mailbox_store
from hub.store import quarantine as store
from hub.store.quarantine import Decision

_SOURCE = "mail:"
_INCOMPLETE = "no_data"  # the mailbox gave a part of it only


class Receives(Protocol):
    """Understands a mail and takes it in (`channels.email.receive.Receiver`)."""

    async def understand(self, raw: bytes, account: Account, entry: Entry | None = None) -> Inbound: ...

    async def take(self, inbound: Inbound) -> Kept: ...


class Quarantine:
    def __init__(self, journal: Journal, mailboxes: Mailboxes, receiver: Receives) -> None:
        self._pool = journal.pool
        self._now = journal.now
        self._mailboxes = mailboxes
        self._receiver = receiver

    async def raw(self, arrival_id: UUID) -> bytes:
        """Raises NotFound."""
        return (await store.one(self._pool, arrival_id))["bytes"] or b""

    async def again(self, actor: Actor, arrival_id: UUID) -> Kept | None:
        """Through the channel once more, as it came; None: it will be fetched anew, because too little of it is here.

        Raises `NotFound`, `WrongState`, `Conflict`, and `Refused` where nothing could be written. A crash in between
        leaves it in quarantine: tried once more, it is found to be a copy.
        """
        row = await store.one(self._pool, arrival_id)
        if row["decision"] is not None:
            raise _decided()
        account = self._account(row["source"])
        entry = await store.entry(self._pool, account.mailbox.id, row)
        kept = None
        if not row["bytes"] or row["reason"] == _INCOMPLETE:
            if entry is not None:  # otherwise the mailbox has moved, and is read again where it is now
                await self._pool.execute(mailbox_store.sql["forget"], entry.mailbox, entry.uidvalidity, entry.uid)
            await self._mailboxes.ask(account.mailbox.id)
        else:
            kept = await self._receiver.take(await self._receiver.understand(row["bytes"] or b"", account, entry))
        await self._decide(actor, arrival_id, "again", "")
        return kept

    async def dismiss(self, actor: Actor, arrival_id: UUID, reason: str) -> None:
        """Nothing is to be done about it. Bytes and row stay. Raises `NotFound` and `WrongState`."""
        await store.one(self._pool, arrival_id)
        if not await self._decide(actor, arrival_id, "dismissed", reason):
            raise _decided()

    async def _decide(self, actor: Actor, arrival_id: UUID, what: str, reason: str) -> bool:
        with reachable():
            return await store.decide(self._pool, arrival_id, Decision(what, reason, actor.id, self._now()))

    def _account(self, source: str) -> Account:
        if not source.startswith(_SOURCE):
            raise WrongState("Only mails can be tried again; this came another way.", code="no_mail")
        account = self._mailboxes.get(source.removeprefix(_SOURCE))
        if account is None:
            raise Conflict("Its mailbox is not there any more. Add it again first.", code="no_mailbox")
        return account


def _decided() -> WrongState:
    return WrongState("Somebody has decided about this already.", code="decided")
