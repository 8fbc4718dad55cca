"""Search over customers and everything said or noted, in languages with and without spaces."""

import asyncpg

from channels.text import storable
from hub.store.customers import like
from hub.store.sql import named
from hub.wire import Hit

sql = named(__file__)
EXCERPT = 160  # characters


async def search(pool: asyncpg.Pool, text: str, limit: int) -> list[Hit]:
    """Customers first, then messages and notes, the newest first."""
    text = storable(text)
    rows = await pool.fetch(sql["search"], text.strip(), like(text), limit)
    return [
        Hit(
            kind=row["kind"],
            customer_id=row["customer_id"],
            customer_name=row["customer_name"],
            interaction_id=row["interaction_id"],
            reference=row["reference"],
            excerpt=excerpt(row["text"], text.strip()),
            at=row["at"],
        )
        for row in rows
    ]


def excerpt(text: str, wanted: str) -> str:
    """A piece of `text` around the first place where `wanted` stands."""
    place = max(text.lower().find(wanted.lower()) - EXCERPT // 3, 0)
    piece = text[place : place + EXCERPT]
    return ("…" if place else "") + piece + ("…" if place + EXCERPT < len(text) else "")
