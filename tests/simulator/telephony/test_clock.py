"""Virtual time: order, quiet after each timer, and ids that do not change from run to run."""

import asyncio
from pathlib import Path

import pytest

from simulator.telephony.clock import START, Busyness, NeverQuiet, ScaledClock, VirtualClock, rfc2822, sleep
from simulator.telephony.journal import Alerts, Journal
from simulator.telephony.sids import SidFactory


async def test_timers_fire_by_due_time_then_by_order() -> None:
    clock, seen = VirtualClock(Busyness()), []
    for name, due in (("c", 2.0), ("a", 1.0), ("b", 1.0), ("late", 9.0)):
        clock.call_later(due, lambda name=name: seen.append((name, clock.elapsed())))  # type: ignore[misc]
    clock.call_later(1.5, lambda: seen.append(("cancelled", 0))).cancel()
    await clock.advance(5)
    assert seen == [("a", 1.0), ("b", 1.0), ("c", 2.0)]
    assert (clock.now() - START).total_seconds() == 5


async def test_each_timer_is_followed_by_quiet() -> None:
    busy = Busyness()
    clock, seen = VirtualClock(busy), []

    async def work(name: str) -> None:
        with busy.on("work"):
            for _ in range(50):
                await asyncio.sleep(0)
            seen.append((name, clock.elapsed()))
        await sleep(clock, 0.5)
        seen.append((name + " later", clock.elapsed()))

    tasks: list[asyncio.Task[None]] = []
    clock.call_later(1, lambda: tasks.append(asyncio.create_task(work("one"))))
    clock.call_later(1.2, lambda: seen.append(("two", clock.elapsed())))
    await clock.advance(3)
    assert seen == [("one", 1.0), ("two", 1.2), ("one later", 1.5)]
    assert await clock.until(lambda: clock.elapsed() >= 99, 10) is False
    assert clock.elapsed() == 13


async def test_what_never_ends_is_named() -> None:
    busy = Busyness(limit_seconds=0.01)
    with busy.on("a webhook"), pytest.raises(NeverQuiet, match="a webhook"):
        await busy.settle()


async def test_the_hubs_own_work_counts() -> None:
    busy, asked = Busyness(), []

    async def idle() -> bool:
        asked.append(1)
        return len(asked) > 2

    busy.idle_hooks.append(idle)
    await busy.settle()
    assert len(asked) == 3


async def test_scaled_time_changes_speed_without_a_jump() -> None:
    clock = ScaledClock(START, scale=1000)
    await sleep(clock, 5)
    assert clock.elapsed() >= 5
    before = clock.elapsed()
    clock.scale = 1
    assert before <= clock.elapsed() < before + 60
    with pytest.raises(ValueError):
        clock.scale = 0


async def test_what_is_due_follows_the_speed_and_waits_while_time_stands_still() -> None:
    clock, seen = ScaledClock(START), []
    clock.call_later(3600, lambda: seen.append("an hour"))
    clock.call_later(1800, lambda: seen.append("never")).cancel()
    clock.paused = True
    clock.scale = 1e7
    stood = clock.elapsed()
    clock.call_later(0, lambda: seen.append("at once"))
    for _ in range(50):
        await asyncio.sleep(0)
    assert (seen, clock.elapsed(), clock.paused) == ([], stood, True)
    clock.paused = False
    await sleep(clock, 7200)
    assert seen == ["at once", "an hour"]
    assert clock.elapsed() >= 7200


async def test_a_loop_that_is_early_is_made_to_wait() -> None:
    clock, seen = ScaledClock(START, scale=1e6), []
    timer = clock.call_later(3600, lambda: seen.append(clock.elapsed()))
    clock._fire(timer)
    assert seen == []
    await sleep(clock, 7200)
    assert len(seen) == 1
    assert seen[0] >= 3600


def test_dates_and_ids() -> None:
    assert rfc2822(START) == "Mon, 02 Mar 2026 09:00:00 +0000"
    one, same, other = SidFactory(1), SidFactory(1), SidFactory(2)
    assert [one("CA"), one("CA"), one("CF")] == [same("CA"), same("CA"), same("CF")]
    assert other("CA") != SidFactory(1)("CA")
    assert len(one("CA")) == 34
    assert len(one.uuid()) == 36


def test_the_journal_is_a_file_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    journal = Journal(lambda: 1.25, path)
    heard: list[object] = []
    end = journal.subscribe(heard.append)
    Alerts(journal, lambda: 1.25).add(12200, "unknown verb", "CA1")
    end()
    journal.write("x")
    assert path.read_text().splitlines()[1] == '{"t":1.25,"kind":"x"}'
    assert len(heard) == 1


def test_the_journal_forgets_and_keeps_counting() -> None:
    journal = Journal(lambda: 0.0)
    journal.keep = 10
    for number in range(25):
        journal.write("x", number=number)
    entries, following = journal.since(0, 4)
    assert ([entry["number"] for entry in entries], following) == ([15, 16, 17, 18], 19)
    assert [entry["number"] for entry in journal.since(following, 100)[0]] == list(range(19, 25))
    assert journal.since(25, 10) == ([], 25)


async def test_what_moves_while_the_hub_is_asked_is_waited_for_too() -> None:
    busy, asked = Busyness(), []

    async def idle() -> bool:
        asked.append(1)
        if len(asked) == 1:
            busy.moves += 1  # its answer came with some more work
        return True

    busy.idle_hooks.append(idle)
    await busy.settle()
    assert len(asked) == 2
