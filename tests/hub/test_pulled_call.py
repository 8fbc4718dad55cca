"""A caller of a queue from which agents pull: whoever takes him is called, and they talk."""

from collections.abc import AsyncIterator

import pytest

from hub.pulling import Pulling
from tests.hub.promising import policy
from tests.hub.telephone import Pool, Telephone, running_telephone


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool) as found:
        yield found


async def test_taking_a_caller_rings_the_phone_of_whoever_took_him(phone: Telephone) -> None:
    phone.dispatching = False
    caller, ann = await phone.waiting(), await phone.agent()
    pulling = Pulling(phone.heart.journal, lambda: (1, policy({"mode": "pull"})))
    await pulling.take_next(ann)
    await phone.settle()
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    assert await phone.phase() == "talking"
