"""A small HTTP/1.1 load: keep-alive connections, each sending its next request when the last is answered."""

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Load:
    """What was answered, and how fast (seconds)."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


async def post(url: str, bodies: "Bodies", connections: int, seconds: float) -> Load:
    """POSTs JSON for `seconds` over so many connections."""
    load, parts = Load(), urlsplit(url)
    begin = time.perf_counter()
    await asyncio.gather(*(_one(load, parts.hostname or "", parts.port or 80, parts.path, bodies, begin + seconds)
                           for _ in range(connections)))
    load.seconds = time.perf_counter() - begin
    return load


class Bodies:
    """Endless different form entries."""

    def __init__(self, mark: str) -> None:
        self._mark, self._count = mark, 0

    def next(self) -> bytes:
        self._count += 1
        return (f'{{"name": "Customer {self._count}", "email": "c{self._count}.{self._mark}@example.com",'
                f' "phone": "", "message": "My light is out since Monday, number {self._count}."}}').encode()


async def _one(load: Load, host: str, port: int, path: str, bodies: Bodies, until: float) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while time.perf_counter() < until:
            body, begin = bodies.next(), time.perf_counter()
            writer.write(b"POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\n"
                         b"Accept: application/json\r\nContent-Length: %d\r\n\r\n%s"
                         % (path.encode(), host.encode(), port, len(body), body))
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            await reader.readexactly(_length(head))
            if head.startswith(b"HTTP/1.1 202"):
                load.times.append(time.perf_counter() - begin)
            else:
                load.wrong += 1
    finally:
        writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without its length")
