"""One connection of a mail server: aiosmtpd's conversation with our limits, and with data read strictly by RFC 5321."""

import asyncio
import ipaddress
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.email.room import Room
from channels.email.smtp.receiving import AWAY, Handed, Intake

log = structlog.get_logger()
COMMAND_SECONDS = 60.0  # of silence
DATA_SECONDS = 600.0  # for one mail, however slowly it trickles in
ROOM_SECONDS = 120.0  # until other mails have made room for this one
CONNECTIONS = 50
MESSAGES = 100  # in one connection
RECIPIENTS = 100  # of one mail
COMMAND_BYTES = 2048
HELD_MAILS = 4  # of the greatest size: what all connections together may hold in memory
_END = b"\r\n.\r\n"
_EVERYTHING = 1 << 24
_TOO_LONG = "552 5.3.4 The mail is too long"
_FULL = "452 4.3.1 Too much mail at once, try again later"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class House:
    """What all connections share. `held` is bytes of mail that are in memory now."""

    intake: Intake
    hostname: str
    max_bytes: int
    room: Room
    networks: tuple[Network, ...] = ()
    tls: Any = None
    connections: int = 0
    held: int = 0
    open: set["Conversation"] = field(default_factory=set)

    def refusal(self, peer: str) -> bytes | None:
        """Why this peer is not talked to."""
        if not _within(peer, self.networks):
            return b"554 5.7.1 Not from your address\r\n"
        return b"421 4.7.0 Too many connections, try again later\r\n" if self.connections >= CONNECTIONS else None

    def hold(self, size: int) -> bool:
        if self.held + size > HELD_MAILS * self.max_bytes:
            return False
        self.held += size
        return True


class Desk:
    """aiosmtpd's hooks: who may be written to, and how much."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._messages = 0

    async def handle_EHLO(  # noqa: N802, PLR0913, RUF100 - names and arguments are aiosmtpd's
            self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        own = [line for line in responses[:-1] if not line.startswith(("250-AUTH", "250-SIZE"))]
        return [*own, "250-PIPELINING", f"250 SIZE {self._house.max_bytes}"]

    async def handle_MAIL(  # noqa: N802
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self._messages >= MESSAGES:
            return "421 4.7.0 Enough for one connection, please connect again"
        size = next((one[5:] for one in options if one.startswith("SIZE=")), "0")
        if int(size) > self._house.max_bytes:
            return _TOO_LONG
        self._messages += 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        refusal = self._house.intake.greet(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_VRFY(  # noqa: N802
            self, server: SMTP, session: Session, envelope: Envelope, address: str) -> str:
        return "252 2.0.0 Write, and you will see"

    async def handle_exception(self, error: Exception) -> str:
        log.error("mail.listener.conversation_broke", error=type(error).__name__)
        return "451 4.3.0 Something went wrong here, try again later"


class Conversation(SMTP):
    """Data ends at CRLF.CRLF and nowhere else, so that no peer's idea of a line can smuggle a second mail in."""

    line_length_limit = 64 * 1024  # of what is read at once; lines of a mail may be of any length
    each = False  # LMTP: one reply for each recipient

    def __init__(self, house: House, loop: asyncio.AbstractEventLoop) -> None:
        self.command_size_limits = defaultdict(lambda: COMMAND_BYTES)  # aiosmtpd shares one among all connections
        super().__init__(
            Desk(house), data_size_limit=None, enable_SMTPUTF8=True, hostname=house.hostname,
            ident="Interaction Hub", tls_context=house.tls, timeout=COMMAND_SECONDS,
            auth_exclude_mechanism=("LOGIN", "PLAIN"), loop=loop)
        self._house = house
        self._counted = False
        self._turned_away = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._counted and (refusal := self._house.refusal(_peer(transport))) is not None:
            self._turned_away = True
            assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
            transport.write(refusal)
            transport.close()
            return
        if not self._counted:
            self._counted = True
            self._house.connections += 1
            self._house.open.add(self)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if not self._turned_away:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return False if self._turned_away else super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        if self._turned_away:
            return
        if self in self._house.open:
            self._house.open.remove(self)
            self._house.connections -= 1
        super().connection_lost(error)

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        await self.push("502 5.5.1 No log-in here: networks say who may write")

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Instead of aiosmtpd's, which keeps an object for every line and so many times the bytes that arrive."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        mail, envelope = _Growing(self._house), self.envelope
        try:
            try:
                async with asyncio.timeout(DATA_SECONDS):
                    await self._read_into(mail)
            except TimeoutError:  # what follows is still the mail: read as commands it would be one of its author's
                await self.push("421 4.4.2 The mail takes too long")
                self.hang_up()
                return
            self._reset_timeout(DATA_SECONDS)  # the answer takes as long as the commit
            replies = await self._in_its_turn(mail, envelope)
        finally:
            mail.close()
            self.envelope = self._create_envelope()
            if self.transport is not None:
                self._reset_timeout()
        for reply in replies:
            await self.push(reply)

    async def _read_into(self, mail: "_Growing") -> None:
        while True:
            chunk = await self._reader.read(_EVERYTHING)
            if not chunk:
                raise ConnectionResetError
            self._reset_timeout()
            rest = mail.add(chunk)
            if rest is not None:
                if rest:
                    self._reader.feed_data(rest)  # commands sent ahead (PIPELINING); all else has been read
                return

    async def _in_its_turn(self, mail: "_Growing", envelope: Envelope) -> list[str]:
        count = len(envelope.rcpt_tos) if self.each else 1
        if mail.problem is not None:
            return [mail.problem] * count
        try:
            async with asyncio.timeout(ROOM_SECONDS):
                place = await self._house.room.enter(mail.size)
        except TimeoutError:
            return [AWAY] * count
        with place:
            return await self._answer(mail, envelope)

    async def _answer(self, mail: "_Growing", envelope: Envelope) -> list[str]:
        assert self.session is not None
        handed = Handed(
            sender=envelope.mail_from or "<>", recipients=tuple(envelope.rcpt_tos), content=mail.content(),
            peer=_host(self.session.peer), greeting=self.session.host_name or "", protocol=self._protocol())
        mail.shrink(len(handed.content))
        replies = await self._house.intake.take(handed)
        if self.each:
            return list(replies)
        return [next((one for one in replies if not one.startswith("2")), replies[0])]

    def _protocol(self) -> str:
        assert self.session is not None
        name = "LMTP" if self.each else "ESMTP" if self.session.extended_smtp else "SMTP"
        return name + ("S" if self.session.ssl is not None and name != "SMTP" else "")


class LocalConversation(Conversation, LMTP):
    """LMTP (RFC 2033): greeted with LHLO, answers once for each recipient."""

    each = True


class _Growing:
    """A mail on its way in. Begins with the line end of the DATA command, after which a lone dot may follow at once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._bytes = bytearray(b"\r\n")
        self._held = 0
        self.problem: str | None = None

    def add(self, chunk: bytes) -> bytes | None:
        """What came after the end of the mail; None while it has not ended."""
        search = max(0, len(self._bytes) - len(_END) + 1)
        self._bytes += chunk
        end = self._bytes.find(_END, search)
        if end < 0:
            self._check()
            return None
        rest = bytes(self._bytes[end + len(_END):])
        del self._bytes[end + 2:]
        self._check()
        return rest

    def _check(self) -> None:
        grown = len(self._bytes) - self._held
        if self.problem is None and len(self._bytes) - 2 > self._house.max_bytes:
            self.problem = _TOO_LONG
        elif self.problem is None and grown > 0 and not self._house.hold(grown):
            self.problem = _FULL
        elif self.problem is None:
            self._held += max(grown, 0)
            return
        del self._bytes[:max(0, len(self._bytes) - len(_END) + 1)]
        self.close()

    @property
    def size(self) -> int:
        return len(self._bytes)

    def content(self) -> bytes:
        """Without the dots that were doubled on the way (RFC 5321, section 4.5.2)."""
        self._bytes = self._bytes.replace(b"\r\n.", b"\r\n")
        return bytes(memoryview(self._bytes)[2:])

    def shrink(self, size: int) -> None:
        self._bytes.clear()
        self._house.held -= self._held - size
        self._held = size

    def close(self) -> None:
        self._house.held -= self._held
        self._held = 0


def factory(house: House, protocol: str) -> Callable[[], Conversation]:
    kind = LocalConversation if protocol == "lmtp" else Conversation
    loop = asyncio.get_running_loop()
    return lambda: kind(house, loop)


def _peer(transport: asyncio.BaseTransport) -> str:
    return _host(transport.get_extra_info("peername"))


def _host(peername: Any) -> str:
    return str(peername[0]).partition("%")[0] if isinstance(peername, tuple) and peername else ""


def _within(peer: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in networks)
