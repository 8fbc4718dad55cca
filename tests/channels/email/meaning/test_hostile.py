"""Hostile HTML in a real browser: nothing is fetched, nothing runs, nothing goes anywhere."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from channels.email.parse import parse
from channels.email.parse.clean import clean, page, place
from tests.channels.email.meaning.letters import names, raw

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@dataclass
class Site:
    """A server that counts what it is asked for."""

    url: str = ""
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)  # path -> document, policy
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path in self.pages:
            document, policy = self.pages[request.path]
            headers = {"Content-Security-Policy": policy} if policy else {}
            return web.Response(text=document, content_type="text/html", headers=headers)
        return web.Response(body=_PNG, content_type="image/png")


async def _serve() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    host, port = runner.addresses[0][:2]
    site.url = f"http://{host}:{port}"
    yield site
    await runner.cleanup()


@pytest.fixture
async def hub() -> AsyncIterator[Site]:
    async for site in _serve():
        yield site


@pytest.fixture
async def tracker() -> AsyncIterator[Site]:
    async for site in _serve():
        yield site


def _hostile(name: str, tracker: Site) -> str:
    return parse(raw(name)).html.replace("http://tracker.example", tracker.url)


async def _opened(browser: Browser, hub: Site, path: str) -> Page:
    opened = await browser.new_page()
    await opened.goto(hub.url + path, wait_until="networkidle")
    return opened


@pytest.mark.timeout(180)
async def test_hostile_html_does_nothing(browser: Browser, hub: Site, tracker: Site) -> None:
    """With its policy, and without, as if a browser knew none: the HTML alone is harmless already."""
    for guarded in (True, False):
        for name in names("harmless"):
            document, policy = page(clean(_hostile(name, tracker)).html, remote=False)
            path = f"/{guarded}/{name}"
            hub.pages[path] = document, policy if guarded else ""
        frames = "".join(f'<iframe src="{path}" id="f{number}"></iframe>' for number, path in enumerate(hub.pages)
                         if path.startswith(f"/{guarded}/"))
        hub.pages[f"/all-{guarded}"] = f"<!doctype html><title>t</title>{frames}", ""
        opened = await _opened(browser, hub, f"/all-{guarded}")
        shown = {frame.url.removeprefix(hub.url) for frame in opened.frames[1:]}
        assert shown == {f"/{guarded}/{name}" for name in names("harmless")}, "something went elsewhere"
        for frame in opened.frames[1:]:
            await frame.wait_for_load_state("networkidle")
        assert opened.url == f"{hub.url}/all-{guarded}"
        await opened.close()
    assert tracker.asked == []
    assert set(hub.asked) - {"/favicon.ico"} == set(hub.pages)


async def test_the_tracker_would_notice(browser: Browser, hub: Site, tracker: Site) -> None:
    """The same HTML unclean is noticed: the test before this one sees what it says it sees."""
    hub.pages["/unclean"] = _hostile("hostile_handlers", tracker) + _hostile("hostile_remote_picture", tracker), ""
    await _opened(browser, hub, "/unclean")
    assert {"/onload", "/toggle", "/picture.png"} <= set(tracker.asked)


async def test_pictures_from_elsewhere_come_when_asked_for(browser: Browser, hub: Site, tracker: Site) -> None:
    found = clean(_hostile("hostile_remote_picture", tracker))
    assert found.remote == 2
    hub.pages["/asked"] = page(found.html, remote=True)
    opened = await _opened(browser, hub, "/asked")
    assert sorted(tracker.asked) == ["/picture.png", "/second.png"]
    assert await opened.evaluate("[...document.images].every(i => i.naturalWidth > 0)")


async def test_a_pixel_is_not_fetched_even_when_pictures_are_asked_for(
    browser: Browser, hub: Site, tracker: Site,
) -> None:
    hub.pages["/asked"] = page(clean(_hostile("hostile_pixel", tracker)).html, remote=True)
    await _opened(browser, hub, "/asked")
    assert tracker.asked == []


async def test_pictures_in_the_mail_are_shown(browser: Browser, hub: Site) -> None:
    data = base64.b64encode(_PNG).decode()
    found = clean(f'<img src="cid:Logo%401"><img src="data:image/png;base64,{data}"><img src="cid:gone">')
    hub.pages["/mail"] = page(place(found.html, {"logo@1": "/api/files/1"}), remote=False)
    opened = await _opened(browser, hub, "/mail")
    assert await opened.evaluate("[...document.images].map(i => i.naturalWidth)") == [1, 1, 0]
    assert found.remote == 0


async def test_history_is_closed_until_opened_and_wide_mail_stays_within(browser: Browser, hub: Site) -> None:
    html = f"<p>{'x' * 5000}</p><table width=3000><tr><td>a</td></tr></table>" \
           '<blockquote type="cite"><p id="q">Please restart it.</p></blockquote>'
    hub.pages["/mail"] = page(clean(html).html, remote=False)
    opened = await _opened(browser, hub, "/mail")
    old = opened.get_by_text("Please restart it.")
    assert not await old.is_visible()
    await opened.locator("summary").click()
    assert await old.is_visible()
    assert await opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
