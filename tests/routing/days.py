"""Small recorded days."""

from typing import Any
from uuid import UUID

PLAIN: dict[str, Any] = {"format": 1, "queues": [{"id": "help", "target_minutes": 1}, {"id": "sales"}],
                         "default": {"queue": "help"}}  # fmt: skip
VIPS_FIRST = {**PLAIN, "rules": [{"id": "vip", "name": "VIPs", "when": "vip",
                                  "place": {"queue": "help", "priority": 5}}]}  # fmt: skip
ANN, BEN = UUID(int=1), UUID(int=2)


def contact(number: int, at: float, **other: Any) -> dict[str, Any]:
    """Answered at once by Ann, who has it for 100 seconds, unless told."""
    plain = {"id": str(UUID(int=100 + number)), "at": at, "before": 0.0, "queue": "help", "channel": "voice",
             "asked": "help", "facts": {"channel": "voice", "vip": False}, "units": 100, "exclusive": True,
             "interruptible": False, "within": 60.0, "answered_at": at, "agent": str(ANN), "left_at": None,
             "leaving": "abandoned", "rings": 0.0, "handle": 100.0, "handled": True, "owner": None,
             "last_agent": None}  # fmt: skip
    return {**plain, **other}


def left(number: int, at: float, after: float, **other: Any) -> dict[str, Any]:
    unanswered = {"answered_at": None, "agent": None, "left_at": at + after, "rings": None, "handle": 0.0,
                  "handled": False}  # fmt: skip
    return contact(number, at, **{**unanswered, **other})


def agent(id: UUID = ANN, start: float = 0.0, end: float = 3600.0, **other: Any) -> dict[str, Any]:
    shift = {"queues": ["help", "sales"], "skills": {}, "start": start, "end": end, "capacity": 100, "limits": {}}
    return {"id": str(id), "shifts": [{**shift, **other}], "holding": []}


def day(*contacts: dict[str, Any], staff: tuple[dict[str, Any], ...] = (), seconds: float = 3600.0) -> dict[str, Any]:
    staff = staff or (agent(end=seconds),)
    places = {one["id"]: place for place, one in enumerate(staff)}
    worked = [[places[one["agent"]], one["answered_at"], one["answered_at"] + one["handle"], 1.0]
              for one in contacts if one["agent"]]  # fmt: skip
    return {"begin": "2026-11-23T08:00:00+00:00", "seconds": seconds, "contacts": list(contacts),
            "staff": list(staff), "worked": worked, "priorities": {}}  # fmt: skip


def job(of: dict[str, Any], new: dict[str, Any] = PLAIN, published: dict[str, Any] = PLAIN, runs: int = 1,
        seed: int = 1) -> dict[str, Any]:  # fmt: skip
    return {"day": of, "published": published, "new": new, "runs": runs, "seed": seed}
