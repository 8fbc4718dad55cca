"""Forward-only migrations: the files `NNNN_name.sql` of a folder, each applied once, in its own transaction.

A file that was applied is history: changed or missing, the run stops before touching anything. One advisory
lock serialises several nodes that start at once.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

import asyncpg

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LOCK_KEY = 0x6875625F6D6967  # "hub_mig" as a number: any constant that nobody else locks
_LOCK_WAIT = 60.0  # seconds another node may take for its migrations

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """The schema cannot be brought up to date; the text names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name without number and ending, its text."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def file_name(self) -> str:
        return f"{self.version:04}_{self.name}.sql"


def read_folder(folder: Traversable) -> list[Migration]:
    """The migrations of a folder (a Path or a package resource) in order, numbered 1, 2, 3... without a gap.

    Raises MigrationError for a wrong name, a double or a missing number, an empty folder.
    """
    found = sorted((_parse(item) for item in folder.iterdir() if item.name.endswith(".sql")), key=_by_version)
    if not found:
        raise MigrationError(f"no migrations in {folder}: the installation is incomplete")
    for expected, migration in enumerate(found, start=1):
        if migration.version != expected:
            raise MigrationError(
                f"{migration.file_name}: number {expected:04} was expected here; "
                "number the files 0001, 0002... each once"
            )
    return found


async def migrate(connection: "asyncpg.Connection[Any]", folder: Traversable) -> list[Migration]:
    """Apply what is missing; returns what was applied, in order. Raises MigrationError."""
    known = read_folder(folder)
    await _lock(connection)
    try:
        await connection.execute(_TABLE)
        pending = _pending(known, await _applied(connection))
        for migration in pending:
            await _apply(connection, migration)
        return pending
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK_KEY)


async def pending(connection: "asyncpg.Connection[Any]", folder: Traversable) -> list[Migration]:
    """What `migrate` would apply now, with the same checks; changes nothing. Raises MigrationError."""
    exists = await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL")
    return _pending(read_folder(folder), await _applied(connection) if exists else {})


def _parse(item: Traversable) -> Migration:
    match = _FILE_NAME.fullmatch(item.name)
    if match is None:
        raise MigrationError(f"{item.name}: a migration is named like 0002_add_notes.sql")
    return Migration(int(match[1]), match[2], item.read_text(encoding="utf-8"))


def _by_version(migration: Migration) -> tuple[int, str]:
    return migration.version, migration.name


def _pending(known: list[Migration], applied: dict[int, tuple[str, str]]) -> list[Migration]:
    by_version = {migration.version: migration for migration in known}
    for version, (name, sha256) in sorted(applied.items()):
        present = by_version.get(version)
        if present is None or present.name != name:
            raise MigrationError(
                f"{version:04}_{name}.sql was applied to this database but is missing here: "
                "this program is older than the database, or the file was renamed; use the newer program"
            )
        if present.sha256 != sha256:
            raise MigrationError(
                f"{present.file_name} was changed after it was applied: restore its text "
                "and put the change into a new migration"
            )
    return [migration for migration in known if migration.version not in applied]


async def _applied(connection: "asyncpg.Connection[Any]") -> dict[int, tuple[str, str]]:
    rows = await connection.fetch("SELECT version, name, sha256 FROM schema_migrations")
    return {row["version"]: (row["name"], row["sha256"]) for row in rows}


async def _lock(connection: "asyncpg.Connection[Any]") -> None:
    """A session lock, because each migration commits by itself."""
    try:
        await connection.execute(f"SELECT pg_advisory_lock({_LOCK_KEY})", timeout=_LOCK_WAIT)
    except TimeoutError:
        raise MigrationError(
            f"another node has been migrating for more than {_LOCK_WAIT:.0f} s: look at it, then start again"
        ) from None


async def _apply(connection: "asyncpg.Connection[Any]", migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)",
                migration.version,
                migration.name,
                migration.sha256,
            )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.file_name}: {error}{_line(error, migration)}") from error


def _line(error: asyncpg.PostgresError, migration: Migration) -> str:
    position = getattr(error, "position", None)
    if position is None:
        return ""
    return f" (line {migration.sql.count(chr(10), 0, int(position) - 1) + 1})"
