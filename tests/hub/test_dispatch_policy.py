"""Dispatch does what the policy in force says: whom an item needs, in which ring, and who is asked first (I5)."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hub import dispatch as module
from hub import loop
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.model import Actor
from hub.store import history
from hub.wire import Decline, Requeue
from routing.policy import Policy
from routing.policy_data import load
from tests.hub.conftest import Heart
from tests.hub.promising import PLAIN
from tests.hub.test_dispatch import holder, waiting
from tests.support.waiting import until


def policy(**support: Any) -> Policy:
    return load({**PLAIN, "queues": [{"id": "support", "target_minutes": 1, **support}, {"id": "sales"}]})


class Office:
    """A heart under a policy that a test may change."""

    def __init__(self, heart: Heart, given: Policy | None = None) -> None:
        self.heart, self.policy, self.version = heart, given or policy(), 1
        self.dispatch = heart.dispatch = Dispatch(heart.journal, Doorbell(), lambda: (self.version, self.policy))

    async def arrive(self, **placement: Any) -> UUID:
        it = (await self.heart.arrive()).interaction_id
        await self.heart.pool.execute(
            "UPDATE interactions SET placement = $2 WHERE id = $1", it, json.dumps({"queue": "support", **placement}))
        return it

    async def codes(self, it: UUID) -> list[str]:
        return [reason.code for reason in await self.dispatch.why_waiting(it)]

    async def nobody(self, it: UUID) -> None:
        await self.dispatch.step()
        assert await holder(self.heart, it) is None

    async def taken(self, it: UUID, by: Actor) -> None:
        await self.dispatch.step()
        assert await holder(self.heart, it) == by.id

    def later(self, seconds: float) -> None:
        self.heart.clock.advance(seconds)


@pytest.fixture
def office(heart: Heart) -> Office:
    return Office(heart)


async def test_what_the_placement_requires_is_a_gate_and_the_missing_test_is_said(heart: Heart, office: Office) -> None:
    it = await office.arrive(require="german >= 3 or law")
    await heart.agent("Ann", skills='{"german": 2}')
    await office.nobody(it)
    (why,) = await office.dispatch.why_waiting(it)
    assert (why.code, why.data["test"]) == ("skill_missing", "german >= 3")
    await office.taken(it, await heart.agent("Law", skills='{"law": 1}'))


async def test_the_queue_of_the_policy_requires_besides_and_its_row_does_not(heart: Heart, office: Office) -> None:
    await heart.pool.execute("""UPDATE queues SET requirements = '{"zh": 3}' WHERE id = 'support'""")
    it = await office.arrive()
    ann = await heart.agent("Ann", skills='{"german": 2}')
    office.policy = policy(require="not trainee and german >= 3")
    await office.nobody(it)
    office.policy = policy(require="german")
    await office.taken(it, ann)


async def test_an_offer_names_the_version_that_made_it_and_rings_as_long_as_it_says(
    heart: Heart, office: Office
) -> None:
    office.policy, office.version = policy(offer_seconds=45), 7
    it = await office.arrive()
    await heart.agent("Ann")
    await office.dispatch.step()
    assert (await heart.loaded(it)).due_at - heart.clock() == timedelta(seconds=45)
    assert (await history.touches_of(heart.pool, it))[-1].data["policy"] == 7
    assert await heart.pool.fetchval("SELECT policy_version FROM offers") == 7


async def test_a_ring_lets_more_agents_in_at_its_moment(heart: Heart, office: Office) -> None:
    it = await office.arrive(require="german >= 4", rings=[{"after_seconds": 30, "require": "german"}])
    ann = await heart.agent("Ann", skills='{"german": 1}')
    await office.nobody(it)
    assert await office.codes(it) == ["skill_missing", "ring"]
    office.later(29.75)
    assert await office.dispatch.step() == 0.25, "it asks again when the ring begins, not when the next poll would"
    await office.nobody(it)
    office.later(0.25)
    await office.taken(it, ann)
    data: Any = (await history.touches_of(heart.pool, it))[-1].data
    assert [one["data"]["ring"] for one in data["reasons"] if one["code"] == "ring"] == [1]


async def test_the_loop_wakes_for_a_ring_without_any_bell(heart: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NET", 3600.0)
    office = Office(heart)
    it = await office.arrive(require="law", rings=[{"after_seconds": 30}])
    await heart.agent("Ann")
    office.later(29.9)
    steps: list[float] = []

    async def step() -> float:
        steps.append(await office.dispatch.step())
        office.later(0.1)  # what passes while the loop waits so long
        return steps[-1]

    running = asyncio.create_task(loop.run(loop.Wake(Doorbell(), lambda _: False), step))
    await until(lambda: _offered(heart, it))
    running.cancel()
    assert 0 < steps[0] <= 0.11


async def _offered(heart: Heart, it: UUID) -> bool:
    return await heart.state(it) == "offered"


async def test_i5_items_of_one_placement_in_an_earlier_ring_hide_nobody(
    heart: Heart, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    rings = [{"after_seconds": 60, "require": "german"}]
    old = await office.arrive(require="law", rings=rings)
    await heart.pool.execute("UPDATE interactions SET priority = -9")
    office.later(60)
    for _ in range(5):
        await office.arrive(require="law", rings=rings)
    await office.taken(old, await heart.agent("Ann", skills='{"german": 1}'))


async def test_i5_items_that_wait_for_one_agent_hide_nobody(
    heart: Heart, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    owner, customer = await heart.agent("Owen"), (await office.arrive())
    await heart.accepted(owner)
    known = await heart.pool.fetchval("SELECT customer_id FROM interactions WHERE id = $1", customer)
    await heart.pool.execute("UPDATE agents SET limits = '{\"webchat\": 1}' WHERE login = 'owen'")
    held = [await office.arrive(sticky={"to": "owner", "seconds": 90}) for _ in range(4)]
    await heart.pool.execute("UPDATE interactions SET customer_id = $1 WHERE id = ANY ($2::uuid[])", known, held)
    office.later(1)
    last = await office.arrive(sticky={"to": "owner", "seconds": 90})
    ann = await heart.agent("Ann")
    await office.taken(last, ann)
    assert await office.codes(held[0]) == ["held_for_preferred", "offer_open", "channel_limit"]


@pytest.mark.parametrize("to", ["owner", "last_agent"])
async def test_who_knows_the_customer_is_waited_for_while_he_is_here(heart: Heart, office: Office, to: str) -> None:
    owner, first = await heart.agent("Owen", capacity=30), await office.arrive()
    await heart.accepted(owner)
    it = await office.arrive(sticky={"to": to, "seconds": 20})
    await heart.pool.execute(
        "UPDATE interactions SET customer_id = (SELECT customer_id FROM interactions WHERE id = $2) WHERE id = $1",
        it, first)
    ann = await heart.agent("Ann")
    await office.nobody(it)
    (held, *_) = await office.dispatch.why_waiting(it)
    assert (held.code, held.data["seconds"]) == ("held_for_preferred", 20)
    if to == "owner":
        await heart.pool.execute("UPDATE agents SET declared = 'break' WHERE login = 'owen'")
    else:
        office.later(20)
    await office.taken(it, ann)


async def test_whom_it_was_sent_to_by_name_comes_before_who_knows_the_customer(heart: Heart, office: Office) -> None:
    owner = await heart.agent("Owen")
    it = await office.arrive()
    await heart.accepted(owner)
    await heart.agent("Idle")
    office.later(60)
    ann = await heart.agent("Ann")
    await heart.pool.execute(
        """UPDATE interactions SET placement = '{"queue": "support", "sticky": {"to": "last_agent", "seconds": 90}}'""")
    await heart.desk.requeue(owner, it, Requeue(reason="for Ann", agent=ann.id))
    await office.taken(it, ann)
    data: Any = (await history.touches_of(heart.pool, it))[-1].data
    assert {"code": "preferred_agent", "data": {"as": "named"}} in data["reasons"]


async def test_of_those_who_may_the_preferred_one_is_asked(heart: Heart, office: Office) -> None:
    await heart.agent("Ann")
    office.later(60)
    ben = await heart.agent("Ben", skills='{"accounting": 2}')
    it = await office.arrive(prefer=["accounting"])
    await office.taken(it, ben)


async def test_the_newest_goes_first_where_the_queue_says_so_whatever_is_behind(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    office = Office(heart, policy(order="lifo", target_minutes=5))
    overdue, *items = await waiting(heart, 5)
    await office.taken(items[-1], await heart.agent("Ann"))
    await heart.pool.execute("UPDATE interactions SET queued_at = queued_at - interval '1 hour' WHERE id = $1", overdue)
    await office.taken(overdue, await heart.agent("Ben"))
    await office.taken(items[-2], await heart.agent("Cleo"))


async def test_the_target_of_a_placement_counts_before_that_of_its_queue(heart: Heart, office: Office) -> None:
    first = await office.arrive(target_minutes=60)
    office.later(60)
    second = await office.arrive()
    await office.taken(second, await heart.agent("Ann"))
    await office.taken(first, await heart.agent("Ben"))


async def test_who_declined_is_not_asked_for_as_long_as_the_queue_says(heart: Heart, office: Office) -> None:
    office.policy = policy(exclude_seconds=300)
    ann, it = await heart.agent("Ann"), await office.arrive()
    await heart.desk.decline(ann, await heart.offered(ann), Decline(reason="busy"))
    office.later(299)
    await office.nobody(it)
    assert await office.codes(it) == ["excluded"]
    office.policy = policy(exclude_seconds=299)
    await office.taken(it, ann)
    await heart.desk.accept(ann, (await heart.loaded(it)).offer_id)
    office.later(1_000)
    await heart.desk.requeue(ann, it, Requeue(reason="not mine"))
    office.later(298)
    await office.nobody(it)
    office.policy = policy(exclude_seconds=0)
    await office.taken(it, ann)


async def test_i5_those_whom_nobody_here_may_be_asked_again_for_hide_nobody(
    heart: Heart, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    ann = await heart.agent("Ann")
    declined = [await office.arrive() for _ in range(3)]
    for _ in declined:
        await heart.desk.decline(ann, await heart.offered(ann), Decline(reason="busy"))
    office.later(1)
    await office.taken(await office.arrive(), ann)


async def test_a_wait_says_how_often_it_was_refused(heart: Heart, office: Office) -> None:
    it = await office.arrive()
    await heart.pool.execute("UPDATE interactions SET refused = 3")
    assert await office.codes(it) == ["no_agents", "refused"]


async def test_a_placement_that_cannot_be_read_does_not_stop_the_queue(heart: Heart, office: Office) -> None:
    it = await office.arrive(require="german >=")
    await office.taken(it, await heart.agent("Ann"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE agents SET skills = '{\"german\": 3}'",
        "UPDATE interactions SET placement = '{\"queue\": \"support\"}'",
        "UPDATE interactions SET placement = '{\"queue\": \"support\", \"require\": \"law\"}'",
    ],
)
async def test_any_change_of_skills_or_rules_counts_within_a_second_even_unheard(
    heart: Heart, office: Office, change: str
) -> None:
    ann = await heart.agent("Ann", skills='{"law": 1}')
    it = await office.arrive(require="german >= 3")
    await office.nobody(it)
    await heart.pool.execute(change)
    assert await office.dispatch.step() < 1
    assert await holder(heart, it) == ann.id


async def test_a_change_of_capacity_or_of_the_policy_counts_at_the_next_look(heart: Heart, office: Office) -> None:
    ann = await heart.agent("Ann", capacity=10)
    it = await office.arrive()
    await office.nobody(it)
    await heart.pool.execute("UPDATE agents SET capacity = 100")
    office.policy = policy(require="law")
    assert await office.dispatch.step() < 1
    assert await office.codes(it) == ["skill_missing"]
    office.policy = policy()
    await office.taken(it, ann)


async def _named_for(heart: Heart, it: UUID, agent: Actor) -> None:
    await heart.pool.execute("UPDATE interactions SET preferred_agent_id = $2 WHERE id = $1", it, agent.id)


async def test_what_is_an_agents_by_name_waits_for_him_as_long_as_its_queue_says(heart: Heart, office: Office) -> None:
    office.policy = policy(agent_seconds=120)
    ann, hers = await heart.agent("Ann", capacity=30), await office.arrive()
    await heart.desk.claim(ann, await office.arrive())
    await _named_for(heart, hers, ann)
    ben = await heart.agent("Ben")
    await office.nobody(hers)
    assert "held_for_preferred" in await office.codes(hers)
    office.later(120)
    await office.taken(hers, ben)


async def test_nobody_waits_for_a_named_agent_who_is_away_nor_where_the_queue_does_not_say_so(
    heart: Heart, office: Office
) -> None:
    office.policy = policy(agent_seconds=120)
    ann, ben = await heart.agent("Ann", ready=False), await heart.agent("Ben")
    first = await office.arrive()
    await _named_for(heart, first, ann)
    await office.taken(first, ben)
    office.policy = policy()
    eve, zoe = await heart.agent("Eve", capacity=30), await heart.agent("Zoe")
    await heart.desk.claim(eve, await office.arrive())
    second = await office.arrive()
    await _named_for(heart, second, eve)
    await office.taken(second, zoe)


async def test_what_waits_for_a_busy_agent_by_name_hides_nothing_from_the_others(heart: Heart, office: Office) -> None:
    office.policy = policy(agent_seconds=600)
    ann = await heart.agent("Ann", capacity=30)
    await heart.desk.claim(ann, await office.arrive())
    for _ in range(20):
        await _named_for(heart, await office.arrive(), ann)
        office.later(1)
    last = await office.arrive()
    await office.taken(last, await heart.agent("Ben"))
