"""Keeps one loop running for each mailbox whose lease this hub has, and none for the others."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from channels.email.ports import Account, MailboxLedger
from hub.errors import Unavailable
from hub.journal import AWAY
from hub.mailbox_ledger import Ledger
from hub.mailboxes import Listed, Mailboxes
from hub.store import mailboxes as store
from hub.tasks import Interrupted, Tasks

log = structlog.get_logger()
LEASE = timedelta(seconds=15)
TICK = 4.0  # seconds; a lease is renewed three times before it would lapse
LONGEST_PAUSE = 120.0  # seconds between two attempts at a mailbox that cannot be reached

Fetch = Callable[[Account, MailboxLedger], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A loop that runs, and for which settings."""

    account: Account
    ledger: Ledger


class Keeper:
    """`node` is this hub among others. Two that fetch the same mailbox for a moment cost work and nothing else."""

    def __init__(self, mailboxes: Mailboxes, tasks: Tasks, fetch: Fetch, node: str) -> None:
        self._mailboxes = mailboxes
        self._tasks = tasks
        self._fetch = fetch
        self._node = node
        self._kept: dict[str, Kept] = {}
        self._asked: dict[str, datetime] = {}

    async def run(self) -> None:
        while True:
            await self.step()
            try:
                async with asyncio.timeout(TICK):
                    await self._mailboxes.changed.wait()
            except TimeoutError:
                pass

    async def step(self) -> None:
        """Raises what the database raises: whatever runs goes on meanwhile."""
        self._mailboxes.changed.clear()
        await self._mailboxes.refresh()
        wanted = {one.id: one for one in self._mailboxes.everything() if one.fetched}
        now = self._mailboxes.now()
        mine = await store.claim(self._mailboxes.pool, sorted(wanted), self._node, now + LEASE, now) if wanted else {}
        for mailbox in [one for one, kept in self._kept.items()
                        if one not in mine or kept.account != wanted[one].account]:
            await self._end(mailbox, give_up=mailbox not in wanted)
        for mailbox, asked_at in mine.items():
            if mailbox not in self._kept:
                self._begin(wanted[mailbox])
            self._pass_on(mailbox, asked_at)

    async def stop(self) -> None:
        """Ends all loops and leaves the mailboxes to other hubs at once."""
        for mailbox in list(self._kept):
            await self._end(mailbox, give_up=True)

    def _begin(self, one: Listed) -> None:
        ledger = self._mailboxes.ledger(one.id)
        assert ledger is not None, "it is listed"
        self._kept[one.id] = Kept(one.account, ledger)
        self._tasks.supervise(f"mail:{one.id}", lambda: self._fetching(one.id, ledger), on_failure="restart",
                              longest=LONGEST_PAUSE)

    async def _end(self, mailbox: str, *, give_up: bool) -> None:
        del self._kept[mailbox]
        self._asked.pop(mailbox, None)
        await self._tasks.end(f"mail:{mailbox}")
        if give_up:
            try:
                await store.release(self._mailboxes.pool, [mailbox], self._node)
            except AWAY as error:  # it lapses by itself
                log.warning("mailboxes.lease_not_given_up", mailbox=mailbox, error=type(error).__name__)

    def _pass_on(self, mailbox: str, asked_at: datetime | None) -> None:
        if asked_at is not None and self._asked.get(mailbox) != asked_at:
            self._asked[mailbox] = asked_at
            self._kept[mailbox].ledger.asked.set()

    async def _fetching(self, mailbox: str, ledger: Ledger) -> None:
        """One attempt. What goes wrong is shown with the mailbox, and stays out of the log: it may name people."""
        account = self._mailboxes.get(mailbox)
        if account is None:
            return
        try:
            await self._fetch(account, ledger)
        except (*AWAY, Unavailable):
            raise
        except Exception as error:
            code = getattr(error, "code", None)  # the channel has noted its own problems with the mailbox already
            if code is None:
                log.exception("mailboxes.broke", mailbox=mailbox)
                await ledger.problem("broken", type(error).__name__)
            else:
                log.warning("mailboxes.problem", mailbox=mailbox, code=code)
            raise Interrupted from None
