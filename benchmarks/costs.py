"""What work costs, whoever else uses the machine: processor time, and what is asked of the database."""

from dataclasses import dataclass

import asyncpg
import psutil

from benchmarks.stage import Running, Stage

COUNTING = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "top"}


@dataclass(frozen=True)
class Costs:
    """Seconds of the server's and PostgreSQL's processors; statements (BEGIN and COMMIT are some), commits."""

    server: float
    postgres: float
    statements: int
    commits: int

    def __sub__(self, other: "Costs") -> "Costs":
        return Costs(self.server - other.server, self.postgres - other.postgres, self.statements - other.statements,
                     self.commits - other.commits)

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(self.server + other.server, self.postgres + other.postgres, self.statements + other.statements,
                     self.commits + other.commits)


NOTHING = Costs(0, 0, 0, 0)


async def costs(on: Stage, running: Running) -> Costs:
    """Until now; the stage's PostgreSQL counts (`COUNTING`). Its processors' time is that of all databases."""
    conn = await asyncpg.connect(on.server.dsn("postgres", "postgres"), timeout=30)
    try:
        await conn.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        name = running.dsn.partition("?")[0].rpartition("/")[2]
        row = await conn.fetchrow(
            "SELECT coalesce(sum(s.calls), 0)::bigint AS statements, d.xact_commit AS commits FROM pg_stat_database d "
            "LEFT JOIN pg_stat_statements s ON s.dbid = d.datid WHERE d.datname = $1 GROUP BY d.xact_commit", name)
    finally:
        await conn.close()
    assert row is not None
    return Costs(_seconds(running.pid), _seconds(on.server.pid() or 0, children=True), row["statements"],
                 row["commits"])


def _seconds(pid: int, *, children: bool = False) -> float:
    main = psutil.Process(pid)
    used = main.cpu_times()
    total = used.user + used.system
    if children:
        total += used.children_user + used.children_system
        for one in main.children():
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
    return total
