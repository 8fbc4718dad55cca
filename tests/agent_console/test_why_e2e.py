"""Why one waits, and why another got it: in minutes, in the supervisor's words and in the agent's."""

import os
import re

import pytest

from tests.agent_console.conftest import Desk
from tests.support.hub import RunningHub

pytestmark = pytest.mark.timeout(120)


async def test_a_supervisor_reads_who_goes_first_and_by_how_much(desk: Desk, running_hub: RunningHub) -> None:
    await running_hub.ready_agent("anna", queues=("support",))
    await running_hub.parts.pool.execute("UPDATE agents SET capacity = 20 WHERE login = 'anna'")
    for name in ("Mia", "Vera", "Zoe"):
        await running_hub.contact("A question.", name=name, email=f"{name.lower()}@example.com")
    await running_hub.account("sofia", "supervisor")
    await desk.page.set_viewport_size({"width": 1440, "height": 900})
    await desk.arrive("sofia")
    page = desk.page
    await page.goto(f"{running_hub.url}/#/floor/waiting/support")
    line = page.get_by_role("complementary", name="Support: Waiting").get_by_role("listitem")
    await line.nth(1).get_by_role("link", name="Zoe").wait_for()
    await page.get_by_role("button", name="Actions for Zoe").click()
    await page.get_by_role("menuitem", name="Why does it wait?").click()
    told = page.get_by_role("dialog")
    await told.get_by_text(re.compile("1 in line before it for the same agents")).wait_for()
    assert await desk.violations() == []
    if folder := os.environ.get("HUB_PICTURES"):
        await page.screenshot(path=f"{folder}/why.png")
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.screenshot(path=f"{folder}/why-390.png")
