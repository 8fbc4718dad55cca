"""Telephone calls from the first ring to the history, against the emulator and the real database."""

from collections.abc import AsyncIterator

import pytest

from tests.hub.telephone import MIA, OURS, Pool, Telephone, running_telephone


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool) as found:
        yield found


async def test_one_call(phone: Telephone) -> None:
    ann = await phone.agent()
    phone.dispatching = False
    caller = await phone.sim.call(MIA, OURS, caller_name="Mia Berg")
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("You are number 1 in line")
    phone.dispatching = True
    item = await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    before = len(phone.sim.exchange.journal.of("rest"))
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    assert len(phone.sim.exchange.journal.of("rest")) == before + 1
    assert await phone.phase() == "talking"
    await phone.pass_time(30)
    await phone.heart.desk.end(ann, item)
    await phone.pass_time(2)
    await phone.ended("talked")
    assert await phone.state() == "wrapping"
    assert await phone.kinds() == ["received", "offered", "accepted", "connected", "ended", "ended"]
