"""A connection to an IMAP server: looked up, connected, secured, logged in; each step with its limit and its code."""

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import Sequence
from functools import lru_cache

import aiohappyeyeballs
from aioimaplib import aioimaplib
from aioimaplib.aioimaplib import Command

from channels.email.imap.answers import listed
from channels.email.imap.limits import Limits
from channels.email.imap.names import decode_folder, quotable, quote
from channels.email.imap.problem import ImapError, cleaned, of_tls
from channels.email.imap.wire import SMALL, Wire
from channels.email.settings import Imap

_NOT_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")


@lru_cache(maxsize=1)
def default_tls() -> ssl.SSLContext:
    """What the system trusts; reading it takes some 20 ms."""
    return ssl.create_default_context()


class Link:
    """Steps in their order: resolve, connect, secure, log_in. All raise ImapError."""

    def __init__(self, imap: Imap, limits: Limits, tls: ssl.SSLContext | None = None) -> None:
        self._imap = imap
        self._limits = limits
        self._tls = tls
        self.capabilities: frozenset[str] = frozenset()
        self._found: Sequence[aiohappyeyeballs.AddrInfoType] = ()
        self.wire = Wire(limits.silence)

    async def open(self) -> None:
        """All steps up to the log-in."""
        await self.resolve()
        await self.connect()
        await self.secure()

    async def resolve(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.connect):
                self._found = await loop.getaddrinfo(self._imap.host, self._imap.port, type=socket.SOCK_STREAM)
        except TimeoutError:
            raise ImapError("resolve", "no answer") from None
        except (OSError, UnicodeError) as error:
            raise ImapError("resolve", str(error)) from None

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.connect):
                connected = await aiohappyeyeballs.start_connection(self._found, happy_eyeballs_delay=0.25)
                await loop.create_connection(lambda: self.wire, sock=connected)
        except TimeoutError:
            raise ImapError("connect", "no answer") from None
        except OSError as error:
            raise ImapError("connect", error.strerror or str(error)) from None

    async def secure(self) -> None:
        """TLS as the mailbox wants it, with the greeting before or after."""
        if self._imap.security == "tls":
            await self._start_tls()
        await self._greeted()
        if self._imap.security == "starttls":
            if self.wire.state != aioimaplib.NONAUTH or "STARTTLS" not in self.capabilities:
                raise ImapError("tls_missing", "the server offers no STARTTLS")
            await self.ok("STARTTLS", code="tls")
            if self.wire.has_rest:
                raise ImapError("tls", "the server spoke before TLS began")
            await self._start_tls()
            await self._ask_capabilities()

    async def log_in(self, user: str, password: str) -> None:
        disabled = "LOGINDISABLED" in self.capabilities
        if self.wire.state == aioimaplib.AUTH:
            return
        if "AUTH=PLAIN" in self.capabilities and (disabled or not quotable(user + password)):
            await self._authenticate("PLAIN", f"\x00{user}\x00{password}".encode(), password)
        elif disabled:
            raise ImapError("log_in", "the server takes no password on such a connection")
        elif quotable(user + password):
            await self._logged_in(self.command("LOGIN", quote(user), quote(password)), password)
        else:
            first, second = user.encode(), password.encode()
            self.wire.replies.extend((first + b" {%d}" % len(second), second))
            await self._logged_in(self.command("LOGIN", f"{{{len(first)}}}"), password)

    async def log_in_with_token(self, user: str, token: str) -> None:
        """XOAUTH2."""
        await self._authenticate("XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01".encode(), token)

    async def folders(self) -> list[str]:
        """The names of all folders that can be opened."""
        lines = await self.ok("LIST", '""', '"*"', budget=8 * SMALL)
        return [decode_folder(name) for flags, name in listed(lines[:-1]) if "\\noselect" not in flags]

    async def ok(self, name: str, *args: str, code: str = "refused", budget: int = SMALL) -> list[bytes]:
        """One command that has to succeed; the lines of its answer, the last one the server's word on it."""
        return await self.done(self.command(name, *args), code, budget)

    async def done(self, command: Command, code: str = "refused", budget: int = SMALL) -> list[bytes]:
        result, lines = await self.wire.ask(command, budget, self._limits.command)
        if result != "OK":
            raise ImapError(code, cleaned(lines[-1]))
        return list(lines)

    def command(self, name: str, *args: str, uid: bool = False) -> Command:
        try:
            return Command(name, self.wire.new_tag(), *args, prefix="UID" if uid else None)
        except ValueError as error:
            raise ImapError("refused", str(error)) from None

    async def close(self) -> None:
        """Says goodbye where there is somebody to hear it."""
        wire = self.wire
        if wire.failure is None and wire.transport is not None and wire.greeting.done() and wire._waiting() is None:
            with contextlib.suppress(ImapError):
                await wire.ask(self.command("LOGOUT"), SMALL, self._limits.goodbye)
        self.drop()

    def drop(self) -> None:
        self.wire.fail(ImapError("lost", "closed by us"))

    async def _start_tls(self) -> None:
        loop, wire, limit = asyncio.get_running_loop(), self.wire, self._limits.connect
        assert wire.transport is not None
        try:
            context = self._tls or default_tls()
            async with asyncio.timeout(limit + 1):
                transport = await loop.start_tls(wire.transport, wire, context, server_hostname=self._imap.host,
                                                 ssl_handshake_timeout=limit)
        except (OSError, ValueError, TimeoutError) as error:
            self.drop()
            code, text = of_tls(error)
            raise ImapError(code, text) from None
        if transport is None:  # closed in the meantime
            raise ImapError("tls", "the server closed the connection")
        wire.transport = transport

    async def _greeted(self) -> None:
        try:
            async with asyncio.timeout(self._limits.connect):
                await self.wire.greeting
        except TimeoutError:
            self.drop()
            raise ImapError("timeout", "no greeting") from None
        await self._ask_capabilities()

    async def _ask_capabilities(self) -> None:
        lines = await self.ok("CAPABILITY")
        words = [line.decode("ascii", "replace").upper().split() for line in lines[:-1]]
        self.capabilities = frozenset(word for found in words if found[:1] == ["CAPABILITY"] for word in found[1:])
        self.wire.capabilities = set(self.capabilities)

    async def _authenticate(self, mechanism: str, response: bytes, secret: str) -> None:
        coded = base64.b64encode(response).decode()
        if "SASL-IR" in self.capabilities:
            command = self.command("AUTHENTICATE", mechanism, coded)
        else:
            self.wire.replies.append(coded.encode())
            command = self.command("AUTHENTICATE", mechanism)
        await self._logged_in(command, secret)

    async def _logged_in(self, command: Command, secret: str) -> None:
        try:
            result, lines = await self.wire.ask(command, SMALL, self._limits.command)
        finally:
            self.wire.replies.clear()
        if result != "OK":
            text = cleaned(lines[-1], secret)
            raise ImapError("unavailable" if text.upper().startswith(_NOT_NOW) else "log_in", text)
        self.wire.state = aioimaplib.AUTH
        await self._ask_capabilities()
        if "ID" in self.capabilities:  # some providers open no folder to a program that does not say its name
            with contextlib.suppress(ImapError):
                await self.ok("ID", '("name" "interaction-hub")')
