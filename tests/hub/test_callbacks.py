"""Callers who are called back, against the emulator and the real database."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hub import model
from hub.wire import Requeue
from tests.hub.calling_back import line, offering, promised
from tests.hub.promising import policy, watched
from tests.hub.telephone import ALWAYS, MIA, OURS, Pool, Telephone, running_telephone

BEN = "+15551230002"


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool, offering()) as found:
        yield found


async def test_who_asks_to_be_called_back_hangs_up_and_keeps_his_place(phone: Telephone) -> None:
    await promised(phone)
    ben = await phone.waiting(BEN)
    assert (await phone.kinds())[:2] == ["received", "callback_asked"]
    assert await line(phone) == [MIA, BEN]
    row = await phone.heart.pool.fetchrow("SELECT number, attempts, closed_at, call_id FROM callbacks")
    assert tuple(row or ()) == (MIA, 0, None, None)
    assert not await phone.heart.pool.fetch("SELECT FROM interactions WHERE state <> 'queued'")
    assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL AND number = $1 AND id IN ("
                                            "SELECT id FROM calls ORDER BY began_at LIMIT 1)", OURS)
    await ben.hang_up()


async def test_another_number_is_keyed_in_read_back_and_may_be_wrong_at_first(phone: Telephone) -> None:
    caller = await phone.sim.call(MIA, OURS)
    await caller.press("1")
    await caller.heard("To be called back")
    await caller.press("1")
    await caller.heard("press 1. For another number")
    await caller.press("2")
    await caller.heard("enter the number")
    await caller.press("12#")
    await caller.heard("Sorry, that did not work")
    await caller.press("5551239999#")
    await caller.heard("plus, 1, 5, 5, 5, 1, 2, 3, 9, 9, 9, 9")
    await caller.press("1")
    await caller.heard("Goodbye")
    await phone.pass_time(12)
    assert await phone.heart.pool.fetchval("SELECT number FROM callbacks") == "+15551239999"


@pytest.mark.parametrize("keys", ["*", "9"])
async def test_who_would_rather_wait_waits_on(phone: Telephone, keys: str) -> None:
    caller = await phone.sim.call(MIA, OURS)
    await caller.press("1")
    await caller.heard("To be called back")
    await caller.press("1")
    for _ in range(3):
        await caller.heard("If this is right")
        await caller.press(keys)
        if keys == "*":
            break
    await caller.heard("You are number 1 in line")
    assert not await phone.heart.pool.fetch("SELECT FROM callbacks")
    await caller.hang_up()
    await phone.ended("abandoned_in_queue")


async def test_an_anonymous_caller_is_asked_for_a_number(phone: Telephone) -> None:
    caller = await phone.sim.call("anonymous", OURS)
    await caller.press("1")
    await caller.heard("To be called back")
    await caller.press("1")
    await caller.heard("enter the number")
    await caller.press("5551239999#")
    await caller.heard("If this is right")
    await caller.press("1")
    await caller.heard("Goodbye")
    await phone.pass_time(12)
    assert await phone.heart.pool.fetchval("SELECT number FROM callbacks") == "+15551239999"


async def test_it_is_offered_only_to_who_has_waited_or_will(pool: Pool) -> None:
    async with running_telephone(pool, offering(after_seconds=60)) as phone:
        caller = await phone.waiting()
        await phone.pass_time(30)
        assert not [one for one in caller.leg.heard if "called back" in one.text]
        await phone.pass_time(60)
        await caller.heard("To be called back")
        await caller.hang_up()


async def test_who_calls_again_meanwhile_has_one_contact_and_his_place(phone: Telephone) -> None:
    await promised(phone)
    ben = await phone.waiting(BEN)
    caller = await phone.sim.call(MIA, OURS)
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("We have kept your place")
    await caller.heard("You are number 1 in line")
    assert await line(phone) == [MIA, BEN]
    assert await phone.heart.pool.fetchval("SELECT outcome FROM callbacks") == "called_again"
    ann = await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    agent = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    caller.expect_audible(agent, mutual=True)
    await ben.hang_up()
    await phone.pass_time(2)
    await caller.hang_up()
    await phone.pass_time(2)
    await phone.ended("talked")


async def test_an_exit_of_the_queue_offers_it_at_once(pool: Pool) -> None:
    async with running_telephone(pool) as phone:  # whose flow offers none by itself
        caller = await phone.waiting()
        it = await phone.heart.pool.fetchval("SELECT id FROM interactions")
        exits = model.Overflowed("max_wait", "support", {"exit": "callback", "policy": 1})
        await phone.heart.journal.write(it, exits, model.SYSTEM)
        await caller.heard("To be called back")
        await caller.press("1")
        await caller.heard("If this is right")
        await caller.press("1")
        await caller.heard("You keep your place")
        await phone.pass_time(12)
        assert await phone.heart.pool.fetchval("SELECT number FROM callbacks") == MIA


async def test_a_broken_promise_offers_it_by_a_step_of_the_ladder(pool: Pool) -> None:
    async with running_telephone(pool) as phone:
        fast = {"version": 1, "calendar": "always", "first_response_minutes": 1}
        desk = watched(phone.heart, policy({"ladder": "up"}, slas={"fast": fast}, promises=[{"sla": "fast"}],
                                           ladders=[{"id": "up", "steps": [{"offer": "callback"}]}]))
        caller = await phone.waiting()
        await desk.loop.step()
        assert not [one for one in caller.leg.heard if "called back" in one.text]
        await phone.pass_time(62)
        await desk.loop.step()
        await caller.heard("To be called back")
        await caller.press("1")
        await caller.heard("If this is right")


async def test_whoever_gives_a_callback_back_its_place_stays(phone: Telephone) -> None:
    await promised(phone)
    since = await phone.heart.pool.fetchval("SELECT queued_at FROM interactions")
    ann = await phone.agent()
    it = await phone.accepts(ann)
    await phone.pass_time(1)
    await phone.heart.desk.requeue(ann, it, Requeue(reason="wrong queue", queue="sales"))
    assert await phone.heart.pool.fetchval("SELECT queued_at FROM interactions") == since


# --- hours ------------------------------------------------------------------------------------------------------------


async def test_nobody_is_called_at_night_and_the_place_is_kept_until_the_morning(pool: Pool) -> None:
    settings = offering(calendar="mornings")
    settings["calendars"]["mornings"] = {"zone": "Europe/Berlin", "week": {day: ["06:00-07:00"] for day in ALWAYS}}
    async with running_telephone(pool, settings) as phone:
        caller = await promised(phone)
        row = await phone.heart.pool.fetchrow("SELECT state, due_at, queued_at FROM interactions")
        assert row is not None
        assert row["state"] == "parked"
        assert [one for one in caller.leg.heard if "too late or too early" in one.text]
        since, opens = row["queued_at"], row["due_at"]
        assert opens - phone.heart.clock() > timedelta(hours=1)
        await phone.heart.balanced()
        await phone.sim.advance((opens - phone.heart.clock()).total_seconds() + 2)
        await phone.settle()
        row = await phone.heart.pool.fetchrow("SELECT state, queued_at FROM interactions")
        assert tuple(row or ()) == ("queued", since)


# --- cut off ----------------------------------------------------------------------------------------------------------


async def test_who_was_cut_off_and_calls_again_in_time_has_his_place_again(phone: Telephone) -> None:
    mia = await phone.waiting(MIA)
    await phone.pass_time(5)
    ben = await phone.waiting(BEN)
    await mia.hang_up()
    await phone.pass_time(60)
    mia = await phone.sim.call(MIA, OURS)
    await mia.heard("Press 1")
    await mia.press("1")
    await mia.heard("You have your place in line again")
    await mia.heard("You are number 1 in line")
    assert await line(phone) == [MIA, BEN]
    assert "place_regained" in await phone.kinds()
    await mia.hang_up()
    await ben.hang_up()
    await phone.ended("abandoned_in_queue")


async def test_too_late_or_in_another_queue_he_begins_anew(phone: Telephone) -> None:
    mia, ben = await phone.waiting(MIA), await phone.waiting(BEN)
    await mia.hang_up()
    await phone.pass_time(125)
    mia = await phone.sim.call(MIA, OURS)
    await mia.press("1")
    await mia.heard("You are number 2 in line")
    assert await line(phone) == [BEN, MIA]
    assert "place_regained" not in await phone.kinds()
    await mia.hang_up()
    await ben.hang_up()
    assert await item_count(phone) == 3


async def item_count(phone: Telephone) -> int:
    return int(await phone.heart.pool.fetchval("SELECT count(*) FROM interactions"))
