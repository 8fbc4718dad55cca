"""How fast freed room becomes an offer, how many offers one node commits, and how both grow; beside a raw claim."""

import asyncio
import gc
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import asyncpg

from benchmarks.dispatch_floor import ITEMS, UNITS, Node, connections, floor, node
from benchmarks.figures import Line, quantile
from benchmarks.stage import Stage
from hub import model
from hub.doorbell import AgentMoved, Moved, Ring
from hub.model import By

RATE, SECONDS, LATEST_MS = 25.0, 24.0, 20.0  # freed agents a second
SAMPLES, PATIENCE = 60, 30.0  # of a floor that is measured for its growth, and how many seconds it may take
FREE, IN_LINE, LEAST_A_SECOND = 2_000, 4_000, 1_000
STILL = 4.0  # seconds without an offer after which a node has done what it could
ANSWER = 60.0  # seconds within which a freed agent gets an offer at all
FIRST = "SELECT id FROM claims WHERE taken_by IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
CLAIMED = {1: 60_000, 100: 600_000}  # rows to be claimed, one by one and in batches
T = TypeVar("T")


async def measure(on: Stage) -> list[Line]:
    return [*await _freed(on), *await _rates(on), *await _growth(on)]


# --- from freed capacity to committed offer -------------------------------------------------------------------------


@dataclass
class Watch:
    """Hears when an agent's room is freed, and when his offer is committed."""

    freed: dict[UUID, float] = field(default_factory=dict)
    offers: dict[UUID, asyncio.Future[Moved]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def heard(self, ring: Ring) -> None:
        if isinstance(ring, AgentMoved) and ring.agent_id in self.offers and ring.agent_id not in self.freed:
            self.freed[ring.agent_id] = time.perf_counter()
        if isinstance(ring, Moved) and ring.kind == "offered":
            for agent_id in ring.agents & self.offers.keys():
                self.seconds.append(time.perf_counter() - self.freed[agent_id])
                self.offers.pop(agent_id).set_result(ring)


class Driver:
    """Frees agents one by one, and has them take and finish what they are offered."""

    def __init__(self, at: Node, held: list[tuple[UUID, UUID]]) -> None:
        self.node, self.watch, self.free, self.count = at, Watch(), list(held), 0
        random.Random(7).shuffle(self.free)
        at.doorbell.on(self.watch.heard)

    async def one(self) -> None:
        agent_id, interaction_id = self.free.pop()
        write, by = self.node.journal.write, By("agent", agent_id)
        self.watch.freed.pop(agent_id, None)
        offered = self.watch.offers[agent_id] = asyncio.get_running_loop().create_future()
        await write(interaction_id, model.WrappedUp(agent_id, "solved", None), by)
        got = (await asyncio.wait_for(offered, ANSWER)).interaction_id
        offer_id = await self.node.journal.pool.fetchval("SELECT offer_id FROM interactions WHERE id = $1", got)
        await write(got, model.Accepted(agent_id, offer_id), by)
        await write(got, model.Ended(agent_id, 3600), by)
        self.count += 1
        await self.node.journal.pool.execute(ITEMS, self.count, self.count)  # as many wait as before
        self.free.insert(0, (agent_id, got))


@asynccontextmanager
async def _driven(on: Stage, waiting: int, agents: int) -> AsyncIterator[Driver]:
    dsn = await floor(on, "dispatch_bench", waiting, agents, busy=True)
    async with connections(dsn) as pool:
        at = node(pool)
        held = await pool.fetch("SELECT agent_id, id FROM interactions WHERE state = 'wrapping' ORDER BY reference")
        running = asyncio.create_task(at.dispatch.run())
        gc.collect()
        gc.freeze()  # as `hub serve` does
        driver = Driver(at, [(UUID(str(row["agent_id"])), UUID(str(row["id"]))) for row in held])
        try:
            await driver.one()  # warms up: prepared statements, plans
            driver.watch.seconds.clear()
            yield driver
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def _freed(on: Stage) -> list[Line]:
    async with _driven(on, 1_000, 200) as driver:
        bare = list[float]()
        going, begin = {asyncio.create_task(_bare(driver.node.journal.pool, bare))}, time.perf_counter()
        for number in range(int(RATE * SECONDS)):
            await asyncio.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
            if driver.free:
                going.add(asyncio.create_task(driver.one()))
        await asyncio.gather(*going)
        times = driver.watch.seconds
    p50, p99 = (quantile(times, q) * 1000 for q in (0.5, 0.99))
    bare50, bare99 = (quantile(bare, q) * 1000 for q in (0.5, 0.99))
    return [
        Line(f"freed agent to committed offer, 1,000 wait, 200 agents, {len(times)} freed, p50, ms",
             f"{p50:.1f}", f"{bare50:.1f}", f"{p50 / bare50:.1f}"),
        Line("  its p99, ms", f"{p99:.1f}", f"{bare99:.1f}", f"{p99 / bare99:.1f}", f"< {LATEST_MS:.0f}",
             p99 < LATEST_MS),
        _calmest(times, bare),
    ]


def _calmest(times: list[float], bare: list[float]) -> Line:
    """Whoever else writes to the same disk makes every COMMIT wait: here is the quarter in which the bare one waited
    least.
    """
    quarters = [[one[at * len(one) // 4:(at + 1) * len(one) // 4] for one in (bare, times)] for at in range(4)]
    least, p99 = min([quantile(one, 0.99) * 1000 for one in quarter] for quarter in quarters)
    return Line("  the same in the calmest quarter", f"{p99:.1f}", f"{least:.1f}", f"{p99 / least:.1f}")


async def _bare(pool: asyncpg.Pool, seconds: list[float]) -> None:
    """A claim of one row of a bare table at the same time on the same machine: how much of it is the machine's."""
    await pool.execute("CREATE TABLE claims (id integer, taken_by integer)")
    await pool.execute("INSERT INTO claims SELECT n FROM generate_series(1, $1) n", 2 * int(RATE * SECONDS))
    await pool.execute("CREATE INDEX ON claims (id) WHERE taken_by IS NULL")
    for _ in range(int(RATE * SECONDS)):
        begin = time.perf_counter()
        async with pool.acquire() as conn, conn.transaction():
            found = await conn.fetchval(FIRST)
            await conn.execute("UPDATE claims SET taken_by = 1 WHERE id = $1", found)
        seconds.append(time.perf_counter() - begin)
        await asyncio.sleep(max(0.0, 1 / RATE - seconds[-1]))


# --- how many a second ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offered:
    count: int
    seconds: float
    doubled: int  # items or agents with more than one offer, agents beyond their capacity

    @property
    def rate(self) -> float:
        return self.count / self.seconds


async def _rates(on: Stage) -> list[Line]:
    single, batch = await _claims(on, 1), await _claims(on, 100)
    one, two = await _offered(on, 1), await _offered(on, 2)
    return [
        Line(f"offers by one node, {IN_LINE:,} wait, {FREE:,} free agents, offers/s", f"{one.rate:.0f}",
             f"{single:.0f}", f"{one.rate / single:.2f}", f">= {LEAST_A_SECOND:,}", one.rate >= LEAST_A_SECOND),
        Line("  beside a raw claim in batches of 100, rows/s", f"{one.rate:.0f}", f"{batch:.0f}",
             f"{one.rate / batch:.3f}"),
        Line("offers by two nodes, offers/s", f"{two.rate:.0f}", f"{one.rate:.0f} (one node)",
             f"{two.rate / one.rate:.2f}"),
        Line("  double offers, agents beyond capacity", str(one.doubled + two.doubled), target="0",
             met=one.doubled + two.doubled == 0),
        Line("  agents without an offer", str(2 * FREE - one.count - two.count), target="0",
             met=one.count + two.count == 2 * FREE),
    ]


async def _claims(on: Stage, rows: int) -> float:
    """Rows claimed a second over two connections, by the least that could do it."""
    conn = await asyncpg.connect(await on.database("dispatch_claims"), timeout=30)
    try:
        await conn.execute("CREATE TABLE claims (id bigint PRIMARY KEY, queued_at timestamptz, taken_by integer)")
        await conn.execute("INSERT INTO claims SELECT n, now(), NULL FROM generate_series(1, $1) n", CLAIMED[rows])
        await conn.execute("CREATE INDEX ON claims (queued_at, id) WHERE taken_by IS NULL")
        await conn.execute("ANALYZE claims")
    finally:
        await conn.close()
    async with connections(on.server.dsn("dispatch_claims")) as pool:
        begin = time.perf_counter()
        counts = await asyncio.gather(*(_claim(pool, rows, begin + 4.0) for _ in range(2)))
        return sum(counts) / (time.perf_counter() - begin)


async def _claim(pool: asyncpg.Pool, rows: int, until: float) -> int:
    count = 0
    while time.perf_counter() < until:
        done = await pool.execute(
            "UPDATE claims SET taken_by = 1 WHERE id IN (SELECT id FROM claims WHERE taken_by IS NULL"
            " ORDER BY queued_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)", rows)
        count += int(done.rpartition(" ")[2])
        if done == "UPDATE 0":
            raise RuntimeError("there was too little to claim")
    return count


async def _offered(on: Stage, nodes: int) -> Offered:
    dsn = await floor(on, "dispatch_bench", IN_LINE, FREE, busy=False)
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.dispatch_node", dsn,
                                             stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        for _ in range(nodes)]
    try:
        await asyncio.gather(*(_within(60, one.stdout.readline) for one in processes if one.stdout))
        begin = datetime.now(UTC)
        await _say(processes)
        async with connections(dsn) as pool:
            return await _settled(pool, begin)
    finally:
        await _say(processes)
        await asyncio.gather(*(_within(30, one.wait) for one in processes))


async def _settled(pool: asyncpg.Pool, begin: datetime) -> Offered:
    before, still = -1, time.perf_counter()
    while time.perf_counter() - still < STILL:
        await asyncio.sleep(0.5)
        count = await pool.fetchval("SELECT count(*) FROM offers")
        if count != before:
            before, still = count, time.perf_counter()
    last: datetime = await pool.fetchval("SELECT max(recorded_at) FROM touches WHERE kind = 'offered'")
    doubled = await pool.fetchval(
        "SELECT (SELECT count(*) - count(DISTINCT interaction_id) FROM offers)"
        " + (SELECT count(*) - count(DISTINCT agent_id) FROM offers)"
        " + (SELECT count(*) FROM (SELECT FROM interactions WHERE agent_id IS NOT NULL GROUP BY agent_id"
        "                          HAVING sum(units) > $1) over)", UNITS)
    return Offered(before, (last - begin).total_seconds(), doubled)


async def _say(processes: list[asyncio.subprocess.Process]) -> None:
    for one in processes:
        if one.stdin and one.returncode is None:
            one.stdin.write(b"\n")
            await one.stdin.drain()


async def _within(seconds: float, wait: Callable[[], Awaitable[T]]) -> T:
    async with asyncio.timeout(seconds):
        return await wait()


# --- how the cost of one decision grows -----------------------------------------------------------------------------


async def _growth(on: Stage) -> list[Line]:
    lines = []
    base = await _decision(on, 1_000, 100)
    for waiting, agents, most in ((100_000, 100, 1.5), (1_000, 5_000, 2.0)):
        found = await _decision(on, waiting, agents)
        ratio = found / base
        lines.append(Line(f"one decision, {waiting:,} wait, {agents:,} agents (peer: 1,000 and 100), p50, ms",
                          f"{found * 1000:.1f}", f"{base * 1000:.1f}", f"{ratio:.2f}", f"<= {most}", ratio <= most))
    return lines


async def _decision(on: Stage, waiting: int, agents: int) -> float:
    """From a freed agent to his committed offer with nothing else going on, the median in seconds."""
    async with _driven(on, waiting, agents) as driver:
        begin = time.perf_counter()
        for _ in range(SAMPLES):
            await driver.one()
            if time.perf_counter() - begin > PATIENCE:
                break
        return quantile(driver.watch.seconds, 0.5)
