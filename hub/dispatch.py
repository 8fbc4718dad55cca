"""Loop: waiting work and ready agents -> `routing.match` -> offers, on every event that adds work or frees room."""

from datetime import timedelta
from uuid import UUID

import structlog

from hub import loop, model
from hub.doorbell import AgentMoved, Doorbell, Moved, Ring
from hub.errors import HubError, NotFound
from hub.journal import Journal
from hub.model import SYSTEM
from hub.store import dispatch as store
from routing.explain import why_waiting
from routing.match import match
from routing.model import Match, Policy, Reason

log = structlog.get_logger()
BATCH = 200  # waiting items of one kind looked at in one pass
NET = 2.0  # seconds between passes, rung or not
EXCLUDED = timedelta(seconds=60)  # how long who declined, missed or gave back an item is not asked for it again


class Dispatch:
    def __init__(self, journal: Journal, doorbell: Doorbell, policy: Policy | None = None) -> None:
        self._journal = journal
        self._doorbell = doorbell
        self._policy = policy or Policy()
        self._staffed = True  # somebody was ready at the last pass; else only a change of agents is worth another

    async def run(self) -> None:
        await loop.run(loop.Wake(self._doorbell, self._matters), self.step)

    async def step(self) -> float:
        """One pass over all that waits. Returns the seconds until the next."""
        pool, now = self._journal.pool, self._journal.now()
        self._staffed = await store.anybody_ready(pool, now)
        if not self._staffed:
            return NET
        work, rings_for = await store.work(pool, now - EXCLUDED, BATCH, self._policy.priority_minutes)
        plan = match(work, await store.candidates(pool, now), self._policy, now)
        for chosen in plan.matches:
            await self._offer(chosen, rings_for[chosen.work.id])
        return NET

    async def why_waiting(self, interaction_id: UUID) -> tuple[Reason, ...]:
        """What stands between a waiting item and each agent, counted. Raises `NotFound` when it does not wait."""
        pool, now = self._journal.pool, self._journal.now()
        work, _ = await store.work(pool, now - EXCLUDED, 1, self._policy.priority_minutes, interaction_id)
        if not work:
            raise NotFound("This interaction does not wait in a queue.")
        return why_waiting(work[0], await store.candidates(pool, now), self._policy, now)

    def _matters(self, what: Ring) -> bool:
        return isinstance(what, AgentMoved) or (isinstance(what, Moved) and what.state == "queued" and self._staffed)

    async def _offer(self, chosen: Match, seconds: int) -> None:
        now = self._journal.now()
        reasons = tuple({"code": r.code, "data": dict(r.data)} for r in chosen.reasons)
        act = model.Offered(chosen.agent.id, self._journal.new_id(), now + timedelta(seconds=seconds), reasons)
        try:
            await self._journal.write(chosen.work.id, act, SYSTEM)
        except HubError as refused:  # the world moved since the snapshot; whatever moved it rings again
            log.info("dispatch.overtaken", code=refused.code)
