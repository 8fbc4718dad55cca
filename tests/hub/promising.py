"""A policy with promises, exits and ladders for the queues of the tests, and a loop that keeps it."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hub.case import Versions
from hub.doorbell import Doorbell
from hub.escalation import SETTLE, Escalation
from routing.policy import Policy
from routing.policy_data import load
from tests.hub.conftest import Heart

ALWAYS = {"zone": "UTC", "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
OFFICE = {"zone": "UTC", "week": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}
FAST = {"version": 1, "calendar": "always", "first_response_minutes": 20, "next_response_minutes": 10,
        "resolution_minutes": 240, "warn_percents": [75]}  # fmt: skip
PLAIN: Mapping[str, Any] = {
    "format": 1,
    "skills": ["german"],
    "calendars": {"always": ALWAYS, "office": OFFICE},
    "slas": {"fast": FAST},
    "promises": [{"sla": "fast"}],
    "queues": [{"id": "support"}, {"id": "sales"}],
    "default": {"queue": "support"},
}


def policy(support: Mapping[str, Any] | None = None, **more: Any) -> Policy:
    """The plain one, with more said about the support queue, and other parts put in."""
    document = deepcopy(dict(PLAIN)) | more
    document["queues"] = [{"id": "support", **(support or {})}, {"id": "sales"}]
    return load(document)


class Shelf(Versions):
    """Versions in memory, as the table keeps them."""

    def __init__(self, *versions: Policy) -> None:
        self.versions = list(versions)

    def current(self) -> tuple[int, Policy]:
        return len(self.versions), self.versions[-1]

    async def at(self, conn: object, version: int) -> Policy | None:
        return self.versions[version - 1] if version <= len(self.versions) else None


@dataclass
class Watched:
    """A heart whose promises are kept by `loops`, the first of which has run since long ago."""

    heart: Heart
    shelf: Shelf
    loops: list[Escalation] = field(default_factory=list)

    @property
    def loop(self) -> Escalation:
        return self.loops[0]

    def another(self) -> Escalation:
        """One more node."""
        made = Escalation(self.heart.journal, Doorbell(), self.shelf.current, self.shelf)
        made._began -= SETTLE
        self.loops.append(made)
        return made

    async def look(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Time passes; then the loop has looked at everything."""
        self.heart.clock.advance(seconds + 60 * minutes)
        self.loop._swept = None
        await self.loop.step()

    async def told(self, it: UUID, kind: str) -> list[dict[str, Any]]:
        """Data of all touches of a kind."""
        rows = await self.heart.pool.fetch(
            "SELECT data FROM touches WHERE interaction_id = $1 AND kind = $2 ORDER BY version", it, kind)
        return [json.loads(row["data"]) for row in rows]

    async def clock(self, it: UUID) -> Any:
        return await self.heart.pool.fetchrow("SELECT * FROM sla_clocks WHERE interaction_id = $1", it)


def watched(heart: Heart, *versions: Policy) -> Watched:
    found = Watched(heart, Shelf(*versions))
    found.another()
    return found
