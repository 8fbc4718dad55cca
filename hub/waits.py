"""What somebody in line is told: so long, and eight of ten are answered sooner. None is better than a guess."""

from datetime import datetime, timedelta
from uuid import UUID

from hub.journal import Journal
from hub.store import waits as store
from routing.wait_quantile import Pace, correction, pace, say, wait_within

SHARE = 0.8
RECENT = timedelta(hours=24)  # how far back handle times and waits are looked at
FRESH = timedelta(seconds=5)  # so long what is known of a line is used again


class Waits:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[str, tuple[datetime, Pace | None, float]] = {}

    async def told(self, interaction_id: UUID, queue_id: str, position: int, places: int) -> int | None:
        """Seconds within which `SHARE` of those at this place are answered, from now on; None: it is not known.

        It is never more than he was told before, as long as he has not fallen back and no agent has gone.
        """
        at, factor = await self._line(queue_id)
        estimated = wait_within(SHARE, position, places, at) if at else None
        if estimated is None:
            return None
        pool = self._journal.pool
        last = await store.told(pool, interaction_id, queue_id)
        said = say(last, position, places, factor * estimated)
        if last is None:
            await store.tell(pool, interaction_id, queue_id, self._journal.now(), estimated, said)
        elif said != last:
            await store.tell_again(pool, interaction_id, said)
        return said.seconds

    async def _line(self, queue_id: str) -> tuple[Pace | None, float]:
        now = self._journal.now()
        known = self._known.get(queue_id)
        if known is None or now - known[0] > FRESH:
            line = await store.line(self._journal.pool, queue_id, now - RECENT, now)
            known = now, pace(line.handles, line.waits), correction(line.outcomes, SHARE)
            self._known[queue_id] = known
        return known[1:]
