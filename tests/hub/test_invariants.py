"""I3, I4, I8 and I10 hold after every step of a random walk over everything that can happen."""

import os
from uuid import UUID

import pytest

from hub.doorbell import AgentMoved, ClockMoved, Moved
from hub.store import agents, cards, desk
from hub.wire import AgentView, Card
from tests.hub.conftest import Heart
from tests.hub.walk import Walk
from tests.support.gaps import GAPS

STEPS = 120
WALKS = int(os.environ.get("HUB_WALKS", "4"))  # more of them: other seeds


class Mirror:
    """Every agent's desk as a console builds it: one snapshot, then events alone."""

    def __init__(self, heart: Heart) -> None:
        self._heart = heart
        self._heard = 0
        self.cards: dict[UUID, dict[UUID, Card]] = {}
        self.me: dict[UUID, AgentView] = {}
        self._seen: dict[tuple[UUID, UUID], int] = {}

    async def open(self, agent_id: UUID) -> None:
        fresh = await desk.snapshot(self._heart.pool, agent_id, self._heart.clock())
        self.cards[agent_id], self.me[agent_id] = {card.id: card for card in fresh.cards}, fresh.me

    async def listen(self) -> None:
        """What has been rung since, pushed as `hub.realtime` pushes it."""
        rings, self._heard = self._heart.rings[self._heard :], len(self._heart.rings)
        for ring in rings:
            if isinstance(ring, Moved):
                await self._moved(ring)
            elif isinstance(ring, ClockMoved):
                for held in self.cards.values():
                    if card := held.get(ring.interaction_id):
                        held[card.id] = card.model_copy(update={"clock": ring.clock})
            elif isinstance(ring, AgentMoved):
                self.me[ring.agent_id] = await agents.view(self._heart.pool, ring.agent_id, self._heart.clock())

    async def _moved(self, ring: Moved) -> None:
        if ring.told and ring.told.card:
            card, desks = ring.told.card, frozenset({ring.desk})
        else:
            card, desks = await cards.card_and_desks(self._heart.pool, ring.interaction_id)
        for agent_id in ring.agents:
            if card.version <= self._seen.get((agent_id, card.id), 0):
                continue  # what was read after a later write came first
            self._seen[agent_id, card.id] = card.version
            if agent_id in desks:
                self.cards[agent_id][card.id] = card
            else:
                self.cards[agent_id].pop(card.id, None)

    async def differs(self, agent_id: UUID) -> list[str]:
        fresh = await desk.snapshot(self._heart.pool, agent_id, self._heart.clock())
        mine = {key: _bare(card) for key, card in self.cards[agent_id].items()}
        wrong = [] if mine == {card.id: _bare(card) for card in fresh.cards} else ["cards"]
        return wrong + (["me"] if self.me[agent_id] != fresh.me else [])


def _bare(card: Card) -> Card:
    """Without the customer's name: that belongs to the customer's record, which has a version of its own."""
    return card.model_copy(update={"customer_name": ""})


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", range(1, WALKS + 1))
async def test_i3_i4_i8_i10_hold_after_every_step(heart: Heart, seed: int) -> None:
    walk, mirror = Walk(heart, seed), Mirror(heart)
    await walk.begin()
    for who in walk.people:
        await mirror.open(who.id)
    for _ in range(STEPS):
        await walk.step()
        story = f"seed {seed}: {', '.join(walk.told[-12:])}"
        await heart.balanced()
        gaps = [row["what"] for row in await heart.pool.fetch(GAPS)]
        assert not gaps, f"{gaps} after {story}"
        await mirror.listen()
        for who in walk.people:
            assert not await mirror.differs(who.id), f"the desk of {who.name} is not the truth after {story}"
    assert await heart.pool.fetchval("SELECT count(DISTINCT kind) FROM touches") > 8, "the walk went nowhere"
