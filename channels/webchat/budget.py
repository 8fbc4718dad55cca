"""How much one visitor or one address may do in a minute."""

from collections.abc import Callable, Hashable
from datetime import datetime

_ROOM = 10_000  # keys remembered before full budgets are forgotten


class Budget:
    """A bucket for each key that holds one minute's worth and refills evenly."""

    def __init__(self, per_minute: int, now: Callable[[], datetime]) -> None:
        self._size = float(per_minute)
        self._now = now
        self._left: dict[Hashable, tuple[float, datetime]] = {}

    def spend(self, key: Hashable) -> float | None:
        """Takes one. Returns None when it was there, else the seconds until it will be."""
        now = self._now()
        left = self._refilled(key, now)
        if left < 1:
            return (1 - left) * 60 / self._size
        self._left[key] = (left - 1, now)
        if len(self._left) > _ROOM:
            self._forget(now)
        return None

    def _refilled(self, key: Hashable, now: datetime) -> float:
        left, at = self._left.get(key, (self._size, now))
        return min(self._size, left + (now - at).total_seconds() * self._size / 60)

    def _forget(self, now: datetime) -> None:
        self._left = {key: kept for key, kept in self._left.items() if self._refilled(key, now) < self._size}
