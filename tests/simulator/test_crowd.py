"""Arrivals, and what a person without any need for pauses does."""

import asyncio
from random import Random

import pytest

from simulator.crowd import Crowd
from simulator.customers import Persona, chatty, choose, writer
from simulator.pace import Pace
from simulator.stories import tongues
from tests.simulator.badhub import bad_hub
from tests.support.waiting import until

SWIFT = Pace(0)


async def test_the_same_form_is_posted_until_it_is_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.form.LEAST_SECONDS", 0)
    async with bad_hub(hang_ups=2) as hub:
        crowd = Crowd(hub.url, rate=0.01, pace=SWIFT, personas=(Persona("writer", 1, writer),))
        await crowd.start()
        await until(lambda: crowd.acknowledged)
        await crowd.stop()
    assert len(hub.keys) == 3
    assert len(set(hub.keys)) == 1
    assert hub.posts[0] == hub.posts[2]
    assert hub.posts[0]["stamp"] == "s1"
    assert [entry.reference for entry in crowd.acknowledged.values()] == ["F-1"]


async def test_a_customer_answers_the_agent() -> None:
    async with bad_hub() as hub:
        crowd = Crowd(hub.url, rate=0.01, pace=SWIFT, personas=(Persona("chatty", 1, chatty),))
        await crowd.start()
        await until(lambda: crowd.acknowledged)
        await hub.answer("Hm.")
        known = {one.answers[0] for tongue in tongues().values() for one in tongue.stories}
        await until(lambda: any(entry.text in known for entry in crowd.acknowledged.values()))
        await crowd.stop()
    assert not crowd.present


def test_the_same_seed_sends_the_same_people() -> None:
    first, second = Random(7), Random(7)
    assert [choose(first).name for _ in range(20)] == [choose(second).name for _ in range(20)]


async def test_stop_ends_everybody_even_while_the_hub_is_away() -> None:
    crowd = Crowd("http://127.0.0.1:9", rate=6000, pace=SWIFT, at_once=5)
    await crowd.start()
    await until(lambda: crowd.present == 5)
    async with asyncio.timeout(10):
        await crowd.stop()
    assert crowd.present == 0
    assert not crowd.running
