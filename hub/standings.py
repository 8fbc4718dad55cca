"""Where somebody in line stands, and what he may be told of it."""

from datetime import datetime, timedelta
from uuid import UUID

from hub.journal import Journal
from hub.placing import Current
from hub.store import calls as store
from hub.store import conversation, dispatch
from hub.store.calls import Waiting
from hub.waits import Waits

# Place in line, the seconds within which he will probably be answered, what exit of his queue he hears of.
Standing = tuple[int | None, int | None, str | None]
NOWHERE: Standing = (None, None, None)
MOMENT = timedelta(seconds=0.5)  # so long a line is told as it was read
FRESH = timedelta(seconds=2)  # so long what is known of a queue's agents is used again: all in line ask for it


class Standings:
    """`units`: what a call takes of an agent's capacity."""

    def __init__(self, journal: Journal, units: int, current: Current) -> None:
        self._journal = journal
        self._current = current
        self._units = units
        self._waits = Waits(journal)
        self._lines: dict[str, tuple[datetime, dict[UUID, int]]] = {}
        self._staff: dict[str, tuple[datetime, int]] = {}

    async def of(self, waits: Waiting) -> Standing:
        """His place in the one line of all channels, and an honest wait, as far as they are known.

        Asked before anything is locked: a transaction that waited for a second connection could wait for ever.
        """
        position, places = await self._position(waits), await self._places(waits.queue_id)
        if not places or position is None:
            return position, None, waits.exit
        told = await self._waits.told(waits.interaction_id, waits.queue_id, position, places)
        return position, told, waits.exit

    async def _position(self, waits: Waiting) -> int | None:
        """Counting for each of hundreds who all come before him costs more than reading the line once for all. None: he
        has just left it, or a place would mean nothing there."""
        now, known = self._journal.now(), self._lines.get(waits.queue_id)
        if not dispatch.has_places(waits.queue_id, self._current()[1]):
            return None
        if known is None or now - known[0] >= MOMENT or waits.interaction_id not in known[1]:
            by = dispatch.in_line(waits.queue_id, self._current()[1])
            line = await store.line(self._journal.pool, waits.queue_id, *by)
            known = self._lines[waits.queue_id] = now, line
        return known[1].get(waits.interaction_id)

    async def _places(self, queue_id: str) -> int:
        """How many calls of a queue can be talked at once now."""
        now = self._journal.now()
        known = self._staff.get(queue_id)
        if known is None or now - known[0] > FRESH:
            _, places = await conversation.staff(self._journal.pool, queue_id, now, self._units)
            known = self._staff[queue_id] = now, places
        return known[1]
