"""SMS and WhatsApp as an agent meets them, with the emulator in Twilio's place."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from simulator.telephony.driver import Sim, running_sim
from tests.agent_console.conftest import Desk, a_tab
from tests.support.hub import a_hub
from tests.support.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Browser, FilePayload

pytestmark = pytest.mark.timeout(120)
ANN, OURS = "+15551230001", "+15550001000"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf50"
                    "0f00048101803de2e7e90000000049454e44ae426082")


TAKE = """(field, [name, size, way]) => {
    const data = new DataTransfer()
    data.items.add(new File([new Uint8Array(size + 50)], name, {type: 'image/png'}))
    const init = {bubbles: true, cancelable: true}
    field.dispatchEvent(way === 'paste' ? new ClipboardEvent('paste', {clipboardData: data, ...init})
                                        : new DragEvent('drop', {dataTransfer: data, ...init}))
}"""


@asynccontextmanager
async def _texting(dsn: str, browser: "Browser") -> AsyncIterator[tuple[Sim, Desk]]:
    """An agent who is available, and a customer's telephone."""
    async with running_sim() as sim, contextlib.AsyncExitStack() as stack:
        known = sim.exchange.account
        account = {"id": "main", "account_sid": known.sid, "api_url": sim.base_url,
                   "secrets": {"auth_token": known.auth_token}}
        template = {"id": "ready", "name": {"en": "Order is ready", "zh-Hans": "订单已备好"},
                    "content_sid": "HX" + "1" * 32, "text": "Hello {{1}}, order {{2}} is ready."}
        senders = [{"account": "main", "number": OURS, "kind": kind, "name": "Shop"} for kind in ("sms", "whatsapp")]
        hub = await stack.enter_async_context(
            a_hub(dsn, twilio=[account], messaging={"senders": senders, "templates": [template]}))
        sim.number(OURS, sms_url=f"{hub.url}/twilio/main/messages#rc=3&rp=all")
        desk = await stack.enter_async_context(a_tab(browser, hub))
        await hub.account("anna")
        await desk.arrive("anna")
        await desk.page.keyboard.press("Alt+a")
        yield sim, desk


async def test_a_text_is_answered_counted_and_ended_by_stop(dsn: str, browser: "Browser") -> None:
    async with _texting(dsn, browser) as (sim, desk):
        page = desk.page
        await sim.text(ANN, OURS, "Look at my light", (("image/png", PNG),))
        await desk.accept()
        await page.get_by_role("log").get_by_text("Look at my light").wait_for()
        await page.get_by_role("log").get_by_role("img").first.wait_for()
        await page.get_by_role("textbox", name="Write to the customer").fill("It left today. " * 12)
        await page.get_by_text("2 SMS · 126").wait_for()
        await page.get_by_role("textbox", name="Write to the customer").fill("明天到。")
        await page.get_by_text("1 SMS · 66").wait_for()
        assert await desk.violations() == []
        await page.keyboard.press("Control+Enter")
        await until(lambda: any(one.body == "明天到。" for one in sim.exchange.messages.values()))
        await sim.advance(10)
        await page.get_by_role("log").get_by_text("Delivered").wait_for()
        await sim.text(ANN, OURS, "STOP")
        await page.get_by_text("no more texts from this number (STOP)").wait_for()
        assert await page.get_by_role("textbox", name="Write to the customer").count() == 0
        assert await desk.violations() == []


async def test_after_a_day_whatsapp_takes_a_template(dsn: str, browser: "Browser") -> None:
    async with _texting(dsn, browser) as (sim, desk):
        page = desk.page
        await sim.text("whatsapp:" + ANN, "whatsapp:" + OURS, "Is it ready?")
        await desk.accept()
        await page.get_by_role("textbox", name="Write to the customer").wait_for()
        await desk.hub.parts.pool.execute("UPDATE messages SET at = at - $1::interval", timedelta(hours=25))
        await page.reload()
        await page.get_by_text("Only an agreed template may be sent").wait_for()
        assert await page.get_by_role("button", name="Send the template").is_disabled()
        await page.get_by_label("Fill in 1").fill("Ann")
        await page.get_by_label("Fill in 2").fill("7")
        await page.get_by_text("Hello Ann, order 7 is ready.").wait_for()
        assert await desk.violations() == []
        await page.get_by_role("button", name="Send the template").click()
        await page.get_by_role("log").get_by_text("Hello Ann, order 7 is ready.").wait_for()
        await until(lambda: any(one.direction == "outbound-api" for one in sim.exchange.messages.values()))
        await sim.text("whatsapp:" + ANN, "whatsapp:" + OURS, "Thank you!")
        await page.get_by_role("textbox", name="Write to the customer").wait_for()


async def test_an_agent_texts_first_and_once(dsn: str, browser: "Browser") -> None:
    async with _texting(dsn, browser) as (sim, desk):
        page = desk.page
        await page.keyboard.press("Alt+t")
        await page.get_by_label("To", exact=True).fill("12")
        await page.get_by_label("Text", exact=True).fill("Your bike is ready.")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("This is no telephone number").wait_for()
        await page.get_by_label("To", exact=True).fill("555 123 0001")
        assert await desk.violations() == []
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_role("log").get_by_text("Your bike is ready.").wait_for()
        await until(lambda: [one.body for one in sim.exchange.messages.values()] == ["Your bike is ready."])
        await page.keyboard.press("Alt+t")
        await page.get_by_label("To", exact=True).fill(ANN)
        await page.get_by_label("Text", exact=True).fill("Really.")
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_role("button", name="Open that conversation").click()
        await page.get_by_role("log").get_by_text("Your bike is ready.").wait_for()
        await page.keyboard.press("Alt+t")
        await page.get_by_role("button", name="From").click()
        await page.get_by_role("option", name="WhatsApp").click()
        await page.get_by_role("button", name="How to begin").click()
        await page.get_by_role("option", name="Order is ready").click()
        await page.get_by_label("Fill in 1").fill("Ann")
        await page.get_by_label("Fill in 2").fill("7")
        assert await desk.violations() == []
        await page.get_by_role("button", name="Send the template").click()
        await page.get_by_role("log").get_by_text("Hello Ann, order 7 is ready.").wait_for()


async def test_an_administrator_asks_twilio_what_it_calls(dsn: str, browser: "Browser") -> None:
    async with _texting(dsn, browser) as (sim, desk):
        await desk.hub.account("root", role="admin")
        async with a_tab(browser, desk.hub) as other:
            page = other.page
            await other.arrive("root")
            await page.get_by_role("link", name="Twilio").click()
            await page.get_by_text(f"POST {desk.hub.url}/twilio/main/messages").wait_for()
            await page.get_by_role("button", name="Ask Twilio").click()
            await page.get_by_text("As it should be", exact=True).wait_for()
            assert await other.violations() == []
            sim.number(OURS, sms_url="https://elsewhere.example/sms")
            await page.get_by_role("button", name="Ask Twilio").click()
            await page.get_by_text("POST https://elsewhere.example/sms").wait_for()
            assert await other.violations() == []


async def test_a_new_text_survives_reload_and_windows_carries_files_and_says_why_not(
        dsn: str, browser: "Browser") -> None:
    async with _texting(dsn, browser) as (sim, desk):
        page = desk.page
        await page.keyboard.press("Alt+t")
        await page.get_by_label("To", exact=True).fill(ANN)
        await page.get_by_label("Text", exact=True).fill("Your bike is ready.")
        await page.get_by_text("Draft kept").wait_for()
        await page.reload()
        await page.get_by_text("Your bike is ready.").wait_for()
        assert await page.get_by_label("To", exact=True).input_value() == ANN
        async with a_tab(browser, desk.hub) as other:
            await other.arrive("anna")
            await other.page.keyboard.press("Alt+t")
            await other.page.get_by_text("Your bike is ready.").wait_for()
        for n, way in enumerate(("paste", "drop")):
            await page.get_by_label("Text", exact=True).evaluate(TAKE, [f"{n}.png", n * 3_000_000, way])
        third: FilePayload = {"name": "2.png", "mimeType": "image/png", "buffer": PNG + bytes(3_000_000)}
        await page.locator("input[type=file]").set_input_files([third])
        await page.get_by_role("alert").get_by_text("5 MB together").wait_for()
        assert await page.get_by_role("button", name="Send", exact=True).is_disabled()
        assert await desk.violations() == []
        await page.get_by_role("button", name="Remove 2.png").click()
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_role("log").get_by_text("Your bike is ready.").wait_for()
        await until(lambda: [len(one.media_urls) for one in sim.exchange.messages.values()] == [2])
        await page.keyboard.press("Alt+t")
        assert await page.get_by_label("Text", exact=True).input_value() == "", "the draft went with the text"
        await page.get_by_label("To", exact=True).fill(ANN)
        await page.get_by_role("button", name="Open that conversation").wait_for()
        await sim.text("+15551230002", OURS, "STOP")
        await page.get_by_label("To", exact=True).fill("555 123 0002")
        await page.get_by_text("no more texts from this number (STOP)").wait_for()
        assert await page.get_by_role("button", name="Send", exact=True).is_disabled()
        await page.get_by_role("button", name="From").click()
        await page.get_by_role("option", name="WhatsApp").click()
        await page.get_by_text("Only an agreed template may be sent").wait_for()
        await page.get_by_role("button", name="Send the template").wait_for()
        assert await desk.violations() == []
