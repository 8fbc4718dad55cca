"""All mailboxes there are: those of the configuration, and those that administrators added."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from pydantic import SecretStr, ValidationError

from channels.email.identity import canonical
from channels.email.ports import Account, Accounts, Troubles
from channels.email.settings import Mailbox, Secrets
from hub.clock import NewId, Now
from hub.consents import Books, newest
from hub.mail_settings import SECRET_NAMES, ConfiguredMailbox
from hub.mailbox_ledger import Ledger
from hub.sealing import OtherSecretError, Seal
from hub.store import mailboxes as store
from hub.store.mailboxes import State

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listed:
    """One mailbox. `account` is as it was set up; `current` has the refresh token that the provider gave since."""

    account: Account
    current: Account
    version: int = 0
    editable: bool = False
    readable: bool = True  # false: its secrets are sealed with another HUB_SECRET

    @property
    def id(self) -> str:
        return self.account.mailbox.id

    @property
    def fetched(self) -> bool:
        """Mail is to be fetched from it."""
        return self.account.mailbox.enabled and self.account.mailbox.imap is not None and self.readable


class Mailboxes(Accounts, Troubles):
    """Answers from memory; `refresh` brings what this or another hub has changed in the database."""

    def __init__(self, pool: asyncpg.Pool, now: Now, new_id: NewId, seal: Seal,
                 configured: Sequence[ConfiguredMailbox] = ()) -> None:
        self.pool, self.now, self.seal = pool, now, seal
        self._new_id = new_id
        self._configured = [Account(one.plain, one.secrets) for one in configured]
        self._stamps: store.Stamps | None = None
        self._listed: dict[str, Listed] = {}
        self._owners: dict[str, str] = {}
        self._ledgers: dict[str, tuple[Account, Ledger]] = {}
        self._sends: set[str] = set()  # mailboxes that were let in the last time
        self.changed = asyncio.Event()
        self.consents = Books(pool, seal, self._settings, self._replaced)
        self._put(Listed(one, one) for one in self._configured)

    def get(self, mailbox_id: str) -> Account | None:
        found = self._listed.get(mailbox_id)
        return found.current if found is not None else None

    def of_address(self, address: str) -> Account | None:
        local, _, domain = address.strip().lower().rpartition("@")
        for one in (f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"):
            owner = self._owners.get(one) or self._owners.get(canonical(one))
            if owner is not None:
                return self.get(owner)
        return None

    def all(self) -> Sequence[Account]:
        return tuple(one.current for one in self._listed.values())

    def listed(self, mailbox_id: str) -> Listed | None:
        return self._listed.get(mailbox_id)

    def everything(self) -> Sequence[Listed]:
        return tuple(self._listed.values())

    async def refresh(self) -> bool:
        """Whether anything has changed. Raises what the database raises."""
        stamps = await store.stamps(self.pool)
        if stamps == self._stamps:
            return False
        states = await store.states(self.pool)
        configured = {one.mailbox.id: self._current(one, states) for one in self._configured}
        added = [self._opened(one, states) for one in await store.stored(self.pool)]
        self._put((*configured.values(), *(one for one in added if one is not None and one.id not in configured)))
        self._stamps = stamps
        return True

    def ledger(self, mailbox_id: str) -> Ledger | None:
        """The same one as long as the mailbox stays as it is."""
        listed = self._listed.get(mailbox_id)
        if listed is None:
            return None
        account, ledger = self._ledgers.get(mailbox_id, (None, None))
        if ledger is None or account != listed.account:
            ledger = Ledger(self.pool, listed.account, self.now, self._new_id)
            self._ledgers[mailbox_id] = (listed.account, ledger)
        return ledger

    async def ask(self, mailbox_id: str) -> None:
        """Has it compared with the ledger as soon as may be, whichever hub fetches it."""
        await store.ask(self.pool, mailbox_id, self.now())
        self.changed.set()

    async def trouble(self, mailbox_id: str, code: str, text: str) -> None:
        self._sends.discard(mailbox_id)
        await store.trouble(self.pool, mailbox_id, code, text, self.now())

    async def mended(self, mailbox_id: str, kind: str) -> None:
        shown = await store.mended(self.pool, mailbox_id, kind)
        if kind == "send" and (shown or mailbox_id not in self._sends):  # what is shown may be trouble with fetching
            await store.hurry(self.pool, mailbox_id, self.now())
            self._sends.add(mailbox_id)

    async def hurry(self, mailbox_id: str) -> None:
        """It was set up anew: one of the mails that were not let in is tried now; the others follow once that one has
        gone. What is wrong with the copies shows itself again.
        """
        account = self.get(mailbox_id)
        await store.mended(self.pool, mailbox_id, "copy")
        if account is None or account.mailbox.smtp is None:
            await store.mended(self.pool, mailbox_id, "send")
        await store.hurry(self.pool, mailbox_id, self.now(), 1)

    def _put(self, all_of_them: Any) -> None:
        self._listed = {one.id: one for one in all_of_them}
        owners: dict[str, str] = {}
        for one in self._listed.values():
            for address in (one.account.mailbox.address, *one.account.mailbox.aliases):
                for spelling in (address.lower(), canonical(address)):
                    owners.setdefault(spelling, one.id)
        self._owners = owners

    def _opened(self, row: store.Stored, states: Mapping[str, State]) -> Listed | None:
        try:
            mailbox = Mailbox.model_validate(row.settings)
        except ValidationError as error:  # written by another version of this program
            log.error("mailboxes.not_understood", mailbox=row.id, fields=[one["loc"] for one in error.errors()])
            return None
        try:
            secrets = secrets_of(self.seal.open(row.id, row.secrets))
        except OtherSecretError:
            log.error("mailboxes.other_secret", mailbox=row.id)
            bare = Account(mailbox, Secrets())
            return Listed(bare, bare, row.version, editable=True, readable=False)
        return self._current(Account(mailbox, secrets), states, row.version, editable=True)

    def _current(self, account: Account, states: Mapping[str, State], version: int = 0,
                 editable: bool = False) -> Listed:
        token = newest(self.seal, account, states.get(account.mailbox.id, State()).refresh_token)
        return Listed(account, _with_token(account, token) if token else account, version, editable)

    def _settings(self, mailbox_id: str) -> Account | None:
        found = self._listed.get(mailbox_id)
        return found.account if found is not None else None

    def _replaced(self, mailbox_id: str, token: str) -> None:
        if found := self._listed.get(mailbox_id):
            current = _with_token(found.account, token)
            self._listed[mailbox_id] = Listed(found.account, current, found.version, found.editable, found.readable)


def secrets_of(plain: Mapping[str, str]) -> Secrets:
    return Secrets(**{name: SecretStr(value) for name, value in plain.items()})


def plain_of(secrets: Secrets) -> dict[str, str]:
    """For sealing, and for nothing else."""
    found = {name: getattr(secrets, name) for name in SECRET_NAMES}
    return {name: value.get_secret_value() for name, value in found.items() if value is not None}


def names_of(secrets: Secrets) -> Collection[str]:
    return [name for name in SECRET_NAMES if getattr(secrets, name) is not None]


def _with_token(account: Account, token: str) -> Account:
    return Account(account.mailbox, account.secrets.model_copy(update={"refresh_token": SecretStr(token)}))
