"""A desk in a real browser, over a real hub, with customers who chat."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import socketio

from tests.support.hub import PASSWORD, RunningHub

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "agent_console/node_modules/axe-core/axe.min.js"
SLOW = 15_000  # milliseconds: a limit, not a wait


@dataclass
class Desk:
    """One tab of a browser."""

    page: "Page"
    hub: RunningHub

    async def log_in(self, login: str, password: str = PASSWORD) -> None:
        """Goes to the console and logs in, by keyboard as people do."""
        await self.page.goto(self.hub.url)
        await self.page.get_by_label("Log-in name").fill(login)
        await self.page.get_by_label("Password").fill(password)
        await self.page.keyboard.press("Enter")

    async def arrive(self, login: str) -> None:
        """Logs in and waits for the live desk."""
        await self.log_in(login)
        await self.page.get_by_role("navigation").wait_for()

    async def violations(self) -> list[str]:
        """What axe-core finds wrong with the screen as it is now."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("async () => (await axe.run(document)).violations")
        return [f"{one['id']}: {json.dumps([node['html'][:160] for node in one['nodes']])}" for one in found]

    async def accept(self) -> None:
        """Accepts the next offer by key and waits for its conversation."""
        await self.page.get_by_role("alertdialog").wait_for()
        await self.page.keyboard.press("Alt+Enter")
        await self.page.get_by_role("log", name=re.compile("History of this contact|本次联系的历史")).wait_for()


class Visitor:
    """A customer who chats, over the network like anybody else."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.name = url, name
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[dict[str, Any]] = []
        self.client.on("message", self._hear, namespace="/chat")

    async def _hear(self, data: dict[str, Any]) -> None:
        self.heard.append(data["message"])

    async def say(self, text: str) -> dict[str, Any]:
        """Returns the hub's acknowledgement, which comes after it was committed."""
        if not self.client.connected:
            await self.client.connect(self.url, namespaces=["/chat"], transports=["websocket"], wait_timeout=10)
        said = {"id": str(uuid4()), "text": text, "name": self.name, "email": f"{uuid4().hex}@example.com"}
        answer: dict[str, Any] = await self.client.call("message", said, namespace="/chat", timeout=10)
        assert answer["ok"], answer
        return answer

    def texts(self) -> list[str]:
        """What the agent wrote, in the order of arrival."""
        return [one["text"] for one in self.heard if one["direction"] == "out"]


@pytest.fixture
async def visitor(running_hub: RunningHub) -> AsyncIterator[Visitor]:
    one = Visitor(running_hub.url, "Ann Li")
    yield one
    if one.client.connected:
        await one.client.disconnect()


@asynccontextmanager
async def a_tab(browser: "Browser", hub: RunningHub) -> AsyncIterator[Desk]:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(SLOW)
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield Desk(page, hub)
    await context.close()
    assert not broken


@pytest.fixture
async def desk(browser: "Browser", running_hub: RunningHub) -> AsyncIterator[Desk]:
    """A tab of somebody who has not logged in yet. A script error on the page fails the test."""
    if not (ROOT / "hub/static/console/index.html").is_file():
        pytest.skip("the console is not built: `make setup` sees to it")
    async with a_tab(browser, running_hub) as one:
        yield one
