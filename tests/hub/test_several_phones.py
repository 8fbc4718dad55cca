"""A caller is offered to several agents at once: one softphone rings, that of whoever accepted first."""

from collections.abc import AsyncIterator

import pytest

from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.errors import Taken
from tests.hub.telephone import Pool, Telephone, running_telephone
from tests.hub.test_dispatch_policy import policy


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool) as found:
        yield found


async def test_only_the_phone_of_whoever_accepted_first_rings(phone: Telephone) -> None:
    phone.heart.dispatch = Dispatch(phone.heart.journal, Doorbell(), lambda: (1, policy(offer_to=3)))
    phone.dispatching = False
    caller = await phone.waiting()
    ann, ben, eve = [await phone.agent(name) for name in ("Ann", "Ben", "Eve")]
    await phone.heart.pool.execute("""UPDATE interactions SET placement = '{"queue": "support"}'""")
    phone.dispatching = True
    await phone.settle()
    offers = await phone.heart.pool.fetch("SELECT agent_id FROM offers WHERE state = 'open'")
    assert {one["agent_id"] for one in offers} == {ann.id, ben.id, eve.id}

    shown = await phone.heart.pool.fetchval("SELECT offer_id FROM interactions")
    await phone.accepts(ben)
    with pytest.raises(Taken, match="Ben was first"):
        await phone.heart.desk.accept(eve, shown)
    await phone.phones[ben.id].rings()
    dialled = [leg.label for leg in phone.sim.exchange.legs.values() if leg.label.startswith("agent")]
    assert len(dialled) == 1
    agent = await phone.phones[ben.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    assert await phone.phase() == "talking"
    await phone.heart.balanced()
