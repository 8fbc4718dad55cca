"""A supervisor changes a rule and a skill in the browser, and the line moves before his eyes, with reasons."""

from typing import TYPE_CHECKING

import pytest

from tests.agent_console.conftest import Desk, a_tab
from tests.support.hub import Person, RunningHub

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.timeout(120)


async def _german_wanted(boss: Person) -> None:
    found = (await boss.get("/api/policy")).body
    document = {**found["document"], "skills": ["german"]}
    document["queues"] = [{**one, "require": "german >= 2"} if one["id"] == "support" else one
                          for one in document["queues"]]  # fmt: skip
    wanted = {"document": document, "base": found["version"], "note": "German only"}
    answer = await boss.post("/api/policy/publish", wanted)
    assert answer.status == 201, answer.body


async def _a_vip(boss: Person, name: str) -> None:
    [one] = (await boss.get(f"/api/customers?q={name}")).body["items"]
    answer = await boss.put(f"/api/customers/{one['id']}/marks", {"vip": True, "version": one["version"]})
    assert answer.status == 200, answer.body


async def _write_the_rule(page: "Page") -> None:
    await page.get_by_role("button", name="Add a rule").click()
    await page.get_by_label("Name", exact=True).fill("VIPs first")
    await page.get_by_label("Holds when").fill("vip")
    await page.keyboard.press("Escape")
    await page.get_by_label("Priority").fill("5")
    await page.get_by_role("link", name="Publish", exact=False).last.click()
    await page.get_by_text("2 of 2 waiting contacts would move.").wait_for()
    await page.get_by_role("row", name="Support · place 2 Support · place 1").get_by_text("VIPs first").wait_for()
    await page.get_by_label("Note").fill("VIPs first")
    await page.get_by_role("button", name="Publish as version 3").click()
    await page.get_by_text("Version 3 is in force", exact=True).wait_for()


async def test_a_rule_and_a_skill_move_the_line_at_once(
    desk: Desk, running_hub: RunningHub, browser: "Browser"
) -> None:
    boss = await running_hub.person("boris", "supervisor")
    await running_hub.account("greta", skills={"german": 3})  # who is not here today
    await _german_wanted(boss)
    _, ears = await running_hub.ready_agent("anna", queues=("support",), skills={"german": 1})
    await running_hub.contact("A question.", name="Mia", email="mia@example.com")
    await running_hub.contact("An important question.", name="Vera", email="vera@example.com")
    await _a_vip(boss, "Vera")

    await running_hub.account("sofia", "supervisor")
    await desk.arrive("sofia")
    await desk.page.goto(f"{running_hub.url}/#/floor/waiting/support")
    line = desk.page.get_by_role("complementary", name="Support: Waiting").get_by_role("listitem")
    await line.nth(0).get_by_role("link", name="Mia").wait_for()
    await line.nth(1).get_by_role("link", name="Vera").wait_for()

    async with a_tab(browser, running_hub) as other:
        await other.log_in("boris")
        page = other.page
        await page.get_by_role("navigation").wait_for()
        await page.goto(f"{running_hub.url}/#/policy")
        await _write_the_rule(page)
        await line.nth(0).get_by_role("link", name="Vera").wait_for()
        await line.nth(0).get_by_text("Priority 5").wait_for()

        await desk.page.get_by_role("button", name="Actions for Vera").click()
        await desk.page.get_by_role("menuitem", name="Why does it wait?").click()
        await desk.page.get_by_role("dialog").get_by_text("german").first.wait_for()
        await desk.page.get_by_role("dialog").get_by_role("button", name="Close").click()

        await page.goto(f"{running_hub.url}/#/policy/agents")
        await page.get_by_role("link", name="Anna").click()
        await page.get_by_role("textbox", name="german").fill("3")
        await page.get_by_role("button", name="Save").click()
        offered = await ears.until("card", lambda event: event["card"] and event["card"]["state"] == "offered")
        assert offered["card"]["customer_name"] == "Vera"
        assert offered["card"]["offer_reasons"]
        await line.nth(0).get_by_role("link", name="Mia").wait_for()
        assert await desk.violations() == []

        await page.goto(f"{running_hub.url}/#/desk/{offered['card']['id']}")
        await page.get_by_text("A new routing policy: placed anew in Support by rule “VIPs first”").wait_for()
