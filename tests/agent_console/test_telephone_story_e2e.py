"""The telephone as all who use it see it: a caller at the emulator's handset page, two agents and a supervisor."""

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from simulator.telephony.driver import Sim
from tests.agent_console.conftest import Desk, a_tab
from tests.agent_console.line import KEY, a_line, shots
from tests.hub.calling_back import offering
from tests.support.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

pytestmark = pytest.mark.timeout(180)


def _settings() -> dict[str, Any]:
    settings = copy.deepcopy(offering(calendar="office"))
    steps = settings["flows"]["main"]["steps"]
    steps["main"]["keys"]["3"] = "message"
    settings["recording"] = {"when": "always", "announce": {"en": "We record."}}
    steps["message"] = {"kind": "voicemail", "queue": "support", "say": {"en": "Leave a message."}, "longest": 60}
    return settings


class Caller:
    """Mia at the handset page."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.phone = page.get_by_role("region", name="Telephone +1")
        self.captions = self.phone.get_by_role("log", name="What is said and heard")

    async def call(self) -> None:
        await self.phone.get_by_role("button", name="Call", exact=True).click()

    async def hears(self, text: str) -> None:
        await self.captions.get_by_text(text).last.wait_for()

    async def is_told(self, text: str) -> None:
        """By her telephone: whom she talks to, that she is held, that it is over."""
        await self.phone.get_by_role("status").get_by_text(text, exact=True).wait_for()

    async def press(self, key: str) -> None:
        await self.phone.get_by_role("button", name=f"Key {key}", exact=True).click()

    async def say(self, text: str) -> None:
        await self.phone.get_by_label("Say", exact=True).fill(text)
        await self.phone.get_by_role("button", name="Say it").click()

    async def hang_up(self) -> None:
        await self.phone.get_by_role("button", name="Hang up").click()


@dataclass
class Agent:
    """Somebody at the console, with a softphone."""

    desk: Desk

    @property
    def page(self) -> "Page":
        return self.desk.page

    @property
    def bar(self) -> "Locator":
        return self.page.get_by_role("region", name="Telephone call")

    async def is_told(self, phase: str) -> None:
        await self.bar.get_by_role("status").get_by_text(phase, exact=True).wait_for()

    async def hears(self, text: str) -> None:
        await self.bar.get_by_role("list").get_by_text(text).wait_for()

    async def does(self, what: str) -> None:
        await self.bar.get_by_role("button", name=what).click()

    async def ask(self, who: str) -> None:
        await self.does("Ask somebody")
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Who").click()
        await self.page.get_by_role("option", name=who).click()
        await dialog.get_by_role("button", name="Call", exact=True).click()

    async def answer(self) -> None:
        asks = self.page.get_by_role("alertdialog", name="A colleague asks for your help")
        await asks.get_by_role("button", name="Answer").click()
        await self.bar.get_by_text("A colleague is talking with you").wait_for()

    async def gone(self) -> None:
        await self.bar.wait_for(state="detached")

    def player(self, name: str) -> "Locator":
        return self.page.get_by_role("log").get_by_role("group", name=name)

    async def plays(self, name: str) -> None:
        """The sound is heard to its end."""
        player = self.player(name)
        await player.get_by_role("button", name="Play").click()
        await player.get_by_role("button", name="Pause").wait_for()
        await player.get_by_role("slider").press("End")
        await player.get_by_role("button", name="Play").wait_for()

    async def wrap_up(self, outcome: str) -> None:
        strip = self.page.get_by_role("region", name="Wrap-up")
        await strip.get_by_role("combobox", name="Outcome").fill(outcome)
        await self.page.get_by_role("option", name=outcome).click()
        await strip.get_by_role("button", name="Done").click()
        await strip.wait_for(state="detached")


@dataclass
class Stage:
    sim: Sim
    mia: Caller
    anna: Agent
    ben: Agent
    sofia: Agent


@asynccontextmanager
async def _stage(dsn: str, browser: "Browser") -> AsyncIterator[Stage]:
    async with (a_line(dsn, _settings()) as (sim, hub), a_tab(browser, hub) as one, a_tab(browser, hub) as two,
                a_tab(browser, hub) as three, a_tab(browser, hub) as outside):
        for desk, login in ((one, "anna"), (two, "ben"), (three, "sofia")):
            await hub.account(login, "supervisor" if login == "sofia" else "agent")
            await desk.arrive(login)
        await until(lambda: len(sim.exchange.devices) == 3)
        await outside.page.goto(f"{sim.base_url}/handset/#key={KEY}")
        yield Stage(sim, Caller(outside.page), Agent(one), Agent(two), Agent(three))


async def test_a_call_from_the_menu_to_the_history(dsn: str, browser: "Browser") -> None:
    async with _stage(dsn, browser) as stage:
        await _answered(stage)
        await _recorded(stage)
        await _held(stage)
        await _asked(stage)
        await _supervised(stage)
        await _passed_on(stage)
        await _left_a_message(stage)
        await _called_back(stage)
        await _stands_in_one_history(stage)


async def _answered(stage: Stage) -> None:
    """From the menu into the line, where she is told her place; an agent who becomes ready gets her."""
    mia, anna = stage.mia, stage.anna
    await mia.call()
    await mia.hears("Press 1 for support")
    await mia.press("1")
    await mia.hears("You are number 1 in line")
    await mia.is_told("Waiting in line")
    await anna.page.keyboard.press("Alt+a")
    await anna.desk.accept()
    await anna.is_told("Talking")
    await mia.is_told("Talking to: Agent")
    await mia.say("My router shows no light.")
    await anna.hears("My router shows no light.")


async def _recorded(stage: Stage) -> None:
    """It runs by rule; she says her card number in a pause."""
    anna = stage.anna
    await anna.is_told("Recording")
    await anna.does("Pause recording")
    await anna.is_told("Recording paused")
    await anna.bar.get_by_text("goes on in").wait_for()
    assert await anna.desk.violations() == []
    await shots(anna.desk, "recording_paused")
    await anna.page.keyboard.press("Alt+Shift+R")
    await anna.is_told("Recording")


async def _held(stage: Stage) -> None:
    mia, anna = stage.mia, stage.anna
    await anna.does("Hold")
    await anna.is_told("On hold: hears music")
    await mia.is_told("On hold")
    await mia.hears("Please hold")
    await anna.does("Talk on")
    await anna.is_told("Talking")
    await mia.is_told("Talking to: Agent")
    await anna.does("Keypad")
    await anna.page.keyboard.type("5#")
    await anna.bar.get_by_text("5#").wait_for()
    await anna.page.keyboard.press("Escape")


async def _asked(stage: Stage) -> None:
    """A colleague is asked and let go, then joins, then has her."""
    mia, anna, ben = stage.mia, stage.anna, stage.ben
    await anna.ask("Ben")
    await ben.answer()
    await anna.bar.get_by_text("Answered").wait_for()
    await mia.is_told("On hold")
    await anna.does("Back to the customer")
    await ben.gone()
    await anna.is_told("Talking")
    await mia.is_told("Talking to: Agent")

    await anna.ask("Ben")
    await ben.answer()
    await anna.does("Talk with both")
    await anna.is_told("Talking")
    await anna.bar.get_by_text("With Ben").wait_for()
    await mia.is_told("Talking to: Agent, Colleague")
    await ben.does("Leave the call")
    await ben.gone()
    await mia.is_told("Talking to: Agent")

    await anna.ask("Ben")
    await ben.answer()
    await anna.does("Hand over")
    await ben.is_told("Talking")
    await anna.gone()
    await mia.is_told("Talking to: Colleague")
    await mia.say("The light is still off.")
    await ben.hears("The light is still off.")


async def _supervised(stage: Stage) -> None:
    mia, ben, sofia = stage.mia, stage.ben, stage.sofia
    page = sofia.page
    await page.goto(f"{sofia.desk.hub.url}/#/floor/active/support")

    async def choose(what: str) -> None:
        await page.get_by_role("complementary").get_by_role("button", name="Actions for").click()
        await page.get_by_role("menuitem", name=what).click()

    await choose("Listen to the call")
    await sofia.bar.get_by_text("You are in a colleague’s call").wait_for()
    await mia.say("Is that normal?")
    await sofia.hears("Is that normal?")
    await mia.is_told("Talking to: Colleague")
    await choose("Whisper to the agent")
    await ben.page.get_by_role("log").get_by_text("whispers to the agent of the call").wait_for()
    await mia.is_told("Talking to: Colleague")
    await choose("Talk with both")
    await mia.is_told("Talking to: Colleague, Supervisor")
    await sofia.does("Leave the call")
    await sofia.gone()
    await mia.is_told("Talking to: Colleague")


async def _passed_on(stage: Stage) -> None:
    """To another queue, unannounced, first to whom she knows already. Then all is over."""
    mia, anna, ben = stage.mia, stage.anna, stage.ben
    await ben.does("Transfer")
    dialog = ben.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Queue").click()
    await ben.page.get_by_role("option", name="Sales").click()
    await dialog.get_by_role("button", name="First to this agent").click()
    await ben.page.get_by_role("option", name="Anna").click()
    await dialog.get_by_label("Reason").fill("wants a new one")
    await dialog.get_by_role("button", name="Hand over").click()
    await ben.gone()
    await mia.is_told("Waiting in line")
    await anna.desk.accept()
    await anna.is_told("Talking")
    await mia.is_told("Talking to: Agent")
    await anna.does("Hang up")
    await mia.is_told("Call ended")
    await anna.gone()
    await anna.player("Recording of the call").wait_for()
    assert await anna.desk.violations() == []
    await shots(anna.desk, "player")
    await anna.plays("Recording of the call")
    await anna.wrap_up("Sold")


async def _left_a_message(stage: Stage) -> None:
    """Her voicemail is work like any other, and is heard."""
    mia, anna = stage.mia, stage.anna
    await mia.call()
    await mia.hears("Press 1 for support")
    await mia.press("3")
    await mia.is_told("Speak after the tone")
    await mia.hears("(tone)")
    await mia.say("Please call me back, my router shows no light. " * 16)  # what is short is no message
    await stage.sim.advance(3.5)  # so long she speaks
    await mia.press("Hash")
    await mia.hears("Thank you")
    await anna.desk.accept()
    await anna.player("Voicemail").wait_for()
    assert await anna.desk.violations() == []
    await shots(anna.desk, "voicemail")
    await anna.plays("Voicemail")
    await anna.page.get_by_role("button", name="End", exact=True).click()
    await anna.wrap_up("Solved")


async def _called_back(stage: Stage) -> None:
    """Nobody is ready: she asks to be called back, and is when somebody is."""
    mia, anna = stage.mia, stage.anna
    await anna.page.get_by_role("button", name="Available").click()
    await anna.page.get_by_role("menuitem", name="Break: lunch").click()
    await mia.call()
    await mia.hears("Press 1 for support")
    await mia.press("1")
    await mia.hears("To be called back")
    await mia.press("1")
    await mia.hears("If this is right, press 1")
    await mia.press("1")
    await mia.is_told("Call ended")
    await anna.page.keyboard.press("Alt+a")
    await anna.desk.accept()
    await mia.phone.get_by_role("button", name="Answer").click()
    await anna.is_told("Talking")
    await mia.is_told("Talking to: Agent")
    await mia.hang_up()
    await anna.gone()
    await anna.wrap_up("Solved")


async def _stands_in_one_history(stage: Stage) -> None:
    anna = stage.anna
    await anna.page.get_by_role("link", name="Customers").click()
    await anna.page.get_by_role("link", name="+15551230001").first.click()
    history = anna.page.get_by_role("region", name="Timeline")
    await history.get_by_role("group", name="Voicemail").wait_for()
    await history.get_by_role("group", name="Recording of the call").first.wait_for()
    await history.get_by_text("called", exact=True).nth(1).wait_for()
    assert await anna.desk.violations() == []
    await shots(anna.desk, "history")
