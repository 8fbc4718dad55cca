"""The process that parses: limits, crashes, and what is left of it when the hub dies."""

import asyncio
import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from channels.email.parse import parse
from channels.email.parse.answer import LENGTH, told
from channels.email.parse.clean import clean
from channels.email.parse.pool import GarbledError, Parser, heard
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
    assert await parser.parse(MAIL) == replace(parse(MAIL), parts=())


async def test_files_come_whole_and_html_comes_clean(parser: Parser) -> None:
    film = bytes(range(256)) * 12_000  # longer than what is read at once
    mail = MAIL.partition(b"\r\n\r\n")[0] + (
        b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi<script>x"
        b"</script>\r\n--b\r\nContent-Type: video/mp4; name=empty.mp4\r\n\r\n\r\n--b\r\n"
        b"Content-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: binary\r\n\r\n" + film
        + b"\r\n--b--\r\n")
    found = await parser.parse(mail)
    here = parse(mail)
    assert found == replace(here, parts=(), html="")
    assert found.attachments[-1].content == film
    assert found.cleaned == clean(here.html)


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
    parser = Parser(workers=1)
    try:
        await parser.parse(MAIL)
        before = children()
        worker, = before
        os.kill(worker, signal.SIGSTOP)  # as a parse that does not end
        parser._wall = 0.05
        mail = await parser.parse(MAIL)
        assert mail.subject == "Router"
        assert mail.text == ""
        assert "parse_limit" in mail.warnings
        parser._wall = 20
        assert (await parser.parse(MAIL)).text == "Hello\n"
        assert worker not in children()
    finally:
        await parser.close()


async def test_too_much_memory_gives_the_head_alone() -> None:
    parser = Parser(memory=20_000_000)
    try:
        mail = await parser.parse(MAIL + b"x" * 50_000_000)
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


def worker_that(does: str) -> tuple[str, ...]:
    """A worker in which `parse` (or what else `does` replaces) is not what it was."""
    return (sys.executable, "-c", f"""
import sys, time
from pathlib import Path
from channels.email.parse import worker
kept = worker.parse
{does}
worker.main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
""")


async def test_too_much_processor_gives_the_head_alone(caplog: pytest.LogCaptureFixture) -> None:
    parser = Parser(workers=1, processor=0.1, program=worker_that("""
def parse(raw, broke=None):
    while b"poison" in raw:
        pass
    return kept(raw, broke) if broke else None
worker.parse = parse"""))
    try:
        mail = await parser.parse(MAIL + b"poison")
        assert (mail.subject, mail.text) == ("Router", "")
        assert "parse_limit" in mail.warnings
        assert f"reason=signal {signal.SIGPROF}" in caplog.text
        assert (await parser.parse(MAIL)).text == "Hello\n"
    finally:
        await parser.close()


async def test_one_that_hangs_does_not_keep_the_next_one_waiting() -> None:
    parser = Parser(program=worker_that("""
def parse(raw, broke=None):
    while b"poison" in raw:
        time.sleep(1)
    return kept(raw, broke) if broke else None
worker.parse = parse"""))
    hanging = asyncio.create_task(parser.parse(MAIL + b"poison"))
    try:
        await until(lambda: parser._busy)
        assert (await parser.parse(MAIL)).text == "Hello\n"
        assert not hanging.done()
    finally:
        await parser.close()
    assert "parse_limit" in (await hanging).warnings


async def test_a_flaw_of_ours_shows_the_head_and_its_place_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    parser = Parser(program=worker_that("""
from channels.email.parse import nests
def fail(root, warnings):
    raise ValueError("ann@example.org wrote Hello")
nests.open_all = fail"""))
    try:
        mail = await parser.parse(MAIL)
    finally:
        await parser.close()
    assert (mail.author.address, mail.subject, mail.text) == ("ann@example.org", "Router", "")
    assert "parse_failed" in mail.warnings
    line, = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "ValueError at <string>:" in line.getMessage()
    assert not any(word in line.getMessage() for word in ("ann@", "Hello", "Router"))


async def test_a_flaw_in_cleaning_shows_the_head(caplog: pytest.LogCaptureFixture) -> None:
    parser = Parser(program=worker_that("worker.clean = None"))
    try:
        mail = await parser.parse(MAIL)
    finally:
        await parser.close()
    assert mail.subject == "Router"
    assert "parse_failed" in mail.warnings
    assert "TypeError at worker.py:" in caplog.text


class Attack:
    """Makes a file as soon as it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.file,)


async def test_nothing_that_a_worker_says_is_run(tmp_path: Path) -> None:
    attack = tmp_path / "attack"
    attack.write_bytes(pickle.dumps(Attack(tmp_path / "made")))
    parser = Parser(program=worker_that(f"""
bad = Path({str(attack)!r}).read_bytes()
worker._answered = lambda incoming, size, processor: [worker.LENGTH.pack(len(bad)), bad]"""))
    try:
        mail = await parser.parse(MAIL)
        assert mail.subject == "Router"
        assert "parse_limit" in mail.warnings
        assert not (tmp_path / "made").exists()
    finally:
        await parser.close()
    pickle.loads(attack.read_bytes())
    assert (tmp_path / "made").exists()  # it would have worked


def test_an_answer_that_cannot_be_is_none() -> None:
    head = told(parse(MAIL))[1]
    assert heard(head, len(MAIL)).sizes == ()
    huge = head.replace(b'"attachments":[]', b'"attachments":[{"name":"a","type":"b","content":"","content_id":"",'
                        b'"inline":false}]').replace(b'"sizes":[]', b'"sizes":[%d]')
    assert heard(huge % 1000, len(MAIL)).sizes == (1000,)
    for bad in (b"{}", b"\xff", head[:-1], head.replace(b'"sizes":[]', b'"sizes":[5]'), huge % 10**12, huge % -1):
        with pytest.raises(GarbledError):
            heard(bad, len(MAIL))


async def test_an_endless_answer_is_not_read() -> None:
    parser = Parser(program=worker_that(f"""
worker._answered = lambda incoming, size, processor: [{LENGTH.pack(10**15)!r}]"""))
    try:
        assert "parse_limit" in (await parser.parse(MAIL)).warnings
    finally:
        await parser.close()


_HUB = """
import asyncio, sys
from channels.email.parse.pool import Parser
async def main():
    parser = Parser()
    await parser.parse(b"Subject: a\\n\\nb")
    print(parser._idle[0]._process.pid, flush=True)
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
