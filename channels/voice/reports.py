"""PURE: what the provider reports, as facts. Words that are not known are no facts; the report is kept all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from channels.voice.call import Flag, LegState
from channels.voice.facts import Fact, Flagged, LegSeen, Moved

Fields = Mapping[str, str]
STATES: Mapping[str, LegState] = {
    "queued": "queued", "initiated": "initiated", "ringing": "ringing", "in-progress": "in_progress",
    "completed": "completed", "busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "canceled",
}  # fmt: skip
_FLAGS: Mapping[str, Flag] = {
    "Muted": "muted", "Hold": "held", "Coaching": "coaching", "EndConferenceOnExit": "ends_room"}
_SAID = {"participant-join": True, "participant-leave": False}


def of_leg(leg: str, fields: Fields, now: datetime) -> tuple[Fact, ...]:
    """A status callback, or whatever else carries CallSid and CallStatus."""
    state = STATES.get(fields.get("CallStatus", ""))
    return (LegSeen(leg, state, moment(fields, now), fields.get("CallSid", "")),) if state else ()


def of_room(room: int, fields: Fields, now: datetime) -> tuple[Fact, ...]:
    """A conference's callback about one participant: where he is, and how his flags stand."""
    label, event, seq = fields.get("ParticipantLabel", ""), fields.get("StatusCallbackEvent", ""), _number(fields)
    if not label or seq is None or not event.startswith("participant-"):
        return ()
    return tuple(_about(label, room, seq, event, fields, moment(fields, now)))


def _about(label: str, room: int, seq: int, event: str, fields: Fields, at: datetime) -> Iterator[Fact]:
    if event in _SAID:
        yield Moved(label, room, seq, _SAID[event], at)
    for name, flag in _FLAGS.items():
        if fields.get(name) in ("true", "false"):
            yield Flagged(label, room, seq, flag, fields[name] == "true", at)


def of_call(leg: str, body: Mapping[str, Any], now: datetime) -> tuple[Fact, ...]:
    """What a reading of the call says. `now`: where the provider names no moment."""
    state = STATES.get(str(body.get("status", "")))
    if state is None:
        return ()
    at = _date(body.get("end_time")) if state in ("completed", "busy", "no_answer", "failed", "canceled") else None
    if state == "in_progress":
        at = _date(body.get("start_time"))
    return (LegSeen(leg, state, at or now, str(body.get("sid", ""))),)


def moment(fields: Fields, now: datetime) -> datetime:
    """When it happened, as the provider says."""
    return _date(fields.get("Timestamp")) or now


def _date(text: object) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _number(fields: Fields) -> int | None:
    text = fields.get("SequenceNumber", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def key(kind: str, fields: Fields, once: str, path: str) -> str:
    """The natural key of a request; "" where each is one of its own (a document that is asked for again and again)."""
    sid = fields.get("CallSid", "")
    if kind == "leg":
        return f"leg:{sid}:{fields.get('SequenceNumber', '')}:{fields.get('CallStatus', '')}"
    if kind == "room":
        return f"room:{fields.get('ConferenceSid', '')}:{fields.get('SequenceNumber', '')}"
    if kind == "status":
        return f"status:{sid}:{fields.get('CallStatus', '')}"
    if kind == "recording":
        return f"recording:{fields.get('RecordingSid', '')}:{fields.get('RecordingStatus', '')}"
    return f"once:{once}:{path}" if once else ""


SPOKEN, OURS = "RecordVerb", "StartCallRecordingAPI"  # a caller spoke after the tone; the hub asked for it


@dataclass(frozen=True, slots=True)
class Recording:
    """What was spoken. `url` as the provider names it, without the ending that says which kind of file is wanted.
    `source`: what began it, in the provider's words."""

    sid: str
    url: str
    seconds: int
    source: str = SPOKEN


def of_recording(fields: Fields) -> Recording | None:
    """A recording that there is; None while it runs, and where it was lost or holds nothing."""
    url, seconds = fields.get("RecordingUrl", ""), fields.get("RecordingDuration", "")
    if fields.get("RecordingStatus", "completed") != "completed" or not url or not seconds.isdecimal():
        return None
    sid = fields.get("RecordingSid") or url.rpartition("/")[2]
    return Recording(sid, url, int(seconds), fields.get("RecordingSource") or SPOKEN)


def absent(fields: Fields) -> str:
    """The SID of a recording that holds nothing, or was lost; "" for any other report."""
    return fields.get("RecordingSid", "") if fields.get("RecordingStatus") == "absent" else ""


def identity(agent_id: str) -> str:
    """The identity of an agent's softphone: letters, digits and underscore."""
    return "agent_" + agent_id.replace("-", "")
