"""What goes over the wire about telephone calls."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator

from hub.wire_base import Wire

Phase = Literal["menu", "queued", "offering", "connecting", "talking", "held", "consulting", "orphaned", "ending",
                "ended"]


class Hold(Wire):
    """Music for the customer, or an end of it."""

    on: bool


class Consult(Wire):
    """Who is asked: a colleague, or a number outside. Exactly one of them."""

    agent: UUID | None = None
    number: str = Field("", pattern=r"^(\+[1-9][0-9]{5,14})?$", description="E.164")

    @model_validator(mode="after")
    def _one(self) -> "Consult":
        if (self.agent is None) == (self.number == ""):
            raise ValueError("name a colleague or a number")
        return self


class Supervise(Wire):
    """listen: nobody hears me; whisper: the agent alone does; barge: both do."""

    mode: Literal["listen", "whisper", "barge"]


class CallLeg(Wire):
    """One party's connection."""

    leg: str
    role: Literal["customer", "partner", "consult", "supervisor"]
    state: str
    answered_at: datetime | None


class CallView(Wire):
    """A telephone call as its agent sees it."""

    phase: Phase
    number: str = Field(description="of ours, that was dialled")
    began_at: datetime
    held: bool
    legs: list[CallLeg]


class SoftphoneTicket(Wire):
    """Lets a browser be the agent's telephone for one account. `emulator`: its address, "" for the real provider."""

    account: str
    identity: str
    token: str
    expires_at: datetime
    emulator: str
