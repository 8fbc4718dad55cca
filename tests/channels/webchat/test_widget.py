"""The widget in Chromium against a real server."""

import re
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.channels.kit.sink import MemorySink
from tests.channels.webchat.browsing import host_page, on_hub, speaks_as_agent, visitor_at
from tests.channels.webchat.stage import staged, until

if TYPE_CHECKING:
    from playwright.async_api import Browser


async def test_a_contact_from_the_first_word_to_the_transcript(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin(email="ann@example.org")
        await visitor.sees("My lamp is dark", "Sent")
        [inbound] = stage.sink.inbounds
        assert (inbound.name, inbound.text, inbound.addresses[1].value) == ("Ann", "My lamp is dark", "ann@example.org")
        await visitor.panel.get_by_text("number 1 in line. Eight of ten are answered within 2 minutes.").wait_for()
        address = inbound.addresses[0]
        stage.sink.stand(address, "webchat", state="active", agent_name="Maya", position=None, wait=None)
        await stage.chat.changed(address)
        await visitor.panel.get_by_text("Maya is here for you.").wait_for()
        await stage.chat.agent_typing(address, "Maya", True)
        await visitor.panel.get_by_text("Maya is typing").wait_for()
        outbound = stage.sink.say(address, "webchat", "Is it plugged in?")
        await stage.chat.send(outbound)
        await visitor.sees("Is it plugged in?")
        await until(lambda: stage.sink.state_of(outbound.message_id) == "read")
        await visitor.composer.press_sequentially("Yes")
        await until(lambda: (address, True) in stage.sink.typings)
        await visitor.composer.press("Enter")
        await visitor.sees("Yes", "Sent")
        async with visitor.page.expect_download() as downloading:
            await visitor.page.get_by_role("button", name="Save transcript").click()
        download = await downloading.value
        assert download.suggested_filename == "chat-R-0001.txt"
        text = (await download.path()).read_text("utf-8-sig")
        assert re.search("Ann\n    My lamp is dark.*Maya\n    Is it plugged in.*Ann\n    Yes", text, re.S)
        await visitor.page.get_by_role("button", name="End chat").click()
        await visitor.page.get_by_role("button", name="End chat").click()
        await visitor.panel.get_by_text("This chat has ended").wait_for()
        await visitor.write("One more thing")
        await visitor.sees("One more thing", "Sent")
        assert len(stage.sink.threads) == 2
        assert await visitor.texts() == ["My lamp is dark", "Is it plugged in?", "Yes", "One more thing"]


async def test_nobody_there_is_said_and_the_message_waits(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin()
        await visitor.sees("My lamp is dark", "Sent")
        address = stage.sink.inbounds[0].addresses[0]
        stage.sink.stand(address, "webchat", staffed=False, wait=None)
        await stage.chat.changed(address)
        await visitor.panel.get_by_text("Nobody is here now. Your message is in line").wait_for()


async def test_what_was_written_survives_a_reload_while_the_hub_is_away(browser: "Browser") -> None:
    sink = MemorySink()
    async with visitor_at(browser, "about:blank") as visitor:
        async with staged(extend=on_hub(), sink=sink) as stage:
            port = int(stage.base.rpartition(":")[2])
            await visitor.page.goto(stage.base)
            await visitor.begin("one")
            await visitor.sees("one", "Sent")
            sink.down = True
            await visitor.write("two")
            await visitor.sees("two", "Waiting to be sent")
            await visitor.page.reload()
            await visitor.open()
            await visitor.sees("two", "Waiting to be sent")
        await visitor.panel.get_by_text("No connection").wait_for()
        for text in ("three", "four"):
            await visitor.write(text)
        sink.down = False
        async with staged(extend=on_hub(), sink=sink, port=port):
            await visitor.sees("four", "Sent")
            assert [inbound.text for inbound in sink.inbounds] == ["one", "two", "three", "four"]
            assert await visitor.texts() == ["one", "two", "three", "four"]
            await visitor.page.reload()
            await visitor.open()
            await visitor.sees("four", "Sent")
            assert await visitor.texts() == ["one", "two", "three", "four"]


async def test_a_lost_answer_doubles_nothing(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        stage.sink.lose_answer = True
        await visitor.write("two")
        await visitor.write("three")
        await visitor.sees("three", "Sent")
        assert [inbound.text for inbound in stage.sink.inbounds] == ["one", "two", "three"]
        assert await visitor.texts() == ["one", "two", "three"]


async def test_a_message_lost_on_the_way_to_the_page_is_noticed_by_its_number(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        stage.sink.say(stage.sink.inbounds[0].addresses[0], "webchat", "lost on the way")
        await speaks_as_agent(stage)("arrived")
        await visitor.sees("lost on the way")
        assert await visitor.texts() == ["one", "lost on the way", "arrived"]


async def test_two_tabs_show_the_same_and_the_launcher_counts_what_was_not_seen(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        await visitor.page.keyboard.press("Escape")
        launcher = visitor.page.get_by_role("button", name="Open the chat")
        assert await launcher.evaluate("one => one.getRootNode().activeElement === one")
        await speaks_as_agent(stage)("two")
        await visitor.page.get_by_role("button", name="Open the chat, 1 unread").wait_for()
        other = await visitor.page.context.new_page()
        await other.goto(stage.base)
        await other.get_by_role("button", name="Open the chat, 1 unread").click()
        await other.get_by_label("Write a message").fill("three")
        await other.keyboard.press("Enter")
        await visitor.open()
        await visitor.sees("three", "Sent")
        assert await visitor.texts() == ["one", "two", "three"]


async def test_enter_within_a_composition_chooses_a_character_and_sends_nothing(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        await visitor.composer.fill("nihao")
        for init in ("isComposing: true", "keyCode: 229"):
            await visitor.composer.evaluate(
                f"one => one.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, {init}}}))")
        await visitor.composer.press("Shift+Enter")
        assert await visitor.composer.input_value() == "nihao\n"
        await visitor.composer.press("Enter")
        await visitor.sees("nihao", "Sent")
        assert [inbound.text for inbound in stage.sink.inbounds] == ["one", "nihao"]


async def test_files_by_button_drop_and_paste(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        await visitor.page.locator("input[type=file]").set_input_files(
            {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"1182"})
        for kind, field in (("paste", "clipboardData"), ("drop", "dataTransfer")):
            await visitor.composer.evaluate(f"""one => {{
                const data = new DataTransfer(); data.items.add(new File(['{kind}'], '{kind}.txt'))
                one.dispatchEvent(Object.assign(new {"ClipboardEvent" if kind == "paste" else "DragEvent"}('{kind}',
                    {{{field}: data, bubbles: true, cancelable: true}})))}}""")
        await until(lambda: len(stage.sink.files) == 3)
        await visitor.page.get_by_role("button", name="Send", exact=True).click()
        row = await visitor.sees("bill.txt", "Sent")
        assert len(stage.sink.inbounds[-1].file_ids) == 3
        async with visitor.page.expect_download() as downloading:
            await row.get_by_role("button", name="bill.txt").click()
        assert (await (await downloading.value).path()).read_bytes() == b"1182"


async def test_a_file_that_is_not_taken_is_explained_and_the_text_stays(browser: "Browser") -> None:
    async with staged(extend=on_hub(), file_bytes=10) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        await visitor.composer.fill("see this")
        await visitor.page.locator("input[type=file]").set_input_files(
            {"name": "big.txt", "mimeType": "text/plain", "buffer": b"x" * 11})
        await visitor.panel.get_by_text("big.txt could not be sent: The file is too large.").wait_for()
        assert await visitor.composer.input_value() == "see this"


async def test_markup_is_shown_as_text(browser: "Browser") -> None:
    evil = "<img src=x onerror=alert(1)> {{7*7}} javascript:alert(1) https://example.org/a?b=<i>"
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin(evil, name="<b>Ann</b>")
        await visitor.sees("onerror", "Sent")
        await speaks_as_agent(stage)(evil)
        await until(lambda: stage.sink.threads[0][2].messages[-1].state == "read")
        assert await visitor.texts() == [evil, evil]
        assert await visitor.log.locator("img, b, i").count() == 0
        links = visitor.log.get_by_role("link")
        assert [await link.get_attribute("href") for link in await links.all()] == ["https://example.org/a?b="] * 2


async def test_a_refused_message_can_be_mended(browser: "Browser") -> None:
    async with staged(extend=on_hub(), text_length=20) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        await visitor.write("much too long for this hub")
        row = await visitor.sees("much too long", "Not sent: This is too long.")
        await visitor.write("after")
        await visitor.sees("after", "Sent")
        await row.get_by_role("button", name="Edit").click()
        assert await visitor.composer.input_value() == "much too long for this hub"
        await visitor.write("shorter")
        await visitor.sees("shorter", "Sent")
        assert await visitor.texts() == ["one", "after", "shorter"]


async def test_the_form_says_what_is_wrong_beside_the_field(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("", email="ann at home")
        await visitor.panel.get_by_text("Please enter a valid e-mail address.").wait_for()
        await visitor.panel.get_by_text("Please fill this in.").wait_for()
        assert await visitor.page.get_by_label("E-mail").get_attribute("aria-invalid") == "true"
        assert await visitor.faults() == []
        assert stage.sink.arrivals == []


async def test_a_forged_token_starts_anew_and_says_so(browser: "Browser") -> None:
    async with staged(extend=on_hub()) as stage, visitor_at(browser, stage.base) as visitor:
        await visitor.begin("one")
        await visitor.sees("one", "Sent")
        await visitor.page.evaluate("""for (const key of Object.keys(localStorage))
            if (key.endsWith('/token')) localStorage.setItem(key, 'forged')""")
        await visitor.page.reload()
        await visitor.open()
        await visitor.panel.get_by_text("This is a new one").wait_for()


HOSTILE = """
body *, body *::before, body *::after {
  all: unset !important; display: none !important; font: 40px/3 fantasy !important; color: red !important;
  background: red !important; direction: rtl !important; pointer-events: none !important }
interaction-hub-chat { transform: scale(0) !important; opacity: 0 !important; visibility: hidden !important }
html { font-size: 3px !important } .panel, .log, .row { display: none !important }
"""


async def test_a_hostile_page_changes_nothing_inside_and_we_change_nothing_outside(browser: "Browser") -> None:
    async def style(_: web.Request) -> web.Response:
        return web.Response(text=HOSTILE, content_type="text/css")

    async with staged(allowed_origins=("*",)) as hub:
        policy = (f"default-src 'none'; style-src 'self'; script-src {hub.base} 'nonce-own'; "
                  f"connect-src {hub.base} {hub.base.replace('http', 'ws')}")
        keys = "<script nonce=own>var pressed = []; addEventListener('keydown', e => pressed.push(e.key))</script>"

        def pages(app: web.Application) -> None:
            head = '<link rel="stylesheet" href="/style.css">' + keys
            app.router.add_get("/shop", host_page(hub.base, head, headers={"Content-Security-Policy": policy}))
            app.router.add_get("/style.css", style)

        async with staged(extend=pages) as shop, visitor_at(browser, shop.base + "/shop") as visitor:
            await visitor.begin("one")
            await visitor.sees("one", "Sent")
            look = await visitor.panel.evaluate("""one => { const style = getComputedStyle(one); return [
                style.display, style.fontSize, style.direction, style.color, style.pointerEvents, style.opacity,
                one.getBoundingClientRect().width] }""")
            assert look == ["flex", "15px", "ltr", "rgb(27, 31, 36)", "auto", "1", 376]
            colour = await visitor.page.evaluate("getComputedStyle(document.querySelector('#text')).color")
            assert colour == "rgb(255, 0, 0)"
            await visitor.composer.press("x")
            assert await visitor.page.evaluate("pressed") == []
            assert await visitor.page.evaluate("document.querySelectorAll('body > *').length") == 3
            await visitor.photograph("hostile")


@pytest.mark.parametrize(("size", "language", "scheme"), [
    ("desktop", "en", "light"), ("desktop", "zh-Hans", "dark"), ("phone", "en", "dark"), ("phone", "zh-Hans", "light"),
])
async def test_every_state_is_accessible(browser: "Browser", size: str, language: str, scheme: str) -> None:
    viewport = {"width": 390, "height": 844} if size == "phone" else {"width": 1200, "height": 800}
    words = {"en": ("Open the chat", "Message", "Start chat", "Write a message", "Attach files"),
             "zh-Hans": ("打开聊天窗口", "消息", "开始聊天", "输入消息", "添加附件")}[language]
    attributes = f'data-language="{language}" data-colour="#0a7d55"'
    async with (staged(extend=on_hub(attributes)) as stage,
                visitor_at(browser, stage.base, viewport=viewport, color_scheme=scheme) as visitor):
        page, name = visitor.page, f"{size}-{language}-{scheme}"
        assert await visitor.faults() == []
        await page.get_by_role("button", name=words[0]).click()
        assert await visitor.faults() == []
        await visitor.photograph(f"{name}-1-form")
        await page.get_by_role("textbox", name=words[1], exact=True).fill("我的路由器没有灯。\nNo light.")
        await page.get_by_role("button", name=words[2]).click()
        await page.get_by_label(words[3]).wait_for()
        await until(lambda: stage.sink.inbounds)
        await speaks_as_agent(stage)("Let me look at https://example.org/lamp - 请稍等。")
        await visitor.sees("Let me look")
        stage.sink.down = True
        await page.get_by_label(words[3]).fill("waiting")
        await page.keyboard.press("Enter")
        await visitor.sees("waiting")
        assert await visitor.faults() == []
        await visitor.photograph(f"{name}-2-talk")
        box = await visitor.panel.bounding_box()
        assert box is not None
        assert (box["width"] == 390 and box["height"] == 844) is (size == "phone")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_on_a_phone_the_focus_stays_in_the_window(browser: "Browser") -> None:
    async with (staged(extend=on_hub()) as stage,
                visitor_at(browser, stage.base, viewport={"width": 390, "height": 844}) as visitor):
        await visitor.open()
        assert await visitor.panel.get_attribute("aria-modal") == "true"
        inside = "document.querySelector('interaction-hub-chat').shadowRoot.activeElement?.closest('.panel') !== null"
        for key in ["Tab"] * 7 + ["Shift+Tab"] * 7:
            await visitor.page.keyboard.press(key)
            assert await visitor.page.evaluate(inside), key
        await visitor.page.keyboard.press("Escape")
        await visitor.panel.wait_for(state="hidden")
