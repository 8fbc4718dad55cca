"""What the database must say after all the killing. Each finding is a sentence; none is what we want."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import asyncpg

from hub.store import ledger
from simulator.record import Acknowledged, Record
from tests.support.gaps import GAPS

_FOUND = {
    "message": """SELECT m.text, i.reference FROM messages m JOIN interactions i ON i.id = m.interaction_id
                  WHERE m.direction = 'in' AND m.client_id = $1""",
    "reply": """SELECT m.text, i.reference FROM messages m JOIN interactions i ON i.id = m.interaction_id
                WHERE m.direction = 'out' AND m.client_id = $1""",
    "note": """SELECT n.text, i.reference FROM notes n JOIN interactions i ON i.id = n.interaction_id
               WHERE n.client_id = $1""",
    "form": """SELECT m.text, i.reference FROM arrivals a JOIN touches t ON t.id = a.touch_id
               JOIN messages m ON m.touch_id = t.id JOIN interactions i ON i.id = t.interaction_id
               WHERE a.source = 'form:contact' AND a.outcome = 'stored' AND a.natural_key = $1""",
}


async def verdict(dsn: str, record: Record) -> list[str]:
    """Everything that is lost, doubled, misplaced or unaccounted for."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        wrong = [text async for text in _acknowledged(pool, record.acknowledged.values())]
        wrong += [f"gap: {row['what']}" for row in await pool.fetch(GAPS)]
        book = await ledger.ledger(pool, datetime.now(UTC))
    wrong += [f"misplaced: {item}" for item in book.misplaced]
    wrong += [f"unaccounted: {row.source} {row.unaccounted}" for row in book.rows if row.unaccounted]
    wrong += [f"unconfirmed: {book.unconfirmed}"] * bool(book.unconfirmed)
    seen = {"lost": record.lost, "doubled": record.doubled, "changed": record.changed}
    return wrong + [f"{how} before a customer's eyes: {one}" for how, ids in seen.items() for one in ids]


async def _acknowledged(pool: "asyncpg.Pool[asyncpg.Record]", entries: Iterable[Acknowledged]) -> Any:
    for entry in entries:
        rows = await pool.fetch(_FOUND[entry.kind], str(entry.id))
        if len(rows) != 1:
            yield f"acknowledged {entry.kind} {entry.id} is there {len(rows)} times"
        elif entry.text not in rows[0]["text"] or rows[0]["reference"] != entry.reference:
            yield f"acknowledged {entry.kind} {entry.id} is not what it was: {rows[0]['text'][:80]!r}"
