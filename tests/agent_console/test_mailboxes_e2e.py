"""Mailboxes and quarantine as an administrator meets them: a real mail server, tested and set up in a real browser."""

import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from channels.email.imap.link import default_tls
from hub.model import Role
from tests.agent_console.conftest import Desk, a_tab
from tests.support.dovecot import PASSWORD, Dovecot, MailUser, running_dovecot
from tests.support.hub import RunningHub, a_hub
from tests.support.smtpsink import Outside, outside_server
from tests.support.waiting import unused_port

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

pytestmark = pytest.mark.timeout(120)
ADDRESS = "support@example.org"
SENDING = "right"  # what the mail server outside takes
STEPS = ("Find the server", "Connect to it", "Encrypt", "Log in", "List folders", "Read a mail", "Connect for sending",
         "Encrypt for sending", "Log in for sending", "Send a test mail to itself", "Find the test mail")


# Keeps what the hub answers, because a browser does not keep what was read as it came.
HEAR = """window.heard = []; const real = window.fetch
window.fetch = (...asked) => real(...asked).then((answer) => {
    answer.clone().text().then((text) => heard.push([String(asked[0]), text]), () => undefined)
    return answer
})"""


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def trusted(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine trusts whoever signed the mail servers' certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate.authority))
    default_tls.cache_clear()
    yield
    default_tls.cache_clear()


@dataclass
class Office:
    """A hub, a mailbox at a mail server, the server that takes its mail, and what the browser was told."""

    hub: RunningHub
    user: MailUser
    outside: Outside
    desk: Desk
    closed: int

    @property
    def page(self) -> "Page":
        return self.desk.page

    async def go(self, path: str, login: str = "ada", role: Role = "admin") -> None:
        await self.hub.account(login, role)
        await self.desk.arrive(login)
        await self.page.goto(f"{self.hub.url}/#{path}")

    def part(self, name: str) -> "Locator":
        return self.page.get_by_role("region", name=name)

    async def choose(self, within: "Locator", label: str, choice: str) -> None:
        await within.get_by_role("button", name=label).click()
        await self.page.get_by_role("option", name=choice).click()

    async def fill(self, password: str = PASSWORD, host: str = "localhost", port: int | None = None,
                   address: str = ADDRESS) -> None:
        """Everything that the mailbox needs, as its provider wrote it down."""
        receiving, sending = self.part("Receiving"), self.part("Sending")
        await self.page.get_by_label("E-mail address").fill(address)
        await self.page.get_by_role("textbox", name="Password", exact=True).fill(password)
        await receiving.get_by_label("Server").fill(host)
        await receiving.get_by_label("Port").fill(str(port or self.user.server.tls_port))
        await receiving.get_by_role("textbox", name="User name", exact=True).fill(self.user.name)
        await sending.get_by_label("Server").fill("localhost")
        await sending.get_by_label("Port").fill(str(self.outside.port))
        await sending.get_by_label("Another password for sending").fill(SENDING)

    async def test(self) -> "Locator":
        """Presses "Test"; the steps."""
        await self.page.get_by_role("button", name="Test", exact=True).click()
        return self.page.get_by_role("dialog")

    async def save(self) -> None:
        await self.page.get_by_role("button", name="Save").click()

    async def said(self, path: str) -> str:
        """Whatever the hub answered so far at addresses with `path` in them."""
        heard: list[tuple[str, str]] = await self.page.evaluate("heard")
        return "\n".join(text for url, text in heard if path in url)

    async def add(self) -> None:
        """A mailbox set up behind the screen."""
        ada = await self.hub.person("eve", "admin")
        answer = await ada.put("/api/mailboxes/support", self.body())
        assert answer.status == 200, answer.body

    def body(self, **more: Any) -> dict[str, Any]:
        imap = {"host": "127.0.0.1", "port": self.user.server.port, "security": "none", "user": self.user.name}
        smtp = {"host": "127.0.0.1", "port": self.outside.port, "security": "none"}
        version = more.pop("version", 0)
        mailbox = {"id": "support", "address": ADDRESS, "name": "Example Support", "imap": imap, "smtp": smtp} | more
        return {"mailbox": mailbox, "secrets": {"password": PASSWORD}, "version": version}


@asynccontextmanager
async def an_office(dsn: str, browser: "Browser", dovecot: Dovecot) -> AsyncIterator[Office]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(dovecot.certificate.file, dovecot.certificate.key)
    async with outside_server(tls) as outside:
        closed = unused_port()
        ports = [dovecot.port, dovecot.tls_port, outside.port, closed]
        async with a_hub(dsn, mail={"ports": ports}) as hub, a_tab(browser, hub) as desk:
            office = Office(hub, dovecot.user(), outside, desk, closed)
            await desk.page.add_init_script(HEAR)
            yield office


def mail(number: int, text: str = "My chain broke") -> bytes:
    return (f"From: Mia <mia{number}@example.com>\r\nTo: {ADDRESS}\r\nSubject: Bike {number}\r\n"
            f"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <{number}@example.com>\r\n\r\n{text}\r\n").encode()


async def _held(page: "Page") -> str:
    """All that the browser keeps: the page with what stands in its fields, and its stores."""
    return str(await page.evaluate("""async () => {
        const stores = await Promise.all((await indexedDB.databases()).map(({ name }) => new Promise((done) => {
            const asked = indexedDB.open(name)
            asked.onsuccess = () => {
                const names = [...asked.result.objectStoreNames]
                if (!names.length) return done('')
                const all = names.map((one) => new Promise((ready) => {
                    const found = asked.result.transaction(names).objectStore(one).getAll()
                    found.onsuccess = () => ready(JSON.stringify(found.result))
                }))
                Promise.all(all).then((texts) => done(texts.join('\\n')))
            }
        })))
        const fields = [...document.querySelectorAll('input, textarea')].map((one) => one.value)
        return [document.documentElement.outerHTML, document.cookie, JSON.stringify({ ...localStorage }),
            JSON.stringify({ ...sessionStorage }), ...fields, ...stores].join('\\n')
    }"""))


async def test_a_mailbox_is_tested_step_by_step_saved_and_brings_work_and_its_passwords_stay_with_the_hub(
    dsn: str, browser: "Browser", dovecot: Dovecot, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.email.probe.LOOK_SECONDS", 0.05)
    async with an_office(dsn, browser, dovecot) as office, a_tab(browser, office.hub) as agent:
        page = office.page
        await office.go("/mailboxes")
        await page.get_by_text("No mailbox yet").wait_for()
        await page.get_by_role("button", name="Add a mailbox").click()
        await office.fill()
        dialog = await office.test()
        test_mail = await office.outside.wait()  # our mail server outside delivers to the mailbox
        assert (test_mail.sender, test_mail.recipients, test_mail.secure) == (ADDRESS, (ADDRESS,), True)
        office.user.deliver(test_mail.raw)
        await dialog.get_by_text("Everything works.").wait_for()
        lines = dialog.get_by_role("listitem")
        assert await lines.count() == len(STEPS)
        for place, name in enumerate(STEPS):
            assert re.fullmatch(rf"{name}\s*works\s*[\d.]+ s", await lines.nth(place).inner_text()), name
        await dialog.get_by_role("button", name="Close").click()
        await office.save()
        await page.get_by_text(f"{ADDRESS} is saved.").wait_for()
        await page.get_by_text("Connected", exact=True).wait_for()

        await office.hub.account("anna")
        await agent.arrive("anna")
        await agent.page.keyboard.press("Alt+a")
        office.user.deliver(mail(1))
        await agent.accept()
        await agent.page.get_by_role("log").get_by_text("My chain broke").wait_for()
        assert await agent.page.get_by_role("log").get_by_text("Test of this mailbox").count() == 0

        await page.get_by_role("button", name=f"Edit: {ADDRESS}").click()
        await page.get_by_role("group", name="Password", exact=True).get_by_text("is set").wait_for()
        said = await office.said("/api/mailboxes")
        await page.evaluate("heard = []")
        held = await _held(page)
        assert "Everything works." not in held
        assert ADDRESS in held
        assert '"name":"arrive"' in said  # the answers were looked at
        for secret in (PASSWORD, SENDING):
            assert not re.search(rf"\b{secret}\b", held)
            assert not re.search(rf"\b{secret}\b", said)


@pytest.mark.parametrize(("step", "change", "words"), [
    ("Log in", {"password": "nonsense"}, "User name or password is wrong"),
    ("Connect to it", {"port": 0}, "The server takes no connection at this port. Check port and encryption"),
    ("Find the server", {"host": "imap.exmaple.org"}, "There is no server of this name. Check its spelling."),
    ("Encrypt", {}, "This machine does not know who signed the certificate."),
    ("Encrypt", {"host": "127.0.0.1"}, "The certificate is for another name."),
])
async def test_what_is_wrong_is_said_in_words_at_its_step(
    dsn: str, browser: "Browser", dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest,
    step: str, change: dict[str, Any], words: str
) -> None:
    if "does not know" not in words:
        request.getfixturevalue("trusted")
    _without(monkeypatch, "imap.exmaple.org")
    async with an_office(dsn, browser, dovecot) as office:
        await office.go("/mailboxes/new")
        await office.fill(**{**change, **({"port": office.closed} if "port" in change else {})})
        await office.part("Sending").get_by_text("Send mail from this address").click()
        dialog = await office.test()
        await dialog.get_by_text("1 step failed").wait_for()
        failed = dialog.get_by_role("listitem").filter(has_text="failed")
        await failed.get_by_text(words).wait_for()
        assert (await failed.inner_text()).startswith(step)
        states = [await one.inner_text() for one in await dialog.get_by_role("listitem").all()]
        place = next(at for at, text in enumerate(states) if "failed" in text)
        assert all("works" in text for text in states[:place])
        assert all("not tried" in text for text in states[place + 1:])
        assert await office.desk.violations() == []
        assert "nonsense" not in await office.said("/api/mailboxes")


def _without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Nobody knows a machine of this name, without anybody outside being asked."""
    real = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **options: Any) -> Any:
        if host == name:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


async def test_a_failure_of_sending_is_a_line_of_its_own_and_the_test_can_be_had_again(
    dsn: str, browser: "Browser", dovecot: Dovecot, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.email.probe.LOOK_SECONDS", 0.05)
    async with an_office(dsn, browser, dovecot) as office:
        await office.go("/mailboxes/new")
        await office.fill()
        office.outside.faults.auth = "535 5.7.139 SmtpClientAuthentication is disabled"
        dialog = await office.test()
        failed = dialog.get_by_role("listitem").filter(has_text="failed")
        await failed.get_by_text("535 5.7.139 SmtpClientAuthentication is disabled").wait_for()
        assert (await failed.inner_text()).startswith("Log in for sending")
        office.outside.faults.auth = ""
        office.outside.faults.rcpt["*"] = "550 5.7.60 Not allowed to send as this sender"
        await dialog.get_by_role("button", name="Test again").click()
        await failed.get_by_text("The server does not take mail from this address.").wait_for()
        office.outside.faults.rcpt.clear()
        await dialog.get_by_role("button", name="Test again").click()
        office.user.deliver((await office.outside.wait()).raw)
        await dialog.get_by_text("Everything works.").wait_for()


async def test_refusals_stand_beside_their_fields_and_the_first_has_the_focus(
    dsn: str, browser: "Browser", dovecot: Dovecot
) -> None:
    async with an_office(dsn, browser, dovecot) as office:
        page = office.page
        await office.go("/mailboxes/new")
        await office.save()
        await page.get_by_role("alert").get_by_text("fields need to be corrected").wait_for()
        assert await page.evaluate("document.activeElement.labels[0].textContent") == "E-mail address"
        assert await office.desk.violations() == []
        await office.fill(port=1)
        await office.save()
        await page.get_by_text("Not permitted (mail.ports).").wait_for()
        assert await page.evaluate("document.activeElement.labels[0].textContent") == "Port"


async def test_a_mailbox_is_changed_without_its_password_and_somebody_elses_change_is_loaded_first(
    dsn: str, browser: "Browser", dovecot: Dovecot
) -> None:
    async with an_office(dsn, browser, dovecot) as office:
        page = office.page
        await office.add()
        await office.go("/mailboxes")
        await page.get_by_role("button", name=f"Edit: {ADDRESS}").click()
        await page.get_by_label("Name of the sender").fill("Example Help")
        eve = await office.hub.stranger()
        await eve.log_in("eve")
        changed = office.body(signature="Yours, {agent}", version=1)
        assert (await eve.put("/api/mailboxes/support", {**changed, "secrets": {}, "version": 1})).status == 200
        await office.save()
        alert = page.get_by_role("alert")
        await alert.get_by_text("Somebody has changed this mailbox in the meantime.").wait_for()
        assert await office.desk.violations() == []
        await alert.get_by_role("button", name="Load again").click()
        await page.get_by_text("Yours, {agent}").wait_for()
        assert await page.get_by_label("Name of the sender").input_value() == "Example Support"
        await page.get_by_label("Name of the sender").fill("Example Help")
        await office.save()
        await page.get_by_text(f"{ADDRESS} is saved.").wait_for()
        await page.get_by_text("Example Help").wait_for()
        view = (await eve.get("/api/mailboxes")).body[0]
        assert (view["version"], view["secrets"], view["mailbox"]["signature"]) == (3, ["password"], "Yours, {agent}")
        await page.get_by_text("Connected", exact=True).wait_for()  # so the old password is in use

        await page.get_by_role("button", name=f"Remove: {ADDRESS}").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_text("All mail that came stays here").wait_for()
        await dialog.get_by_role("button", name="Remove").click()
        await page.get_by_text("No mailbox yet").wait_for()
        assert (await eve.get("/api/mailboxes")).body == []


@pytest.mark.parametrize(("role", "path"), [("agent", "/mailboxes"), ("agent", "/mailboxes/new"),
                                            ("agent", "/quarantine"), ("supervisor", "/mailboxes")])
async def test_who_may_not_is_told_so(
    dsn: str, browser: "Browser", dovecot: Dovecot, role: Role, path: str
) -> None:
    async with an_office(dsn, browser, dovecot) as office:
        await office.go(path, "anna", role)
        await office.page.get_by_text("Your role does not include this page").wait_for()
        assert await office.page.get_by_role("link", name="Mailboxes").count() == 0
        assert await office.desk.violations() == []
        assert await office.said("/api/mailboxes") == ""


async def test_what_lies_in_quarantine_is_looked_at_tried_again_and_dismissed(
    dsn: str, browser: "Browser", dovecot: Dovecot
) -> None:
    async with an_office(dsn, browser, dovecot) as office:
        page = office.page
        await office.add()
        await office.go("/quarantine", "sofia", "supervisor")
        await page.get_by_text("Nothing is in quarantine").wait_for()
        assert await office.desk.violations() == []
        aside = office.hub.parts.intake.quarantine
        await aside("mail:support", "1", mail(1, "<b onmouseover=alert(1)>bold</b>"), "message/rfc822", "ValueError")
        await aside("form:contact", "2", b"\0\xff", "text/plain", "odd")
        await page.goto(f"{office.hub.url}/#/ledger")
        await page.get_by_text("2 waiting for a decision").wait_for()
        assert await office.desk.violations() == []
        await page.get_by_role("link", name="Go to the quarantine").click()
        held = page.get_by_role("listitem").filter(has_text="support")
        await held.get_by_text("The hub stumbled over it.").wait_for()
        await held.get_by_role("button", name=re.compile("^Look at it")).click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_text("<b onmouseover=alert(1)>bold</b>").wait_for()
        assert await dialog.locator("b").count() == 0
        assert await office.desk.violations() == []
        await page.keyboard.press("Escape")
        async with page.expect_download() as kept:
            await held.get_by_role("link", name=re.compile("^Download")).click()
        assert (await kept.value).suggested_filename.endswith(".eml")
        await held.get_by_role("button", name=re.compile("^Take in again")).click()
        await page.get_by_role("status").get_by_text("It was understood this time").wait_for()
        await page.get_by_text("1 waiting for a decision").wait_for()
        await page.get_by_role("button", name=re.compile("^Dismiss")).click()
        assert await dialog.get_by_role("button", name="Dismiss").is_disabled()
        await dialog.get_by_label("Why nothing is to be done").fill("rubbish")
        assert await office.desk.violations() == []
        await dialog.get_by_role("button", name="Dismiss").click()
        await page.get_by_text("Nothing is in quarantine").wait_for()
        await page.get_by_role("link", name="Open it").wait_for(state="detached")
        reason = await office.hub.parts.pool.fetchval(
            "SELECT decision_reason FROM arrivals WHERE decision = 'dismissed'")
        assert reason == "rubbish"


async def test_when_the_hub_cannot_answer_the_pages_say_so(dsn: str, browser: "Browser", dovecot: Dovecot) -> None:
    async with an_office(dsn, browser, dovecot) as office:
        page = office.page
        await page.route(re.compile("/api/(quarantine|mailboxes)"), lambda route: route.abort())
        for path in ("/quarantine", "/mailboxes"):
            if path == "/quarantine":
                await office.go(path)
            else:
                await page.goto(f"{office.hub.url}/#{path}")
            await page.get_by_role("alert").filter(has_text=re.compile(r"\w")).wait_for()
            assert await office.desk.violations() == []
            assert await page.get_by_text("Nothing is in quarantine").count() == 0
            assert await page.get_by_text("No mailbox yet").count() == 0


async def _tab_to(page: "Page", role: str, name: str) -> None:
    """By the Tab key alone."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(120):
        if await wanted.evaluate_all("all => all.includes(document.activeElement)"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{role} {name} is not reached by Tab")


async def test_a_mailbox_is_added_tested_and_removed_by_keyboard(
    dsn: str, browser: "Browser", dovecot: Dovecot
) -> None:
    async with an_office(dsn, browser, dovecot) as office:
        page = office.page
        await office.go("/mailboxes")
        await page.get_by_text("No mailbox yet").wait_for()
        await _tab_to(page, "button", "Add a mailbox")
        await page.keyboard.press("Enter")
        await page.get_by_label("E-mail address").wait_for()
        await page.keyboard.type(ADDRESS)
        await _tab_to(page, "textbox", "Password")
        await page.keyboard.type(PASSWORD)
        await _tab_to(page, "textbox", "Server")
        await page.keyboard.type("127.0.0.1")
        await _tab_to(page, "textbox", "Port")
        await page.keyboard.press("Control+a")
        await page.keyboard.type(str(office.user.server.port))
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_role("option", name="None: passwords travel readable").wait_for()
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await _tab_to(page, "textbox", "User name")
        await page.keyboard.press("Control+a")
        await page.keyboard.type(office.user.name)
        await _tab_to(page, "checkbox", "Send mail from this address")
        await page.keyboard.press("Space")
        await _tab_to(page, "button", "Test")
        await page.keyboard.press("Enter")
        await page.get_by_role("dialog").get_by_text("Everything works.").wait_for()
        await page.keyboard.press("Escape")
        await page.get_by_role("dialog").wait_for(state="detached")
        assert await page.evaluate("document.activeElement.textContent") == "Test"
        await _tab_to(page, "button", "Save")
        await page.keyboard.press("Enter")
        await page.get_by_text(f"{ADDRESS} is saved.").wait_for()
        await _tab_to(page, "button", f"Remove: {ADDRESS}")
        await page.keyboard.press("Enter")
        await _tab_to(page, "button", "Remove")
        await page.keyboard.press("Enter")
        await page.get_by_text("No mailbox yet").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_pages_are_readable_in_both_themes_and_on_a_phone(
    dsn: str, browser: "Browser", dovecot: Dovecot, theme: str
) -> None:
    async with an_office(dsn, browser, dovecot) as office:
        page = office.page
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        await office.add()
        for number in range(2):
            await office.hub.parts.intake.quarantine("mail:support", str(number), b"raw", "message/rfc822", "no_data")
        await office.go("/mailboxes")
        await page.get_by_text("Connected", exact=True).wait_for()
        for path, shown in (("/mailboxes", ADDRESS), ("/mailboxes/support/edit", "Receiving (IMAP)"),
                            ("/quarantine", "2 waiting for a decision"), ("/ledger", "Go to the mailboxes")):
            await page.goto(f"{office.hub.url}/#{path}")
            await page.get_by_text(shown).first.wait_for()
            for width, height in ((1440, 900), (390, 844)):
                await page.set_viewport_size({"width": width, "height": height})
                assert await office.desk.violations() == [], (path, width)
                wide = await page.evaluate(
                    "Math.max(document.documentElement.scrollWidth, document.querySelector('#content').scrollWidth)")
                assert wide <= width, (path, width)
