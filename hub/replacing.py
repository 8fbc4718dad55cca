"""Loop: when a policy is published, or what is known of a customer is corrected, those who wait go where the rules
say, and keep their age.

Who was moved by hand, by an exit or up a ladder since he came stays where he was put.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from hub import loop, model
from hub.doorbell import Moved, PolicyMoved, Ring
from hub.journal import Journal
from hub.model import SYSTEM, Because
from hub.placing import waited_for
from hub.policies import Policies
from hub.store import policies as store
from routing import policy_data
from routing.facts import local_facts
from routing.policy import Policy
from routing.rules import Placement, place

log = structlog.get_logger()
POLL = 0.5  # seconds until who is to be looked at again is
NET = 5.0  # seconds between looks for what nobody rang for
LOOKED_AT = 50  # of those to be looked at again, in one step


class Replacing:
    """Every node may run it: what was decided is written only if nothing happened to the contact since it was read."""

    def __init__(self, journal: Journal, policies: Policies) -> None:
        self._journal = journal
        self._policies = policies
        self._seen: int | None = None
        self._again: dict[UUID, Because] = {}  # who is corrected, or offered, or changed meanwhile; why he is placed
        self._netted: datetime | None = None

    async def run(self) -> None:
        await loop.run(loop.Wake(self._journal.doorbell, self._heard), self._turn)

    def _heard(self, what: Ring) -> bool:
        if isinstance(what, Moved) and what.kind == "corrected":
            self._again.setdefault(what.interaction_id, "customer")
        return isinstance(what, PolicyMoved) or (isinstance(what, Moved) and what.interaction_id in self._again)

    async def _turn(self) -> float:
        now = self._journal.now()
        if self._netted is None or not timedelta() <= now - self._netted < timedelta(seconds=NET):
            since = now - 2 * timedelta(seconds=NET) if self._netted is None else self._netted - timedelta(seconds=NET)
            for one in await store.corrected(self._journal.pool, since):
                self._again.setdefault(one, "customer")
            self._netted = now
        await self.step()
        return POLL if self._again else NET

    async def step(self) -> int:
        """Returns how many were placed anew."""
        version, policy = self._policies.current()
        if version != self._seen:
            everybody = await store.waiting(self._journal.pool, self._journal.now())
            self._again.clear()
            moved = [await self._placed(one, "policy", version, policy) for one in everybody]
        else:
            again = await self._looked_at_again()
            moved = [await self._placed(one, because, version, policy) for one, because in again]
        self._seen = version
        return sum(moved)

    async def _looked_at_again(self) -> list[tuple[store.Waiting, Because]]:
        back: list[tuple[store.Waiting, Because]] = []
        # What another node was quicker to move is many and mostly moved already: corrections go first.
        for one in sorted(self._again, key=lambda id: self._again[id] != "customer")[:LOOKED_AT]:
            found = await store.waiting(self._journal.pool, self._journal.now(), one)
            because = self._again.pop(one)
            back += [(it, because) for it in found if it.state in ("queued", "offered")]
        return back

    async def _placed(self, one: store.Waiting, because: Because, version: int, policy: Policy) -> bool:
        if one.state == "offered":
            self._again[one.id] = because  # the offer stands; he follows when nobody takes it
            return False
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
        name = next((rule.name for rule in policy.rules if rule.id == found.rule_id), "")
        act = model.PlacedAnew(chosen.queue, chosen.priority, preferred, version, found.rule_id, now_is, because, name)
        async with self._journal.begin() as page:
            before = await page.lock(one.id)
            if before.version != one.version:
                self._again[one.id] = because
                return False
            await page.write(before, act, SYSTEM)
        return True
