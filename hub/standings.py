"""Where somebody in line stands, and what he may be told of it."""

from datetime import datetime, timedelta

from hub.journal import Journal
from hub.store import conversation
from hub.store.calls import Waiting
from hub.waits import Waits

# Place in line, the seconds within which he will probably be answered, whether an exit of his queue is a callback.
Standing = tuple[int | None, int | None, bool]
NOWHERE: Standing = (None, None, False)
FRESH = timedelta(seconds=2)  # so long what is known of a queue's agents is used again: all in line ask for it


class Standings:
    """`units`: what a call takes of an agent's capacity."""

    def __init__(self, journal: Journal, units: int) -> None:
        self._journal = journal
        self._units = units
        self._waits = Waits(journal)
        self._staff: dict[str, tuple[datetime, int]] = {}

    async def of(self, waits: Waiting) -> Standing:
        """His place in the one line of all channels, and an honest wait, as far as they are known.

        Asked before anything is locked: a transaction that waited for a second connection could wait for ever.
        """
        places = await self._places(waits.queue_id)
        if not places:
            return waits.position, None, waits.exits
        told = await self._waits.told(waits.interaction_id, waits.queue_id, waits.position, places)
        return waits.position, told, waits.exits

    async def _places(self, queue_id: str) -> int:
        """How many calls of a queue can be talked at once now."""
        now = self._journal.now()
        known = self._staff.get(queue_id)
        if known is None or now - known[0] > FRESH:
            _, places = await conversation.staff(self._journal.pool, queue_id, now, self._units)
            known = self._staff[queue_id] = now, places
        return known[1]
