"""A morning at a small office, lived through by the real heart: arrivals, offers, answers, customers who leave."""

from heapq import heappop, heappush
from random import Random
from uuid import UUID

from channels.base import Address
from hub import model
from hub.model import CUSTOMER, Actor
from hub.wire import Decline, Requeue, SetPresence, WrapUp
from tests.hub.conftest import Heart
from tests.support.clock import START

CONTACTS, PATIENCE = 30, 120.0
BACK = 20.0  # seconds after which one is given back that is not for him
RINGS = 5.0  # seconds until an offer is accepted


class Morning:
    """Two agents with one chat at a time, one of whom goes home half-way; every third customer is a VIP. `refuses`:
    every so-manieth offer is declined, and every so-manieth contact given back once.
    """

    def __init__(self, heart: Heart, seed: int = 3, refuses: int = 0) -> None:
        self.heart, self.dice, self.refuses = heart, Random(seed), refuses
        self.offered = self.declined = self.given_back = 0
        self.events: list[tuple[float, int, str, UUID | None]] = []
        self.people: dict[UUID, Actor] = {}
        self.answered = self.left = 0

    def at(self, moment: float, what: str, who: UUID | None = None) -> None:
        heappush(self.events, (moment, len(self.events) + 1000 * self.answered, what, who))

    async def live(self) -> None:
        for name in ("Ann", "Ben"):
            actor = await self.heart.agent(name, capacity=30)
            self.people[actor.id] = actor
        moment = 0.0
        for _ in range(CONTACTS):
            moment += self.dice.expovariate(1 / 45)
            self.at(moment, "arrives")
        self.at(moment / 2, "goes", next(iter(self.people)))
        while self.events:
            now, _, what, who = heappop(self.events)
            self.heart.clock.advance(max(0.0, now - (self.heart.clock() - START).total_seconds()))
            await getattr(self, f"_{what}")(now, who)
            await self._dispatched(now)

    async def _dispatched(self, now: float) -> None:
        known = {row["id"] for row in await self._open()}
        await self.heart.dispatch.step()
        for row in await self._open():
            if row["id"] not in known:
                self.at(now + RINGS, "accepts", row["id"])

    async def _open(self) -> list[dict[str, UUID]]:
        return [dict(row) for row in await self.heart.pool.fetch("SELECT id FROM offers WHERE state = 'open'")]

    async def _arrives(self, now: float, _: UUID | None) -> None:
        count = await self.heart.pool.fetchval("SELECT count(*) FROM interactions")
        it = (await self.heart.arrive(addresses=(Address("visitor", f"visitor-{count}"),))).interaction_id
        await self.heart.pool.execute(
            "UPDATE customers SET vip = $2 WHERE id = (SELECT customer_id FROM interactions WHERE id = $1)",
            it, count % 3 == 0)  # fmt: skip
        self.at(now + self.dice.expovariate(1 / PATIENCE), "leaves", it)

    async def _accepts(self, now: float, offer: UUID | None) -> None:
        row = await self.heart.pool.fetchrow("SELECT * FROM offers WHERE id = $1 AND state = 'open'", offer)
        if row is None:
            return
        self.offered += 1
        actor, it = self.people[row["agent_id"]], row["interaction_id"]
        again = (await self.heart.loaded(it)).answered_at is not None
        if self.refuses and not again and self.offered % self.refuses == 0:
            await self.heart.desk.decline(actor, row["id"], Decline(reason="busy"))
            self.declined += 1
            return
        await self.heart.desk.accept(actor, row["id"])
        self.answered += not again
        if self.refuses and not again and self.answered % self.refuses == 0:
            self.at(now + BACK, "gives_back", it)
        else:
            self.at(now + self.dice.expovariate(1 / 80), "ends", it)

    async def _gives_back(self, now: float, it: UUID | None) -> None:
        assert it is not None
        actor = self.people[(await self.heart.loaded(it)).agent_id]
        await self.heart.desk.requeue(actor, it, Requeue(reason="not for me"))
        self.given_back += 1

    async def _ends(self, now: float, it: UUID | None) -> None:
        assert it is not None
        actor = self.people[(await self.heart.loaded(it)).agent_id]
        await self.heart.desk.end(actor, it)
        await self.heart.desk.wrap_up(actor, it, WrapUp(disposition="solved"))

    async def _leaves(self, now: float, it: UUID | None) -> None:
        assert it is not None
        loaded = await self.heart.loaded(it)
        if loaded.state in ("queued", "offered") and loaded.answered_at is None:
            await self.heart.journal.write(it, model.Left(60), CUSTOMER)
            self.left += 1

    async def _goes(self, now: float, who: UUID | None) -> None:
        assert who is not None
        await self.heart.presence.declare(self.people[who], who, SetPresence(state="offline"))
