"""A decision as bytes: what was known, so that it can be decided again, and what was decided, so that both compare.

Items and agents are written in the order of their ids, in pages that begin at certain ids, so that one change alters
one page and the others are the same bytes as before. A plan does not depend on the order of what it was made of.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from routing import policy_data
from routing.expression import And, Expression, all_of
from routing.expression_parse import parse
from routing.model import Candidate, Held, Plan, Policy, Reason, Work
from routing.rules import Placement

PAGE = 16  # items on a page, on average
EXPLAINED = 2  # raised with what reasons say, so that older decisions are compared without them
Entry = TypeVar("Entry", Work, Candidate)


def pages(entries: Iterable[Entry]) -> list[bytes]:
    """Raises nothing; no entry, no page."""
    found: list[list[Work | Candidate]] = []
    for entry in sorted(entries, key=lambda one: one.id.int):
        if not found or entry.id.int % PAGE == 0:
            found.append([])
        found[-1].append(entry)
    written = _Written()
    return [canonical([_work(one, written) if isinstance(one, Work) else _candidate(one) for one in page])
            for page in found]


def read_work(content: Sequence[bytes]) -> list[Work]:
    """What `pages` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    return _read(content, _read_work)


def read_candidates(content: Sequence[bytes]) -> list[Candidate]:
    """What `pages` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    return _read(content, _read_candidate)


def ordering(policy: Policy) -> dict[str, Any]:
    return {**asdict(policy), "newest_first": sorted(policy.newest_first), "explained": EXPLAINED}


def read_ordering(data: Mapping[str, Any]) -> Policy:
    known = {name: value for name, value in data.items() if name != "explained"}
    return Policy(**{**known, "newest_first": frozenset(data["newest_first"])})


def explained_alike(data: Mapping[str, Any]) -> bool:
    """Whether what `ordering` wrote is of a decision whose reasons say what they say today: compare it as a whole."""
    return bool(data.get("explained", 1) == EXPLAINED)


def plan(decided: Plan) -> bytes:
    """The whole plan with all its reasons."""
    return canonical({
        "matches": [[str(one.work.id), str(one.agent.id), one.score, _reasons(one.reasons),
                     *(str(other.id) for other in one.beside)] for one in decided.matches],
        "skips": [[str(one.work.id), _reasons(one.reasons)] for one in decided.skips],
    })


def canonical(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _reasons(reasons: Iterable[Reason]) -> list[object]:
    return [[one.code, dict(one.data)] for one in reasons]


def _read(content: Sequence[bytes], read: Callable[[Any], Entry]) -> list[Entry]:
    return [read(entry) for page in content for entry in json.loads(page)]


class _Written:
    """Placements and requirements as they are written. Many items share one value; it is written once."""

    def __init__(self) -> None:
        self._known: dict[int, object] = {}

    def placement(self, place: Placement | None) -> object:
        if id(place) not in self._known:
            self._known[id(place)] = policy_data.dump_placement(place) if place else None
        return self._known[id(place)]

    def expression(self, expression: Expression | None) -> object:
        if expression is None:
            return []
        if id(expression) not in self._known:
            self._known[id(expression)] = _expression(expression)
        return self._known[id(expression)]


def _work(item: Work, written: _Written) -> dict[str, Any]:
    pulled = {"pulled": True} if item.pulled else {}
    several = {"offer_to": item.offer_to} if item.offer_to > 1 else {}
    return pulled | several | {
        "id": str(item.id),
        "queue": item.queue,
        "channel": item.channel,
        "priority": item.priority,
        "queued_at": item.queued_at.isoformat(),
        "units": item.units,
        "exclusive": item.exclusive,
        "queue_requires": written.expression(item.queue_requires),
        "placement": written.placement(item.placement),
        "excluded_agents": sorted(map(str, item.excluded_agents)),
        "preferred_agent": str(item.preferred_agent) if item.preferred_agent else None,
        "preferred_until": item.preferred_until.isoformat() if item.preferred_until else None,
        "preferred_as": item.preferred_as,
        "target_minutes": item.target_minutes,
        "refusals": item.refusals,
    }


def _read_work(data: dict[str, Any]) -> Work:
    until, preferred = data["preferred_until"], data["preferred_agent"]
    return Work(**{
        **data,
        "id": UUID(data["id"]),
        "queued_at": datetime.fromisoformat(data["queued_at"]),
        "queue_requires": _read_expression(data["queue_requires"]),
        "placement": policy_data.placement(data["placement"]) if data["placement"] else None,
        "excluded_agents": frozenset(map(UUID, data["excluded_agents"])),
        "preferred_agent": UUID(preferred) if preferred else None,
        "preferred_until": datetime.fromisoformat(until) if until else None,
    })


def _candidate(agent: Candidate) -> dict[str, Any]:
    return {
        "id": str(agent.id),
        "queues": sorted(agent.queues),
        "skills": dict(agent.skills),
        "routable": agent.routable,
        "not_routable_reason": agent.not_routable_reason,
        "capacity": agent.capacity,
        "load": [[held.channel, held.units, held.exclusive, held.offered, held.interruptible] for held in agent.load],
        "idle_since": agent.idle_since.isoformat(),
        "limits": dict(agent.limits),
    }


def _read_candidate(data: dict[str, Any]) -> Candidate:
    return Candidate(**{
        **data,
        "id": UUID(data["id"]),
        "queues": frozenset(data["queues"]),
        "load": tuple(Held(*held) for held in data["load"]),
        "idle_since": datetime.fromisoformat(data["idle_since"]),
    })


# Two requirements joined may be longer than the language lets anybody write; their parts are not.
def _expression(expression: Expression) -> list[str]:
    return [str(part) for part in (expression.parts if isinstance(expression, And) else (expression,))]


def _read_expression(parts: list[str]) -> Expression | None:
    return all_of(*map(parse, parts)) if parts else None
