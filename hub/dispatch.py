"""Loop: waiting work and ready agents -> `routing.match` -> offers, on every event that adds work or frees room."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from hub import loop, model
from hub.decisions import Decided, Decisions
from hub.doorbell import AgentMoved, Doorbell, Moved, PolicyMoved, Ring
from hub.errors import NotFound
from hub.journal import Journal, Known, Page
from hub.ladder import Current
from hub.roster import Roster
from hub.store import dispatch as store
from hub.store.journal import Connection
from routing.explain import why_waiting
from routing.match import match, next_change_seconds
from routing.model import Candidate, Plan, Reason, Work
from routing.model import Policy as Ordering
from routing.policy import Policy
from routing.score import order
from routing.standing import behind, outside_hours

log = structlog.get_logger()
BATCH = 128  # offers made at once, and the most waiting items of one kind that are looked at
LEAST = 16  # waiting items of one kind of which a pass over everybody says why they wait
NET = 0.8  # seconds between passes, rung or not: no change waits longer than a second, even if its ring was lost
SOONEST = 0.01  # seconds: a moment that has all but come is waited for, not raced for
BEFORE = timedelta(seconds=2)  # how far back is looked for what another node has done
MOST_BEFORE = 200  # waiting items of one kind that somebody who asks why another waits is told of
UNKEPT = 100  # decisions whose offers are out, and that are not kept yet
SHARE = 200  # looking at everybody, for what is said of each wait, takes a 200th of the time at most


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
        self._later: asyncio.Queue[Decided] | None = None  # to be kept; None: at once
        self._kinds = 1  # of work that waited at the last pass: the more there are, the fewer of each make a round
        self._refused = 0  # passes one after the other in which somebody else was first
        self._staffed = True  # somebody was ready at the last pass; else only a change of agents is worth another

    async def run(self) -> None:
        silent = self._doorbell.on(self._heard)
        self._later = asyncio.Queue(UNKEPT)
        turns = loop.run(loop.Wake(self._doorbell, self._matters), self._turn)
        going = [asyncio.create_task(one) for one in (turns, self._look_around(), self._keep(self._later))]
        try:
            await asyncio.gather(*going)
        finally:
            silent()
            self._later = None
            for one in going:
                if not one.cancelling():  # a second time would cut off its way back
                    one.cancel()
            await asyncio.gather(*going, return_exceptions=True)

    async def step(self) -> float:
        """One pass over all that waits and everybody. Returns the seconds until the next."""
        begin = self._journal.now()
        await self._read_all(begin)
        return await self._decide(begin, whole=True) if self._staffed else NET

    async def why_waiting(self, interaction_id: UUID) -> tuple[Reason, ...]:
        """What stands between a waiting item and each agent, counted, and who goes first. Raises `NotFound` when it
        does not wait.
        """
        pool, now = self._journal.pool, self._journal.now()
        _, policy = self._current()
        found = await store.work(pool, now, 1, policy, interaction_id)
        if not found.work:
            raise NotFound("This interaction does not wait in a queue.")
        (item,), staff, ordering = found.work, await store.candidates(pool, now), policy.ordering()
        rivals = frozenset[str]().union(*(one.queues for one in staff if item.queue in one.queues))
        waiting = await store.work(pool, now, MOST_BEFORE, policy, queues=rivals)
        others = [one for one in waiting.work if one.id != item.id and one.pulled == item.pulled]
        others = [one for one in others if one.queue == item.queue] if item.pulled else others
        line = behind(item, others, staff, ordering, now, more=bool(waiting.cut))
        return (*outside_hours(item.queue, policy, now), *line, *why_waiting(item, staff, ordering, now))

    def _matters(self, what: Ring) -> bool:
        if isinstance(what, Moved):
            return what.state == "queued" and self._staffed
        return isinstance(what, AgentMoved | PolicyMoved)

    def _heard(self, what: Ring) -> None:
        if isinstance(what, AgentMoved):
            self._moved.add(what.agent_id)

    async def _turn(self) -> float:
        """Offers to whoever has room what is first for him. Everybody is read again from time to time."""
        now = self._journal.now()
        since = (now - self._read_at).total_seconds() if self._read_at else NET
        if not 0 <= since < NET:  # a clock may have been set back
            await self._read_all(now)
        elif self._moved:
            moved, self._moved = self._moved, set()
            await self._roster.read(self._journal.pool, now, moved)
            self._staffed = self._roster.staffed
        if not self._roster.room(self._current()[1].ordering())[0]:
            return NET
        return await self._decide(now, whole=False)

    async def _look_around(self) -> None:
        """Writes down why each waits, as often as that takes little of the time."""
        unseen, spent, clock = 0, 0.0, asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(max(NET, SHARE * spent))
            if not self._staffed:
                continue
            begin = clock()
            decided, _ = await self._decided(self._journal.pool, self._journal.now(), whole=True)
            unseen = unseen + 1 if decided.plan.matches else 0
            if not unseen:
                await self._written(decided)
            elif unseen > 1:  # work that takes no room at all, for somebody who is full: offered here alone
                await self.step()
            spent = clock() - begin

    async def _keep(self, later: "asyncio.Queue[Decided]") -> None:
        while self._decisions:
            await self._decisions.keep(await later.get())

    async def _read_all(self, now: datetime) -> None:
        self._moved.clear()
        self._read_at = now
        await self._roster.read(self._journal.pool, now)
        self._staffed = self._roster.staffed

    async def _decide(self, now: datetime, *, whole: bool) -> float:
        try:
            async with self._journal.begin() as page:
                await store.take_turn(page.conn)
                if self._refused or self._moved:
                    # Whoever moved while others were read; and whom another node gave something, unheard of here yet.
                    moved, self._moved = frozenset(self._moved), set()
                    await self._roster.read(page.conn, now, moved, now - BEFORE if self._refused else None)
                decided, waiting = await self._decided(page.conn, now, whole=whole)
                for_all = await self._offer(page, decided, waiting)
        except asyncpg.LockNotAvailableError:
            return NET
        await self._written(decided)
        soon = next_change_seconds((skip.work for skip in decided.plan.skips), now)
        if not for_all:
            soon = min(soon or NET, SOONEST * 2 ** min(self._refused, 10))
        return NET if soon is None else min(NET, max(SOONEST, soon))

    async def _decided(
        self, conn: asyncpg.Pool | Connection, now: datetime, *, whole: bool
    ) -> tuple[Decided, store.Snapshot]:
        _, policy = self._current()
        ordering = policy.ordering()
        slots, queues = self._roster.room(ordering)
        queues -= policy.pulled
        most = min(max(LEAST, slots) if whole else slots, max(BATCH // 8, 2 * BATCH // max(1, self._kinds)), BATCH)
        waiting = await store.work(conn, now, most, policy, queues=None if whole else queues)
        self._kinds = waiting.kinds
        if whole:
            return self._planned(waiting, waiting.work, self._roster.agents, now, whole=True), waiting
        ranked = order(waiting.work, ordering, now)
        decided = self._planned(waiting, ranked[:BATCH], self._roster.nearest(ranked[:BATCH]), now, whole=False)
        if not decided.plan.matches and len(ranked) > BATCH:  # nobody with room may have what is first
            decided = self._planned(waiting, ranked, self._roster.nearest(ranked), now, whole=False)
        return decided, waiting

    def _planned(
        self, waiting: store.Snapshot, work: list[Work], agents: list[Candidate], now: datetime, *, whole: bool
    ) -> Decided:
        version, policy = self._current()
        ordering = policy.ordering()
        plan = match(work, agents, ordering, now)
        surely = _surely(waiting.cut, work, plan, ordering, now)
        if len(surely) < len(work):  # decided again, so that what is kept of it is what was known
            work, plan = surely, match(surely, agents, ordering, now)
        return Decided(now, version, work, agents, ordering, plan, whole)

    async def _written(self, decided: Decided) -> None:
        """While the loop runs, keeping a decision holds up none of the next ones."""
        if self._decisions is None:
            return
        if self._later is None:
            await self._decisions.keep(decided)
        elif decided.whole or decided.plan.matches:
            await self._later.put(decided)

    async def _offer(self, page: Page, decided: Decided, waiting: store.Snapshot) -> bool:
        """False if somebody else was first anywhere: the world has moved since the snapshot."""
        if not decided.plan.matches:
            self._refused = 0
            return True
        now, offers = self._journal.now(), dict[UUID, model.Offered]()
        for chosen in decided.plan.matches:
            reasons = tuple({"code": r.code, "data": dict(r.data)} for r in chosen.reasons)
            deadline = now + timedelta(seconds=waiting.offer_seconds[chosen.work.id])
            first, *others = (
                model.Offered(agent.id, self._journal.new_id(), deadline, reasons, decided.version or None)
                for agent in (chosen.agent, *chosen.beside))
            offers[chosen.work.id] = replace(first, beside=tuple(others))
        able = {agent.id: (agent.queues, agent.skills)
                for one in decided.plan.matches for agent in (one.agent, *one.beside)}
        made = await page.offer(offers, Known(waiting.versions, able))
        self._moved |= able.keys()
        if len(made) == len(offers):
            self._refused = 0
            return True
        self._refused += 1
        log.info("dispatch.overtaken", offers=len(offers) - len(made))
        return False


def _surely(
    cut: Sequence[frozenset[UUID]], work: list[Work], plan: Plan, ordering: Ordering, now: datetime
) -> list[Work]:
    """Without what comes after the last offer of one round, and after something that may wait unseen: where more wait
    of a kind than were looked at, and all that were looked at are offered, the next comes before whatever comes later.
    """
    offered = [one.work.id for one in plan.matches]
    exhausted = [kind for kind in cut if kind <= frozenset(offered)]
    if not exhausted and len(offered) <= BATCH:
        return work
    ranked = order(work, ordering, now)
    place = {item.id: at for at, item in enumerate(ranked)}
    last = [max(place[one] for one in kind) for kind in exhausted]
    if len(offered) > BATCH:
        last.append(place[offered[BATCH - 1]])
    return ranked[: min(last) + 1]
