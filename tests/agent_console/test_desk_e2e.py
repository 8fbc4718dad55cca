"""The desk as an agent meets it: a real hub, a real browser, a real customer at the other end."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.agent_console.conftest import Desk, Visitor
from tests.support.hub import RunningHub
from tests.support.waiting import until

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.timeout(120)
MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


async def _reply(page: "Page", text: str) -> None:
    await page.get_by_role("textbox", name="Write to the customer").fill(text)
    await page.keyboard.press("Control+Enter")


async def _shown(page: "Page", text: str) -> None:
    await page.get_by_role("log").get_by_text(text, exact=True).wait_for()


async def test_one_contact_by_keyboard_alone(desk: Desk, running_hub: RunningHub, visitor: Visitor) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await visitor.say("My router shows no light.")
    await desk.accept()
    await _shown(page, "My router shows no light.")

    await page.keyboard.press("Alt+l")
    await page.keyboard.type("Let me look at it.")
    await page.keyboard.press("Control+Enter")
    await until(lambda: visitor.texts() == ["Let me look at it."])

    await page.keyboard.press("Alt+p")
    await page.keyboard.type("Serial number is missing.")
    await page.keyboard.press("Control+Enter")
    await _shown(page, "Serial number is missing.")

    await page.keyboard.press("Alt+e")
    await page.get_by_role("combobox", name="Outcome").focus()
    await page.keyboard.type("sol")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Alt+e")
    await page.get_by_text("Nothing is with you").wait_for()
    assert visitor.texts() == ["Let me look at it."]  # the note stayed inside


async def test_no_screen_has_an_accessibility_violation(desk: Desk, running_hub: RunningHub, visitor: Visitor) -> None:
    page = desk.page
    await page.goto(running_hub.url)
    await page.get_by_label("Password").wait_for()
    assert await desk.violations() == []

    await running_hub.account("anna")
    await desk.arrive("anna")
    await page.get_by_text("Nothing is with you").wait_for()
    assert await desk.violations() == []

    await page.keyboard.press("Alt+a")
    await visitor.say("Hello")
    await page.get_by_role("alertdialog").wait_for()
    assert await desk.violations() == []

    await desk.accept()
    await _reply(page, "Good morning")
    await page.keyboard.press("Alt+p")
    await page.keyboard.type("a note")
    await page.keyboard.press("Control+Enter")
    await _shown(page, "a note")
    assert await desk.violations() == []

    await page.keyboard.press("Alt+e")
    await page.get_by_role("combobox", name="Outcome").wait_for()
    assert await desk.violations() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_desk_is_readable_in_both_themes_and_on_a_phone(desk: Desk, running_hub: RunningHub, visitor: Visitor,
                                                                   theme: str) -> None:
    await desk.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await desk.page.set_viewport_size({"width": 390, "height": 844})
    await running_hub.account("anna", language="zh-Hans")
    await desk.arrive("anna")
    await desk.page.keyboard.press("Alt+a")
    await visitor.say("Hello")
    await desk.accept()
    assert await desk.violations() == []
    width = await desk.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


async def test_a_wrong_password_says_so_and_lets_in_the_right_one(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.account("anna")
    await desk.log_in("anna", "guessed")
    await desk.page.get_by_role("alert").get_by_text("The name or the password is wrong.").wait_for()
    await desk.arrive("anna")


async def test_typing_never_accepts_an_offer_nor_loses_the_focus(desk: Desk, running_hub: RunningHub,
                                                                visitor: Visitor) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await visitor.say("first")
    await desk.accept()
    box = page.get_by_role("textbox", name="Write to the customer")
    await box.focus()
    await running_hub.contact("second")
    await page.get_by_role("alertdialog").wait_for()
    await page.keyboard.type("a yes y\n \n")
    assert await box.input_value() == "a yes y\n \n"
    assert await page.get_by_role("alertdialog").count() == 1


async def test_what_is_written_offline_is_kept_and_sent_in_order(desk: Desk, running_hub: RunningHub,
                                                                 visitor: Visitor) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await visitor.say("Hello")
    await desk.accept()
    await page.context.set_offline(True)
    await page.get_by_text(re.compile("Connection lost, reconnecting")).wait_for()
    for text in ("one", "two", "three"):
        await _reply(page, text)
    await page.get_by_text("Kept here, is sent when the hub answers").wait_for()
    assert visitor.texts() == []
    await page.context.set_offline(False)
    await until(lambda: visitor.texts() == ["one", "two", "three"], limit=20)
    await page.get_by_text(re.compile("Connection lost")).wait_for(state="detached")


async def test_a_draft_survives_a_reload_and_a_second_tab_shows_the_same(desk: Desk, running_hub: RunningHub,
                                                                         visitor: Visitor) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await visitor.say("Hello")
    await desk.accept()
    box = page.get_by_role("textbox", name="Write to the customer")
    async with page.expect_response(re.compile("/draft$"), timeout=5_000):
        await box.fill("half a sent")
    await page.reload()
    await page.get_by_role("textbox", name="Write to the customer").wait_for()
    assert await box.input_value() == "half a sent"

    second = await page.context.new_page()
    await second.goto(page.url)
    await second.get_by_role("log").wait_for()
    await box.fill("a whole sentence")
    await page.keyboard.press("Control+Enter")
    await _shown(second, "a whole sentence")


async def test_markup_is_shown_as_text(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    await desk.page.keyboard.press("Alt+a")
    await running_hub.contact(MARKUP, name=MARKUP)
    await desk.accept()
    await desk.page.get_by_role("article").get_by_role("paragraph").get_by_text(MARKUP, exact=True).wait_for()
    assert await desk.page.locator("img[src=x]").count() == 0
    assert "Interaction Hub" in await desk.page.title()
