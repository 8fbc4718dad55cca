"""Waiting for a condition instead of for a while."""

import asyncio
import contextlib
import inspect
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")
_GIVEN: set[int] = set()


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
    """A port on loopback that was free a moment ago, below those that outgoing connections take.

    One of theirs would be gone before a slow server binds it: Linux gives 32768 and above (ip(7), ip_local_port_range).
    Workers of one run take different ones, and nobody the same twice: a server may be slow to bind its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 16
    while True:
        port = secrets.choice(range(10_000 + worker, 32_000, 16))
        if port in _GIVEN:
            continue
        _GIVEN.add(port)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
