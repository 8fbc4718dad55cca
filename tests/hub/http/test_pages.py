"""Pages and headers: what browsers are told, and the demo's customer page."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.app import World
from hub.http import static
from tests.support.hub import CHEAP, RunningHub, a_hub

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest.fixture
def console(tmp_path: Path) -> Path:
    (tmp_path / "console" / "assets").mkdir(parents=True)
    (tmp_path / "console" / "index.html").write_text("<!doctype html><head></head>the console")
    (tmp_path / "console" / "assets" / "main-1a2b.js").write_text("1")
    (tmp_path / "secret").write_text("not for you")
    return tmp_path / "console"


async def client(folder: Path) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    static.mount(app, folder)
    opened = TestClient(TestServer(app))
    await opened.start_server()
    return opened


async def test_the_console_its_assets_and_nothing_else(console: Path) -> None:
    http = await client(console)
    try:
        index = await http.get("/")
        assert (index.status, "csp-nonce" in await index.text()) == (200, True)
        asset = await http.get("/assets/main-1a2b.js")
        assert "immutable" in asset.headers["Cache-Control"]
        for path in ("/..%2fsecret", "/assets/..%2f..%2fsecret", "/%2e%2e/secret", "/assets", "/%00", "/" + "x" * 3000):
            assert (await http.get(path)).status == 404, path
    finally:
        await http.close()


async def test_a_console_that_was_not_built_says_how(tmp_path: Path) -> None:
    http = await client(tmp_path)
    try:
        page = await http.get("/")
        assert (page.status, "npm run build" in await page.text()) == (503, True)
    finally:
        await http.close()


async def test_every_answer_tells_browsers_what_it_may_never_do(running_hub: RunningHub) -> None:
    stranger = await running_hub.stranger()
    for path in ("/", "/api/me", "/nothing", "/healthz"):
        headers = (await stranger.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Server" not in headers
    assert (await stranger.get("/api/me")).headers["Cache-Control"] == "no-store"


async def test_only_who_may_telephone_may_reach_a_telephone_and_the_microphone(dsn: str) -> None:
    account: dict[str, object] = {"id": "main", "account_sid": "AC" + "0" * 32,
               "secrets": {"auth_token": "t" * 32, "api_key_secret": "k" * 32}}
    key = {**account, "api_key_sid": "SK" + "0" * 32}
    for given, reached, microphone in (
            (account, "", "microphone=()"), (key, "wss://voice-js.roaming.twilio.com", "microphone=(self)"),
            ({**key, "api_url": "http://127.0.0.1:8081"}, "ws://127.0.0.1:8081", "microphone=(self)")):
        async with a_hub(dsn, twilio=[given]) as hub:
            headers = (await (await hub.stranger()).get("/")).headers
            assert reached in headers["Content-Security-Policy"]
            assert ("twilio.com" in headers["Content-Security-Policy"]) == ("twilio.com" in reached)
            assert microphone in headers["Permissions-Policy"]


async def test_https_makes_cookies_and_browsers_stricter(dsn: str) -> None:
    async with a_hub(dsn, public_url="https://hub.example.org") as hub:
        await hub.account("anna")
        answer = await (await hub.stranger()).log_in("anna")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_behind_a_proxy_the_lock_out_counts_whom_it_forwards(dsn: str) -> None:
    async with a_hub(dsn, trusted_proxies=1) as hub:
        await hub.account("anna")
        mallory = await hub.stranger()
        for number in range(21):
            forwarded = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}  # the first one is made up
            await mallory.post("/api/login", {"login": f"guess{number}", "password": "x"}, headers=forwarded)
        blocked = await mallory.post("/api/login", {"login": "anna", "password": "correct horse"},
                                     headers={"X-Forwarded-For": "203.0.113.9"})
        free = await mallory.post("/api/login", {"login": "anna", "password": "correct horse"},
                                  headers={"X-Forwarded-For": "203.0.113.10"})
        assert (blocked.status, free.status) == (429, 200)


class Crowd:
    """Stands in for the simulator, which has tests of its own."""

    rate = 0.0
    running = False

    async def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running = False


async def test_the_demo_page_and_its_switch_exist_in_the_demo_only(dsn: str, running_hub: RunningHub) -> None:
    stranger = await running_hub.stranger()
    for method, path in (("GET", "/demo"), ("POST", "/demo/crowd")):
        assert (await stranger.ask(method, path)).status in (404, 405)

    crowd = Crowd()
    async with a_hub(dsn, World(hasher=CHEAP, crowd=crowd), demo=True) as hub:
        visitor = await hub.stranger()
        page = await visitor.get("/demo", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        assert '<html lang="zh-Hans">' in page.body
        assert "/chat/widget.js" in page.body
        assert "/forms/contact" in page.body
        assert 'id="telephone-section" hidden' in page.body  # a demo without telephones
        assert (await visitor.get("/demo/telephone")).status == 404
        assert (await visitor.get("/demo/demo.js")).status == 200
        assert (await visitor.post("/demo/crowd", {"rate": 12})).body == {"rate": 12.0}
        assert crowd.running
        assert (await visitor.post("/demo/crowd", {"rate": 10_000})).status == 422
        assert (await visitor.post("/demo/crowd", {"rate": 0})).body == {"rate": 0.0}
        assert not crowd.running


async def test_the_console_and_the_demo_page_run_under_their_policies(
    dsn: str, browser: "Browser", built: None
) -> None:
    complaints: list[str] = []
    async with a_hub(dsn, World(hasher=CHEAP, crowd=Crowd()), demo=True) as hub:
        await hub.account("anna")
        page = await browser.new_page()
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        await page.goto(f"{hub.url}/demo")
        await page.get_by_role("button", name="Open the doors").click()
        await page.get_by_text("12 customers come per minute.").wait_for()
        await page.goto(hub.url)
        await page.locator("input").first.fill("anna")
        await page.locator("input[type=password]").fill("correct horse")
        await page.keyboard.press("Enter")
        await page.get_by_text("Anna").first.wait_for()
    assert complaints == []


@pytest.fixture
def built() -> None:
    if not (static.CONSOLE / "index.html").is_file():
        pytest.skip("the console is not built: `make test` sees to it")
