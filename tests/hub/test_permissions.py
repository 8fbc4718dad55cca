"""An agent who loses a right gives back at once what he could hold before and cannot hold now."""

import asyncio
from uuid import UUID

import pytest

from tests.hub.conftest import Heart
from tests.hub.promising import Watched, policy, watched
from tests.support.clock import START

pytestmark = pytest.mark.usefixtures("in_order")


async def two_held(heart: Heart) -> tuple[UUID, UUID, Watched]:
    """Ann holds one, and is offered another; the customer of the first has waited since nine."""
    ann = await heart.agent("Ann", queues=("support", "sales"), skills='{"german": 3}')
    it = (await heart.arrive()).interaction_id
    await heart.accepted(ann)
    other = (await heart.arrive()).interaction_id
    await heart.offered(ann)
    heart.clock.advance(5)
    return it, other, watched(heart, policy({"require": "german >= 2"}, promises=[]))


@pytest.mark.parametrize("change", ["disabled_at = now()", "queues = '{sales}'", "skills = '{\"german\": 1}'"])
async def test_who_loses_a_right_gives_back_at_once(heart: Heart, change: str) -> None:
    it, other, desk = await two_held(heart)
    await heart.pool.execute(f"UPDATE agents SET {change} WHERE login = 'ann'")
    another = desk.another()
    await asyncio.gather(desk.loop.step(), another.step())
    for one in (it, other):
        found = await heart.loaded(one)
        assert (found.state, found.queued_at) == ("queued", START)
    reason = "agent_disabled" if "disabled" in change else "permission_lost"
    assert [one["reason"] for one in await desk.told(it, "requeued")] == [reason]
    assert [one["reason"] for one in await desk.told(other, "withdrawn")] == [reason]
    assert await heart.pool.fetchval("SELECT count(*) FROM lost_permissions") == 0


@pytest.mark.parametrize("change", ["queues = '{support}'", "skills = '{\"german\": 2}'", "name = 'Anne'"])
async def test_what_he_may_still_hold_he_keeps(heart: Heart, change: str) -> None:
    it, other, desk = await two_held(heart)
    await heart.pool.execute(f"UPDATE agents SET {change} WHERE login = 'ann'")
    await desk.loop.step()
    assert (await heart.state(it), await heart.state(other)) == ("active", "offered")
