"""The routing policy as a supervisor meets it: written, checked, tried, published and restored in a real browser."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.agent_console.conftest import Desk, a_tab
from tests.support.hub import Person, RunningHub

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.timeout(120)
PAGES = ("", "/rules/vip", "/queues", "/queues/support", "/hours", "/hours/office", "/promises", "/promises/gold",
         "/ladders", "/ladders/up", "/general", "/source", "/try", "/publish", "/versions", "/versions/1",
         "/agents", "/help")
FETCHING = ("/try", "/publish", "/versions", "/versions/1", "/agents")
MORE: dict[str, Any] = {
    "skills": ["billing", "german"],
    "rules": [{"id": "vip", "name": "VIP first", "when": "vip", "place": {"queue": "support", "priority": 5}}],
    "calendars": {"office": {"zone": "UTC", "week": {"mon": ["09:00-17:00"]},
                             "closed": [{"on": "2026-12-25", "name": "Christmas Day"}]}},
    "slas": {"gold": {"version": 1, "calendar": "office", "first_response_minutes": 30}},
    "promises": [{"sla": "gold", "when": {"contract": ["gold"]}}],
    "ladders": [{"id": "up", "steps": [{"after_minutes": 30, "notify": ["supervisor"]}]}],
}


async def _go(desk: Desk, path: str = "") -> "Page":
    await desk.page.goto(f"{desk.hub.url}/#/policy{path}")
    await desk.page.get_by_role("heading", level=1, name="Routing").wait_for()
    return desk.page


async def _supervise(desk: Desk, login: str = "sofia", path: str = "") -> "Page":
    await desk.hub.account(login, "supervisor")
    await desk.arrive(login)
    return await _go(desk, path)


async def _save(person: Person, **more: Any) -> None:
    """A draft written behind the screen."""
    found = (await person.get("/api/policy")).body
    saved_at = found["draft"]["saved_at"] if found["draft"] else None
    body = {"document": found["document"] | more, "base": found["version"], "saved_at": saved_at}
    answer = await person.put("/api/policy/draft", body)
    assert answer.status == 200, answer.body


async def test_a_rule_is_written_checked_tried_published_and_taken_back(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.person("anna", skills={"billing": 3})
    reference = await running_hub.contact("Where is my invoice?")
    page = await _supervise(desk)
    await page.get_by_text("Version 1 is in force").wait_for()
    await page.get_by_text("No rules yet").wait_for()

    await page.get_by_role("button", name="Add a rule").click()
    await page.get_by_label("Name", exact=True).fill("Invoices")
    when = page.get_by_label("Holds when")
    await when.press_sequentially("chan")
    await page.get_by_role("option", name="channel Channel").wait_for()
    await page.keyboard.press("Enter")
    await when.press_sequentially("= form")
    await page.keyboard.press("Escape")
    rule = page.get_by_role("region", name="When")
    await rule.get_by_text("At character 11: found 'form'").wait_for()
    await page.get_by_role("button", name="Go to character 11").click()
    assert await when.evaluate("one => one.selectionStart") == 10
    await when.fill('channel = "form" and text contains "invoice"')
    await rule.get_by_text("At character").wait_for(state="detached")
    await page.get_by_role("button", name="Support Queue").click()
    await page.get_by_role("option", name="Sales").click()
    await page.get_by_label("Required skills").first.fill("biling >= 2")
    skill = page.get_by_role("region", name="Who").get_by_text("There is no skill biling")
    await skill.wait_for()
    await page.get_by_label("Required skills").first.fill("")
    await skill.wait_for(state="detached")

    await page.get_by_role("button", name="Try the draft").click()
    await page.get_by_role("button", name="Example").click()
    await page.get_by_role("option", name="One that came").click()
    await page.get_by_label("Reference").fill(reference)
    result = page.get_by_role("region", name="Where it goes")
    await result.get_by_text("Rule 1 places it:").wait_for()
    await result.get_by_text("Sales").wait_for()

    await page.get_by_role("link", name="Publish", exact=False).last.click()
    await page.get_by_text("1 of 1 waiting contact would move.").wait_for()
    await page.get_by_role("row", name=reference).get_by_text("Sales").wait_for()
    await page.get_by_label("Note").fill("Invoices go to Sales")
    await page.get_by_role("button", name="Publish as version 2").click()
    await page.get_by_text("Version 2 is in force", exact=True).wait_for()
    await page.get_by_role("listitem").filter(has_text="Invoices go to Sales").get_by_role("link").click()
    await page.get_by_role("listitem").filter(has_text="added").get_by_text("Invoices").first.wait_for()

    await _go(desk, "/versions/1")
    await page.get_by_role("button", name="Restore…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Note").fill("Not yet")
    await dialog.get_by_role("button", name="Restore…").click()
    await page.get_by_text("Version 3 is in force", exact=True).wait_for()
    await _go(desk)
    await page.get_by_text("No rules yet").wait_for()


async def test_two_who_write_at_once_are_both_shown_and_nothing_is_lost_by_a_reload(
    desk: Desk, running_hub: RunningHub, browser: "Browser"
) -> None:
    ben = await running_hub.person("ben", "supervisor")
    await _save(ben, **MORE)
    page = await _supervise(desk, path="/general")
    zone = page.get_by_label("Time zone")
    await zone.fill("Europe/Paris")
    await page.get_by_text("Draft saved at").wait_for()
    await page.reload()
    await page.get_by_text("Draft saved at").wait_for()
    assert await zone.input_value() == "Europe/Paris"

    await _save(ben, **MORE, zone="Asia/Shanghai")
    await zone.fill("Europe/Rome")
    choice = page.get_by_role("alert", name="Two drafts")
    await choice.get_by_text("Ben saved another draft").wait_for()
    await choice.get_by_text("What mine changes in the other").click()
    await choice.get_by_text("Asia/Shanghai").wait_for()
    assert await desk.violations() == []
    await page.get_by_role("link", name="Floor").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    await choice.get_by_role("button", name="Keep mine").click()
    await page.get_by_text("Draft saved at").wait_for()
    assert (await ben.get("/api/policy")).body["draft"]["document"]["zone"] == "Europe/Rome"

    await page.get_by_role("link", name="Rules").first.click()
    await page.get_by_role("button", name="Actions for VIP first").click()
    await page.get_by_role("menuitem", name="Duplicate").click()
    await page.get_by_role("link", name="All rules").click()
    grip = page.get_by_role("button", name="Move VIP first, now rule 1", exact=False)
    await grip.focus()
    await page.keyboard.press("ArrowDown")
    rows = page.get_by_role("list", name="Rules").get_by_role("listitem")
    await rows.nth(0).get_by_text("VIP first (copy)").wait_for()
    assert await page.evaluate("document.activeElement.dataset.grip") == ""
    await page.get_by_role("button", name="Undo").click()
    await rows.nth(0).get_by_text("VIP first", exact=True).wait_for()

    await page.get_by_role("link", name="Source").click()
    source = page.get_by_role("textbox", name="Source")
    await source.fill("{")
    await page.get_by_text("This is not JSON yet").wait_for()
    await source.fill('{"format": 1, "queues": [{"id": "support"}], "default": {"queue": "suport"}}')
    await page.get_by_role("button", name="There is no queue suport; did you mean support?").click()
    assert await source.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)") == '"suport"'


async def test_what_an_agent_may_do_is_changed_by_a_supervisor(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.person("anna", skills={"billing": 3})
    page = await _supervise(desk, path="/agents")
    await page.get_by_role("link", name="Anna").click()
    level = page.get_by_role("textbox", name="billing")
    await level.fill("9")
    await page.get_by_text("A whole number from 1 to 5").wait_for()
    await level.fill("5")
    await page.get_by_role("link", name="All agents").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    await page.get_by_text("Sales", exact=True).click()
    await page.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text="anna")
    await row.get_by_text("billing 5").wait_for()
    assert "Sales" not in await row.inner_text()


async def test_every_part_is_readable_in_both_themes_and_on_a_phone(desk: Desk, running_hub: RunningHub) -> None:
    ben = await running_hub.person("ben", "supervisor")
    await _save(ben, **MORE)
    page = await _supervise(desk)
    found: dict[str, Any] = {}
    for path in PAGES:
        await page.set_viewport_size({"width": 1440, "height": 900})
        await _go(desk, path)
        if path in FETCHING:
            await page.wait_for_load_state("networkidle")
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            found[f"{path} {theme}"] = await desk.violations()
        await page.set_viewport_size({"width": 390, "height": 844})
        wide = await page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.querySelector('#content').scrollWidth)")
        found[f"{path} on a phone"] = [f"{wide} wide"] if wide > 390 else []
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


async def test_who_may_not_and_who_cannot_reach_the_hub_are_told(desk: Desk, browser: "Browser") -> None:
    await desk.hub.account("anna")
    await desk.arrive("anna")
    await desk.page.goto(f"{desk.hub.url}/#/policy")
    await desk.page.get_by_role("heading", name="You may not see this page").or_(
        desk.page.locator("main .blank h1")).first.wait_for()
    async with a_tab(browser, desk.hub) as other:
        await other.page.route(re.compile("/api/policy"), lambda route: route.abort())
        page = await _supervise(other)
        await page.get_by_role("alert").filter(has_text="cannot be reached").wait_for()
        await page.unroute(re.compile("/api/policy"))
        await page.get_by_role("button", name="Try again").click()
        await page.get_by_text("Version 1 is in force").wait_for()


async def test_a_recorded_day_under_the_draft(desk: Desk, running_hub: RunningHub, tmp_path: Path) -> None:
    """Chosen, run, read side by side and as a plot, on a desk and on a telephone, light and dark."""
    await running_hub.person("anna")
    await running_hub.contact("Where is my lamp?")
    await running_hub.contact("Where is my order?")
    sofia = await running_hub.person("sue", "supervisor")
    await _save(sofia, rules=[{"id": "all", "name": "All", "when": 'channel = "form"', "place": {"queue": "sales"}}])
    page = await _supervise(desk, path="/publish")
    part = page.get_by_role("region", name="The same day under the draft")
    await part.get_by_label("From").fill("2026-01-02T00:00")
    await part.get_by_label("To", exact=True).fill("2026-01-01T00:00")
    await part.get_by_text("The end must come after the beginning.").wait_for()
    assert await part.get_by_role("button", name="Simulate").is_disabled()
    await part.get_by_label("To", exact=True).fill("2026-01-03T00:00")
    await part.get_by_role("button", name="Simulate").click()
    await part.get_by_role("alert").get_by_text("Nobody came in this time").wait_for()

    await page.reload()
    await part.get_by_role("button", name="Simulate").click()
    await part.get_by_text("2 contacts,").wait_for()
    contacts = part.get_by_role("region", name="Figures side by side").get_by_role("row", name="Contacts")
    assert (await contacts.inner_text()).split() == ["Contacts", "2", "2", "2", "0"]
    await part.get_by_role("img", name="Waiting over the day").wait_for()
    await part.get_by_text("The same in numbers").click()
    await part.get_by_role("button", name="All queues").click()
    await page.get_by_role("option", name="Sales").click()
    assert (await contacts.inner_text()).split() == ["Contacts", "–", "–", "2"]
    found: dict[str, list[str]] = {}
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        for wide, high in ((1440, 900), (390, 844)):
            await page.set_viewport_size({"width": wide, "height": high})
            over = await page.evaluate("document.documentElement.scrollWidth")
            found[f"{theme} {wide}"] = [*await desk.violations(), *([f"{over} wide"] if over > wide else [])]
            await part.screenshot(path=tmp_path / f"{theme}-{wide}.png")
    assert not any(found.values()), found
