"""Waiting for a condition instead of for a while."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(check: Callable[[], Awaitable[T] | T], limit: float = 10.0, step: float = 0.01) -> T:
    """Call `check` (plain or async) until it returns something true, and return that.

    Fails with TimeoutError after `limit` seconds: generous, since only a broken test ever waits that long.
    """
    async with asyncio.timeout(limit):
        while True:
            result = check()
            value = await result if isinstance(result, Awaitable) else result
            if value:
                return value
            await asyncio.sleep(step)


def unused_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
