"""What callers leave behind when nobody is there."""

import copy
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub import model
from hub.call_terms import KIND
from simulator.telephony.driver import Person
from simulator.telephony.faults import FaultPlan, Rule
from tests.hub.promising import policy, watched
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone


def closed() -> dict[str, Any]:
    settings = copy.deepcopy(SETTINGS)
    steps = settings["flows"]["main"]["steps"]
    steps["hours"]["calendar"] = "never"
    steps["closed"] = {"kind": "voicemail", "queue": "sales", "say": {"en": "Leave a message."}, "longest": 60}
    return settings


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool, closed()) as found:
        yield found


async def spoken(phone: Telephone, seconds: float = 9) -> Person:
    """Mia after the tone."""
    caller = await phone.sim.call(MIA, OURS, caller_name="Mia Berg")
    await caller.heard("Leave a message")
    await caller.heard("beep")
    await caller.say("My router shows no light, please call me back.")
    await phone.sim.advance(seconds)
    return caller


async def work(phone: Telephone) -> list[Any]:
    rows = await phone.heart.pool.fetch(
        "SELECT i.channel, i.queue_id, i.state, i.exclusive, m.text, customer_name(c) AS name FROM interactions i"
        " JOIN customers c ON c.id = i.customer_id LEFT JOIN messages m ON m.interaction_id = i.id")
    return [tuple(row) for row in rows]


async def test_a_voicemail_is_work_with_its_sound(phone: Telephone) -> None:
    caller = await spoken(phone, 2)
    await caller.press("#")
    await caller.heard("Thank you")
    await phone.pass_time(6)
    [(channel, queue, state, exclusive, text, name)] = await work(phone)
    assert (channel, queue, state, exclusive, name) == (KIND, "sales", "queued", False, "Mia Berg")
    assert text.startswith("Voicemail 0:0")
    row = await phone.heart.pool.fetchrow(
        "SELECT r.source, r.state, r.size, s.media_type, t.data->>'recording_id' = r.id::text AS told"
        " FROM recordings r JOIN recording_sounds s ON s.recording_id = r.id JOIN touches t USING (interaction_id)")
    assert row is not None
    assert (row["source"], row["state"], row["media_type"], row["told"]) == (KIND, "stored", "audio/wav", True)
    assert row["size"] > 10_000
    assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
    await phone.heart.balanced()
    phone.sim.invariants()


async def test_who_hangs_up_instead_of_pressing_a_key_has_left_it_all_the_same(phone: Telephone) -> None:
    caller = await spoken(phone, 4)
    await caller.hang_up()
    await phone.pass_time(6)
    assert [row[:3] for row in await work(phone)] == [(KIND, "sales", "queued")]
    await phone.pass_time(70)
    assert len(await work(phone)) == 1
    assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")


async def test_a_voicemail_of_which_nothing_was_heard_is_looked_for(phone: Telephone) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("drop", kinds=("recording",)), Rule("drop", url="/voicemail$")))
    caller = await spoken(phone, 4)
    await caller.hang_up()
    await phone.pass_time(70)
    assert [row[:3] for row in await work(phone)] == [(KIND, "sales", "queued")]
    await phone.heart.balanced()


async def test_who_says_nothing_has_called_and_left_no_work(phone: Telephone) -> None:
    caller = await phone.sim.call(MIA, OURS)
    await caller.heard("beep")
    await caller.hang_up()
    await phone.pass_time(75)
    assert [row[:3] for row in await work(phone)] == [("voice", "support", "done")]
    assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
    await phone.heart.balanced()


async def led_out(phone: Telephone, exit_to: str = "voicemail") -> Person:
    """Mia, whose queue has an exit after the longest wait, hears the tone."""
    caller = await phone.waiting()
    desk = watched(phone.heart, policy({"overflow": {"max_wait": {"minutes": 1, "to": exit_to}}}, promises=[]))
    await phone.pass_time(61)
    await desk.loop.step()
    await caller.heard("leave a message after the tone")
    await caller.heard("beep")
    return caller


async def of_the_call(phone: Telephone) -> tuple[Any, ...]:
    row = await phone.heart.pool.fetchrow("SELECT state, disposition FROM interactions WHERE channel = 'voice'")
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize("exit_to", ["voicemail", "message"])
async def test_an_exit_of_the_queue_asks_for_a_message_that_waits_in_his_place(pool: Pool, exit_to: str) -> None:
    async with running_telephone(pool) as phone:
        caller = await led_out(phone, exit_to)
        ann = await phone.agent()  # nobody is rung for whom the caller does not wait any more
        await caller.say("My router shows no light.")
        await phone.pass_time(4)
        assert await of_the_call(phone) == ("parked", None)
        await caller.press("#")
        await caller.heard("Thank you")
        await phone.pass_time(6)
        assert await of_the_call(phone) == ("done", KIND)
        row = await phone.heart.pool.fetchrow(
            "SELECT m.channel, m.queue_id, m.queued_at = c.queued_at AS age, m.customer_id = c.customer_id AS same,"
            " m.state, o.agent_id FROM interactions m JOIN interactions c ON c.id = m.parent_id"
            " LEFT JOIN offers o ON o.interaction_id = m.id")
        assert row is not None
        assert tuple(row) == (KIND, "support", True, True, "offered", ann.id)
        kinds = await phone.kinds()
        assert [one for one in kinds if one in ("message_left", "left", "ended", "abandoned")] == [
            "message_left", "left", "ended"]
        assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
        await phone.heart.balanced()
        phone.sim.invariants()


async def test_who_says_nothing_instead_of_waiting_has_given_up(pool: Pool) -> None:
    async with running_telephone(pool) as phone:
        caller = await led_out(phone)
        await caller.hang_up()
        await phone.pass_time(75)
        assert await of_the_call(phone) == ("done", None)
        assert (await phone.kinds())[-2:] == ["ended", "abandoned"]
        assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
        await phone.heart.balanced()


async def test_a_message_instead_of_waiting_of_which_nothing_was_heard_is_looked_for(pool: Pool) -> None:
    async with running_telephone(pool) as phone:
        caller = await led_out(phone)
        phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
        phone.sim.exchange.faults.use((Rule("drop", kinds=("recording",)), Rule("drop", url="/voicemail$")))
        await caller.say("My router shows no light.")
        await phone.pass_time(4)
        await caller.hang_up()
        await phone.pass_time(70)
        assert await of_the_call(phone) == ("done", KIND)
        assert [row[:3] for row in await work(phone) if row[0] == KIND] == [(KIND, "support", "queued")]
        await phone.heart.balanced()


async def test_an_agent_who_is_faster_than_the_way_out_has_the_caller(pool: Pool) -> None:
    async with running_telephone(pool) as phone:
        phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
        phone.sim.exchange.faults.use((Rule("delay", url="/line$", ms=5000),))
        caller = await phone.waiting()
        item = await phone.heart.pool.fetchval("SELECT id FROM interactions")
        led = model.Overflowed("max_wait", "support", {"exit": "message"})
        await phone.heart.journal.write(item, led, model.SYSTEM)
        while not await phone.heart.pool.fetchval("SELECT count(*) FROM arrivals WHERE answer LIKE '%<Leave />%'"):
            await phone.sim.advance(1)
        ann = await phone.agent()  # while he is on his way out of the line
        await phone.accepts(ann)
        await phone.phones[ann.id].rings()
        agent = await phone.phones[ann.id].accept()
        await phone.pass_time(9)
        caller.expect_audible(agent, mutual=True)
        assert await of_the_call(phone) == ("active", None)
        await caller.hang_up()
        await phone.pass_time(2)
        await phone.ended("talked")


@pytest.mark.parametrize("who", ["agent", "caller"])
async def test_whom_an_agent_takes_out_of_speaking_talks_like_anybody_else(pool: Pool, who: str) -> None:
    async with running_telephone(pool) as phone:
        caller = await led_out(phone)
        await caller.say("My router shows no light.")
        await phone.pass_time(4)
        item = await phone.heart.pool.fetchval("SELECT id FROM interactions")
        ann = await phone.agent()
        await phone.heart.pool.execute("UPDATE interactions SET preferred_agent_id = $1", ann.id)
        await phone.heart.desk.resume(ann, item)
        await phone.settle()
        await phone.phones[ann.id].rings()
        agent = await phone.phones[ann.id].accept()
        await phone.pass_time(3)
        caller.expect_audible(agent, mutual=True)
        if who == "agent":
            await phone.heart.desk.end(ann, item)
        else:
            await caller.hang_up()
        await phone.pass_time(75)
        assert [row["channel"] for row in await phone.heart.pool.fetch("SELECT channel FROM interactions")] == ["voice"]
        assert await of_the_call(phone) == ("done", None)
        await phone.ended("talked")
        assert await phone.heart.pool.fetchval("SELECT count(*) FROM recordings WHERE interaction_id = $1", item) == 1


async def test_what_comes_of_his_message_while_an_agent_takes_him_is_no_work(pool: Pool) -> None:
    """He presses the key in the moment in which the agent takes his item, before call and item have met again."""
    async with running_telephone(pool) as phone:
        caller = await led_out(phone)
        await caller.say("My router shows no light.")
        await phone.pass_time(4)
        item, ann = await phone.heart.pool.fetchval("SELECT id FROM interactions"), await phone.agent()
        await phone.heart.pool.execute("UPDATE interactions SET preferred_agent_id = $1", ann.id)
        phone.away = True
        await phone.heart.desk.resume(ann, item)
        await caller.press("#")
        await caller.heard("Thank you")
        await phone.pass_time(6)
        phone.away = False
        await phone.pass_time(75)
        assert [row["channel"] for row in await phone.heart.pool.fetch("SELECT channel FROM interactions")] == ["voice"]
        assert (await of_the_call(phone))[0] == "done"
        assert await phone.heart.pool.fetchval("SELECT count(*) FROM recordings WHERE interaction_id = $1", item) == 1
        assert not await phone.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
        await phone.heart.balanced()
