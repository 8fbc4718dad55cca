"""Supervisors on the line."""

import copy
import json
from collections.abc import AsyncIterator

import pytest

from channels.voice.call import Mode
from hub.call_parties import beside
from hub.call_supervision import Supervision
from hub.errors import NotFound, NotYours, WrongState
from hub.model import Actor
from tests.hub.telephone import SETTINGS, Pool, Telephone, running_telephone


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool) as found:
        yield found


async def test_listening_whispering_and_talking_with_both(phone: Telephone) -> None:
    caller, _, item = await phone.talking()
    agent = phone.sim.person(phone.agent_leg())
    sam, verbs = await phone.agent("Sam", role="supervisor", ready=False), Supervision(phone.calls)
    await verbs.supervise(sam, item, "listen")
    await phone.phones[sam.id].rings()
    boss = await phone.phones[sam.id].accept()
    await phone.pass_time(2)
    boss.expect_audible(caller, agent)
    for other in (caller, agent):
        other.expect_inaudible(boss)

    await verbs.supervise(sam, item, "whisper")
    await verbs.supervise(sam, item, "whisper")
    await phone.pass_time(2)
    agent.expect_audible(boss)
    caller.expect_inaudible(boss)

    await verbs.supervise(sam, item, "barge")
    await phone.pass_time(2)
    caller.expect_audible(boss, agent)
    agent.expect_audible(boss, caller)

    await verbs.supervise(sam, item, "listen")
    await phone.pass_time(2)
    caller.expect_inaudible(boss)
    agent.expect_inaudible(boss)

    await verbs.leave(sam, item)
    await verbs.leave(sam, item)
    await phone.pass_time(2)
    assert not boss.leg.live
    caller.expect_audible(agent, mutual=True)
    assert (await phone.kinds())[-5:] == [*["supervised"] * 4, "supervisor_left"]
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")


@pytest.mark.parametrize("rule", ["shown", "hidden"])
async def test_who_listens_is_shown_by_rule_and_who_is_heard_always(pool: Pool, rule: str) -> None:
    async with running_telephone(pool, {**copy.deepcopy(SETTINGS), "listeners_by_queue": {"support": rule}}) as phone:
        caller, ann, item = await phone.talking()
        sam, verbs = await phone.agent("Sam", role="supervisor", ready=False), Supervision(phone.calls)

        async def seen_by(actor: Actor) -> list[tuple[str | None, str | None]]:
            legs = (await phone.calls.view(actor, item)).legs
            return [(leg.name, leg.mode) for leg in legs if leg.role == "supervisor" and leg.live]

        assert await beside(phone.heart.pool, sam) is None
        await verbs.supervise(sam, item, "listen")
        await phone.phones[sam.id].rings()
        await phone.phones[sam.id].accept()
        await phone.pass_time(2)
        assert await seen_by(ann) == ([("Sam", "listen")] if rule == "shown" else [])
        assert await seen_by(sam) == [("Sam", "listen")]
        assert await beside(phone.heart.pool, sam) == item
        assert await beside(phone.heart.pool, ann) is None, "it is her own"
        assert ("supervised" in await phone.kinds()) == (rule == "shown")
        modes: tuple[Mode, ...] = ("whisper", "barge")
        for mode in modes:
            await verbs.supervise(sam, item, mode)
            await phone.pass_time(1)
            assert await seen_by(ann) == [("Sam", mode)]
        await verbs.leave(sam, item)
        await phone.pass_time(2)
        assert await seen_by(ann) == await seen_by(sam) == []
        assert await beside(phone.heart.pool, sam) is None
        await caller.hang_up()
        await phone.pass_time(2)
        await phone.ended("talked")


@pytest.mark.parametrize("leaves", [False, True])
async def test_who_listened_unseen_stands_in_the_history_when_the_call_is_over(pool: Pool, leaves: bool) -> None:
    async with running_telephone(pool, {**copy.deepcopy(SETTINGS), "listeners": "hidden"}) as phone:
        caller, _, item = await phone.talking()
        sam, verbs = await phone.agent("Sam", role="supervisor", ready=False), Supervision(phone.calls)
        await verbs.supervise(sam, item, "listen")
        await phone.phones[sam.id].rings()
        await phone.phones[sam.id].accept()
        await phone.pass_time(2)
        if leaves:
            await verbs.leave(sam, item)
            await phone.pass_time(2)
        assert not {"supervised", "supervisor_left"} & set(await phone.kinds())
        await caller.hang_up()
        await phone.pass_time(3)
        await phone.ended("talked")
        told = await phone.heart.pool.fetch("SELECT data FROM touches WHERE data ->> 'what' = 'supervised'")
        assert [(json.loads(one["data"])["agent"], json.loads(one["data"])["unseen"]) for one in told] == [
            (str(sam.id), True)]


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
async def test_taking_over(phone: Telephone, mode: Mode) -> None:
    caller, ann, item = await phone.talking()
    agent, verbs = phone.sim.person(phone.agent_leg()), Supervision(phone.calls)
    sam = await phone.agent("Sam", role="supervisor", ready=False)
    with pytest.raises(WrongState):
        await verbs.take_over(sam, item)
    await verbs.supervise(sam, item, mode)
    await phone.phones[sam.id].rings()
    boss = await phone.phones[sam.id].accept()
    await phone.pass_time(2)
    await phone.calls.hold(ann, item, True)
    await phone.pass_time(1)
    await verbs.take_over(sam, item)
    await phone.pass_time(3)
    caller.expect_audible(boss, mutual=True)
    assert not agent.leg.live
    row = await phone.heart.pool.fetchrow("SELECT state, agent_id FROM interactions")
    assert row is not None
    assert (row["state"], row["agent_id"]) == ("active", sam.id)
    assert (await phone.kinds())[-3:] == ["held", "requeued", "claimed"]
    await phone.heart.balanced()
    with pytest.raises(NotYours):
        await phone.calls.hold(ann, item, True)
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")


async def test_a_customer_who_goes_leaves_no_supervisor_behind(phone: Telephone) -> None:
    caller, _, item = await phone.talking()
    sam = await phone.agent("Sam", role="supervisor", ready=False)
    await Supervision(phone.calls).supervise(sam, item, "listen")
    await phone.phones[sam.id].rings()
    await phone.phones[sam.id].accept()
    await phone.pass_time(2)
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


async def test_where_there_is_nothing_to_hear(phone: Telephone) -> None:
    caller, sam = await phone.waiting(), await phone.agent("Sam", role="supervisor", ready=False)
    item = await phone.heart.pool.fetchval("SELECT id FROM interactions")
    verbs = Supervision(phone.calls)
    with pytest.raises(WrongState):
        await verbs.supervise(sam, item, "listen")
    with pytest.raises(NotFound):
        await verbs.supervise(sam, (await phone.heart.arrive()).interaction_id, "listen")
    await caller.hang_up()
    await phone.settle()
