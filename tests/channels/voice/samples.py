"""Calls to look at: facts and decisions in few words."""

from datetime import UTC, datetime, timedelta

from channels.voice.call import Call, Flag, LegState, Role
from channels.voice.control import Command, due
from channels.voice.decisions import Decision, Dialled, Issued, Queued, begun, decide
from channels.voice.facts import Fact, Flagged, LegSeen, Moved, observe

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def incoming() -> Call:
    return begun("call-1", "+491701234567", "CA1", START)


def waiting() -> Call:
    return decide(incoming(), Queued(at(3)))


def dialled(leg: str, seconds: float, role: Role = "partner", ring: float = 20) -> Dialled:
    return Dialled(leg, role, f"who-{leg}", at(seconds), ring)


def seen(leg: str, state: LegState, seconds: float, sid: str = "") -> LegSeen:
    return LegSeen(leg, state, at(seconds), sid or f"CA-{leg}")


def came(leg: str, room: int, seq: int, seconds: float = 9) -> Moved:
    return Moved(leg, room, seq, True, at(seconds))


def left(leg: str, room: int, seq: int, seconds: float = 60) -> Moved:
    return Moved(leg, room, seq, False, at(seconds))


def flag(leg: str, name: Flag, value: bool, seq: int, room: int = 1) -> Flagged:
    return Flagged(leg, room, seq, name, value, at(seq))


def after(call: Call, *happened: Fact | Decision) -> Call:
    for one in happened:
        call = observe(call, one) if isinstance(one, Fact) else decide(call, one)
    return call


def given_out(call: Call) -> tuple[Call, list[Command]]:
    """The commands that are due, and the call once they are on their way."""
    commands = list(due(call))
    return decide(call, Issued(frozenset(command.id for command in commands))), commands


def offering() -> Call:
    call, _ = given_out(after(waiting(), dialled("a1", 5)))
    return after(call, seen("a1", "ringing", 6))


def talking() -> Call:
    call, _ = given_out(after(offering(), seen("a1", "in_progress", 8), came("a1", 1, 1, 8)))
    call, _ = given_out(after(call, came("customer", 1, 2, 9)))
    return call
