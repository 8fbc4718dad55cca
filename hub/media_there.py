"""Files that a vendor keeps after we have copied them: deleted there when their time is over, within a budget.

Only what has a committed copy of ours is ever asked to be deleted; a file that could not be had stays where it is.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import asyncpg
import structlog

from channels.base import Fetching, Unfetched
from hub.clock import Now
from hub.store import media as store
from hub.store.media import Left

log = structlog.get_logger()
AT_ONCE = 10
ATTEMPT_SECONDS = 30.0
CLAIM = timedelta(seconds=60)
# Seconds before attempt 2, 3, ...: about a day, so that a night without the vendor is survived; then a human is told.
BACK_OFF = (10, 60, 600, 3600, 14400, 28800, 43200)


class There:
    """`vendors`: of channels whose messages leave files elsewhere; each says how long its copy may stay."""

    def __init__(self, pool: asyncpg.Pool, now: Now, vendors: Mapping[str, Fetching]) -> None:
        self._pool = pool
        self._now = now
        self._vendors = vendors

    async def step(self) -> bool:
        """Deletes what is due. Says whether there was anything."""
        found = [one for kind, vendor in self._vendors.items() if vendor.copy_days is not None
                 for one in await self._claim(kind, timedelta(days=vendor.copy_days))]
        await asyncio.gather(*(self._delete(one) for one in found))
        return bool(found)

    async def _claim(self, kind: str, after: timedelta) -> list[Left]:
        now = self._now()
        return await store.claim_there(self._pool, kind, now - after, now, now + CLAIM, AT_ONCE)

    async def _delete(self, left: Left) -> None:
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._vendors[left.channel].discard(left.source, left.url)
        except TimeoutError:
            await self._failed(left, Unfetched("timeout", later=True))
        except Unfetched as problem:
            await self._failed(left, problem)
        else:
            await store.settle_there(self._pool, left.id, "deleted", self._now())
            log.info("media.deleted_there", channel=left.channel, media=str(left.id), attempt=left.attempts)

    async def _failed(self, left: Left, problem: Unfetched) -> None:
        again = problem.later and left.attempts <= len(BACK_OFF)
        log.warning("media.not_deleted_there", channel=left.channel, media=str(left.id), code=problem.code,
                    attempt=left.attempts, again=again)
        if again:
            due: datetime = self._now() + timedelta(seconds=BACK_OFF[left.attempts - 1])
            await store.later_there(self._pool, left.id, due, problem.code)
        else:
            await store.settle_there(self._pool, left.id, "stuck", self._now(), problem.code)
