"""Watches one mailbox: everything in it gets into the ledger, once, whoever else reads, marks or deletes there."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from channels.email.imap.drain import Drain
from channels.email.imap.folder import Folder
from channels.email.imap.intake import Intake, Pause, Understanding
from channels.email.imap.limits import Limits
from channels.email.imap.link import Link
from channels.email.imap.login import opened
from channels.email.imap.names import imap_date
from channels.email.imap.problem import ImapError
from channels.email.imap.settle import settle
from channels.email.oauth import Grants
from channels.email.ports import Account, MailboxLedger
from channels.email.room import Room
from channels.email.settings import Imap, Known, Verified

_LOOKS_IN_VAIN = 3
# Trying again soon helps nobody, and may lock the account.
_HOPELESS = frozenset({"log_in", "no_secret", "refresh_denied"})


class Fetcher:
    """`run` until cancelled. It raises on everything that a new connection may mend, having told the ledger why.

    `grants` are shared with whatever else logs in to this mailbox, `room` with whatever else takes mail in; `tls` and
    `pause` are for tests.
    """

    def __init__(self, account: Account, ledger: MailboxLedger, receiver: Understanding,
                 now: Callable[[], datetime], *, grants: Grants | None = None, room: Room | None = None,
                 limits: Limits | None = None, tls: ssl.SSLContext | None = None, pause: Pause = asyncio.sleep) -> None:
        self._account = account
        self._ledger = ledger
        self._receiver = receiver
        self._now = now
        self._grants = grants or Grants(now)
        self._room = room or Room()
        self._limits = limits or Limits()
        self._tls = tls
        self._pause = pause
        self._id = account.mailbox.id
        self._imap = _imap(account)
        self._verify_at = now()
        self._seen = 0  # the highest uid that a search has shown
        self._owed: tuple[int, ...] = ()  # found missing by a comparison, and not in the ledger yet
        self._can_idle = True
        self._in_vain = 0  # looks in a row that found nothing

    async def run(self) -> None:
        """Raises ImapError, and whatever the ledger raises."""
        try:
            await self._session()
        except ImapError as problem:
            await self._ledger.problem(problem.code, problem.text)
            if problem.code in _HOPELESS:
                await self._have_patience()
            raise

    async def _session(self) -> None:
        link = Link(self._imap, self._limits, self._tls)
        await opened(link, self._account, self._grants)
        try:
            folder = await Folder.open(link, self._imap.folder, self._limits, write=self._imap.after != "leave")
            await self._meet(folder)
            await self._ledger.connected()
            self._verify_at = self._now()
            while True:
                await self._look(folder)
                await folder.noop()
        finally:
            await link.close()

    async def _meet(self, folder: Folder) -> None:
        """The first time, or the first time under new numbers."""
        known = await self._ledger.known()
        if known.uidvalidity is None:
            begin_above = 0 if self._imap.begin == "all" else await folder.next_uid() - 1
            await self._ledger.begin(folder.uidvalidity, begin_above)
        elif known.uidvalidity != folder.uidvalidity:
            await self._ledger.begin(folder.uidvalidity, await self._renumbered(folder, known.begun_at))

    async def _renumbered(self, folder: Folder, begun_at: datetime | None) -> int:
        """All is read again, and what is known is recognised; what lay there before us is left alone again.

        IMAP searches by days of the server's own, so that a few mails of the days before may come, and none is missed.
        """
        if self._imap.begin == "all" or begun_at is None:
            return 0
        recent = await folder.search("SINCE", imap_date(begun_at - timedelta(days=1)))
        return (recent[0] if recent else await folder.next_uid()) - 1

    async def _look(self, folder: Folder) -> None:
        """One round: what is new, what is owed, what is due; then waiting until there may be more."""
        known = await self._ledger.known()
        failing = await self._take_new(folder, known)
        if self._ledger.asked.is_set() or self._now() >= self._verify_at:
            await self._verify(folder, failing)
        if self._owed:
            attempts = (await self._ledger.known()).attempts
            self._owed = tuple(await self._drain(folder, self._owed, attempts, None))
        await self._settle(folder)
        await self._wait(folder, self._limits.poll if failing or self._owed else self._limits.idle)

    async def _take_new(self, folder: Folder, known: Known) -> list[int]:
        folder.news.clear()  # before asking: what comes from now on is another look's
        found = await folder.above(known.high_water)
        self._seen = found[-1] if found else known.high_water
        uids = [uid for uid in found if uid not in known.above]
        self._in_vain = 0 if uids else self._in_vain + 1
        failing = await self._drain(folder, uids, known.attempts, known.high_water)
        if found and not failing and found[-1] not in uids[-1:]:
            await self._ledger.raise_to(folder.uidvalidity, found[-1])
        return failing

    async def _drain(self, folder: Folder, uids: Sequence[int], attempts: dict[int, int],
                     high_water: int | None) -> list[int]:
        if not uids:
            return []
        intake = Intake(self._account, self._ledger, self._receiver, self._now, self._limits, self._pause,
                        self._room)
        drain = Drain(self._id, folder, intake, self._ledger, self._limits, self._imap.max_bytes)
        try:
            return await drain.run(uids, attempts, high_water)
        except ImapError:
            await intake.landed()  # what has come is taken, whatever became of the connection
            raise
        finally:
            await intake.drop()

    async def _verify(self, folder: Folder, failing: Sequence[int]) -> None:
        """Compares all that lies in the mailbox, up to the last search, with the ledger. What fails is known to."""
        self._ledger.asked.clear()
        present = [uid for uid in await folder.search("ALL") if uid <= self._seen]
        count, absent = await self._ledger.compare(folder.uidvalidity, present)
        tried = frozenset(failing)
        missing = tuple(uid for uid in absent if uid not in tried)
        await self._ledger.verified(Verified(at=self._now(), uidvalidity=folder.uidvalidity, present=count,
                                             missing=missing))
        self._owed = missing
        self._verify_at = self._now() + timedelta(seconds=self._limits.verify)

    async def _settle(self, folder: Folder) -> None:
        try:
            code = await settle(self._id, self._imap, folder, self._ledger, self._limits)
        except ImapError as problem:
            if not folder.alive:
                raise
            await self._ledger.problem(problem.code, problem.text)  # mail goes on coming all the same
            return
        if code is not None:
            await self._ledger.problem(code, "")

    async def _wait(self, folder: Folder, seconds: float) -> None:
        if folder.news.is_set() and self._in_vain > _LOOKS_IN_VAIN:  # it announces mail with every answer
            await self._pause(self._limits.away)
        seconds = max(0.0, min(seconds, (self._verify_at - self._now()).total_seconds()))
        if self._can_idle and folder.can_idle:
            self._can_idle = await folder.idle(seconds, self._ledger.asked)
        else:
            await folder.rest(min(seconds, self._limits.poll), self._ledger.asked)

    async def _have_patience(self) -> None:
        """A long pause, which ends when somebody asks for the mailbox."""
        self._ledger.asked.clear()  # this attempt was the answer
        pausing = asyncio.ensure_future(self._pause(self._limits.patience))
        asking = asyncio.create_task(self._ledger.asked.wait())
        try:
            await asyncio.wait({pausing, asking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pausing.cancel()
            asking.cancel()
            await asyncio.gather(pausing, asking, return_exceptions=True)


def _imap(account: Account) -> Imap:
    if account.mailbox.imap is None:
        raise ValueError(f"mailbox {account.mailbox.id} is not fetched by IMAP")
    return account.mailbox.imap
