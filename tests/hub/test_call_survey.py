"""The question after the call."""

import copy
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.telephony.driver import Person
from simulator.telephony.faults import FaultPlan, Rule
from tests.hub.telephone import SETTINGS, Pool, Telephone, running_telephone


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    settings = copy.deepcopy(SETTINGS)
    settings["flows"]["main"]["survey"] = {}
    settings["recording"] = {"when": "always"}
    async with running_telephone(pool, settings) as found:
        yield found


async def hung_up_by_his_agent(phone: Telephone) -> Person:
    caller, ann, item = await phone.talking()
    agent = phone.sim.person(phone.agent_leg())
    await phone.heart.desk.end(ann, item)
    await phone.pass_time(2)
    assert not agent.leg.live
    return caller


async def said(phone: Telephone) -> list[dict[str, Any]]:
    rows = await phone.heart.pool.fetch("SELECT data FROM touches WHERE data->>'what' = 'surveyed'")
    return [json.loads(row["data"]) for row in rows]


async def test_who_stays_is_asked_and_his_answer_stands_in_the_history(phone: Telephone) -> None:
    caller = await hung_up_by_his_agent(phone)
    await caller.heard("from 1, very bad, to 5")
    [recording] = phone.sim.exchange.recordings.values()
    assert recording.status == "paused"
    await caller.press("4")
    await caller.heard("Thank you")
    await phone.pass_time(4)
    assert await said(phone) == [{"what": "surveyed", "score": 4, "of": 5}]
    await phone.ended("talked")


@pytest.mark.parametrize("key", ["9", "*", ""])
async def test_what_is_no_answer_is_kept_as_none(phone: Telephone, key: str) -> None:
    caller = await hung_up_by_his_agent(phone)
    await caller.heard("How was our service")
    if key:
        await caller.press(key)
    await phone.pass_time(20)
    assert not caller.leg.live
    assert await said(phone) == [{"what": "surveyed"}]
    await phone.ended("talked")


async def test_who_hangs_up_meanwhile_gave_none(phone: Telephone) -> None:
    caller = await hung_up_by_his_agent(phone)
    await caller.heard("How was our service")
    await caller.hang_up()
    await phone.pass_time(4)
    assert await said(phone) == [{"what": "surveyed"}]
    await phone.ended("talked")


async def test_who_hangs_up_first_is_not_asked(phone: Telephone) -> None:
    caller, _, _ = await phone.talking()
    await caller.hang_up()
    await phone.pass_time(4)
    assert await said(phone) == []
    await phone.ended("talked")


async def test_a_question_that_cannot_be_put_leaves_nobody_in_silence(phone: Telephone) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("drop", url="/survey$"),))
    caller = await hung_up_by_his_agent(phone)
    await phone.pass_time(75)
    assert not caller.leg.live
    assert len(await said(phone)) == 1
    await phone.ended("talked", alerts=(11200,))


async def test_every_request_twice_is_one_answer(phone: Telephone) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("replay", ms=40),))
    caller = await hung_up_by_his_agent(phone)
    await caller.heard("How was our service")
    await caller.press("1")
    await phone.pass_time(6)
    assert await said(phone) == [{"what": "surveyed", "score": 1, "of": 5}]
    await phone.ended("talked")
