"""Loop: waiting work and ready agents -> `routing.match` -> offers, on every event that adds work or frees room."""

from datetime import timedelta
from uuid import UUID

import structlog

from hub import loop, model
from hub.decisions import Decided, Decisions
from hub.doorbell import AgentMoved, Doorbell, Moved, Ring
from hub.errors import HubError, NotFound
from hub.journal import Journal
from hub.ladder import Current
from hub.model import SYSTEM
from hub.store import dispatch as store
from routing.explain import why_waiting
from routing.match import match, next_change_seconds
from routing.model import Match, Reason
from routing.policy import Policy

log = structlog.get_logger()
BATCH = 200  # waiting items of one kind looked at in one pass
NET = 0.8  # seconds between passes, rung or not: no change waits longer than a second, even if its ring was lost
SOONEST = 0.01  # seconds: a moment that has all but come is waited for, not raced for


def unpublished() -> tuple[int, Policy]:
    """Nobody has published a policy: queues work as the configuration says."""
    return 0, Policy(queues=())


class Dispatch:
    """`decisions`: where each pass is written down after its offers are out; None: nowhere."""

    def __init__(
        self, journal: Journal, doorbell: Doorbell, current: Current = unpublished, decisions: Decisions | None = None
    ) -> None:
        self._journal = journal
        self._doorbell = doorbell
        self._current = current
        self._decisions = decisions
        self._staffed = True  # somebody was ready at the last pass; else only a change of agents is worth another

    async def run(self) -> None:
        await loop.run(loop.Wake(self._doorbell, self._matters), self.step)

    async def step(self) -> float:
        """One pass over all that waits. Returns the seconds until the next."""
        pool, now = self._journal.pool, self._journal.now()
        self._staffed = await store.anybody_ready(pool, now)
        if not self._staffed:
            return NET
        version, policy = self._current()
        waiting = await store.work(pool, now, BATCH, policy)
        agents, ordering = await store.candidates(pool, now), policy.ordering()
        plan = match(waiting.work, agents, ordering, now)
        for chosen in plan.matches:
            await self._offer(chosen, waiting.offer_seconds[chosen.work.id], version)
        if self._decisions:
            await self._decisions.keep(Decided(now, version, waiting.work, agents, ordering, plan))
        soon = next_change_seconds((skip.work for skip in plan.skips), now)
        return NET if soon is None else min(NET, max(SOONEST, soon))

    async def why_waiting(self, interaction_id: UUID) -> tuple[Reason, ...]:
        """What stands between a waiting item and each agent, counted. Raises `NotFound` when it does not wait."""
        pool, now = self._journal.pool, self._journal.now()
        _, policy = self._current()
        found = await store.work(pool, now, 1, policy, interaction_id)
        if not found.work:
            raise NotFound("This interaction does not wait in a queue.")
        return why_waiting(found.work[0], await store.candidates(pool, now), policy.ordering(), now)

    def _matters(self, what: Ring) -> bool:
        return isinstance(what, AgentMoved) or (isinstance(what, Moved) and what.state == "queued" and self._staffed)

    async def _offer(self, chosen: Match, seconds: int, version: int) -> None:
        now = self._journal.now()
        reasons = tuple({"code": r.code, "data": dict(r.data)} for r in chosen.reasons)
        act = model.Offered(chosen.agent.id, self._journal.new_id(), now + timedelta(seconds=seconds), reasons,
                            version or None)
        try:
            await self._journal.write(chosen.work.id, act, SYSTEM)
        except HubError as refused:  # the world moved since the snapshot; whatever moved it rings again
            log.info("dispatch.overtaken", code=refused.code)
