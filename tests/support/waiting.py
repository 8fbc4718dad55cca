"""Waiting for a condition instead of for a while."""

import asyncio
import inspect
import socket
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def until(check: Callable[[], Awaitable[T]], limit: float = ..., step: float = ...) -> T: ...
@overload
async def until(check: Callable[[], T], limit: float = ..., step: float = ...) -> T: ...
async def until(check: Callable[[], Any], limit: float = 10.0, step: float = 0.01) -> Any:
    """Call `check` (plain or async) until it returns something true, and return that.

    Fails with TimeoutError after `limit` seconds: generous, since only a broken test ever waits that long.
    """
    async with asyncio.timeout(limit):
        while True:
            value = check()
            if inspect.isawaitable(value):
                value = await value
            if value:
                return value
            await asyncio.sleep(step)


def unused_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
