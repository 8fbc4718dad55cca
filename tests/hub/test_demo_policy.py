"""What the demo's policy shows to whoever does nothing: each thing that is ignored escalates by itself."""

import pytest

from hub import demo
from hub.config import Queue
from hub.policies import Policies
from hub.store import history
from routing.policy_data import load
from tests.hub.conftest import Heart
from tests.hub.promising import Watched, watched
from tests.hub.test_dispatch_policy import Office

QUEUES = [{"id": queue["id"], **demo.IN_EACH_QUEUE} for queue in demo.QUEUES]


@pytest.fixture
def watch(heart: Heart) -> Watched:
    return watched(heart, load({**demo.POLICY, "queues": QUEUES}))


async def test_an_ignored_offer_conversation_and_promise_escalate_and_stand_in_the_history(
    heart: Heart, watch: Watched
) -> None:
    office = Office(heart)
    office.policy = watch.shelf.current()[1]
    ann = await heart.agent("Ann")
    arrived = await heart.arrive()
    it = arrived.interaction_id
    await office.dispatch.step()
    await watch.look(seconds=20)
    await heart.timers.step()
    assert await heart.state(it) == "queued", "nobody took the offer"
    await watch.look(minutes=1)
    assert [one["clock"] for one in await watch.told(it, "sla_breached")] == ["first_response"]
    [step] = await watch.told(it, "escalated")
    assert step["ladder"] == "attention"
    await heart.desk.claim(ann, it)
    await watch.look(minutes=2, seconds=1)
    assert await heart.state(it) == "queued", "and nobody answered"

    customer = await heart.pool.fetchval("SELECT customer_id FROM interactions WHERE id = $1", it)
    kinds = [touch.kind for touch in (await history.timeline(heart.pool, customer, None, 50, None, ())).items]
    assert {"offered", "missed", "sla_warned", "sla_breached", "escalated", "claimed", "requeued"} <= set(kinds)


async def test_the_demo_publishes_it_once_and_whoever_changes_it_keeps_his_own(heart: Heart) -> None:
    await heart.pool.execute("INSERT INTO queues (id, name) VALUES ('billing', '{}')")
    for one in demo.USERS:
        actor = await heart.agent(one.login, one.role, ready=False, queues=one.queues)
        await heart.pool.execute("UPDATE agents SET skills = $2::jsonb WHERE id = $1", actor.id,
                                 '{"chinese": 5}' if one.skills else "{}")  # fmt: skip
    policies = Policies(heart.journal, [Queue(**queue) for queue in demo.QUEUES])
    for _ in range(2):
        await demo.publish(policies, heart.pool)
        version, policy = policies.current()
        assert version == 2
        assert [rule.id for rule in policy.rules] == [rule["id"] for rule in demo.POLICY["rules"]]
    assert (await policies.view()).findings == []


async def test_a_demo_whose_people_were_changed_starts_all_the_same(heart: Heart) -> None:
    await heart.pool.execute("INSERT INTO queues (id, name) VALUES ('billing', '{}')")
    await heart.agent(demo.USERS[0].login, "admin", ready=False)
    policies = Policies(heart.journal, [Queue(**queue) for queue in demo.QUEUES])
    await demo.publish(policies, heart.pool)
    assert policies.current()[0] == 1
