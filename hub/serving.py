"""Runs a hub until it is told to stop, and stops it in stages: each with a limit, and naming what hangs."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from hub.errors import CannotListen, Failed
from hub.http.parts import PARTS

log = structlog.get_logger()
REQUESTS_LIMIT = 5.0  # seconds that requests on their way may take to end
START_LIMIT, STOP_LIMIT = 60.0, 20.0


async def serve(app: web.Application, address: tuple[str, int], ready: Callable[[], object],
                guests: Callable[[], Awaitable[object]] | None = None) -> None:
    """Listens until SIGINT or SIGTERM arrive, or a loop fails (then raises `Failed`).

    `guests` sends away whoever this process itself has brought, while the hub still listens. Raises `CannotListen`.
    """
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=REQUESTS_LIMIT)
    try:
        async with asyncio.timeout(START_LIMIT):
            await runner.setup()
        await _listen(runner, address)
        ready()
        await _until(app, stop)
    finally:
        log.info("stop.begins")
        if guests is not None:
            await _bounded("guests", guests)
        await _bounded("requests, sockets and loops", runner.cleanup)
        log.info("stop.done")


async def _listen(runner: web.AppRunner, address: tuple[str, int]) -> None:
    try:
        await web.TCPSite(runner, *address, backlog=1024).start()
    except OSError as error:
        raise CannotListen(f"Cannot listen on {address[0]}:{address[1]}: {error.strerror or type(error).__name__}. "
                           "Stop the program that listens there, or correct `listen`.") from error


async def _until(app: web.Application, stop: asyncio.Event) -> None:
    loops = app[PARTS].tasks
    stopped, failed = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(loops.failure())
    try:
        await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            raise Failed(failed.result())
    finally:
        stopped.cancel()
        failed.cancel()


async def _bounded(name: str, stage: Callable[[], Awaitable[object]]) -> None:
    try:
        async with asyncio.timeout(STOP_LIMIT):
            await stage()
    except TimeoutError:
        log.error("stop.hangs", stage=name, limit=STOP_LIMIT,
                  tasks=sorted(task.get_name() for task in asyncio.all_tasks() if not task.done()))
