"""Loop: waiting work and ready agents -> `routing.match` -> offers, on every event that adds work or frees room."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from hub import loop, model
from hub.decisions import Decided, Decisions
from hub.doorbell import AgentMoved, Doorbell, Moved, Ring
from hub.errors import NotFound
from hub.journal import Journal
from hub.ladder import Current
from hub.roster import Roster
from hub.store import dispatch as store
from routing.explain import why_waiting
from routing.match import match, next_change_seconds
from routing.model import Candidate, Match, Plan, Reason, Work
from routing.model import Policy as Ordering
from routing.policy import Policy
from routing.score import order

log = structlog.get_logger()
BATCH = 64  # offers made at once, and so waiting items of one kind that are looked at
LEAST = 16  # waiting items of one kind of which a pass over everybody says why they wait
NET = 0.8  # seconds between passes, rung or not: no change waits longer than a second, even if its ring was lost
SOONEST = 0.01  # seconds: a moment that has all but come is waited for, not raced for
SHARE = 200  # looking at everybody, for what is said of each wait, takes so small a part of the time


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
        self._roster = Roster()
        self._moved: set[UUID] = set()  # agents to be read again
        self._read_at: datetime | None = None  # when all were read
        self._whole_at: datetime | None = None  # when the next pass over everybody may be
        self._refused = 0  # passes one after the other in which somebody else was first
        self._staffed = True  # somebody was ready at the last pass; else only a change of agents is worth another

    async def run(self) -> None:
        silent = self._doorbell.on(self._heard)
        try:
            await loop.run(loop.Wake(self._doorbell, self._matters), self._turn)
        finally:
            silent()

    async def step(self) -> float:
        """One pass over all that waits and everybody. Returns the seconds until the next."""
        begin = self._journal.now()
        await self._read_all(begin)
        if not self._staffed:
            return NET
        _, policy = self._current()
        ordering = policy.ordering()
        most = min(max(LEAST, self._roster.room(ordering)[0]), BATCH)
        waiting = await store.work(self._journal.pool, begin, most, policy)
        soon = await self._decide(waiting, self._roster.agents, begin, whole=True)
        end = self._journal.now()
        self._whole_at = end + SHARE * (end - begin)
        return soon

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

    def _heard(self, what: Ring) -> None:
        if isinstance(what, AgentMoved):
            self._moved.add(what.agent_id)

    async def _turn(self) -> float:
        """All that waits and everybody, when it is time for it; else whoever has room, and what is first for him."""
        now = self._journal.now()
        due = self._read_at is None or (now - self._read_at).total_seconds() >= NET
        if due and (self._whole_at is None or now >= self._whole_at):
            return await self.step()
        if due:
            await self._read_all(now)
        else:
            await self._read_moved(now)
        return await self._with_room(now)

    async def _read_all(self, now: datetime) -> None:
        self._moved.clear()
        self._read_at = now
        await self._roster.read(self._journal.pool, now)
        self._staffed = self._roster.staffed

    async def _read_moved(self, now: datetime) -> None:
        if self._moved:
            moved, self._moved = self._moved, set()
            await self._roster.read(self._journal.pool, now, moved)
            self._staffed = self._roster.staffed

    async def _with_room(self, now: datetime) -> float:
        _, policy = self._current()
        slots, queues = self._roster.room(policy.ordering())
        if not slots:
            return NET
        waiting = await store.work(self._journal.pool, now, min(slots, BATCH), policy, queues=queues)
        return await self._decide(waiting, self._roster.nearest(waiting.work), now, whole=False)

    async def _decide(
        self, waiting: store.Snapshot, agents: Sequence[Candidate], now: datetime, *, whole: bool
    ) -> float:
        version, policy = self._current()
        ordering, work = policy.ordering(), waiting.work
        plan = match(work, agents, ordering, now)
        surely = _decided(waiting, plan, ordering, now)
        if len(surely) < len(work):  # decided again, so that what is kept of it is what was known
            work = surely
            plan = match(work, agents, ordering, now)
        for_all = await self._offer(plan.matches, waiting, version)
        if self._decisions:
            await self._decisions.keep(Decided(now, version, work, agents, ordering, plan, whole))
        soon = next_change_seconds((skip.work for skip in plan.skips), now)
        if not for_all:
            soon = min(soon or NET, SOONEST * 2 ** min(self._refused, 10))
        return NET if soon is None else min(NET, max(SOONEST, soon))

    async def _offer(self, matches: Sequence[Match], waiting: store.Snapshot, version: int) -> bool:
        """False if somebody else was first anywhere: the world has moved since the snapshot."""
        if not matches:
            return True
        now, offers = self._journal.now(), dict[UUID, model.Offered]()
        for chosen in matches:
            reasons = tuple({"code": r.code, "data": dict(r.data)} for r in chosen.reasons)
            deadline = now + timedelta(seconds=waiting.offer_seconds[chosen.work.id])
            offers[chosen.work.id] = model.Offered(
                chosen.agent.id, self._journal.new_id(), deadline, reasons, version or None)
        async with self._journal.begin() as page:
            made = await page.offer(offers)
        self._moved |= {act.agent_id for act in offers.values()}
        if len(made) == len(offers):
            self._refused = 0
            return True
        self._refused += 1
        log.info("dispatch.overtaken", offers=len(offers) - len(made))
        return False


def _decided(waiting: store.Snapshot, plan: Plan, ordering: Ordering, now: datetime) -> list[Work]:
    """Without what comes after something that may wait unseen: where more wait of a kind than were looked at, and all
    that were looked at are offered, the next of that kind comes before whatever comes later.
    """
    offered = {one.work.id for one in plan.matches}
    exhausted = [kind for kind in waiting.cut if kind <= offered]
    if not exhausted:
        return waiting.work
    ranked = order(waiting.work, ordering, now)
    place = {item.id: at for at, item in enumerate(ranked)}
    return ranked[: min(max(place[one] for one in kind) for kind in exhausted) + 1]
