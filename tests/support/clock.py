"""Time and ids that a test sets."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning


class FakeClock:
    """A `now` that stands still until told: `clock()`, `clock.advance(30)`, `clock.now = ...`."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float = 0, **parts: float) -> datetime:
        """Go on by seconds, or by `minutes=`, `hours=`, `days=`; returns the new time."""
        self.now += timedelta(seconds=seconds, **parts)
        return self.now


class SeededIds:
    """Ids like UUID version 7, later ones sorting later, the same in every run."""

    def __init__(self, clock: FakeClock, seed: int = 7) -> None:
        self._clock = clock
        self._random = Random(seed)
        self._count = 0

    def __call__(self) -> UUID:
        self._count += 1
        milliseconds = int(self._clock().timestamp() * 1000)
        random_part = self._random.getrandbits(50)
        value = milliseconds << 80 | 7 << 76 | (self._count & 0xFFF) << 64 | 2 << 62
        return UUID(int=value | (self._count >> 12) << 50 | random_part)
