"""Memory of the hub and its parser while mails of 40 to 60 MB come in by several mailboxes. Takes some two minutes."""

import asyncio
import base64
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import psutil

from benchmarks.figures import Line
from benchmarks.mail import MAILBOX, dovecot
from benchmarks.stage import Stage, hub

MAILS, MAILBOXES, LIMIT = 30, 5, 900.0
SIZES = (40_000_000, 50_000_000, 60_000_000 - 10_000)
HUB_MOST, PARSER_MOST = 600, 300  # MB
_EVERY = 0.02  # seconds


@dataclass
class Peak:
    """The most resident bytes that were seen."""

    hub: int = 0
    parser: int = 0


async def measure(on: Stage) -> list[Line]:
    with dovecot(on) as server:
        users = [server.user() for _ in range(MAILBOXES)]
        for number, raw in enumerate(large(MAILS)):
            users[number % MAILBOXES].deliver(raw)
        more = "".join(MAILBOX.format(port=server.port, user=user.name)
                       .replace('"support"', f'"support{place}"').replace("support@", f"support{place}@")
                       for place, user in enumerate(users))
        async with hub(on, "hub_mail_large", more, BENCH_PASSWORD=users[0].password) as running:
            began = time.perf_counter()
            peak = await _watch(running.dsn, psutil.Process(running.pid))
            took = time.perf_counter() - began
    total = sum(SIZES[number % len(SIZES)] for number in range(MAILS)) / 1e6
    print(f"  {MAILS} mails, {total:.0f} MB in {took:.1f} s", file=sys.stderr)
    return [
        Line(f"hub while {MAILS} mails of 40 to 60 MB come in by {MAILBOXES} mailboxes, MB at most",
             f"{peak.hub / 1e6:.0f}", target=f"<= {HUB_MOST}", met=peak.hub <= HUB_MOST * 1e6),
        Line("  its parser's processes together", f"{peak.parser / 1e6:.0f}", target=f"<= {PARSER_MOST}",
             met=peak.parser <= PARSER_MOST * 1e6),
    ]


def large(count: int) -> Iterator[bytes]:
    """Mails with one attachment of bytes that cannot be packed."""
    dice = random.Random(3)
    for number in range(count):
        size = SIZES[number % len(SIZES)]
        content = base64.encodebytes(dice.randbytes(size * 54 // 77 * 76 // 77 // 4 * 4))
        head = (f"From: ann{number}@customers.example\r\nTo: support@example.org\r\nSubject: film {number}\r\n"
                f"Message-ID: <film{number}@customers.example>\r\nMIME-Version: 1.0\r\n"
                "Content-Type: multipart/mixed; boundary=b0und\r\n\r\n--b0und\r\n\r\nHere it is.\r\n--b0und\r\n"
                "Content-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n").encode()
        yield head + content.replace(b"\n", b"\r\n") + b"--b0und--\r\n"


async def _watch(dsn: str, process: psutil.Process) -> Peak:
    peak = Peak()
    conn = await asyncpg.connect(dsn)
    count, asked = 0, 0.0
    try:
        async with asyncio.timeout(LIMIT):
            while count < MAILS:
                await asyncio.sleep(_EVERY)
                peak.hub = max(peak.hub, process.memory_info().rss)
                peak.parser = max(peak.parser, sum(_resident(one) for one in process.children(recursive=True)))
                if time.perf_counter() - asked > 0.5:
                    count = await conn.fetchval("SELECT count(*) FROM mails")
                    asked = time.perf_counter()
    finally:
        await conn.close()
    return peak


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
