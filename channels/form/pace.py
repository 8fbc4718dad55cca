"""How often one client address may post."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, ip_address

MOST_ADDRESSES = 10_000


class Pace:
    """A bucket per client address, refilled evenly. IPv6 counts by /64, which is what one household has."""

    def __init__(self, per_minute: int, now: Callable[[], datetime]) -> None:
        self._per_second = per_minute / 60
        self._room = float(per_minute)
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, address: str) -> float:
        """Takes one. Returns 0 when it was there, else the seconds until it will be."""
        if not self._room:
            return 0.0
        bucket, now = _bucket(address), self._now().timestamp()
        left, at = self._left.pop(bucket, (self._room, now))
        left = min(self._room, left + max(0.0, now - at) * self._per_second)
        granted = left >= 1
        self._left[bucket] = (left - granted, now)
        if len(self._left) > MOST_ADDRESSES:
            del self._left[next(iter(self._left))]  # the one not seen for longest
        return 0.0 if granted else (1 - left) / self._per_second


def _bucket(address: str) -> str:
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    assert isinstance(parsed, IPv6Address)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return parsed.exploded[:19]
