"""Migrations run once, in order, whole; history is not rewritten."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from hub.migrate import MigrationError, migrate, pending, read_folder

FIRST = "CREATE TABLE notes (id integer PRIMARY KEY);"
SECOND = "ALTER TABLE notes ADD COLUMN text text NOT NULL DEFAULT '';"


Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def connection(empty_dsn: str) -> AsyncIterator[Connection]:
    opened = await asyncpg.connect(empty_dsn)
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_notes.sql").write_text(FIRST)
    (tmp_path / "0002_note_text.sql").write_text(SECOND)
    return tmp_path


async def test_applies_in_order_and_once(connection: Connection, folder: Path) -> None:
    assert [m.version for m in await pending(connection, folder)] == [1, 2]
    applied = await migrate(connection, folder)
    assert [m.file_name for m in applied] == ["0001_notes.sql", "0002_note_text.sql"]
    assert await migrate(connection, folder) == []
    assert await pending(connection, folder) == []
    rows = await connection.fetch("SELECT version, name FROM schema_migrations ORDER BY version")
    assert [tuple(row) for row in rows] == [(1, "notes"), (2, "note_text")]


async def test_later_file_alone_is_applied(connection: Connection, folder: Path) -> None:
    await migrate(connection, folder)
    (folder / "0003_more.sql").write_text("CREATE TABLE more ();")
    assert [m.name for m in await migrate(connection, folder)] == ["more"]


async def test_changed_file_is_refused_before_anything_runs(connection: Connection, folder: Path) -> None:
    await migrate(connection, folder)
    (folder / "0001_notes.sql").write_text(FIRST + " -- better")
    (folder / "0003_more.sql").write_text("CREATE TABLE more ();")
    with pytest.raises(MigrationError, match=r"0001_notes\.sql was changed after it was applied"):
        await migrate(connection, folder)
    assert await connection.fetchval("SELECT to_regclass('more')") is None


@pytest.mark.parametrize("rename", [True, False])
async def test_missing_file_is_refused(connection: Connection, folder: Path, rename: bool) -> None:
    await migrate(connection, folder)
    second = folder / "0002_note_text.sql"
    if rename:
        second.rename(folder / "0002_other.sql")
    else:
        second.unlink()
    with pytest.raises(MigrationError, match=r"0002_note_text\.sql was applied .* missing"):
        await migrate(connection, folder)


async def test_failing_file_leaves_no_half(connection: Connection, folder: Path) -> None:
    (folder / "0002_note_text.sql").write_text("CREATE TABLE half (); ALTER TABLE nowhere ADD COLUMN x int;")
    with pytest.raises(MigrationError, match=r"0002_note_text\.sql: relation \"nowhere\" does not exist"):
        await migrate(connection, folder)
    assert await connection.fetchval("SELECT to_regclass('half')") is None
    assert await connection.fetchval("SELECT max(version) FROM schema_migrations") == 1
    (folder / "0002_note_text.sql").write_text(SECOND)
    assert [m.version for m in await migrate(connection, folder)] == [2]


async def test_syntax_error_names_its_line(connection: Connection, folder: Path) -> None:
    (folder / "0002_note_text.sql").write_text("SELECT 1;\n\nCREATE TABEL oops ();")
    with pytest.raises(MigrationError, match=r"\(line 3\)"):
        await migrate(connection, folder)


async def test_nodes_starting_together_migrate_once(empty_dsn: str, folder: Path) -> None:
    nodes = await asyncio.gather(*(asyncpg.connect(empty_dsn) for _ in range(4)))
    applied = await asyncio.gather(*(migrate(node, folder) for node in nodes))
    assert sorted(len(one) for one in applied) == [0, 0, 0, 2]
    for node in nodes:
        await node.close()


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["0001_a.sql", "0003_c.sql"], r"0003_c\.sql: number 0002 was expected"),
        (["0001_a.sql", "0001_b.sql"], r"0001_b\.sql: number 0002 was expected"),
        (["1_a.sql"], r"1_a\.sql: a migration is named like"),
        (["0001_a.sql", "0002_B.sql"], r"0002_B\.sql: a migration is named like"),
        ([], "no migrations in"),
    ],
)
def test_folder_must_be_in_order(tmp_path: Path, names: list[str], complaint: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    (tmp_path / "README.md").write_text("not a migration")
    with pytest.raises(MigrationError, match=complaint):
        read_folder(tmp_path)


async def test_schema_of_the_hub_is_complete(dsn: str) -> None:
    schema = Path(__file__).parents[2] / "hub" / "schema"
    connection = await asyncpg.connect(dsn)
    try:
        assert await pending(connection, schema) == []
    finally:
        await connection.close()
