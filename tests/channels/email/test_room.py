"""Room for mail: a bound on bytes, first come, first served, ordinary mail never behind long mail."""

import asyncio

import pytest

from channels.email.room import Place, Room

LONG = 1_000_000  # what is this long counts as one long mail


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_does_not_fit_waits_and_nobody_overtakes_him() -> None:
    room = Room(long=3 * LONG)
    first = await room.enter(2 * LONG)
    big, small = asyncio.create_task(room.enter(2 * LONG)), asyncio.create_task(room.enter(LONG))
    await _settled()
    assert (big.done(), small.done(), first.wanted) == (False, False, True)
    first.leave()
    await _settled()
    assert (big.done(), small.done(), first.wanted) == (True, True, False)


async def test_what_is_longer_than_all_the_room_goes_alone() -> None:
    room = Room(long=3 * LONG)
    with await room.enter(10 * LONG):
        other = asyncio.create_task(room.enter(LONG))
        await _settled()
        assert not other.done()
    with await other:
        huge = asyncio.create_task(room.enter(10 * LONG))
        await _settled()
        assert not huge.done()
    await huge


async def test_ordinary_mail_does_not_wait_for_long_mail_nor_for_how_much_of_it_there_is() -> None:
    room = Room(ordinary=2 * LONG, long=LONG)
    with await room.enter(LONG), await room.enter(LONG - 1), await room.enter(LONG, long=False):
        waits = asyncio.create_task(room.enter(LONG - 1))
        await _settled()
        assert not waits.done()
    await waits


async def test_a_place_is_left_once_by_whoever_has_it() -> None:
    room = Room(long=LONG)
    with await room.enter(LONG) as place:
        other = place.handed_over()
    waiting = asyncio.create_task(room.enter(LONG))
    await _settled()
    assert not waiting.done()
    for one in (other, other, place):
        one.leave()
    mine = await waiting
    again = asyncio.create_task(room.enter(LONG))
    await _settled()
    assert not again.done(), "nobody may make room twice"
    mine.leave()
    await again


@pytest.mark.parametrize("late", [False, True], ids=["while it waits", "when it is let in"])
async def test_who_gives_up_leaves_no_hole(late: bool) -> None:
    room = Room(long=2 * LONG)
    first = await room.enter(2 * LONG)
    gives_up: asyncio.Task[Place] = asyncio.create_task(room.enter(2 * LONG))
    next_one = asyncio.create_task(room.enter(2 * LONG))
    await _settled()
    if late:
        first.leave()
    gives_up.cancel()
    await asyncio.wait({gives_up})
    assert gives_up.cancelled()
    first.leave()
    (await asyncio.wait_for(next_one, 10)).leave()
    (await asyncio.wait_for(room.enter(2 * LONG), 10)).leave()
