"""One mail on its way to the hub: understood, and handed over after those that it belongs to."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from channels.base import Entry, Inbound, Kept, Sink
from channels.email.parse.model import Mail
from channels.email.ports import Account
from channels.email.settings import Filter
from channels.email.tokens import Tokens
from channels.email.understand import understand

_WAIT = 30.0  # seconds at most for mails in flight: their order is worth a wait, not a stop
_LARGE = 200_000  # bytes: hashing and cleaning more would keep others waiting


class Parses(Protocol):
    async def parse(self, raw: bytes) -> Mail: ...


class Receiver:
    """Shared by everything that brings mail in, so that mails of one thread go in in the order of their arrival."""

    def __init__(self, parser: Parses, tokens: Tokens, sink: Sink, now: Callable[[], datetime],
                 own_filter: Filter | None = None) -> None:
        self._parser, self._filter = parser, own_filter
        self._tokens = tokens
        self._sink = sink
        self._now = now
        self._in_flight: dict[str, list[asyncio.Future[None]]] = {}  # name -> mails that bear it or refer to it

    async def understand(
        self, raw: bytes, account: Account, entry: Entry | None = None, at: datetime | None = None, *,
        oversized: bool = False,
    ) -> Inbound:
        """What the bytes say. Never raises for what they contain.

        `at`: when it arrived; now unless told. `oversized`: `raw` is the head alone.
        """
        mail = await self._parser.parse(raw)
        arrived = at or self._now()
        if len(raw) < _LARGE:
            return understand(mail, raw, account, entry, arrived, self._tokens, oversized=oversized,
                              own_filter=self._filter)
        return await asyncio.to_thread(
            understand, mail, raw, account, entry, arrived, self._tokens, oversized=oversized, own_filter=self._filter)

    async def take(self, inbound: Inbound) -> Kept:
        """Hands it to the hub and returns after COMMIT. Raises `Refused` when nothing could be written now.

        A mail that came earlier and belongs to the same thread goes first: otherwise an answer that overtakes its
        question would find no interaction to join. How the other one ends makes no difference.
        """
        names = _names(inbound)
        before = {one for name in names for one in self._in_flight.get(name, ())}
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for name in names:
            self._in_flight.setdefault(name, []).append(done)
        try:
            if before:
                await asyncio.wait(before, timeout=_WAIT)
            return await self._sink.take_mail(inbound)
        finally:
            done.set_result(None)
            for name in names:
                self._in_flight[name].remove(done)
                if not self._in_flight[name]:
                    del self._in_flight[name]


def _names(inbound: Inbound) -> frozenset[str]:
    """Everything by which two mails may find that they belong to the same interaction."""
    mail = inbound.mail
    if mail is None:
        return frozenset({inbound.natural_key})
    return frozenset({mail.key, mail.mail_id, *mail.references, *map(str, mail.tokens)})
