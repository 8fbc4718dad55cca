"""Everything of the hub that belongs to e-mail, put together for the composition root."""

import structlog

from channels.base import Sink
from channels.email.channel import Email
from channels.email.tokens import Tokens
from hub.acknowledge import Acknowledge
from hub.clock import NewId, Now
from hub.config import Settings
from hub.doorbell import Doorbell
from hub.errors import CannotListen
from hub.journal import Journal
from hub.keeper import Keeper
from hub.letters import Letters, MailRules
from hub.mailbox_setup import Setup
from hub.mailboxes import Mailboxes
from hub.quarantine import Quarantine
from hub.sealing import Seal
from hub.tasks import Tasks

log = structlog.get_logger()
LISTENER = "mail-listener"


class MailRoom:
    """`open` and `close` it around everything else; `start` its loops with the other ones."""

    def __init__(self, settings: Settings, journal: Journal, now: Now, new_id: NewId) -> None:
        secret = settings.secret.get_secret_value() if settings.secret else ""
        self.settings = settings
        self.journal = journal
        self.tokens = Tokens(secret)
        self.mailboxes = Mailboxes(journal.pool, now, new_id, Seal(secret), settings.mailboxes)
        self.setup = Setup(self.mailboxes, [queue.id for queue in settings.queues], settings.mail.ports)
        self._now = now
        self._keeper: Keeper | None = None

    def letters(self, live: set[str]) -> Letters:
        mail = self.settings.mail
        return Letters(self.mailboxes, self.tokens, live, MailRules(mail.undo, mail.wait, mail.files_bytes))

    def channel(self, sink: Sink) -> Email:
        return Email(sink, self.mailboxes, self.tokens, self.settings.mail.listener, self._now,
                     self.settings.mail_hostname, consents=self.mailboxes.consents, troubles=self.mailboxes,
                     own_filter=self.settings.mail.filter)

    def quarantine(self, email: Email) -> Quarantine:
        return Quarantine(self.journal, self.mailboxes, email.receiver)

    async def open(self, email: Email) -> None:
        """Raises CannotListen: that the address is taken shall be known at the start."""
        await self.mailboxes.refresh()
        for one in self.mailboxes.everything():  # whose password stands in the configuration may be let in now
            await self.mailboxes.hurry(one.id)
        if not email.listens:
            return
        try:
            await email.open()
        except (OSError, ValueError) as error:
            listen = self.settings.mail.listener.listen
            raise CannotListen(f"Cannot take mail at {listen}: {getattr(error, 'strerror', None) or error}. Correct "
                               "`mail.listener`, or stop the program that listens there.") from error

    def start(self, email: Email, tasks: Tasks, doorbell: Doorbell, node: str) -> None:
        self._keeper = Keeper(self.mailboxes, tasks, email.fetch, node)
        tasks.supervise("mailboxes", self._keeper.run, on_failure="restart")
        acknowledge = Acknowledge(self.journal, self.mailboxes, self.tokens, doorbell)
        tasks.supervise("acknowledge", acknowledge.run, on_failure="restart")
        if email.listens:  # a door that falls shut takes no chat with it
            tasks.supervise(LISTENER, email.listen, on_failure="restart")

    async def stop(self) -> None:
        """Before the loops end: leaves the mailboxes to other hubs."""
        if self._keeper is not None:
            await self._keeper.stop()
