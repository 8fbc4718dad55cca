"""An open-loop load in a process of its own: each request has its moment, whether or not the last was answered.

Timed is from that moment, not from the sending: who cannot keep up is not spared the questions that he delays.
`python -m benchmarks.paced` reads the requests from standard input and writes what came of them; see `paced`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import uvloop

LIMIT = 60.0  # seconds for one answer
CONNECTIONS = 256  # at once, kept alive; more requests under way than these wait, and their time counts


@dataclass(frozen=True)
class Request:
    path: str
    body: str
    headers: dict[str, str]


@dataclass
class Paced:
    """`times`: seconds from each request's moment to its answer. `late`: to its sending, at most."""

    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # statuses that were not 2..
    late: float = 0.0
    cpu: float = 0.0

    def add(self, other: "Paced") -> None:
        self.times += other.times
        self.wrong += other.wrong
        self.late = max(self.late, other.late)
        self.cpu += other.cpu


async def paced(port: int, rate: float, requests: Sequence[Request]) -> Paced:
    """Sends them to this machine, `rate` a second, from another process."""
    told = {"port": port, "rate": rate,
            "requests": [(one.path, one.body, one.headers) for one in requests]}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.paced", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(len(requests) / rate + 2 * LIMIT):
        said, _ = await process.communicate(json.dumps(told).encode())
    if process.returncode:
        raise RuntimeError("the load ended before its end")
    return Paced(**json.loads(said))


class _Line:
    """Connections to one server, the warmest first."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._most = asyncio.Semaphore(CONNECTIONS)

    async def ask(self, sent: bytes) -> str:
        async with self._most:
            link = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = link
            writer.write(sent)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            self._free.append(link)
            return head[9:12].decode()


def _length(head: bytes) -> int:
    if head[9:12] == b"204":
        return 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without its length")


async def _run(told: dict[str, Any]) -> Paced:
    done, line, port = Paced(), _Line(told["port"]), told["port"]
    ready = [_bytes(port, *one) for one in told["requests"]]
    begin = time.perf_counter() + 0.2

    async def one(due: float, sent: bytes) -> None:
        done.late = max(done.late, time.perf_counter() - due)
        async with asyncio.timeout(LIMIT):
            status = await line.ask(sent)
        if not status.startswith("2"):
            done.wrong.append(status)
        done.times.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as group:
        for number, sent in zip(count(), ready):
            due = begin + number / told["rate"]
            if (left := due - time.perf_counter()) > 0:
                await asyncio.sleep(left)
            group.create_task(one(due, sent))
    done.cpu = time.process_time()
    return done


def _bytes(port: int, path: str, body: str, headers: dict[str, str]) -> bytes:
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    content = body.encode()
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(content)}\r\n{more}\r\n").encode() + content


if __name__ == "__main__":
    print(json.dumps(vars(uvloop.run(_run(json.loads(sys.stdin.read()))))))
