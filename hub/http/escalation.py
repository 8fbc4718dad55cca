"""One step up, by hand."""

from uuid import UUID

from hub import wire
from hub.http.endpoint import Call, Endpoint
from hub.http.interactions import ONE
from hub.store import cards
from hub.wire import Card


async def escalate(call: Call, id: UUID, body: wire.Escalate) -> Card:
    await call.parts.ladders.escalate(call.actor, id, body)
    return await cards.card(call.parts.pool, id)


ENDPOINTS = (
    Endpoint("POST", f"{ONE}/escalate", escalate, "One step up the ladder of its queue; 409 `no_step` at the top"),
)
