"""The supervisor's screens, the customers and the search, in a real browser over a real hub."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.agent_console.conftest import Desk, Visitor
from tests.support.hub import RunningHub

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = pytest.mark.timeout(120)


async def _go(desk: Desk, path: str) -> None:
    await desk.page.goto(f"{desk.hub.url}/#{path}")


async def _supervise(desk: Desk, path: str = "/floor") -> "Page":
    await desk.hub.account("sofia", "supervisor")
    await desk.arrive("sofia")
    await _go(desk, path)
    return desk.page


def _number(page: "Page", what: str) -> "Locator":
    """The figure of the queue Support, a link that opens its items."""
    return page.get_by_role("row", name="Support").get_by_role("link", name=f"Support, {what}: open the list.")


async def _shows(figure: "Locator", n: int) -> None:
    await figure.filter(has_text=f": open the list. {n}").wait_for()


async def test_the_queue_moves_before_ones_eyes(desk: Desk, running_hub: RunningHub, visitor: Visitor) -> None:
    page = await _supervise(desk)
    await _shows(_number(page, "Waiting"), 0)
    await visitor.say("My router shows no light.")
    await _shows(_number(page, "Waiting"), 1)
    await page.get_by_text("1 contact waits and nobody is ready").wait_for()

    anna, ears = await running_hub.ready_agent("anna")
    offered = await ears.until("card", lambda event: event["card"] and event["card"]["state"] == "offered")
    await _shows(_number(page, "Offered"), 1)
    assert (await anna.post(f"/api/offers/{offered['card']['offer_id']}/accept")).status == 200
    await _shows(_number(page, "Active"), 1)
    await page.get_by_text("nobody is ready").wait_for(state="detached")

    await _number(page, "Active").click()
    await page.get_by_role("complementary", name="Support: Active").get_by_role("link", name="Ann Li").wait_for()


async def test_the_opened_list_follows_a_queue_that_never_stands_still(desk: Desk, running_hub: RunningHub) -> None:
    page = await _supervise(desk, "/floor/waiting/support")

    async def keep_writing() -> None:
        for n in range(200):
            one = Visitor(running_hub.url, f"Customer {n}")
            await one.say("Hello")
            await one.client.disconnect()
            await asyncio.sleep(0.1)  # no wait for an effect: the pace of arrivals

    writing = asyncio.create_task(keep_writing())
    await page.get_by_role("complementary").get_by_role("link", name="Customer 3", exact=True).wait_for()
    still = not writing.done()
    writing.cancel()
    assert still, "the list has to move while the queue does"


async def test_acting_on_an_item_where_it_stands(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.contact("Where is my parcel?", name="Ben Wong")
    page = await _supervise(desk)
    await _number(page, "Waiting").click()
    panel = page.get_by_role("complementary")

    async def act(what: str) -> None:
        await panel.get_by_role("button", name="Actions for Ben Wong").click()
        await page.get_by_role("menuitem", name=what).click()

    await act("Why does it wait?")
    await page.get_by_role("dialog").get_by_text("Not available").wait_for()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()

    await act("Priority…")
    await page.get_by_label("Reason").fill("promised a call today")
    await page.get_by_role("button", name="Set priority").click()
    await panel.get_by_text("Priority 1").wait_for()

    await act("Move…")
    await page.get_by_role("button", name="Where to").click()
    await page.get_by_role("option", name="Queue: Sales").click()
    await page.get_by_label("Reason").fill("wants another contract")
    await page.get_by_role("button", name="Move", exact=True).click()
    await _shows(_number(page, "Waiting"), 0)
    await panel.get_by_text("Nothing waits").wait_for()


async def test_a_customer_is_marked_and_everybody_sees_it(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.contact("Where is my parcel?", name="Ben Wong")
    customer = await running_hub.parts.pool.fetchval("SELECT id FROM customers")
    page = await _supervise(desk, f"/customers/{customer}")
    await page.get_by_role("button", name="Change marks").click()
    await page.get_by_text("Very important (VIP)").click()
    await page.get_by_label("Segments").fill("gold, press")
    await page.get_by_label("Contract").fill("premium")
    await page.get_by_role("button", name="Looked after by").click()
    await page.get_by_role("option", name="Sofia").click()
    assert await desk.violations() == []
    await page.get_by_role("button", name="Save").click()
    marks = page.get_by_role("region", name="How this customer is treated")
    for one in ("VIP", "gold", "press", "premium", "Sofia"):
        await marks.get_by_text(one, exact=True).wait_for()
    await page.get_by_text("4 corrections").wait_for()
    assert await desk.violations() == []


async def test_an_agents_state_is_set_from_the_floor(desk: Desk, running_hub: RunningHub) -> None:
    _, ears = await running_hub.ready_agent("anna")
    page = await _supervise(desk)
    row = page.get_by_role("row", name="Anna")
    await row.filter(has_text="Ready").wait_for()
    await page.get_by_role("button", name="Actions for Anna").click()
    await page.get_by_role("menuitem", name="Set to break").click()
    await row.filter(has_text="Break").wait_for()
    await ears.until("agent", lambda event: event["agent"]["presence"]["declared"] == "break")


async def test_a_contact_logged_by_hand_stands_in_the_one_history(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.contact("Where is my parcel?", name="Ben Wong", email="ben@example.com")
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.get_by_role("button", name="Log a contact").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Log the contact").click()
    await dialog.get_by_text("Write what it was about.").wait_for()

    await dialog.get_by_role("combobox", name="Customer").press_sequentially("ben@")
    await page.get_by_role("option", name="Ben Wong").click()
    await dialog.get_by_label("What was said or written").fill("Stood at the counter and asked again. <b>bold</b>")
    await dialog.get_by_label("When it happened").fill("2026-01-05T09:30")
    await dialog.get_by_role("button", name="Log the contact").click()

    timeline = page.get_by_role("region", name="Timeline")
    await timeline.get_by_text("Stood at the counter and asked again. <b>bold</b>").wait_for()
    await timeline.get_by_text("Where is my parcel?").wait_for()
    assert await desk.violations() == []


async def test_an_unfinished_entry_survives_the_closing_of_its_dialog(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.get_by_role("button", name="Log a contact").click()
    await page.get_by_label("What was said or written").fill("half a sentence")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
    await page.get_by_role("button", name="Log a contact").click()
    assert await page.get_by_label("What was said or written").input_value() == "half a sentence"


async def test_search_finds_chinese_and_is_walked_by_keyboard(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.contact("我的路由器亮红灯，上不了网。", name="李安", email="li@example.com")
    await running_hub.contact("The light is red", name="<script>alert(1)</script>", email="x@example.com")
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await _go(desk, "/search")
    await page.get_by_label("Customers, messages, notes").fill("路由器")
    await page.locator("mark", has_text="路由器").wait_for()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/#/desk/*")

    await _go(desk, "/search/alert(1)")
    await page.get_by_text("<script>alert(1)</script>").wait_for()
    assert await desk.violations() == []

    await _go(desk, "/search/red")  # another search at the same page
    await page.locator("mark", has_text="red").wait_for()


async def test_the_name_of_a_customer_is_corrected_once(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.contact("Hello", name="Bn Wong")
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await _go(desk, "/customers")
    await page.get_by_role("link", name="Bn Wong").click()
    await page.get_by_role("button", name="Change the name").click()
    await page.get_by_label("Name", exact=True).fill("Ben Wong")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Ben Wong").wait_for()
    await page.reload()
    await page.get_by_role("heading", name="Ben Wong").wait_for()


async def test_the_ledger_balances_before_the_supervisors_eyes(desk: Desk, running_hub: RunningHub) -> None:
    page = await _supervise(desk, "/ledger")
    await page.get_by_text("It balances").wait_for()
    await running_hub.contact("Hello")
    await page.get_by_role("row", name="Form: contact").get_by_role("cell", name="1", exact=True).first.wait_for()


async def test_no_view_has_an_accessibility_violation(desk: Desk, running_hub: RunningHub, visitor: Visitor) -> None:
    await running_hub.ready_agent("anna", queues=("sales",))
    await visitor.say("Hello")
    page = await _supervise(desk)
    found: dict[str, list[str]] = {}
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for path in ("/floor", "/floor/waiting/support", "/floor/level/support", "/floor/ready/support", "/floor/tv",
                     "/ledger", "/customers", "/search/Ann"):
            await _go(desk, path)
            await page.get_by_role("heading", level=1).wait_for()
            await page.wait_for_load_state("networkidle")
            found[f"{path} {scheme}"] = await desk.violations()
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


async def test_on_a_phone_nothing_runs_off_the_side(desk: Desk, running_hub: RunningHub, visitor: Visitor) -> None:
    await asyncio.gather(visitor.say("Hello"), running_hub.contact("x", name="W" * 120, email="w@example.com"))
    page = await _supervise(desk)
    await page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/floor", "/floor/waiting", "/floor/ready/support", "/floor/tv", "/ledger", "/customers",
                 "/search/WWW"):
        await _go(desk, path)
        await page.get_by_role("heading").first.wait_for()
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390, path
