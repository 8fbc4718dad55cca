"""What idle visitors cost: resident memory of the hub before and after they have connected."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from benchmarks.figures import Line
from benchmarks.stage import Stage, hub

VISITORS, PER_ADDRESS, SETTLE = 2000, 150, 5.0
LIMIT_KB, LIMIT_MB = 60, 150


async def measure(on: Stage) -> list[Line]:
    async with hub(on) as running:
        await asyncio.sleep(SETTLE)
        before = running.memory()
        async with _crowd(running.url, VISITORS):
            await asyncio.sleep(SETTLE)
            each = (running.memory() - before) / VISITORS / 1000
    return [
        Line("idle hub without PostgreSQL, resident MB", f"{before / 1e6:.0f}", target=f"< {LIMIT_MB}",
             met=before < LIMIT_MB * 1_000_000),
        Line(f"an idle visitor of {VISITORS}, kB", f"{each:.1f}", target=f"<= {LIMIT_KB}", met=each <= LIMIT_KB),
    ]


@asynccontextmanager
async def _crowd(url: str, number: int) -> AsyncIterator[None]:
    """Open websockets in the /chat namespace, from several loopback addresses as from several houses."""
    sessions = [aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(f"127.0.1.{n + 1}", 0), limit=0))
                for n in range(-(-number // PER_ADDRESS))]
    keepers: list[asyncio.Task[None]] = []
    try:
        for n in range(number):
            socket = await _connected(sessions[n // PER_ADDRESS], url)
            keepers.append(asyncio.create_task(_kept(socket)))
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        for session in sessions:
            await session.close()


async def _connected(session: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    async with asyncio.timeout(30):
        socket = await session.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket")
        await socket.receive_str()
        await socket.send_str("40/chat,{}")
        welcome = await socket.receive_str()
        if not welcome.startswith("40/chat"):
            raise RuntimeError(f"the hub admits no more visitors: {welcome}")
    return socket


async def _kept(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Answers the server's pings, as a browser's page does."""
    async for message in socket:
        if message.data == "2":
            await socket.send_str("3")
