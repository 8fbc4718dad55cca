"""What the hub wants of a call, in the order in which it wanted it."""

from dataclasses import dataclass, replace
from datetime import datetime

from channels.voice.call import Call, Leg, Mode, Record, Role


@dataclass(frozen=True, slots=True)
class Queued:
    """The customer was told to wait in line."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Dialled:
    """Somebody is to be called, into the customer's room, or into a new one while he waits elsewhere."""

    leg: str
    role: Role
    who: str
    at: datetime
    ring_seconds: float = 30
    mode: Mode = "listen"


@dataclass(frozen=True, slots=True)
class RingCustomer:
    """Our own is on the line: now the customer's telephone shall ring, in the same room."""

    at: datetime
    ring_seconds: float


@dataclass(frozen=True, slots=True)
class Released:
    """The hub lets a leg go: the offer was withdrawn or declined, the agent hung up, a consultation ended."""

    leg: str


@dataclass(frozen=True, slots=True)
class Promoted:
    """Who was consulted talks with the customer from now on: a warm transfer, or a conference of three."""

    leg: str


@dataclass(frozen=True, slots=True)
class HoldWanted:
    value: bool


@dataclass(frozen=True, slots=True)
class ModeWanted:
    leg: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class MuteWanted:
    """Nobody hears him, as he wishes, or they do again."""

    leg: str
    value: bool


@dataclass(frozen=True, slots=True)
class RecordWanted:
    """`resumes_at`: when a pause ends by itself. `for_good`: no policy begins it again."""

    state: Record
    resumes_at: datetime | None = None
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """The customer goes back into line, away from everybody."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """Everybody is hung up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The customer alone stays on the line, and is asked how it was."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """Commands that were given out, so that they are not given out again."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A command that surely did nothing may be given out once more. How often is the outbox's budget."""

    id: str


OfLeg = Released | Promoted | ModeWanted | MuteWanted
Wish = HoldWanted | RecordWanted | Closed
Decision = Queued | Dialled | RingCustomer | OfLeg | Wish | Returned | Asked | Issued | Forgotten


def decide(call: Call, decision: Decision) -> Call:
    """The call with what the hub wants of it. Raises `ValueError` for a leg that is unknown, or dialled twice."""
    match decision:
        case Queued(at):
            return replace(call, queued_at=at)
        case Dialled():
            return _dialled(call, decision)
        case RingCustomer():
            return _ring(call, decision)
        case Released() | Promoted() | ModeWanted() | MuteWanted():
            return _of_leg(call, decision)
        case Returned(at):
            return _returned(call, at)
        case Asked(at):
            return _asked(call, at)
        case Issued(ids):
            return replace(call, issued=call.issued | ids)
        case Forgotten(name):
            return replace(call, issued=call.issued - {name})
        case HoldWanted() | RecordWanted() | Closed():
            return _wish(call, decision)


def _of_leg(call: Call, decision: OfLeg) -> Call:
    leg = call.legs.get(decision.leg)
    if leg is None:
        raise ValueError(f"call {call.id}: there is no leg {decision.leg}")
    match decision:
        case Released():
            leg = replace(leg, wanted=False)
        case Promoted():
            leg = replace(leg, role="partner")
        case ModeWanted(mode=mode):
            leg = replace(leg, mode=mode)
        case MuteWanted(value=value):
            leg = replace(leg, muted=value)
    return replace(call, legs={**call.legs, leg.id: leg})


def _wish(call: Call, decision: Wish) -> Call:
    match decision:
        case HoldWanted(value):
            return replace(call, hold=value)
        case RecordWanted(state, resumes_at, for_good):
            changes = int(state != call.record)
            return replace(call, record=state, resumes_at=resumes_at, unrecorded=for_good,
                           recordings=call.recordings + changes)
        case Closed():
            return replace(call, closing=True)


def begun(call_id: str, number: str, sid: str, at: datetime) -> Call:
    """A call that has just come in and is answered by a menu."""
    customer = Leg("customer", "customer", number, at, sid=sid, state="in_progress", answered_at=at)
    return Call(call_id, {customer.id: customer})


def called_out(call_id: str, number: str, at: datetime) -> Call:
    """A call of ours to a customer: nobody is on the line yet."""
    customer = Leg("customer", "customer", number, at)
    return Call(call_id, {customer.id: customer}, outgoing=True)


def _ring(call: Call, wanted: RingCustomer) -> Call:
    room = next((leg.room for leg in call.of("partner") if leg.present), 0)
    customer = replace(call.customer, dialled=room, planned_at=wanted.at, ring_seconds=wanted.ring_seconds)
    return replace(call, legs={**call.legs, customer.id: customer})


def _dialled(call: Call, wanted: Dialled) -> Call:
    if wanted.leg in call.legs:
        raise ValueError(f"call {call.id}: leg {wanted.leg} is dialled already")
    customer = call.customer
    beside = customer.present and customer.room > call.closed_rooms
    rooms = call.rooms if beside else call.rooms + 1
    # Whoever was the last to talk with the customer, and is called again, has only reloaded his page.
    before = [leg.muted and leg.who == wanted.who for leg in call.legs.values() if leg.role == "partner"]
    leg = Leg(wanted.leg, wanted.role, wanted.who, wanted.at, dialled=customer.room if beside else rooms,
              ring_seconds=wanted.ring_seconds, mode=wanted.mode, muted=bool(before and before[-1]))
    return replace(call, rooms=rooms, legs={**call.legs, leg.id: leg})


def _asked(call: Call, at: datetime) -> Call:
    legs = {leg.id: leg if leg.role == "customer" else replace(leg, wanted=False) for leg in call.legs.values()}
    return replace(call, legs=legs, asked_at=at, hold=False)


def _returned(call: Call, at: datetime) -> Call:
    legs = {leg.id: leg if leg.role == "customer" else replace(leg, wanted=False) for leg in call.legs.values()}
    return replace(
        call, legs=legs, closed_rooms=call.rooms, queued_at=at, returned=call.returned + 1, hold=False)
