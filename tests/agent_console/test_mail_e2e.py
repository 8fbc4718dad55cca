"""Mail as an agent meets it: in by SMTP, read in a browser, answered, and seen by a mail server outside."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.agent_console.conftest import Desk, a_tab
from tests.agent_console.letters import SALES, Post, a_post

if TYPE_CHECKING:
    from playwright.async_api import Browser, FrameLocator, Locator, Page

pytestmark = pytest.mark.timeout(120)
QUOTE = "\n\nOn Mon, 2 Nov 2026, Acme Support <support@acme.test> wrote:\n> Please restart it.\n> Bo"
HOSTILE = """<html><body onload="parent.document.title='owned'"><script>parent.document.title='owned'</script>
<p onclick="parent.document.title='owned'">My <b>router</b> shows no light.</p>
<img src="http://tracker.test/p.png?id=1"><img src=x onerror="parent.document.title='owned'">
<div style="background:url(http://tracker.test/b.png)">Regards</div><link rel=stylesheet href="http://tracker.test/s.css">
<form action="http://evil.test"><input name=a><button>Win</button></form><iframe src="http://evil.test"></iframe>
<a href="javascript:parent.document.title='owned'">more</a> <a href="https://example.net/manual">manual</a></body></html>"""


@asynccontextmanager
async def _mailing(
    dsn: str, browser: "Browser", undo_seconds: int = 0, template: str = ""
) -> AsyncIterator[tuple[Post, Desk]]:
    """An agent who is available, and customers who write."""
    async with a_post(dsn, undo_seconds, template) as post, a_tab(browser, post.hub) as desk:
        await post.hub.account("anna")
        await desk.arrive("anna")
        await desk.page.keyboard.press("Alt+a")
        yield post, desk


def _text(page: "Page") -> "Locator":
    return page.get_by_role("textbox", name="Write the mail")


def _field(page: "Page", name: str) -> "Locator":
    return page.get_by_role("combobox", name=name, exact=True)


def _frame(page: "Page") -> "FrameLocator":
    return page.frame_locator("iframe[title^='Mail of']")


async def _shown(page: "Page", text: str) -> None:
    await page.get_by_role("log").get_by_text(text).first.wait_for()


async def test_a_mail_is_read_and_answered_with_copies_and_the_answer_comes_back(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        await post.write("My router shows no light." + QUOTE, cc=("Bo Chen <bo@example.net>",), picture=True)
        await desk.accept()
        await _shown(page, "My router shows no light.")
        assert await page.get_by_text("Please restart it.").count() == 0
        await page.get_by_role("button", name=re.compile("Show the quoted rest")).click()
        await page.get_by_text("Please restart it.").wait_for()
        await page.get_by_role("img", name="router.png").wait_for()

        await page.keyboard.press("Alt+Shift+L")
        await page.keyboard.type("Which model is it?")
        await page.get_by_role("row", name="Bo Chen").wait_for()
        await page.get_by_role("button", name="Bcc").click()
        await page.keyboard.type("boss@example.org,")
        await _text(page).focus()
        await page.keyboard.press("Control+Enter")
        sent = await post.outside.wait()
        assert set(sent.recipients) == {"ann@example.net", "bo@example.net", "boss@example.org"}
        assert "bo@example.net" in str(sent.mail["Cc"])
        assert sent.mail["Bcc"] is None
        assert sent.mail["Subject"] == "Re: No light"
        assert sent.mail["In-Reply-To"] == post.sent[0]["Message-ID"]
        await page.get_by_role("log").get_by_text(re.compile("Sent$")).wait_for()

        await post.write("It is an X2.", subject="Re: No light", answers=str(sent.mail["Message-ID"]))
        await _shown(page, "It is an X2.")
        assert await page.get_by_role("log").locator("article").count() == 3


async def test_what_is_typed_stands_after_the_template(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser, template="Dear {name},\n\n") as (post, desk):
        await post.write("My router shows no light.")
        await desk.accept()
        await _shown(desk.page, "My router shows no light.")
        await desk.page.keyboard.press("Alt+l")
        await desk.page.keyboard.type("Which model is it?")
        await desk.page.keyboard.press("Control+Enter")
        sent = await post.outside.wait()
        body = sent.mail.get_body(("plain",))
        assert body is not None
        assert body.get_content().splitlines()[:3] == ["Dear Ann Li,", "", "Which model is it?"]


async def test_html_of_a_stranger_runs_nothing_and_asks_nobody(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page, hosts = desk.page, set[str | None]()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        await post.write("plain", html=HOSTILE)
        await desk.accept()
        await _frame(page).get_by_text("router").wait_for()
        await page.get_by_role("button", name="Show pictures").wait_for()
        assert await _frame(page).locator("script, form, iframe, link, [onclick], [onload]").count() == 0
        assert hosts <= {"127.0.0.1", None}
        assert "owned" not in await page.title()
        frame = page.locator("iframe[title^='Mail of']")
        assert set(str(await frame.get_attribute("sandbox")).split()) == {
            "allow-same-origin", "allow-popups", "allow-popups-to-escape-sandbox"}

        box = await frame.bounding_box()
        held = await _frame(page).locator("html").evaluate("node => node.getBoundingClientRect().height")
        assert box is not None
        assert abs(box["height"] - held) < 20  # the frame is as high as the mail

        await _frame(page).get_by_text("router").click()
        await page.keyboard.press("Alt+l")  # keys reach the desk from inside the frame
        assert await page.evaluate("document.activeElement.tagName") == "TEXTAREA"

        async with page.expect_request(re.compile("tracker")):
            await page.get_by_role("button", name="Show pictures").click()
        assert "owned" not in await page.title()


async def test_a_mail_is_taken_back_and_its_text_and_recipients_come_back(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser, undo_seconds=60) as (post, desk):
        page = desk.page
        await post.write("No light at all.")
        await desk.accept()
        await page.keyboard.press("Alt+l")
        await page.keyboard.type("Dear Bob,")
        await page.get_by_role("button", name="Cc", exact=True).click()
        await page.keyboard.type("boss@example.org ")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Leaves in").wait_for()
        assert await _text(page).input_value() == ""
        await page.keyboard.press("Alt+z")
        await page.get_by_text("Taken back, not sent").wait_for()
        assert await _text(page).input_value() == "Dear Bob,"
        await page.get_by_role("row", name="boss@example.org").wait_for()
        await page.reload()
        await _text(page).wait_for()
        assert await _text(page).input_value() == "Dear Bob,"
        assert post.outside.mails == []


async def test_undo_is_at_hand_while_the_agent_looks_at_something_else(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser, undo_seconds=60) as (post, desk):
        page = desk.page
        await post.write("No light at all.")
        await desk.accept()
        await page.keyboard.press("Alt+l")
        await page.keyboard.type("Dear Bob,")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Leaves in").wait_for()
        await page.get_by_role("link", name="Customers").click()
        await page.get_by_role("region", name="Take the last mail back").get_by_role("button", name="Undo").click()
        await _text(page).wait_for()
        assert await _text(page).input_value() == "Dear Bob,"
        assert post.outside.mails == []


@asynccontextmanager
async def _overtaken(dsn: str, browser: "Browser", text: str) -> AsyncIterator[tuple[Post, "Page", "Locator"]]:
    """An agent has pressed send, and the customer wrote `text` while she was writing: what she is asked."""
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        first = await post.write("No light at all.")
        await desk.accept()
        await page.keyboard.press("Alt+l")
        await page.keyboard.type("Please restart it.")
        await post.write(text, subject="Re: No light", answers=str(first["Message-ID"]))
        await page.get_by_text("Ann Li wrote while you were writing").wait_for()
        await page.keyboard.press("Control+Enter")
        asked = page.get_by_role("alert").filter(has_text="Your mail is not sent yet")
        await asked.get_by_text(text).wait_for()
        assert await desk.violations() == []
        assert post.outside.mails == []
        yield post, page, asked


async def test_who_writes_in_between_is_read_first(dsn: str, browser: "Browser") -> None:
    async with _overtaken(dsn, browser, "Never mind, it works again.") as (post, page, asked):
        await asked.get_by_role("button", name="Read first").click()
        await _text(page).wait_for()
        assert await _text(page).input_value() == "Please restart it."
        await _text(page).fill("Good to hear.")
        await page.keyboard.press("Control+Enter")
        sent = await post.outside.wait()
        assert "Good to hear." in str(sent.mail.get_body(("plain",)))


async def test_who_writes_in_between_may_be_overridden(dsn: str, browser: "Browser") -> None:
    async with _overtaken(dsn, browser, "Hello?") as (post, _, asked):
        await asked.get_by_role("button", name="Send anyway").click()
        assert "Please restart it." in str((await post.outside.wait()).mail.get_body(("plain",)))


@asynccontextmanager
async def _two_windows(dsn: str, browser: "Browser") -> AsyncIterator[tuple[Post, Desk, Desk]]:
    """An agent has the same mail open in two windows and has begun an answer in each."""
    draft = re.compile("/draft$")
    async with _mailing(dsn, browser) as (post, desk), a_tab(browser, post.hub) as other:
        await post.write("No light at all.")
        await desk.accept()
        await _shown(desk.page, "No light at all.")
        await other.arrive("anna")
        await other.page.goto(desk.page.url)
        await _text(other.page).wait_for()
        async with desk.page.expect_response(draft):
            await _text(desk.page).fill("From one window")
        async with other.page.expect_response(draft):
            await _text(other.page).fill("From the other")
        await other.page.get_by_role("alert").get_by_text("From one window").wait_for()
        yield post, desk, other


async def test_what_is_written_in_two_windows_at_once_is_lost_in_neither(dsn: str, browser: "Browser") -> None:
    draft = re.compile("/draft$")
    async with _two_windows(dsn, browser) as (_, desk, other):
        await other.page.reload()  # nothing was decided: nothing is lost
        await _text(other.page).wait_for()
        assert await _text(other.page).input_value() == "From the other"
        await other.page.get_by_role("alert").get_by_text("From one window").wait_for()
        assert await other.violations() == []
        async with other.page.expect_response(draft):
            await other.page.get_by_role("button", name="Put both together").click()
        assert await _text(other.page).input_value() == "From one window\n\nFrom the other"
        await desk.page.reload()
        await _text(desk.page).wait_for()
        assert await _text(desk.page).input_value() == "From one window\n\nFrom the other"
        assert await desk.page.get_by_role("alert").get_by_text("From").count() == 0


async def test_sending_in_one_window_leaves_what_is_written_in_the_other(dsn: str, browser: "Browser") -> None:
    async with _two_windows(dsn, browser) as (post, desk, other):
        await _text(desk.page).focus()
        await desk.page.keyboard.press("Control+Enter")
        await post.outside.wait()
        await other.page.reload()
        await _text(other.page).wait_for()
        assert await _text(other.page).input_value() == "From the other"
        assert await other.page.get_by_role("alert").get_by_text("From one window").count() == 0


async def test_two_new_mails_in_two_windows_are_two_drafts(dsn: str, browser: "Browser") -> None:
    draft = re.compile("/draft$")
    async with _mailing(dsn, browser) as (post, desk), a_tab(browser, post.hub) as other:
        await other.arrive("anna")
        await desk.page.keyboard.press("Alt+m")
        async with desk.page.expect_response(draft):
            await desk.page.get_by_role("textbox", name="Text").fill("About the lamp")
        await other.page.keyboard.press("Alt+m")
        await other.page.get_by_text("About the lamp").wait_for()  # found again in any window
        await other.page.get_by_role("button", name="Begin another").click()
        async with other.page.expect_response(draft):
            await other.page.get_by_role("textbox", name="Text").fill("About the chair")
        others = other.page.get_by_role("region", name="Other new mails that you are writing")
        await others.get_by_text("About the lamp").wait_for()
        async with other.page.expect_response(draft):
            await others.get_by_role("button", name="Continue").click()
        assert await other.page.get_by_role("textbox", name="Text").input_value() == "About the lamp"
        await others.get_by_text("About the chair").wait_for()
        await other.page.set_viewport_size({"width": 390, "height": 844})
        assert await other.violations() == []
        assert await other.page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_forward_and_its_draft_survive_a_reload(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        await post.write("No light at all.", picture=True)
        await desk.accept()
        await page.keyboard.press("Alt+f")
        await page.keyboard.type("Boss <boss@example.org>, nonsense,")
        async with page.expect_response(re.compile("/draft$"), timeout=5_000):
            await _text(page).fill("What do you think?")
        await page.reload()
        await page.get_by_role("row", name="Boss").wait_for()
        assert await _text(page).input_value() == "What do you think?"
        await _text(page).focus()
        await page.keyboard.press("Control+Enter")
        await page.get_by_role("alert").get_by_text("“nonsense” is no address.").wait_for()
        assert post.outside.mails == []
        await page.get_by_role("button", name="Remove nonsense").click()
        await _text(page).focus()
        await page.keyboard.press("Control+Enter")
        sent = await post.outside.wait()
        assert sent.recipients == ("boss@example.org",)
        assert sent.mail["Subject"] == "Fwd: No light"
        assert "No light at all." in str(sent.mail.get_body(("plain",)))
        assert [part.get_filename() for part in sent.mail.iter_attachments()] == ["router.png"]


async def test_a_new_mail_is_kept_sent_and_answered(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        await page.keyboard.press("Alt+m")
        await _field(page, "To").fill("Eve <eve@example.net>")
        await page.keyboard.press("Enter")
        await page.get_by_role("textbox", name="Subject").fill("Your order")
        await page.get_by_role("textbox", name="Text").fill("Dear Eve, it is on its way.")
        assert await desk.violations() == []
        await page.get_by_role("status").get_by_text("Draft kept").wait_for(timeout=5_000)
        await page.reload()
        await page.get_by_role("row", name="Eve").wait_for()
        assert await page.get_by_role("textbox", name="Text").input_value() == "Dear Eve, it is on its way."
        await page.get_by_role("textbox", name="Text").fill("Dear Eve, it is on its way. Yours")
        await page.keyboard.press("Control+Enter")
        sent = await post.outside.wait()
        assert (sent.recipients, sent.mail["Subject"]) == (("eve@example.net",), "Your order")
        await _shown(page, "Dear Eve, it is on its way.")

        await post.write("Thank you!", author="Eve <eve@example.net>", subject="Re: Your order",
                         answers=str(sent.mail["Message-ID"]))
        await _shown(page, "Thank you!")
        await page.keyboard.press("Alt+m")
        await page.get_by_role("textbox", name="Text").wait_for()
        assert await page.get_by_role("textbox", name="Text").input_value() == ""  # what was sent is no draft any more


async def test_what_may_belong_together_is_linked_by_a_human(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        first = await post.write("No light at all.")
        await desk.accept()
        await post.write("I am her neighbour: no light either.", author="Zoe <zoe@example.net>", subject="Re: No light",
                         answers=str(first["Message-ID"]))
        await desk.accept()
        strip = page.get_by_role("region", name="What may belong together")
        await strip.get_by_text("This may belong to another contact").wait_for()
        assert await desk.violations() == []
        await strip.get_by_role("button", name=re.compile("Link to")).click()
        await strip.get_by_text("Linked").wait_for()
        await strip.get_by_role("link").click()
        await _shown(page, "No light at all.")


async def test_what_became_of_a_mail_is_said_in_words_and_decided_by_a_human(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        await post.write("No light at all.")
        await desk.accept()
        await page.keyboard.press("Alt+l")
        await page.keyboard.type("Dear Ann")
        post.outside.faults.rcpt["*"] = "550 5.1.1 User unknown"
        await page.keyboard.press("Control+Enter")
        failed = page.get_by_role("article").filter(has_text="Dear Ann")
        await failed.get_by_text("There is no such mailbox.").wait_for()
        await failed.get_by_text("550 5.1.1 User unknown").wait_for()
        post.outside.faults.rcpt.clear()
        post.outside.faults.drop = "end"
        await failed.get_by_role("button", name="Send again").click()
        await failed.get_by_text("The connection broke before the mail server answered.").wait_for()
        assert await desk.violations() == []
        await failed.get_by_role("button", name="It arrived", exact=True).click()
        await failed.get_by_text(re.compile("Sent$")).wait_for()
        assert len(post.outside.mails) == 1


async def test_the_source_is_shown_and_kept(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        await post.write("No light at all.")
        await desk.accept()
        await page.get_by_role("button", name="More about this mail").click()
        await page.get_by_role("menuitem", name="Show the source").click()
        source = page.get_by_role("dialog", name="Source of the mail")
        await source.get_by_text("Message-ID: " + str(post.sent[0]["Message-ID"])).wait_for()
        assert await desk.violations() == []
        async with page.expect_download() as kept:
            await source.get_by_role("button", name="Download the source").click()
        assert (await kept.value).suggested_filename.endswith(".eml")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_mail_is_readable_in_both_themes_folded_and_on_a_phone(dsn: str, browser: "Browser", theme: str) -> None:
    async with _mailing(dsn, browser) as (post, desk):
        page = desk.page
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        first = await post.write("No light at all." + QUOTE, to=("support@acme.test", SALES), picture=True)
        await desk.accept()
        for n in range(5):
            await post.write(f"And number {n}", subject="Re: No light", html=HOSTILE if n == 4 else "",
                             answers=str(first["Message-ID"]))
        await _shown(page, "And number 3")
        await page.reload()
        await page.get_by_role("button", name="Expand all").wait_for()
        assert await desk.violations() == []
        await page.get_by_role("button", name="Expand all").click()
        await page.get_by_title("Sender and recipients in full").first.click()
        await page.get_by_text("Message-ID").wait_for()
        await page.keyboard.press("Alt+f")
        await page.keyboard.type("nonsense,boss@example.org,")
        assert await desk.violations() == []
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await desk.violations() == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_mail_does_not_leave_when_the_customer_writes_meanwhile(dsn: str, browser: "Browser") -> None:
    async with _mailing(dsn, browser, undo_seconds=60) as (post, desk):
        page = desk.page
        await post.write("Please cancel my line.")
        await desk.accept()
        await page.keyboard.press("Alt+l")
        await page.keyboard.type("It is cancelled.")
        await page.get_by_role("button", name="Cc", exact=True).click()
        await page.keyboard.type("boss@example.org ")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Leaves in").wait_for()
        await post.write("Wait, stop!", subject="Re: No light", answers=str(post.sent[0]["Message-ID"]))
        await page.get_by_role("status").get_by_text("wrote before your mail left").wait_for()
        await page.get_by_role("log").get_by_text("Wait, stop!").first.wait_for()
        await page.get_by_text("Taken back, not sent").wait_for()
        assert await _text(page).input_value() == "It is cancelled."
        await page.get_by_role("row", name="boss@example.org").wait_for()
        await _text(page).fill("Nothing is cancelled.")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Leaves in").wait_for()  # asks nothing more
        assert await page.get_by_text("Send anyway").count() == 0
        assert post.outside.mails == []
