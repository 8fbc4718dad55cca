"""One PostgreSQL for a test process, and a fresh database from a template for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from itertools import count
from pathlib import Path

import asyncpg

from hub.migrate import migrate
from hub.postgres import EmbeddedPostgres

TEMPLATE = "hub_template"
# Nothing of a test outlives the machine; durability itself is tested with the product's settings.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB",
         "max_wal_size": "64MB"}
# Each database is three hundred files to make and to remove: in memory that costs the machine a fifth.
_MEMORY, _ROOM = Path("/dev/shm"), 2 * 1024**3  # bytes


class TestServer:
    """A running server with a migrated template database."""

    __test__ = False

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._numbers = count(1)

    def dsn(self, database: str) -> str:
        """Address of a database for the hub's own role."""
        return self._server.dsn(database)

    async def create(self, template: str | None = TEMPLATE) -> str:
        """A new database, by default a copy of the migrated template; returns its name."""
        name = f"test_{next(self._numbers)}"
        source = f"TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
        await self._administer(f"CREATE DATABASE {name} OWNER hub {source}")
        return name

    async def drop(self, database: str) -> None:
        """Remove a database with everybody in it."""
        await self._administer(f"DROP DATABASE {database} WITH (FORCE)")

    async def build_template(self) -> None:
        """Migrate the schema of the hub into the template."""
        await self._administer(f"CREATE DATABASE {TEMPLATE} OWNER hub")
        connection = await asyncpg.connect(self.dsn(TEMPLATE), timeout=30)
        try:
            await migrate(connection, files("hub") / "schema")
        finally:
            await connection.close()

    async def _administer(self, command: str) -> None:
        connection = await asyncpg.connect(self._server.dsn("postgres", "postgres"), timeout=30)
        try:
            await connection.execute(command)
        finally:
            await connection.close()


@contextmanager
def running_server() -> Iterator[TestServer]:
    """Starts in a folder of its own in memory or else under the temporary directory, which is removed at the end.

    Not under pytest's: that one is closed to the account that PostgreSQL runs as when root tests.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-test-", dir=_place()))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder / "pg", settings=_FAST)
    try:
        asyncio.run(postgres.start())
        try:
            server = TestServer(postgres)
            asyncio.run(server.build_template())
            yield server
        finally:
            asyncio.run(postgres.stop())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path | None:
    """Where memory may be written as files and there is room for both workers; containers often allow 64 MB only."""
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return None
    return _MEMORY
