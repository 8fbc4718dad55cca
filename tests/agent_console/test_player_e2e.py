"""What was spoken is heard again in a real browser, by those who may, until it is deleted; a call by keyboard alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from wave import open as open_wave

import pytest

from simulator.telephony.driver import Sim
from simulator.telephony.recordings import LEAST
from tests.agent_console.conftest import Desk, a_tab
from tests.agent_console.line import a_line, shots
from tests.hub.telephone import MIA, OURS, SETTINGS
from tests.support.hub import RunningHub
from tests.support.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

pytestmark = pytest.mark.timeout(120)
RECORDED: dict[str, Any] = {**SETTINGS, "recording": {"when": "always", "announce": {"en": "We record."}}}
SECONDS, RATE = 600, 8000
AUDIO = """() => [...document.querySelectorAll('audio')].map(one =>
    ({at: one.currentTime, rate: one.playbackRate, paused: one.paused}))"""


@asynccontextmanager
async def _calling(dsn: str, browser: "Browser") -> AsyncIterator[tuple[Sim, Desk]]:
    async with a_line(dsn, RECORDED) as (sim, hub), a_tab(browser, hub) as desk:
        await hub.account("ada", "admin")
        await desk.arrive("ada")
        await until(lambda: sim.exchange.devices)
        await desk.page.keyboard.press("Alt+a")
        yield sim, desk


async def _rings(sim: Sim) -> Any:
    mia = await sim.call(MIA, OURS)
    await mia.heard("Press 1")
    await mia.press("1")
    return mia


def _silence() -> bytes:
    """More than one part of it is sent at a time: ten minutes."""
    content = BytesIO()
    with open_wave(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(2 * RATE * SECONDS))
    return content.getvalue()


async def _hold(hub: RunningHub, content: bytes) -> None:
    """Whatever was recorded, this is what was heard."""
    await hub.parts.pool.execute("UPDATE recording_sounds SET bytes = $1", content)
    await hub.parts.pool.execute("UPDATE recordings SET size = $1, seconds = $2", len(content), SECONDS)


async def test_a_recording_is_heard_by_hand_and_key_and_deleted_with_a_reason(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk):
        page = desk.page
        mia = await _rings(sim)
        await desk.accept()
        bar = page.get_by_role("region", name="Telephone call")
        await bar.get_by_text("Recording", exact=True).wait_for()
        [recording] = sim.exchange.recordings.values()
        await until(lambda: recording.length() > LEAST)
        await mia.hang_up()
        await bar.wait_for(state="detached")
        players = page.get_by_role("group", name="Recording of the call")
        await players.nth(1).wait_for()
        await _hold(desk.hub, _silence())
        await page.reload()
        await _plays(desk, players)
        await _breaks(desk, players.first)
        await _is_deleted(desk, players)


async def _plays(desk: Desk, players: "Locator") -> None:
    """In the conversation and in the history; one sounds at a time, and each stays where it was."""
    page, parts = desk.page, list[str]()
    page.on("request", lambda one: parts.append(one.headers.get("range", "")) if "/audio" in one.url else None)
    talk, history = players.nth(0), players.nth(1)
    slider = talk.get_by_role("slider", name="Position")
    await slider.focus()
    assert parts == []
    await page.keyboard.press("Space")
    await talk.get_by_role("button", name="Pause").wait_for()
    await until(lambda: parts)
    for key, at in (("End", SECONDS), ("Home", 0), ("PageUp", 10), ("ArrowRight", 15)):
        await page.keyboard.press(key)
        await until(partial(_near, page, at))
    box = await slider.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    await until(lambda: _near(page, SECONDS / 2))
    assert await slider.get_attribute("aria-valuemax") == str(SECONDS)
    await history.get_by_role("button", name="Play").click()
    await talk.get_by_role("button", name="Play").wait_for()
    await until(lambda: _paused(page, [True, False]))
    await history.get_by_role("button", name="Speed").click()
    await page.get_by_role("option", name="2×").click()
    assert [one["rate"] for one in await page.evaluate(AUDIO)] == [2, 2]
    assert all(one.startswith("bytes=") for one in parts)
    assert await desk.violations() == []
    await history.get_by_role("button", name="Pause").click()
    await shots(desk, "player")


async def _near(page: "Page", at: float) -> bool:
    return bool(abs((await page.evaluate(AUDIO))[0]["at"] - at) < 4)


async def _paused(page: "Page", wanted: list[bool]) -> bool:
    return [one["paused"] for one in await page.evaluate(AUDIO)] == wanted


async def _breaks(desk: Desk, talk: "Locator") -> None:
    """The way to the hub is gone while it is asked for; then it is there again."""
    page = desk.page
    await page.route("**/audio", lambda route: route.abort())
    await page.reload()
    await talk.get_by_role("button", name="Play").click()
    await talk.get_by_role("alert").get_by_text("could not be played").wait_for()
    assert await desk.violations() == []
    await shots(desk, "player_broken")
    await page.unroute("**/audio")
    await talk.get_by_role("button", name="Try again").click()
    await talk.get_by_role("alert").wait_for(state="detached")
    await talk.get_by_role("button", name="Play").click()
    await talk.get_by_role("button", name="Pause").wait_for()


async def _is_deleted(desk: Desk, players: "Locator") -> None:
    page, talk = desk.page, players.first
    await talk.get_by_text("Kept until").wait_for()
    await talk.get_by_role("button", name="Who listened").click()
    heard = page.get_by_role("dialog", name="Who listened")
    await heard.get_by_role("cell", name="Ada").wait_for()
    assert await desk.violations() == []
    await shots(desk, "who_listened")
    await page.keyboard.press("Escape")
    await talk.get_by_role("button", name="Delete").click()
    sure = page.get_by_role("dialog", name="Delete the recording?")
    assert await sure.get_by_role("button", name="Delete the recording").is_disabled()
    await page.keyboard.type("A card number was said.")
    assert await desk.violations() == []
    await shots(desk, "delete_recording")
    await sure.get_by_role("button", name="Delete the recording").click()
    await players.first.wait_for(state="detached")
    assert await players.count() == 0
    assert await page.get_by_text("The recording has been deleted.").count() >= 2
    await page.get_by_role("log").get_by_text("Ada deleted the recording: A card number was said.").wait_for()
    assert await desk.violations() == []
    await shots(desk, "recording_deleted")


async def test_a_call_by_keyboard_alone_never_loses_the_focus(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk), a_tab(browser, desk.hub) as other:
        page = desk.page
        await desk.hub.account("ben")
        await other.arrive("ben")
        await until(lambda: len(sim.exchange.devices) == 2)
        await _rings(sim)
        await desk.accept()
        bar = page.get_by_role("region", name="Telephone call")
        await bar.get_by_text("Talking", exact=True).wait_for()

        async def press(name: str) -> None:
            await bar.get_by_role("button", name=name).focus()
            await page.keyboard.press("Enter")

        await press("Mute")
        await _focused(page, "Unmute")
        await page.keyboard.press("Enter")
        await _focused(page, "Mute")
        await press("Hold")
        await _focused(page, "Talk on")
        await page.keyboard.press("Enter")
        await bar.get_by_text("Talking", exact=True).wait_for()
        await press("Keypad")
        await _focused(page, "1")
        await page.keyboard.press("Escape")
        await _focused(page, "Keypad")
        await press("Ask somebody")
        ask = page.get_by_role("dialog").get_by_role("button", name="Call", exact=True)
        await ask.click(trial=True)  # not before there is somebody to ask
        await ask.focus()
        await page.keyboard.press("Enter")
        await bar.get_by_role("button", name="Back to the customer").wait_for()
        await _focused(page, "Telephone call")
        await other.page.get_by_role("button", name="Answer", exact=True).click()
        await bar.get_by_text("Answered").wait_for()
        assert await desk.violations() == []
        await press("Hand over")
        await bar.wait_for(state="detached")
        await until(lambda: page.evaluate("document.activeElement !== document.body"))
        answered = other.page.get_by_role("region", name="Telephone call")
        await answered.get_by_text("Talking", exact=True).wait_for()
        await other.page.keyboard.press("Alt+Shift+X")
        await other.page.get_by_role("region", name="Wrap-up").wait_for()
        await _focused(other.page, "Wrap-up")


async def _focused(page: "Page", name: str) -> None:
    """By what a screen reader calls it, without its keys."""
    asked = "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText).split(' (')[0]"
    await until(lambda: page.evaluate(f"{asked} === {name!r}"))
