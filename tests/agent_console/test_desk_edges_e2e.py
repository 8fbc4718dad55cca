"""What happens at the desk when things do not go as wished."""

from typing import TYPE_CHECKING

import pytest

from tests.agent_console.conftest import Desk, Visitor
from tests.support.hub import Person, RunningHub
from tests.support.waiting import until

if TYPE_CHECKING:
    import asyncpg
    from playwright.async_api import Route

pytestmark = pytest.mark.timeout(120)


async def test_guessing_passwords_locks_out_and_says_for_how_long(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.account("anna")
    page = desk.page
    await page.goto(running_hub.url)
    await page.get_by_label("Log-in name").fill("anna")
    locked = page.get_by_role("alert").filter(has_text="Too many attempts. You can try again in")
    for attempt in range(20):
        async with page.expect_response("**/api/login"):
            await page.get_by_label("Password").fill(f"guess {attempt}")
            await page.keyboard.press("Enter")
        await page.get_by_role("alert").filter(has_not_text="Logging in").wait_for()
        if await locked.count():
            break
    await locked.wait_for()
    assert await page.get_by_role("button", name="Log in", exact=True).is_disabled()


async def offers_ring(sue: Person, seconds: int) -> None:
    """A supervisor publishes how long offers ring."""
    now = (await sue.get("/api/policy")).body
    queues = [{**queue, "offer_seconds": seconds} for queue in now["document"]["queues"]]
    answer = await sue.post("/api/policy/publish", {"document": {**now["document"], "queues": queues},
                                                    "base": now["version"]})
    assert answer.status == 201, answer.body


async def test_a_missed_offer_is_said_and_one_key_brings_the_agent_back(desk: Desk, running_hub: RunningHub) -> None:
    sue = await running_hub.person("sue", "supervisor")
    await offers_ring(sue, 1)
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await running_hub.contact()
    await page.get_by_text("You missed an offer, so nothing more is offered to you.").wait_for()
    assert await page.get_by_role("alertdialog").count() == 0

    await offers_ring(sue, 20)
    await page.keyboard.press("Alt+a")
    await page.get_by_text("You missed an offer").wait_for(state="detached")
    await running_hub.contact("Somebody else's question", name="Ben", email="ben@example.com")
    await page.get_by_role("alertdialog", name="Offer: Form").get_by_text("Ben").wait_for()


async def test_an_offer_is_declined_with_a_reason(desk: Desk, running_hub: RunningHub,
                                                  pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await running_hub.contact()
    await page.get_by_role("alertdialog").get_by_role("button", name="Decline").click()
    await page.get_by_role("menuitem", name="I do not know this topic").click()

    async def declined() -> bool:
        return bool(await pool.fetchval("SELECT count(*) FROM touches WHERE kind = 'declined'"))

    await until(declined)


async def test_finish_then_break(desk: Desk, running_hub: RunningHub, visitor: Visitor) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await visitor.say("Hello")
    await desk.accept()
    await page.get_by_role("button", name="My status: Available").click()
    await page.get_by_role("menuitem", name="Break: lunch").click()
    await page.get_by_text("finish, then break").wait_for()

    await page.keyboard.press("Alt+e")
    await page.get_by_role("combobox", name="Outcome").fill("Solved")
    await page.get_by_role("option", name="Solved").click()
    await page.keyboard.press("Alt+e")
    await page.get_by_role("button", name="My status: Break").wait_for()
    await page.get_by_text("lunch", exact=True).wait_for()


async def test_a_file_reaches_the_customer(desk: Desk, running_hub: RunningHub, visitor: Visitor) -> None:
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")
    await visitor.say("Do you have a manual?")
    await desk.accept()
    await page.locator("input[type=file]").set_input_files(
        {"name": "manual.txt", "mimeType": "text/plain", "buffer": b"press the button"})
    await page.get_by_role("textbox", name="Write to the customer").fill("Here it is.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("log").get_by_role("link", name="manual.txt").wait_for()
    await until(lambda: visitor.heard[-1]["files"][0]["name"] == "manual.txt" if visitor.texts() else False)


async def test_two_agents_never_hold_the_same_contact(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.contact("Who is quicker?")
    await running_hub.account("anna")
    await desk.arrive("anna")
    page = desk.page
    await page.get_by_role("tab", name="Queue").click()
    take = page.get_by_role("button", name="Take Mia")
    await take.wait_for()
    ben = await running_hub.person("ben")
    waiting = (await ben.get("/api/interactions?state=queued")).body["items"][0]["id"]

    async def ben_first(route: "Route") -> None:
        assert (await ben.post(f"/api/interactions/{waiting}/claim", json={})).status == 200
        await route.continue_()

    await page.route("**/claim", ben_first)
    async with page.expect_response("**/claim") as answered:
        await take.click()
    assert (await answered.value).status == 409
    await page.get_by_role("status").get_by_text("A colleague was quicker.").wait_for()
    await page.get_by_text("Nobody waits").wait_for()
