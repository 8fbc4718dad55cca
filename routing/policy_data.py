"""The policy as a document (what JSON or TOML hold): read with all problems at once, written back, and its digest.

docs/routing.md shows one.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from routing import calendar_data
from routing.policy import Exit, Ladder, Overflow, Policy, QueueRouting
from routing.policy_reading import LIMITS, PolicyReading
from routing.reading import Problem
from routing.rules import Placement, Rule
from routing.sla import SlaPolicy, SlaRule


class PolicyError(ValueError):
    """Every problem found, each with its path."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def load(document: Mapping[str, Any]) -> Policy:
    """The policy that a document describes. Raises PolicyError with all problems."""
    reading = PolicyReading()
    policy = reading.policy(document)
    if policy is None or reading.problems:
        raise PolicyError(tuple(reading.problems))
    return policy


def placement(document: object) -> Placement:
    """One placement by itself, in the form it has in a policy; whether its queue exists is not asked. Raises
    PolicyError with all problems.
    """
    reading = PolicyReading()
    found = reading.placement(document, "")
    if found is None or reading.problems:
        raise PolicyError(tuple(reading.problems))
    return found


def dump(policy: Policy) -> dict[str, Any]:
    """The document that `load` makes the same policy of. Defaults are written out: what was published stays as it is
    even if a later program has other defaults.
    """
    return _without_nothing({
        "format": policy.format,
        "zone": policy.zone,
        "priority_minutes": policy.priority_minutes,
        "hold_back_minutes": policy.hold_back_minutes,
        "offers_per_agent": policy.offers_per_agent,
        "longest_overtake_minutes": policy.longest_overtake_minutes,
        "skills": sorted(policy.skills),
        "queues": [_queue(queue) for queue in policy.queues],
        "rules": [_rule(rule) for rule in policy.rules],
        "default": dump_placement(policy.default) if policy.default else None,
        "calendars": {id: calendar_data.dump(policy.calendars[id]) for id in sorted(policy.calendars)},
        "slas": {id: _sla(policy.slas[id]) for id in sorted(policy.slas)},
        "promises": [_promise(promise) for promise in policy.promises],
        "ladders": [_ladder(ladder) for ladder in policy.ladders],
    })


def digest(policy: Policy) -> str:
    """sha256 in hex of what the policy says, the same whatever spelling or order its document had."""
    text = json.dumps(dump(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _queue(queue: QueueRouting) -> dict[str, Any]:
    return _without_nothing({
        "id": queue.id,
        "require": _text(queue.require),
        "order": queue.order,
        "mode": None if queue.mode == "push" else queue.mode,  # older documents keep their digest
        "target_minutes": queue.target_minutes,
        "offer_seconds": queue.offer_seconds,
        "exclude_seconds": queue.exclude_seconds,
        "agent_seconds": queue.agent_seconds or None,  # as `mode`
        "offer_to": queue.offer_to if queue.offer_to > 1 else None,  # as `mode`
        "overflow": {one.when: _overflow(one) for one in queue.overflow},
        "wrap_up": asdict(queue.wrap_up),
        "calendar": queue.calendar,
        "ladder": queue.ladder,
        "unanswered_minutes": queue.unanswered_minutes,
    })


def _overflow(one: Overflow) -> dict[str, Any]:
    limit = {LIMITS[one.when][0]: one.limit} if one.when in LIMITS else {}
    return limit | _exit(one.exit)


def _exit(exit: Exit) -> dict[str, Any]:
    return _without_nothing({"to": exit.to, "queue": exit.queue})


def _rule(rule: Rule) -> dict[str, Any]:
    return {"id": rule.id, "name": rule.name, "when": str(rule.when), "place": dump_placement(rule.place)}


def dump_placement(place: Placement) -> dict[str, Any]:
    """As `placement` reads it."""
    return _without_nothing({
        "queue": place.queue,
        "require": _text(place.require),
        "prefer": [str(one) for one in place.prefer],
        "priority": place.priority,
        "target_minutes": place.target_minutes,
        "sticky": asdict(place.sticky) if place.sticky else None,
        "rings": [
            _without_nothing({"after_seconds": ring.after_seconds, "require": _text(ring.require)})
            for ring in place.rings
        ],
    })


def _sla(sla: SlaPolicy) -> dict[str, Any]:
    return _without_nothing({
        "version": sla.version,
        "calendar": sla.calendar,
        "first_response_minutes": sla.first_response_minutes,
        "next_response_minutes": sla.next_response_minutes,
        "resolution_minutes": sla.resolution_minutes,
        "warn_percents": list(sla.warn_percents),
        "warn_minutes": list(sla.warn_minutes),
        "pauses": sorted(sla.pauses),
    })


def _promise(promise: SlaRule) -> dict[str, Any]:
    return _without_nothing({
        "sla": promise.policy,
        "when": {name: sorted(values) for name, values in promise.when},
    })


def _ladder(ladder: Ladder) -> dict[str, Any]:
    steps = [
        _without_nothing({
            "queue": step.queue,
            "require": _text(step.require),
            "priority": step.priority,
            "notify": list(step.notify),
            "offer": step.offer,
            "after_minutes": step.after_minutes,
        })
        for step in ladder.steps
    ]
    return {"id": ladder.id, "steps": steps}


def _text(expression: object) -> str | None:
    return None if expression is None else str(expression)


def _without_nothing(entries: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entries.items() if value is not None}
