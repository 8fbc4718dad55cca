"""Another policy on a recorded day: what it would have done, beside what happened and what the one in force does."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from hub.clock import Now
from hub.errors import Invalid, NotFound, Unavailable
from hub.policies import Policies
from hub.simulation_process import Ended, simulated
from hub.store import policies as published
from hub.store import simulations as store
from hub.wire_policy import Document
from hub.wire_simulations import Simulated
from routing import policy_data
from routing.expression import names
from routing.policy import Policy

LONGEST = timedelta(days=31)


class TooLong(Unavailable):
    """The simulation takes longer than it may. Choose a shorter time, or fewer runs."""

    code = "simulation_too_long"


class Busy(Unavailable):
    """Another simulation is being reckoned here. Try again when it is done."""

    code = "simulation_busy"


@dataclass(frozen=True, slots=True)
class Job:
    """`version`: of the policy in force, `versions`: of those that were in force on the day."""

    day: Mapping[str, Any]
    published: Document
    new: Document
    runs: int
    seed: int
    since: datetime
    until: datetime
    version: int
    versions: list[int]

    def work(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("day", "published", "new", "runs", "seed")}

    def result(self, figures: Mapping[str, Any]) -> Simulated:
        own = {name: getattr(self, name) for name in ("runs", "seed", "since", "until", "version", "versions")}
        return Simulated.model_validate({**figures, **own})


class Simulations:
    """`limit`: seconds that one may take; `most`: contacts of a day; one at a time."""

    def __init__(
        self, pool: asyncpg.Pool, now: Now, policies: Policies, limit: float = 60.0, most: int = 10_000
    ) -> None:
        self._pool, self._now, self._policies = pool, now, policies
        self._limit, self._most = limit, most
        self._going = False

    async def document(self, wanted: str) -> Document:
        """`draft`, or the number of a version. Raises `NotFound`."""
        if wanted != "draft":
            number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0  # there is no version 0
            return (await self._policies.version(number)).document
        found = await published.draft(self._pool)
        if found is None:
            raise NotFound("There is no draft.")
        return found.document

    async def job(self, document: Document | None, since: datetime, until: datetime, runs: int, seed: int) -> Job:
        """All that a simulation needs. Raises `Invalid` with what is wrong with the times, or when nothing was recorded
        then, and `PolicyWrong`."""
        now = self._now()
        until = min(until, now)
        if since >= until:
            raise Invalid("The end must come after the beginning, and the beginning must be past.",
                          code="simulation_times")
        if until - since > LONGEST:
            raise Invalid(f"That is more than {LONGEST.days} days.", code="simulation_long")
        number, present = self._policies.current()
        new = await self._policies.read(document)
        day = await store.day(self._pool, since, until, now, self._most + 1)
        if not any(one["before"] == 0 for one in day["contacts"]):
            raise Invalid("Nothing was recorded in this time: nobody came.", code="simulation_empty")
        if len(day["contacts"]) > self._most:
            raise Invalid(f"More than {self._most} contacts came in this time. Choose a shorter one.",
                          code="simulation_large")
        return Job(day=_bare(day, (present, new)), published=policy_data.dump(present), new=policy_data.dump(new),
                   runs=runs, seed=seed, since=since, until=until, version=number,
                   versions=await store.versions(self._pool, since, until))  # fmt: skip

    async def run(self, job: Job) -> AsyncGenerator[float | Simulated]:
        """How much is done, 0 to 1, again and again, and at last what came of it. Raises `Busy`, `TooLong`."""
        if self._going:
            raise Busy
        self._going = True
        try:
            async with aclosing(simulated(job.work(), self._limit)) as lines:
                async for told in lines:
                    yield job.result(told["figures"]) if "figures" in told else float(told["done"])
        except TimeoutError as late:
            raise TooLong from late
        except Ended as ended:
            raise Unavailable("The simulation broke off.") from ended
        finally:
            self._going = False


def _bare(day: Mapping[str, Any], policies: tuple[Policy, ...]) -> dict[str, Any]:
    """Without any fact that no rule asks for."""
    asked = {"vip"}.union(*(names(rule.when) for policy in policies for rule in policy.rules))
    contacts = [
        {**one, "facts": {name: value for name, value in one["facts"].items() if name in asked}}
        for one in day["contacts"]
    ]
    return {**day, "contacts": contacts}
