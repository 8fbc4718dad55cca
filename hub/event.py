"""What a desk is told of a message, built from what was just written, so that the push reads nothing again."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from channels.text import storable
from hub.model import Interaction
from hub.wire import Card, CardEvent, Clock, TouchView

Row = Mapping[str, Any]


def of(it: Interaction, rows: Mapping[str, list[dict[str, Any]]], names: asyncpg.Record | None) -> CardEvent | None:
    """The event of a message that was written to a known interaction, or None where only the database knows all.

    `rows` are those of the write; `names` is what it returned: `customer_name` and `agent_name`.
    """
    elsewhere = ("offers", "files", "attached", "customer_names", "mails")
    if names is None or not rows.get("messages") or it.offer_id or any(rows.get(part) for part in elsewhere):
        return None
    card = _card(it, names)
    return CardEvent(
        id=it.id, version=it.version, card=card, touch=_touch(it, rows["touches"][-1], rows["messages"][-1])
    )


def _card(it: Interaction, names: asyncpg.Record) -> Card:
    return Card(
        id=it.id,
        reference=it.reference,
        version=it.version,
        channel=it.channel,
        source=it.source,
        queue=it.queue_id,
        state=it.state,
        customer_id=it.customer_id,
        customer_name=names["customer_name"],
        subject=it.subject,
        last_text=storable(it.last_text),
        last_at=it.last_at,
        unread=it.unread,
        priority=it.priority,
        units=it.units,
        created_at=it.created_at,
        queued_at=it.queued_at,
        entered_at=it.entered_at,
        due_at=it.due_at,
        answered_at=it.answered_at,
        agent_id=it.agent_id,
        agent_name=names["agent_name"],
        offer_id=None,
        offer_reasons=[],
        disposition=it.disposition,
        parent_id=it.parent_id,
        clock=Clock.model_validate_json(names["clock"]) if names["clock"] else None,
        callback=names["callback"],
        vip=names["vip"],
    )


def _touch(it: Interaction, touch: Row, message: Row) -> TouchView:
    return TouchView(
        id=touch["id"],
        interaction_id=it.id,
        reference=it.reference,
        version=it.version,
        channel=it.channel,
        kind=touch["kind"],
        at=touch["at"],
        recorded_at=touch["recorded_at"],
        actor=touch["actor"],
        actor_id=touch["actor_id"],
        actor_name=message["author_name"] if touch["actor_id"] else "",
        data=touch["data"],
        text=storable(message["text"]),
        message_id=message["id"],
        message_state=message["state"],
    )
