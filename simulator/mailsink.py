"""A mail server of this machine that keeps what it is given, in memory, and passes nothing on."""

import asyncio
import logging
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

MOST = 50  # mails of one address
ADDRESSES = 500  # the one that was quiet for longest is forgotten
MAIL_BYTES = 30_000_000
ALL_BYTES = 100_000_000
logging.getLogger("mail.log").disabled = True


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as its reader has it. `number` counts all that came to this address."""

    number: int
    at: datetime
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    def header(self, name: str) -> str:
        return str(self.mail[name] or "").replace("\r", "").replace("\n", "")

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain", "html"))
        return body.get_content() if body else ""


class MailSink:
    """`start`, then `port`. Everything that the hub sends ends here."""

    def __init__(self) -> None:
        self._boxes: OrderedDict[str, deque[Letter]] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._bytes = 0
        self._moved = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._open: set[_Conversation] = set()

    @property
    def port(self) -> int:
        assert self._server, "start() comes first"
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, port: int = 0) -> None:
        """On the loopback interface only. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Conversation(self, self._open), "127.0.0.1", port)

    async def stop(self) -> None:
        server, self._server = self._server, None
        if server:
            server.close()
        for one in list(self._open):
            one.hang_up()

    def letters(self, address: str, after: int = 0) -> list[Letter]:
        return [one for one in self._boxes.get(address.lower(), ()) if one.number > after]

    async def wait(self, address: str, after: int = 0, seconds: float = 60.0) -> list[Letter]:
        """New mail, as soon as there is some; nothing when none came in time."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self.letters(address, after))
        except TimeoutError:
            pass
        return self.letters(address, after)

    # --- aiosmtpd's hooks ---

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        for address in {one.lower() for one in envelope.rcpt_tos}:
            self._keep(address, tuple(envelope.rcpt_tos), envelope.content)
        async with self._moved:
            self._moved.notify_all()
        return "250 2.0.0 Kept for its reader"

    def _keep(self, address: str, recipients: tuple[str, ...], raw: bytes) -> None:
        box = self._boxes.setdefault(address, deque())
        self._boxes.move_to_end(address)
        number = self._counts[address] = self._counts.get(address, 0) + 1
        box.append(Letter(number, datetime.now(UTC), recipients, raw))
        self._bytes += len(raw)
        while len(box) > MOST:
            self._bytes -= len(box.popleft().raw)
        while len(self._boxes) > ADDRESSES or (self._bytes > ALL_BYTES and len(self._boxes) > 1):
            forgotten, letters = self._boxes.popitem(last=False)
            self._counts.pop(forgotten, None)
            self._bytes -= sum(len(one.raw) for one in letters)


class _Conversation(SMTP):
    def __init__(self, sink: MailSink, others: "set[_Conversation]") -> None:
        super().__init__(sink, data_size_limit=MAIL_BYTES, enable_SMTPUTF8=True, hostname="sink.localhost",
                         ident="Mail sink", loop=asyncio.get_running_loop())
        self._others = others

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._others.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._others.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.close()
