"""Supervised loops: failures are loud, restarts pause, stopping is bounded."""

import asyncio

import pytest

from hub.tasks import LONGEST_PAUSE, Interrupted, Tasks


@pytest.fixture
def tasks() -> Tasks:
    return Tasks(passing=(ConnectionError,))


async def test_a_loop_that_fails_takes_the_hub_down_by_name(tasks: Tasks) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    tasks.supervise("dispatch", fail)
    async with asyncio.timeout(5):
        assert await tasks.failure() == "dispatch"
    assert tasks.alive() == {"dispatch": False}


async def test_a_loop_that_simply_returns_is_a_failure_too(tasks: Tasks) -> None:
    async def end() -> None:
        return

    tasks.supervise("timers", end)
    async with asyncio.timeout(5):
        assert await tasks.failure() == "timers"


@pytest.mark.parametrize(("policy", "error"), [("restart", ValueError), ("stop", ConnectionError)])
async def test_restarts_pause_longer_and_longer(tasks: Tasks, policy: str, error: type[Exception]) -> None:
    pauses: list[float] = []
    enough = asyncio.Event()

    async def fail() -> None:
        raise error("again")

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            enough.set()
            await asyncio.Event().wait()

    tasks.pause = pause
    tasks.supervise("mailbox", fail, on_failure=policy)  # type: ignore[arg-type]
    async with asyncio.timeout(5):
        await enough.wait()
    assert pauses[:4] == [0.5, 1, 2, 4]
    assert pauses[-1] == LONGEST_PAUSE
    assert await tasks.stop() == []


async def test_a_loop_that_pauses_after_a_failure_does_not_count_as_running(tasks: Tasks) -> None:
    pausing, go_on, runs = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def fail_once() -> None:
        if not pausing.is_set():
            raise ValueError("broken")
        runs.set()
        await asyncio.Event().wait()

    async def pause(seconds: float) -> None:
        pausing.set()
        await go_on.wait()

    tasks.pause = pause
    tasks.supervise("presence", fail_once, on_failure="restart")
    async with asyncio.timeout(5):
        await pausing.wait()
        assert tasks.alive() == {"presence": False}
        go_on.set()
        await runs.wait()
    assert tasks.alive() == {"presence": True}
    await tasks.stop()


async def test_what_will_not_end_is_named(tasks: Tasks) -> None:
    held = asyncio.Event()
    release = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            held.set()
            await release.wait()
            raise

    async def good() -> None:
        await asyncio.Event().wait()

    tasks.supervise("stubborn", stubborn)
    tasks.supervise("good", good)
    await asyncio.sleep(0)
    assert await tasks.stop(limit=0.05) == ["stubborn"]
    assert held.is_set()
    release.set()
    assert await tasks.stop() == []


async def test_a_name_is_taken_once(tasks: Tasks) -> None:
    async def good() -> None:
        await asyncio.Event().wait()

    tasks.supervise("one", good)
    with pytest.raises(ValueError, match="running already"):
        tasks.supervise("one", good)
    await tasks.stop()


async def test_one_loop_ends_by_name_and_the_others_go_on(tasks: Tasks) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    tasks.supervise("mail:a", forever)
    tasks.supervise("mail:b", forever)
    await tasks.end("mail:a")
    await tasks.end("never there")
    assert tasks.alive() == {"mail:b": True}
    tasks.supervise("mail:a", forever)  # the name is free
    assert await tasks.stop() == []


async def test_a_loop_that_does_not_end_is_left_and_its_name_is_free(tasks: Tasks) -> None:
    go_on = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await go_on.wait()

    tasks.supervise("mail:a", stubborn)
    await asyncio.sleep(0)
    await tasks.end("mail:a", limit=0.01)
    tasks.supervise("mail:a", stubborn)
    go_on.set()
    assert await tasks.stop() == []


async def test_an_interrupted_loop_comes_again_and_takes_nothing_down(tasks: Tasks) -> None:
    pauses: list[float] = []
    enough = asyncio.Event()

    async def interrupted() -> None:
        raise Interrupted

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            enough.set()
            await asyncio.Event().wait()

    tasks.pause = pause
    tasks.supervise("mail:a", interrupted, longest=2.0)
    async with asyncio.timeout(5):
        await enough.wait()
    assert pauses == [0.5, 1, 2, 2]
    assert await tasks.stop() == []
