"""Looking at the first of each kind and each group decides what looking at everything would."""

import asyncio
import json
from datetime import timedelta
from random import Random
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import dispatch as module
from hub import model
from hub.decisions import Decisions
from hub.doorbell import Doorbell
from hub.journal import Known
from hub.roster import Roster
from hub.store import dispatch as store
from hub.store.journal import Able
from routing.expression_parse import parse
from routing.match import match
from routing.model import Policy, Work
from tests.hub.conftest import Heart
from tests.hub.test_decisions import Kept
from tests.hub.test_dispatch import waiting
from tests.hub.test_dispatch_policy import Office, policy
from tests.support.clock import START
from tests.support.waiting import until

REQUIRES = (None, parse("german >= 2"))


def agent(random: Random, number: int) -> dict[str, Any]:
    """A row as `store.agents` reads it."""
    held = {"channel": "webchat", "units": random.choice([30, 60]), "exclusive": False,
            "interruptible": random.random() < 0.3, "offered": random.random() < 0.3}  # fmt: skip
    return {
        "id": UUID(int=number + 1), "idle_since": START - timedelta(seconds=random.randrange(5)),
        "queues": random.choice([["q0"], ["q0", "q1"]]), "skills": random.choice(['{"german": 3}', "{}"]),
        "capacity": random.choice([60, 100]), "limits": random.choice(["{}", '{"webchat": 1}']),
        "declared": random.choice(["available", "available", "break"]), "pending": None, "connected": True,
        "load": json.dumps(random.choice([[], [], [held]])),
    }  # fmt: skip


def item(random: Random, number: int, agents: int) -> Work:
    somebody = [UUID(int=random.randrange(agents) + 1) for _ in range(3)]
    return Work(
        id=UUID(int=1_000 + number), queue=random.choice(["q0", "q1"]), channel=random.choice(["webchat", "voice"]),
        priority=random.choice([0, 0, 2]), queued_at=START - timedelta(seconds=random.randrange(300)),
        units=random.choice([20, 40, 100]), exclusive=random.random() < 0.2,
        queue_requires=random.choice(REQUIRES), excluded_agents=frozenset(somebody[: random.choice([0, 0, 1, 2])]),
        preferred_agent=random.choice([None, None, somebody[2]]),
        preferred_until=random.choice([None, START + timedelta(seconds=30)]))  # fmt: skip


def learned(rows: list[dict[str, Any]]) -> Roster:
    roster = Roster()
    for row in rows:
        roster._learn(cast(asyncpg.Record, row))
    return roster


@given(st.integers(0, 10**9))
def test_the_first_of_each_group_get_what_they_would_among_all(seed: int) -> None:
    random = Random(seed)
    rows = [agent(random, number) for number in range(random.randrange(1, 30))]
    roster = learned(rows)
    work = [item(random, number, len(rows)) for number in range(random.randrange(1, 6))]
    ordering = Policy(offers_per_agent=random.choice([1, 2]))
    some, everybody = (match(work, agents, ordering, START).matches for agents in (roster.nearest(work), roster.agents))
    assert some == everybody, "the same offers, in the same order, for the same reasons"
    assert len(everybody) <= roster.room(ordering)[0]
    assert {one.work.queue for one in everybody} <= roster.room(ordering)[1]


@given(st.integers(0, 10**9))
def test_what_is_learned_again_stands_once_and_in_its_place(seed: int) -> None:
    random = Random(seed)
    rows = [agent(random, random.randrange(6)) for _ in range(20)]
    roster, last = learned(rows), {row["id"]: row for row in rows}
    afresh = learned(list(last.values()))
    assert sorted(one.id for one in roster.agents) == sorted(last)
    assert {like: group.members for like, group in roster._groups.items()} == {
        like: group.members for like, group in afresh._groups.items()}


def test_of_many_alike_few_are_asked() -> None:
    random = Random(1)
    one = {**agent(random, 0), "declared": "available", "load": "[]", "queues": ["q0", "q1"]}
    roster = learned([{**one, "id": UUID(int=number + 1)} for number in range(5_000)])
    assert len(roster.nearest([item(random, number, 1) for number in range(3)])) <= 3 + 1 + 2


async def a_mixed_floor(heart: Heart, office: Office, seed: int) -> None:
    random = Random(seed)
    office.policy = policy(order=random.choice(["fifo", "lifo"]), target_minutes=1)
    for _ in range(24):
        placement: dict[str, Any] = random.choice(
            [{}, {"require": "german >= 2", "rings": [{"after_seconds": 20}]}, {"target_minutes": 3}])
        await office.arrive(**placement)
        heart.clock.advance(random.randrange(4))
    for number in range(9):
        await heart.agent(f"A{number}", skills=random.choice(['{"german": 3}', "{}"]))
        heart.clock.advance(1)


@pytest.mark.parametrize("seed", range(4))
async def test_rounds_of_a_few_offer_what_one_look_at_all_would(
    heart: Heart, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    office = Office(heart)
    await a_mixed_floor(heart, office, seed)
    now = heart.clock()
    found = await store.work(heart.pool, now, 1_000, office.policy)
    assert len(found.work) == 24
    plan = match(found.work, await store.candidates(heart.pool, now), office.policy.ordering(), now)
    monkeypatch.setattr(module, "BATCH", 2)
    for _ in range(9):
        await office.dispatch._turn()
    rows = await heart.pool.fetch("SELECT interaction_id, agent_id FROM offers ORDER BY id")
    assert [tuple(row) for row in rows] == [(one.work.id, one.agent.id) for one in plan.matches]
    assert len(rows) == 9


async def test_who_is_locked_or_full_is_left_out_and_the_others_are_offered(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann", capacity=50), await heart.agent("Ben")
    first, second, third = await waiting(heart, 3)
    later = heart.clock() + timedelta(seconds=20)
    able: dict[UUID, Able] = dict.fromkeys((ann.id, ben.id), (frozenset({"support"}), {}))
    known = Known(dict.fromkeys((first, second, third), 1), able)
    wanted = {it: model.Offered(by.id, heart.new_id(), later, ()) for it, by in
              ((first, ann), (second, ann), (third, ben))}
    async with heart.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM agents WHERE id = $1 FOR NO KEY UPDATE", ben.id)
        async with heart.journal.begin() as page:
            assert await page.offer(wanted, known) == {first}, "the second would be more than Ann can hold"
    async with heart.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM interactions WHERE id = $1 FOR NO KEY UPDATE", second)
        async with heart.journal.begin() as page:
            assert await page.offer({it: wanted[it] for it in (second, third)}, known) == {third}
    await heart.balanced()


@pytest.mark.parametrize("lost", ["skills = '{}'", "queues = '{sales}'", "capacity = 10"])
async def test_what_an_agent_loses_after_he_was_read_counts_before_the_offer(heart: Heart, lost: str) -> None:
    await heart.pool.execute("""UPDATE queues SET requirements = '{"zh": 3}' WHERE id = 'support'""")
    ann = await heart.agent("Ann", skills='{"zh": 3}')
    (it,) = await waiting(heart, 1)
    await heart.dispatch._read_all(heart.clock())
    await heart.pool.execute(f"UPDATE agents SET {lost} WHERE id = $1", ann.id)
    await heart.dispatch._decide(heart.clock(), whole=False)
    assert await heart.state(it) == "queued"
    await heart.dispatch.step()
    assert await heart.state(it) == "queued"


async def test_an_item_that_moved_after_it_was_read_is_decided_again(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    await heart.agent("Ann")
    ben = await heart.agent("Ben", queues=("sales",))
    (it,) = await waiting(heart, 1)
    read = store.work

    async def moved_meanwhile(*args: Any, **more: Any) -> store.Snapshot:
        monkeypatch.setattr(store, "work", read)
        snapshot = await read(*args, **more)
        await heart.pool.execute("UPDATE interactions SET queue_id = 'sales', version = version + 1")
        return snapshot

    monkeypatch.setattr(store, "work", moved_meanwhile)
    await heart.dispatch.step()
    assert await heart.state(it) == "queued", "Ann does not work in the queue in which it is now"
    assert await heart.accepted(ben) == it


async def test_a_loop_keeps_what_it_decided_and_why_the_others_wait(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NET", 0.01)
    monkeypatch.setattr(module, "SHARE", 0)  # however slow this machine is
    kept = Kept(heart)
    nobody = await kept.arrive(require="law")
    await kept.arrive()
    await heart.agent("Ann")
    running = asyncio.create_task(kept.dispatch.run())

    async def both() -> bool:
        rows = await heart.pool.fetch("SELECT matches FROM decisions")
        said = cast(Decisions, kept.dispatch._decisions)._said
        return nobody in said and sum(len(json.loads(row["matches"])) for row in rows) == 1

    await until(both)
    running.cancel()
    assert (await kept.again()).different == 0


async def test_what_takes_no_room_is_offered_even_to_who_is_full(heart: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NET", 0.01)
    monkeypatch.setattr(module, "SHARE", 0)  # however slow this machine is
    office = Office(heart)
    ann = await heart.agent("Ann", capacity=30)
    await waiting(heart, 1)
    await heart.accepted(ann)
    (it,) = await waiting(heart, 1)
    await heart.pool.execute("UPDATE interactions SET units = 0 WHERE id = $1", it)
    running = asyncio.create_task(office.dispatch.run())

    async def offered() -> bool:
        return await heart.state(it) == "offered"

    await until(offered)
    running.cancel()


async def test_an_agent_whom_another_node_took_is_read_again(heart: Heart) -> None:
    """Without any bell between the nodes: who was second looks again at what the first has done."""
    one, other = (module.Dispatch(heart.journal, Doorbell()) for _ in range(2))
    for name in ("Ann", "Ben"):
        await heart.agent(name, capacity=30)
    await one._turn()
    await other._turn()  # both know the floor
    await heart.arrive()
    await one._turn()
    await heart.arrive()
    again = await other._turn()  # thinks that both are free
    assert again < module.NET
    await other._turn()
    assert await heart.pool.fetchval("SELECT count(DISTINCT agent_id) FROM offers") == 2


async def test_a_clock_that_is_set_back_does_not_stop_the_looking(heart: Heart) -> None:
    await heart.dispatch._turn()
    ann = await heart.agent("Ann")
    await waiting(heart, 1)
    heart.clock.advance(-3600)
    await heart.pool.execute("UPDATE connections SET expires_at = $1", heart.clock() + timedelta(days=365))
    assert await heart.dispatch._turn() <= module.NET
    assert await heart.pool.fetchval("SELECT agent_id FROM offers") == ann.id
