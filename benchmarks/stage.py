"""What every measurement stands on: a durable PostgreSQL, a hub and its peers as processes of their own."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import asyncpg

from hub.postgres import EmbeddedPostgres

PASSWORD = "a-benchmark-of-the-hub"  # of accounts that live as long as one run
CONFIG = """
listen = "127.0.0.1:{port}"

[webchat]
messages_per_minute = 1000000

[forms.contact]
title = "Contact"
rate_per_minute = 0
fields = [
  {{ name = "name", label = "Name", required = true, means = "name" }},
  {{ name = "email", label = "E-mail", type = "email", required = true, means = "email" }},
  {{ name = "phone", label = "Phone", type = "phone", means = "phone" }},
  {{ name = "message", label = "Message", type = "textarea", required = true, means = "message" }},
]
"""


@dataclass(frozen=True)
class Stage:
    folder: Path
    server: EmbeddedPostgres

    async def database(self, name: str) -> str:
        """Address of a fresh, empty database."""
        conn = await asyncpg.connect(self.server.dsn("postgres", "postgres"), timeout=30)
        try:
            await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await conn.execute(f'CREATE DATABASE "{name}" OWNER hub')
        finally:
            await conn.close()
        return self.server.dsn(name)


@dataclass(frozen=True)
class Running:
    """A server under measurement."""

    url: str
    pid: int
    dsn: str

    def memory(self) -> int:
        """Resident bytes of the process."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the kernel names no resident memory")


@asynccontextmanager
async def stage(settings: Mapping[str, str] | None = None) -> AsyncIterator[Stage]:
    """PostgreSQL as the hub itself starts it, fsync on, in a folder that goes away; `settings` of its besides."""
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    folder.chmod(0o711)
    try:
        server = EmbeddedPostgres(folder / "pg", settings=settings)
        async with server:
            yield Stage(folder, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def hub(on: Stage, name: str = "hub_bench", more: str = "", **environ: str) -> AsyncIterator[Running]:
    """`hub serve` with one supervisor and one agent, as an administrator would start it; `more` configuration."""
    dsn, port = await on.database(name), free_port()
    config = on.folder / f"{name}.toml"
    config.write_text(CONFIG.format(port=port) + more, "utf-8")
    environment = {"DATABASE_URL": dsn, "HUB_SECRET": "b" * 64, "HUB_CONFIG": str(config), **environ}
    await _ended("-m", "hub", "migrate", environment=environment)
    for login, role in (("ann", "agent"), ("sue", "supervisor")):
        await _ended("-m", "hub", "user", "add", login, "--name", login.title(), "--role", role, "--queue", "support",
                     "--password-stdin", environment=environment, typed=PASSWORD)
    async with _process("-m", "hub", "serve", environment=environment) as pid:
        url = f"http://127.0.0.1:{port}"
        await _answers(f"{url}/healthz")
        yield Running(url, pid, dsn)


@asynccontextmanager
async def peer(on: Stage, name: str) -> AsyncIterator[Running]:
    dsn, port = await on.database(f"peer_{name}"), free_port()
    async with _process("-m", f"benchmarks.peers.{name}", str(port), environment={"DATABASE_URL": dsn}) as pid:
        await _answers(f"http://127.0.0.1:{port}/")
        yield Running(f"http://127.0.0.1:{port}", pid, dsn)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _ended(*command: str, environment: Mapping[str, str], typed: str = "") -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env={**os.environ, **environment}, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    said, _ = await asyncio.wait_for(process.communicate(f"{typed}\n".encode()), 60)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.decode()}")


@asynccontextmanager
async def _process(*command: str, environment: Mapping[str, str]) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env={**os.environ, **environment})
    try:
        yield process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _answers(url: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
