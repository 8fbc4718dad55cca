"""The line as it is shown is the line as it is served."""

from uuid import UUID

import pytest

from hub.errors import Invalid
from hub.line import in_line
from hub.standings import Standings
from hub.store import calls, dispatch
from hub.wire import Card, Page
from routing.policy import Policy
from routing.policy_data import load
from routing.score import order
from tests.hub.conftest import Heart
from tests.hub.test_dispatch import waiting
from tests.hub.test_dispatch_policy import Office
from tests.hub.test_roster import a_mixed_floor

POLICY = {"format": 1, "skills": [], "default": {"queue": "support"},
          "queues": [{"id": "support", "target_minutes": 30}, {"id": "sales", "target_minutes": 5}]}  # fmt: skip


async def shown(heart: Heart, policy: Policy, who: str = "supervisor", queue: str | None = None,
                after: str | None = None, limit: int = 50) -> Page[Card]:  # fmt: skip
    actor = await heart.agent(f"{who} {heart.new_id()}", "supervisor" if who == "supervisor" else "agent", ready=False)
    return await in_line(heart.pool, actor, heart.clock(), policy, queue, after, limit)


@pytest.mark.parametrize("order", ["fifo", "lifo"])
async def test_what_is_shown_first_is_offered_first(heart: Heart, order: str) -> None:
    office = Office(heart)
    queues = [{**queue, "order": order} for queue in POLICY["queues"]]  # type: ignore[attr-defined]
    office.policy = load({**POLICY, "queues": queues})
    items = []
    for queue in ("support", "sales", "support", "sales", "support"):
        items += await waiting(heart, 1, queue=queue)
        heart.clock.advance(60)
    await heart.pool.execute("UPDATE interactions SET priority = 3 WHERE id = $1", items[2])
    line = await shown(heart, office.policy)
    assert line.total == 5
    served = []
    for number in range(5):
        ann = await heart.agent(f"Ann {number}", capacity=30, queues=("support", "sales"))
        await office.dispatch.step()
        served.append(await heart.pool.fetchval("SELECT id FROM interactions WHERE agent_id = $1", ann.id))
    assert [card.id for card in line.items] == served
    assert served != items


async def test_it_is_read_page_by_page_and_by_queue(heart: Heart) -> None:
    policy = load(POLICY)
    items = await waiting(heart, 3)
    other = await waiting(heart, 1, queue="sales")
    first = await shown(heart, policy, limit=2, queue="support")
    assert ([card.id for card in first.items], first.total, first.next) == (items[:2], 3, "2")
    second = await shown(heart, policy, limit=2, queue="support", after=first.next)
    assert ([card.id for card in second.items], second.next) == (items[2:], None)
    mine = await shown(heart, policy, who="agent of support")
    assert not {card.id for card in mine.items} & set(other)
    assert (await shown(heart, policy, who="agent of support", queue="sales")).items == []
    for wrong in ("-1", "x", "9999999"):
        with pytest.raises(Invalid):
            await shown(heart, policy, after=wrong)


async def test_the_place_that_customers_are_told_is_their_place_in_the_line(heart: Heart) -> None:
    policy = load({**POLICY, "priority_minutes": 7})
    items = []
    for _ in range(6):
        items += await waiting(heart, 1)
        heart.clock.advance(120)
    await heart.pool.execute("UPDATE interactions SET priority = 1 WHERE id = $1", items[4])
    await heart.pool.execute("""UPDATE interactions SET placement = '{"queue": "support", "target_minutes": 12}'
                                WHERE id = $1""", items[5])  # fmt: skip
    line = [card.id for card in (await shown(heart, policy, queue="support")).items]
    assert line != items
    told = {it: await dispatch.ahead(heart.pool, it, "support", policy) + 1 for it in items}
    assert told == {it: place for place, it in enumerate(line, 1)}
    assert told == await calls.line(heart.pool, "support", *dispatch.in_line("support", policy))


async def test_page_by_page_it_is_the_whole_line_whatever_kinds_wait(heart: Heart) -> None:
    office = Office(heart)
    await a_mixed_floor(heart, office, 1)
    everything = await dispatch.work(heart.pool, heart.clock(), 1_000, office.policy)
    after, read = None, list[UUID]()
    while after is not None or not read:
        page = await shown(heart, office.policy, after=after, limit=5)
        read += [card.id for card in page.items]
        after = page.next
        assert page.total == len(everything.work)
    assert read == [one.id for one in order(everything.work, office.policy.ordering(), heart.clock())]


@pytest.mark.parametrize(("order", "place"), [("fifo", 2), ("lifo", None)])
async def test_where_the_newest_goes_first_nobody_is_told_a_place(heart: Heart, order: str, place: int | None) -> None:
    policy = load({**POLICY, "queues": [{**POLICY["queues"][0], "order": order}, POLICY["queues"][1]]})  # type: ignore[index]
    items = await waiting(heart, 2)
    found = await Standings(heart.journal, 30, lambda: (1, policy)).of(calls.Waiting(items[1], "support", None))
    assert found[0] == place
