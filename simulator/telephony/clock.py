"""Time: real, scaled for a demo, or virtual, where it moves only when a test says so."""

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def rfc2822(when: datetime) -> str:
    """Dates as the API writes them."""
    return format_datetime(when)


class Timer:
    """Something due; `cancel()` makes it not happen."""

    __slots__ = ("callback", "cancelled", "due", "forget", "handle")

    def __init__(self, due: float, callback: Callable[[], None],
                 forget: "Callable[[Timer], None] | None" = None) -> None:
        self.due = due
        self.callback = callback
        self.cancelled = False
        self.handle: asyncio.TimerHandle | None = None
        self.forget = forget

    def cancel(self) -> None:
        self.cancelled = True
        if self.handle is not None:
            self.handle.cancel()
        if self.forget is not None:
            self.forget(self)


class Clock(Protocol):
    """What every actor asks for the time."""

    def now(self) -> datetime: ...

    def elapsed(self) -> float: ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer: ...


async def sleep(clock: Clock, seconds: float) -> None:
    """Wait on this clock, not on the wall's."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    timer = clock.call_later(seconds, lambda: None if future.done() else future.set_result(None))
    try:
        await future
    finally:
        timer.cancel()


class ScaledClock:
    """The loop's own time, `scale` times as fast; 1 is real time. It can stand still."""

    def __init__(self, start: datetime | None = None, scale: float = 1.0) -> None:
        self._start = start or datetime.now(UTC)
        self._loop = asyncio.get_running_loop()
        self._scale = scale
        self._base = 0.0
        self._since = self._loop.time()
        self._timers: set[Timer] = set()
        self._paused = False

    @property
    def scale(self) -> float:
        return self._scale

    @scale.setter
    def scale(self, value: float) -> None:
        """Without a jump; what is due is due at the same moment of this clock as before."""
        if value <= 0:
            raise ValueError("time does not go back; to let it stand still, pause it")
        self._base, self._since, self._scale = self.elapsed(), self._loop.time(), value
        self._set_all()

    @property
    def paused(self) -> bool:
        return self._paused

    @paused.setter
    def paused(self, value: bool) -> None:
        """Nothing falls due while it stands still; what others do goes on."""
        self._base, self._since, self._paused = self.elapsed(), self._loop.time(), value
        self._set_all()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.elapsed())

    def elapsed(self) -> float:
        return self._base if self._paused else self._base + (self._loop.time() - self._since) * self._scale

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.elapsed() + max(seconds, 0), callback, self._timers.discard)
        self._timers.add(timer)
        self._set(timer)
        return timer

    def _set_all(self) -> None:
        for timer in self._timers:
            self._set(timer)

    def _set(self, timer: Timer) -> None:
        if timer.handle is not None:
            timer.handle.cancel()
            timer.handle = None
        if not self._paused:
            left = max(timer.due - self.elapsed(), 0) / self._scale
            timer.handle = self._loop.call_later(left, self._fire, timer)

    def _fire(self, timer: Timer) -> None:
        """A loop may be early by its resolution; whoever is woken before his time would wait for ever."""
        if self.elapsed() < timer.due:
            self._set(timer)
            return
        self._timers.discard(timer)
        timer.callback()


class WaitingClock(ScaledClock):
    """Real time for tests beside people in a browser: what they wait for, they see at its own pace."""

    async def advance(self, seconds: float) -> None:
        """Let this much time pass."""
        await sleep(self, seconds)

    async def until(self, condition: Callable[[], bool], limit: float) -> bool:
        """Wait until the condition holds, at most `limit` seconds; whether it came to hold."""
        end = self.elapsed() + limit
        while not condition():
            if self.elapsed() > end:
                return False
            await sleep(self, 0.01)
        return True


class NeverQuiet(TimeoutError):
    """Something in flight did not end; the text says what."""


class Busyness:
    """What goes on besides waiting for the clock: webhooks in flight, requests being answered, the hub's work."""

    ROUNDS = 12  # turns of the loop without any movement that count as quiet

    def __init__(self, limit_seconds: float = 30.0) -> None:
        self.going: Counter[str] = Counter()
        self.moves = 0  # grows with everything that happens
        self.idle_hooks: list[Callable[[], Awaitable[bool]]] = []
        self._limit = limit_seconds
        self._ended = asyncio.Event()

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Count this as going on until the block ends."""
        self.going[what] += 1
        self.moves += 1
        try:
            yield
        finally:
            self.going[what] -= 1
            self.moves += 1
            if not self.going[what]:
                del self.going[what]
            self._ended.set()

    async def settle(self) -> None:
        """Wait until nothing moves any more. Raises NeverQuiet after the limit of real seconds."""
        try:
            async with asyncio.timeout(self._limit):
                while not await self._quiet():
                    pass
        except TimeoutError as late:
            raise NeverQuiet(f"still going on: {dict(self.going)}") from late

    async def _quiet(self) -> bool:
        seen = self.moves
        for _ in range(self.ROUNDS):
            if self.going:
                self._ended.clear()
                await self._ended.wait()
            await asyncio.sleep(0)
        for hook in self.idle_hooks:
            if not await hook():
                await asyncio.sleep(0.002)  # somebody else's work, perhaps in another process
                return False
        return self.moves == seen and not self.going


class VirtualClock:
    """Time that moves only by `advance`; timers fire in order of (due, set), each followed by quiet."""

    def __init__(self, busy: Busyness, start: datetime = START) -> None:
        self._start = start
        self._busy = busy
        self._elapsed = 0.0
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._running = asyncio.Lock()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def elapsed(self) -> float:
        return self._elapsed

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self._elapsed + max(seconds, 0), callback)
        self._count += 1
        heapq.heappush(self._heap, (timer.due, self._count, timer))
        return timer

    async def advance(self, seconds: float) -> None:
        """Let this much time pass, with everything that falls due in it."""
        async with self._running:
            target = self._elapsed + seconds
            await self._busy.settle()
            while self._heap and self._heap[0][0] <= target + 1e-9:
                await self._fire()
            self._elapsed = target

    async def until(self, condition: Callable[[], bool], limit: float) -> bool:
        """Let time pass until the condition holds, at most `limit` seconds; whether it came to hold."""
        async with self._running:
            target = self._elapsed + limit
            await self._busy.settle()
            while not condition():
                if not self._heap or self._heap[0][0] > target:
                    self._elapsed = target
                    return False
                await self._fire()
            return True

    async def _fire(self) -> None:
        due, _, timer = heapq.heappop(self._heap)
        if timer.cancelled:
            return
        self._elapsed = max(self._elapsed, due)
        timer.callback()
        await self._busy.settle()


async def cancel_and_wait(task: "asyncio.Task[None]") -> None:
    """End a task and wait until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
