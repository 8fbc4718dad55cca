"""What could not be understood, for supervisors: look at it, try it again, or dismiss it."""

from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from hub.http.endpoint import Call, Endpoint
from hub.http.files import served
from hub.store import quarantine
from hub.wire import Page
from hub.wire_base import Line, Wire
from hub.wire_mail import QuarantineView


class Listing(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Annotated[str, Field(max_length=500)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class TriedAgain(Wire):
    """What became of it. `fetched`: too little of it was here, so its mailbox is asked for it once more."""

    outcome: Literal["stored", "duplicate", "quarantined", "refused", "fetched"]
    interaction_id: UUID | None


class Dismiss(Wire):
    reason: Line


async def list_quarantine(call: Call, query: Listing) -> Page[QuarantineView]:
    return await quarantine.undecided(call.parts.pool, query.after, query.limit)


async def get_bytes(call: Call, id: UUID) -> web.Response:
    """Always a download: nobody has understood what it is."""
    return served(f"{id}.eml", "application/octet-stream", await call.parts.quarantine.raw(id), inline=False)


async def try_again(call: Call, id: UUID) -> TriedAgain:
    kept = await call.parts.quarantine.again(call.actor, id)
    return TriedAgain(outcome=kept.outcome if kept else "fetched", interaction_id=kept.interaction_id if kept else None)


async def dismiss(call: Call, id: UUID, body: Dismiss) -> None:
    await call.parts.quarantine.dismiss(call.actor, id, body.reason)


ENDPOINTS = (
    Endpoint("GET", "/api/quarantine", list_quarantine, "What could not be understood, the newest first",
             role="supervisor"),
    Endpoint("GET", "/api/quarantine/{id}/raw", get_bytes, "Its bytes, as they came", role="supervisor",
             media="application/octet-stream"),
    Endpoint("POST", "/api/quarantine/{id}/again", try_again, "Through the channel once more", role="supervisor"),
    Endpoint("POST", "/api/quarantine/{id}/dismiss", dismiss, "Nothing is to be done about it", role="supervisor"),
)
