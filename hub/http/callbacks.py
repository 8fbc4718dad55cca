"""Customers who are to be called back: call one now, and say how it went."""

from uuid import UUID

from hub.errors import NotFound
from hub.http.endpoint import Call, Endpoint
from hub.wire_calls import CallbackOutcome, CallbackView


async def get_callback(call: Call, id: UUID) -> CallbackView:
    return await _view(call, id)


async def call_back(call: Call, id: UUID) -> CallbackView:
    await call.parts.calling_back.call(call.actor, id)
    return await _view(call, id)


async def callback_outcome(call: Call, id: UUID, body: CallbackOutcome) -> CallbackView:
    await call.parts.calling_back.outcome(call.actor, id, body)
    return await _view(call, id)


async def _view(call: Call, id: UUID) -> CallbackView:
    found = await call.parts.calling_back.view(id)
    if found is None:
        raise NotFound()
    return found


ONE = "/api/interactions/{id}/callback"
ENDPOINTS = (
    Endpoint("GET", ONE, get_callback, "Where and how often the customer was called back, and when next"),
    Endpoint("POST", f"{ONE}/call", call_back, "Call the customer back now: my softphone rings first; twice is once"),
    Endpoint("POST", f"{ONE}/outcome", callback_outcome, "How the attempt went: over, or he is called again"),
)
