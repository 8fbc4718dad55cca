"""The supervisor's verbs."""

import pytest

from hub.errors import Forbidden, WrongState
from hub.store import cards, history
from hub.wire import Prioritise, SetPresence
from tests.hub.conftest import Heart


async def test_only_supervisors_prioritise_and_set_others(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben")
    it = (await heart.arrive()).interaction_id
    with pytest.raises(Forbidden):
        await heart.floor.prioritise(ann, it, Prioritise(priority=9, reason="mine"))
    with pytest.raises(Forbidden):
        await heart.floor.set_presence(ann, ben.id, SetPresence(state="offline"))
    assert (await cards.card(heart.pool, it)).priority == 0


async def test_priority_moves_an_item_ahead_and_says_why(heart: Heart) -> None:
    sue = await heart.agent("Sue", "supervisor", ready=False)
    older, urgent = [(await heart.arrive()).interaction_id for _ in range(2)]
    await heart.floor.prioritise(sue, urgent, Prioritise(priority=5, reason="press"))
    ann = await heart.agent("Ann")
    assert await heart.accepted(ann) == urgent
    touch = next(t for t in await history.touches_of(heart.pool, urgent) if t.kind == "reprioritised")
    assert (touch.actor, touch.actor_id) == ("supervisor", sue.id)
    assert touch.data == {"from": 0, "to": 5, "reason": "press"}
    assert await heart.state(older) == "queued"


async def test_what_is_done_has_no_priority(heart: Heart) -> None:
    sue = await heart.agent("Sue", "supervisor", ready=False)
    inbound = heart.inbound()
    it = (await heart.reception.take_in(inbound)).interaction_id
    await heart.reception.leave(inbound.addresses[0], "webchat")
    with pytest.raises(WrongState):
        await heart.floor.prioritise(sue, it, Prioritise(priority=5, reason="press"))
