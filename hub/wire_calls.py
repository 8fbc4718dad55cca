"""What goes over the wire about telephone calls."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from hub.wire_base import Moment, Wire

Phase = Literal["menu", "queued", "offering", "connecting", "talking", "held", "consulting", "orphaned", "ending",
                "ended"]


class Hold(Wire):
    """Music for the customer, or an end of it."""

    on: bool


class Consult(Wire):
    """Who is asked: a colleague, or a number outside. Exactly one of them. `hand_over`: nobody is asked, and the
    customer goes there as soon as they answer."""

    hand_over: bool = False
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


class PlaceCall(Wire):
    """Somebody is to be called whom no contact asks for. My softphone rings first."""

    id: UUID = Field(description="made by the caller; a retry carries the same and calls nobody twice")
    queue: str = Field(description="for which it is; it decides which number of ours is shown")
    number: Annotated[str, Field(max_length=500)] = Field(description="E.164, or as it is dialled in our country")
    customer_id: UUID | None = None


class CallPlaced(Wire):
    interaction_id: UUID


class CallingFrom(Wire):
    """A queue that I may call somebody for, and the number that he sees."""

    queue: str
    number: str


class CallEvent(Wire):
    """`call`: a telephone call stands differently; ask for it."""

    interaction_id: UUID


RecordingState = Literal["never", "off", "on", "paused"]


class RecordingWish(Wire):
    """What the agent wants of the recording. A pause, while the customer says what must not be kept, ends by itself."""

    do: Literal["start", "pause", "resume", "stop"]


class RecordingView(Wire):
    """The sound of a call, or of a voicemail."""

    id: UUID
    interaction_id: UUID
    source: Literal["call", "voicemail"]
    started_at: datetime
    seconds: int | None = Field(description="null while it is not known yet")
    channels: int
    size: int = Field(description="bytes of our copy, 0 while there is none")
    state: Literal["fetching", "stored", "failed", "deleted"]
    peaks: list[int] = Field(description="at most 400 loudnesses over the whole length, 0 to 100; empty: not known")
    keep_until: datetime | None = Field(description="when it is deleted; null: it is kept")
    again_at: datetime | None = Field(description="while it is fetched, and that failed: when it is tried again")
    problem: Literal["absent", "too_large", "unreachable"] | None = Field(description="why there is no sound")


class DeleteRecording(Wire):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] = Field(
        description="stands in the history of the contact")


class RecordingAccess(Wire):
    """Who listened to it, took it along, or deleted it."""

    agent_name: str
    at: datetime
    what: Literal["listened", "downloaded", "deleted"]


class CallLeg(Wire):
    """One party's connection."""

    leg: str
    role: Literal["customer", "partner", "consult", "supervisor"]
    state: str
    live: bool = Field(description="on the line, or about to be")
    answered_at: datetime | None
    name: str | None = Field(description="of an agent or supervisor, or the number of somebody outside")
    mode: Literal["listen", "whisper", "barge"] | None = Field(description="of a supervisor")
    muted: bool = Field(False, description="nobody hears him, as he wishes")


class CallBeside(Wire):
    """In whose call somebody is without holding it."""

    interaction_id: UUID | None


class Mute(Wire):
    """Nobody in the call hears me, or they do again."""

    on: bool


class CallView(Wire):
    """A telephone call as its agent sees it."""

    phase: Phase
    number: str = Field(description="of ours, that was dialled")
    began_at: datetime
    held: bool
    muted: bool = Field(False, description="nobody hears whoever asks, as he wishes")
    recording: RecordingState = Field("never", description=(
        "as the provider confirmed it; never: this call may not be recorded"))
    recording_pausing: bool = Field(False, description="a pause is asked for and not confirmed: it is still recorded")
    recording_resumes_at: datetime | None = Field(None, description="when a pause ends by itself")
    recording_may_stop: bool = Field(False, description="the agent may end it; else he may pause it only")
    legs: list[CallLeg]


CallbackWord = Literal["reached", "no_answer", "voicemail_left", "declined", "given_up"]


class CallbackOutcome(Wire):
    """How an attempt went, as the agent says. no_answer, voicemail_left: he is called again, or at `again_at`.
    reached, declined, given_up: nobody calls him any more."""

    outcome: CallbackWord
    note: Annotated[str, Field(max_length=20_000)] = ""
    again_at: Moment | None = None


class CallbackAttempt(Wire):
    number: int
    at: datetime
    agent_name: str | None
    outcome: Literal["reached", "no_answer", "busy", "failed", "voicemail_left", "declined", "given_up"] | None
    said_by: Literal["agent", "system"] | None


class CallbackView(Wire):
    """A customer who waits to be called back."""

    number: str
    read_back: bool = Field(description="it was read to him, and he said yes")
    asked_at: datetime
    attempts: int
    most: int = Field(description="attempts after which a human being decides")
    next_at: datetime | None = Field(description="he is not called before; null: whenever his turn comes")
    quiet: bool = Field(description="he may not be called at this hour")
    calling: bool
    undecided: bool = Field(description="called often enough in vain: somebody has to decide")
    outcome: str | None = Field(description="why nobody calls him any more; null while somebody does")
    tried: list[CallbackAttempt]


class BlockNumber(Wire):
    """A number that is not to be let in, and why."""

    number: str = Field(pattern=r"^\+[1-9][0-9]{5,14}$", description="E.164")
    reason: Annotated[str, Field(max_length=200)]


class BlockedNumber(Wire):
    number: str
    reason: str
    added_by: str
    added_at: datetime
    calls: int = Field(description="how often it has rung since")
    last_at: datetime | None


class SoftphoneTicket(Wire):
    """Lets a browser be the agent's telephone for one account. `emulator`: its address, "" for the real provider."""

    account: str
    identity: str
    token: str
    expires_at: datetime
    emulator: str
