"""A loop that is woken by the doorbell and netted by polling."""

import asyncio
from collections.abc import Awaitable, Callable

from hub.doorbell import Doorbell, Ring


class Wake:
    """Set by rings that matter; waited for with a limit, so that a lost ring costs seconds and nothing else."""

    def __init__(self, doorbell: Doorbell, matters: Callable[[Ring], bool]) -> None:
        self._event = asyncio.Event()
        self._event.set()
        self.stop = doorbell.on(lambda what: self._event.set() if matters(what) else None)

    def set(self) -> None:
        self._event.set()

    async def wait(self, limit: float) -> None:
        try:
            async with asyncio.timeout(limit):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


async def run(wake: Wake, step: Callable[[], Awaitable[float]]) -> None:
    """Runs `step` for ever; it returns after how many seconds it wants to run again, rung or not."""
    limit = 0.0
    try:
        while True:
            await wake.wait(limit) if limit > 0 else None
            limit = await step()
    finally:
        wake.stop()
