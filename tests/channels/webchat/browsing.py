"""The widget in a real browser, on a page of the hub or of a company with ideas of its own."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from tests.channels.webchat.stage import Stage

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

AXE = Path(__file__).parents[3] / "channels/webchat/widget/node_modules/axe-core/axe.min.js"
SHOTS = os.environ.get("WIDGET_SCREENSHOTS")
DESKTOP, PHONE = {"width": 1200, "height": 800}, {"width": 390, "height": 844}
HOST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Routers and lamps</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head>
<body><main><h1>Routers and lamps</h1><p id="text">We sell light.</p></main>
<script src="{hub}/chat/widget.js" {attributes} async></script></body></html>"""


def host_page(hub: str = "", head: str = "", attributes: str = "", headers: dict[str, str] | None = None) -> Any:
    """A handler that serves a company's page with the widget on it."""

    async def show(_: web.Request) -> web.Response:
        text = HOST.format(hub=hub, head=head, attributes=attributes)
        return web.Response(text=text, content_type="text/html", headers=headers)

    return show


def on_hub(attributes: str = "") -> Any:
    return lambda app: app.router.add_get("/", host_page(attributes=attributes))


class Visitor:
    """What a visitor does and sees, in the words of the screen."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        page.set_default_timeout(20_000)
        self.panel = page.get_by_role("dialog")
        self.log = page.get_by_role("log")
        self.composer = page.get_by_label("Write a message")

    async def open(self) -> None:
        await self.page.get_by_role("button", name="Open the chat").click()
        await self.panel.wait_for()

    async def begin(self, text: str = "My lamp is dark", name: str = "Ann", email: str = "") -> None:
        await self.open()
        await self.page.get_by_label("Name", exact=True).fill(name)
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_role("textbox", name="Message", exact=True).fill(text)
        await self.page.get_by_role("button", name="Start chat").click()

    async def write(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def sees(self, text: str, state: str = "") -> "Locator":
        row = self.log.locator(".row", has_text=text)
        if state:
            row = row.filter(has=self.page.locator(".meta", has_text=re.compile(rf"(^|· ){state}")))
        await row.first.wait_for()
        return row

    async def texts(self) -> list[str]:
        return await self.log.locator(".bubble").all_inner_texts()

    async def faults(self) -> list[str]:
        """What axe finds wrong, on the whole page."""
        await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate("axe.run(document)")
        return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]

    async def photograph(self, name: str) -> None:
        if SHOTS:
            await self.page.screenshot(path=f"{SHOTS}/{name}.png")


@asynccontextmanager
async def visitor_at(browser: "Browser", address: str, **context: Any) -> AsyncIterator[Visitor]:
    """A page without errors: a script error or a console error fails the test."""
    if not AXE.is_file():
        pytest.skip("the widget's node_modules are missing: `make setup` sees to it")
    opened = await browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **context})
    page = await opened.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(address)
    try:
        yield Visitor(page)
    finally:
        await opened.close()
    assert faults == []


def speaks_as_agent(stage: Stage) -> Any:
    """`await say("text")`: an agent answers the newest visitor."""

    async def say(text: str) -> None:
        inbound = stage.sink.inbounds[-1]
        await stage.chat.send(stage.sink.say(inbound.addresses[0], "webchat", text))

    return say
