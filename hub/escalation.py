"""Loop: promised times, exits of queues, ladders, and holders who do not answer.

Any node may run it: an interaction is looked at by one at a time (`SKIP LOCKED`), and each action has a unique key. All
that decides is computed from the touches, so a look too many does nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from hub import loop
from hub.case import Case, Versions
from hub.doorbell import Doorbell, Moved, PolicyMoved, Ring
from hub.errors import HubError
from hub.journal import Journal
from hub.ladder import Current
from hub.permissions import give_back
from hub.store import escalation as store
from routing.policy import Policy

log = structlog.get_logger()
NET = 1.0  # seconds between looks, rung or not
SWEEP = timedelta(seconds=10)  # between looks at everything, for rings that were lost
# They change no clock and no place; what happened meanwhile is found with the next touch, or by the sweep.
IDLE = frozenset({"offered", "withdrawn", "read", "noted", "corrected", "linked", "reported", "seen", "extended"})
BATCH = 500  # looked at in one round
SETTLE = timedelta(seconds=60)  # after the start, until the consoles are back
GRACE = timedelta(seconds=30)  # a console that is away for so long is away
BROKEN = timedelta(minutes=1)  # until one that could not be judged is tried again


class Escalation:
    def __init__(
        self, journal: Journal, doorbell: Doorbell, current: Current, versions: Versions | None = None
    ) -> None:
        self._journal = journal
        self._doorbell = doorbell
        self._current = current
        self._versions = versions or Versions()
        self._moved: set[UUID] = set()
        self._swept: datetime | None = None
        self._active = True  # whether the policy asks for anything at all
        self._judged = 0  # the policy of the last sweep
        self._began = journal.now()

    async def run(self) -> None:
        await loop.run(loop.Wake(self._doorbell, self.heard), self.step)

    def heard(self, what: Ring) -> bool:
        """Where nothing is promised, thousands of contacts wake nobody."""
        if isinstance(what, PolicyMoved):
            return True
        if not self._active or not isinstance(what, Moved) or what.kind in IDLE:
            return False
        self._moved.add(what.interaction_id)
        return True

    async def step(self) -> float:
        """One round over all that is due. Returns the seconds until the next moment."""
        version, policy = self._current()
        await give_back(self._journal, policy)
        self._active = in_use(policy) or await store.any_going(self._journal.pool)
        if not self._active:
            self._moved.clear()
            return NET
        staffed = await self._find(version, policy)
        for _ in range(BATCH):
            if not await self._one(version, policy, staffed):
                break
        upcoming = await store.next_look(self._journal.pool)
        left = (upcoming - self._journal.now()) / timedelta(seconds=1) if upcoming else NET
        return min(max(left, 0.01), NET)

    async def _find(self, version: int, policy: Policy) -> frozenset[str] | None:
        """Marks what is to be looked at. Returns the queues in which somebody is logged in, None: not known now."""
        pool, now = self._journal.pool, self._journal.now()
        moved, self._moved = self._moved, set()
        if self._swept is None or abs(now - self._swept) >= SWEEP or version != self._judged:
            await store.look_at_all(pool, now, version)
            self._swept, self._judged = now, version
        elif moved:
            await store.look_soon(pool, moved, now)
        asking = {queue.id for queue in policy.queues if queue.exit_when("nobody_logged_in")}
        if not asking or not self.settled(now):
            return None
        staffed = await store.logged_in(pool, now - GRACE)
        if alone := asking - staffed:
            await store.look_at_left_alone(pool, alone, now)
        return staffed

    def settled(self, now: datetime) -> bool:
        """After a start the consoles need a moment to come back: nobody is counted as missing before."""
        return now - self._began >= SETTLE

    async def _one(self, version: int, policy: Policy, staffed: frozenset[str] | None) -> bool:
        """Looks at the next one that is due; False when none is left."""
        found: UUID | None = None
        try:
            async with self._journal.begin() as page:
                found = await store.claim(page.conn, self._journal.now())
                if found is None:
                    return False
                case = await Case.load(page, found, self._versions, (version, policy), staffed)
                await case.judge()
        except (HubError, ValueError, KeyError) as problem:
            if found is None:
                raise
            log.error("escalation.not_judged", interaction=str(found), problem=type(problem).__name__, exc_info=True)
            await store.postpone(self._journal.pool, found, self._journal.now() + BROKEN)
        return True


def in_use(policy: Policy) -> bool:
    """Whether the policy promises anything, or does anything about what waits."""
    return bool(policy.promises) or any(
        queue.overflow or queue.ladder or queue.unanswered_minutes for queue in policy.queues
    )
