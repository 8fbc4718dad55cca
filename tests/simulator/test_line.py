"""A careful visitor, and a hub that is not careful at all."""

import asyncio
from uuid import uuid4

import aiohttp
import pytest

from simulator.line import Line
from simulator.record import Record
from tests.simulator.badhub import bad_hub


async def test_the_same_id_goes_out_again_until_it_is_acknowledged() -> None:
    record = Record()
    async with bad_hub(hang_ups=2) as hub, aiohttp.ClientSession() as http, asyncio.timeout(20):
        line = Line(http, hub.url, "en", uuid4, record)
        entry = await line.say("hello")
        await line.hang_up()
    assert hub.arrived == [str(entry.id)] * 3
    assert list(record.acknowledged) == [entry.id]


async def test_a_message_cut_off_by_the_network_keeps_its_id() -> None:
    record = Record()
    async with bad_hub() as hub, aiohttp.ClientSession() as http, asyncio.timeout(20):
        line = Line(http, hub.url, "en", uuid4, record)
        await line.say("hello", cut=True)
        await line.hang_up()
    assert set(hub.arrived) == {str(key) for key in record.acknowledged}


@pytest.mark.parametrize(
    ("fault", "where"), [({}, ""), ({"forget": True}, "lost"), ({"repeat": True}, "doubled")]
)
async def test_reconciling_tells_what_the_hub_lost_or_doubled(fault: dict[str, bool], where: str) -> None:
    record = Record()
    async with bad_hub(**fault) as hub, aiohttp.ClientSession() as http, asyncio.timeout(20):
        line = Line(http, hub.url, "en", uuid4, record)
        entry = await line.say("hello")
        await line.reconcile()
        await line.hang_up()
    found = {name: getattr(record, name) for name in ("lost", "doubled", "changed") if getattr(record, name)}
    assert found == ({where: {entry.id}} if where else {})


async def test_an_agents_line_wakes_the_listener() -> None:
    async with bad_hub() as hub, aiohttp.ClientSession() as http, asyncio.timeout(20):
        line = Line(http, hub.url, "en", uuid4, Record())
        await line.say("hello")
        await hub.answer("Good day")
        assert await line.moved(10)
        assert list(line.agent_lines.values()) == ["Good day"]
        await line.hang_up()
