"""The words of the heart as values: what an interaction and an agent are, and what can happen to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

State = Literal["queued", "offered", "active", "waiting", "parked", "wrapping", "done"]
Declared = Literal["available", "break", "offline", "missed"]
Role = Literal["agent", "supervisor", "admin"]
ActorKind = Literal["customer", "agent", "supervisor", "system"]
Because = Literal["policy", "customer"]  # was published; was corrected or marked
HELD: frozenset[State] = frozenset({"offered", "active", "wrapping"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: an agent or supervisor with a session."""

    id: UUID
    role: Role
    name: str

    @property
    def supervises(self) -> bool:
        return self.role in ("supervisor", "admin")


@dataclass(frozen=True, slots=True)
class By:
    """Who did it, as the history keeps it."""

    kind: ActorKind
    id: UUID | None = None


CUSTOMER = By("customer")
SYSTEM = By("system")


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody else at whom the same offer rings, and his part of it."""

    agent_id: UUID
    offer_id: UUID


@dataclass(frozen=True, slots=True)
class Interaction:
    """One engagement on one channel; the fields are the columns of its row."""

    id: UUID
    reference: str
    channel: str
    source: str
    customer_id: UUID
    address_id: UUID | None
    queue_id: str
    state: State
    units: int
    exclusive: bool
    interruptible: bool
    created_at: datetime
    queued_at: datetime
    entered_at: datetime
    last_at: datetime
    version: int
    agent_id: UUID | None = None
    offer_id: UUID | None = None
    preferred_agent_id: UUID | None = None
    parent_id: UUID | None = None
    subject: str = ""
    language: str | None = None
    priority: int = 0
    requirements: Mapping[str, int] = field(default_factory=dict)
    due_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    disposition: str | None = None
    last_text: str = ""
    unread: int = 0
    messages: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    # where it was put when it came; not read again, and never changed
    policy_version: int | None = None
    rule: str | None = None
    placement: Mapping[str, object] | None = None
    placed_at: datetime | None = None
    beside: tuple[Share, ...] = ()  # of an offer that rings at several at once

    def rings_at(self, offer_id: UUID | None) -> UUID | None:
        """Whose part of the open offer that is."""
        if offer_id is not None and offer_id == self.offer_id:
            return self.agent_id
        return next((one.agent_id for one in self.beside if one.offer_id == offer_id), None)


@dataclass(frozen=True, slots=True)
class Held:
    """One piece of an agent's attention that is taken. `aside`: a call of somebody else in which he is, too."""

    interaction_id: UUID
    channel: str
    units: int
    exclusive: bool
    interruptible: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent under lock: presence and everything held, so that capacity can be judged."""

    id: UUID
    name: str
    role: Role
    capacity: int
    declared: Declared
    pending: Literal["break", "offline"] | None
    pending_reason: str | None
    connected: bool
    disabled: bool
    limits: Mapping[str, int] = field(default_factory=dict)  # channel -> most contacts at once
    held: tuple[Held, ...] = ()


# --- what can happen ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """The customer said something in an interaction that exists. `quiet`: a machine of his did; nobody need react."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """The holder wrote to the customer."""

    agent_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Somebody left an internal note."""

    agent_id: UUID


@dataclass(frozen=True, slots=True)
class Offered:
    agent_id: UUID
    offer_id: UUID
    deadline: datetime
    reasons: tuple[Mapping[str, object], ...]
    policy: int | None = None  # its version that made the offer
    beside: tuple["Offered", ...] = ()  # to others at the same time


@dataclass(frozen=True, slots=True)
class Accepted:
    agent_id: UUID
    offer_id: UUID


@dataclass(frozen=True, slots=True)
class Declined:
    agent_id: UUID
    offer_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The offer is taken back: the agent left, or a supervisor decided."""

    offer_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Claimed:
    agent_id: UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """The holder has seen what the customer wrote."""

    agent_id: UUID


@dataclass(frozen=True, slots=True)
class Ended:
    """The holder ends the conversation; wrap-up begins, for so many seconds."""

    agent_id: UUID
    wrap_up_seconds: int


@dataclass(frozen=True, slots=True)
class Left:
    """The customer ended the conversation. `instead`: what of his waits in its place; then he has not given up."""

    wrap_up_seconds: int
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Extended:
    agent_id: UUID
    wrap_up_seconds: int


@dataclass(frozen=True, slots=True)
class WrappedUp:
    agent_id: UUID
    disposition: str
    follow_up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Until the customer answers, or until then."""

    agent_id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    agent_id: UUID
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """The hub lays it aside until then: a customer who is to be called back cannot be called now."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """An agent takes a parked or waiting item back before its time."""

    agent_id: UUID


@dataclass(frozen=True, slots=True)
class Requeued:
    """Back to a queue, by its holder or a supervisor; perhaps to another queue, perhaps for one agent first.

    `waiting_since`: the customer has waited for an answer since then, and that age counts.
    """

    reason: str
    queue_id: str
    prefer: UUID | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Escalated:
    """One step up its ladder, because of `reason`. `moves`: it leaves whoever holds it, and waits in `queue_id`.

    `data`: what else of the step the history shall tell (ladder, step, who is asked and told, policy).
    """

    reason: str
    queue_id: str
    priority: int
    moves: bool
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overflowed:
    """Nobody answered it in its queue under this condition; `queue_id` is where it waits from now on."""

    reason: str
    queue_id: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clocked:
    """What the clock of a promise says: which promise holds, a warning, a breach, or that there was none after all."""

    what: Literal["promised", "warned", "breached", "cleared"]
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prioritised:
    priority: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlacedAnew:
    """A contact that still waits goes where the rules say now: `rule` None: none of them holds."""

    queue_id: str
    priority: int
    preferred_agent_id: UUID | None
    version: int
    rule: str | None
    placement: Mapping[str, object]
    because: Because
    name: str = ""  # of the rule


@dataclass(frozen=True, slots=True)
class Corrected:
    """Somebody corrected the customer's record while this interaction was open."""

    field: Literal["name", "language", "vip", "segments", "contract", "owner"]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class SendFailed:
    """A message could not be sent, or nobody knows whether it was."""

    state: Literal["failed", "unconfirmed"]
    message_id: UUID
    error: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A mail server says what became of a message that we sent."""

    message_id: UUID
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded"]
    recipient: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The hub itself told the customer that his message has arrived."""

    text: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A message was stopped before it left: by an agent, or because the customer wrote meanwhile.

    `agent_id`: who took it back, or else who had written it.
    """

    agent_id: UUID
    message_id: UUID
    because: Literal["agent", "customer_wrote"] = "agent"


@dataclass(frozen=True, slots=True)
class Decided:
    """A human said what became of a message that nobody could confirm, or sends it again."""

    agent_id: UUID
    message_id: UUID
    what: Literal["again", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something happened in the telephone call, such as `connected`, `held`, `resumed`, `agent_lost`."""

    what: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file of a message that lay with the vendor hangs on its message now, or cannot be had (`error`)."""

    message_id: UUID
    name: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Linked:
    """A human decided whether this interaction follows another one."""

    agent_id: UUID
    other_id: UUID
    accepted: bool


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The deadline of the present state has passed: offer, wrap-up, parked or waiting date.

    `keeps_age`: what was parked goes back into line with the age that it had.
    """

    keeps_age: bool = False


Act = (
    Received
    | Said
    | Noted
    | Seen
    | Offered
    | Accepted
    | Declined
    | Withdrawn
    | Claimed
    | Ended
    | Left
    | Extended
    | WrappedUp
    | Waiting
    | Parked
    | PutOff
    | Resumed
    | Requeued
    | Escalated
    | Overflowed
    | Clocked
    | Prioritised
    | PlacedAnew
    | Corrected
    | SendFailed
    | Reported
    | Acknowledged
    | TakenBack
    | Decided
    | CallEvent
    | Fetched
    | Linked
    | TimeUp
)
