"""Supervisors on the line."""

from collections.abc import AsyncIterator

import pytest

from channels.voice.call import Mode
from hub.call_supervision import Supervision
from hub.errors import NotFound, NotYours, WrongState
from tests.hub.telephone import Pool, Telephone, running_telephone


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
