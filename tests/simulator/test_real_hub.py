"""Scripted customers and agents at a real hub, left alone for a while."""

import pytest

from simulator.agents import ScriptedAgent
from simulator.crowd import Crowd
from simulator.customers import PERSONAS
from simulator.pace import Pace
from simulator.record import Record
from tests.support.hub import PASSWORD, RunningHub
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(120)
SWIFT = Pace(0)


async def test_one_of_each_persona_is_served_and_nothing_is_lost(running_hub: RunningHub) -> None:
    await running_hub.account("sofia", "supervisor")
    record = Record()
    agents = [ScriptedAgent(running_hub.url, login, PASSWORD, pace=SWIFT, record=record) for login in ("anna", "ben")]
    for agent, login in zip(agents, ("anna", "ben"), strict=True):
        await running_hub.account(login)
        await agent.start()
    crowd = Crowd(running_hub.url, rate=0.001, pace=SWIFT, record=record)
    await crowd.start()
    for persona in PERSONAS:
        crowd.send_in(persona)
    await until(lambda: crowd.present == 0, limit=60)
    await crowd.stop()
    await until(lambda: sum(len(agent.handled) for agent in agents) >= len(PERSONAS), limit=30)
    for agent in agents:
        await agent.stop()

    kinds = {entry.kind for entry in record.acknowledged.values()}
    assert kinds == {"form", "message", "reply", "note"}
    assert (record.lost, record.doubled, record.changed) == (set(), set(), set())

    sofia = await running_hub.stranger()
    await sofia.log_in("sofia")
    ledger = (await sofia.get("/api/ledger")).body
    assert (ledger["unaccounted"], ledger["misplaced"]) == (0, [])
    arrived = sum(entry.kind in ("form", "message") for entry in record.acknowledged.values())
    assert sum(row["stored"] for row in ledger["rows"]) == arrived
