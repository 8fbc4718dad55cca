"""The page of a form in a real browser: by keyboard alone, without a script, and without any finding of axe."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.channels.form.driver import ANN, CONTACT, REPAIR, Website, form, website

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

AXE = Path(__file__).parents[3] / "agent_console" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LIMIT = 10_000  # milliseconds

EVERYTHING: dict[str, object] = {
    **REPAIR,
    "intro": {"en": "Tell us what is broken.", "zh-Hans": "请告诉我们哪里出了故障。"},
    "fields": [*CONTACT["fields"], *REPAIR["fields"][1:]],  # type: ignore[index, misc]
}


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with website(form(EVERYTHING)) as opened:
        yield opened


async def page_of(browser: "Browser", site: Website, size: str = "desk", **options: Any) -> "Page":
    options = {"viewport": SIZES[size], "locale": "en-GB", "bypass_csp": True, **options}
    page = await browser.new_page(**options)
    page.set_default_timeout(LIMIT)
    await page.goto(str(site.client.make_url("/forms/contact")))
    site.clock.advance(20)
    return page


async def findings(page: "Page") -> list[str]:
    """What axe has to say against the page."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    result = await page.evaluate("axe.run()")
    return [f"{found['id']}: {node['html']}" for found in result["violations"] for node in found["nodes"]]


async def shot(page: "Page", name: str) -> None:
    """A picture for human eyes, where a folder for them is named."""
    if folder := os.environ.get("HUB_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"form-{name}.png", full_page=True)


async def sideways(page: "Page") -> int:
    """How many pixels must be scrolled sideways; none is right."""
    return int(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))


async def test_the_keyboard_alone_is_enough(browser: "Browser", site: Website) -> None:
    page = await page_of(browser, site)
    press, write = page.keyboard.press, page.keyboard.type
    for _ in range(3):  # the two languages, then the first field
        await press("Tab")
    for text in (ANN["name"], ANN["email"], "+44 20 7946 0958", ANN["message"], "Router"):
        await write(text)
        await press("Tab")
    await write("Rout")  # picks the answer of the choice
    await press("Tab")
    await write("03312026")  # day by day parts of a date, in whichever order the browser shows them
    while await page.evaluate("document.activeElement.type") != "checkbox":
        await press("Tab")
    await press("Space")
    await press("Tab")
    await press("Enter")
    await page.wait_for_url("**sent=**")
    assert await page.locator(".reference").inner_text() == "R-0001"
    assert await page.evaluate("document.activeElement.getAttribute('role')") == "status"
    await page.reload()
    await page.get_by_role("link", name="简体中文").click()
    await page.get_by_text("您的编号").wait_for()
    [inbound] = site.sink.inbounds
    assert inbound.text == ANN["message"]
    assert inbound.fields["Device"] == "router"


async def test_errors_take_the_focus_and_lead_to_the_field(browser: "Browser", site: Website) -> None:
    page = await page_of(browser, site)
    await page.get_by_role("textbox", name="E-mail").fill("ann")
    await page.get_by_role("button", name="Send").click()
    summary = page.get_by_role("alert")
    await summary.wait_for()
    assert await page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "field-name"
    email = page.get_by_role("textbox", name="E-mail")
    assert await email.input_value() == "ann"
    assert "Write an e-mail address" in (await email.evaluate(
        "field => document.getElementById(field.getAttribute('aria-describedby')).innerText"))


async def test_no_script_is_needed(browser: "Browser", site: Website) -> None:
    page = await page_of(browser, site, java_script_enabled=False, bypass_csp=False, locale="zh-CN")
    await page.get_by_label("姓名").fill("李安")
    await page.get_by_label("电子邮箱").fill("ann@example.com")
    await page.get_by_label("留言").fill("路由器没有灯")
    await page.get_by_label("Device").select_option("router")
    await page.get_by_label("Photo").set_input_files(
        {"name": "灯.png", "mimeType": "image/png", "buffer": b"MZ a program"})
    await page.get_by_label("可以给我打电话").check()
    await page.get_by_role("button", name="发送").dblclick(no_wait_after=True)
    await page.wait_for_url("**sent=**")
    assert await page.get_by_text("R-0001").is_visible()
    [inbound] = site.sink.inbounds
    assert (inbound.language, inbound.name) == ("zh-Hans", "李安")
    assert [file.name for file in inbound.files] == ["灯.png"]


async def test_nobody_meets_the_trap(browser: "Browser", site: Website) -> None:
    page = await page_of(browser, site)
    await shot(page, "first")
    trap = page.locator("[name=_website]")
    box = await trap.evaluate("field => field.parentElement.parentElement.getBoundingClientRect().toJSON()")
    assert box["width"] <= 1
    assert "_website" not in await page.locator("body").aria_snapshot()
    assert await page.get_by_role("textbox", name="Leave this empty").count() == 0


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("locale", "looks"), [
    ("en-GB", (("desk", "light"), ("phone", "dark"))), ("zh-CN", (("desk", "dark"), ("phone", "light"))),
])
async def test_nothing_is_wrong_with_any_view(browser: "Browser", site: Website, locale: str,
                                              looks: tuple[tuple[str, str], ...]) -> None:
    for size, scheme in looks:
        page = await page_of(browser, site, size, color_scheme=scheme, locale=locale)
        name = f"{size}-{scheme}-{locale}"
        await faultless(page, f"{name}-form")
        await page.get_by_role("textbox").first.fill("שלום " + "a" * 300)
        await page.locator("button").click()
        await page.get_by_role("alert").wait_for()
        await faultless(page, f"{name}-errors")
        for field, text in {**ANN, "name": "Ann"}.items():
            await page.locator(f"#field-{field}").fill(text)
        await page.locator("#field-device").select_option("router")
        await page.locator("#field-agree").check()
        await page.locator("button").click()
        await page.wait_for_url("**sent=**")
        await faultless(page, f"{name}-end")
        await page.close()


async def faultless(page: "Page", name: str) -> None:
    await shot(page, name)
    assert await findings(page) == [], name
    assert await sideways(page) <= 0, name
