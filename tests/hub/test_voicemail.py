"""What callers leave behind when nobody is there."""

import copy
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.call_terms import KIND
from simulator.telephony.driver import Person
from simulator.telephony.faults import FaultPlan, Rule
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
