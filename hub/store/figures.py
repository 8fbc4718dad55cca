"""The queues in numbers, each from the rows themselves."""

from datetime import datetime

import asyncpg

from hub.store.cards import Reader
from hub.store.sql import named
from hub.wire import QueueFigures

sql = named(__file__)


async def figures(pool: Reader, now: datetime) -> list[QueueFigures]:
    """Now, and today since midnight UTC.

    Service level = answered in time / (answered + waiting beyond the limit + abandoned): abandoned contacts count,
    and one that waits too long counts as missed before it is answered.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [_figures(row) for row in await pool.fetch(sql["figures"], now, today)]


def _figures(row: asyncpg.Record) -> QueueFigures:
    n = row["answered"] + row["late_waiting"] + row["abandoned"]
    return QueueFigures(**dict(row), service_level=row["answered_in_time"] / n if n else None)
