"""I3, I4 on three nodes: a hundred reach at once for one item, and for the little room that few agents have."""

from collections.abc import AsyncIterator
from itertools import cycle

import asyncpg
import pytest

from channels.manual import Manual
from hub.desk import Desk
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.journal import Journal
from tests.hub.conftest import Heart
from tests.hub.test_desk import outcomes

Node = tuple[Desk, Dispatch]


@pytest.fixture
async def nodes(heart: Heart, dsn: str) -> AsyncIterator[list[Node]]:
    """Each with connections and a bell of its own: nothing joins them but the database."""
    pools = [await asyncpg.create_pool(dsn, min_size=1, max_size=6, timeout=30) for _ in range(3)]
    journals = [Journal(pool, heart.clock, heart.new_id, Doorbell()) for pool in pools]
    yield [
        (Desk(one, heart.intake, Manual(), heart.mailing), Dispatch(one, Doorbell())) for one in journals
    ]
    for pool in pools:
        await pool.close()


async def test_i3_of_a_hundred_claimers_on_three_nodes_one_wins_and_the_others_are_told(
    heart: Heart, nodes: list[Node]
) -> None:
    people = [await heart.agent(f"A{n}") for n in range(100)]
    it = (await heart.arrive()).interaction_id
    desks = cycle(desk for desk, _ in nodes)
    found = await outcomes(*(desk.claim(one, it) for one, desk in zip(people, desks, strict=False)))
    assert found == ["ok"] + ["taken"] * 99
    assert await heart.pool.fetchval("SELECT count(*) FROM assignments") == 1
    assert await heart.pool.fetchval("SELECT count(*) FROM touches WHERE kind = 'claimed'") == 1
    await heart.balanced()


async def test_i4_a_hundred_claims_and_every_nodes_dispatch_never_exceed_the_room_of_four(
    heart: Heart, nodes: list[Node]
) -> None:
    people = [await heart.agent(f"A{n}", capacity=100) for n in range(4)]
    items = [(await heart.arrive()).interaction_id for _ in range(25)]
    desks = cycle(desk for desk, _ in nodes)
    claims = [next(desks).claim(one, it) for it in items for one in people]
    found = await outcomes(*claims, *(dispatch.step() for _, dispatch in nodes * 3))
    used = await heart.pool.fetch("SELECT agent_id, sum(units) AS units FROM interactions"
                                  " WHERE agent_id IS NOT NULL GROUP BY agent_id")
    assert {row["agent_id"]: row["units"] for row in used} == {one.id: 90 for one in people}  # thrice 30 of 100
    assert set(found) <= {"ok", "taken", "over_capacity"}
    held = "SELECT count(*) FROM interactions WHERE state = 'active'"
    assert await heart.pool.fetchval(held) == found.count("ok") - 3 * len(nodes)
    await heart.balanced()


async def test_i3_dispatch_of_three_nodes_and_a_hundred_claims_give_an_item_to_one(
    heart: Heart, nodes: list[Node]
) -> None:
    """Pulled from the list while it is offered to somebody: one holder, whoever was first."""
    people = [await heart.agent(f"A{n}") for n in range(100)]
    it = (await heart.arrive()).interaction_id
    desks = cycle(desk for desk, _ in nodes)
    found = await outcomes(
        *(dispatch.step() for _, dispatch in nodes),
        *(desk.claim(one, it) for one, desk in zip(people, desks, strict=False)),
    )
    holders = await heart.pool.fetchval("SELECT count(*) FROM interactions WHERE agent_id IS NOT NULL")
    assert holders == 1
    assert set(found) <= {"ok", "taken", "over_capacity"}
    assert await heart.pool.fetchval("SELECT count(*) FROM assignments") == found.count("ok") - len(nodes) <= 1
    await heart.balanced()
