"""A telephone call as its agent has it in the browser, softphone included, with the emulator in Twilio's place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from simulator.telephony.audibility import speak_up
from simulator.telephony.driver import Person, Sim
from tests.agent_console.conftest import Desk, a_tab
from tests.agent_console.line import a_line, shots
from tests.hub.telephone import MIA, OURS, SETTINGS
from tests.support.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator

pytestmark = pytest.mark.timeout(120)
EXPERT = "+4930123456"


@asynccontextmanager
async def _calling(dsn: str, browser: "Browser") -> AsyncIterator[tuple[Sim, Desk]]:
    async with a_line(dsn, {**SETTINGS, "outside": ["+4930"]}) as (sim, hub), a_tab(browser, hub) as desk:
        await hub.account("anna")
        await desk.arrive("anna")
        await until(lambda: sim.exchange.devices)
        yield sim, desk


async def _answered(sim: Sim, desk: Desk) -> tuple[Person, "Locator"]:
    """Mia called, and anna answered by accepting the offer; the call bar."""
    await desk.page.keyboard.press("Alt+a")
    mia = await sim.call(MIA, OURS)
    await mia.heard("Press 1")
    await mia.press("1")
    await desk.accept()
    bar = desk.page.get_by_role("region", name="Telephone call")
    await bar.get_by_text("Talking", exact=True).wait_for()
    return mia, bar


async def test_a_call_is_answered_held_muted_asked_about_and_hung_up(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk):
        page = desk.page
        mia, bar = await _answered(sim, desk)
        [device] = next(iter(sim.exchange.devices.values()))
        assert await desk.violations() == []
        await shots(desk, "talking")

        speak_up(mia.leg, "Is anybody there?")
        await bar.get_by_role("list").get_by_text("Is anybody there?").wait_for()
        await page.keyboard.press("Alt+Shift+M")
        await bar.get_by_role("button", name="Unmute").wait_for()
        await until(lambda: device.muted)
        await bar.get_by_role("button", name="Unmute").click()
        await until(lambda: not device.muted)

        await bar.get_by_role("button", name="Hold").click()
        await bar.get_by_text("On hold").wait_for()
        await bar.get_by_role("button", name="Talk on").click()
        await bar.get_by_text("Talking", exact=True).wait_for()

        await bar.get_by_role("button", name="Keypad").click()
        await page.keyboard.type("4#")
        await bar.get_by_role("status").get_by_text("4#").wait_for()
        assert await desk.violations() == []
        await shots(desk, "keypad")
        await page.keyboard.press("Escape")

        await bar.get_by_role("button", name="Ask somebody").click()
        ask = page.get_by_role("dialog")
        await ask.get_by_label("A number outside").last.fill(EXPERT)
        await page.keyboard.press("Enter")
        legs = sim.exchange.legs
        await until(lambda: any(one.party.to == EXPERT and one.status == "ringing" for one in legs.values()))
        await sim.ringing_at(EXPERT).answer()
        await bar.get_by_text("Answered").wait_for()
        assert await desk.violations() == []
        await shots(desk, "consulting")
        await page.get_by_role("link", name="Customers").click()
        await bar.get_by_role("button", name="Back to the customer").click()
        await bar.get_by_text("Talking", exact=True).wait_for()

        await bar.get_by_role("button", name="Hang up").click()
        await until(lambda: not mia.leg.live)
        await bar.wait_for(state="detached")
        await page.get_by_role("link", name="Desk").click()
        await page.get_by_text("Wrap-up").first.wait_for()


async def test_a_reloaded_page_rings_its_telephone_again(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk):
        mia, bar = await _answered(sim, desk)
        await desk.page.reload()
        await bar.get_by_text("You are cut off").wait_for()
        assert mia.leg.live
        await bar.get_by_role("button", name="Ring my telephone again").click()
        await bar.get_by_text("Talking", exact=True).wait_for()


async def test_one_tab_is_the_telephone_and_another_may_take_it(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (_, desk):
        other = await desk.page.context.new_page()
        await other.goto(desk.hub.url)
        await other.get_by_text("Your telephone is in another window").wait_for()
        await other.get_by_role("button", name="Use it here").click()
        await desk.page.get_by_text("Your telephone is in another window").wait_for()
        await other.get_by_text("Your telephone is in another window").wait_for(state="detached")


async def test_an_agent_calls_a_customer_from_the_keyboard(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk):
        page = desk.page
        sim.endpoint(MIA, "ring")
        await page.keyboard.press("Alt+a")
        await page.keyboard.press("Alt+Shift+D")
        await page.get_by_label("Number", exact=True).fill("911")
        await page.keyboard.press("Enter")
        await page.get_by_text("This is no telephone number").wait_for()
        assert await desk.violations() == []
        await page.get_by_label("Number", exact=True).fill("(555) 123-0001")
        await shots(desk, "dial")
        await page.get_by_role("button", name="Call: my telephone rings first").click()
        bar = page.get_by_role("region", name="Telephone call")
        await until(lambda: any(one.party.to == MIA and one.status == "ringing" for one in sim.exchange.legs.values()))
        assert await desk.violations() == []
        mia = sim.ringing_at(MIA)
        await mia.answer()
        await bar.get_by_text("Talking", exact=True).wait_for()
        await page.get_by_role("log").get_by_text("A call to the customer").wait_for()
        await shots(desk, "called")
        await mia.hang_up()
        await bar.wait_for(state="detached")
        await page.get_by_text("Wrap-up").first.wait_for()


async def test_a_supervisor_listens_whispers_leaves_and_takes_over(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk), a_tab(browser, desk.hub) as other:
        mia, hers = await _answered(sim, desk)
        await desk.hub.account("sofia", "supervisor")
        page = other.page
        await other.arrive("sofia")
        await until(lambda: len(sim.exchange.devices) == 2)
        await page.goto(f"{desk.hub.url}/#/floor/active/support")

        async def choose(what: str) -> None:
            await page.get_by_role("complementary").get_by_role("button", name="Actions for").click()
            await page.get_by_role("menuitem", name=what).click()

        await choose("Listen to the call")
        bar = page.get_by_role("region", name="Telephone call")
        await bar.get_by_text("You are in a colleague’s call").wait_for()
        speak_up(mia.leg, "My light is broken.")
        await bar.get_by_text("My light is broken.").wait_for()
        await hers.get_by_text("Sofia listens").wait_for()
        await bar.get_by_role("button", name="Listen", pressed=True).wait_for()
        await shots(other, "supervised")
        await bar.get_by_role("button", name="Whisper").click()
        await bar.get_by_role("button", name="Whisper", pressed=True).wait_for()
        await hers.get_by_text("Sofia whispers to you").wait_for()
        assert await other.violations() == []
        assert await desk.violations() == []
        await shots(desk, "watched")
        await desk.page.get_by_role("log").get_by_text("Sofia whispers to the agent of the call").wait_for()
        await bar.get_by_role("button", name="Leave the call").click()
        await bar.wait_for(state="detached")
        await hers.get_by_text("Sofia", exact=False).wait_for(state="detached")
        await hers.get_by_text("Talking", exact=True).wait_for()
        await choose("Talk with both")
        await hers.get_by_text("Sofia talks with both").wait_for()
        await choose("Take the call over")
        await hers.wait_for(state="detached")
        await page.get_by_role("region", name="Telephone call").get_by_text("Talking", exact=True).wait_for()
        assert mia.leg.live


async def test_the_microphone_is_checked_in_the_settings(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (_, desk):
        page = desk.page
        await page.get_by_role("button", name="Anna").click()
        await page.get_by_role("menuitem", name="Settings").click()
        await page.get_by_role("button", name="Check the microphone").click()
        missing, refused = page.get_by_text("No microphone was found."), page.get_by_text("may not use the microphone")
        await missing.or_(refused).wait_for()
        assert await desk.violations() == []
        await shots(desk, "devices")
