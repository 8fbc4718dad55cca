"""Batches: whoever comes while one is under way goes with the next, and each hears what became of his own."""

import asyncio
from collections.abc import Sequence

import pytest

from hub.errors import Unavailable
from hub.together import Together
from tests.support.waiting import until


class Counter:
    """Answers item * 10, breaks on 13, refuses 7; each batch waits for one release of `gate`."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Semaphore(9)

    async def run(self, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        await self.gate.acquire()
        if 13 in items:
            raise ConnectionError("gone")
        return [KeyError(item) if item == 7 else item * 10 for item in items]


async def started(counter: Counter, together: Together[int, int], *items: int) -> list["asyncio.Task[int]"]:
    """All wait: the first as the batch under way."""
    counter.gate = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(together.add(item)) for item in items]
    await asyncio.sleep(0)
    return tasks


def open_wide(counter: Counter) -> None:
    for _ in range(9):
        counter.gate.release()


async def test_one_alone_waits_for_nobody() -> None:
    counter = Counter()
    assert await Together(counter.run, most=3).add(1) == 10
    assert counter.batches == [[1]]


async def test_who_comes_meanwhile_goes_together_in_order_and_never_too_many() -> None:
    counter = Counter()
    tasks = await started(counter, Together(counter.run, most=3), 1, 2, 3, 4, 5, 6)
    open_wide(counter)
    assert await asyncio.gather(*tasks) == [10, 20, 30, 40, 50, 60]
    assert [item for batch in counter.batches for item in batch] == [1, 2, 3, 4, 5, 6]
    assert max(map(len, counter.batches)) == 3


async def test_each_hears_of_his_own_failure_only() -> None:
    counter = Counter()
    tasks = await started(counter, Together(counter.run, most=9), 1, 7, 8)
    open_wide(counter)
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert (found[0], type(found[1]), found[2]) == (10, KeyError, 80)


async def test_a_batch_that_breaks_breaks_for_all_in_it_and_for_nobody_else() -> None:
    counter = Counter()
    together = Together(counter.run, most=2)
    tasks = await started(counter, together, 1, 2, 13, 5, 6)
    open_wide(counter)
    found = await asyncio.gather(*tasks, return_exceptions=True)
    broken = next(batch for batch in counter.batches if 13 in batch)
    for item, outcome in zip((1, 2, 13, 5, 6), found, strict=True):
        assert isinstance(outcome, ConnectionError) if item in broken else outcome == item * 10
    assert await together.add(9) == 90


async def test_whoever_gives_up_while_he_leads_leaves_the_others_an_answer() -> None:
    counter = Counter()
    together = Together(counter.run, most=9)
    first, leads, follows = await started(counter, together, 1, 2, 3)
    counter.gate.release()
    assert await first == 10
    await until(lambda: counter.batches[-1] == [2, 3])
    leads.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leads
    with pytest.raises(Unavailable):  # whether it was stored nobody knows; he tries again
        await follows
    open_wide(counter)
    assert await together.add(4) == 40


async def test_whoever_gives_up_while_he_waits_disturbs_nobody() -> None:
    counter = Counter()
    tasks = await started(counter, Together(counter.run, most=9), 1, 2, 3)
    tasks[1].cancel()
    open_wide(counter)
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]
    assert [await tasks[0], await tasks[2]] == [10, 30]
