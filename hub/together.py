"""One batch at a time: whatever arrives while a batch is under way goes together in the next one.

Under no load a batch is one item and waits for nobody; under load the cost of a round trip and a COMMIT is shared.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from hub.errors import Unavailable

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """`run` gets the items of a batch, and returns a result or an exception for each."""

    def __init__(self, run: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]], most: int) -> None:
        self._run = run
        self._most = most
        self._turn = asyncio.Lock()
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []

    async def add(self, item: T) -> R:
        """The result of `item`, once the batch that it went with is through; raises what became of it."""
        mine: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, mine))
        async with self._turn:
            while not mine.done():
                await self._batch()
        return mine.result()

    async def _batch(self) -> None:
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            results = await self._run([item for item, _ in batch])
        except BaseException as problem:
            # Whoever ran the batch may have been cancelled; for the others that is no reason to hear of it.
            told = problem if isinstance(problem, Exception) else Unavailable()
            _settle([(future, told) for _, future in batch])
            raise
        _settle([(future, result) for (_, future), result in zip(batch, results, strict=True)])


def _settle(outcomes: Sequence[tuple["asyncio.Future[R]", R | Exception]]) -> None:
    for future, result in outcomes:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
            future.exception()  # its owner may be gone; then nobody else shall be warned of it
        else:
            future.set_result(result)
