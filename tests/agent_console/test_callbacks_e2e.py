"""Callbacks as agents meet them, and numbers that supervisors block, with the emulator in Twilio's place."""

import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from channels.voice.reports import identity
from simulator.telephony.driver import Sim, Softphone, running_sim
from tests.agent_console.conftest import Desk, a_tab
from tests.hub.calling_back import offering
from tests.hub.telephone import MIA, OURS
from tests.support.hub import a_hub
from tests.support.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.timeout(120)
SHOTS = os.environ.get("SHOTS")


@asynccontextmanager
async def _calling(dsn: str, browser: "Browser", login: str = "anna") -> AsyncIterator[tuple[Sim, Desk]]:
    async with running_sim() as sim, contextlib.AsyncExitStack() as stack:
        known = sim.exchange.account
        account = {"id": "main", "account_sid": known.sid, "api_url": sim.base_url, "api_key_sid": known.key_sid,
                   "secrets": {"auth_token": known.auth_token, "api_key_secret": known.key_secret}}
        hub = await stack.enter_async_context(a_hub(dsn, twilio=[account], voice=offering(calendar=None)))
        ours = f"{hub.url}/twilio/main/voice"
        sim.number(OURS, f"{ours}/in", status_callback=f"{ours}/status")
        desk = await stack.enter_async_context(a_tab(browser, hub))
        await hub.account(login, role="supervisor" if login == "sue" else "agent")
        await desk.arrive(login)
        yield sim, desk


async def _shot(desk: Desk, name: str) -> None:
    """Pictures for people, where somebody asks for them."""
    if SHOTS:
        await desk.page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def _answered(sim: Sim, softphone: Softphone) -> None:
    """By the console, or else by the agent's other telephone: whichever is first."""
    mine = [one for one in sim.exchange.legs.values() if one.label.startswith("agent")]
    await sim.until(lambda: bool(softphone.device.ringing) or any(one.status == "in-progress" for one in mine))
    if softphone.device.ringing:
        await softphone.accept()


async def test_a_callback_is_taken_tried_in_vain_and_comes_again(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk):
        page = desk.page
        caller = await sim.call(MIA, OURS)
        for words, key in (("Press 1", "1"), ("To be called back", "1"), ("If this is right", "1")):
            await caller.heard(words)
            await caller.press(key)
        await caller.heard("Goodbye")
        await sim.until(lambda: not caller.leg.live)
        sim.endpoint(MIA, "busy")
        me = await desk.hub.parts.pool.fetchval("SELECT id FROM agents WHERE login = 'anna'")
        softphone = sim.agent(identity(str(UUID(str(me)))))
        await page.keyboard.press("Alt+a")
        await page.get_by_role("alertdialog").get_by_text("Callback").wait_for()
        await _shot(desk, "offer")
        await desk.accept()
        strip = page.get_by_role("region", name="Callback")
        await strip.get_by_text(MIA).wait_for()
        await strip.get_by_text("Your telephone rings first").wait_for()
        assert await desk.violations() == []
        await _shot(desk, "calling")
        await until(lambda: any(one.label.startswith("agent") for one in sim.exchange.legs.values()))
        await _answered(sim, softphone)
        await until(lambda: any(one.party.to == MIA for one in sim.exchange.legs.values()))
        await sim.advance(5)
        await page.get_by_role("log").get_by_text("Attempt 1 of 2: busy").wait_for()
        await strip.get_by_text("1 of 2").wait_for()
        await strip.get_by_text("Not before").wait_for()
        assert await desk.violations() == []
        await _shot(desk, "again")


async def test_how_it_went_is_said_at_the_callback(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser) as (sim, desk):
        page = desk.page
        caller = await sim.call(MIA, OURS)
        for words, key in (("Press 1", "1"), ("To be called back", "1"), ("If this is right", "1")):
            await caller.heard(words)
            await caller.press(key)
        await sim.until(lambda: not caller.leg.live)
        await page.keyboard.press("Alt+a")
        await desk.accept()
        strip = page.get_by_role("region", name="Callback")
        await page.get_by_role("region", name="Telephone call").wait_for()  # what lies below moves no more
        await strip.get_by_role("button", name="How did it go?").click()
        await page.get_by_role("option", name="Voicemail left").click()
        await strip.get_by_label("Note (only we see it)").fill("Said that we call again after lunch.")
        await strip.get_by_label("Call again at (optional)").fill("2199-01-01T12:00")
        await strip.get_by_role("button", name="Done").click()
        await page.get_by_text("in the past, or too far").or_(page.get_by_role("alert")).first.wait_for()
        await strip.get_by_label("Call again at (optional)").fill("")
        await page.set_viewport_size({"width": 390, "height": 844})
        await _shot(desk, "phone")
        assert await desk.violations() == []
        await strip.get_by_role("button", name="Done").click()
        await strip.get_by_role("listitem").get_by_text("Voicemail left").wait_for()
        await page.get_by_role("log").get_by_text("Said that we call again after lunch.").wait_for()


async def test_supervisors_block_numbers(dsn: str, browser: "Browser") -> None:
    async with _calling(dsn, browser, "sue") as (sim, desk):
        page = desk.page
        await page.get_by_role("link", name="Blocked").click()
        await page.get_by_text("No number is blocked").wait_for()
        await page.get_by_role("textbox", name="Number").fill("555")
        await page.get_by_role("button", name="Block", exact=True).click()
        await page.get_by_text("Write the number with +").wait_for()
        await page.get_by_role("textbox", name="Number").fill("+1 555 123 0001")
        await page.get_by_role("textbox", name="Reason").fill("Threats")
        await page.get_by_role("button", name="Block", exact=True).click()
        await page.get_by_text(MIA, exact=True).wait_for()
        assert await desk.violations() == []
        await page.set_viewport_size({"width": 390, "height": 844})
        await _shot(desk, "blocked_phone")
        assert await desk.violations() == []
        await page.set_viewport_size({"width": 1440, "height": 900})
        caller = await sim.call(MIA, OURS)
        await sim.until(lambda: not caller.leg.live)
        await page.reload()
        await page.get_by_text("rang once since").wait_for()
        await page.get_by_role("button", name=f"Let in again: {MIA}").click()
        await page.get_by_text("No number is blocked").wait_for()
