"""The page of telephones in a real browser, calling the demo's number at a real hub."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub import demo
from simulator.telephony.phones import Phones
from tests.support.hub import RunningHub, a_hub
from tests.support.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.timeout(120)
AXE = Path(__file__).parents[3] / "agent_console/node_modules/axe-core/axe.min.js"
SLOW = 20_000  # milliseconds: a limit, not a wait


async def violations(page: "Page") -> list[str]:
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("async () => (await axe.run(document)).violations")
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{one['id']}: {json.dumps([node['html'][:160] for node in one['nodes']])}" for one in found] + (
        ["scrolls sideways"] if wide else [])


@asynccontextmanager
async def a_page(browser: "Browser", url: str, *, wide: bool, language: str) -> AsyncIterator["Page"]:
    size = {"width": 1440, "height": 900} if wide else {"width": 390, "height": 844}
    context = await browser.new_context(
        locale=language, viewport=size, color_scheme="light" if wide else "dark")  # type: ignore[arg-type]
    context.set_default_timeout(SLOW)
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
    await page.goto(url)
    await page.get_by_role("heading", name="Scripted callers" if language == "en-GB" else "脚本客户").wait_for()
    yield page
    await context.close()
    assert not broken


@pytest.fixture
async def called(dsn: str) -> AsyncIterator[tuple[Phones, RunningHub]]:
    """The demo's telephones, time running fast, before a hub with the demo's menu."""
    phones = Phones(7)
    await phones.start()
    phones.exchange.clock.scale = 8  # type: ignore[attr-defined]
    known = phones.account
    line = demo.Line(known.sid, known.auth_token, known.key_sid, known.key_secret, phones.base_url)
    given = demo.telephone("127.0.0.1:8080", line)
    account = {name: value for name, value in given["twilio"][0].items() if name != "public_url"}
    async with a_hub(dsn, **{**given, "twilio": [account]}) as hub:
        phones.number(demo.NUMBER, **{name: hub.url + path for name, path in demo.HOOKS.items()})
        yield phones, hub
        await phones.stop()


async def test_a_newcomer_calls_hears_the_menu_and_waits_in_line(
        called: tuple[Phones, RunningHub], browser: "Browser") -> None:
    phones, hub = called
    async with a_page(browser, phones.page, wide=True, language="en-GB") as page:
        telephone = page.get_by_role("region", name="Telephone +15551230001")
        await telephone.get_by_role("button", name="Call", exact=True).click()
        log = telephone.get_by_role("log")
        await log.get_by_text("For support, press 2").wait_for()
        await page.keyboard.press("2")
        await log.get_by_text("You are number 1 in line").first.wait_for()
        await telephone.get_by_text("Waiting in line").wait_for()
        await telephone.get_by_text("♪ Music plays").wait_for()
        assert await violations(page) == []

        await page.get_by_role("button", name="Add a telephone").click()
        second = page.get_by_role("region", name="Telephone +15551230002")
        await second.get_by_role("tab", name="Texts").click()
        await second.get_by_role("combobox", name="By").select_option("whatsapp")
        await second.get_by_label("File").set_input_files(
            {"name": "light.png", "mimeType": "image/png", "buffer": b"PNG"})
        await second.get_by_role("textbox", name="Text").fill("Is it ready?")
        await page.keyboard.press("Enter")
        await second.get_by_role("log").get_by_text("files: 1").wait_for()
        assert await violations(page) == []
        await second.get_by_role("log").get_by_text("Is it ready?").wait_for()
        await page.reload()  # both telephones and the call are still there
        await second.wait_for()
        await telephone.get_by_text("Waiting in line").wait_for()
        await log.get_by_text("You are number 1 in line").first.wait_for()

        # What follows must not be over before it is seen.
        phones.exchange.clock.scale = 1  # type: ignore[attr-defined]
        await telephone.get_by_role("button", name="Lose network").click()
        await telephone.get_by_text("No network: nobody hears you").wait_for()
        assert await violations(page) == []
        await telephone.get_by_role("button", name="Lose network").click()  # pressed before: found again
        await telephone.get_by_text("Waiting in line").wait_for()
        await telephone.get_by_role("button", name="Hang up").click()
        await telephone.get_by_text("Call ended").wait_for()

        async def kinds() -> set[str]:
            return {row["channel"] for row in await hub.parts.pool.fetch("SELECT channel FROM interactions")}

        await until(lambda: not any(leg.live for leg in phones.exchange.legs.values()))
        assert await kinds() == {"voice", "whatsapp"}


async def test_on_a_small_screen_in_chinese_and_called_by_a_script(
        called: tuple[Phones, RunningHub], browser: "Browser") -> None:
    phones, _ = called
    async with a_page(browser, phones.page, wide=False, language="zh-CN") as page:
        await page.get_by_role("button", name="让“不说话的客户”来电").click()
        await page.get_by_text("不说话的客户 · +15557770001").wait_for()
        assert await violations(page) == []
        await page.get_by_role("button", name="让他们挂断").click()
        await page.get_by_text("被叫停").wait_for()
        telephone = page.get_by_role("region", name="电话 +15551230001")
        await telephone.get_by_role("button", name="拨打").click()
        await telephone.get_by_role("log").get_by_text("中文请按9").wait_for()
        await telephone.get_by_role("button", name="按键 9").click()
        await telephone.get_by_role("button", name="按键 2").click()
        await telephone.get_by_role("log").get_by_text("欢迎致电").wait_for()
        await telephone.get_by_role("button", name="挂断").click()
        await telephone.get_by_text("通话结束").wait_for()
        assert await violations(page) == []
