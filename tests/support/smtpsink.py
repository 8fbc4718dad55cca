"""The mail server outside: aiosmtpd, which keeps what it is given, and misbehaves as it is told."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass(frozen=True)
class Taken:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    options: tuple[str, ...] = ()
    secure: bool = False

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass
class Faults:
    """Replies instead of the usual ones, by stage; `drop` breaks the connection there, `hang` says nothing more."""

    greeting: str = ""
    ehlo: str = ""
    mail: str = ""
    rcpt: dict[str, str] = field(default_factory=dict)  # address, or "*"
    rcpt_most: int = 1_000_000  # of one mail; the others are put off
    data: str = ""  # instead of 354
    early: str = ""  # in the middle of the mail
    end: str = ""  # instead of the last 250
    auth: str = ""
    quit: str = ""
    drop: str = ""  # greeting | mail | data | body | end (taken, then silence)
    hang: str = ""  # the same


class Outside:
    """What was taken is in `mails`; `attempts` counts the mails that were begun."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.mails: list[Taken] = []
        self.attempts = 0
        self.logins: list[str] = []
        self.port = 0
        self.arrived = asyncio.Event()
        self.size: int | None = None
        self.utf8 = True
        self.extra: list[str] = []
        self.token = "fresh"  # the access token that lets in

    async def wait(self, count: int = 1) -> Taken:
        """The `count`th mail, as soon as it is there."""
        async with asyncio.timeout(20):
            while len(self.mails) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.mails[count - 1]

    # --- aiosmtpd's hooks ---

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str,  # noqa: N802
                          responses: list[str]) -> list[str]:
        session.host_name = hostname
        return [self.faults.ehlo] if self.faults.ehlo else [*responses[:-1], *self.extra, responses[-1]]

    async def handle_MAIL(self, server: "_Server", session: Session, envelope: Envelope, address: str,  # noqa: N802
                          options: list[str]) -> str:
        self.attempts += 1
        await server.stumble("mail")
        if self.faults.mail:
            return self.faults.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: "_Server", session: Session, envelope: Envelope, address: str,  # noqa: N802
                          options: list[str]) -> str:
        refused = self.faults.rcpt.get(address) or self.faults.rcpt.get("*")
        if refused:
            return refused
        if len(envelope.rcpt_tos) >= self.faults.rcpt_most:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: "_Server", session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.faults.end:
            return self.faults.end
        assert isinstance(envelope.content, bytes)
        self.mails.append(Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content,
                                tuple(envelope.mail_options), session.ssl is not None))
        self.arrived.set()
        await server.stumble("end")
        return "250 2.0.0 OK: queued as 12345"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.login.decode())
        ok = data.password == b"right" and not self.faults.auth
        message = None if ok else self.faults.auth or "535 5.7.8 Wrong password"
        return AuthResult(success=ok, handled=False, message=message)


class _Server(SMTP):
    def __init__(self, outside: Outside, **options: Any) -> None:
        super().__init__(outside, hostname="mail.example.net", authenticator=outside.authenticate,
                         enable_SMTPUTF8=outside.utf8, **options)
        self._outside = outside

    async def stumble(self, stage: str) -> None:
        if self._outside.faults.hang == stage:
            await asyncio.Event().wait()
        if self._outside.faults.drop == stage:
            self.transport.abort()  # type: ignore[union-attr]
            await asyncio.Event().wait()  # ends with the connection

    async def push(self, status: Any) -> None:
        text = str(status)
        if text.startswith("220 mail.example.net"):
            await self.stumble("greeting")
            status = self._outside.faults.greeting or status
        if text.startswith("221") and self._outside.faults.quit:
            status = self._outside.faults.quit
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        faults = self._outside.faults
        await self.stumble("data")
        if faults.data:
            await self.push(faults.data)
        elif faults.early or "body" in (faults.drop, faults.hang):
            await self.push("354 Go on")
            await self._reader.read(1)
            if faults.early:
                await super().push(faults.early)
                self.transport.close()  # type: ignore[union-attr]
            await self.stumble("body")
        else:
            await super().smtp_DATA(arg)

    async def auth_XOAUTH2(self, _: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        user, _bearer, token = base64.b64decode(arguments[1]).decode().partition("\1auth=Bearer ")
        self._outside.logins.append(user.removeprefix("user="))
        ok = token.strip("\1") == self._outside.token
        return AuthResult(success=ok, handled=False, message=None if ok else "535 5.7.8 Token is stale")


@contextlib.asynccontextmanager
async def outside_server(tls: ssl.SSLContext | None = None, *, implicit: bool = False, size: int | None = None,
                         utf8: bool = True) -> AsyncIterator[Outside]:
    """On a free port of this machine. `tls`: offers STARTTLS, or speaks TLS at once (`implicit`)."""
    outside = Outside()
    outside.size, outside.utf8 = size, utf8
    opened: set[_Server] = set()

    def meet() -> _Server:
        one = _Server(outside, tls_context=None if implicit else tls, data_size_limit=size, timeout=60,
                      auth_require_tls=tls is not None and not implicit)
        opened.add(one)
        return one

    server = await asyncio.get_running_loop().create_server(meet, "127.0.0.1", 0, ssl=tls if implicit else None)
    outside.port = server.sockets[0].getsockname()[1]
    try:
        yield outside
    finally:
        server.close()
        for one in opened:
            if one.transport is not None:
                one.transport.abort()  # type: ignore[attr-defined]
        await asyncio.sleep(0)
