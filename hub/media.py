"""Loop: copies files that lie with a vendor, behind the messages that brought them, and lets his own be deleted.

No message waits for its files.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from channels.base import Fetching, File, Unfetched
from hub import files, loop, model
from hub.doorbell import Doorbell, Moved
from hub.journal import Journal
from hub.media_there import There
from hub.model import SYSTEM
from hub.store import media as store
from hub.store.journal import put
from hub.store.media import Wanted

log = structlog.get_logger()
NET = 5.0  # seconds between looks, rung or not
AT_ONCE = 4  # of the greatest size in memory
ATTEMPT_SECONDS = 60.0
CLAIM = timedelta(seconds=120)
# Seconds before attempt 2, 3, ...: about four hours; Twilio keeps its copy for much longer.
BACK_OFF = (2, 10, 60, 300, 1800, 3600, 7200)


class Media:
    """`vendors`: the channels whose messages leave files elsewhere."""

    def __init__(self, journal: Journal, vendors: Mapping[str, Fetching], doorbell: Doorbell) -> None:
        self._journal = journal
        self._vendors = vendors
        self._doorbell = doorbell
        self._there = There(journal.pool, journal.now, vendors)

    async def run(self) -> None:
        def matters(what: object) -> bool:
            return isinstance(what, Moved) and what.kind == "received" and what.channel in self._vendors

        await loop.run(loop.Wake(self._doorbell, matters), self.step)

    async def step(self) -> float:
        """Fetches what is due. Returns the seconds until the next look."""
        now = self._journal.now()
        wanted = await store.claim(self._journal.pool, now, now + CLAIM, AT_ONCE)
        await asyncio.gather(*(self._fetch(one) for one in wanted))
        cleared = await self._there.step()
        return 0.0 if wanted or cleared else NET

    async def _fetch(self, wanted: Wanted) -> None:
        try:
            file = await self._attempt(wanted)
        except Unfetched as problem:
            log.warning("media.not_fetched", channel=wanted.channel, code=problem.code, attempt=wanted.attempts)
            if problem.later and wanted.attempts <= len(BACK_OFF):
                due = self._journal.now() + timedelta(seconds=BACK_OFF[wanted.attempts - 1])
                await store.later(self._journal.pool, wanted.id, due, problem.code)
            else:
                await self._settle(wanted, None, problem.code)
        else:
            await self._settle(wanted, file)

    async def _attempt(self, wanted: Wanted) -> File:
        vendor = self._vendors.get(wanted.channel)
        if vendor is None:
            raise Unfetched("no_channel", later=False)
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await vendor.fetch(wanted.source, wanted.file)
        except TimeoutError:
            raise Unfetched("timeout", later=True) from None

    async def _settle(self, wanted: Wanted, file: File | None, error: str = "") -> None:
        """The file hangs on its message, and every desk that shows it hears of it, in one transaction."""
        async with self._journal.begin() as page:
            before = await page.lock(wanted.interaction_id)
            now = self._journal.now()
            if not await store.settle(page.conn, wanted.id, "kept" if file else "failed", now, error or None):
                return
            if file is not None:
                # By the id that it had since the text came, files stand in their order, whichever was fetched first.
                row = files.row(file, wanted.id, f"source:{wanted.source}", now)
                await put(page.conn, now, {"files": [{**row, "touch_id": wanted.touch_id}]}, [file.content])
            await page.write(before, model.Fetched(wanted.message_id, wanted.file.name, error), SYSTEM)
