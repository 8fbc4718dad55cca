"""One customer's timeline in a base of a million touches, at the store."""

import random
import time
from importlib.resources import files
from uuid import UUID

import asyncpg

from benchmarks.figures import Line, quantile
from benchmarks.stage import Stage
from hub.migrate import migrate
from hub.store import history

CUSTOMERS, TOUCHES, READS, LIMIT_MS = 20_000, 50, 1000, 20.0

# References between tables are switched off while a million rows go in; what goes in obeys them.
FILL = """
SET session_replication_role = replica;
INSERT INTO queues (id, name) VALUES ('support', '{"en": "Support"}');
INSERT INTO customers (id, name, created_at)
SELECT md5('c' || n)::uuid, 'Customer ' || n, now() FROM generate_series(1, {customers}) n;
INSERT INTO interactions (id, reference, channel, source, customer_id, queue_id, state, units, created_at, queued_at,
                          entered_at, last_at, version)
SELECT md5('i' || n)::uuid, 'R' || n, 'form', 'form:contact', md5('c' || n)::uuid, 'support', 'done', 20, now(), now(),
       now(), now(), {touches} FROM generate_series(1, {customers}) n;
INSERT INTO touches (id, interaction_id, version, customer_id, channel, kind, at, recorded_at, actor)
SELECT md5('t' || n || '.' || v)::uuid, md5('i' || n)::uuid, v, md5('c' || n)::uuid, 'form', 'received',
       now() - make_interval(secs => (n * 7919 + v * 104729) % 31536000), now(), 'customer'
FROM generate_series(1, {customers}) n, generate_series(1, {touches}) v;
INSERT INTO messages (id, interaction_id, number, touch_id, direction, client_id, text, at, state, state_at)
SELECT id, interaction_id, version, id, 'in', version::text, 'My light is out, touch ' || version, at, 'received', at
FROM touches;
ANALYZE;
"""


async def measure(on: Stage) -> list[Line]:
    name = "timeline_bench"
    conn = await asyncpg.connect(await on.database(name), timeout=30)
    try:
        await migrate(conn, files("hub") / "schema")
    finally:
        await conn.close()
    conn = await asyncpg.connect(on.server.dsn(name, "postgres"), timeout=30)
    try:
        fill = FILL.replace("{customers}", str(CUSTOMERS)).replace("{touches}", str(TOUCHES))
        await conn.execute(fill, timeout=600)
        times = await _read(conn)
    finally:
        await conn.close()
    p99 = quantile(times, 0.99) * 1000
    return [
        Line(f"timeline, first page, {CUSTOMERS * TOUCHES:,} touches, p50, ms", f"{quantile(times, 0.5) * 1000:.2f}"),
        Line("  its p99, ms", f"{p99:.2f}", target=f"< {LIMIT_MS:.0f}", met=p99 < LIMIT_MS),
    ]


async def _read(conn: "asyncpg.Connection[asyncpg.Record]") -> list[float]:
    ids = [row["id"] for row in await conn.fetch("SELECT id FROM customers")]
    pick, times = random.Random(1), []
    for _ in range(READS):
        customer: UUID = pick.choice(ids)
        begin = time.perf_counter()
        page = await history.timeline(conn, customer, None, 50, None, ())
        times.append(time.perf_counter() - begin)
        if len(page.items) != TOUCHES:
            raise RuntimeError("the timeline is not whole")
    return times
