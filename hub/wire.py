"""What crosses the wire between hub and console: bodies, answers and every event.

The OpenAPI description and `agent_console/src/desk/wire.ts` are generated from these models. Times are ISO 8601 in UTC,
durations are seconds, and codes are words for the screen to translate.
"""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field, StringConstraints

from hub.wire_base import Line, Moment, Sheet, Text, Wire
from hub.wire_calls import CallbackView, CallEvent
from hub.wire_customers import Marks
from hub.wire_drafts import KeptDraft
from hub.wire_mail import MailDraft, MailView, ReplyView
from hub.wire_messaging import TemplateUse, TextingView

Role = Literal["agent", "supervisor", "admin"]
State = Literal["queued", "offered", "active", "waiting", "parked", "wrapping", "done"]
Declared = Literal["available", "break", "offline", "missed"]
MessageState = Literal["received", "pending", "sent", "delivered", "read", "failed", "unconfirmed", "withdrawn"]
ContactKind = Literal["call", "fax", "letter", "visit", "other"]
T = TypeVar("T")


# --- problems (RFC 9457) ---------------------------------------------------------------------------------------------


class Problem(Wire):
    """Every error answer, as application/problem+json."""

    type: str = "about:blank"
    title: str
    status: int
    code: str = Field(description="stable word for programs, e.g. `taken`, `not_yours`, `late`, `invalid`")
    detail: str = Field("", description="what was wrong, where, and what to do")
    fields: dict[str, str] = Field({}, description="field name -> what is wrong with it")
    retry_after: float | None = None


# --- who -------------------------------------------------------------------------------------------------------------


class Login(Wire):
    login: Line
    password: Annotated[str, StringConstraints(max_length=1_000)]


class Presence(Wire):
    """Three different things: what the agent declared, whether a socket lives, whether work may be offered."""

    declared: Declared
    reason: str | None
    since: datetime
    pending: Literal["break", "offline"] | None
    pending_reason: str | None
    connected: bool
    routable: bool
    why_not: str | None = Field(description="code of the reason why no work is offered now")


class AgentView(Wire):
    id: UUID
    login: str
    name: str
    role: Role
    language: str
    queues: list[str]
    skills: dict[str, int]
    capacity: int
    limits: dict[str, int] = Field(description="channel -> most contacts at once")
    used: int = Field(description="capacity units in use, open offers included")
    presence: Presence
    version: int


class Me(Wire):
    agent: AgentView
    csrf: str = Field(description="send it back as X-CSRF-Token with every request that changes something")
    now: datetime
    demo: bool = False


class Labelled(Wire):
    id: str
    name: dict[str, str]


class QueueView(Wire):
    id: str
    name: dict[str, str]
    wrap_up_seconds: int
    service_level_seconds: int
    service_level_target: float
    dispositions: list[Labelled]


class SetPresence(Wire):
    state: Literal["available", "break", "offline"]
    reason: Line | None = None


# --- work ------------------------------------------------------------------------------------------------------------


class Reason(Wire):
    code: str
    data: dict[str, str | int | float] = {}


class FileView(Wire):
    id: UUID
    name: str
    type: str
    size: int
    inline: bool = Field(description="a picture that is safe to show; anything else is only downloaded")


class Clock(Wire):
    """The promise that matters most now: the first that is, or will be, broken."""

    name: Literal["first_response", "next_response", "resolution"]
    state: Literal["running", "warned", "breached", "paused"]
    due_at: datetime | None = Field(description="null while it is paused")
    left_seconds: int | None = Field(description="of open time, when it was looked at last")


class Card(Wire):
    """One interaction in a list: all that a row or an offer shows."""

    id: UUID
    reference: str
    version: int
    channel: str
    source: str
    queue: str
    state: State
    customer_id: UUID
    customer_name: str
    subject: str
    last_text: str
    last_at: datetime
    unread: int
    priority: int
    units: int
    created_at: datetime
    queued_at: datetime
    entered_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    agent_id: UUID | None
    agent_name: str | None
    offer_id: UUID | None
    offer_reasons: list[Reason]
    beside: list[UUID] = Field([], description="who else the offer rings at: whoever accepts first has it")
    disposition: str | None
    parent_id: UUID | None
    clock: Clock | None = None
    callback: bool = Field(False, description="the customer is to be called back")
    vip: bool = False


class TouchView(Wire):
    """One thing that happened. A message or note is carried whole; other kinds say what they mean in `data`."""

    id: UUID
    interaction_id: UUID
    reference: str
    version: int
    channel: str
    kind: str
    at: datetime
    recorded_at: datetime
    actor: Literal["customer", "agent", "supervisor", "system"]
    actor_id: UUID | None
    actor_name: str
    data: dict[str, object]
    text: str | None = None
    note: bool = False
    message_id: UUID | None = None
    message_state: MessageState | None = None
    message_error: str | None = None
    mail: MailView | None = None
    files: list[FileView] = []


class AddressView(Wire):
    kind: str
    value: str
    verified: bool
    undeliverable_at: datetime | None = None
    undeliverable_reason: str | None = None


class CustomerEdit(Wire):
    """What was corrected in a customer's record."""

    field: Literal["name", "language", "vip", "segments", "contract", "owner"]
    before: str | None
    after: str | None
    by: str
    at: datetime


class CustomerView(Wire):
    id: UUID
    name: str
    language: str | None
    marks: Marks
    created_at: datetime
    addresses: list[AddressView]
    interactions: int
    touches: int
    open: list[Card]
    edits: list[CustomerEdit] = Field(description="the last twenty corrections, the newest first")
    version: int


class SuggestionView(Wire):
    """Another interaction that this one may belong to; evidence not enough to join them without a human."""

    other: Card
    reason: Literal["token", "reference", "subject"]


class Detail(Wire):
    """An interaction opened: its card, its customer, everything that happened in it, and my drafts."""

    card: Card
    customer: CustomerView
    fields: dict[str, str]
    touches: list[TouchView]
    drafts: dict[Literal["reply", "note"], list[KeptDraft]] = Field(description="the newest first")
    can_reply: bool = Field(description="false where the channel has no way back; notes are always possible")
    reply: ReplyView | None = Field(None, description="where the way back is mail; null elsewhere")
    texting: TextingView | None = Field(None, description="where the way back is SMS or WhatsApp; null elsewhere")
    callback: CallbackView | None = Field(None, description="the customer is to be called back, or was; null elsewhere")
    extensions: int = Field(0, description="how often its queue lets the wrap-up be made longer")
    suggestions: list[SuggestionView] = []
    linked: list[Card] = Field([], description="interactions that this one follows, or that follow it")


class Head(Wire):
    """Fingerprint of all that a desk should hold; a desk that differs fetches a snapshot."""

    cards: int
    sum: int = Field(description="sum over cards of crc32('<id>:<version>'), modulo 2^32")
    me: int = Field(description="version of the agent")


class QueueFigures(Wire):
    """One queue, now and today. Ages are computed from `oldest_at` by the screen, with the server's time."""

    queue: str
    waiting: int
    oldest_at: datetime | None
    oldest_id: UUID | None
    offered: int
    active: int
    wrapping: int
    held: int = Field(description="parked, or waiting for the customer")
    ready: int = Field(description="agents with room for the smallest item that waits, or for anything when none does")
    staff: int
    answered: int = Field(description="accepted today, of those that came today (n of the service level)")
    answered_in_time: int
    late_waiting: int = Field(description="still waiting, and past the service level already")
    service_level: float | None = Field(
        description="answered in time / (answered + waiting beyond the limit + abandoned); null when n is 0"
    )
    abandoned: int
    closed: int
    breached: int = Field(0, description="open, and a promised time is over")
    at_risk: int = Field(0, description="open, and warned about")


class Snapshot(Wire):
    """All that a desk holds, read in one transaction."""

    now: datetime
    me: AgentView
    cards: list[Card]
    queues: list[QueueView]
    figures: list[QueueFigures]
    head: Head


class Say(Wire):
    id: UUID = Field(description="made by the writer; a retry carries the same and is stored once")
    text: Text
    files: Annotated[list[UUID], Field(max_length=20)] = []
    mail: MailDraft | None = Field(None, description="of a mail: recipients, subject; without it a plain reply")
    seen: int | None = Field(None, ge=0, description=(
        "version of the interaction that the writer has read; 409 `stale` when the customer wrote since then"))
    sheet: Sheet | None = Field(None, description="the draft that this was; left out: all that I keep of its kind here")
    template: TemplateUse | None = Field(None, description="of WhatsApp: the text is this agreed one, filled in")


class DecideSuggestion(Wire):
    other_id: UUID
    accept: bool


class Decline(Wire):
    reason: Line


class WrapUp(Wire):
    disposition: Line
    note: Text = ""
    follow_up_at: Moment | None = Field(None, description="the item comes back to its queue then")


class Park(Wire):
    until: Moment
    reason: Line = ""


class WaitFor(Wire):
    minutes: Annotated[int, Field(ge=1, le=60 * 24 * 60)]


class Requeue(Wire):
    reason: Line
    queue: str | None = None
    agent: UUID | None = None


class Escalate(Wire):
    """One step up the ladder of its queue."""

    reason: Line


class Prioritise(Wire):
    priority: Annotated[int, Field(ge=-10, le=10)]
    reason: Line


class LoggedContact(Wire):
    """A contact that an agent logs by hand: a call elsewhere, a fax, a letter, a visit at the counter."""

    id: UUID = Field(description="made by the writer; a retry carries the same and is stored once")
    kind: ContactKind
    direction: Literal["in", "out"] = "in"
    customer_id: UUID | None = None
    name: Line = ""
    email: Line = ""
    phone: Line = ""
    at: Moment = Field(description="when it happened; may lie in the past, and both times are kept")
    text: Text
    files: Annotated[list[UUID], Field(max_length=20)] = []
    follow_up: str | None = Field(None, description="queue that shall deal with it; without one it is closed at once")
    disposition: Line | None = None


class EditCustomer(Wire):
    name: Line
    language: Literal["en", "zh-Hans"] | None = None
    version: int = Field(ge=1, le=2_147_483_647)


class Page(Wire, Generic[T]):
    items: list[T]
    next: str | None = Field(None, description="pass it as `after` for the next page; null at the end")
    total: int | None = None


class Hit(Wire):
    """One finding of the search."""

    kind: Literal["customer", "message", "note"]
    customer_id: UUID
    customer_name: str
    interaction_id: UUID | None
    reference: str | None
    excerpt: str
    at: datetime


class LedgerRow(Wire):
    """received = stored + duplicate + quarantined + refused; anything else is unaccounted and an alarm."""

    source: str
    received: int
    stored: int
    duplicate: int
    quarantined: int
    refused: int
    refusals: dict[str, int]
    unaccounted: int
    last_at: datetime | None


class MailboxLedgerRow(Wire):
    """Of one mailbox: uids = stored + duplicate + quarantined + failing; anything else is unaccounted and an alarm."""

    mailbox: str
    uids: int
    stored: int
    duplicate: int
    quarantined: int
    failing: int = Field(description="tried, and to be tried again")
    unaccounted: int
    verified_at: datetime | None = Field(description="the last time that it was compared with what lies there")
    present: int | None = Field(description="mails that lay there then, of those that are ours to have")
    missing: int | None = Field(description="of these, not in the ledger then: fetched at once")
    problem: str | None = Field(description="code of what keeps mail from coming now")


class Ledger(Wire):
    rows: list[LedgerRow]
    mailboxes: list[MailboxLedgerRow] = Field(description="those that mail is fetched from, mail by mail")
    undecided: int = Field(description="arrivals in quarantine that wait for a human's decision")
    unaccounted: int
    misplaced: list[UUID] = Field(description="open interactions that are not in exactly one place: must be empty")
    outbox_pending: int
    outbox_oldest_at: datetime | None
    unconfirmed: int
    now: datetime


class Floor(Wire):
    """The supervisor's screen."""

    now: datetime
    figures: list[QueueFigures]
    agents: list[AgentView]
    ledger: Ledger


# --- events of the socket, namespace /desk --------------------------------------------------------------------------


class CardEvent(Wire):
    """`card`: an interaction moved. `card` null: it left my desk. A jump in `version` means: fetch it."""

    id: UUID
    version: int
    card: Card | None
    touch: TouchView | None


class MessageEvent(Wire):
    """`message`: what became of a message that was sent."""

    interaction_id: UUID
    message_id: UUID
    state: MessageState
    error: str | None = None


class AgentEvent(Wire):
    """`agent`: somebody's presence or load changed; sent to the agent and to supervisors."""

    agent: AgentView


class FiguresEvent(Wire):
    """`figures`: the queues moved."""

    now: datetime
    figures: list[QueueFigures]


class HeartbeatEvent(Wire):
    """`heartbeat`: every ten seconds, so that a silent loss is noticed."""

    now: datetime
    head: Head


class TypingEvent(Wire):
    """`typing`: the customer, or a colleague, is typing. Not kept."""

    interaction_id: UUID
    who: str
    on: bool


class ClockEvent(Wire):
    """`clock`: another promise matters most now, or none (null)."""

    interaction_id: UUID
    clock: Clock | None


class Events(Wire):
    """Event name -> payload, for generated types."""

    card: CardEvent
    message: MessageEvent
    agent: AgentEvent
    figures: FiguresEvent
    heartbeat: HeartbeatEvent
    typing: TypingEvent
    clock: ClockEvent
    call: CallEvent
