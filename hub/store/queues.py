"""The queues of the configuration, as rows that work can refer to."""

import json
from collections.abc import Sequence

from asyncpg import Pool

from hub.config import Queue
from hub.store.sql import named
from hub.wire import Labelled, QueueView

sql = named(__file__)


async def sync(pool: Pool, queues: Sequence[Queue]) -> None:
    """Makes the rows say what the configuration says. A queue that is gone from it is retired: history names it."""
    async with pool.acquire(timeout=10) as conn, conn.transaction():
        await conn.execute(sql["retire_others"], [queue.id for queue in queues])
        for position, queue in enumerate(queues):
            await conn.execute(
                sql["put_queue"], queue.id, json.dumps(queue.name), position, queue.priority,
                json.dumps(queue.requirements), queue.offer_seconds, queue.wrap_up_seconds,
                queue.service_level_seconds, queue.service_level_target,
                json.dumps([one.model_dump() for one in queue.dispositions]))


async def views(pool: Pool) -> list[QueueView]:
    """Those in use, in the order of the screen."""
    return [
        QueueView(id=row["id"], name=json.loads(row["name"]), wrap_up_seconds=row["wrap_up_seconds"],
                  service_level_seconds=row["service_level_seconds"],
                  service_level_target=round(row["service_level_target"], 4),
                  dispositions=[Labelled.model_validate(one) for one in json.loads(row["dispositions"])])
        for row in await pool.fetch(sql["views"])
    ]
