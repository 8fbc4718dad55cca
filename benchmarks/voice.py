"""The telephone's requests at a steady rate, each kept before it is answered, while many callers wait in line."""

import asyncio
import re
import time
from dataclasses import dataclass, field

import aiohttp
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from benchmarks.figures import Line, quantile
from benchmarks.stage import Running, Stage, hub

CALLS, RATE, SECONDS = 500, 200, 20  # callers in line, requests a second
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


@dataclass
class Provider:
    """Calls the hub as Twilio would."""

    running: Running
    http: aiohttp.ClientSession
    times: list[float] = field(default_factory=list)
    _sent: int = 0

    async def ask(self, path: str, number: int, **more: str) -> str:
        """One request about the call of that number. Raises RuntimeError for any answer but 200."""
        url = f"{self.running.url}/twilio/main/voice{path}"
        form = {"CallSid": f"CA{number:032x}", "AccountSid": ACCOUNT, "From": f"+1555{number:07d}", "To": OURS,
                "CallStatus": "in-progress", **more}
        self._sent += 1
        headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form),
                   "I-Twilio-Idempotency-Token": f"request-{self._sent}"}
        begin = time.perf_counter()
        async with self.http.post(url, data=form, headers=headers) as answer:
            text = await answer.text()
        self.times.append(time.perf_counter() - begin)
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered {answer.status}")
        return text

    async def into_line(self, number: int) -> str:
        """A caller who presses 1; the id of his call."""
        found = re.search(r"/calls/([0-9a-f-]+)/", await self.ask("/in", number))
        assert found is not None
        await self.ask(f"/calls/{found[1]}/steps/1", number, Digits="1")
        return found[1]


async def measure(on: Stage) -> list[Line]:
    async with hub(on, more=CONFIG, BENCH_TOKEN=TOKEN) as running, aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=30)) as http:
        provider = Provider(running, http)
        calls: list[str] = []
        for first in range(0, CALLS, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, CALLS))
            calls += await asyncio.gather(*(provider.into_line(number) for number in numbers))
        provider.times.clear()
        begin = time.perf_counter()
        await asyncio.gather(*(_due(provider, calls, place, begin) for place in range(RATE * SECONDS)))
        times = provider.times
    p50, p99 = (1000 * quantile(times, share) for share in (0.5, 0.99))
    return [
        Line(f"telephone: {RATE} requests/s, {CALLS} callers in line, TwiML after COMMIT, p99, ms", f"{p99:.1f}", "",
             "", "< 50", p99 < 50),
        Line("  its p50, ms", f"{p50:.1f}"),
    ]


async def _due(provider: Provider, calls: list[str], place: int, begin: float) -> None:
    """At its moment: one of four requests is a new call, the others are documents for those who wait."""
    await asyncio.sleep(max(0.0, begin + place / RATE - time.perf_counter()))
    number = place % CALLS
    if place % 4 == 0:
        await provider.ask("/in", CALLS + place)
    else:
        await provider.ask(f"/calls/{calls[number]}/wait", number, QueueSid="QU1")
