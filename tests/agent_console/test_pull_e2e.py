"""A queue from which agents take their work: nothing rings, the next by one key, another with a reason."""

import pytest

from tests.agent_console.conftest import Desk
from tests.agent_console.line import shots
from tests.support.hub import Person, RunningHub

pytestmark = pytest.mark.timeout(120)


async def _pulled(boss: Person) -> None:
    found = (await boss.get("/api/policy")).body
    document = {**found["document"]}
    document["queues"] = [{**one, "mode": "pull"} if one["id"] == "support" else one for one in document["queues"]]
    wanted = {"document": document, "base": found["version"], "note": "Take it yourselves"}
    answer = await boss.post("/api/policy/publish", wanted)
    assert answer.status == 201, answer.body


async def test_the_next_by_one_key_and_another_with_a_reason(desk: Desk, running_hub: RunningHub) -> None:
    boss = await running_hub.person("boris", "supervisor")
    await _pulled(boss)
    for name in ("Mia", "Vera", "Zoe"):
        await running_hub.contact("A question.", name=name, email=f"{name.lower()}@example.com")
    await running_hub.account("anna", queues=("support",))
    await desk.arrive("anna")
    page = desk.page
    await page.keyboard.press("Alt+a")  # available, and nothing is offered to her
    await page.get_by_role("tab", name="Queue").click()
    first = page.get_by_role("tabpanel").get_by_role("listitem").first
    await first.get_by_text("Next", exact=True).wait_for()
    await first.get_by_text("Mia").wait_for()
    assert await desk.violations() == []
    await shots(desk, "pull")

    await page.get_by_role("button", name="Take Zoe").click()
    dialog = page.get_by_role("dialog", name="Take Zoe out of turn")
    assert await desk.violations() == []
    await shots(desk, "out_of_turn")
    await dialog.get_by_label("Reason").fill("She is on the line with me")
    await dialog.get_by_role("button", name="Take").click()
    await page.get_by_role("log").get_by_text("She is on the line with me").wait_for()

    await page.get_by_role("tab", name="Queue").click()
    await page.get_by_role("tabpanel").get_by_role("link", name="Vera").click()
    await page.get_by_role("main").get_by_role("button", name="Take", exact=True).click()
    dialog = page.get_by_role("dialog", name="Take Vera out of turn")
    await dialog.get_by_label("Reason").fill("I know her lamp")
    await dialog.get_by_role("button", name="Take").click()
    await page.get_by_role("log").get_by_text("I know her lamp").wait_for()

    await page.get_by_role("button", name="Take next").wait_for()
    await page.keyboard.press("Alt+g")
    await page.get_by_role("heading", name="Mia", exact=True).wait_for()
    mine = page.get_by_role("tabpanel").get_by_role("listitem")
    await mine.nth(2).wait_for()
    assert (await boss.get("/api/interactions?state=offered")).body["items"] == []
