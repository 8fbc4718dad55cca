"""Mailboxes and messages for tests of SMTP."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from channels.base import Address, MailOut, Outbound, Party
from channels.email.ports import Account
from channels.email.settings import Mailbox, Secrets, Smtp
from channels.email.tokens import Tokens

TOKENS = Tokens("a secret that only tests know")
INTERACTION = UUID("00000000-0000-7000-8000-0000000000aa")
MESSAGE = UUID("00000000-0000-7000-8000-0000000000bb")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUPPORT = Mailbox(id="support", address="support@example.org", aliases=("help@example.org",), name="Example Support")
SALES = Mailbox(id="sales", address="sales@example.org")


class FewAccounts:
    """`channels.email.ports.Accounts` of a list."""

    def __init__(self, *accounts: Account) -> None:
        self.accounts = list(accounts)

    def get(self, mailbox_id: str) -> Account | None:
        return next((one for one in self.accounts if one.mailbox.id == mailbox_id), None)

    def of_address(self, address: str) -> Account | None:
        local, _, domain = address.lower().rpartition("@")
        bare = f"{local.partition('+')[0]}@{domain}"
        return next((one for one in self.accounts
                     if bare in {a.lower() for a in (one.mailbox.address, *one.mailbox.aliases)}), None)

    def all(self) -> Sequence[Account]:
        return self.accounts


def accounts() -> FewAccounts:
    return FewAccounts(Account(SUPPORT, Secrets()), Account(SALES, Secrets()))


def sending(port: int, secrets: Secrets | None = None, **smtp: Any) -> Account:
    """An account that sends through this machine's `port`."""
    more = {"dkim": smtp.pop("dkim", None), "oauth": smtp.pop("oauth", None)}
    settings = Smtp(port=port, **({"host": "127.0.0.1", "security": "none"} | smtp))
    return Account(SUPPORT.model_copy(update={"smtp": settings, **more}), secrets or Secrets())


def mail(**changes: Any) -> MailOut:
    given: dict[str, Any] = {
        "mail_id": TOKENS.message_id(INTERACTION, MESSAGE, "example.org"), "mailbox": "support",
        "author": Party("Maya at Example", "support@example.org"),
        "reply_to": Party("", TOKENS.plus("support@example.org", INTERACTION)),
        "to": (Party("Ann Li", "ann@example.com"),), "subject": "Re: No light", "references": ("<q1@example.com>",)}
    return MailOut(**(given | changes))


def outbound(text: str = "Let me look.\n", *, files: Any = (), contents: Any = (), **changes: Any) -> Outbound:
    return Outbound(MESSAGE, INTERACTION, 2, Address("email", "ann@example.com"), text, "Maya", AT, files,
                    mail(**changes), contents)
