"""Mail all the way round: in by SMTP, answered at the desk, out by SMTP, the answer to that in again."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiosmtplib
import pytest

from hub.app import World
from simulator.correspondence import Door
from simulator.mailsink import MailSink
from simulator.visitors_mail import VisitorsMail
from tests.support.hub import CHEAP, Ears, Person, RunningHub, a_hub
from tests.support.smtpsink import Outside, outside_server
from tests.support.waiting import unused_port

if TYPE_CHECKING:
    from playwright.async_api import Browser

VISITOR, SUPPORT, SALES = "visitor.1@example.com", "support@example.org", "sales@example.org"


def _settings(door: int, port: int) -> dict[str, Any]:
    smtp = {"host": "127.0.0.1", "port": port, "security": "none"}
    return {"mailboxes": [{"id": "support", "address": SUPPORT, "smtp": smtp, "queue": "support"},
                          {"id": "sales", "address": SALES, "smtp": smtp, "queue": "sales"}],
            "mail": {"listener": {"listen": f"127.0.0.1:{door}"}, "undo_seconds": 0}}


class Nobody:
    """No scripted customers."""

    rate, running = 0.0, False

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@asynccontextmanager
async def mailing(dsn: str, port: int, sink: MailSink) -> AsyncIterator[tuple[RunningHub, Person, Ears]]:
    """A hub that sends to `port`, an agent, and a visitor who reads what is in `sink`."""
    door = unused_port()
    world = World(hasher=CHEAP, crowd=Nobody(), mail=VisitorsMail(sink, Door("127.0.0.1", door), [SUPPORT, SALES]))
    async with a_hub(dsn, world, demo=True, **_settings(door, port)) as hub:
        agent, ears = await hub.ready_agent("anna")
        yield hub, agent, ears


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    one = MailSink()
    await one.start()
    yield one
    await one.stop()


async def taken_up(agent: Person, ears: Ears) -> str:
    """The path of what was offered, accepted."""
    card = (await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered"))["card"]
    answer = await agent.post(f"/api/offers/{card['offer_id']}/accept")
    assert answer.status == 200, answer.body
    return f"/api/interactions/{card['id']}"


def letter(**changes: Any) -> dict[str, Any]:
    given = {"visitor": VISITOR, "name": "Vera 薇拉", "language": "zh-Hans", "to": SUPPORT, "subject": "灯不亮",
             "text": "No light.\n没有灯"}
    return given | changes


async def test_a_visitor_writes_and_is_answered_and_answers(dsn: str, sink: MailSink) -> None:
    async with mailing(dsn, sink.port, sink) as (hub, agent, ears):
        visitor = await hub.stranger()
        written = await visitor.post("/demo/mail", letter())
        assert written.status == 200, written.body
        assert [one["mine"] for one in written.body["mails"]] == [True]
        path = await taken_up(agent, ears)
        said = await agent.post(f"{path}/messages", {"id": str(uuid4()), "text": "Is the fuse in order?\n保险丝呢？"})
        assert said.status == 201, said.body

        [reply] = await sink.wait(VISITOR, seconds=20)
        assert reply.recipients == (VISITOR,)
        assert reply.header("Subject") == "Re: 灯不亮"
        came = (await visitor.get(f"/demo/mail?visitor={VISITOR}")).body["mails"][1]
        assert (came["mine"], came["number"]) == (False, 1)
        assert came["text"].startswith("Is the fuse in order?\n保险丝呢？")
        assert (await visitor.post("/demo/mail", letter(text="It is. 好的", answers=1))).status == 200

        async def texts() -> list[str]:
            return [one["text"] for one in (await agent.get(path)).body["touches"] if one["kind"] == "received"]

        async def twice() -> bool:
            return len(await texts()) == 2

        await wait_for(twice)
        assert [one.strip() for one in await texts()] == ["No light.\n没有灯", "It is. 好的"]
        assert (await agent.get(path)).body["card"]["unread"] >= 1


async def wait_for(true: Any) -> None:
    """Until an awaited condition holds."""
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.02)


async def test_the_mail_program_is_for_visitors_of_the_demo_and_for_their_own_mail(dsn: str, sink: MailSink) -> None:
    async with mailing(dsn, sink.port, sink) as (hub, _, _):
        visitor = await hub.stranger()
        assert (await visitor.get("/demo/mail.js")).status == 200
        assert (await visitor.get("/demo/mail?visitor=boss@example.org")).status == 422
        assert (await visitor.post("/demo/mail", letter(visitor="boss@example.org"))).status == 422
        assert (await visitor.post("/demo/mail", letter(to="else@example.net"))).status == 404
        assert (await visitor.post("/demo/mail", letter(answers=7))).status == 404
    async with a_hub(dsn) as hub:
        assert (await (await hub.stranger()).get(f"/demo/mail?visitor={VISITOR}")).status == 404


@pytest.mark.parametrize(("language", "words"), [
    ("en", {"Subject": "Subject", "Text": "Text", "Send": "Send", "Reply": "Reply",
            "Nobody": "Nobody but you is here."}),
    ("zh", {"Subject": "主题", "Text": "正文", "Send": "发送", "Reply": "回复", "Nobody": "现在只有您一位客户。"})])
async def test_the_mail_program_on_the_page(dsn: str, sink: MailSink, browser: "Browser", language: str,
                                            words: dict[str, str]) -> None:
    complaints: list[str] = []
    async with mailing(dsn, sink.port, sink) as (hub, agent, ears):
        page = await browser.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await page.goto(f"{hub.url}/demo?language={language}")
        assert await page.locator("#mail-cancel").is_hidden()
        await page.get_by_text(words["Nobody"]).wait_for()
        await page.get_by_label(words["Subject"]).fill("No light")
        await page.get_by_label(words["Text"], exact=True).fill("<b>It</b> is dark.")
        await page.get_by_role("button", name=words["Send"], exact=True).click()
        await page.locator("li.mine", has_text="<b>It</b> is dark.").wait_for()
        path = await taken_up(agent, ears)
        await agent.post(f"{path}/messages", {"id": str(uuid4()), "text": "Is the fuse in order?"})
        await page.locator("li.mail", has_text="Is the fuse in order?").wait_for()
        await page.get_by_role("button", name=words["Reply"], exact=True).click()
        await page.get_by_label(words["Text"], exact=True).fill("It is in order.")
        await page.get_by_role("button", name=words["Send"], exact=True).click()

        async def arrived() -> bool:
            return "It is in order." in str((await agent.get(path)).body["touches"])

        await wait_for(arrived)
        if shots := os.environ.get("SHOTS"):
            await page.screenshot(path=f"{shots}/demo-mail-{language}.png", full_page=True)
    assert complaints == []


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with outside_server() as server:
        yield server


async def state_of(agent: Person, path: str, message: str) -> str:
    touches = (await agent.get(path)).body["touches"]
    return str(next(one["message_state"] for one in touches if one.get("message_id") == message))


@pytest.mark.parametrize(("faults", "state"), [
    ({"drop": "end"}, "unconfirmed"), ({"end": "554 5.7.1 this looks like spam"}, "failed"),
    ({"quit": "500 what"}, "sent")])
async def test_row_5_what_a_mail_server_does_is_what_the_agent_sees(
        dsn: str, sink: MailSink, outside: Outside, faults: dict[str, str], state: str) -> None:
    for name, value in faults.items():
        setattr(outside.faults, name, value)
    async with mailing(dsn, outside.port, sink) as (hub, agent, ears):
        assert (await (await hub.stranger()).post("/demo/mail", letter())).status == 200
        path = await taken_up(agent, ears)
        said = await agent.post(f"{path}/messages", {"id": str(uuid4()), "text": "Is the fuse in order?"})
        message = said.body["message_id"]

        async def settled() -> bool:
            return await state_of(agent, path, message) == state

        await wait_for(settled)
        error = next(one["message_error"] for one in (await agent.get(path)).body["touches"]
                     if one.get("message_id") == message)
        assert state == "sent" or error
        assert state != "failed" or "554 5.7.1 this looks like spam" in error
    assert outside.attempts == 1
    assert len(outside.mails) == (0 if state == "failed" else 1)


async def test_row_49_one_mail_to_two_of_our_addresses_is_one_interaction(dsn: str, sink: MailSink) -> None:
    async with mailing(dsn, sink.port, sink) as (hub, agent, ears):
        raw = (f"From: Ann <ann@example.com>\r\nTo: {SUPPORT}\r\nCc: {SALES}\r\nSubject: Hi\r\n"
               "Message-ID: <both@example.com>\r\n\r\nHello\r\n").encode()
        port = int(hub.settings.mail.listener.listen.rpartition(":")[2])
        for _ in range(2):  # and the peer that heard no 250 comes again
            await aiosmtplib.send(raw, sender="ann@example.com", recipients=[SUPPORT, SALES], hostname="127.0.0.1",
                                  port=port, start_tls=False)
        path = await taken_up(agent, ears)
        [received] = [one for one in (await agent.get(path)).body["touches"] if one["kind"] == "received"]
        assert sorted(received["mail"]["copies"]) == ["sales", "support"]
        assert await hub.parts.pool.fetchval("SELECT count(*) FROM interactions") == 1
        outcomes = await hub.parts.pool.fetch("SELECT outcome, count(*) AS n FROM arrivals GROUP BY 1 ORDER BY 1")
        assert {row["outcome"]: row["n"] for row in outcomes} == {"duplicate": 3, "stored": 1}
