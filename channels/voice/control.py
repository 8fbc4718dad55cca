"""What a call is now, and what has to be said to the provider: both follow from facts and decisions alone.

The control is level-triggered: it compares what should be with what is known to be, and names the commands that lead
from one to the other. An event that never came, came twice or came late changes only when a command is named, never
which. Each command has an id that stays the same as long as the facts behind it do, so that it is given out once.

Rules of Twilio's conferences that shape it (pages of its documentation: voice/twiml/conference and
voice/api/conference-participant-resource): a room is born when somebody is dialled into it; the customer's flag
`endConferenceOnExit` must be off while more than one other person is there, and cannot be changed while he is held.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from channels.voice.call import RANK, TALKS, Call, Flag, Leg, Record

Phase = Literal[
    "menu", "queued", "offering", "connecting", "talking", "held", "consulting", "orphaned", "ending", "ended"
]
Outcome = Literal[
    "abandoned_in_menu", "abandoned_in_queue", "abandoned_while_ringing", "talked", "abandoned_after_talk",
    "busy", "no_answer", "failed", "called_off",  # of calls to customers
]

SUPERVISOR = "supervisor-"  # how the names of supervisors' legs begin
GRACE = timedelta(seconds=15)  # an agent whose browser was reloaded is back by then
CONNECTING = timedelta(seconds=10)
RINGING = timedelta(seconds=15)  # an answer of which both reports were lost is found by then
TALKING = timedelta(seconds=60)
ENDING = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Create:
    """Call `leg` and let it into its room. Not repeatable: an unknown outcome is looked up by the leg's label."""

    id: str
    leg: str


@dataclass(frozen=True, slots=True)
class End:
    """Hang up. `answered`: False cancels a leg that rings. One that is gone already counts as done."""

    id: str
    leg: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Connect:
    """Take the customer out of line and into the room."""

    id: str
    room: int


@dataclass(frozen=True, slots=True)
class SendBack:
    """Take the customer out of wherever he is and put him into line."""

    id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Take the customer out of the room, and ask him how it was."""

    id: str


@dataclass(frozen=True, slots=True)
class SetFlag:
    """`whom`: the leg that a coaching supervisor whispers to."""

    id: str
    leg: str
    flag: Flag
    value: bool
    whom: str = ""


@dataclass(frozen=True, slots=True)
class Comfort:
    """Tell a customer who was left alone that somebody will be with him again: he never hears silence."""

    id: str
    room: int


@dataclass(frozen=True, slots=True)
class SetRecording:
    """`cut`: of a pause: its time is left out; otherwise silence stands for what was said meanwhile."""

    id: str
    state: Record
    cut: bool = False


Command = Create | End | Connect | SendBack | Ask | SetFlag | Comfort | SetRecording


def phase(call: Call) -> Phase:
    if call.customer.over or (call.closing and call.customer.state == "planned"):
        return "ended"
    if call.closing or call.asked_at:
        return "ending"
    partners = _partners(call)
    if _in_room(call):
        if not any(leg.present for leg in partners):
            return "connecting" if partners else "orphaned"
        if _consulted(call):
            return "consulting"
        return "held" if call.hold else "talking"
    if any(leg.present for leg in partners):
        return "connecting"
    if partners:
        return "offering"
    if any(room > call.closed_rooms for room in call.customer.inside):
        return "orphaned"  # out of the room, and not back in line
    return "queued" if call.queued_at else "menu"


def outcome(call: Call) -> Outcome:
    """What has become of it when it has ended."""
    if call.unanswered:
        state = call.customer.state
        return state if state in ("busy", "no_answer", "failed") else "called_off"
    room = call.customer.room
    others = [leg for leg in call.legs.values() if leg.role != "customer"]
    if room and any(leg.dialled == room and leg.answered_at for leg in others):
        return "talked" if room > call.closed_rooms else "abandoned_after_talk"
    if call.queued_at is None:
        return "abandoned_in_menu"
    rung = any(leg.role == "partner" and leg.dialled > call.closed_rooms and leg.wanted and not _before(leg, call)
               for leg in others)
    return "abandoned_while_ringing" if rung else "abandoned_in_queue"


def _before(leg: Leg, call: Call) -> bool:
    """It was over before the customer went."""
    end = call.customer.ended_at
    return leg.ended_at is not None and end is not None and leg.ended_at < end


def due(call: Call) -> tuple[Command, ...]:
    """What must be said to the provider and was not yet, in the order in which it should be said."""
    return tuple(command for command in _all(call) if command.id not in call.issued)


def standing(call: Call, command_id: str) -> Command | None:
    """The command of that id, if what it is for still holds; None when facts have overtaken it."""
    return next((command for command in _all(call) if command.id == command_id), None)


def meeting(call: Call) -> int | None:
    """The room that the customer is in or is expected in; None while nobody talks with him."""
    return call.customer.room if _in_room(call) else _meeting(call)


def next_look(call: Call) -> datetime | None:
    """When the provider must be asked how things stand, or the hub must decide, if nothing is heard until then."""
    now = phase(call)
    rings = [leg for leg in call.legs.values() if leg.wanted and not leg.over and RANK[leg.state] < TALKS]
    moments = [min(leg.ring_until, leg.planned_at + RINGING) for leg in rings]
    answered = [leg.answered_at for leg in _partners(call) if leg.answered_at]
    if now == "connecting" and answered:
        moments.append(max(answered) + CONNECTING)
    if now in ("talking", "held", "consulting"):
        moments.append(max([*answered, *_moves(call)]) + TALKING)
    if now in ("menu", "queued") and call.customer.answered_at:  # he may have gone, and no report came of it
        moments.append(max(call.customer.answered_at, call.queued_at or call.customer.answered_at) + TALKING)
    if now == "orphaned":
        moments.append(_alone_since(call) + GRACE)
    if call.record == "paused" and call.resumes_at and now != "ended":
        moments.append(call.resumes_at)
    if call.asked_at and now == "ending":
        moments.append(call.asked_until)
    if now == "ended" and call.customer.ended_at and any(not leg.over and leg.sid for leg in call.legs.values()):
        moments.append(call.customer.ended_at + ENDING)
    return min(moments, default=None)


def abandoned_by_partners(call: Call, now: datetime) -> bool:
    """The customer has been alone for so long that he goes back into line, before all others."""
    return phase(call) == "orphaned" and now >= _alone_since(call) + GRACE


# --- what should be -------------------------------------------------------------------------------------------------


def _all(call: Call) -> Iterator[Command]:
    over = call.customer.over or call.closing
    if call.asked_at and not over:
        yield Ask("ask")  # before the others are let go, so that he hears no end of the room
    yield from _lines(call, over)
    if over:
        return
    if not call.asked_at:
        yield from _his_place(call)
    yield from _recording(call)


def _lines(call: Call, over: bool) -> Iterator[Command]:
    """Who is to be called, and who is to be let go."""
    for leg in call.legs.values():
        if leg.over or (leg.role == "customer" and not call.closing):
            if leg.state == "planned" and _waited_for(call):
                yield Create(f"create:{leg.id}", leg.id)
            continue
        if over or not _wanted(call, leg):
            yield from _end(call, leg)
        elif leg.state == "planned":
            yield Create(f"create:{leg.id}", leg.id)


def _his_place(call: Call) -> Iterator[Command]:
    """Where the customer should be, and how it is there."""
    if call.returned:
        yield SendBack(f"back:{call.returned}")
    yield from _joining(call)
    if _in_room(call):
        yield from _together(call)


def _waited_for(call: Call) -> bool:
    """Somebody is in the room that the customer is to be called into."""
    return any(leg.present and leg.room == call.customer.dialled for leg in _partners(call))


def _end(call: Call, leg: Leg) -> Iterator[Command]:
    """What was never created needs no end; what was created, but has no name yet, is ended when it has one."""
    if leg.sid:
        answered = leg.state == "in_progress"
        yield End(f"end:{leg.id}:{'answered' if answered else 'ringing'}", leg.id, answered)


def _joining(call: Call) -> Iterator[Command]:
    room = None if call.unanswered else _meeting(call)
    if room is not None and room not in call.customer.inside:
        yield Connect(f"connect:{room}", room)


def _together(call: Call) -> Iterator[Command]:
    customer, partners = call.customer, [leg for leg in _partners(call) if leg.present]
    consulted = _consulted(call)
    yield from _flag(customer, "held", bool(partners) and (call.hold or bool(consulted)))
    others = len(partners) + sum(leg.present for leg in consulted)
    if not customer.flag("held"):  # the provider takes it while he is held, and does nothing
        yield from _flag(customer, "ends_room", others <= 1, unless_said=True)
    for leg in partners:
        yield from _flag(leg, "muted", leg.muted)
        if leg.id.startswith(SUPERVISOR):  # who listened before he took over talks now
            yield from _flag(leg, "coaching", False)
    for leg in call.of("supervisor"):
        if leg.present and partners:
            yield from _flag(leg, "muted", leg.mode == "listen")
            yield from _flag(leg, "coaching", leg.mode == "whisper", whom=partners[0].id)
    if not partners and not _partners(call):
        yield Comfort(f"comfort:{customer.room}:{len(call.legs)}", customer.room)


def _recording(call: Call) -> Iterator[Command]:
    """Only what is talked is recorded: on hold, in line and while somebody is asked, it rests."""
    rests = call.record == "on" and phase(call) != "talking"
    wanted = "paused" if rests else call.record
    if wanted != call.recorded and not (wanted == "paused" and call.recorded == "off"):
        yield SetRecording(f"record:{call.recordings}:{wanted}", wanted, cut=rests)


def _flag(leg: Leg, flag: Flag, wanted: bool, *, unless_said: bool = False, whom: str = "") -> Iterator[Command]:
    """`unless_said`: how the flag stands as long as nobody said anything of it."""
    known = leg.flags.get((leg.room, flag))
    if (known.value if known else unless_said) != wanted:
        yield SetFlag(f"{flag}:{leg.id}:{leg.room}:{known.seq if known else 0}:{wanted}", leg.id, flag, wanted, whom)


def _wanted(call: Call, leg: Leg) -> bool:
    """Whoever has left, answers after his time, or is in another room than the customer, is let go."""
    if not leg.wanted or not leg.in_time or leg.gone:
        return False
    meeting = call.customer.room if _in_room(call) else _meeting(call)
    return meeting is None or not leg.present or leg.room == meeting


def _meeting(call: Call) -> int | None:
    """The room where somebody waits for the customer: of several, whoever answered first."""
    if _in_room(call):
        return None
    waiting = [leg for leg in call.of("partner") if leg.present and leg.wanted and leg.in_time]
    return min(waiting, key=lambda leg: (leg.answered_at or leg.planned_at, leg.id)).room if waiting else None


def _in_room(call: Call) -> bool:
    return call.customer.present and call.customer.room > call.closed_rooms


def _partners(call: Call) -> tuple[Leg, ...]:
    return tuple(leg for leg in call.of("partner") if _wanted(call, leg))


def _consulted(call: Call) -> tuple[Leg, ...]:
    return tuple(leg for leg in call.of("consult") if _wanted(call, leg))


def _moves(call: Call) -> list[datetime]:
    return [leg.moved_at for leg in call.legs.values() if leg.moved_at]


def _alone_since(call: Call) -> datetime:
    gone = [leg.ended_at or leg.moved_at for leg in call.legs.values() if leg.role != "customer"]
    return max([moment for moment in gone if moment], default=call.customer.moved_at or call.customer.planned_at)
