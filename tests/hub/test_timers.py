"""What is due is done, once, and what is not is left alone."""

import asyncio
from datetime import timedelta

import pytest

from hub.clock import utc_now
from hub.doorbell import Doorbell
from hub.errors import HubError
from hub.timers import NET, Timers
from hub.wire import Park, WaitFor
from tests.hub.conftest import Heart
from tests.support.clock import START
from tests.support.waiting import until


async def test_nothing_is_due(heart: Heart) -> None:
    assert await heart.timers.step() == NET


async def test_an_offer_expires_at_its_deadline_and_not_before(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    await heart.offered(ann)
    heart.clock.advance(19.5)
    assert await heart.timers.step() == 0.5
    assert await heart.state(it) == "offered"
    heart.clock.advance(0.5)
    await asyncio.gather(*(heart.timers.step() for _ in range(5)))  # several nodes
    assert await heart.state(it) == "queued"
    assert await heart.pool.fetchval("SELECT count(*) FROM touches WHERE kind = 'missed'") == 1
    await heart.balanced()


@pytest.mark.parametrize("verb", ["park", "wait"])
async def test_what_was_laid_aside_returns_on_its_date_to_the_queue(heart: Heart, verb: str) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    it = await heart.accepted(ann)
    if verb == "park":
        await heart.desk.park(ann, it, Park(until=START + timedelta(hours=2), reason="asked for it"))
    else:
        await heart.desk.wait(ann, it, WaitFor(minutes=120))
    heart.clock.now = START + timedelta(hours=2, seconds=-1)
    await heart.timers.step()
    assert await heart.state(it) != "queued"
    heart.clock.advance(1)
    await heart.timers.step()
    found = await heart.loaded(it)
    assert (found.state, found.preferred_agent_id, found.queued_at) == ("queued", ann.id, heart.clock())
    await heart.balanced()


async def test_an_accept_and_the_timer_at_once_end_in_one_place(heart: Heart) -> None:
    """The accept comes a moment before the deadline, the timer of another node whose clock runs ahead."""
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    offer = await heart.offered(ann)
    heart.clock.advance(20)
    found = await asyncio.gather(heart.desk.accept(ann, offer), heart.timers.step(), return_exceptions=True)
    assert isinstance(found[0], HubError)
    assert await heart.state(it) == "queued"
    await heart.balanced()


async def test_more_than_one_page_of_due_items_is_worked_off(heart: Heart) -> None:
    ann = await heart.agent("Ann", capacity=100_000)
    for _ in range(8):
        it = (await heart.arrive()).interaction_id
        await heart.desk.claim(ann, it)
        await heart.desk.end(ann, it)
    heart.clock.advance(61)
    await heart.timers.step()
    assert await heart.pool.fetchval("SELECT count(*) FROM interactions WHERE state = 'done'") == 8
    await heart.balanced()


async def test_the_loop_is_woken_by_an_offer_and_waits_for_its_deadline(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.timers.NET", 3600.0)
    bell = Doorbell()
    heart.journal.doorbell = bell
    heart.clock.now = utc_now()
    await heart.pool.execute("UPDATE queues SET offer_seconds = 0")
    await heart.agent("Ann")
    running = asyncio.create_task(Timers(heart.journal, bell).run())
    it = (await heart.arrive()).interaction_id
    await heart.dispatch.step()  # the offer may be over before anybody has looked
    await until(lambda: _missed(heart))
    assert await heart.state(it) == "queued"
    running.cancel()


async def _missed(heart: Heart) -> bool:
    return bool(await heart.pool.fetchval("SELECT count(*) FROM offers WHERE state = 'missed'"))
