"""Loop: claims what is due in the outbox, lets its channel try once, and writes down what became of it.

Channels whose messages carry files have a lane of their own, so that no chat waits for a mail. A claim is renewed for
as long as its attempt runs: one that lapses belongs to a hub that died.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog

from channels.base import Channel, Outbound, SendError, SendErrorKind, Sent
from hub import loop
from hub.doorbell import Doorbell, Moved
from hub.errors import Unavailable
from hub.journal import AWAY
from hub.outbox import CLAIM, Outbox
from hub.store.outbox import Claimed
from hub.texting import OPTED_OUT

log = structlog.get_logger()
AGAIN = 1.0  # seconds between looks, rung or not
RENEW = CLAIM.total_seconds() / 4  # seconds
RECORD = (0.2, 1.0, 2.0, 5.0, 10.0, 20.0)  # pauses while the database cannot take what became of a message
FAREWELL = 3.0  # seconds that attempts get at the end of the hub
LARGE = 1_000_000  # bytes of files from which on only a few messages are in memory at once
LARGE_AT_ONCE = 2


@dataclass
class Lane:
    """`kinds`: the channels it is for, or with `others` all but these."""

    kinds: frozenset[str]
    others: bool
    places: int
    running: dict[asyncio.Task[None], Claimed] = field(default_factory=dict)

    def free(self, task: asyncio.Task[None]) -> None:
        del self.running[task]


class Deliver:
    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], doorbell: Doorbell) -> None:
        self._outbox = outbox
        self._channels = channels
        self._doorbell = doorbell
        self._repeatable = frozenset(kind for kind, channel in channels.items() if channel.repeatable)
        heavy = frozenset(kind for kind, channel in channels.items() if channel.carries_files)
        self._lanes = [Lane(heavy, True, 50), *(Lane(frozenset({kind}), False, 8) for kind in sorted(heavy))]
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._broke: BaseException | None = None

    async def run(self) -> None:
        wake = loop.Wake(self._doorbell, lambda what: isinstance(what, Moved) and what.sends)
        renewing = asyncio.create_task(self._renew())
        try:
            await loop.run(wake, lambda: self._round(wake))
        except asyncio.CancelledError:  # the end; after anything else the loop goes on, and so does what is being sent
            await self._farewell()
            raise
        finally:
            renewing.cancel()

    async def step(self) -> float:
        """One round, to its end. Returns the seconds until the next one is due anyway."""
        started = await self._begin()
        await asyncio.gather(*started)
        return 0.0 if started else AGAIN

    async def _round(self, wake: loop.Wake) -> float:
        if self._broke is not None:
            broke, self._broke = self._broke, None
            raise broke
        for task in await self._begin():
            task.add_done_callback(lambda task: self._ended(task, wake))
        return AGAIN

    def _ended(self, task: asyncio.Task[None], wake: loop.Wake) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._broke = task.exception()
        wake.set()  # its place is free, and what waited for it may go

    async def _begin(self) -> list[asyncio.Task[None]]:
        """Claims as much as there are places for, and begins to send it."""
        await self._outbox.recover(self._repeatable)
        started = []
        for lane in self._lanes:
            free = lane.places - len(lane.running)
            for claimed in await self._outbox.claim(free, lane.kinds, lane.others) if free > 0 else ():
                task = asyncio.create_task(self._attempt(claimed))
                lane.running[task] = claimed
                task.add_done_callback(lane.free)
                started.append(task)
        return started

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW)
            running = [claimed for lane in self._lanes for claimed in lane.running.values()]
            with suppress(*AWAY, Unavailable):  # the next time, then; doubt comes after several of them
                await self._outbox.renew(running)

    async def _farewell(self) -> None:
        """What is being sent gets a moment to end: otherwise nobody knew what became of it."""
        running = [task for lane in self._lanes for task in lane.running]
        if not running:
            return
        _, left = await asyncio.wait(running, timeout=FAREWELL)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _attempt(self, claimed: Claimed) -> None:
        try:
            sent = await self._send(claimed)
        except SendError as error:
            log.warning("deliver.failed", channel=claimed[1], kind=error.kind, code=error.code)
            await self._record(claimed, error)
        else:
            await self._record(claimed, sent)

    async def _record(self, claimed: Claimed, result: Sent | SendError) -> None:
        """Writes down what became of it, before anything else; a database that is away is waited for."""
        for pause in (*RECORD, None):
            try:
                if isinstance(result, Sent):
                    await self._outbox.sent(claimed, result)
                else:
                    await self._outbox.failed(claimed, result)
                return
            except (*AWAY, Unavailable):
                if pause is None:
                    raise
                log.warning("deliver.not_recorded", channel=claimed[1], again=pause)
                await asyncio.sleep(pause)

    async def _send(self, claimed: Claimed) -> Sent:
        message, kind, _ = claimed
        channel = self._channels.get(kind)
        if channel is None:
            raise SendError("permanent", "no_channel", f"There is no channel {kind} now.")
        message = await self._wanted(message)
        if not channel.carries_files or not message.files:
            return await self._try(channel, message)
        if sum(one.size for one in message.files) < LARGE:
            return await self._try(channel, await self._loaded(message))
        async with self._large:
            return await self._try(channel, await self._loaded(message))

    async def _wanted(self, message: Outbound) -> Outbound:
        """A STOP that came after the agent had written counts, too."""
        try:
            wanted = await self._outbox.wanted(message)
        except AWAY as problem:
            raise SendError("temporary", "database_away", "Nobody knows whether it is wanted.") from problem
        if wanted is None:
            raise SendError("permanent", "opted_out", OPTED_OUT)
        return wanted

    async def _loaded(self, message: Outbound) -> Outbound:
        try:
            return replace(message, contents=await self._outbox.contents(message))
        except AWAY as problem:  # nothing has been sent yet, so there is no doubt
            raise SendError("temporary", "database_away", "The files could not be read.") from problem

    async def _try(self, channel: Channel, message: Outbound) -> Sent:
        limit = channel.attempt_seconds
        try:
            async with asyncio.timeout(limit):
                return await channel.send(message)
        except SendError:
            raise
        except TimeoutError as problem:
            raise SendError(self._unknown(channel), "timeout", f"No answer within {limit:.0f} s.") from problem
        except Exception as problem:  # an adapter's bug: nobody knows how far it came
            log.exception("deliver.channel_broke", channel=channel.kind)
            raise SendError(self._unknown(channel), "broken", type(problem).__name__) from problem

    def _unknown(self, channel: Channel) -> SendErrorKind:
        return "temporary" if channel.repeatable else "ambiguous"
