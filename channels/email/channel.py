"""E-mail as the hub sees it: one attempt to send, an open door for mail servers, and the fetching of each mailbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from channels.base import Channel, Check, Outbound, Route, SendError, Sent, Sink
from channels.email.imap import Fetcher, append_sent
from channels.email.oauth import Grants
from channels.email.parse.pool import Parser
from channels.email.ports import Account, Accounts, Consents, MailboxLedger, Troubles
from channels.email.probe import StepResult, probe
from channels.email.receive import Receiver
from channels.email.room import Room
from channels.email.settings import Filter, Listener
from channels.email.smtp.failure import NotLetInError
from channels.email.smtp.listener import Door, address_of, networks_of, tls_of
from channels.email.smtp.receiving import Intake
from channels.email.smtp.send import Limits, Sender
from channels.email.tokens import Tokens

log = structlog.get_logger()
COPY_SECONDS = 60.0  # for a copy in the Sent folder
COPIES = 20  # under way at once; more are left out, because they are a convenience
NOTE_SECONDS = 20.0  # to write down what is wrong with a mailbox, or no longer is
CLOSE_SECONDS = 5.0
BARRED = timedelta(seconds=60)  # a refused password is not tried with the next message at once: accounts get locked
_COPY_CODES = {"folder": "copy_folder", "log_in": "copy_log_in", "no_secret": "copy_log_in",
               "refresh_denied": "copy_log_in"}


class Email(Channel):
    """`listen` and `fetch` are loops for the hub to run and to cancel. `hostname` is what this machine calls itself."""

    kind = "email"
    repeatable = False  # mail servers do not drop a second copy
    carries_files = True
    attempt_seconds = Limits().longest

    def __init__(self, sink: Sink, accounts: Accounts, tokens: Tokens, listener: Listener,
                 now: Callable[[], datetime], hostname: str, parser: Parser | None = None, *,
                 consents: Consents | None = None, troubles: Troubles | None = None,
                 own_filter: Filter | None = None) -> None:
        self._accounts = accounts
        self._listener = listener
        self._now = now
        self._parser = parser or Parser()
        self._receiver = Receiver(self._parser, tokens, sink, now, own_filter)
        self._grants = Grants(now, consents)
        self._troubles = troubles
        self._hostname = hostname
        self._sender = Sender(hostname, self._grants)
        self._room = Room()
        self._door = Door(listener, Intake(accounts, self._receiver, sink, now, hostname), hostname, self._room)
        self._copies: set[asyncio.Task[None]] = set()
        self._notes: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._barred: dict[str, tuple[Account, datetime, NotLetInError]] = {}

    @property
    def receiver(self) -> Receiver:
        return self._receiver

    @property
    def listens(self) -> bool:
        return bool(self._listener.listen)

    @property
    def port(self) -> int:
        """Of the open door."""
        return self._door.port

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, message: Outbound) -> Sent:
        account = self._sending(message)
        self._must_be_let_in(account)
        try:
            raw, sent = await self._sender.send(account, message)
        except NotLetInError as problem:
            self._not_let_in(account, problem)
            raise
        self._note(account, "send")
        if message.mail is None or message.mail.only is None:  # for the rest of the recipients it lies there already
            self._copy(account, raw)
        return sent

    async def check(self) -> AsyncIterator[Check]:
        if self.listens:
            yield self._check_listener()
        accounts = self._accounts.all()
        for account in accounts:
            yield _check_mailbox(account)
        if not accounts and not self.listens:
            yield Check("email", True, "no mailbox is set up")

    async def open(self) -> None:
        """Opens the door at once, so that what is wrong with the address is known at the start. Raises OSError."""
        await self._door.open()

    async def listen(self) -> None:
        """Takes mail from mail servers until cancelled."""
        await self._door.serve()

    async def fetch(self, account: Account, ledger: MailboxLedger) -> None:
        """Fetches one mailbox until cancelled; raises what makes another start worth while."""
        await Fetcher(account, ledger, self._receiver, self._now, grants=self._grants,
                      room=self._room).run()

    def probe(self, account: Account) -> AsyncIterator[StepResult]:
        """Tests a mailbox step by step."""
        return probe(account, grants=self._grants, hostname=self._hostname)

    async def close(self) -> None:
        await self._door.close()
        behind = {*self._copies, *self._notes.values()}
        if behind:
            await asyncio.wait(behind, timeout=CLOSE_SECONDS)
        for task in behind:
            task.cancel()
        await self._grants.close(CLOSE_SECONDS)
        await self._parser.close()

    def _sending(self, message: Outbound) -> Account:
        if message.mail is None:
            raise SendError("permanent", "no_mail", "This message says neither from whom nor to whom it goes.")
        account = self._accounts.get(message.mail.mailbox)
        if account is None:
            raise SendError("permanent", "no_mailbox", f"There is no mailbox {message.mail.mailbox} any more.")
        if not account.mailbox.enabled or account.mailbox.smtp is None:
            raise SendError("permanent", "cannot_send", f"The mailbox {account.mailbox.id} cannot send.")
        return account

    def _must_be_let_in(self, account: Account) -> None:
        """Raises what kept the last message from going, for a moment after that."""
        barred = self._barred.get(account.mailbox.id)
        if barred is None:
            return
        known, until, problem = barred
        if known == account and self._now() < until:
            raise NotLetInError(problem.trouble, problem.text)
        del self._barred[account.mailbox.id]

    def _not_let_in(self, account: Account, problem: NotLetInError) -> None:
        if problem.trouble == "send_log_in":
            self._barred[account.mailbox.id] = account, self._now() + BARRED, problem
        self._note(account, "send", problem.trouble, problem.text)

    def _copy(self, account: Account, raw: bytes) -> None:
        """A copy into the folder of sent mail, behind everybody's back: whatever becomes of it, the mail is out."""
        if account.mailbox.imap is None or not account.mailbox.imap.sent_folder:
            return
        if len(self._copies) >= COPIES:
            self._not_copied(account, "crowded", "copy_crowded")
            return
        copy = asyncio.create_task(self._append(account, raw), name=f"sent copy {account.mailbox.id}")
        self._copies.add(copy)
        copy.add_done_callback(self._copies.discard)

    async def _append(self, account: Account, raw: bytes) -> None:
        try:
            async with asyncio.timeout(COPY_SECONDS):
                code = await append_sent(account, raw, grants=self._grants)
        except Exception as error:  # nothing that happens here may look like a failed send
            code = type(error).__name__
        if code:
            self._not_copied(account, code, _COPY_CODES.get(code, "copy_failed"))
        else:
            self._note(account, "copy")

    def _not_copied(self, account: Account, code: str, trouble: str) -> None:
        log.warning("mail.sent_copy_failed", mailbox=account.mailbox.id, code=code)
        self._note(account, "copy", trouble)

    def _note(self, account: Account, kind: str, trouble: str = "", text: str = "") -> None:
        """Writes down, behind everybody's back, what is wrong with a mailbox, or that it is mended."""
        place = account.mailbox.id, trouble or kind
        if self._troubles is None or place in self._notes:
            return  # it is being written already
        doing = (self._troubles.trouble(account.mailbox.id, trouble, text) if trouble
                 else self._troubles.mended(account.mailbox.id, kind))
        task = self._notes[place] = asyncio.create_task(_noted(account.mailbox.id, doing))
        task.add_done_callback(lambda _: self._notes.pop(place, None))

    def _check_listener(self) -> Check:
        name = f"email listener {self._listener.listen}"
        try:
            address_of(self._listener.listen)
            networks_of(self._listener)
            tls_of(self._listener)
        except (OSError, ValueError) as problem:
            return Check(name, False, str(problem))
        return Check(name, True, self._listener.protocol)


async def _noted(mailbox: str, doing: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(NOTE_SECONDS):
            await doing
    except Exception as error:  # the next message says it again
        log.warning("mail.trouble_not_noted", mailbox=mailbox, error=type(error).__name__)


def _check_mailbox(account: Account) -> Check:
    """What can be seen without connecting; the rest is the test on the mailbox's own page."""
    mailbox, secrets = account.mailbox, account.secrets
    name, wrong = f"email {mailbox.id}", []
    if mailbox.oauth is not None and secrets.refresh_token is None:
        wrong.append("has no refresh token")
    if mailbox.imap is not None and mailbox.oauth is None and secrets.password is None:
        wrong.append("has no password")
    if mailbox.smtp is not None and mailbox.smtp.user and mailbox.oauth is None \
            and secrets.smtp_password is None and secrets.password is None:
        wrong.append("has no password for sending")
    if mailbox.dkim is not None and secrets.dkim_key is None:
        wrong.append("has no key to sign with")
    if not mailbox.enabled:
        return Check(name, True, "switched off")
    ways = [word for word, there in (("fetches", mailbox.imap), ("sends", mailbox.smtp)) if there]
    return Check(name, not wrong, "; ".join(wrong) or " and ".join(ways) or "takes mail from the listener only")
