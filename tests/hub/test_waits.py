"""What somebody in line is told: eight of ten are answered sooner, and waiting alone never makes it longer."""

from datetime import timedelta
from uuid import UUID

import pytest

from hub.model import Actor
from hub.waits import FRESH, SHARE, Waits
from hub.wire import WrapUp
from routing.wait_quantile import pace, wait_within
from tests.hub.conftest import Heart


@pytest.fixture
def waits(heart: Heart) -> Waits:
    return Waits(heart.journal)


async def handled(heart: Heart, who: Actor, seconds: float) -> None:
    """One contact that arrives, is answered at once and takes so long."""
    it = (await heart.arrive()).interaction_id
    await heart.desk.claim(who, it)
    heart.clock.advance(seconds)
    await heart.desk.end(who, it)
    await heart.desk.wrap_up(who, it, WrapUp(disposition="solved"))


async def busy_day(heart: Heart) -> Actor:
    ann = await heart.agent("Ann")
    for seconds in (200, 250, 300, 350, 400):
        await handled(heart, ann, seconds)
    return ann


async def test_nothing_is_said_before_anything_is_known(heart: Heart, waits: Waits) -> None:
    it = (await heart.arrive()).interaction_id
    assert await waits.told(it, "support", 1, 1) is None
    heart.clock.advance(FRESH.total_seconds() + 1)
    await busy_day(heart)
    assert await waits.told(it, "support", 1, 0) is None, "nobody is here"
    assert await waits.told(it, "support", 1, 1) is not None


async def test_what_is_said_is_the_quantile_of_the_line_as_it_is(heart: Heart, waits: Waits) -> None:
    await busy_day(heart)
    it = (await heart.arrive()).interaction_id
    at = pace((200, 250, 300, 350, 400), ())
    assert at is not None
    expected = wait_within(SHARE, 3, 2, at)
    assert expected is not None
    told = await waits.told(it, "support", 3, 2)
    assert told is not None
    assert 0 <= told - expected < 1


async def test_waiting_alone_never_makes_it_longer_but_falling_back_may(heart: Heart, waits: Waits) -> None:
    ann = await busy_day(heart)
    it = (await heart.arrive()).interaction_id
    first = await waits.told(it, "support", 2, 2)
    for _ in range(5):  # contacts take much longer now
        await handled(heart, ann, 2000)
    assert await waits.told(it, "support", 2, 2) == first
    nearer = await waits.told(it, "support", 1, 2)
    assert first is not None
    assert nearer is not None
    assert nearer <= first
    further = await waits.told(it, "support", 4, 1)
    assert further is not None
    assert further > first
    row = await heart.pool.fetchrow("SELECT told_at, seconds FROM told_waits WHERE interaction_id = $1", it)
    assert row is not None
    assert tuple(row) == (heart.clock() - timedelta(seconds=10_000), further)


async def test_what_came_corrects_what_is_said(heart: Heart, waits: Waits) -> None:
    """Thirty people waited twice as long as they were told: the next is told twice as much."""
    ann = await busy_day(heart)
    early = await waits.told((await heart.arrive()).interaction_id, "support", 1, 1)
    assert early is not None
    for _ in range(30):
        await waited(heart, waits, ann, 2)
    heart.clock.advance(FRESH.total_seconds() + 1)
    late = await waits.told((await heart.arrive()).interaction_id, "support", 1, 1)
    assert late is not None
    estimated = await heart.pool.fetchval("SELECT estimated_seconds FROM told_waits ORDER BY told_at DESC LIMIT 1")
    assert late / estimated == pytest.approx(2, rel=0.02)


async def test_who_left_is_no_proof_of_a_short_wait(heart: Heart, waits: Waits) -> None:
    ann = await busy_day(heart)
    for _ in range(30):
        await waited(heart, waits, ann, 1)
    for _ in range(160):  # impatient people, who were told as much as the others
        it = (await heart.arrive()).interaction_id
        await waits.told(it, "support", 1, 1)
        heart.clock.advance(1)
        await heart.pool.execute(
            "UPDATE interactions SET state = 'done', closed_at = $2 WHERE id = $1", it, heart.clock()
        )
    heart.clock.advance(FRESH.total_seconds() + 1)
    it = (await heart.arrive()).interaction_id
    late = await waits.told(it, "support", 1, 1)
    assert late is not None
    estimated = await heart.pool.fetchval("SELECT estimated_seconds FROM told_waits WHERE interaction_id = $1", it)
    assert late / estimated == pytest.approx(1, rel=0.02)


async def test_a_second_wait_of_the_same_contact_begins_anew(heart: Heart, waits: Waits) -> None:
    ann = await busy_day(heart)
    it = (await heart.arrive()).interaction_id
    await waits.told(it, "support", 1, 3)
    await heart.desk.claim(ann, it)
    heart.clock.advance(600)
    assert await told_seconds(heart, it) < 300
    await waits.told(it, "support", 3, 1)
    assert await told_seconds(heart, it) > 300
    assert await heart.pool.fetchval("SELECT told_at FROM told_waits WHERE interaction_id = $1", it) == heart.clock()


async def waited(heart: Heart, waits: Waits, ann: Actor, times: float) -> None:
    """Somebody who is told how long, waits so many times of the estimate, and is answered."""
    it = (await heart.arrive()).interaction_id
    await waits.told(it, "support", 1, 1)
    heart.clock.advance(times * await heart.pool.fetchval(
        "SELECT estimated_seconds FROM told_waits WHERE interaction_id = $1", it))
    await heart.desk.claim(ann, it)
    heart.clock.advance(300)
    await heart.desk.end(ann, it)
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))


async def told_seconds(heart: Heart, it: UUID) -> int:
    return int(await heart.pool.fetchval("SELECT seconds FROM told_waits WHERE interaction_id = $1", it))
