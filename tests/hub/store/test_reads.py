"""What the screens read: pages without gap or doubling, search in two writings, honest figures."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.base import Address
from hub.errors import Invalid, NotFound
from hub.model import Actor
from hub.store import cards, customers, desk, figures, history, search
from hub.wire import QueueFigures, Requeue, Say, WrapUp
from tests.hub.conftest import Heart

MIA = (Address("email", "mia@example.com"),)


async def arrivals(heart: Heart, count: int, **more: Any) -> list[UUID]:
    items = []
    for _ in range(count):
        items.append((await heart.arrive(**more)).interaction_id)
        heart.clock.advance(1)
    return items


async def support(heart: Heart) -> QueueFigures:
    return next(row for row in await figures.figures(heart.pool, heart.clock()) if row.queue == "support")


async def test_a_list_comes_in_pages_the_longest_waiting_first(heart: Heart) -> None:
    items = await arrivals(heart, 7)
    sue = await heart.agent("Sue", "supervisor", ready=False)
    seen: list[UUID] = []
    after = None
    for _ in range(4):
        page = await cards.listing(heart.pool, sue, ["queued"], None, None, None, None, after, 2)
        seen += [card.id for card in page.items]
        assert page.total == 7
        after = page.next
    assert seen == items
    assert after is None


async def test_a_list_is_narrowed_by_queue_agent_channel_and_who_looks(heart: Heart) -> None:
    sue, eve = await heart.agent("Sue", "supervisor", ready=False), await heart.agent("Eve", queues=("sales",))
    (mine,) = await arrivals(heart, 1, queue="sales")
    await arrivals(heart, 1, channel="form", continues=False)
    await heart.desk.claim(eve, mine)

    async def count(who: Actor, **more: Any) -> int:
        wanted: dict[str, Any] = dict.fromkeys(("queue", "agent", "channel", "since", "after")) | {"states": []} | more
        page = await cards.listing(heart.pool, who, **wanted, limit=50)
        assert page.total == len(page.items)
        return len(page.items)

    assert await count(sue) == 2
    assert await count(eve) == 1
    assert await count(sue, queue="support") == await count(sue, channel="form") == await count(sue, agent=eve.id) == 1
    assert await count(eve, queue="support") == 0
    before = heart.clock()
    heart.clock.advance(days=1)
    await arrivals(heart, 1)
    assert await count(sue, since=before + timedelta(seconds=1)) == 1
    assert await count(sue, since=before - timedelta(hours=1)) == 3


@pytest.mark.parametrize("after", ["", "x", "2026-01-01~x", "2026-01-01T00:00:00~" + str(UUID(int=1)), "\x00"])
async def test_a_cursor_that_no_page_handed_out_is_refused(heart: Heart, after: str) -> None:
    with pytest.raises(Invalid):
        await customers.search(heart.pool, "", after, 5)


async def test_one_timeline_over_all_channels_in_pages(heart: Heart) -> None:
    for channel in ("form", "voice", "form"):
        await arrivals(heart, 2, channel=channel, addresses=MIA, continues=False)
    customer = await heart.pool.fetchval("SELECT id FROM customers")
    seen = []
    after = None
    for _ in range(3):
        page = await history.timeline(heart.pool, customer, after, 2, None, [])
        seen += page.items
        after = page.next
    assert after is None
    assert [t.at for t in seen] == sorted((t.at for t in seen), reverse=True)
    assert len({t.id for t in seen}) == 6
    voice = await history.timeline(heart.pool, customer, None, 50, "voice", ["received"])
    assert len(voice.items) == 2
    assert (await history.timeline(heart.pool, customer, None, 50, None, ["said"])).items == []


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [("路由器", {"message"}), ("ROUTER", {"message"}), ("李", {"customer"}), ("example.com", {"customer"}),
     ("liar", {"note"}), ("no such word", set()), ("%", set()), ("\x00", set()), ("", {"customer"})],
)  # fmt: skip
async def test_search_finds_people_and_words_in_both_writings(heart: Heart, wanted: str, kinds: set[str]) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive(name="李伟", text="我的路由器坏了 router", addresses=(Address("visitor", "v"), *MIA))
    it = await heart.accepted(ann)
    await heart.desk.note(ann, it, Say(id=uuid4(), text="a liar"))
    assert {hit.kind for hit in await search.search(heart.pool, wanted, 20)} == kinds


async def test_search_finds_a_reference(heart: Heart) -> None:
    arrived = await heart.arrive()
    hits = await search.search(heart.pool, arrived.reference.lower(), 5)
    assert [hit.interaction_id for hit in hits] == [arrived.interaction_id]


async def test_figures_count_what_the_lists_show(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    items = await arrivals(heart, 3)
    found = await support(heart)
    assert (found.waiting, found.oldest_id, found.ready, found.staff) == (3, items[0], 1, 1)
    assert found.service_level is None
    await heart.accepted(ann)
    heart.clock.advance(61)
    found = await support(heart)
    assert (found.waiting, found.active, found.answered_in_time, found.late_waiting) == (2, 1, 1, 2)
    assert found.service_level == pytest.approx(1 / 3)
    await heart.desk.end(ann, items[0])
    assert (await support(heart)).wrapping == 1
    await heart.desk.wrap_up(ann, items[0], WrapUp(disposition="solved"))
    assert (await support(heart)).closed == 1
    heart.clock.now += timedelta(days=1)
    assert (await support(heart)).answered == 0


async def test_who_left_unanswered_counts_against_the_service_level(heart: Heart) -> None:
    await heart.arrive(addresses=(Address("visitor", "v"),))
    await heart.reception.leave(Address("visitor", "v"), "webchat")
    found = await support(heart)
    assert (found.abandoned, found.service_level) == (1, 0.0)


async def test_the_head_tells_every_change_of_a_desk(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    seen = [await desk.head(heart.pool, ann.id)]

    async def differs() -> bool:
        seen.append(await desk.head(heart.pool, ann.id))
        return seen[-1] != seen[-2]

    await heart.arrive()
    assert not await differs()
    it = await heart.accepted(ann)
    assert await differs()
    await heart.desk.read(ann, it)
    assert await differs()
    await heart.desk.requeue(ann, it, Requeue(reason="x"))
    assert await differs()
    assert (await desk.snapshot(heart.pool, ann.id, heart.clock())).head == seen[-1]


async def test_what_is_not_there_is_not_found(heart: Heart) -> None:
    pool = heart.pool
    for look in (customers.view(pool, uuid4()), cards.card(pool, uuid4()), history.touch(pool, uuid4())):
        with pytest.raises(NotFound):
            await look


async def test_customers_are_searched_by_name_and_address_literally(heart: Heart) -> None:
    await heart.arrive(name="100% Müller_", addresses=MIA, continues=False)
    await heart.arrive(name="Mueller", continues=False)
    for wanted, count in (("100%", 1), ("müller_", 1), ("%", 1), ("", 2), ("MIA@", 1), ("\x00", 0), ("\\", 0)):
        assert len((await customers.search(heart.pool, wanted, None, 10)).items) == count, wanted
    first = await customers.search(heart.pool, "", None, 1)
    second = await customers.search(heart.pool, "", first.next, 1)
    assert {first.items[0].name, second.items[0].name} == {"100% Müller_", "Mueller"}
    assert second.next is None
