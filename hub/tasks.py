"""Named, supervised loops: none dies silently, none outlives the hub."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import structlog

log = structlog.get_logger()

OnFailure = Literal["stop", "restart"]
Loop = Callable[[], Awaitable[object]]
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two starts of a failing loop
END_LIMIT = 5.0  # seconds


class Interrupted(Exception):
    """A loop cannot go on now, and whoever looks after it has been told why: it begins anew after a pause."""


class Tasks:
    """Owns every background task of one hub.

    A loop with `on_failure="stop"` that raises or returns takes the whole hub down, loudly: a restarted process is
    better than one that looks alive. One with `"restart"` is started again, with pauses that double up to 30 s; so
    is every loop after an error of a `passing` type, such as a database that is away for a moment.
    """

    def __init__(self, passing: tuple[type[Exception], ...] = ()) -> None:
        self._passing: tuple[type[Exception], ...] = (*passing, Interrupted)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._unwell: set[str] = set()
        self._failed: asyncio.Future[str] | None = None
        self.pause: Callable[[float], Awaitable[Any]] = asyncio.sleep

    def supervise(self, name: str, loop: Loop, on_failure: OnFailure = "stop",
                  longest: float = LONGEST_PAUSE) -> None:
        """Starts `loop` under `name`, which must be free. `longest`: pause between two starts, seconds."""
        if name in self._tasks and not self._tasks[name].done():
            raise ValueError(f"a task named {name!r} is running already")
        self._tasks[name] = asyncio.get_running_loop().create_task(
            self._run(name, loop, on_failure, longest), name=name)

    async def end(self, name: str, limit: float = END_LIMIT) -> None:
        """Ends one loop; its name is free then. One that does not end within `limit` seconds is named and left."""
        task = self._tasks.pop(name, None)
        self._unwell.discard(name)
        if task is None or task.done():
            return
        task.cancel()
        _, hanging = await asyncio.wait({task}, timeout=limit)
        if hanging:
            log.error("task.hangs", task=name, limit=limit)
            self._tasks[f"{name} (ending)"] = task

    def alive(self) -> dict[str, bool]:
        """Name -> whether it runs, for the health page. One that pauses after its end does not."""
        return {name: not task.done() and name not in self._unwell for name, task in self._tasks.items()}

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

    async def _run(self, name: str, loop: Loop, on_failure: OnFailure, longest: float) -> None:
        pause, clock = FIRST_PAUSE, asyncio.get_running_loop().time
        while True:
            began = clock()
            self._unwell.discard(name)
            again = await self._survived(name, loop)
            self._unwell.add(name)
            if on_failure == "stop" and not again:
                return self._report(name)
            pause = FIRST_PAUSE if clock() - began > LONGEST_PAUSE else pause
            await self.pause(pause)
            pause = min(pause * 2, longest)

    async def _survived(self, name: str, loop: Loop) -> bool:
        """Runs the loop to its end, which it should not have; whether that end was only a passing trouble."""
        try:
            await loop()
            log.error("task.returned", task=name)
        except self._passing as trouble:
            log.warning("task.interrupted", task=name, error=type(trouble).__name__)
            return True
        except Exception:
            log.exception("task.failed", task=name)
        return False

    def _report(self, name: str) -> None:
        if self._failed is None:
            self._failed = asyncio.get_running_loop().create_future()
        if not self._failed.done():
            self._failed.set_result(name)
