"""A loop that is woken by what matters, and by the net when nobody rings."""

import asyncio
from uuid import UUID

import pytest

from hub import loop
from hub.doorbell import AgentMoved, Doorbell, Typing
from tests.support.waiting import until

RING, NOISE = AgentMoved(UUID(int=1)), Typing(UUID(int=1), frozenset(), "customer", True)


async def test_it_runs_at_once_and_again_for_every_ring_that_matters() -> None:
    bell, steps = Doorbell(), list[int]()

    async def step() -> float:
        steps.append(1)
        return 3600.0

    running = asyncio.create_task(loop.run(loop.Wake(bell, lambda what: what == RING), step))
    await until(lambda: len(steps) == 2)  # once to begin with, once because it may have missed something
    bell.ring(NOISE)
    bell.ring(RING)
    bell.ring(RING)
    await until(lambda: len(steps) == 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    bell.ring(RING)  # nobody listens any more
    assert bell._listeners == []


async def test_a_ring_during_a_step_is_not_lost() -> None:
    bell, steps = Doorbell(), list[int]()
    wake = loop.Wake(bell, lambda what: True)

    async def step() -> float:
        steps.append(1)
        if len(steps) == 2:
            bell.ring(RING)
        return 3600.0

    running = asyncio.create_task(loop.run(wake, step))
    await until(lambda: len(steps) == 3)
    running.cancel()


async def test_without_a_ring_the_net_catches_it() -> None:
    steps = list[int]()

    async def step() -> float:
        steps.append(1)
        return 0.001

    running = asyncio.create_task(loop.run(loop.Wake(Doorbell(), lambda what: True), step))
    await until(lambda: len(steps) > 5)
    running.cancel()


async def test_a_step_that_fails_ends_the_loop_and_its_listening() -> None:
    bell = Doorbell()

    async def step() -> float:
        raise OSError

    with pytest.raises(OSError):
        await loop.run(loop.Wake(bell, lambda what: True), step)
    assert bell._listeners == []
