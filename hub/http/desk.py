"""An agent's own desk: what lies on it, presence, offers."""

from uuid import UUID

from hub.http.endpoint import Call, Endpoint
from hub.store import agents, cards, desk
from hub.wire import AgentView, Card, Decline, SetPresence, Snapshot


async def get_desk(call: Call) -> Snapshot:
    return await desk.snapshot(call.parts.pool, call.actor.id, call.parts.now())


async def put_presence(call: Call, body: SetPresence) -> AgentView:
    await call.parts.presence.declare(call.actor, call.actor.id, body)
    return await agents.view(call.parts.pool, call.actor.id, call.parts.now())


async def accept_offer(call: Call, id: UUID) -> Card:
    return await cards.card(call.parts.pool, await call.parts.desk.accept(call.actor, id))


async def decline_offer(call: Call, id: UUID, body: Decline) -> None:
    await call.parts.desk.decline(call.actor, id, body)


ENDPOINTS = (
    Endpoint("GET", "/api/desk", get_desk, "All that my desk holds, in one piece"),
    Endpoint("PUT", "/api/presence", put_presence, "Say whether I take work"),
    Endpoint("POST", "/api/offers/{id}/accept", accept_offer, "Take the offered contact"),
    Endpoint("POST", "/api/offers/{id}/decline", decline_offer, "Give the offered contact back, with a reason"),
)
