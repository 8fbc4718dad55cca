"""The memory of one mailbox in the database: which of its mails are here, and what became of each."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta

import asyncpg

from channels.base import Entry
from channels.email.ports import Account, MailboxLedger
from channels.email.settings import Known, Verified
from channels.text import storable
from hub.clock import NewId, Now
from hub.journal import reachable
from hub.sealing import OtherSecretError, Seal
from hub.store import mailboxes as store
from hub.store.mailboxes import sql

_WORDS_MOST = 500  # characters of a server's own words


class Ledger(MailboxLedger):
    """Every verb returns after COMMIT, or raises `Unavailable`. `replaced` is told of a new refresh token."""

    def __init__(self, pool: asyncpg.Pool, account: Account, now: Now, new_id: NewId, seal: Seal,
                 replaced: Callable[[str], None] = lambda token: None) -> None:
        self.asked = asyncio.Event()
        self._pool = pool
        self._account = account
        self._id = account.mailbox.id
        self._now, self._new_id = now, new_id
        self._seal = seal
        self._replaced = replaced
        self._placed = False

    async def known(self) -> Known:
        with reachable():
            if not self._placed:
                await self._pool.execute(sql["place"], self._id, *_place(self._account))
                self._placed = True
            row = await self._pool.fetchrow(sql["known"], self._id)
            if row is None or row["uidvalidity"] is None:
                return Known(uidvalidity=None, high_water=0)
            rows = await self._pool.fetch(sql["above"], self._id, row["uidvalidity"], row["high_water"])
        return Known(uidvalidity=row["uidvalidity"], high_water=row["high_water"], begun_at=row["begun_at"],
                     above=frozenset(one["uid"] for one in rows if one["outcome"] != "failing"),
                     attempts={one["uid"]: one["attempts"] for one in rows if one["outcome"] == "failing"})

    async def begin(self, uidvalidity: int, high_water: int) -> None:
        await self._do("begin", uidvalidity, high_water, self._now())

    async def raise_to(self, uidvalidity: int, high_water: int) -> None:
        await self._do("raise_to", uidvalidity, high_water)

    async def failed(self, entry: Entry, reason: str) -> int:
        with reachable():
            found = await self._pool.fetchval(sql["failed"], self._id, entry.uidvalidity, entry.uid,
                                              storable(reason)[:200], self._now())
        return found or 0  # none: it has an outcome since

    async def quarantined(self, entry: Entry, raw: bytes, reason: str) -> None:
        with reachable():
            await store.put_aside(self._pool, self._new_id(), (self._id, entry.uidvalidity, entry.uid), raw, reason,
                                  self._now())

    async def compare(self, uidvalidity: int, present: Sequence[int]) -> tuple[int, tuple[int, ...]]:
        with reachable():
            row = await self._pool.fetchrow(sql["compare"], self._id, uidvalidity, list(present))
        assert row is not None, "an aggregate has a row"
        return row["present"], tuple(row["missing"])

    async def settled(self, entries: tuple[Entry, ...], what: str) -> None:
        if entries:
            await self._do("settled", [one.uidvalidity for one in entries], [one.uid for one in entries], what)

    async def deletable(self, uidvalidity: int, days: int) -> tuple[int, ...]:
        with reachable():
            rows = await self._pool.fetch(sql["deletable"], self._id, uidvalidity, self._now() - timedelta(days=days))
        return tuple(row["uid"] for row in rows)

    async def connected(self) -> None:
        await self._do("connected", self._now())

    async def verified(self, found: Verified) -> None:
        await self._do("verified", found.at, found.present, len(found.missing))

    async def problem(self, code: str, text: str) -> None:
        await self._do("problem", storable(code)[:100], storable(text)[:_WORDS_MOST], self._now())

    async def refreshed(self, refresh_token: str) -> None:
        given = self._account.secrets.refresh_token
        sealed = self._seal.seal(self._id, {
            "refresh_token": refresh_token, "instead_of": fingerprint(given.get_secret_value() if given else "")})
        await self._do("refreshed", sealed)
        self._replaced(refresh_token)

    async def _do(self, verb: str, *values: object) -> None:
        with reachable():
            await self._pool.execute(sql[verb], self._id, *values)


def newer_token(seal: Seal, mailbox: str, given: str, state: store.State | None) -> str | None:
    """What the provider has replaced the refresh token of the settings by; None: that one is good."""
    if state is None or state.refresh_token is None:
        return None
    try:
        found = seal.open(mailbox, state.refresh_token)
    except OtherSecretError:
        return None
    # A token that a human entered since then ends the old one's story.
    return found["refresh_token"] if found["instead_of"] == fingerprint(given) else None


def fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _place(account: Account) -> tuple[str, str]:
    """Whose uids these are, and the same without the server, which earlier versions did not note."""
    imap = account.mailbox.imap
    if imap is None:
        return "", ""
    folder = f"{imap.user.lower()} {imap.folder}"
    return f"{folder}\n{imap.host.lower().rstrip('.')}:{imap.port}", folder
