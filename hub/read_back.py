"""Loop: asks the vendor what became of texts that no report came for, so that one that was lost costs minutes.

Reports come by webhook and may be lost while the hub, or its network, is away. Each text is asked after when it is as
old as each of `AFTER`; after a start, all of the last day once. Some networks never say more than that it was sent.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from channels.base import Accountable, Unanswered
from hub import loop
from hub.doorbell import Doorbell
from hub.journal import Journal
from hub.outbox import Outbox
from hub.store import texting as store

log = structlog.get_logger()
STEP = 60.0  # seconds
AFTER = (timedelta(minutes=10), timedelta(hours=2), timedelta(hours=12))
DAY = timedelta(days=1)
AT_ONCE = 100


class ReadBack:
    def __init__(
        self, journal: Journal, outbox: Outbox, vendors: Mapping[str, Accountable], doorbell: Doorbell,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._outbox = outbox
        self._vendors = vendors
        self._doorbell = doorbell
        self._since: datetime | None = None

    async def run(self) -> None:
        await loop.run(loop.Wake(self._doorbell, lambda what: False), self.step)

    async def step(self) -> float:
        """Returns the seconds until the next look. What could not be asked is asked with the next one."""
        now = self._journal.now()
        since = self._since or now - DAY
        try:
            for age in AFTER:
                await self._ask(since - age, now - age)
        except Unanswered as problem:
            log.warning("read_back.unanswered", code=problem.code)
        else:
            self._since = now
        return STEP

    async def _ask(self, begin: datetime, end: datetime) -> None:
        """Texts that were written within (begin, end]. Raises `Unanswered`."""
        last = begin, UUID(int=2**128 - 1)
        while some := await store.unheard(self._journal.pool, list(self._vendors), last, end, AT_ONCE):
            for one in some:
                receipt = await self._vendors[one.channel].became(one.sender, one.message_id, one.provider_id)
                if receipt is not None:
                    await self._outbox.receipt(receipt)
            last = some[-1].written_at, some[-1].message_id
            if len(some) < AT_ONCE:
                return
