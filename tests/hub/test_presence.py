"""Declared, connected, routable: three things, and no way that one becomes another by accident."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from hub.doorbell import AgentMoved
from hub.errors import NotFound
from hub.model import Actor
from hub.presence import GRACE, LEASE
from hub.store import agents, history
from hub.wire import Presence, Requeue, Say, SetPresence, WaitFor, WrapUp
from tests.hub.conftest import Heart

BREAK = SetPresence(state="break", reason="lunch\x00")
READY = SetPresence(state="available")


async def presence(heart: Heart, who: Actor) -> Presence:
    return (await agents.view(heart.pool, who.id, heart.clock())).presence


async def finish(heart: Heart, who: Actor, it: UUID) -> None:
    await heart.desk.end(who, it)
    await heart.desk.wrap_up(who, it, WrapUp(disposition="solved"))


async def lose_socket(heart: Heart, who: Actor) -> None:
    await heart.presence.closed(f"socket-{who.name}")


# --- declared ---------------------------------------------------------------------------------------------------------


async def test_a_break_while_busy_begins_when_the_last_work_ends(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    one, two = [(await heart.arrive()).interaction_id for _ in range(2)]
    await heart.desk.claim(ann, one)
    await heart.desk.claim(ann, two)
    await heart.presence.declare(ann, ann.id, BREAK)
    found = await presence(heart, ann)
    assert (found.declared, found.pending, found.pending_reason, found.why_not) == (
        "available", "break", "lunch\ufffd", "finishing")  # fmt: skip
    await heart.arrive()
    await heart.dispatch.step()
    await finish(heart, ann, one)
    assert (await presence(heart, ann)).declared == "available"
    heart.clock.advance(30)
    await finish(heart, ann, two)
    found = await presence(heart, ann)
    assert (found.declared, found.reason, found.pending, found.since) == ("break", "lunch\ufffd", None, heart.clock())


@pytest.mark.parametrize("end", ["requeue", "leave_and_time", "park"])
async def test_the_break_begins_however_the_work_ends(heart: Heart, end: str) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    await heart.desk.claim(ann, it)
    await heart.presence.declare(ann, ann.id, BREAK)
    if end == "requeue":
        await heart.desk.requeue(ann, it, Requeue(reason="later"))
    elif end == "park":
        await heart.desk.wait(ann, it, WaitFor(minutes=60))
    else:
        await heart.desk.end(ann, it)
        heart.clock.advance(minutes=2)
        await heart.timers.step()
    assert (await presence(heart, ann)).declared == "break"
    await heart.balanced()


async def test_the_last_choice_wins(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    await heart.desk.claim(ann, it)
    for wanted in (BREAK, SetPresence(state="offline"), READY):
        await heart.presence.declare(ann, ann.id, wanted)
    assert (await presence(heart, ann)).pending is None
    await finish(heart, ann, it)
    assert (await presence(heart, ann)).declared == "available"


async def test_a_break_takes_open_offers_back(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    await heart.offered(ann)
    await heart.presence.declare(ann, ann.id, BREAK)
    assert await heart.state(it) == "queued"
    assert (await presence(heart, ann)).declared == "break"
    await heart.balanced()


async def test_a_break_with_work_and_an_offer_begins_when_both_are_gone(heart: Heart) -> None:
    """The offer may be taken back before or after the work ends."""
    for n in range(5):
        ann = await heart.agent(f"Ann{n}")
        one = (await heart.arrive()).interaction_id
        await heart.desk.claim(ann, one)
        await heart.desk.end(ann, one)
        two = (await heart.arrive()).interaction_id
        await heart.offered(ann)
        await asyncio.gather(
            heart.presence.declare(ann, ann.id, BREAK), heart.desk.wrap_up(ann, one, WrapUp(disposition="solved"))
        )
        found = await presence(heart, ann)
        assert (found.declared, found.pending) == ("break", None)
        assert await heart.state(two) == "queued"
        ben = await heart.agent(f"Ben{n}", ready=False)
        await heart.desk.claim(ben, two)


async def test_missed_is_left_by_one_call(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    await heart.offered(ann)
    heart.clock.advance(20)
    await heart.timers.step()
    found = await presence(heart, ann)
    assert (found.declared, found.routable, found.why_not) == ("missed", False, "missed")
    await heart.presence.declare(ann, ann.id, READY)
    assert (await presence(heart, ann)).routable


async def test_a_missed_offer_does_not_end_a_break(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    await heart.offered(ann)
    await heart.pool.execute("UPDATE agents SET declared = 'break' WHERE id = $1", ann.id)  # a crash before withdrawing
    heart.clock.advance(20)
    await heart.timers.step()
    assert (await presence(heart, ann)).declared == "break"
    await heart.balanced()


async def test_a_log_in_or_a_second_device_declares_nothing(heart: Heart) -> None:
    ann = await heart.agent("Ann", ready=False)
    for sid in ("laptop", "phone"):
        await heart.presence.opened(ann.id, sid, "node")
    assert (await presence(heart, ann)).declared == "offline"
    await heart.presence.declare(ann, ann.id, BREAK)
    await heart.presence.closed("laptop")
    await heart.presence.opened(ann.id, "tablet", "node")
    found = await presence(heart, ann)
    assert (found.declared, found.connected) == ("break", True)


async def test_a_supervisor_declares_and_the_history_says_so(heart: Heart) -> None:
    ann, sue = await heart.agent("Ann"), await heart.agent("Sue", "supervisor", ready=False)
    await heart.floor.set_presence(sue, ann.id, SetPresence(state="offline"))
    row = await heart.pool.fetchrow("SELECT * FROM agent_states WHERE agent_id = $1 AND ended_at IS NULL", ann.id)
    assert row is not None
    assert (row["state"], row["cause"]) == ("offline", f"supervisor:{sue.id}")
    with pytest.raises(NotFound):
        await heart.floor.set_presence(sue, uuid4(), READY)


async def test_intervals_of_state_follow_one_another_without_gap_or_overlap(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    began = heart.clock()
    for wanted, seconds in ((BREAK, 10), (READY, 70), (SetPresence(state="offline"), 5), (READY, 15)):
        heart.clock.advance(seconds)
        await heart.presence.declare(ann, ann.id, wanted)
    await heart.arrive()
    await heart.offered(ann)
    heart.clock.advance(20)
    await heart.timers.step()
    heart.clock.advance(3)
    await asyncio.gather(*(heart.presence.declare(ann, ann.id, one) for one in (READY, BREAK, READY, BREAK)))
    rows = await heart.pool.fetch(
        "SELECT state, started_at, ended_at FROM agent_states WHERE agent_id = $1"
        " ORDER BY started_at, ended_at NULLS LAST",
        ann.id,
    )
    assert all(one["ended_at"] == two["started_at"] for one, two in pairwise(rows))
    assert (rows[0]["started_at"], rows[-1]["ended_at"]) == (began, None)
    assert rows[-1]["state"] == (await presence(heart, ann)).declared
    assert "missed" in {row["state"] for row in rows}


# --- connected --------------------------------------------------------------------------------------------------------


async def test_a_lost_socket_gives_offers_back_at_once_and_work_after_the_grace(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    one = (await heart.arrive()).interaction_id
    await heart.desk.claim(ann, one)
    two = (await heart.arrive()).interaction_id
    await heart.offered(ann)
    await lose_socket(heart, ann)
    await heart.presence.sweep()
    assert (await heart.state(one), await heart.state(two)) == ("active", "queued")
    assert (await presence(heart, ann)).declared == "available"
    heart.clock.advance(GRACE.total_seconds())
    await heart.presence.sweep()
    assert await heart.state(one) == "active"
    heart.clock.advance(1)
    await heart.presence.sweep()
    assert await heart.state(one) == "queued"
    assert (await presence(heart, ann)).declared == "offline"
    row = await heart.pool.fetchrow("SELECT cause FROM agent_states WHERE agent_id = $1 AND ended_at IS NULL", ann.id)
    assert row is not None
    assert row["cause"] == "rule:connection_lost"
    touches = [t.kind for t in await history.touches_of(heart.pool, one)]
    assert touches == ["received", "claimed", "requeued"]
    await heart.balanced()


async def test_who_comes_back_within_the_grace_keeps_everything(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    await heart.desk.claim(ann, it)
    await lose_socket(heart, ann)
    heart.clock.advance(100)
    await heart.presence.sweep()
    await heart.presence.opened(ann.id, "again", "node")
    heart.clock.advance(25)
    await heart.presence.sweep()
    assert await heart.state(it) == "active"
    assert (await presence(heart, ann)).routable


async def test_a_socket_that_is_not_renewed_expires_and_one_that_is_lives(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann", ready=False), await heart.agent("Ben", ready=False)
    await heart.presence.opened(ann.id, "a", "node")
    await heart.presence.opened(ben.id, "b", "node")
    heart.clock.advance(20)
    await heart.presence.renewed(["a"])
    await heart.presence.renewed([])
    heart.clock.advance(LEASE.total_seconds() - 19)
    assert (await presence(heart, ann)).connected
    assert not (await presence(heart, ben)).connected
    await heart.presence.closed("b")  # of a lease that is over: nothing to say
    heart.clock.advance(days=2)
    await heart.presence.sweep()
    assert await heart.pool.fetchval("SELECT count(*) FROM connections") == 0


async def test_i8_a_lease_that_ends_by_itself_is_told_the_screens_once(heart: Heart) -> None:
    ann = await heart.agent("Ann", ready=False)
    await heart.presence.opened(ann.id, "a", "a node that is killed")
    heart.clock.now += LEASE
    heart.rings.clear()
    for _ in range(3):
        await heart.presence.sweep()
        heart.clock.advance(5)
    assert heart.rings == [AgentMoved(ann.id)]
    assert not (await presence(heart, ann)).connected


async def test_a_disabled_agent_gives_everything_back_at_once(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    one = (await heart.arrive()).interaction_id
    await heart.desk.claim(ann, one)
    two = (await heart.arrive()).interaction_id
    await heart.offered(ann)
    await heart.pool.execute("UPDATE agents SET disabled_at = now() WHERE id = $1", ann.id)
    await heart.presence.sweep()
    assert (await heart.state(one), await heart.state(two)) == ("queued", "queued")
    assert (await heart.loaded(one)).preferred_agent_id is None
    assert (await presence(heart, ann)).declared == "offline"
    await heart.balanced()
    rung = len(heart.rings)
    await heart.presence.sweep()
    assert len(heart.rings) == rung


async def test_who_is_gone_with_a_break_pending_is_offline_in_the_end(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    await heart.desk.claim(ann, it)
    await heart.presence.declare(ann, ann.id, BREAK)
    await lose_socket(heart, ann)
    heart.clock.now += GRACE + timedelta(seconds=1)
    await heart.presence.sweep()
    found = await presence(heart, ann)
    assert (found.declared, found.pending) == ("offline", None)
    assert await heart.state(it) == "queued"


async def test_work_that_came_back_is_offered_first_to_who_had_it(heart: Heart) -> None:
    ann = await heart.agent("Ann", capacity=30)
    it = (await heart.arrive()).interaction_id
    await heart.desk.claim(ann, it)
    await lose_socket(heart, ann)
    heart.clock.now += GRACE + timedelta(seconds=1)
    await heart.presence.sweep()
    await heart.agent("Ben")
    await heart.connect(ann)
    await heart.presence.declare(ann, ann.id, READY)
    assert await heart.accepted(ann) == it
    await heart.desk.say(ann, it, Say(id=uuid4(), text="I am back"))
