"""What the fetching of one mailbox needs to have kept for it. The hub keeps it; tests keep it in memory."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from channels.base import Entry
from channels.email.settings import Known, Mailbox, Secrets, Verified


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox, and what it takes to get in."""

    mailbox: Mailbox
    secrets: Secrets


class Accounts(Protocol):
    """All mailboxes there are now; they come and go while the hub runs. Read from memory, at no cost."""

    def get(self, mailbox_id: str) -> Account | None: ...

    def of_address(self, address: str) -> Account | None:
        """Whose address or alias this is, letters of any case, with or without a detail (support+x@)."""

    def all(self) -> Sequence[Account]: ...


class MailboxLedger(Protocol):
    """The memory of one mailbox. Every verb returns only after COMMIT. `asked` is set to have it verified now."""

    asked: asyncio.Event

    async def known(self) -> Known: ...

    async def begin(self, uidvalidity: int, high_water: int) -> None:
        """A mailbox seen for the first time, or numbered anew (UIDVALIDITY changed): counts from `high_water` on.

        After a change of UIDVALIDITY all is fetched again and found to be known by its key; where old mail was to be
        left alone, that of the last weeks.
        """

    async def raise_to(self, uidvalidity: int, high_water: int) -> None:
        """Every mail up to here is in the ledger, or gone."""

    async def failed(self, entry: Entry, reason: str) -> int:
        """One more attempt at a mail has failed. Returns how many have."""

    async def quarantined(self, entry: Entry, raw: bytes, reason: str) -> None:
        """Gives up on a mail for now: raw bytes (as far as they could be had) and entry are kept, a human is told."""

    async def compare(self, uidvalidity: int, present: Sequence[int]) -> tuple[int, tuple[int, ...]]:
        """Of the uids that lie in the mailbox: how many this hub is to have (those above where `begin` made it count
        from), and which of these are not in the ledger (a failing one is not). `known` trusts its high water instead.
        """

    async def settled(self, entries: tuple[Entry, ...], what: str) -> None:
        """The mailbox was told: `mark`, `move` or `delete`; `keep`: it stays there, because not all of it is here."""

    async def deletable(self, uidvalidity: int, days: int) -> tuple[int, ...]:
        """Uids stored or duplicate at least so many days ago and never `settled`, in order."""

    async def connected(self) -> None:
        """The mailbox answers; ends a problem."""

    async def verified(self, found: Verified) -> None: ...

    async def problem(self, code: str, text: str) -> None:
        """Why no mail comes now: shown to administrators, in health, and counted."""


class AwayError(Exception):
    """What keeps the refresh tokens cannot be reached, or another hub is busy with this one for too long."""


class Consent(Protocol):
    """One refresh token, held alone."""

    @property
    def token(self) -> str:
        """The newest one that is known anywhere, whichever hub was given it."""

    async def replaced(self, spent: str, token: str) -> None:
        """The provider took `spent` and gave `token` instead. Where another hub has noted a successor of `spent`
        meanwhile, that one stays.
        """


class Consents(Protocol):
    """The refresh tokens of all mailboxes. Many providers take each of them once only, so that whoever spends one is
    alone with it among all hubs, and what it was replaced by is kept before anything is done with what it gave.
    """

    def alone(self, account: Account) -> AbstractAsyncContextManager[Consent]:
        """Nobody else has the token of this account meanwhile, who may be one that is only tried and not saved yet.

        Leaving it returns after COMMIT. Raises AwayError, also on leaving.
        """


class Troubles(Protocol):
    """What is wrong with a mailbox apart from fetching: shown with it to administrators."""

    def trouble(self, mailbox_id: str, code: str, text: str) -> Coroutine[Any, Any, None]:
        """`code` begins with `send_` or `copy_`. What keeps mail from coming in is shown rather than this."""

    def mended(self, mailbox_id: str, kind: str) -> Coroutine[Any, Any, None]:
        """`send` or `copy` works; mail that waited because it did not goes now."""
