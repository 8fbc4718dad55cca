"""Named, supervised loops: none dies silently, none outlives the hub."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import structlog

log = structlog.get_logger()

OnFailure = Literal["stop", "restart"]
Loop = Callable[[], Awaitable[object]]
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two starts of a failing loop


class Tasks:
    """Owns every background task of one hub.

    A loop with `on_failure="stop"` that raises or returns takes the whole hub down, loudly: a restarted process is
    better than one that looks alive. One with `"restart"` is started again, with pauses that double up to 30 s.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failed: asyncio.Future[str] | None = None
        self.pause: Callable[[float], Awaitable[Any]] = asyncio.sleep

    def supervise(self, name: str, loop: Loop, on_failure: OnFailure = "stop") -> None:
        """Starts `loop` under `name`, which must be free."""
        if name in self._tasks and not self._tasks[name].done():
            raise ValueError(f"a task named {name!r} is running already")
        runner = self._once(name, loop) if on_failure == "stop" else self._again(name, loop)
        self._tasks[name] = asyncio.get_running_loop().create_task(runner, name=name)

    def alive(self) -> dict[str, bool]:
        """Name -> whether it runs, for the health page."""
        return {name: not task.done() for name, task in self._tasks.items()}

    async def failure(self) -> str:
        """Waits until a loop that the hub cannot live without has ended, and names it."""
        if self._failed is None:
            self._failed = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._failed)

    async def stop(self, limit: float = 5.0) -> list[str]:
        """Cancels everything and waits `limit` seconds at most. Returns the names of what would not end."""
        running = {task for task in self._tasks.values() if not task.done()}
        for task in running:
            task.cancel()
        if not running:
            return []
        _, hanging = await asyncio.wait(running, timeout=limit)
        names = sorted(task.get_name() for task in hanging)
        if names:
            log.error("tasks.hanging", tasks=names, limit=limit)
        return names

    async def _once(self, name: str, loop: Loop) -> None:
        try:
            await loop()
            log.error("task.returned", task=name)
        except Exception:
            log.exception("task.failed", task=name)
        self._report(name)

    async def _again(self, name: str, loop: Loop) -> None:
        pause = FIRST_PAUSE
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await loop()
                log.error("task.returned", task=name)
            except Exception:
                log.exception("task.failed", task=name)
            ran = asyncio.get_running_loop().time() - began
            pause = FIRST_PAUSE if ran > LONGEST_PAUSE else pause
            await self.pause(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _report(self, name: str) -> None:
        if self._failed is None:
            self._failed = asyncio.get_running_loop().create_future()
        if not self._failed.done():
            self._failed.set_result(name)
