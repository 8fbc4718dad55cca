"""A hub that calls customers is killed at every step: each is called once, nobody is left on a line, what became of it
stands in the history. The emulator goes on living, as the telephone network does.
"""

import asyncio
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from channels.voice.reports import identity
from simulator.telephony.driver import Person as Party
from simulator.telephony.driver import Sim, Softphone
from simulator.telephony.faults import Rule
from simulator.telephony.legs import Leg
from tests.crash.served import Served, a_served_line
from tests.hub.telephone import MIA, OURS
from tests.support.gaps import GAPS
from tests.support.hub import Person
from tests.support.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
LIMIT = 30.0  # seconds, far more than anything here takes
CREATE = "POST /Conferences/{ConferenceSid}/Participants.json"
UNANSWERED = Rule("rest_slow", event=CREATE, nth=1, ms=3000)  # done, and the answer comes too late to be heard


def agents(sim: Sim) -> list[Leg]:
    return [leg for leg in sim.exchange.legs.values() if leg.label.startswith("agent")]


def customers(sim: Sim) -> list[Leg]:
    """Legs by which the customer was called."""
    return [leg for leg in sim.exchange.legs.values() if leg.party.to == MIA]


async def softphone(sim: Sim, anna: Person) -> Softphone:
    return sim.agent(identity(anna.id))


async def killed_while_it_calls_the_agent(hub: Served, sim: Sim) -> None:
    """The provider has made the leg, and the hub dies before it hears of it."""
    await until(lambda: agents(sim), limit=LIMIT)
    await hub.killed()


async def rung_and_killed(hub: Served, sim: Sim) -> Party:
    """The customer's telephone rings, and the hub that had it rung is dead before it hears of it."""
    await until(lambda: customers(sim) and customers(sim)[0].status == "ringing", limit=LIMIT)
    await hub.kill()
    return sim.ringing_at(MIA)


async def told(hub: Served) -> list[tuple[str, str | None]]:
    """What the history says of calls."""
    rows = await hub.pool.fetch("SELECT data->>'what' AS what, data->>'outcome' AS outcome FROM touches"
                                " WHERE kind = 'call' ORDER BY interaction_id, version")
    return [(row["what"], row["outcome"]) for row in rows]


async def over(hub: Served, sim: Sim) -> None:
    """Nobody is on a line, each leg was made once, and nothing is left to do."""
    pending = "SELECT count(*) FROM call_commands WHERE state IN ('pending', 'sending')"
    await until(lambda: not [leg for leg in sim.exchange.legs.values() if leg.live], limit=LIMIT)
    await until(lambda: _none(hub, "SELECT count(*) FROM calls WHERE ended_at IS NULL"), limit=LIMIT)
    await until(lambda: _none(hub, pending), limit=LIMIT)
    assert [len(agents(sim)), len(customers(sim))] == [1, 1]
    assert not await hub.pool.fetch(GAPS)
    sim.invariants(alerts=(11200, 11205))  # its callbacks found nobody while the hub was dead


async def _none(hub: Served, query: str) -> bool:
    return bool(await hub.pool.fetchval(query) == 0)


async def answered(sim: Sim, phone: Softphone) -> Party:
    await until(lambda: phone.device.ringing, limit=LIMIT)
    return await phone.accept()


async def test_i2_i3_a_customer_who_is_called_back_is_called_once_however_often_it_is_killed(
        dsn: str, tmp_path: Path) -> None:
    async with a_served_line(dsn, tmp_path) as (hub, sim):
        anna = await hub.person("anna")
        phone = await softphone(sim, anna)
        sim.endpoint(MIA, "ring")
        await promised(sim)
        ears = await hub.listens(anna)
        card = (await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered"))["card"]
        place = await hub.pool.fetchval("SELECT queued_at FROM interactions")

        await hub.hold("callback_attempts")
        assert (await anna.post(f"/api/offers/{card['offer_id']}/accept")).status == 200
        await hub.held()
        assert not agents(sim)
        sim.exchange.faults.use((UNANSWERED,))
        await hub.killed()  # while the attempt is written
        await killed_while_it_calls_the_agent(hub, sim)
        sim.exchange.faults.use((UNANSWERED,))
        agent = await answered(sim, phone)
        mia = await rung_and_killed(hub, sim)
        await mia.answer()  # and nobody hears of it
        await hub.start()
        await until(lambda: _phase(hub, "talking"), limit=LIMIT)
        mia.expect_audible(agent, mutual=True)
        await hub.kill()
        await mia.hang_up()
        await hub.start()

        await over(hub, sim)
        attempts = await hub.pool.fetch("SELECT number, outcome, said_by FROM callback_attempts")
        assert [tuple(row) for row in attempts] == [(1, "reached", "system")]
        assert await hub.pool.fetchval("SELECT queued_at FROM interactions") == place
        assert await told(hub) == [("callback_asked", None), ("dialled", None), ("connected", None),
                                   ("callback_done", None), ("ended", "talked")]


async def promised(sim: Sim) -> None:
    """Mia hangs up, because she will be called."""
    caller = await sim.call(MIA, OURS)
    for words in ("Press 1", "To be called back", "We will call plus"):
        await caller.heard(words)
        await caller.press("1")
    await sim.until(lambda: not caller.leg.live)


async def _phase(hub: Served, wanted: str) -> bool:
    return bool(await hub.pool.fetchval("SELECT phase FROM calls ORDER BY began_at DESC LIMIT 1") == wanted)


async def test_i2_i3_a_call_to_a_customer_is_placed_once_however_often_it_is_killed(
        dsn: str, tmp_path: Path) -> None:
    async with a_served_line(dsn, tmp_path) as (hub, sim):
        anna = await hub.person("anna")
        phone = await softphone(sim, anna)
        await hub.listens(anna)
        sim.endpoint(MIA, "ring")
        click = {"id": str(uuid4()), "queue": "support", "number": MIA}

        await hub.hold("calls")
        placing = asyncio.ensure_future(anna.post("/api/calls", click))
        await hub.held()
        sim.exchange.faults.use((UNANSWERED,))
        await hub.killed()  # before it was acknowledged: the console asks again
        with pytest.raises(aiohttp.ClientError):
            await placing
        assert not agents(sim)
        assert (await anna.post("/api/calls", click)).status in (200, 201)
        await killed_while_it_calls_the_agent(hub, sim)
        assert (await anna.post("/api/calls", click)).status in (200, 201)  # whoever is in doubt asks once more
        sim.exchange.faults.use((UNANSWERED,))
        await answered(sim, phone)
        mia = await rung_and_killed(hub, sim)
        await mia.decline("busy")
        await hub.start()

        await over(hub, sim)
        assert await hub.pool.fetchval("SELECT count(*) FROM interactions") == 1
        assert await told(hub) == [("outgoing", None), ("dialled", None), ("ended", "busy")]
