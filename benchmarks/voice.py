"""Voice webhooks at a steady rate, each kept before it is answered, while 500 callers wait in line.

Beside a bare handler (`peers/webhook.py`), turn by turn in one run; the first turn warms both up and is not counted.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode, urlsplit

import aiohttp
import asyncpg
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from benchmarks.costs import COUNTING, NOTHING, Costs, costs
from benchmarks.figures import Line, quantile
from benchmarks.paced import Paced, Request, paced
from benchmarks.stage import Stage, hub, peer, stage

CALLS, RATE, ROUNDS, SECONDS = 500, 200, 4, 5  # callers in line, requests a second; counted turns, and how long each
AT_ONCE = 8  # while the callers are brought into line
TOKEN, ACCOUNT, OURS = "0" * 32, "AC" + "0" * 32, "+15550001000"
CONFIG = f"""
[[twilio]]
id = "main"
account_sid = "{ACCOUNT}"
auth_token_env = "BENCH_TOKEN"
api_url = "http://127.0.0.1:9"

[[voice.numbers]]
number = "{OURS}"
account = "main"
flow = "main"

[voice.flows.main]
begin = "main"
[voice.flows.main.steps.main]
kind = "menu"
say = {{ en = "Press 1." }}
keys = {{ "1" = "line" }}
[voice.flows.main.steps.line]
kind = "queue"
"""


class Provider:
    """Writes requests as Twilio would."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sent = 0

    def about(self, path: str, number: int, **more: str) -> Request:
        """One request about the call of that number."""
        form = {"CallSid": f"CA{number:032x}", "AccountSid": ACCOUNT, "From": f"+1555{number:07d}", "To": OURS,
                "CallStatus": "in-progress", **more}
        path, self._sent = f"/twilio/main/voice{path}", self._sent + 1
        headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(self._url + path, form),
                   "I-Twilio-Idempotency-Token": f"request-{self._sent}"}
        return Request(path, urlencode(form), headers)

    async def into_line(self, http: aiohttp.ClientSession, number: int) -> str:
        """A caller who presses 1; the id of his call."""
        found = re.search(r"/calls/([0-9a-f-]+)/", await self._ask(http, self.about("/in", number)))
        assert found is not None
        await self._ask(http, self.about(f"/calls/{found[1]}/steps/1", number, Digits="1"))
        return found[1]

    async def _ask(self, http: aiohttp.ClientSession, one: Request) -> str:
        headers = {**one.headers, "Content-Type": "application/x-www-form-urlencoded"}
        async with http.post(self._url + one.path, data=one.body, headers=headers) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{one.path} was answered {answer.status}")
            return await answer.text()


class Beside:
    """Commits a row of its own ten times a second: when that stands still, the disk or the machine did, and not who is
    measured. `longest`: seconds, by whose turn it was."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = {}

    @asynccontextmanager
    async def during(self, on: Stage, whose: str) -> AsyncIterator[None]:
        conn = await asyncpg.connect(on.server.dsn("postgres", "postgres"), timeout=30)
        await conn.execute("CREATE TABLE IF NOT EXISTS beside (at timestamptz)")
        work = asyncio.create_task(self._commit(conn, whose))
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait([work])
            await conn.close()

    async def _commit(self, conn: "asyncpg.Connection[asyncpg.Record]", whose: str) -> None:
        while True:
            await asyncio.sleep(0.1)
            begin = time.perf_counter()
            await conn.execute("INSERT INTO beside VALUES (now())")
            self.longest[whose] = max(self.longest.get(whose, 0.0), time.perf_counter() - begin)


async def measure(_: Stage) -> list[Line]:
    async with (stage(COUNTING) as on, peer(on, "webhook") as bare,
                hub(on, more=CONFIG, BENCH_TOKEN=TOKEN) as running):
        first, second = Provider(running.url), Provider(bare.url)
        calls = await _callers(first)
        ours, theirs, spent, least, beside = Paced(), Paced(), NOTHING, NOTHING, Beside()
        for turn in range(ROUNDS + 1):
            for total, server, provider in ((theirs, bare, second), (ours, running, first)):
                before = await costs(on, server)
                async with beside.during(on, server.url if turn else "warm"):
                    done = await paced(urlsplit(server.url).port or 0, RATE, _turn(provider, calls, turn))
                cost = await costs(on, server) - before
                if turn:
                    total.add(done)
                    spent, least = (spent + cost, least) if server is running else (spent, least + cost)
    print(f"load average {os.getloadavg()[0]:.1f}; the load itself was late by {max(ours.late, theirs.late):.3f} s at "
          f"most and used {ours.cpu + theirs.cpu:.1f} s of a processor")
    stood, still = (1000 * beside.longest[one.url] for one in (running, bare))
    return [*_lines(ours, theirs, spent, least),
            Line("  longest COMMIT of somebody else's row beside it, ms", f"{stood:.1f}", f"{still:.1f}")]


async def _callers(provider: Provider) -> list[str]:
    calls: list[str] = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        for first in range(0, CALLS, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, CALLS))
            calls += await asyncio.gather(*(provider.into_line(http, number) for number in numbers))
    return calls


def _turn(provider: Provider, calls: list[str], turn: int) -> list[Request]:
    """One of four is a new call, the others are documents for those who wait."""
    first = turn * RATE * SECONDS
    return [_due(provider, calls, place) for place in range(first, first + RATE * SECONDS)]


def _due(provider: Provider, calls: list[str], place: int) -> Request:
    if place % 4 == 0:
        return provider.about("/in", CALLS + place)
    return provider.about(f"/calls/{calls[place % CALLS]}/wait/0", place % CALLS, QueueSid="QU1", Turn=str(place))


def _lines(ours: Paced, theirs: Paced, spent: Costs, least: Costs) -> list[Line]:
    (p50, p99), (least_p50, least_p99) = ([1000 * quantile(one.times, share) for share in (0.5, 0.99)]
                                          for one in (ours, theirs))
    each = 1000 / len(ours.times), 1000 / len(theirs.times)
    return [
        Line(f"voice webhook, {RATE}/s, {CALLS} callers in line, TwiML after COMMIT, p99, ms", f"{p99:.1f}",
             f"{least_p99:.1f}", f"{p99 / least_p99:.2f}", "< 50", p99 < 50),
        Line("  not answered with 200 (503: the hub is too busy; the provider asks again)", str(len(ours.wrong)),
             str(len(theirs.wrong)), target="0", met=not ours.wrong),
        _in_calmest(ours, theirs),
        Line("  its p50, ms", f"{p50:.1f}", f"{least_p50:.1f}", f"{p50 / least_p50:.2f}"),
        _per("its server's processor, ms each", spent.server * each[0], least.server * each[1]),
        _per("its PostgreSQL's processor, ms each", spent.postgres * each[0], least.postgres * each[1]),
        _per("statements each, all loops of the hub included", spent.statements * each[0] / 1000,
             least.statements * each[1] / 1000),
        _per("transactions each", spent.commits * each[0] / 1000, least.commits * each[1] / 1000),
    ]


def _in_calmest(ours: Paced, theirs: Paced) -> Line:
    """Who else writes to the same disk makes every COMMIT of a second wait; this turn had least of that."""
    p99, least = (min(1000 * quantile(one.times[first:first + RATE * SECONDS], 0.99)
                      for first in range(0, len(one.times), RATE * SECONDS)) for one in (ours, theirs))
    return Line(f"  its p99 in the calmest of {ROUNDS} turns, ms", f"{p99:.1f}", f"{least:.1f}", f"{p99 / least:.2f}")


def _per(what: str, ours: float, theirs: float) -> Line:
    return Line(f"  {what}", f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}" if theirs else "")
