"""An interaction opened."""

import json
from uuid import UUID

import asyncpg

from hub.errors import NotFound
from hub.letters import Letters
from hub.model import Actor
from hub.store import cards, customers, desk, drafts, history, mail
from hub.store.intake import UNSHOWN
from hub.store.sql import named
from hub.texting import Texting
from hub.wire import Detail

sql = named(__file__)


async def detail(pool: asyncpg.Pool, actor: Actor, interaction_id: UUID, letters: Letters,
                 texting: Texting) -> Detail:
    """All that the desk shows of an interaction, read in one snapshot. Raises `NotFound`."""
    async with pool.acquire(timeout=5) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        row = await conn.fetchrow(sql["opened"], interaction_id)
        if row is None:
            raise NotFound()
        thread = await mail.thread(conn, interaction_id)
        reply = letters.proposal(thread, actor.name)
        if reply is not None:
            addressed = {one.address for one in (*reply.to, *reply.cc)}
            bad = await mail.undeliverable(conn, {*thread.participants, *addressed})
            reply = reply.model_copy(update={"undeliverable": bad})
        address = await desk.recipient(conn, interaction_id) if texting.concerns(thread.channel) else None
        return Detail(
            card=await cards.card(conn, interaction_id),
            customer=await customers.view(conn, row["customer_id"]),
            fields={name: value for name, value in json.loads(row["fields"]).items() if name not in UNSHOWN},
            touches=await history.touches_of(conn, interaction_id),
            drafts=await drafts.kept(conn, actor.id, interaction_id),
            can_reply=letters.can_reply(thread),
            reply=reply,
            texting=await texting.view(conn, thread.channel, row["source"], address) if address else None,
            extensions=await desk.extensions(conn, interaction_id),
            suggestions=await mail.suggestions(conn, interaction_id),
            linked=await mail.linked(conn, interaction_id),
        )
