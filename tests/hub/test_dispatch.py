"""Waiting work meets ready agents: at once, in order, and nobody starves (I5)."""

import asyncio
from uuid import UUID

import pytest

from hub import dispatch as module
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.errors import NotFound, OverCapacity
from hub.presence import PresenceDesk
from hub.store import agents, history
from hub.wire import Decline, Requeue, SetPresence
from tests.hub.conftest import Heart
from tests.support.clock import START
from tests.support.waiting import until

READY = SetPresence(state="available")


async def waiting(heart: Heart, count: int, **more: str) -> list[UUID]:
    """So many arrivals, a second apart, the oldest first."""
    items = []
    for _ in range(count):
        items.append((await heart.arrive(**more)).interaction_id)
        heart.clock.advance(1)
    return items


async def holder(heart: Heart, it: UUID) -> UUID | None:
    return (await heart.loaded(it)).agent_id  # type: ignore[no-any-return]


async def test_an_offer_keeps_its_reasons_and_its_deadline(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    (it,) = await waiting(heart, 1)
    await heart.offered(ann)
    found = await heart.loaded(it)
    assert (found.due_at - heart.clock()).total_seconds() == 20
    offered = (await history.touches_of(heart.pool, it))[-1]
    assert offered.data["reasons"]


async def test_i5_the_oldest_goes_first(heart: Heart) -> None:
    items = await waiting(heart, 5)
    ann = await heart.agent("Ann", capacity=30)
    for it in items:
        assert await heart.accepted(ann) == it
        await heart.desk.requeue(ann, it, Requeue(reason="x", queue="sales"))


async def test_i5_no_later_equal_item_is_offered_before_an_earlier_one(heart: Heart) -> None:
    people = {one.id: one for one in [await heart.agent(f"A{n}", capacity=60) for n in range(3)]}
    items = await waiting(heart, 12)
    for _ in range(14):
        await heart.dispatch.step()
        for row in await heart.pool.fetch("SELECT id, agent_id FROM offers WHERE state = 'open'"):
            await heart.desk.accept(people[row["agent_id"]], row["id"])
        for row in await heart.pool.fetch("SELECT id, agent_id FROM interactions WHERE state = 'active' LIMIT 1"):
            await heart.desk.requeue(people[row["agent_id"]], row["id"], Requeue(reason="x", queue="sales"))
    offered = await heart.pool.fetch("SELECT interaction_id FROM offers ORDER BY id")
    assert [row["interaction_id"] for row in offered] == items


async def test_i5_a_queue_that_nobody_serves_hides_no_other(heart: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    await waiting(heart, 9, queue="sales")
    (it,) = await waiting(heart, 1)
    ann = await heart.agent("Ann")
    assert await heart.accepted(ann) == it


async def test_i5_what_is_due_sooner_goes_first_whichever_queue_it_waits_in(heart: Heart) -> None:
    await heart.pool.execute("UPDATE queues SET service_level_seconds = 600 WHERE id = 'support'")
    await heart.pool.execute("UPDATE queues SET service_level_seconds = 60 WHERE id = 'sales'")
    (patient,) = await waiting(heart, 1)
    heart.clock.advance(60)
    hurried, later = await waiting(heart, 2, queue="sales")
    both = ("support", "sales")
    assert await heart.accepted(await heart.agent("Ann", capacity=30, queues=both)) == hurried
    heart.clock.advance(600)
    (newest,) = await waiting(heart, 1, queue="sales")
    assert await heart.accepted(await heart.agent("Ben", capacity=30, queues=both)) == later
    cleo = await heart.agent("Cleo", capacity=30, queues=both)
    assert await heart.accepted(cleo) == patient, "it waited longer than the difference of the targets"
    assert await holder(heart, newest) is None


async def test_i4_of_a_channel_nobody_is_offered_more_than_his_limit(heart: Heart) -> None:
    first, second = await waiting(heart, 2)
    ann = await heart.agent("Ann")
    await heart.pool.execute("UPDATE agents SET limits = '{\"webchat\": 1}'")
    assert await heart.accepted(ann) == first
    await heart.dispatch.step()
    assert await holder(heart, second) is None
    (why,) = await heart.dispatch.why_waiting(second)
    assert (why.code, why.data) == ("channel_limit", {"channel": "webchat", "limit": 1, "agents": 1})
    with pytest.raises(OverCapacity):
        await heart.desk.claim(ann, second)


async def test_i4_a_call_comes_on_top_of_a_mail_that_may_be_interrupted(heart: Heart) -> None:
    (mail,) = await waiting(heart, 1)
    await heart.pool.execute("UPDATE interactions SET interruptible = true, units = 60")
    ann = await heart.agent("Ann")
    assert await heart.accepted(ann) == mail
    (call,) = await waiting(heart, 1)
    await heart.pool.execute("UPDATE interactions SET exclusive = true, units = 100 WHERE id = $1", call)
    assert await heart.accepted(ann) == call
    (view,) = await agents.views(heart.pool, heart.clock())
    assert (view.used, view.presence.why_not) == (100, "full")
    (third,) = await waiting(heart, 1)
    await heart.dispatch.step()
    assert await holder(heart, third) is None, "nothing joins a call"


async def test_a_missed_offer_goes_elsewhere_with_its_age_and_not_back(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    (it,) = await waiting(heart, 1)
    await heart.offered(ann)
    heart.clock.advance(20)
    await heart.timers.step()
    ben = await heart.agent("Ben")
    await heart.presence.declare(ann, ann.id, READY)
    assert await heart.accepted(ben) == it
    assert (await heart.loaded(it)).queued_at == START
    await heart.balanced()


async def test_who_declined_is_asked_again_only_after_a_while(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    (it,) = await waiting(heart, 1)
    await heart.desk.decline(ann, await heart.offered(ann), Decline(reason="busy"))
    await heart.dispatch.step()
    assert await heart.state(it) == "queued"
    heart.clock.advance(60)
    assert await heart.accepted(ann) == it


async def test_who_gave_it_back_does_not_get_it_at_once_again(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    (it,) = await waiting(heart, 1)
    await heart.accepted(ann)
    await heart.desk.requeue(ann, it, Requeue(reason="not my field"))
    await heart.dispatch.step()
    assert await heart.state(it) == "queued"
    ben = await heart.agent("Ben")
    assert await heart.accepted(ben) == it
    await heart.desk.requeue(ben, it, Requeue(reason="for Ann", agent=ann.id))
    assert await heart.accepted(ann) == it  # asked for by name


async def test_skills_are_a_gate(heart: Heart) -> None:
    await heart.pool.execute("""UPDATE queues SET requirements = '{"zh": 3}' WHERE id = 'support'""")
    await heart.agent("Ann", skills='{"zh": 2}')
    (it,) = await waiting(heart, 1)
    await heart.dispatch.step()
    assert await heart.state(it) == "queued"
    chen = await heart.agent("Chen", skills='{"zh": 3}')
    assert await heart.accepted(chen) == it


async def test_an_item_may_ask_for_more_than_its_queue(heart: Heart) -> None:
    await heart.pool.execute("""UPDATE queues SET requirements = '{"zh": 1}' WHERE id = 'support'""")
    (it,) = await waiting(heart, 1)
    await heart.pool.execute("""UPDATE interactions SET requirements = '{"zh": 4, "law": 1}'""")
    await heart.agent("Ann", skills='{"zh": 3, "law": 1}')
    await heart.dispatch.step()
    assert await heart.state(it) == "queued"
    chen = await heart.agent("Chen", skills='{"zh": 4, "law": 1}')
    assert await heart.accepted(chen) == it


async def test_nobody_ready_or_nothing_waiting_is_no_work(heart: Heart) -> None:
    assert await heart.dispatch.step() > 0
    await waiting(heart, 1)
    assert await heart.dispatch.step() > 0
    await heart.agent("Ann")
    assert await heart.dispatch.step() > 0


async def test_why_it_waits(heart: Heart) -> None:
    await heart.agent("Ann", ready=False)
    (it,) = await waiting(heart, 1)
    assert [(r.code) for r in await heart.dispatch.why_waiting(it)]
    ben = await heart.agent("Ben")
    await heart.accepted(ben)
    with pytest.raises(NotFound):
        await heart.dispatch.why_waiting(it)


async def test_several_nodes_offer_each_item_once(heart: Heart) -> None:
    for n in range(6):
        await heart.agent(f"A{n}", capacity=30)
    await waiting(heart, 10)
    await asyncio.gather(*(heart.dispatch.step() for _ in range(5)))
    for least in (1, 6):  # who looked while another one offered may have been refused; the next pass fills up
        rows = await heart.pool.fetch("SELECT agent_id, interaction_id FROM offers WHERE state = 'open'")
        assert len(rows) == len({r["agent_id"] for r in rows}) == len({r["interaction_id"] for r in rows}) >= least
        await heart.dispatch.step()
    await heart.balanced()


async def test_the_doorbell_wakes_dispatch_when_work_comes_and_when_agents_do(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NET", 3600.0)
    bell = Doorbell()
    heart.journal.doorbell = bell
    heart.presence = PresenceDesk(heart.journal)
    running = asyncio.create_task(Dispatch(heart.journal, bell).run())
    await asyncio.sleep(0)
    ann = await heart.agent("Ann", capacity=30)
    (one,) = await waiting(heart, 1)
    await until(lambda: _offered(heart, one))
    (two,) = await waiting(heart, 1)
    ben = await heart.agent("Ben")
    await until(lambda: _offered(heart, two))
    assert (await holder(heart, one), await holder(heart, two)) == (ann.id, ben.id)
    running.cancel()


async def _offered(heart: Heart, it: UUID) -> bool:
    return await heart.state(it) == "offered"
