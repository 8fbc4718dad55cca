"""Tests a mailbox step by step, so that whoever sets it up sees which word of it is wrong."""

import asyncio
import secrets
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from typing import Any

from channels.email import oauth
from channels.email.imap.folder import Folder
from channels.email.imap.limits import Limits
from channels.email.imap.link import Link
from channels.email.imap.login import log_in
from channels.email.imap.problem import ImapError, cleaned
from channels.email.oauth import Grants
from channels.email.ports import Account
from channels.email.probe_smtp import SmtpProbe

ARRIVE_SECONDS = 60.0  # until the test mail is found
LOOK_SECONDS = 2.0  # between two looks for it
LIMITS = Limits(silence=20.0, command=60.0)  # somebody watches


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step as it ended. `code` says why not, `text` is in the words of the server; `seconds` it took."""

    name: str
    ok: bool
    code: str = ""
    text: str = ""
    seconds: float = 0.0


Step = tuple[str, Callable[[], Awaitable[None]]]


async def probe(account: Account, *, grants: Grants | None = None, hostname: str = "localhost",
                limits: Limits = LIMITS, tls: ssl.SSLContext | None = None, arrive: float = ARRIVE_SECONDS,
                pause: Callable[[float], Awaitable[Any]] = asyncio.sleep) -> AsyncGenerator[StepResult, None]:
    """Yields each step as it ends. After a failure the rest of IMAP is left out, and sending is tested all the same.

    It changes nothing in the mailbox; its last steps send a mail from the mailbox to itself and wait for it there.
    """
    grants = grants or Grants(oauth.utc)
    reading = _Reading(account, grants, limits, tls) if account.mailbox.imap is not None else None
    sending = SmtpProbe(account, grants, limits, tls, hostname) if account.mailbox.smtp is not None else None
    message_id = f"<{secrets.token_hex(16)}@{account.mailbox.address.rpartition('@')[2]}>"
    well = {"read": False, "send": False}
    try:
        for part in (reading.steps() if reading else (),
                     sending.steps(test_mail(account, message_id)) if sending else ()):
            async for result in _walk(part, account):
                well[result.name] = result.ok
                yield result
        if reading is not None and well["read"] and well["send"]:
            async for result in _walk((("arrive", lambda: reading.arrive(message_id, arrive, pause)),), account):
                yield result
    finally:
        if reading is not None:
            await reading.close()
        if sending is not None:
            sending.close()


def test_mail(account: Account, message_id: str) -> bytes:
    """A mail to oneself that nobody and nothing answers, and that opens no work when it is fetched."""
    mailbox = account.mailbox
    message = EmailMessage()
    message["From"] = formataddr((mailbox.name, mailbox.address))
    message["To"] = mailbox.address
    message["Subject"] = "Test of this mailbox"
    message["Message-ID"] = message_id
    message["Date"] = formatdate(usegmt=True)
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content("This mail was sent by the Interaction Hub to test this mailbox. You may delete it.\n")
    return message.as_bytes()


async def _walk(steps: Sequence[Step], account: Account) -> AsyncIterator[StepResult]:
    """Until one fails. That a folder is missing from the list keeps nobody from reading the other one."""
    clock = asyncio.get_running_loop().time
    for name, step in steps:
        began, code, text = clock(), "", ""
        try:
            await step()
        except ImapError as problem:
            code, text = problem.code, cleaned(problem.text, *_secrets(account))
        yield StepResult(name, not code, code, text, round(clock() - began, 3))
        if code and name != "list":
            return


def _secrets(account: Account) -> list[str]:
    given = account.secrets
    secret = (given.password, given.smtp_password, given.client_secret, given.refresh_token)
    return [one.get_secret_value() for one in secret if one is not None]


class _Reading:
    def __init__(self, account: Account, grants: Grants, limits: Limits, tls: ssl.SSLContext | None) -> None:
        imap = account.mailbox.imap
        assert imap is not None
        self._account = account
        self._imap = imap
        self._grants = grants
        self._limits = limits
        self._link = Link(imap, limits, tls)
        self._folder: Folder | None = None

    def steps(self) -> Sequence[Step]:
        encrypted = self._imap.security != "none"
        return (("resolve", self._link.resolve), ("connect", self._link.connect if encrypted else self._connect),
                *((("tls", self._link.secure),) if encrypted else ()),
                ("log_in", self._log_in), ("list", self._list), ("read", self._read))

    async def arrive(self, message_id: str, seconds: float, pause: Callable[[float], Awaitable[Any]]) -> None:
        """Looks for the mail until it is there. Raises ImapError, `not_arrived` after `seconds`."""
        folder = self._folder
        assert folder is not None
        try:
            async with asyncio.timeout(seconds):
                while not await folder.search("UID", f"{self._after + 1}:*", "HEADER", "Message-ID", message_id):
                    await pause(LOOK_SECONDS)
                    await folder.noop()
        except TimeoutError:
            raise ImapError("not_arrived") from None

    async def close(self) -> None:
        await self._link.close()

    async def _connect(self) -> None:
        await self._link.connect()
        await self._link.secure()

    async def _log_in(self) -> None:
        await log_in(self._link, self._account, self._grants)

    async def _list(self) -> None:
        there = await self._link.folders()
        wanted = {self._imap.folder, self._imap.sent_folder} | (
            {self._imap.move_to} if self._imap.after == "move" else set())
        missing = [name for name in sorted(wanted) if name and name.upper() != "INBOX" and name not in there]
        if missing:
            raise ImapError("folder_missing", ", ".join(missing))

    async def _read(self) -> None:
        """Opens the folder as fetching does, and reads the head of its last mail."""
        folder = await Folder.open(self._link, self._imap.folder, self._limits, write=self._imap.after != "leave")
        if self._imap.after != "leave" and not folder.writable:
            raise ImapError("read_only")
        self._after = await folder.next_uid() - 1
        last = await folder.search("UID", "*")
        if last and await folder.head(last[-1], 1000) is None and await folder.present(last):
            raise ImapError("no_data")
        self._folder = folder
