"""The ledger: what came in, and what became of it (invariants I3 and I10, live)."""

from collections import defaultdict
from datetime import datetime

import asyncpg

from hub.store.sql import named
from hub.wire import Ledger, LedgerRow

sql = named(__file__)


async def ledger(pool: asyncpg.Pool, now: datetime) -> Ledger:
    """Per source received = stored + duplicate + quarantined + refused; what is left over is unaccounted."""
    async with pool.acquire(timeout=5) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        reasons: dict[str, dict[str, int]] = defaultdict(dict)
        for row in await conn.fetch(sql["refusals"]):
            reasons[row["source"]][row["reason"]] = row["n"]
        rows = [_row(row, reasons[row["source"]]) for row in await conn.fetch(sql["rows"])]
        misplaced = [row["id"] for row in await conn.fetch(sql["misplaced"])]
        out = await conn.fetchrow(sql["outbox"])
        assert out is not None, "an aggregate has a row"
        return Ledger(
            rows=rows,
            unaccounted=sum(r.unaccounted for r in rows),
            misplaced=misplaced,
            outbox_pending=out["pending"],
            outbox_oldest_at=out["oldest_at"],
            unconfirmed=out["unconfirmed"],
            now=now,
        )


def _row(row: asyncpg.Record, refusals: dict[str, int]) -> LedgerRow:
    accounted = row["stored"] + row["duplicate"] + row["quarantined"] + row["refused"]
    return LedgerRow(**dict(row), refusals=refusals, unaccounted=row["received"] - accounted)
