"""A simulation in a process of its own: a job on its standard input; on its output lines of JSON, how much is done and,
at last, what came of it.

    python -m hub.simulation_process < job.json
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from typing import Any

LINE = 64 * 2**20  # bytes: no figures of any day are longer
POLITE = 10  # so much nicer than whoever answers customers


class Ended(Exception):
    """The process ended, or was ended, without figures."""


async def simulated(job: Mapping[str, Any], limit: float) -> AsyncGenerator[dict[str, Any]]:
    """`{"done": share}` again and again, then `{"figures": ...}`. Raises `Ended`, and `TimeoutError` after `limit`
    seconds; nothing of it goes on when nobody listens any more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        until = asyncio.get_running_loop().time() + limit
        async with asyncio.timeout_at(until):
            process.stdin.write(json.dumps(job, separators=(",", ":")).encode())
            await process.stdin.drain()
            process.stdin.close()
        while True:
            async with asyncio.timeout_at(until):
                line = await process.stdout.readline()
            if not line:
                raise Ended
            told = json.loads(line)
            yield told
            if "figures" in told:
                return
    except ConnectionError as gone:
        raise Ended from gone
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def main() -> None:
    from routing.simulation.compare import compared  # noqa: PLC0415 - only the process itself needs it

    os.nice(POLITE)
    job = json.load(sys.stdin)
    told = compared(job, lambda share: print(json.dumps({"done": share}), flush=True))
    print(json.dumps({"figures": told}, allow_nan=False), flush=True)


if __name__ == "__main__":
    main()
