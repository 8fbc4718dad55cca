"""`python -m benchmarks.dispatch_node DSN`: one node's dispatch; begins with a line on stdin, ends with another."""

import asyncio
import sys

import uvloop

from benchmarks.dispatch_floor import connections, node


async def run(dsn: str) -> None:
    async with connections(dsn) as pool:
        await asyncio.gather(*(pool.fetchval("SELECT 1") for _ in range(4)))
        one = node(pool)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        running = asyncio.create_task(one.dispatch.run())
        await asyncio.to_thread(sys.stdin.readline)
        running.cancel()


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1]))
