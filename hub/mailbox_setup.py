"""What administrators do with mailboxes: add, change, remove, look at, and test before."""

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from channels.email.ports import Account
from channels.email.settings import Mailbox
from hub import mail_settings
from hub.errors import Conflict, Invalid, NotFound, WrongState
from hub.mail_settings import Wrong
from hub.mailboxes import Listed, Mailboxes, names_of, plain_of, secrets_of
from hub.store import mailboxes as store
from hub.store.mailboxes import Counts, State
from hub.wire_mail import MailboxFields, MailboxView, PutMailbox

_HTTPS = 443
# Those that go over the network to whatever server the settings name.
_SENT_OUT = ("password", "smtp_password", "refresh_token", "client_secret")


class Setup:
    """`queues` and `ports` are those that the configuration permits."""

    def __init__(self, mailboxes: Mailboxes, queues: Collection[str], ports: Sequence[int]) -> None:
        self.mailboxes = mailboxes
        self._queues = queues
        self._ports = (*ports, _HTTPS)

    async def views(self) -> list[MailboxView]:
        """Each with how it is, as far as all hubs know."""
        pool = self.mailboxes.pool
        await self.mailboxes.refresh()
        states, counts = await store.states(pool), await store.counts(pool)
        return [_view(one, states.get(one.id, State()), counts.get(one.id, Counts()))
                for one in sorted(self.mailboxes.everything(), key=lambda one: one.id)]

    def fetched(self) -> list[str]:
        """Ids of the mailboxes that mail is fetched from."""
        return sorted(one.id for one in self.mailboxes.everything() if one.fetched)

    async def view(self, mailbox_id: str) -> MailboxView:
        """Raises NotFound."""
        found = next((one for one in await self.views() if one.mailbox.id == mailbox_id), None)
        if found is None:
            raise NotFound("There is no such mailbox.")
        return found

    async def put(self, mailbox_id: str, wanted: PutMailbox, by: UUID) -> None:
        """Raises Invalid, with the fields, and Conflict where somebody else was quicker."""
        mailboxes = self.mailboxes
        await mailboxes.refresh()
        account = self.account(wanted)
        if account.mailbox.id != mailbox_id:
            raise Invalid("The mailbox's id is not that of the address.", fields={"mailbox.id": "is another one"})
        known = mailboxes.listed(mailbox_id)
        if known is not None and not known.editable:
            raise Conflict("This mailbox stands in the configuration file. Change it there.", code="in_configuration")
        sealed = mailboxes.seal.seal(mailbox_id, plain_of(account.secrets))
        change = store.Change(mailbox_id, account.mailbox.model_dump(mode="json"), sealed, by, mailboxes.now())
        done = await (store.change(mailboxes.pool, change, wanted.version) if wanted.version
                      else store.add(mailboxes.pool, change))
        if not done:
            raise Conflict("Somebody has changed this mailbox in the meantime. Look at it again.", code="stale")
        await mailboxes.refresh()
        await mailboxes.hurry(mailbox_id)
        mailboxes.changed.set()

    async def remove(self, mailbox_id: str) -> None:
        """Its mail stays. Raises NotFound, and Conflict for one of the configuration file."""
        known = self.mailboxes.listed(mailbox_id)
        if known is not None and not known.editable:
            raise Conflict("This mailbox stands in the configuration file. Remove it there.", code="in_configuration")
        if not await store.remove(self.mailboxes.pool, mailbox_id):
            raise NotFound("There is no such mailbox.")
        await self.mailboxes.refresh()
        self.mailboxes.changed.set()

    async def ask(self, mailbox_id: str) -> None:
        """Has it compared with the ledger. Raises NotFound, and WrongState where there is nothing to compare."""
        found = self.mailboxes.listed(mailbox_id)
        if found is None:
            raise NotFound("There is no such mailbox.")
        if not found.fetched:
            raise WrongState("Nothing is fetched from this mailbox.", code="not_fetched")
        await self.mailboxes.ask(mailbox_id)

    def account(self, wanted: PutMailbox) -> Account:
        """What was entered, with the secrets that are known already. Raises Invalid."""
        mailbox, unnamed = _mailbox(wanted.mailbox)
        known = None if unnamed else self.mailboxes.listed(mailbox.id)
        secrets, wrong = _secrets(mailbox, known, wanted)
        wrong += [(_named(field), why) for field, why in mail_settings.wrong_with(mailbox, secrets, self._queues)
                  if field not in dict(wrong)]
        others = [one.account.mailbox for one in self.mailboxes.everything() if one.id != mailbox.id]
        wrong += [(_named(field), why) for place, (field, why) in mail_settings.doubled([*others, mailbox])
                  if place == len(others)]
        wrong += [*self._closed_ports(mailbox), *unnamed]
        if wrong:
            raise Invalid(fields=dict(wrong))
        return Account(mailbox, secrets_of(secrets))

    def _closed_ports(self, mailbox: Mailbox) -> list[Wrong]:
        """An administrator's session shall not be a way to knock at every door of the company's network."""
        named = [("mailbox.imap.port", mailbox.imap.port)] if mailbox.imap else []
        named += [("mailbox.smtp.port", mailbox.smtp.port)] if mailbox.smtp else []
        if mailbox.oauth is not None:
            named.append(("mailbox.oauth.token_url", urlsplit(mailbox.oauth.token_url).port or _HTTPS))
        return [(field, f"port {port} is not among those of `mail.ports` in the configuration")
                for field, port in named if port not in self._ports]


def _mailbox(fields: MailboxFields) -> tuple[Mailbox, list[Wrong]]:
    """Raises Invalid. A short name that will not do is returned instead, so that the rest is looked at, too."""
    given = fields.model_dump()
    try:
        return Mailbox.model_validate(given), []
    except ValidationError as error:
        wrong = [(".".join(("mailbox", *map(str, one["loc"]))), one["msg"]) for one in error.errors()]
    if [field for field, _ in wrong] != ["mailbox.id"]:
        raise Invalid(fields=dict(wrong))
    return Mailbox.model_validate({**given, "id": "unnamed"}), wrong if fields.id else [("mailbox.id", "is missing")]


def _secrets(mailbox: Mailbox, known: Listed | None, wanted: PutMailbox) -> tuple[dict[str, str], list[Wrong]]:
    """Those given and those kept, and what is wrong with them.

    None is kept that would now go to another server, or as another user: whoever has stolen an administrator's session
    could have it sent to himself.
    """
    kept = plain_of(known.current.secrets) if known is not None else {}
    wrong: list[Wrong] = []
    if known is not None and _way(known.account.mailbox) != _way(mailbox):
        left_out = [name for name in _SENT_OUT if kept.pop(name, None) is not None and name not in wanted.secrets]
        wrong = [(f"secrets.{name}", "enter it again: it would go to another server") for name in left_out]
    given: dict[str, str] = dict(wanted.secrets.items())
    secrets = {name: value for name, value in {**kept, **given}.items() if value.strip()}
    if "dkim_key" in secrets and not _is_key(secrets["dkim_key"]):
        wrong.append(("secrets.dkim_key", "this is no private key in PEM without a password"))
    return secrets, wrong


def _way(mailbox: Mailbox) -> tuple[object, ...]:
    """Whom the secrets are shown to, and how."""
    return (mailbox.imap and (mailbox.imap.host, mailbox.imap.port, mailbox.imap.security, mailbox.imap.user),
            mailbox.smtp and (mailbox.smtp.host, mailbox.smtp.port, mailbox.smtp.security, mailbox.smtp.user),
            mailbox.oauth and (mailbox.oauth.token_url, mailbox.oauth.client_id))


def _is_key(pem: str) -> bool:
    try:
        load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        return False
    return True


def _named(field: str) -> str:
    return field if field.startswith("secrets.") else f"mailbox.{field}"


def _view(one: Listed, state: State, counts: Counts) -> MailboxView:
    sealed = None if one.readable else "other_secret"
    return MailboxView(
        mailbox=MailboxFields.model_validate(one.account.mailbox.model_dump()),
        secrets=list(names_of(one.account.secrets)), version=one.version, editable=one.editable,
        connected_at=state.connected_at, verified_at=state.verified_at, present=state.present, missing=state.missing,
        problem=sealed or state.problem, problem_text=state.problem_text if not sealed else None,
        problem_at=state.problem_at if not sealed else None,
        stored=counts.stored, duplicate=counts.duplicate, quarantined=counts.quarantined, failing=counts.failing)
