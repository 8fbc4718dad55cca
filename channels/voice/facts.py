"""What the provider says of a call, merged so that order and repetition make no difference.

The state of a leg only climbs; of a leg's place and flags the report with the highest sequence number stands.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from channels.voice.call import OVER, RANK, TALKS, Call, Flag, Leg, LegState, Record, Seen


@dataclass(frozen=True, slots=True)
class LegSeen:
    """A status callback, the answer to a create, or what the reconciler read."""

    leg: str
    state: LegState
    at: datetime
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A leg came into a room, or left it."""

    leg: str
    room: int
    seq: int
    inside: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Flagged:
    leg: str
    room: int
    seq: int
    flag: Flag
    value: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """The provider took a command about the recording; it sends no event of its own for a pause. `sid`: of the one
    that was begun."""

    state: Record
    sid: str = ""


Fact = LegSeen | Moved | Flagged | Recorded


def observe(call: Call, fact: Fact) -> Call:
    """The call with what is now known of it. What is older than that, or of no leg of ours, changes nothing."""
    if isinstance(fact, Recorded):
        if fact.state == call.recorded and fact.sid in ("", call.recording_sid):
            return call
        return replace(call, recorded=fact.state, recording_sid=fact.sid or call.recording_sid,
                       recordings=call.recordings + 1)
    leg = call.legs.get(fact.leg)
    if leg is None:
        return call
    return replace(call, legs={**call.legs, leg.id: _told(leg, fact)})


def _told(leg: Leg, fact: LegSeen | Moved | Flagged) -> Leg:
    match fact:
        case LegSeen():
            return _seen(leg, fact)
        case Moved():
            return _moved(leg, fact)
        case Flagged():
            return _flagged(leg, fact)


def _seen(leg: Leg, fact: LegSeen) -> Leg:
    known = replace(leg, sid=fact.sid) if fact.sid and not leg.sid else leg
    if fact.state == "in_progress" and (leg.answered_at is None or fact.at < leg.answered_at):
        known = replace(known, answered_at=fact.at)
    if RANK[fact.state] < OVER:
        return replace(known, state=fact.state) if RANK[fact.state] > RANK[leg.state] else known
    if leg.ended_at is None or (fact.at, fact.state) < (leg.ended_at, leg.state):  # two ends: the first one was it
        return replace(known, state=fact.state, ended_at=fact.at)
    return known


def _moved(leg: Leg, fact: Moved) -> Leg:
    """Whoever is in a room has answered, even if that report was lost."""
    if fact.inside and (leg.answered_at is None or fact.at < leg.answered_at):
        leg = replace(leg, answered_at=fact.at)
    if fact.inside and RANK[leg.state] < TALKS:
        leg = replace(leg, state="in_progress")
    known = leg.inside.get(fact.room)
    if known is not None and fact.seq <= known.seq:
        return leg
    return replace(leg, inside={**leg.inside, fact.room: Seen(fact.seq, fact.inside, fact.at)})


def _flagged(leg: Leg, fact: Flagged) -> Leg:
    which = fact.room, fact.flag
    known = leg.flags.get(which)
    if known is not None and fact.seq <= known.seq:
        return leg
    return replace(leg, flags={**leg.flags, which: Seen(fact.seq, fact.value, fact.at)})
