"""An interaction opened."""

import json
from uuid import UUID

import asyncpg

from hub.errors import NotFound
from hub.model import Actor
from hub.store import cards, customers, desk, history
from hub.store.sql import named
from hub.wire import Detail

sql = named(__file__)


async def detail(pool: asyncpg.Pool, actor: Actor, interaction_id: UUID, replying: frozenset[str]) -> Detail:
    """All that the desk shows of an interaction, read in one snapshot. Raises `NotFound`.

    `replying`: the channels with a way back to the customer.
    """
    async with pool.acquire(timeout=5) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        row = await conn.fetchrow(sql["opened"], interaction_id)
        if row is None:
            raise NotFound()
        return Detail(
            card=await cards.card(conn, interaction_id),
            customer=await customers.view(conn, row["customer_id"]),
            fields=json.loads(row["fields"]),
            touches=await history.touches_of(conn, interaction_id),
            drafts=await desk.drafts(conn, actor.id, interaction_id),
            can_reply=row["channel"] in replying and row["address_id"] is not None,
        )
