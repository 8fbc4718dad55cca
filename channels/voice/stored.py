"""A call as plain data, and back: what lies in the database is exactly what the pure call needs."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from channels.voice.call import Call, Leg, Seen
from channels.voice.callback import Talk
from channels.voice.menu import Place

Data = dict[str, Any]


def dump(call: Call) -> Data:
    """JSON-ready; `load` makes the same call of it."""
    plain = {name: getattr(call, name) for name in ("id", "rooms", "closed_rooms", "returned", "hold", "record",
                                                    "recorded", "recording_sid", "recordings", "unrecorded",
                                                    "closing", "outgoing")}
    moments = {name: _at(getattr(call, name)) for name in ("queued_at", "resumes_at", "asked_at")}
    return {**plain, **moments, "issued": sorted(call.issued), "legs": [_leg(leg) for leg in call.legs.values()]}


def load(data: Mapping[str, Any]) -> Call:
    legs = [_as_leg(one) for one in data["legs"]]
    return Call(**{**data, "queued_at": _moment(data["queued_at"]), "resumes_at": _moment(data.get("resumes_at")),
                   "asked_at": _moment(data.get("asked_at")),
                   "issued": frozenset(data["issued"]), "legs": {leg.id: leg for leg in legs}})


def dump_place(place: Place) -> Data:
    return {"step": place.step, "language": place.language, "number": place.number, "tries": place.tries,
            "path": [list(one) for one in place.path], "collected": dict(place.collected), "told": place.told,
            **({"talk": asdict(place.talk)} if place.talk else {}),
            **({"message": place.message} if place.message else {})}


def load_place(data: Mapping[str, Any]) -> Place:
    talk = Talk(**data["talk"]) if data.get("talk") else None
    return Place(**{**data, "path": tuple((step, key) for step, key in data["path"]), "talk": talk})


def _leg(leg: Leg) -> Data:
    plain = {name: getattr(leg, name) for name in ("id", "role", "who", "dialled", "ring_seconds", "wanted", "sid",
                                                   "state", "mode")}
    muted = {"muted": True} if leg.muted else {}
    return {**plain, **muted, "planned_at": _at(leg.planned_at), "answered_at": _at(leg.answered_at),
            "ended_at": _at(leg.ended_at),
            "inside": [[room, *_seen(seen)] for room, seen in leg.inside.items()],
            "flags": [[room, flag, *_seen(seen)] for (room, flag), seen in leg.flags.items()]}


def _as_leg(data: Mapping[str, Any]) -> Leg:
    moments = {name: _moment(data[name]) for name in ("planned_at", "answered_at", "ended_at")}
    return Leg(**{**data, **moments,
                  "inside": {room: _as_seen(*seen) for room, *seen in data["inside"]},
                  "flags": {(room, flag): _as_seen(*seen) for room, flag, *seen in data["flags"]}})


def _seen(seen: Seen) -> tuple[int, bool, str | None]:
    return seen.seq, seen.value, _at(seen.at)


def _as_seen(seq: int, value: bool, at: str) -> Seen:
    return Seen(seq, value, datetime.fromisoformat(at))


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
