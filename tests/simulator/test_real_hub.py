"""Scripted customers and agents at a real hub, left alone for a while."""

from typing import Any

import pytest

from simulator.agents import ScriptedAgent
from simulator.correspondence import Door
from simulator.crowd import Crowd, MailWay
from simulator.customers import CORRESPONDENT, PERSONAS
from simulator.mailsink import MailSink
from simulator.pace import Pace
from simulator.record import Record
from tests.support.hub import PASSWORD, RunningHub, a_hub
from tests.support.waiting import until, unused_port

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


async def test_correspondents_and_agents_write_mails_until_all_is_said(dsn: str) -> None:
    sink, door, record = MailSink(), unused_port(), Record()
    await sink.start()
    smtp = {"host": "127.0.0.1", "port": sink.port, "security": "none"}
    settings: dict[str, Any] = {"mailboxes": [{"id": "support", "address": "support@example.org", "smtp": smtp}],
                                "mail": {"listener": {"listen": f"127.0.0.1:{door}"}, "undo_seconds": 0}}
    async with a_hub(dsn, **settings) as hub:
        await hub.account("anna")
        agent = ScriptedAgent(hub.url, "anna", PASSWORD, pace=SWIFT, record=record)
        await agent.start()
        way = MailWay(Door("127.0.0.1", door), sink, ("support@example.org",))
        crowd = Crowd(hub.url, rate=0.001, pace=SWIFT, record=record, mail=way, personas=(CORRESPONDENT,))
        await crowd.start()
        crowd.send_in(CORRESPONDENT)
        await until(lambda: crowd.present == 0, limit=60)
        await crowd.stop()
        await agent.stop()
        kept = await hub.parts.pool.fetch("SELECT mail_id FROM mails JOIN messages m ON m.id = message_id "
                                          "WHERE m.direction = 'in'")
        assert sorted(row["mail_id"] for row in kept) == sorted(record.mails)
        assert await hub.parts.pool.fetchval("SELECT count(DISTINCT interaction_id) FROM mails") == 2
    await sink.stop()
