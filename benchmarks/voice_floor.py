"""Hundreds of calls at once on the emulator: menu, queue, agent, wrap-up, and what must hold when all are over.

The hub is a process of its own; the emulator, the callers and the agents' consoles share this one.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg
import psutil
import socketio
from argon2 import PasswordHasher

from benchmarks.figures import Line, quantile
from benchmarks.stage import PASSWORD, Running, Stage, hub
from hub.clock import new_uuid, utc_now
from hub.start import open_pool
from hub.store import ledger
from hub.store.users import NewUser
from hub.users import Users
from simulator.telephony.driver import Sim, Softphone, running_sim
from simulator.telephony.exchange import ExchangeOptions, Timings
from simulator.telephony.legs import Leg, Party

SEED, OURS = 1, "+15550001000"
EACH = 10  # calls for each agent
TALK, LIMIT = 1.0, 600.0  # seconds: of a talk, for everything
STARTS = 30.0  # calls a second that the account may begin; by default Twilio begins one, which 50 agents outgrow
BACK = 10.0  # seconds without an offer after which an agent says again that he is there
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # accounts that live as long as one run
CONFIG = """
[[twilio]]
id = "main"
account_sid = "{account}"
auth_token_env = "BENCH_TOKEN"
api_key_sid = "{key}"
api_key_secret_env = "BENCH_KEY"
api_url = "{url}"

[[voice.numbers]]
number = "+15550001000"
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
# name -> what must return no rows; each is asked when all calls are over
BROKEN = {
    "calls that are not over": "SELECT FROM calls WHERE ended_at IS NULL",
    "legs that are not over": "SELECT FROM call_legs WHERE sid IS NOT NULL AND ended_at IS NULL",
    "calls without one outcome": "SELECT FROM calls c WHERE 1 <> (SELECT count(*) FROM touches t "
                                 "WHERE t.interaction_id = c.interaction_id AND t.data ? 'outcome')",
    "histories with a gap": "SELECT FROM touches GROUP BY interaction_id HAVING count(*) <> max(version)",
    "talks whose history is not whole":
        "SELECT FROM touches GROUP BY interaction_id HAVING bool_or(data ->> 'outcome' = 'talked') AND NOT "
        "array_agg(coalesce(data ->> 'what', kind)) @> "
        "ARRAY['received', 'offered', 'accepted', 'connected', 'wrapped_up']",
    "commands not given": "SELECT FROM call_commands WHERE state IN ('pending', 'sending')",
    "items not done": "SELECT FROM interactions WHERE state <> 'done'",
    "two holders at once": "SELECT FROM assignments a JOIN assignments b ON a.interaction_id = b.interaction_id "
                           "AND a.id < b.id AND a.started_at < coalesce(b.ended_at, 'infinity') "
                           "AND b.started_at < coalesce(a.ended_at, 'infinity')",
    "agents with two calls at once": "SELECT FROM assignments a JOIN assignments b ON a.agent_id = b.agent_id "
                                     "AND a.id < b.id AND a.started_at < coalesce(b.ended_at, 'infinity') "
                                     "AND b.started_at < coalesce(a.ended_at, 'infinity')",
}


@dataclass
class Seen:
    """Seconds from the accept of each call until both heard each other; calls at once, at most."""

    together: list[float] = field(default_factory=list)
    most: int = 0
    done: int = 0
    trouble: list[str] = field(default_factory=list)


@dataclass
class Agent:
    """A console with a softphone: takes every offer, talks, lets the customer hang up, wraps up."""

    http: aiohttp.ClientSession
    url: str
    headers: dict[str, str]
    phone: Softphone
    seen: Seen
    offers: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    states: dict[str, str] = field(default_factory=dict)

    def moved(self, event: dict[str, Any]) -> None:
        if card := event["card"]:
            self.states[card["id"]] = card["state"]
            if card["state"] == "offered":
                self.offers.put_nowait(card)

    async def work(self) -> None:
        await self._here()
        while True:
            try:
                card = await asyncio.wait_for(self.offers.get(), BACK)
            except TimeoutError:  # who missed an offer is away until he says that he is back
                await self._here()
                continue
            try:
                async with asyncio.timeout(60):
                    await self._one(card)
            except (TimeoutError, aiohttp.ClientError, KeyError) as trouble:
                self.seen.trouble.append(f"{type(trouble).__name__} in state {self.states.get(card['id'])}")

    async def _here(self) -> None:
        async with self.http.put(f"{self.url}/api/presence", json={"state": "available"},
                                 headers=self.headers) as answer:
            answer.raise_for_status()

    async def _one(self, card: dict[str, Any]) -> None:
        begin = time.perf_counter()
        if not await self._post(f"offers/{card['offer_id']}/accept"):
            return  # the customer has gone, or the offer has
        await _until(lambda: bool(self.phone.device.ringing))
        leg = self.phone.device.accept()
        exchange = self.phone.sim.exchange
        await _until(lambda: any(leg.sid in one.participants and len(one.participants) == 2
                                 for one in exchange.conferences.values()))
        self.seen.together.append(time.perf_counter() - begin)
        await asyncio.sleep(TALK)
        room = next(one for one in exchange.conferences.values() if leg.sid in one.participants)
        customer = next(sid for sid in room.participants if sid != leg.sid)
        exchange.legs[customer].hang_up()
        await _until(lambda: self.states.get(card["id"]) in ("wrapping", "done"))
        done = await self._post(f"interactions/{card['id']}/wrap-up", {"disposition": "done"})
        self.seen.done += done  # apart: what stood there may be another after the await

    async def _post(self, path: str, body: object = None) -> bool:
        async with self.http.post(f"{self.url}/api/{path}", json=body, headers=self.headers) as answer:
            if answer.status >= 300:
                told = await answer.json()
                self.seen.trouble.append(f"{path.rpartition('/')[2]}: {answer.status} {told.get('code', '')}")
            return answer.status < 300


async def _until(holds: Any) -> None:
    while not holds():  # noqa: ASYNC110 - the emulator has no bell for this
        await asyncio.sleep(0.02)


async def measure(on: Stage, calls: int = 500, arriving: float = 30.0) -> list[Line]:
    """So many calls, and an agent for each ten of them. `arriving`: seconds in which all call, before the agents come,
    so that all are on the line at once; 0: all in one moment, agents waiting."""
    paced = ExchangeOptions(timings=Timings(calls_per_second=STARTS))
    async with running_sim(paced, real_time=True) as sim, AsyncExitStack() as stack:
        ours = sim.exchange.account
        config = CONFIG.format(account=ours.sid, key=ours.key_sid, url=sim.base_url)
        running = await stack.enter_async_context(
            hub(on, "hub_floor", config, BENCH_TOKEN=ours.auth_token, BENCH_KEY=ours.key_secret))
        base = f"{running.url}/twilio/main/voice"
        sim.number(OURS, f"{base}/in", status_callback=f"{base}/status")
        pool = await stack.enter_async_context(open_pool(running.dsn, 4))
        seen = Seen()
        agents = [await stack.enter_async_context(_agent(running, pool, sim, number, seen))
                  for number in range(calls // EACH)]
        begin, legs = time.perf_counter(), list[Leg]()
        if arriving:
            await _arrive(sim, seen, calls, arriving, legs)
        for agent in agents:
            stack.callback(asyncio.create_task(agent.work()).cancel)
        if not arriving:
            await _arrive(sim, seen, calls, 0, legs)
        await _over(pool, legs, seen, begin)
        seconds = time.perf_counter() - begin
        broken, became = await _broken(pool, sim), await _became(pool)
        own, hubs = (sum(psutil.Process(pid).cpu_times()[:2]) for pid in (psutil.Process().pid, running.pid))
        webhooks = await pool.fetchval("SELECT count(*) FROM arrivals WHERE source = 'voice:main'")
        rest = sum(1 for _ in sim.exchange.journal.of("rest"))
    for one in [*broken, *(f"{count} times {what}" for what, count in Counter(seen.trouble).most_common()), *became]:
        print(one)
    return [
        Line(f"{calls} calls of {calls // EACH} agents (seed {SEED}): worked on to the end", str(seen.done),
             target=str(calls), met=seen.done == calls),
        Line("  at once, at most", str(seen.most), target=str(calls), met=seen.most == calls),
        Line("  invariants broken", str(len(broken)), target="0", met=not broken),
        Line("  accept to both in the conference, p50 and p99, s",
             f"{quantile(seen.together, 0.5):.2f} and {quantile(seen.together, 0.99):.2f}" if seen.together else "-"),
        Line("  REST calls for each call, all in all", f"{rest / calls:.1f}"),
        Line("  seconds for all", f"{seconds:.0f}"),
        Line("  webhooks, all and a second", f"{webhooks} and {webhooks / seconds:.0f}"),
        Line("  processor's seconds: hub; emulator, callers and consoles", f"{hubs:.0f}; {own:.0f}"),
    ]


async def _arrive(sim: Sim, seen: Seen, calls: int, arriving: float, legs: list[Leg]) -> None:
    """Callers whose moments follow from the seed, and who press 1."""
    dice = random.Random(SEED)
    moments = sorted(dice.uniform(0, arriving) for _ in range(calls))
    begin = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, moment in enumerate(moments):
            await asyncio.sleep(max(0.0, begin + moment - time.perf_counter()))
            leg = sim.exchange.call_in(Party(f"+1555{number:07d}", OURS, "inbound"))
            legs.append(leg)
            group.create_task(_presses(leg, seen))
            seen.most = max(seen.most, sum(one.live for one in legs))


async def _presses(leg: Leg, seen: Seen) -> None:
    try:
        async with asyncio.timeout(60):
            await _until(lambda: any("Press 1" in one.text for one in leg.heard))
            leg.press("1")
    except TimeoutError:
        seen.trouble.append("a caller heard no menu")


async def _over(pool: "asyncpg.Pool[asyncpg.Record]", legs: list[Leg], seen: Seen, begin: float) -> None:
    while time.perf_counter() - begin < LIMIT:
        seen.most = max(seen.most, sum(one.live for one in legs))
        if not any(one.live for one in legs) and not await pool.fetch(
                "SELECT FROM interactions WHERE state <> 'done' UNION ALL SELECT FROM calls WHERE ended_at IS NULL"):
            return
        await asyncio.sleep(1)


async def _broken(pool: "asyncpg.Pool[asyncpg.Record]", sim: Sim) -> list[str]:
    found = [f"{name}: {len(rows)}" for name, query in BROKEN.items() if (rows := await pool.fetch(query))]
    books = await ledger.ledger(pool, utc_now())
    if books.misplaced or books.unaccounted:
        found.append(f"misplaced {len(books.misplaced)}, unaccounted {books.unaccounted}")
    if zombies := [leg.sid for leg in sim.exchange.legs.values() if leg.live]:
        found.append(f"lines of the emulator that are still open: {len(zombies)}")
    known = {row["sid"] for row in await pool.fetch("SELECT sid FROM call_legs WHERE sid IS NOT NULL")}
    if strangers := sim.exchange.legs.keys() - known:
        found.append(f"lines of the emulator that the hub knows nothing of: {len(strangers)}")
    try:
        sim.invariants()
    except AssertionError as wrong:
        found.append(str(wrong)[:2000])
    return found


async def _became(pool: "asyncpg.Pool[asyncpg.Record]") -> list[str]:
    """What the history says of the calls: how many of each outcome, and how many of each state."""
    rows = await pool.fetch(
        "SELECT data ->> 'outcome' AS what, count(*) AS calls FROM touches WHERE data ? 'outcome' GROUP BY 1 UNION ALL "
        "SELECT 'state ' || state, count(*) FROM interactions GROUP BY state ORDER BY 1")
    return [f"{row['calls']} calls: {row['what']}" for row in rows]


@asynccontextmanager
async def _agent(running: Running, pool: "asyncpg.Pool[asyncpg.Record]", sim: Sim, number: int,
                 seen: Seen) -> AsyncIterator[Agent]:
    login = f"agent{number}"
    await Users(pool, utc_now, new_uuid, hasher=CHEAP).add(NewUser(login, f"Agent {number}", queues=("support",)),
                                                           PASSWORD)
    socket, jar = socketio.AsyncClient(), aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30)) as http:
        async with http.post(f"{running.url}/api/login", json={"login": login, "password": PASSWORD}) as answer:
            answer.raise_for_status()
            me = await answer.json()
        cookie = "; ".join(f"{c.key}={c.value}" for c in jar)
        phone = sim.agent("agent_" + me["agent"]["id"].replace("-", ""))
        agent = Agent(http, running.url, {"X-CSRF-Token": me["csrf"]}, phone, seen)
        socket.on("card", agent.moved, namespace="/desk")
        await socket.connect(running.url, {"Cookie": cookie}, namespaces=["/desk"], transports=["websocket"],
                             wait_timeout=10)
        try:
            yield agent
        finally:
            await socket.disconnect()
