"""What goes over the wire about telephone calls."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from hub.wire_base import Wire

Phase = Literal["menu", "queued", "offering", "connecting", "talking", "held", "consulting", "orphaned", "ending",
                "ended"]


class Hold(Wire):
    """Music for the customer, or an end of it."""

    on: bool


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
