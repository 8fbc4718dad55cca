"""The hub is killed again and again under mixed load, and PostgreSQL with it: nothing acknowledged is lost or doubled.

`make soak MINUTES=30` does the same for as long as asked.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import asyncpg
import pytest

from simulator.agents import ScriptedAgent
from simulator.crowd import Crowd
from simulator.pace import Pace
from simulator.record import Record
from tests.crash.rig import Hub, a_killable_hub
from tests.crash.verdict import verdict
from tests.support.waiting import until

pytestmark = pytest.mark.crash
KILLS = 25
MINUTES = float(os.environ.get("HUB_SOAK_MINUTES", "0"))
RECOVERY = 45.0  # seconds in which customers and agents must be heard again after a restart
BOTH = {"message", "reply"}  # acknowledged again: customers and agents have come back


@dataclass
class Load:
    """Customers and agents, and how much has been acknowledged to them."""

    crowd: Crowd
    record: Record

    def heard(self) -> dict[str, int]:
        counts = dict.fromkeys(BOTH | {"form"}, 0)
        for entry in self.record.acknowledged.values():
            counts[entry.kind] = counts.get(entry.kind, 0) + 1
        return counts

    async def goes_on(self, more: int) -> None:
        """Both sides are acknowledged `more` than now: everybody has found the hub again by himself."""
        before = self.heard()
        await until(lambda: all(self.heard()[kind] >= before[kind] + more for kind in BOTH), limit=RECOVERY)

    async def moves(self, more: int) -> None:
        """Anybody is acknowledged `more`."""
        before = len(self.record.acknowledged)
        await until(lambda: len(self.record.acknowledged) >= before + more, limit=RECOVERY)


@asynccontextmanager
async def load(hub: Hub) -> AsyncIterator[Load]:
    record, pace = Record(), Pace(0)
    crowd = Crowd(hub.url, rate=300, seed=int(time.time()), pace=pace, at_once=18, record=record)
    agents = [ScriptedAgent(hub.url, login, "interaction-hub", replies=3, pace=pace, seed=n, record=record)
              for n, login in enumerate(("anna", "ben", "chen"))]  # fmt: skip
    people: list[Crowd | ScriptedAgent] = [crowd, *agents]
    for person in people:
        await person.start()
    try:
        yield Load(crowd, record)
    finally:
        for person in people:
            await person.stop()


@pytest.mark.timeout(60 * MINUTES + 420)
async def test_i1_i2_i3_i10_nothing_acknowledged_is_lost_or_doubled_however_often_it_is_killed() -> None:
    dice, until_when = Random(), time.monotonic() + 60 * MINUTES
    async with a_killable_hub() as hub:
        async with load(hub) as people:
            await until(lambda: people.heard()["form"] > 0, limit=RECOVERY)
            while hub.kills < KILLS or time.monotonic() < until_when:
                await (people.moves(more=3) if hub.kills % 5 else people.goes_on(more=2))
                await asyncio.sleep(dice.uniform(0, 0.3))  # at any moment of a write, not only after one
                await hub.kill()
                with_database = hub.kills % KILLS == KILLS // 2
                if with_database:
                    hub.kill_postgres()
                if with_database or hub.kills % 6 == 3:
                    await hub.start_and_kill(after=dice.uniform(0, 2))
                await hub.start()
            hub.kill_postgres()  # under a hub that lives
            await people.goes_on(more=5)
            people.crowd.rate = 0.01
            await people.crowd.stop(finish_seconds=5)
        assert await _drained(hub), "the outbox does not empty"
        wrong = await verdict(await hub.postgres().start(), people.record)
        assert people.heard()["form"] > 0
        print(f"{hub.kills} kills; {people.record.summary()}")
        assert not wrong, "\n".join([*wrong[:20], people.record.summary(), hub.log.read_text()[-2000:]])
        assert await hub.stop() == 0


async def _drained(hub: Hub) -> bool:
    connection = await asyncpg.connect(await hub.postgres().start())
    try:
        waiting = "SELECT NOT EXISTS (SELECT FROM outbox WHERE state IN ('pending', 'sending'))"
        return bool(await until(lambda: connection.fetchval(waiting), limit=90, step=0.2))
    finally:
        await connection.close()
