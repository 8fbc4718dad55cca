"""Agents take work from the list: this one, or whatever is next. Skills and room are judged under lock.

A queue of mode pull offers nothing; of a push queue one may take an item, too, before it is offered.
"""

from uuid import UUID

from hub import lifecycle, model
from hub.errors import Forbidden, Invalid, NotFound, NotYours, OverCapacity, WrongState
from hub.journal import Enclosed, Journal, Page
from hub.ladder import Current
from hub.mailing import by
from hub.model import Actor, Interaction
from hub.store import desk as desk_store
from hub.store import dispatch as store
from hub.store import journal as rows
from hub.wire_pull import Pulls
from routing.model import Candidate, Work
from routing.policy import Policy
from routing.pull import hides, hindrance, next_for

LOOKED_AT = 20  # waiting items of one kind, and more where all of them are somebody else's by name
MOST = 5_000  # then
TRIED = 50  # items that somebody else was quicker to take; then whoever asks may ask again


class NothingToTake(NotFound):
    """Nothing waits that you may take now."""

    code = "nothing_to_take"


class SkillMissing(Forbidden):
    """This needs a skill that you do not have. Ask a supervisor."""

    code = "skill_missing"


class PhoneAway(WrongState):
    """Open your console first: the call rings there."""

    code = "phone_away"


class Pulling:
    """Every verb returns after COMMIT or raises a `HubError`; a retry is answered as the first was."""

    def __init__(self, journal: Journal, current: Current) -> None:
        self._journal = journal
        self._current = current

    async def claim(self, actor: Actor, interaction_id: UUID, reason: str = "") -> None:
        """Takes this one. Raises `Taken`, `OverCapacity`, `SkillMissing`, and `Invalid` without a reason where one is
        asked for: in a pull queue, by an agent, when something else is next. Supervisors may take everything.
        """
        may = await desk_store.may_act(self._journal.pool, interaction_id, actor.id)
        if may is None:
            raise NotFound()
        if not may and not actor.supervises:
            raise Forbidden("This interaction is neither yours nor in one of your queues.")
        passed_over = 0 if reason or actor.supervises else await self._passed_over(actor, interaction_id)
        async with self._journal.begin() as page:
            before, act = await page.lock(interaction_id), model.Claimed(actor.id)
            if lifecycle.repeats(before, act):
                return
            if before.state == "queued" and not actor.supervises:
                await self._must_suit(page, actor, before)
                if passed_over:
                    raise Invalid("Something else comes first. Say why you take this one.", code="out_of_turn",
                                  fields={"reason": "empty"}, more={"first": passed_over})
            await page.write(before, act, by(actor), Enclosed(data={"reason": reason} if reason else {}))

    async def take_next(self, actor: Actor, queue: str | None = None, once: UUID | None = None) -> UUID:
        """Takes what is next for the agent of a queue from which he pulls, of all of them unless told.

        Waits for nobody: what somebody else is just taking is passed by. `once` names the wish: told again, it takes
        nothing more. Raises `NothingToTake`, `NotYours`.
        """
        if once is not None:
            given = await store.taken_once(self._journal.pool, actor.id, once, self._journal.now())
            if given is not None:
                return given
        line = await self._line(actor, queue)
        for item in line[:TRIED]:
            try:
                async with self._journal.begin() as page:
                    before = (await rows.lock_waiting(page.conn, [item.id])).get(item.id)
                    if before is None or before.queue_id != item.queue:
                        continue
                    await self._must_suit(page, actor, before)
                    told = {"next": True, **({"once": str(once)} if once is not None else {})}
                    await page.write(before, model.Claimed(actor.id), by(actor), Enclosed(data=told))
                    return item.id
            except (OverCapacity, SkillMissing, PhoneAway):
                continue  # not this one any more; perhaps a smaller one
        raise NothingToTake()

    async def pulls(self, actor: Actor) -> Pulls:
        """From which queues the agent may pull, and what would be his next."""
        mine, line = await self._mine(actor, None), await self._line(actor, None)
        return Pulls(queues=sorted(mine[0]), next=str(line[0].id) if line else None)

    async def _mine(self, actor: Actor, queue: str | None) -> tuple[frozenset[str], Candidate | None]:
        found = await store.agents(self._journal.pool, self._journal.now(), [actor.id])
        if not found:
            raise NotYours("This agent may not take work.")
        agent = store.candidate(found[0])
        queues = agent.queues & self._policy.pulled
        return queues & {queue} if queue else queues, agent

    async def _line(self, actor: Actor, queue: str | None) -> list[Work]:
        queues, agent = await self._mine(actor, queue)
        if not queues or agent is None:
            return []
        now, policy, pool = self._journal.now(), self._policy, self._journal.pool
        most = LOOKED_AT
        while True:
            found = await store.work(pool, now, most, policy, queues=queues)
            if most >= MOST or not hides(found.cut, found.work, agent, now):
                break
            most *= 4
        known = {one.id: one for one in found.work}
        for own in await store.by_name(pool, actor.id, queues):
            if own not in known:
                known |= {one.id: one for one in (await store.work(pool, now, 1, policy, own)).work}
        return next_for([one for one in known.values() if one.pulled], agent, policy.ordering(), now)

    async def _passed_over(self, actor: Actor, interaction_id: UUID) -> int:
        """How many the agent should take before this one, of its queue; 0 where nobody is to say why."""
        found = await store.work(self._journal.pool, self._journal.now(), 1, self._policy, interaction_id)
        if not found.work or not found.work[0].pulled:
            return 0
        ids = [one.id for one in await self._line(actor, found.work[0].queue)]
        return ids.index(interaction_id) if interaction_id in ids else len(ids)

    async def _must_suit(self, page: Page, actor: Actor, before: Interaction) -> None:
        """Room, skills and queues as they are under lock. An item that is his by name needs nothing else."""
        now = page.now()
        waiting = (await store.work(page.conn, now, 1, self._policy, before.id)).work
        await rows.lock_agent(page.conn, actor.id, now)  # waits, where `lock_agents` would pass by
        locked = (await rows.lock_agents(page.conn, [actor.id], now)).get(actor.id)
        if not waiting or locked is None:
            return  # lifecycle says what is wrong with either
        agent, (queues, skills) = locked
        able = Candidate(agent.id, queues, skills, True, None, agent.capacity, (), now, agent.limits)
        if before.channel == "voice" and not agent.connected:
            raise PhoneAway()
        if not lifecycle.fits(agent, before):
            raise OverCapacity()
        missing = hindrance(waiting[0], able, now)
        if missing and missing.code == "skill_missing":
            raise SkillMissing(more={"test": missing.data["test"]})
        if missing and missing.code == "not_in_queue" and waiting[0].preferred_agent != actor.id:
            raise Forbidden("This interaction is neither yours nor in one of your queues.")

    @property
    def _policy(self) -> Policy:
        return self._current()[1]
