"""Whoever waits for somebody's turn holds no connection, and nothing is remembered of what is over."""

import asyncio
import gc

import pytest

from hub.turns import Turns


async def test_one_after_the_other_for_each_and_beside_each_other_for_different_ones() -> None:
    turns, done, go = Turns(), list[str](), asyncio.Event()

    async def work(key: str, name: str) -> None:
        async with turns.of(key):
            done.append(f"{name} begins")
            await go.wait()
            done.append(f"{name} ends")

    async with asyncio.TaskGroup() as group:
        for key, name in (("a", "first"), ("a", "second"), ("b", "other")):
            group.create_task(work(key, name))
        group.create_task(asyncio.sleep(0)).add_done_callback(lambda _: go.set())
    assert done == ["first begins", "other begins", "first ends", "other ends", "second begins", "second ends"]


async def test_who_fails_or_gives_up_leaves_the_turn_to_the_next() -> None:
    turns = Turns()

    async def fails() -> None:
        async with turns.of("a"):
            raise ValueError

    async def waits() -> None:
        async with turns.of("a"):
            raise AssertionError("it is somebody else's turn")

    with pytest.raises(ValueError):
        await fails()
    async with turns.of("a"):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(waits(), 0)
    async with turns.of("a"):
        pass


async def test_nothing_is_remembered_of_what_is_over() -> None:
    turns = Turns()
    for number in range(100):
        async with turns.of(number):
            pass
    gc.collect()
    assert not turns._locks
