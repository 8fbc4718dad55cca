"""From the bytes of a mail to the ledger, several at once. No mail stops another."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Protocol

from channels.base import Entry, Inbound, Kept, Refused
from channels.email.imap.limits import Limits
from channels.email.ports import Account, MailboxLedger
from channels.email.room import Place, Room

Pause = Callable[[float], Awaitable[Any]]


class Understanding(Protocol):
    """What `channels.email.receive.Receiver` does for us."""

    async def understand(self, raw: bytes, account: Account, entry: Entry | None = None, at: datetime | None = None,
                         *, oversized: bool = False) -> Inbound: ...

    async def take(self, inbound: Inbound) -> Kept: ...


class AwayError(Exception):
    """Nothing can be kept now, whatever it is. `after`: seconds."""

    def __init__(self, after: float | None) -> None:
        super().__init__("away")
        self.after = after


class Intake:
    """At most `in_flight` batches at once; `done` are the mails that have an outcome in the ledger."""

    def __init__(self, account: Account, ledger: MailboxLedger, receiver: Understanding,
                 now: Callable[[], datetime], limits: Limits, pause: Pause, room: Room) -> None:
        self._account = account
        self._ledger = ledger
        self._receiver = receiver
        self._now = now
        self._limits = limits
        self._pause = pause
        self.room = room
        self._slots = asyncio.Semaphore(limits.in_flight)
        self._flying: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        self.done: set[int] = set()

    async def take(self, mails: Sequence[tuple[Entry, bytes]], oversized: bool = False,
                   place: Place | None = None) -> None:
        """Begins, and returns as soon as there is room for them. Raises what made an earlier batch impossible.

        All are understood before the first is kept, so that they reach the hub together and are written together.
        `place`: where they are already, handed over with them.
        """
        await self._slots.acquire()
        try:
            if self._error is not None:
                raise self._error
            place = place.handed_over() if place else await self.room.enter(
                sum(len(raw) for _, raw in mails), long=False)
        except BaseException:
            self._slots.release()
            raise
        self._start(self._take(mails, oversized), place)

    async def landed(self) -> None:
        """All that were begun have ended."""
        while self._flying:
            await asyncio.wait(self._flying)
        if self._error is not None:
            raise self._error

    async def drop(self) -> None:
        """Gives up what has not ended: nothing is lost, because the mailbox still has it."""
        for task in self._flying:
            task.cancel()
        await asyncio.gather(*self._flying, return_exceptions=True)

    async def failed(self, entry: Entry, raw: bytes, reason: str) -> None:
        """One more attempt was in vain; after the last one the mail is put aside, and a human is told."""
        if await self._ledger.failed(entry, reason) >= self._limits.attempts:
            await self._ledger.quarantined(entry, raw, reason)
            self.done.add(entry.uid)

    def _start(self, work: Coroutine[Any, Any, None], place: Place) -> None:
        task = asyncio.create_task(work)
        self._flying.add(task)
        task.add_done_callback(lambda task: self._ended(task, place))

    def _ended(self, task: "asyncio.Task[None]", place: Place) -> None:
        self._flying.discard(task)
        self._slots.release()
        place.leave()
        if not task.cancelled() and (error := task.exception()) and self._error is None:
            self._error = error

    async def _take(self, mails: Sequence[tuple[Entry, bytes]], oversized: bool) -> None:
        understood = await asyncio.gather(*(self._understood(entry, raw, oversized) for entry, raw in mails))
        pairs = zip(mails, understood, strict=True)
        await asyncio.gather(*(self._kept(*mail, inbound, oversized) for mail, inbound in pairs if inbound is not None))

    async def _understood(self, entry: Entry, raw: bytes, oversized: bool) -> Inbound | None:
        try:
            async with asyncio.timeout(self._limits.understand):
                return await self._receiver.understand(raw, self._account, entry, self._now(), oversized=oversized)
        except Exception as error:  # whatever is wrong with this mail, the next one goes on
            await self.failed(entry, raw, type(error).__name__)
            return None

    async def _kept(self, entry: Entry, raw: bytes, inbound: Inbound, oversized: bool) -> None:
        try:
            await self._keep(inbound)
        except Exception as error:  # as above
            await self.failed(entry, raw, type(error).__name__)
            return
        self.done.add(entry.uid)
        if oversized:
            await self._ledger.settled((entry,), "keep")

    async def _keep(self, inbound: Inbound) -> None:
        """Until it is committed: that nothing can be kept now is not the mail's failure."""
        away = self._limits.away
        while True:
            try:
                return await self._keep_once(inbound)
            except AwayError as error:
                await self._pause(min(error.after or away, self._limits.away_most))
                away = min(2 * away, self._limits.away_most)

    async def _keep_once(self, inbound: Inbound) -> None:
        try:
            async with asyncio.timeout(self._limits.take):
                await self._receiver.take(inbound)
        except Refused as refusal:
            if refusal.after is None and refusal.status < 500:
                raise
            raise AwayError(refusal.after) from None
        except OSError:  # TimeoutError is one, too
            raise AwayError(None) from None
