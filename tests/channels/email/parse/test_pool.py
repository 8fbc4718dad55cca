"""The process that parses: limits, crashes, and what is left of it when the hub dies."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from channels.email.parse import parse
from channels.email.parse.pool import Parser
from tests.support.waiting import until

MAIL = b"From: Ann <ann@example.org>\r\nSubject: Router\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n"


def children() -> set[int]:
    return {one.pid for one in psutil.Process().children() if "channels.email.parse.worker" in one.cmdline()}


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    parser = Parser()
    yield parser
    await parser.close()


async def test_says_what_parse_says(parser: Parser) -> None:
    assert await parser.parse(MAIL) == parse(MAIL)


async def test_starts_with_the_first_mail_and_ends_with_close() -> None:
    before = children()
    parser = Parser()
    assert children() == before
    await parser.parse(MAIL)
    assert len(children() - before) == 1
    await parser.close()
    assert children() == before


async def test_many_at_once_each_get_their_own(parser: Parser) -> None:
    mails = [MAIL.replace(b"Router", b"Router %d" % one) for one in range(50)]
    assert [mail.subject for mail in await asyncio.gather(*map(parser.parse, mails))] == [
        f"Router {one}" for one in range(50)]


async def test_a_worker_that_is_killed_is_replaced(parser: Parser) -> None:
    before = children()
    await parser.parse(MAIL)
    worker, = children() - before
    os.kill(worker, signal.SIGKILL)
    mail = await parser.parse(MAIL)
    assert (mail.subject, mail.message_id) == ("Router", "<1@example.org>")
    assert (await parser.parse(MAIL)).warnings == parse(MAIL).warnings


async def test_too_slow_gives_the_head_alone_and_the_next_mail_is_parsed() -> None:
    parser = Parser(seconds=5)
    try:
        await parser.parse(MAIL)
        before = children()
        worker, = before
        os.kill(worker, signal.SIGSTOP)  # as a parse that does not end
        parser._seconds = 0.05
        mail = await parser.parse(MAIL)
        assert mail.subject == "Router"
        assert mail.text == ""
        assert "parse_limit" in mail.warnings
        parser._seconds = 20
        assert (await parser.parse(MAIL)).text == "Hello\n"
        assert worker not in children()
    finally:
        await parser.close()


async def test_too_much_memory_gives_the_head_alone() -> None:
    parser = Parser(memory=120_000_000)
    try:
        mail = await parser.parse(MAIL + b"x" * 200_000_000)
        assert mail.subject == "Router"
        assert "parse_limit" in mail.warnings
        assert (await parser.parse(MAIL)).text == "Hello\n"
    finally:
        await parser.close()


async def test_cancelled_in_the_midst_harms_no_other(parser: Parser) -> None:
    await parser.parse(MAIL)
    task = asyncio.create_task(parser.parse(MAIL * 1000))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await parser.parse(MAIL)).text == "Hello\n"


async def test_after_close_only_the_head_is_read(parser: Parser) -> None:
    await parser.close()
    assert (await parser.parse(MAIL)).subject == "Router"


_HUB = """
import asyncio, sys
from channels.email.parse.pool import Parser
async def main():
    parser = Parser()
    await parser.parse(b"Subject: a\\n\\nb")
    print(next(iter(parser._idle._queue))._process.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_no_worker_outlives_a_hub_that_is_killed() -> None:
    hub = subprocess.Popen([sys.executable, "-c", _HUB], stdout=subprocess.PIPE, cwd=Path(__file__).parents[4])
    assert hub.stdout is not None
    worker = int(await asyncio.to_thread(hub.stdout.readline))
    assert psutil.pid_exists(worker)
    hub.kill()
    await asyncio.to_thread(hub.wait)
    hub.stdout.close()

    def gone() -> bool:
        try:
            return psutil.Process(worker).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    check: Callable[[], bool] = gone
    await until(check)
