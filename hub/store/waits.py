"""What is known of a line, and what people in it were told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.store.sql import named
from routing.wait_quantile import Outcome, Said

sql = named(__file__)


@dataclass(frozen=True, slots=True)
class Line:
    """Handle times in seconds; waits (seconds so far, whether he left then); what came of what was said."""

    handles: list[float]
    waits: list[tuple[float, bool]]
    outcomes: list[Outcome]


async def line(pool: asyncpg.Pool, queue_id: str, since: datetime, now: datetime) -> Line:
    return Line(
        [row["seconds"] for row in await pool.fetch(sql["handles"], queue_id, since)],
        [(row["seconds"], row["left_then"]) for row in await pool.fetch(sql["waits"], queue_id, since, now)],
        [
            Outcome(row["said"], row["waited"], row["answered"])
            for row in await pool.fetch(sql["outcomes"], queue_id, since, now)
        ],
    )


async def told(pool: asyncpg.Pool, interaction_id: UUID, queue_id: str) -> Said | None:
    """What he was told last of the present wait in this queue."""
    row = await pool.fetchrow(sql["told"], interaction_id, queue_id)
    return Said(row["seconds"], row["position"], row["places"]) if row else None


async def tell(
    pool: asyncpg.Pool, interaction_id: UUID, queue_id: str, now: datetime, estimated: float, said: Said
) -> None:
    """For the first time in this wait. `estimated` in seconds, not corrected yet."""
    of_place = said.seconds, said.position, said.places
    await pool.execute(sql["tell"], interaction_id, queue_id, now, estimated, *of_place)


async def tell_again(pool: asyncpg.Pool, interaction_id: UUID, said: Said) -> None:
    await pool.execute(sql["tell_again"], interaction_id, said.seconds, said.position, said.places)
