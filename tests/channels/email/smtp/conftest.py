from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import pytest

from channels.base import Entry, Inbound, Kept, Refused
from channels.email.ports import Account
from channels.email.settings import Listener
from channels.email.smtp.listener import Door
from channels.email.smtp.receiving import Intake
from tests.channels.email.smtp.certificate import Certificate, make
from tests.channels.email.smtp.sample import AT, accounts
from tests.channels.kit.sink import MemorySink


class Notes:
    """Takes mail like `Receiver`, and remembers it. `refusal` and `stupid` break it."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refusal: Exception | None = None
        self.stupid = False

    async def understand(self, raw: bytes, account: Account, entry: Entry | None, at: datetime) -> Inbound:
        if self.stupid:
            raise ZeroDivisionError
        return Inbound(f"mail:{account.mailbox.id}", "key", "email", (), "", at, raw, "message/rfc822")

    async def take(self, inbound: Inbound) -> Kept:
        if self.refusal is not None:
            raise self.refusal
        self.taken.append((inbound.source, inbound.raw))
        return Kept("stored")

    def away(self) -> None:
        self.refusal = Refused("unavailable", 503, after=5)


class Open:
    """An open door with what is behind it."""

    def __init__(self, door: Door, notes: Notes, sink: MemorySink) -> None:
        self.door, self.notes, self.sink = door, notes, sink

    @property
    def port(self) -> int:
        return self.door.port


Opens = Callable[..., Awaitable[Open]]


@pytest.fixture
async def opened() -> AsyncIterator[Opens]:
    """Opens the listener on a free port, with whatever settings."""
    async with AsyncExitStack() as stack:
        async def opens(**settings: Any) -> Open:
            notes, sink = Notes(), MemorySink()
            listener = Listener(**({"listen": "127.0.0.1:0"} | settings))
            intake = Intake(accounts(), notes, sink, lambda: AT, "mx.example.org")
            door = Door(listener, intake, "mx.example.org")
            await door.open()
            stack.push_async_callback(door.close)
            return Open(door, notes, sink)

        yield opens


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make(tmp_path_factory.mktemp("certificate"))
