"""A policy that uses everything, as a document, and ways to change it."""

from copy import deepcopy
from typing import Any

from routing.policy import Policy
from routing.policy_data import load

FULL: dict[str, Any] = {
    "format": 1,
    "zone": "Europe/Berlin",
    "priority_minutes": 5,
    "hold_back_minutes": 10,
    "offers_per_agent": 1,
    "longest_overtake_minutes": 480,
    "skills": ["Key Account", "billing", "french", "german"],
    "queues": [
        {
            "id": "billing",
            "require": "billing",
            "order": "lifo",
            "target_minutes": 0.5,
            "offer_seconds": 30,
            "exclude_seconds": 120,
            "overflow": {
                "closed": {"to": "message"},
                "nobody_logged_in": {"to": "queue", "queue": "general"},
                "max_length": {"items": 50, "to": "callback"},
                "max_wait": {"minutes": 30, "to": "escalate"},
                "refused": {"times": 3, "to": "keep"},
            },
            "wrap_up": {"seconds": 30, "extend_seconds": 60, "extensions": 1},
            "calendar": "office",
            "ladder": "up",
        },
        {
            "id": "general",
            "order": "fifo",
            "target_minutes": 60,
            "offer_seconds": 20,
            "exclude_seconds": 60,
            "overflow": {},
            "wrap_up": {"seconds": 60, "extend_seconds": 60, "extensions": 2},
        },
    ],
    "rules": [
        {
            "id": "invoices",
            "name": "Invoices of gold customers",
            "when": 'channel = "email" and subject contains "invoice" and segment contains "gold"',
            "place": {
                "queue": "billing",
                "require": "german >= 3 and `Key Account`",
                "prefer": ["french", "german >= 4"],
                "priority": 3,
                "target_minutes": 15,
                "sticky": {"to": "owner", "seconds": 90},
                "rings": [{"after_seconds": 60, "require": "german >= 2"}, {"after_seconds": 120}],
            },
        }
    ],
    "default": {"queue": "general", "prefer": [], "priority": 0, "rings": []},
    "calendars": {
        "office": {
            "zone": "Europe/Berlin",
            "week": {"mon": ["09:00-17:00"]},
            "closed": [{"on": "2026-12-25", "name": "Christmas Day"}],
            "special": [],
        }
    },
    "slas": {
        "gold": {
            "version": 1,
            "calendar": "office",
            "first_response_minutes": 60,
            "warn_percents": [75],
            "warn_minutes": [15],
            "pauses": ["parked", "waiting"],
        }
    },
    "promises": [{"sla": "gold", "when": {"contract": ["gold", "premium"]}}, {"when": {}}],
    "ladders": [
        {
            "id": "up",
            "steps": [
                {"require": "billing >= 3", "priority": 2, "notify": [], "after_minutes": 30},
                {"queue": "general", "priority": 0, "notify": ["supervisor"]},
            ],
        }
    ],
}
SMALL: dict[str, Any] = {"format": 1, "queues": [{"id": "help"}], "default": {"queue": "help"}}


def changed(base: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with something else at a path such as queues.0.id; ... takes it away."""
    copy = deepcopy(base)
    *way, last = path.split(".")
    at: Any = copy
    for key in way:
        at = at[int(key)] if isinstance(at, list) else at[key]
    key_of: Any = int(last) if isinstance(at, list) else last
    if value is ...:
        del at[key_of]
    else:
        at[key_of] = value
    return copy


def policy(**entries: Any) -> Policy:
    """SMALL with other entries."""
    return load(deepcopy(SMALL) | entries)
