"""One interaction and the agent's verbs on it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from hub import wire
from hub.errors import Invalid
from hub.http.endpoint import Call, Endpoint
from hub.line import in_line
from hub.store import cards, history, interactions
from hub.wire import Card, Detail, Page, Reason, Say, State, TouchView
from hub.wire_base import Moment, Wire
from hub.wire_drafts import Draft, DraftKept
from hub.wire_pull import Pulls, Take, TakeNext


class Listing(BaseModel):
    """Filters of the list; those that are missing let everything through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: tuple[State, ...] = Field((), description="may be repeated")
    queue: str | None = None
    agent: UUID | None = None
    channel: str | None = None
    since: Moment | None = Field(None, description="only those that entered their state then or later")
    order: Literal["age", "line"] = Field("age", description="line: as they are served, of state=queued alone")
    after: str | None = Field(None, max_length=500)
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Why(Wire):
    """Why an interaction is still waiting."""

    reasons: list[Reason]


async def list_interactions(call: Call, query: Listing) -> Page[Card]:
    """Agents see their own queues and their own work, supervisors everything."""
    if query.order == "line":
        if query.state != ("queued",) or query.agent or query.channel or query.since:
            raise Invalid("Only what waits stands in line: state=queued, and no filter but the queue.",
                          fields={"order": "not_in_line"})
        policies, parts = call.parts.policies, call.parts
        return await in_line(parts.pool, call.actor, parts.now(), policies.current()[1], query.queue, query.after,
                             query.limit)
    return await cards.listing(call.parts.pool, call.actor, query.state, query.queue, query.agent, query.channel,
                               query.since, query.after, query.limit)


async def get_interaction(call: Call, id: UUID) -> Detail:
    found = await interactions.detail(call.parts.pool, call.actor, id, call.parts.mailing.letters,
                                      call.parts.mailing.texting)
    if found.card.channel != "voice":
        return found
    return found.model_copy(update={"callback": await call.parts.calling_back.view(id)})


async def say(call: Call, id: UUID, body: Say) -> TouchView:
    return await _written(call, await call.parts.desk.say(call.actor, id, body))


async def note(call: Call, id: UUID, body: Say) -> TouchView:
    return await _written(call, await call.parts.desk.note(call.actor, id, body))


async def save_draft(call: Call, id: UUID, body: Draft) -> DraftKept:
    return await call.parts.desk.draft(call.actor, id, body)


async def decide_suggestion(call: Call, id: UUID, body: wire.DecideSuggestion) -> Detail:
    await call.parts.mailing.decide_suggestion(call.actor, id, body)
    return await get_interaction(call, id)


async def mark_read(call: Call, id: UUID) -> None:
    await call.parts.desk.read(call.actor, id)


async def claim(call: Call, id: UUID, body: Take) -> Card:
    await call.parts.pulling.claim(call.actor, id, body.reason)
    return await cards.card(call.parts.pool, id)


async def take_next(call: Call, body: TakeNext) -> Card:
    return await cards.card(call.parts.pool, await call.parts.pulling.take_next(call.actor, body.queue, body.id))


async def pulls(call: Call) -> Pulls:
    return await call.parts.pulling.pulls(call.actor)


async def end(call: Call, id: UUID) -> Card:
    await call.parts.desk.end(call.actor, id)
    return await cards.card(call.parts.pool, id)


async def wrap_up(call: Call, id: UUID, body: wire.WrapUp) -> Card:
    await call.parts.desk.wrap_up(call.actor, id, body)
    return await cards.card(call.parts.pool, id)


async def extend(call: Call, id: UUID) -> Card:
    await call.parts.desk.extend(call.actor, id)
    return await cards.card(call.parts.pool, id)


async def wait(call: Call, id: UUID, body: wire.WaitFor) -> Card:
    await call.parts.desk.wait(call.actor, id, body)
    return await cards.card(call.parts.pool, id)


async def park(call: Call, id: UUID, body: wire.Park) -> Card:
    await call.parts.desk.park(call.actor, id, body)
    return await cards.card(call.parts.pool, id)


async def resume(call: Call, id: UUID) -> Card:
    await call.parts.desk.resume(call.actor, id)
    return await cards.card(call.parts.pool, id)


async def requeue(call: Call, id: UUID, body: wire.Requeue) -> Card:
    await call.parts.desk.requeue(call.actor, id, body)
    return await cards.card(call.parts.pool, id)


async def prioritise(call: Call, id: UUID, body: wire.Prioritise) -> Card:
    await call.parts.floor.prioritise(call.actor, id, body)
    return await cards.card(call.parts.pool, id)


async def why(call: Call, id: UUID) -> Why:
    found = await call.parts.dispatch.why_waiting(id)
    return Why(reasons=[Reason(code=one.code, data=dict(one.data)) for one in found])


async def _written(call: Call, written: tuple[UUID, bool]) -> TouchView:
    touch_id, duplicate = written
    call.status = 200 if duplicate else 201
    return await history.touch(call.parts.pool, touch_id)


ONE = "/api/interactions/{id}"
ENDPOINTS = (
    Endpoint("GET", "/api/pull", pulls, "From which queues I take work myself, and what would be my next"),
    Endpoint("POST", "/api/pull", take_next, "Take what is next for me"),
    Endpoint("GET", "/api/interactions", list_interactions, "Interactions, filtered and paged"),
    Endpoint("GET", ONE, get_interaction, "An interaction with its customer, its touches and my drafts"),
    Endpoint("POST", f"{ONE}/messages", say, "Write to the customer; a retry with the same id answers 200", status=201),
    Endpoint("POST", f"{ONE}/notes", note, "Leave an internal note; a retry with the same id answers 200", status=201),
    Endpoint("PUT", f"{ONE}/draft", save_draft, "Keep what I am writing; an empty text deletes it"),
    Endpoint("POST", f"{ONE}/suggestions", decide_suggestion, "Whether this belongs to another interaction, or not"),
    Endpoint("POST", f"{ONE}/read", mark_read, "I have seen everything"),
    Endpoint("POST", f"{ONE}/claim", claim, "Take a waiting contact; out of turn with a reason"),
    Endpoint("POST", f"{ONE}/end", end, "End the conversation; wrap-up begins"),
    Endpoint("POST", f"{ONE}/wrap-up", wrap_up, "Close it with a disposition, or for a follow-up"),
    Endpoint("POST", f"{ONE}/extend", extend, "Once more the time for wrap-up"),
    Endpoint("POST", f"{ONE}/wait", wait, "Wait for the customer, for so long"),
    Endpoint("POST", f"{ONE}/park", park, "Put it aside until a date"),
    Endpoint("POST", f"{ONE}/resume", resume, "Take it back before its time"),
    Endpoint("POST", f"{ONE}/requeue", requeue, "Give it back, to another queue, or to a colleague"),
    Endpoint("POST", f"{ONE}/priority", prioritise, "Change its priority", role="supervisor"),
    Endpoint("GET", f"{ONE}/why", why, "Why it is still waiting"),
)
