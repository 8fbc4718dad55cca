"""Memory of the hub and its parser while a mailbox of 100 000 mails is fetched. Takes some six minutes."""

import asyncio
import sys

import asyncpg
import psutil

from benchmarks.figures import Line
from benchmarks.letters import letters
from benchmarks.mail import MAILBOX, dovecot
from benchmarks.stage import Stage, hub

LETTERS, WARM, LIMIT = 100_000, 20_000, 3_600.0
FLAT = 1.15  # times what it was when warm


async def measure(on: Stage) -> list[Line]:
    with dovecot(on) as server:
        user = server.user()
        user.deliver(*letters(LETTERS))
        more = MAILBOX.format(port=server.port, user=user.name)
        async with hub(on, "hub_mail_memory", more, BENCH_PASSWORD=user.password) as running:
            seen = await _watch(running.dsn, psutil.Process(running.pid))
    warm, most = seen[WARM], max(size for count, size in seen.items() if count >= WARM)
    return [
        Line(f"hub and parser while {LETTERS} mails come in, MB, at {WARM} and at most", f"{most / 1e6:.0f}",
             f"{warm / 1e6:.0f}", f"{most / warm:.2f}", f"<= {FLAT}", most / warm <= FLAT),
    ]


async def _watch(dsn: str, process: psutil.Process) -> dict[int, int]:
    """Resident bytes of hub and parser, at every ten thousand mails."""
    seen: dict[int, int] = {}
    conn = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(LIMIT):
            while LETTERS not in seen:
                await asyncio.sleep(0.5)
                count = await conn.fetchval("SELECT count(*) FROM mails") // 10_000 * 10_000
                if count not in seen:
                    seen[count] = sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
                    print(f"  {count} mails: {seen[count] / 1e6:.0f} MB", file=sys.stderr, flush=True)
    finally:
        await conn.close()
    return seen
