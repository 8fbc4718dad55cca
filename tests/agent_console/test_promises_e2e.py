"""A promise in a real browser: its clock on the card, its breach on the floor, a step up by hand."""

from typing import Any

import pytest

from tests.agent_console.conftest import Desk, Visitor
from tests.hub.promising import ALWAYS
from tests.support.hub import Person, RunningHub
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(120)
LADDER = [{"id": "up", "steps": [{"queue": "sales", "priority": 2, "notify": ["supervisor"]}, {"priority": 1}]}]


async def promise(hub: RunningHub, **first: int) -> None:
    """A supervisor promises a first answer in the support queue, and a ladder."""
    person = await hub.person("paula", "supervisor")
    view = (await person.get("/api/policy")).body
    document: dict[str, Any] = dict(view["document"])
    document |= {
        "calendars": {"always": ALWAYS}, "ladders": LADDER, "promises": [{"sla": "fast"}],
        "slas": {"fast": {"version": 1, "calendar": "always", "first_response_minutes": 60, **first}},
    }
    document["queues"] = [{**queue, "ladder": "up"} if queue["id"] == "support" else queue
                          for queue in document["queues"]]  # fmt: skip
    answer = await person.post("/api/policy/publish", {"document": document, "base": view["version"], "note": ""})
    assert answer.status == 201, answer.body


async def older(hub: RunningHub, minutes: int) -> None:
    """As if it had all happened so long ago."""
    await hub.parts.pool.execute(
        "UPDATE touches SET recorded_at = recorded_at - make_interval(mins => $1)", minutes)
    await hub.parts.pool.execute("UPDATE sla_clocks SET look_at = now() - interval '1 minute', seen = 0")


async def test_a_promise_is_seen_broken_and_escalated(
    desk: Desk, running_hub: RunningHub, visitor: Visitor
) -> None:
    await running_hub.account("anna")
    await promise(running_hub, first_response_minutes=60)
    page = desk.page
    await desk.arrive("anna")
    await page.get_by_role("button", name="Be available").click()
    await visitor.say("My router shows no light.")
    await desk.accept()
    await page.get_by_text("First answer due in").first.wait_for()
    await older(running_hub, 61)
    await page.get_by_text("First answer late by").first.wait_for()
    await page.get_by_text("Promise broken: the first answer is late").wait_for()
    await page.get_by_role("status").get_by_text("Ann Li: promise broken (First answer)").wait_for()
    assert await desk.violations() == []

    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Escalate…").click()
    await page.get_by_role("textbox", name="Reason").fill("needs an expert")
    await page.get_by_role("button", name="Escalate", exact=True).click()
    found: Person = await running_hub.person("sofia", "supervisor")

    async def moved() -> bool:
        page_of = (await found.get("/api/interactions?queue=sales")).body
        return [card["priority"] for card in page_of["items"]] == [2]

    await until(moved)
    assert await desk.violations() == []


async def test_the_floor_counts_what_is_broken_and_opens_it(
    desk: Desk, running_hub: RunningHub, visitor: Visitor
) -> None:
    await running_hub.account("sofia", "supervisor")
    await promise(running_hub)
    await visitor.say("My router shows no light.")
    await desk.arrive("sofia")
    page = desk.page
    await page.goto(f"{running_hub.url}/#/floor")
    await page.get_by_role("link", name="Broken 0").wait_for()
    await older(running_hub, 61)
    await page.get_by_role("link", name="Broken 1").click()
    await page.get_by_role("complementary").get_by_role("link", name="Ann Li").wait_for()
    await page.get_by_text("1 promise is broken").wait_for()
    assert await desk.violations() == []
