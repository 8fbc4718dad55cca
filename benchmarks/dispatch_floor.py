"""A floor for measuring dispatch: so many items wait, so many agents work or are free."""

from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from benchmarks.stage import Stage
from hub.clock import new_uuid, utc_now
from hub.config import DecisionSettings
from hub.decisions import Decisions
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.journal import Journal
from hub.migrate import migrate
from hub.start import open_pool
from routing.policy import Policy
from routing.policy_data import load

QUEUES, UNITS = 5, 30
POLICY = {
    "format": 1, "skills": ["german"], "default": {"queue": "q0"},
    "queues": [{"id": f"q{n}", "target_minutes": 5 + n, "offer_seconds": 600} for n in range(QUEUES)],
}  # fmt: skip

# Five queues, three channels, two priorities, and rules with and without rings: 60 kinds of work, an hour of it.
ITEMS = """
INSERT INTO interactions (id, reference, channel, source, customer_id, queue_id, state, units, priority, placement,
                          created_at, queued_at, entered_at, last_at, version)
SELECT gen_random_uuid(), gen_random_uuid()::text, (ARRAY['webchat', 'email', 'form'])[1 + n / 5 % 3], 'bench',
       md5('c')::uuid, 'q' || n % 5, 'queued', 30, CASE WHEN n / 15 % 8 = 0 THEN 2 ELSE 0 END,
       CASE WHEN n / 120 % 4 = 0 THEN jsonb_build_object('queue', 'q' || n % 5, 'require', 'german >= 2',
                                                         'rings', '[{"after_seconds": 120}]'::jsonb) END,
       t.at, t.at, t.at, t.at, 1
FROM generate_series($1::integer, $2::integer) n,
     LATERAL (SELECT now() - make_interval(secs => n * 7919 % 3600) AS at) t
"""
AGENTS = """
WITH made AS (
    INSERT INTO agents (id, login, name, role, password_hash, queues, skills, capacity, created_at, declared,
                        declared_since, idle_since)
    SELECT gen_random_uuid(), 'a' || n, 'Agent ' || n, 'agent', '', ARRAY['q' || n % 5, 'q' || (n + 1) % 5],
           CASE WHEN n % 3 = 0 THEN '{"german": 3}'::jsonb ELSE '{}' END, 30, now(), 'available', now(),
           now() - make_interval(secs => n * 31 % 600)
    FROM generate_series(1, $1::integer) n RETURNING id, queues
), connected AS (
    INSERT INTO connections (id, agent_id, node, opened_at, expires_at)
    SELECT id::text, id, 'bench', now(), now() + interval '1 day' FROM made
)
INSERT INTO interactions (id, reference, channel, source, customer_id, queue_id, state, agent_id, units, created_at,
                          queued_at, entered_at, answered_at, due_at, last_at, version)
SELECT gen_random_uuid(), 'H' || id, 'webchat', 'bench', md5('c')::uuid, queues[1], 'wrapping', id, 30, now(), now(),
       now(), now(), now() + interval '1 day', now(), 1
FROM made WHERE $2::boolean
"""
ASSIGNED = """
INSERT INTO assignments (id, interaction_id, agent_id, units, started_at)
SELECT gen_random_uuid(), id, agent_id, units, now() FROM interactions WHERE state = 'wrapping'
"""


@dataclass(frozen=True)
class Node:
    """What dispatches in one process, as the hub composes it."""

    journal: Journal
    doorbell: Doorbell
    dispatch: Dispatch


def policy() -> Policy:
    return load(POLICY)


def node(pool: asyncpg.Pool) -> Node:
    doorbell, current = Doorbell(), (1, policy())
    journal = Journal(pool, utc_now, new_uuid, doorbell)
    return Node(journal, doorbell, Dispatch(journal, doorbell, lambda: current,
                                            Decisions(journal, DecisionSettings(days=14, megabytes_a_day=10_000))))


def connections(dsn: str) -> asyncpg.Pool:
    return open_pool(dsn, 10)


async def floor(on: Stage, name: str, waiting: int, agents: int, *, busy: bool) -> str:
    """The address of a database with such a floor."""
    dsn = await on.database(name)
    conn = await asyncpg.connect(dsn, timeout=30)
    try:
        await migrate(conn, files("hub") / "schema")
        await conn.execute("INSERT INTO customers (id, name, created_at) VALUES (md5('c')::uuid, 'Customer', now())")
        await conn.execute("INSERT INTO queues (id, name) SELECT 'q' || n, '{}' FROM generate_series(0, 4) n")
        await conn.execute(ITEMS, 1, waiting, timeout=600)
        await conn.execute(AGENTS, agents, busy, timeout=600)
        await conn.execute(ASSIGNED)
        await conn.execute("VACUUM ANALYZE")
    finally:
        await conn.close()
    return dsn
