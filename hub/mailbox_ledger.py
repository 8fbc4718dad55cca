"""The memory of one mailbox in the database: which of its mails are here, and what became of each."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg

from channels.base import Entry
from channels.email.ports import Account, MailboxLedger
from channels.email.settings import Known, Verified
from channels.text import storable
from hub.clock import NewId, Now
from hub.journal import reachable
from hub.store import mailboxes as store
from hub.store.mailboxes import sql

_WORDS_MOST = 500  # characters of a server's own words


class Ledger(MailboxLedger):
    """Every verb returns after COMMIT, or raises `Unavailable`."""

    def __init__(self, pool: asyncpg.Pool, account: Account, now: Now, new_id: NewId) -> None:
        self.asked = asyncio.Event()
        self._pool = pool
        self._account = account
        self._id = account.mailbox.id
        self._now, self._new_id = now, new_id
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

    async def _do(self, verb: str, *values: object) -> None:
        with reachable():
            await self._pool.execute(sql[verb], self._id, *values)


def _place(account: Account) -> tuple[str, str]:
    """Whose uids these are, and the same without the server, which earlier versions did not note."""
    imap = account.mailbox.imap
    if imap is None:
        return "", ""
    folder = f"{imap.user.lower()} {imap.folder}"
    return f"{folder}\n{imap.host.lower().rstrip('.')}:{imap.port}", folder
