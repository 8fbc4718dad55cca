"""Loop: offers, wrap-ups, parked and waiting items whose time has come."""

from datetime import timedelta
from uuid import UUID

import structlog

from hub import loop, model
from hub.doorbell import Doorbell, Moved
from hub.errors import HubError
from hub.journal import Journal
from hub.model import SYSTEM
from hub.store import timers as store

log = structlog.get_logger()
NET = 1.0  # seconds between looks, rung or not


class Timers:
    def __init__(self, journal: Journal, doorbell: Doorbell) -> None:
        self._journal = journal
        self._doorbell = doorbell

    async def run(self) -> None:
        await loop.run(
            loop.Wake(self._doorbell, lambda what: isinstance(what, Moved) and what.state == "offered"),
            self.step,
        )

    async def step(self) -> float:
        """Applies all that is due. Returns the seconds until the next moment."""
        for interaction_id, keeps_age in await store.due(self._journal.pool, self._journal.now()):
            try:
                # Of several at whom an offer rang, each has missed it.
                while await self._up(interaction_id, keeps_age) == "offered":
                    continue
            except HubError as refused:  # somebody acted in the same moment, and was first
                log.info("timers.overtaken", code=refused.code)
        upcoming = await store.next_due(self._journal.pool)
        left = (upcoming - self._journal.now()) / timedelta(seconds=1) if upcoming else NET
        return min(max(left, 0.01), NET)

    async def _up(self, interaction_id: UUID, keeps_age: bool) -> str:
        return (await self._journal.write(interaction_id, model.TimeUp(keeps_age), SYSTEM)).interaction.state
