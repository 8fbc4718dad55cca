"""One attempt to hand a mail to a mail server, and what its outcome means.

Whoever breaks the connection before the final dot has taken nothing: the mail may be sent again. After the dot only the
server knows, so the outcome is ambiguous. After its 250 nothing can make the attempt fail.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast

import aiosmtplib

from channels.base import Outbound, Refusal, SendError, Sent
from channels.email.oauth import RefreshError
from channels.email.ports import Account
from channels.email.settings import Smtp
from channels.email.smtp.compose import Composed, compose
from channels.email.smtp.dkim import sign
from channels.email.smtp.failure import NotLetInError, answered, cleaned, unconnected
from channels.email.smtp.log_in import Access, log_in

_PIECE = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. Servers may look for spam before they answer the final dot, so that answer has the longest one."""

    connect: float = 10.0
    command: float = 20.0
    opening: float = 60.0  # all that comes before the mail itself
    data: float = 100.0
    answer: float = 100.0
    quit: float = 3.0

    @property
    def longest(self) -> float:
        """Whoever gives up earlier makes an outcome unknown that would have been known."""
        return self.opening + self.data + self.answer + self.quit + 5.0


class Sender:
    """`tls`: the trust that connections are made with."""

    def __init__(self, hostname: str, access: Access, limits: Limits | None = None,
                 tls: Callable[[], ssl.SSLContext] = ssl.create_default_context) -> None:
        self._hostname = hostname
        self._access = access
        self._limits = limits or Limits()
        self._tls = tls

    async def send(self, account: Account, message: Outbound) -> tuple[bytes, Sent]:
        """The bytes that went out. Raises `SendError`."""
        composed = _composed(message)
        raw = await _signed(account, composed.raw)
        smtp = account.mailbox.smtp
        if smtp is None:
            raise SendError("permanent", "cannot_send", f"The mailbox {account.mailbox.id} cannot send.")
        async with self._connection(smtp) as client:
            refused = await self._begin(client, account, smtp, composed, len(raw))
            try:
                await self._hand_over(client, raw)
            except SendError as problem:
                problem.refused = refused
                raise
        return raw, Sent(refused=refused)

    @contextlib.asynccontextmanager
    async def _connection(self, smtp: Smtp) -> AsyncIterator[aiosmtplib.SMTP]:
        """How it ends makes no difference to what was said on it."""
        client = aiosmtplib.SMTP(
            hostname=smtp.host, port=smtp.port, use_tls=smtp.security == "tls", start_tls=False,
            timeout=self._limits.connect, local_hostname=self._hostname,
            tls_context=await asyncio.to_thread(self._tls) if smtp.security != "none" else None)
        try:
            yield client
            with contextlib.suppress(Exception):
                await client.quit(timeout=self._limits.quit)
        finally:
            client.close()

    async def _begin(self, client: aiosmtplib.SMTP, account: Account, smtp: Smtp, composed: Composed,
                     size: int) -> tuple[Refusal, ...]:
        """Up to the point where the mail itself may follow. Returns who is not wanted there, and why."""
        try:
            async with asyncio.timeout(self._limits.opening):
                await self._open(client, smtp.security == "starttls")
                if smtp.user:
                    await self._log_in(client, account, smtp.user)
                return await self._address(client, composed, size)
        except TimeoutError as problem:
            raise unconnected(problem) from problem

    async def _open(self, client: aiosmtplib.SMTP, starttls: bool) -> None:
        limit = self._limits
        try:
            await client.connect()
            await client.ehlo(timeout=limit.command)
            if starttls:
                await client.starttls(timeout=limit.command)
                await client.ehlo(timeout=limit.command)
        except aiosmtplib.SMTPResponseException as problem:
            raise answered("greeting", problem.code, problem.message) from problem
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
            raise unconnected(problem) from problem

    async def _log_in(self, client: aiosmtplib.SMTP, account: Account, user: str) -> None:
        """A message waits until whatever is wrong here is mended: it is never the message's own fault."""
        try:
            await log_in(client, account, user, self._access, self._limits.command)
        except aiosmtplib.SMTPResponseException as problem:
            raise answered("log_in", problem.code, problem.message) from problem
        except (aiosmtplib.SMTPServerDisconnected, OSError, TimeoutError) as problem:
            raise unconnected(problem) from problem
        except RefreshError as problem:
            trouble = "send_refresh_denied" if problem.denied else "send_refresh"
            raise NotLetInError(trouble, cleaned(problem.text)) from problem
        except aiosmtplib.SMTPException as problem:  # no way to log in is offered, at least none of ours
            raise NotLetInError("send_no_log_in", "") from problem

    async def _address(self, client: aiosmtplib.SMTP, composed: Composed, size: int) -> tuple[Refusal, ...]:
        """MAIL and RCPT. The recipients that were refused while others were taken, each with the server's words."""
        options, encoding = _options(client, composed, size), "utf-8" if composed.utf8 else "ascii"
        limit, refused = self._limits.command, list[aiosmtplib.SMTPRecipientRefused]()
        try:
            await client.mail(composed.sender, options=options, encoding=encoding, timeout=limit)
            for one in composed.recipients:
                try:
                    await client.rcpt(one, encoding=encoding, timeout=limit)
                except aiosmtplib.SMTPRecipientRefused as problem:
                    refused.append(problem)
        except aiosmtplib.SMTPSenderRefused as problem:
            raise answered("sender", problem.code, problem.message) from problem
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
            raise unconnected(problem) from problem
        told = tuple(Refusal(one.recipient, cleaned(f"{one.code} {one.message}"), one.code < 500) for one in refused)
        if len(refused) == len(composed.recipients):
            worst = min(refused, key=lambda one: one.code)  # 4xx first: what may still succeed is tried again
            error = answered("recipient", worst.code, worst.message)
            error.refused = told
            raise error from worst
        return told

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes) -> None:
        try:
            start = await client.execute_command(b"DATA", timeout=self._limits.command)
        except (aiosmtplib.SMTPException, OSError) as problem:
            raise unconnected(problem) from problem
        if start.code != 354:
            raise answered("data", start.code, start.message)
        response = await _Transfer(client, self._limits).run(raw)
        if not 200 <= response.code < 300:
            if not 400 <= response.code < 600:
                raise SendError("ambiguous", "unclear", f"The server answered {response.code} to a whole mail.")
            raise answered("data", response.code, response.message)


class _Transfer:
    """The mail itself. aiosmtplib writes body and dot at once, and then cannot tell which of them was still here when
    the connection broke; here the dot leaves only after the body has left."""

    def __init__(self, client: aiosmtplib.SMTP, limits: Limits) -> None:
        protocol, transport = client.protocol, client.transport
        if protocol is None or transport is None:
            raise SendError("temporary", "unreachable", "The connection broke before the mail was sent.")
        self._protocol = protocol
        self._writer = asyncio.StreamWriter(
            cast(asyncio.Transport, transport), cast(asyncio.Protocol, protocol), None, asyncio.get_running_loop())
        self._limits = limits
        self._dotted = False

    async def run(self, raw: bytes) -> aiosmtplib.SMTPResponse:
        answer = asyncio.ensure_future(self._protocol.read_response())
        answer.add_done_callback(_heard)
        try:
            return await self._exchange(raw, answer)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
            text = cleaned(str(problem)) or type(problem).__name__
            if self._dotted:
                raise SendError("ambiguous", "no_answer", text) from problem
            raise SendError("temporary", "interrupted", text) from problem
        finally:
            answer.cancel()

    async def _exchange(
            self, raw: bytes, answer: "asyncio.Future[aiosmtplib.SMTPResponse]") -> aiosmtplib.SMTPResponse:
        body = asyncio.ensure_future(self._write(_stuffed(raw)))
        body.add_done_callback(_heard)
        try:
            async with asyncio.timeout(self._limits.data):
                await asyncio.wait((body, answer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            body.cancel()
        if answer.done():  # an answer before its time can only be a no
            early = await answer
            if early.code < 400:
                raise ConnectionError("The server answered before the end of the mail.")
            return early
        await body
        self._dotted = True
        self._writer.write(b".\r\n")
        async with asyncio.timeout(self._limits.answer):
            return await answer

    async def _write(self, body: bytes) -> None:
        """Returns when nothing of it is left in this process; over TLS, when little is.

        TLS takes any amount at once, and only then learns that it has to wait: therefore in pieces. Without a buffer of
        its own it waits for ever on uvloop, so that what broke within the last half megabyte counts as ambiguous.
        """
        if self._writer.get_extra_info("sslcontext") is None:
            self._writer.transport.set_write_buffer_limits(high=0)
        for start in range(0, len(body), _PIECE):
            self._writer.write(body[start:start + _PIECE])
            await self._writer.drain()


def _heard(task: "asyncio.Future[Any]") -> None:
    """Whoever asks for the outcome gets it; nobody needs a line in the log where nobody asks."""
    if not task.cancelled():
        task.exception()


def _composed(message: Outbound) -> Composed:
    try:
        return compose(message)
    except ValueError as problem:
        raise SendError("permanent", "malformed", f"This cannot be sent: {problem}.") from problem


async def _signed(account: Account, raw: bytes) -> bytes:
    named, key = account.mailbox.dkim, account.secrets.dkim_key
    if named is None:
        return raw
    if key is None:
        raise SendError("permanent", "no_signing_key", f"The mailbox {account.mailbox.id} has no key to sign with.")
    try:
        return await asyncio.to_thread(sign, raw, named.domain, named.selector, key.get_secret_value())
    except ValueError as problem:
        raise SendError("permanent", "cannot_sign", str(problem)) from problem


def _options(client: aiosmtplib.SMTP, composed: Composed, size: int) -> list[str]:
    options = []
    if client.supports_extension("size"):
        most = client.esmtp_extensions.get("size", "").strip()
        if most.isdigit() and 0 < int(most) < size:
            raise SendError("permanent", "too_large", f"{size} bytes; the server takes {most}.")
        options.append(f"SIZE={size}")
    if composed.utf8:
        if not client.supports_extension("smtputf8"):
            raise SendError("permanent", "no_smtputf8", "The server takes no addresses beyond ASCII.")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return options


def _stuffed(raw: bytes) -> bytes:
    """Lines that begin with a dot get another one (RFC 5321, section 4.5.2)."""
    body = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    doubled = body.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if body.startswith(b".") else doubled


