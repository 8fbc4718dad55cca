"""Who hears whom, and what else: what tests assert about a conversation."""

from typing import TYPE_CHECKING

from simulator.telephony.conferences import Conference, Participant
from simulator.telephony.legs import Leg

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

Matrix = dict[str, frozenset[str]]


def audibility(exchange: "Exchange") -> Matrix:
    """For each live leg: SIDs of the legs it hears, and the kind of sound that is played to it, if any."""
    found: dict[str, set[str]] = {sid: set() for sid, leg in exchange.legs.items() if leg.live}
    for sid, heard in found.items():
        leg = exchange.legs[sid]
        if leg.away:
            continue
        if leg.playing is not None:
            heard.add(leg.playing.kind)
        if leg.peer is not None and leg.peer.live and not leg.peer.away:
            heard.add(leg.peer.sid)
    for conference in exchange.conferences.values():
        for listener in conference.joined:
            found.setdefault(listener.leg.sid, set()).update(_heard_in(conference, listener))
    return {sid: frozenset(heard) for sid, heard in found.items()}


def _heard_in(conference: Conference, listener: Participant) -> set[str]:
    if conference.status != "in-progress" or listener.hold or listener.leg.away:
        return set()
    return {one.leg.sid for one in conference.joined if one is not listener and _reaches(one, listener)}


def _reaches(speaker: Participant, listener: Participant) -> bool:
    """Muted and held people and those without a network are heard by nobody, a coach by the one he coaches."""
    if speaker.muted or speaker.hold or speaker.leg.away:
        return False
    return not speaker.coaching or speaker.coach == listener.leg.sid


def speak_up(leg: Leg, text: str) -> None:
    """A party says something: to everybody who hears him, or else to the verb that listens or records."""
    if leg.away:
        return
    listeners = [leg.exchange.legs[sid] for sid, heard in audibility(leg.exchange).items() if leg.sid in heard]
    for listener in listeners:
        listener.overhear(leg.label or leg.sid, text)
    if not listeners and leg.place in {"document", "record"}:
        leg.speak(text)


def in_silence(exchange: "Exchange", leg: Leg) -> bool:
    """Nobody and nothing to hear."""
    return not audibility(exchange).get(leg.sid)
