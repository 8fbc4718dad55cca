"""The sending half of a mailbox's test: each step of what an attempt to send does, by itself."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import aiosmtplib

from channels.email.imap.limits import Limits
from channels.email.imap.link import default_tls
from channels.email.imap.problem import ImapError, of_tls
from channels.email.oauth import Grants, RefreshError
from channels.email.ports import Account
from channels.email.smtp.log_in import log_in

SmtpStep = tuple[str, Callable[[], Awaitable[None]]]


class SmtpProbe:
    """All steps raise ImapError, whose codes serve SMTP as well; `send_refused` is its own."""

    def __init__(self, account: Account, grants: Grants, limits: Limits, tls: ssl.SSLContext | None,
                 hostname: str) -> None:
        smtp = account.mailbox.smtp
        assert smtp is not None
        self._account = account
        self._smtp = smtp
        self._grants = grants
        self._limits = limits
        self._tls = tls
        self._hostname = hostname
        self._socket: socket.socket | None = None
        self._client: aiosmtplib.SMTP | None = None

    def steps(self, mail: bytes) -> Sequence[SmtpStep]:
        encrypted = self._smtp.security != "none"
        return (("smtp_connect", self._connect), *((("smtp_tls", self._secure),) if encrypted else ()),
                *((("smtp_log_in", self._log_in),) if self._smtp.user else ()), ("send", lambda: self._send(mail)))

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        elif self._socket is not None:
            self._socket.close()

    async def _connect(self) -> None:
        """Looks up the name and connects; without TLS from the start, the server's greeting, too."""
        loop, limit = asyncio.get_running_loop(), self._limits.connect
        try:
            async with asyncio.timeout(limit):
                found = await loop.getaddrinfo(self._smtp.host, self._smtp.port, type=socket.SOCK_STREAM)
        except TimeoutError:
            raise ImapError("resolve", "no answer") from None
        except (OSError, UnicodeError) as error:
            raise ImapError("resolve", str(error)) from None
        self._socket = await self._first(found)
        if self._smtp.security != "tls":
            await self._greet(use_tls=False)

    async def _first(self, found: Sequence[tuple[Any, Any, int, str, Any]]) -> socket.socket:
        """A connection to the first address that takes one."""
        failure = ImapError("connect", "no answer")
        for family, kind, protocol, _, address in found:
            line = socket.socket(family, kind, protocol)
            line.setblocking(False)
            try:
                async with asyncio.timeout(self._limits.connect):
                    await asyncio.get_running_loop().sock_connect(line, address)
                return line
            except TimeoutError:
                line.close()
            except OSError as error:
                line.close()
                failure = ImapError("connect", error.strerror or str(error))
        raise failure

    async def _secure(self) -> None:
        if self._smtp.security == "tls":
            await self._greet(use_tls=True)
            return
        client = self._connected
        if not client.supports_extension("starttls"):
            raise ImapError("tls_missing", "the server offers no STARTTLS")
        with _named("tls"):
            await client.starttls(server_hostname=self._smtp.host, tls_context=self._tls or default_tls(),
                                  timeout=self._limits.connect)
            await client.ehlo()

    async def _greet(self, use_tls: bool) -> None:
        self._client = aiosmtplib.SMTP(
            hostname=self._smtp.host, use_tls=use_tls, start_tls=False, sock=self._socket,
            timeout=self._limits.connect, local_hostname=self._hostname,
            tls_context=self._tls or default_tls() if use_tls else None)
        with _named("tls" if use_tls else "lost"):
            await self._client.connect()
            await self._client.ehlo()

    async def _log_in(self) -> None:
        account, client = self._account, self._connected
        if account.mailbox.oauth is None and not (account.secrets.smtp_password or account.secrets.password):
            raise ImapError("no_secret", "no password is set")
        if not client.supported_auth_methods:  # none at all, or none that we know
            raise ImapError("no_log_in", "")
        try:
            with _named("log_in"):
                await log_in(client, account, self._smtp.user, self._grants, self._limits.command)
        except RefreshError as error:
            raise ImapError("refresh_denied" if error.denied else "refresh", error.text) from None

    async def _send(self, mail: bytes) -> None:
        address = self._account.mailbox.address
        with _named("send_refused"):
            await self._connected.sendmail(address, [address], mail, timeout=self._limits.command)

    @property
    def _connected(self) -> aiosmtplib.SMTP:
        assert self._client is not None
        return self._client


@contextlib.contextmanager
def _named(code: str) -> Iterator[None]:
    """What fails in here, by the code of this step or, where the cause is known, by that of the cause."""
    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as problem:
        raise ImapError(code, "; ".join(f"{one.code} {one.message}" for one in problem.recipients)) from None
    except aiosmtplib.SMTPResponseException as problem:
        raise ImapError(code, f"{problem.code} {problem.message}") from None
    except (aiosmtplib.SMTPException, OSError) as problem:
        raise _of_cause(problem, code) from None


def _of_cause(problem: BaseException, code: str) -> ImapError:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return ImapError(*of_tls(cause))
        if isinstance(cause, TimeoutError | aiosmtplib.SMTPTimeoutError):
            return ImapError("timeout", str(problem))
        cause = cause.__cause__ or cause.__context__
    if isinstance(problem, aiosmtplib.SMTPServerDisconnected):
        return ImapError("tls" if code == "tls" else "lost", str(problem))
    return ImapError(code, str(problem))
