"""Keeps what dispatch decided and all that it knew, so that `hub replay` can decide it again."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hub.config import DecisionSettings
from hub.journal import Journal
from hub.store import decisions as store
from routing import record
from routing.model import Candidate, Plan, Policy, Work

PASSING = ("seconds", "since_seconds", "next_seconds")  # these change by themselves
MEGABYTE = 1_000_000
MOST_KNOWN = 50_000  # pages that this process remembers having kept
Said = dict[UUID, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Decided:
    at: datetime
    version: int  # of the policy; 0: none was published yet
    work: Sequence[Work]
    agents: Sequence[Candidate]
    ordering: Policy
    plan: Plan
    whole: bool = True  # False: made only of agents with room and of what they may be asked for


class Decisions:
    def __init__(self, journal: Journal, settings: DecisionSettings) -> None:
        self._journal = journal
        self._settings = settings
        self._said: Said = {}
        self._known: set[bytes] = set()
        self._hour: datetime | None = None

    async def keep(self, decided: Decided) -> None:
        """Keeps a pass that offered something, or changed what is said of anything that waits."""
        changed = bool(decided.plan.matches)
        if decided.whole:
            said = _said(decided.plan)
            changed, self._said = changed or said != self._said, said
        if not changed or not self._settings.days:
            return
        await self._each_hour(decided.at)
        pages: dict[bytes, bytes] = {}
        work, agents = (
            self._digests(record.pages(decided.work), pages), self._digests(record.pages(decided.agents), pages))
        matches = [[str(one.work.id), str(one.agent.id)] for one in decided.plan.matches]
        decision = store.Decision(
            id=self._journal.new_id(),
            at=decided.at,
            policy_version=decided.version,
            ordering=json.dumps(record.ordering(decided.ordering)),
            work=work,
            agents=agents,
            matches=json.dumps(matches, separators=(",", ":")),
            plan_sha256=hashlib.sha256(record.plan(decided.plan)).digest(),
        )
        most = self._settings.megabytes_a_day * MEGABYTE
        if await store.put(self._journal.pool, decision, pages, most) and len(self._known) < MOST_KNOWN:
            self._known |= pages.keys()

    def _digests(self, contents: Sequence[bytes], new: dict[bytes, bytes]) -> bytes:
        """Names of the pages, joined; those not known to be kept in this hour are added to `new`, deflated."""
        names = []
        for content in contents:
            name = hashlib.sha256(content).digest()
            names.append(name)
            if name not in self._known:
                new[name] = zlib.compress(content)
        return b"".join(names)

    async def _each_hour(self, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour == self._hour:
            return
        self._known.clear()  # each page says to the hour when it was needed last
        await store.forget(self._journal.pool, now - timedelta(days=self._settings.days))
        self._hour = hour


def _said(plan: Plan) -> Said:
    return {
        skip.work.id: tuple((one.code, *((name, value) for name, value in one.data.items() if name not in PASSING))
                            for one in skip.reasons)
        for skip in plan.skips
    }
