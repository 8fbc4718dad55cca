"""What talks over the network runs on both event loops: the hub runs on uvloop, which differs in its details."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import uvloop

_NETWORK = frozenset({
    "imap/test_fetch.py", "imap/test_login.py", "imap/test_room.py", "imap/test_sent.py", "imap/test_trouble.py",
    "parse/test_pool.py", "smtp/test_listener_wire.py", "smtp/test_send.py"})
_HERE = Path(__file__).parent

Loops = Mapping[str, Callable[[], asyncio.AbstractEventLoop]]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Loops:
    plain: Loops = {"asyncio": asyncio.new_event_loop}
    if item.path.relative_to(_HERE).as_posix() in _NETWORK:
        return {**plain, "uvloop": uvloop.new_event_loop}
    return plain
