"""Loop: when a policy is published, those who wait go where its rules say, and keep their age.

Who was moved by hand, by an exit or up a ladder since he came stays where he was put.
"""

import asyncio
from collections import deque
from uuid import UUID

import structlog

from hub import model
from hub.errors import HubError
from hub.journal import Journal
from hub.model import SYSTEM
from hub.placing import waited_for
from hub.policies import Policies
from hub.store import policies as store
from routing import policy_data
from routing.facts import local_facts
from routing.policy import Policy
from routing.rules import Placement, place

log = structlog.get_logger()
POLL = 0.5  # seconds
LOOKED_AT = 20  # offers that were out, in one step


class Replacing:
    """Every node may run it: a contact is placed under its lock, and one that has moved on is left alone."""

    def __init__(self, journal: Journal, policies: Policies) -> None:
        self._journal = journal
        self._policies = policies
        self._seen: int | None = None
        self._offered: deque[UUID] = deque()

    async def run(self) -> None:
        while True:
            await self.step()
            await asyncio.sleep(POLL)

    async def step(self) -> int:
        """Returns how many were placed anew."""
        version, policy = self._policies.current()
        if version == self._seen and not self._offered:
            return 0
        async with self._journal.pool.acquire(timeout=5) as conn, conn.transaction():
            await store.lock(conn)  # one node after the other: who comes second finds them placed
            return await self._step(version, policy)

    async def _step(self, version: int, policy: Policy) -> int:
        if version == self._seen:
            line = await self._back_in_line()
        else:
            line = await store.waiting(self._journal.pool, self._journal.now())
            self._offered = deque(one.id for one in line if one.state == "offered")
        moved = [await self._placed(one, version, policy) for one in line if one.state == "queued"]
        self._seen = version
        return sum(moved)

    async def _back_in_line(self) -> list[store.Waiting]:
        """Those whose offer was out when the version came, as soon as nobody took it."""
        back: list[store.Waiting] = []
        for _ in range(min(len(self._offered), LOOKED_AT)):
            found = await store.waiting(self._journal.pool, self._journal.now(), self._offered.popleft())
            self._offered.extend(one.id for one in found if one.state == "offered")
            back += found
        return back

    async def _placed(self, one: store.Waiting, version: int, policy: Policy) -> bool:
        was = one.placement
        if was is None or (was["queue"], was["priority"]) != (one.queue, one.priority):
            return False
        try:
            found = place({**one.facts, **local_facts(one.created_at, policy.zone)}, policy, explain=False)
        except Exception:  # one that cannot be judged stays where it is, and keeps nobody else from his place
            log.exception("replacing.failed", version=version, interaction=str(one.id))
            return False
        chosen = found.placement if found.rule_id else (Placement(one.queue) if one.rule is None else found.placement)
        if chosen is None or chosen.queue not in {queue.id for queue in policy.queues}:
            return False
        now_is = policy_data.dump_placement(chosen)
        if (now_is, found.rule_id) == (was, one.rule):
            return False
        preferred = waited_for(chosen, one.past)
        act = model.PlacedAnew(chosen.queue, chosen.priority, preferred, version, found.rule_id, now_is)
        try:
            await self._journal.write(one.id, act, SYSTEM)
        except HubError as refused:
            log.info("replacing.overtaken", code=refused.code)
            return False
        return True
