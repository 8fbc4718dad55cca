"""Loop: tells customers that their first mail has arrived, where a mailbox has a text for that.

Two machines must never talk to one another for ever (RFC 3834), so there is a budget for each address, interaction and
mailbox, decided under a lock, however many nodes run this loop.
"""

import re
from datetime import timedelta
from uuid import UUID

from channels.base import MailOut, Party
from channels.email.ports import Account, Accounts
from channels.email.tokens import Tokens
from hub import loop, model
from hub.doorbell import Doorbell, Moved, Ring
from hub.journal import Enclosed, Journal, NewMessage, Page
from hub.letters import bare, fill
from hub.mailing import mail_row
from hub.model import SYSTEM, Interaction
from hub.store import acknowledge as store
from hub.store.acknowledge import Asking
from hub.store.journal import Row

POLL = 5.0  # seconds; a lost ring delays an acknowledgement by no more
BATCH = 50
EVERY = timedelta(hours=24)  # one automatic mail for each address in so long a time
HOUR = timedelta(hours=1)
IN_AN_HOUR = 500  # from one mailbox: a machine that writes from ever new addresses is bounded, too
IN_INTERACTION = 5  # automatic mails of one interaction, ever
THREAD_MOST = 20  # Message-IDs of a thread that an answer names
_NO_NAME = re.compile(r"://|www\.|[@<>\r\n]", re.IGNORECASE)  # what nobody is called, and what spam would have us send


class Acknowledge:
    def __init__(self, journal: Journal, accounts: Accounts, tokens: Tokens, doorbell: Doorbell) -> None:
        self._journal = journal
        self._accounts = accounts
        self._tokens = tokens
        self._doorbell = doorbell

    async def run(self) -> None:
        await loop.run(loop.Wake(self._doorbell, self._matters), self.step)

    def _matters(self, what: Ring) -> bool:
        """Where no mailbox acknowledges, thousands of mails that come in wake nobody."""
        new = isinstance(what, Moved) and what.kind == "received" and what.channel == "email"
        return new and any(account.mailbox.acknowledge for account in self._accounts.all())

    async def step(self) -> float:
        """One round. Returns the seconds until the next one is due anyway."""
        due = await store.due(self._journal.pool, BATCH)
        for message_id, interaction_id in due:
            await self._decide(message_id, interaction_id)
        return 0.0 if len(due) == BATCH else POLL

    async def _decide(self, message_id: UUID, interaction_id: UUID) -> None:
        async with self._journal.begin() as page:
            before = await page.lock(interaction_id)
            asking = await store.asking(page.conn, message_id)
            if asking is None:
                return
            account = self._accounts.get(asking.mailbox)
            if account is None or not await self._allowed(page, before, asking, account):
                await store.settle(page.conn, message_id, "held")
                return
            await self._answer(page, before, asking, account)
            await store.settle(page.conn, message_id, "sent")

    async def _allowed(self, page: Page, before: Interaction, asking: Asking, account: Account) -> bool:
        address = asking.answer_to.address.lower()
        able = account.mailbox.enabled and account.mailbox.smtp is not None and bool(account.mailbox.acknowledge)
        if not able or asking.machine is not None or before.state == "done" or "@" not in address:
            return False
        if self._accounts.of_address(address) is not None:
            return False
        now = self._journal.now()
        spent = await store.spent(page.conn, address, now - EVERY, before.id, account.mailbox.id, now - HOUR)
        enough = spent.to_address or spent.in_interaction >= IN_INTERACTION or spent.lately >= IN_AN_HOUR
        return not (enough or spent.answered or spent.undeliverable)

    async def _answer(self, page: Page, before: Interaction, asking: Asking, account: Account) -> None:
        mailbox, message_id = account.mailbox, self._journal.new_id()
        text = fill(mailbox.acknowledge, {"reference": before.reference, "name": _called(asking.name)})
        mail_id = self._tokens.message_id(before.id, message_id, mailbox.address.rpartition("@")[2])
        to = Party(_called(asking.answer_to.name), asking.answer_to.address)
        plus = self._tokens.plus(mailbox.address, before.id)
        mail = MailOut(
            mail_id=mail_id,
            mailbox=mailbox.id,
            author=Party(mailbox.name, mailbox.address),
            reply_to=Party(mailbox.name, plus) if mailbox.plus and plus != mailbox.address else None,
            to=(to,),
            subject=f"Re: {bare(asking.subject)}".strip(),
            references=(*reversed(asking.thread[: THREAD_MOST - 1]), asking.mail_id),
            automatic=True,
        )
        rows: dict[str, tuple[Row, ...]] = {
            "mails": (mail_row(mail, before.id, message_id),),
            "thread_ids": ({"mail_id": mail_id, "interaction_id": before.id},),
            "automatic_mails": (
                {
                    "message_id": message_id,
                    "interaction_id": before.id,
                    "address": store.counted(to.address),
                    "at": self._journal.now(),
                },
            ),
        }
        message = NewMessage(
            message_id,
            "out",
            f"acknowledges:{asking.mail_id}",
            text,
            author_name=mailbox.name or mailbox.address,
            recipient={"kind": "email", "value": to.address, "verified": False},
            channel="email",
        )
        enclosed = Enclosed(message=message, rows=rows, channel="email")
        await page.write(before, model.Acknowledged(text), SYSTEM, enclosed)


def _called(name: str) -> str:
    """The name, unless a stranger chose it to have us send his words to others."""
    return "" if len(name) > 60 or _NO_NAME.search(name) else name.strip()


