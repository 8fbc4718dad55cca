"""Telephone calls: how one stands, hold, and the token that makes a browser a telephone."""

from uuid import UUID

from hub.http.endpoint import Call, Endpoint
from hub.wire_calls import CallView, Hold, SoftphoneTicket


async def get_call(call: Call, id: UUID) -> CallView:
    return await call.parts.calls.view(id)


async def hold(call: Call, id: UUID, body: Hold) -> CallView:
    await call.parts.calls.hold(call.actor, id, body.on)
    return await call.parts.calls.view(id)


async def rejoin(call: Call, id: UUID) -> CallView:
    await call.parts.calls.rejoin(call.actor, id)
    return await call.parts.calls.view(id)


async def softphone(call: Call) -> list[SoftphoneTicket]:
    call.headers["Cache-Control"] = "no-store"
    return call.parts.calls.tickets(call.actor)


ONE = "/api/interactions/{id}/call"
ENDPOINTS = (
    Endpoint("GET", ONE, get_call, "How its telephone call stands"),
    Endpoint("POST", f"{ONE}/hold", hold, "Hold the customer, or talk on; the same wish twice is one"),
    Endpoint("POST", f"{ONE}/rejoin", rejoin, "Ring my softphone again: my page was reloaded while I talked"),
    Endpoint("POST", "/api/softphone", softphone, "Tokens for my softphone, one for each account with numbers; "
                                                  "good for an hour"),
)
