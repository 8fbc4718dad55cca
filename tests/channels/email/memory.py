"""The ledger of a mailbox, honest and in memory, with a sink that writes mail and entry together as the hub does."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from channels.base import Entry, Inbound, Kept, Refused
from channels.email.ports import MailboxLedger
from channels.email.settings import Known, Verified


@dataclass
class Row:
    """The outcome of one uid."""

    outcome: str  # stored, duplicate, quarantined or failing
    at: datetime
    attempts: int = 0
    reason: str = ""
    raw: bytes = b""
    settled: str | None = None


@dataclass
class MemoryLedger(MailboxLedger):
    """`down` makes every verb fail as it does without a database."""

    now: Callable[[], datetime]
    uidvalidity: int | None = None
    begun: int = 0
    high_water: int = 0
    down: bool = False
    rows: dict[tuple[int, int], Row] = field(default_factory=dict)  # (uidvalidity, uid) -> row
    problems: list[tuple[str, str]] = field(default_factory=list)
    problem_now: str | None = None
    connections: int = 0
    verifications: list[Verified] = field(default_factory=list)
    begun_at: datetime | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    # --- what tests ask ---

    def uids(self, outcome: str) -> list[int]:
        return sorted(uid for (validity, uid), row in self.rows.items()
                      if validity == self.uidvalidity and row.outcome == outcome)

    def row(self, uid: int) -> Row:
        assert self.uidvalidity is not None
        return self.rows[self.uidvalidity, uid]

    def settled_as(self, uid: int) -> str | None:
        row = self.rows.get((self.uidvalidity or 0, uid))
        return row.settled if row else None

    # --- the contract ---

    async def known(self) -> Known:
        self._must_be_up()
        mine = {uid: row for (validity, uid), row in self.rows.items() if validity == self.uidvalidity}
        return Known(uidvalidity=self.uidvalidity, high_water=self.high_water, begun_at=self.begun_at,
                     above=frozenset(uid for uid, row in mine.items()
                                     if uid > self.high_water and row.outcome != "failing"),
                     attempts={uid: row.attempts for uid, row in mine.items() if row.outcome == "failing"})

    async def begin(self, uidvalidity: int, high_water: int) -> None:
        self._must_be_up()
        self.uidvalidity, self.begun, self.high_water = uidvalidity, high_water, high_water
        self.begun_at = self.begun_at or datetime.now(UTC)  # as the mail server's own clock says

    async def raise_to(self, uidvalidity: int, high_water: int) -> None:
        self._must_be_up()
        if uidvalidity == self.uidvalidity:
            self.high_water = max(self.high_water, high_water)

    async def failed(self, entry: Entry, reason: str) -> int:
        self._must_be_up()
        row = self._row(entry, "failing")
        row.attempts, row.reason = row.attempts + 1, reason
        return row.attempts

    async def quarantined(self, entry: Entry, raw: bytes, reason: str) -> None:
        self._must_be_up()
        row = self._row(entry, "quarantined")
        row.raw, row.reason = raw, reason

    async def compare(self, uidvalidity: int, present: Sequence[int]) -> tuple[int, tuple[int, ...]]:
        self._must_be_up()
        ours = [uid for uid in present if uid > self.begun]
        return len(ours), tuple(uid for uid in ours if not self._has(uidvalidity, uid))

    async def settled(self, entries: tuple[Entry, ...], what: str) -> None:
        self._must_be_up()
        assert what in ("keep", "mark", "move", "delete")
        for entry in entries:
            self.rows[entry.uidvalidity, entry.uid].settled = what

    async def deletable(self, uidvalidity: int, days: int) -> tuple[int, ...]:
        self._must_be_up()
        before = self.now() - timedelta(days=days)
        return tuple(sorted(uid for (validity, uid), row in self.rows.items() if validity == uidvalidity
                            and row.outcome in ("stored", "duplicate") and row.settled is None and row.at <= before))

    async def connected(self) -> None:
        self._must_be_up()
        self.connections += 1
        self.problem_now = None

    async def verified(self, found: Verified) -> None:
        self._must_be_up()
        self.verifications.append(found)

    async def problem(self, code: str, text: str) -> None:
        self._must_be_up()
        self.problems.append((code, text))
        self.problem_now = code

    # --- what the hub does in one transaction ---

    def enter(self, entry: Entry, outcome: str) -> None:
        self._row(entry, outcome)

    def _row(self, entry: Entry, outcome: str) -> Row:
        row = self.rows.setdefault((entry.uidvalidity, entry.uid), Row(outcome, self.now()))
        row.outcome, row.at = outcome, self.now()
        return row

    def _has(self, uidvalidity: int, uid: int) -> bool:
        row = self.rows.get((uidvalidity, uid))
        return row is not None and row.outcome != "failing"

    def _must_be_up(self) -> None:
        if self.down:
            raise Refused("unavailable", 503, after=0.01)


class MailKeeper:
    """The part of a sink that takes mail: once by its key, its entry with it."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.ledger = ledger
        self.kept: dict[str, Inbound] = {}
        self.tries = 0

    @property
    def raws(self) -> list[bytes]:
        return [inbound.raw for inbound in self.kept.values()]

    async def take_mail(self, inbound: Inbound) -> Kept:
        self.tries += 1
        await asyncio.sleep(0)
        self.ledger._must_be_up()
        assert inbound.mail is not None
        key = inbound.mail.key
        outcome = "duplicate" if key in self.kept else "stored"
        self.kept.setdefault(key, inbound)
        if inbound.entry is not None:
            self.ledger.enter(inbound.entry, outcome)
        return Kept("duplicate" if outcome == "duplicate" else "stored")
