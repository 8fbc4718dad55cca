"""The ledger: what came in, and what became of it (invariants I3 and I10, live)."""

from collections import defaultdict
from datetime import datetime

import asyncpg

from hub.store import quarantine
from hub.store.sql import named
from hub.wire import Ledger, LedgerRow, MailboxLedgerRow

sql = named(__file__)


async def ledger(pool: asyncpg.Pool, now: datetime) -> Ledger:
    """Per source received = stored + duplicate + quarantined + refused; what is left over is unaccounted."""
    async with pool.acquire(timeout=5) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        reasons: dict[str, dict[str, int]] = defaultdict(dict)
        for row in await conn.fetch(sql["refusals"]):
            reasons[row["source"]][row["reason"]] = row["n"]
        rows = [_row(row, reasons[row["source"]]) for row in await conn.fetch(sql["rows"])]
        misplaced = [row["id"] for row in await conn.fetch(sql["misplaced"])]
        uids = [_uids(row) for row in await conn.fetch(sql["mailboxes"])]
        out = await conn.fetchrow(sql["outbox"])
        assert out is not None, "an aggregate has a row"
        return Ledger(
            rows=rows,
            mailboxes=uids,
            undecided=await quarantine.count(conn),
            unaccounted=sum(r.unaccounted for r in rows) + sum(m.unaccounted for m in uids),
            misplaced=misplaced,
            outbox_pending=out["pending"],
            outbox_oldest_at=out["oldest_at"],
            unconfirmed=out["unconfirmed"],
            now=now,
        )


def _uids(row: asyncpg.Record) -> MailboxLedgerRow:
    accounted = row["stored"] + row["duplicate"] + row["quarantined"] + row["failing"]
    return MailboxLedgerRow(**dict(row), unaccounted=row["uids"] - accounted)


def _row(row: asyncpg.Record, refusals: dict[str, int]) -> LedgerRow:
    accounted = row["stored"] + row["duplicate"] + row["quarantined"] + row["refused"]
    return LedgerRow(**dict(row), refusals=refusals, unaccounted=row["received"] - accounted)
