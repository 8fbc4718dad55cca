"""I3, I4, I5 where agents take their work themselves: never offered, in order, with skills and room, one holder."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from hub import pulling
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.errors import Forbidden, Invalid, NotFound, NotYours, OverCapacity, Taken
from hub.escalation import Escalation
from hub.journal import Journal
from hub.model import Actor
from hub.pulling import NothingToTake, PhoneAway, Pulling, SkillMissing
from hub.store.journal import lock_interaction
from hub.wire import Requeue
from hub.wire_pull import Pulls
from routing.policy import Policy
from tests.hub.conftest import Heart
from tests.hub.promising import policy
from tests.hub.test_desk import outcomes
from tests.hub.test_dispatch import holder


def pulled(**support: Any) -> Policy:
    return policy({"mode": "pull", "target_minutes": 60, **support})


class Room:
    """A heart whose queue support is pulled from."""

    def __init__(self, heart: Heart) -> None:
        self.heart, self.policy = heart, pulled()
        self.pulling = Pulling(heart.journal, self.current)
        self.dispatch = Dispatch(heart.journal, Doorbell(), self.current)

    def current(self) -> tuple[int, Policy]:
        return 1, self.policy

    async def arrive(self, **placement: Any) -> UUID:
        self.heart.clock.advance(1)
        it = (await self.heart.arrive()).interaction_id
        await self.heart.pool.execute(
            "UPDATE interactions SET placement = $2 WHERE id = $1", it, json.dumps({"queue": "support", **placement}))
        return it

    async def claimed(self, it: UUID) -> dict[str, Any]:
        found = await self.heart.pool.fetchval(
            "SELECT data FROM touches WHERE interaction_id = $1 AND kind = 'claimed'", it)
        return dict(json.loads(found))


@pytest.fixture
def room(heart: Heart) -> Room:
    return Room(heart)


@pytest.fixture
async def nodes(room: Room, dsn: str) -> AsyncIterator[list[tuple[Pulling, Dispatch]]]:
    """Three, joined by nothing but the database."""
    pools = [await asyncpg.create_pool(dsn, min_size=1, max_size=6, timeout=30) for _ in range(3)]
    journals = [Journal(pool, room.heart.clock, room.heart.new_id, Doorbell()) for pool in pools]
    yield [(Pulling(one, room.current), Dispatch(one, Doorbell(), room.current)) for one in journals]
    for pool in pools:
        await pool.close()


async def test_it_is_not_offered_and_says_why_and_the_push_queue_beside_is(heart: Heart, room: Room) -> None:
    ann = await heart.agent("Ann")
    it = await room.arrive()
    await room.dispatch.step()
    assert await holder(heart, it) is None
    codes = [one.code for one in await room.dispatch.why_waiting(it)]
    assert codes == ["agent_free", "pulled"]
    room.policy = policy()
    await room.dispatch.step()
    assert await holder(heart, it) == ann.id


async def test_the_next_is_taken_in_order_with_what_is_urgent_first(heart: Heart, room: Room) -> None:
    ann = await heart.agent("Ann")
    old, new, urgent = [await room.arrive(), await room.arrive(), await room.arrive(target_minutes=1)]
    assert await room.pulling.pulls(ann) == Pulls(queues=["support"], next=str(urgent))
    assert [await room.pulling.take_next(ann) for _ in range(3)] == [urgent, old, new]
    assert (await room.claimed(old))["next"] is True
    assert await room.pulling.pulls(ann) == Pulls(queues=["support"], next=None)
    with pytest.raises(NothingToTake):
        await room.pulling.take_next(ann)
    await heart.balanced()


async def test_room_and_skill_and_queue_decide_what_is_next(heart: Heart, room: Room) -> None:
    german = await room.arrive(require="german >= 2")
    plain = await room.arrive()
    ann = await heart.agent("Ann", capacity=50, skills='{"german": 1}')
    eve = await heart.agent("Eve", skills='{"german": 2}')
    assert await room.pulling.take_next(ann) == plain
    with pytest.raises(NothingToTake):
        await room.pulling.take_next(ann)
    with pytest.raises(NothingToTake):
        await room.pulling.take_next(eve, "sales")
    assert await room.pulling.take_next(eve, "support") == german


async def test_out_of_turn_only_with_a_reason_and_the_reason_is_in_the_history(heart: Heart, room: Room) -> None:
    ann = await heart.agent("Ann")
    first, second = await room.arrive(), await room.arrive()
    with pytest.raises(Invalid) as refused:
        await room.pulling.claim(ann, second)
    assert (refused.value.fields, refused.value.more) == ({"reason": "empty"}, {"first": 1})
    await room.pulling.claim(ann, second, "He is on the line with me")
    assert (await room.claimed(second))["reason"] == "He is on the line with me"
    await room.pulling.claim(ann, first)
    await room.pulling.claim(ann, first)  # the same click again
    assert "reason" not in await room.claimed(first)


async def test_of_a_push_queue_one_is_taken_without_a_reason(heart: Heart, room: Room) -> None:
    room.policy = policy()
    ann, _, second = await heart.agent("Ann"), await room.arrive(), await room.arrive()
    await room.pulling.claim(ann, second)
    with pytest.raises(NothingToTake):  # there is no queue from which she pulls
        await room.pulling.take_next(ann)
    assert await room.pulling.pulls(ann) == Pulls(queues=[], next=None)


async def test_what_he_lacks_refuses_the_claim_but_not_a_supervisors(heart: Heart, room: Room) -> None:
    it = await room.arrive(require="german >= 2")
    ann, bob = await heart.agent("Ann", skills='{"german": 1}'), await heart.agent("Bob", capacity=10)
    with pytest.raises(SkillMissing) as refused:
        await room.pulling.claim(ann, it, "I can read it")
    assert refused.value.more == {"test": "german >= 2"}
    room.heart.clock.advance(60)
    await heart.pool.execute("""UPDATE interactions SET placement = '{"queue": "support"}' WHERE id = $1""", it)
    with pytest.raises(OverCapacity):
        await room.pulling.claim(bob, it, "mine")
    await heart.pool.execute("UPDATE agents SET queues = '{sales}' WHERE id = $1", ann.id)
    with pytest.raises(Forbidden):
        await room.pulling.claim(ann, it, "mine")
    with pytest.raises(NotFound):
        await room.pulling.claim(ann, UUID(int=1))
    await heart.pool.execute(
        """UPDATE interactions SET placement = '{"queue": "support", "require": "german >= 9"}' WHERE id = $1""", it)
    await room.pulling.claim(await heart.agent("Sue", "supervisor"), it)
    with pytest.raises(Taken):
        await room.pulling.claim(bob, it, "mine")


async def test_who_may_not_take_work_is_told(heart: Heart, room: Room) -> None:
    await room.arrive()
    ann = await heart.agent("Ann")
    await heart.pool.execute("UPDATE agents SET disabled_at = now() WHERE id = $1", ann.id)
    with pytest.raises(NotYours):
        await room.pulling.take_next(ann)


async def test_what_is_his_by_name_comes_first_and_a_colleagues_last(heart: Heart, room: Room) -> None:
    ann, bob = await heart.agent("Ann"), await heart.agent("Bob")
    old, given = await room.arrive(), await room.arrive()
    await room.pulling.claim(ann, given, "to hand it on")
    await heart.desk.requeue(ann, given, Requeue(reason="He knows it", agent=bob.id))
    last = await room.arrive()
    assert [await room.pulling.take_next(ann) for _ in range(2)] == [old, last]
    assert await room.pulling.take_next(bob) == given


async def test_a_skill_lost_while_the_claim_waits_for_its_lock_is_seen(heart: Heart, room: Room) -> None:
    """The skill goes after the line was read, and before the claim is under lock."""
    it = await room.arrive(require="german")
    ann = await heart.agent("Ann", skills='{"german": 1}')
    async with heart.pool.acquire() as conn, conn.transaction():
        await lock_interaction(conn, it)
        await conn.execute("UPDATE agents SET skills = '{}' WHERE id = $1", ann.id)
        claim = asyncio.create_task(room.pulling.claim(ann, it))
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await heart.pool.fetchval(waits):
            await asyncio.sleep(0)
    with pytest.raises(SkillMissing):
        await claim
    assert await holder(heart, it) is None


async def test_the_promise_and_the_longest_wait_count_as_ever(heart: Heart, room: Room) -> None:
    room.policy = pulled(overflow={"max_wait": {"minutes": 30, "to": "queue", "queue": "sales"}})
    it = await room.arrive()
    escalation = Escalation(heart.journal, Doorbell(), room.current)
    await escalation.step()
    heart.clock.advance(timedelta(minutes=31).total_seconds())
    await escalation.step()
    kinds = {row["kind"] for row in await heart.pool.fetch("SELECT kind FROM touches WHERE interaction_id = $1", it)}
    assert {"sla_breached", "overflowed"} <= kinds
    assert await heart.pool.fetchval("SELECT queue_id FROM interactions WHERE id = $1", it) == "sales"


async def test_i4_a_hundred_agents_of_three_nodes_ask_for_the_next_and_each_item_has_one_holder(
    heart: Heart, room: Room, nodes: list[tuple[Pulling, Dispatch]]
) -> None:
    people = [await heart.agent(f"A{n}", capacity=50) for n in range(100)]
    items = {await room.arrive() for _ in range(20)}
    took: list[UUID] = []

    async def take(one: Actor, by: Pulling) -> None:
        took.append(await by.take_next(one))

    pulling = cycle(one for one, _ in nodes)
    found = await outcomes(
        *(take(one, by) for one, by in zip(people, pulling, strict=False)), *(one.step() for _, one in nodes))
    assert (set(took), len(took)) == (items, 20)
    assert found.count("nothing_to_take") == 80
    assert await heart.pool.fetchval("SELECT count(DISTINCT agent_id) FROM interactions WHERE state = 'active'") == 20
    assert await heart.pool.fetchval("SELECT count(*) FROM offers") == 0
    await heart.balanced()


async def test_i4_a_hundred_claims_of_one_agents_little_room_never_exceed_it(
    heart: Heart, room: Room, nodes: list[tuple[Pulling, Dispatch]]
) -> None:
    ann = await heart.agent("Ann", capacity=100)
    items = [await room.arrive() for _ in range(12)]
    pulling = cycle(one for one, _ in nodes)
    found = await outcomes(
        *(next(pulling).claim(ann, it, "all mine") for it in items), *(next(pulling).take_next(ann) for _ in range(12)))
    assert found.count("ok") == 3  # thrice 30 of 100
    assert set(found) <= {"ok", "over_capacity", "nothing_to_take", "taken"}
    assert await heart.pool.fetchval("SELECT sum(units) FROM interactions WHERE agent_id = $1", ann.id) == 90
    await heart.balanced()


async def test_what_is_somebody_elses_by_name_hides_nothing(
    heart: Heart, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "LOOKED_AT", 2)
    ann, bob = await heart.agent("Ann"), await heart.agent("Bob")
    bobs = [await room.arrive() for _ in range(5)]
    await heart.pool.execute("UPDATE interactions SET preferred_agent_id = $1", bob.id)
    free = await room.arrive()
    assert await room.pulling.take_next(ann) == free
    assert await room.pulling.take_next(ann) == bobs[0], "when nothing else is left"


async def test_what_is_ones_own_by_name_is_next_however_many_wait_before_it(
    heart: Heart, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "LOOKED_AT", 2)
    ann = await heart.agent("Ann")
    _, _, _, own = [await room.arrive() for _ in range(4)]
    await heart.pool.execute("UPDATE interactions SET preferred_agent_id = $1 WHERE id = $2", ann.id, own)
    assert await room.pulling.pulls(ann) == Pulls(queues=["support"], next=str(own))
    await room.pulling.claim(ann, own)  # and needs no reason


async def test_the_same_wish_for_the_next_takes_one(heart: Heart, room: Room) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben")
    first, second, third = [await room.arrive() for _ in range(3)]
    wish = uuid4()
    assert [await room.pulling.take_next(ann, once=wish) for _ in range(2)] == [first, first]
    assert await room.pulling.take_next(ben, once=wish) == second, "it is a wish of his own"
    assert await room.pulling.take_next(ann, once=uuid4()) == third


async def test_who_is_full_is_told_so_whatever_comes_first(heart: Heart, room: Room) -> None:
    ann = await heart.agent("Ann", capacity=30)
    one, _, three = [await room.arrive() for _ in range(3)]
    await room.pulling.claim(ann, one)
    with pytest.raises(OverCapacity):
        await room.pulling.claim(ann, three)


async def test_a_caller_is_taken_only_where_a_phone_can_ring(heart: Heart, room: Room) -> None:
    ann = await heart.agent("Ann", ready=False)
    it = await room.arrive()
    await heart.pool.execute("UPDATE interactions SET channel = 'voice', exclusive = true")
    with pytest.raises(PhoneAway):
        await room.pulling.claim(ann, it)
    with pytest.raises(NothingToTake):
        await room.pulling.take_next(ann)
    await heart.connect(ann)
    await room.pulling.claim(ann, it)
