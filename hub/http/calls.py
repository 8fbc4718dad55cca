"""Telephone calls: how one stands, hold, and the token that makes a browser a telephone."""

from uuid import UUID

from hub.call_parties import beside, mute
from hub.http.endpoint import Call, Endpoint
from hub.wire_calls import (
    CallBeside,
    CallingFrom,
    CallPlaced,
    CallView,
    Consult,
    Hold,
    Mute,
    PlaceCall,
    RecordingWish,
    SoftphoneTicket,
    Supervise,
)


async def get_call(call: Call, id: UUID) -> CallView:
    return await call.parts.calls.view(call.actor, id)


async def mute_me(call: Call, id: UUID, body: Mute) -> CallView:
    await call.parts.calls.wish(call.actor, id, lambda terms, it: mute(terms, call.actor, body.on))
    return await call.parts.calls.view(call.actor, id)


async def hold_customer(call: Call, id: UUID, body: Hold) -> CallView:
    await call.parts.calls.hold(call.actor, id, body.on)
    return await call.parts.calls.view(call.actor, id)


async def rejoin_call(call: Call, id: UUID) -> CallView:
    await call.parts.calls.rejoin(call.actor, id)
    return await call.parts.calls.view(call.actor, id)


async def consult(call: Call, id: UUID, body: Consult) -> CallView:
    await call.parts.transfers.consult(call.actor, id, body)
    return await call.parts.calls.view(call.actor, id)


async def complete_consult(call: Call, id: UUID) -> CallView:
    await call.parts.transfers.complete(call.actor, id)
    return await call.parts.calls.view(call.actor, id)


async def join_consult(call: Call, id: UUID) -> CallView:
    await call.parts.transfers.join(call.actor, id)
    return await call.parts.calls.view(call.actor, id)


async def cancel_consult(call: Call, id: UUID) -> CallView:
    await call.parts.transfers.cancel(call.actor, id)
    return await call.parts.calls.view(call.actor, id)


async def record(call: Call, id: UUID, body: RecordingWish) -> CallView:
    await call.parts.calls.record(call.actor, id, body.do)
    return await call.parts.calls.view(call.actor, id)


async def supervise(call: Call, id: UUID, body: Supervise) -> CallView:
    await call.parts.supervision.supervise(call.actor, id, body.mode)
    return await call.parts.calls.view(call.actor, id)


async def take_over(call: Call, id: UUID) -> CallView:
    await call.parts.supervision.take_over(call.actor, id)
    return await call.parts.calls.view(call.actor, id)


async def stop_supervising(call: Call, id: UUID) -> CallView:
    await call.parts.supervision.leave(call.actor, id)
    return await call.parts.calls.view(call.actor, id)


async def get_beside(call: Call) -> CallBeside:
    return CallBeside(interaction_id=await beside(call.parts.pool, call.actor))


async def place_call(call: Call, body: PlaceCall) -> CallPlaced:
    interaction_id, before = await call.parts.calling_out.place(call.actor, body)
    call.status = 200 if before else 201
    return CallPlaced(interaction_id=interaction_id)


async def calling_from(call: Call) -> list[CallingFrom]:
    return await call.parts.calling_out.choices(call.actor)


async def get_softphone(call: Call) -> list[SoftphoneTicket]:
    call.headers["Cache-Control"] = "no-store"
    return call.parts.calls.tickets(call.actor)


ONE = "/api/interactions/{id}/call"
ENDPOINTS = (
    Endpoint("GET", ONE, get_call, "How its telephone call stands"),
    Endpoint("POST", f"{ONE}/mute", mute_me, "Nobody hears me, or they do again; a reload of my page leaves it so"),
    Endpoint("POST", f"{ONE}/hold", hold_customer, "Hold the customer, or talk on; the same wish twice is one"),
    Endpoint("POST", f"{ONE}/rejoin", rejoin_call, "Ring my softphone again: my page was reloaded while I talked"),
    Endpoint("POST", f"{ONE}/consult", consult, "Ask a colleague or a number, while the customer hears music"),
    Endpoint("POST", f"{ONE}/consult/complete", complete_consult, "Hand the customer over to whom I asked"),
    Endpoint("POST", f"{ONE}/consult/join", join_consult, "Talk with both"),
    Endpoint("POST", f"{ONE}/consult/cancel", cancel_consult, "Let go whom I asked, and talk with the customer again"),
    Endpoint("POST", f"{ONE}/recording", record, "Begin, pause, go on with or end the recording; a pause ends by "
                                                "itself"),
    Endpoint("PUT", f"{ONE}/supervision", supervise, "Listen, whisper to the agent, or talk with both",
             role="supervisor"),
    Endpoint("POST", f"{ONE}/take-over", take_over, "Have the customer myself: I am on the line already, and the agent "
                                                    "is let go", role="supervisor"),
    Endpoint("DELETE", f"{ONE}/supervision", stop_supervising, "Leave the call", role="supervisor"),
    Endpoint("GET", "/api/calls/beside", get_beside, "In whose call I am, without holding it: asked, or listening"),
    Endpoint("POST", "/api/calls", place_call, "Call somebody: my softphone rings first; a retry with the same id "
                                               "answers 200", status=201),
    Endpoint("GET", "/api/calls/from", calling_from, "Queues that I may call for, and the number that is shown"),
    Endpoint("POST", "/api/softphone", get_softphone, "Tokens for my softphone, one for each account with numbers; "
                                                  "good for an hour"),
)
