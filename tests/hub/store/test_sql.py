"""Every named statement is one that PostgreSQL can prepare against the migrated schema."""

import importlib
from pathlib import Path

import asyncpg
import pytest

import hub.store
from hub.store import journal
from hub.store.sql import named

FOLDER = Path(hub.store.__file__).parent
FILES = sorted(FOLDER.glob("*.sql"))


def statements() -> list[tuple[str, str]]:
    return [(path.stem, name) for path in FILES for name in named(str(path.with_suffix(".py")))]


async def test_every_statement_can_be_prepared(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    broken = []
    async with pool.acquire() as conn:
        for stem, name in statements():
            try:
                await conn.prepare(named(str(FOLDER / f"{stem}.py"))[name])
            except asyncpg.PostgresError as problem:
                broken.append(f"{stem}.{name}: {problem}")
    assert not broken, "\n".join(broken)


async def test_all_parts_of_a_write_go_into_one_statement(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    async with pool.acquire() as conn:
        await conn.prepare(journal._statement(journal.PARTS))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_sql_file_has_its_module(path: Path) -> None:
    module = importlib.import_module(f"hub.store.{path.stem}")
    assert dict(module.sql) == dict(named(str(path)))


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_text("-- name: a\nSELECT 1;\n\n-- name: a\nSELECT 2;\n")
    with pytest.raises(ValueError, match="twice"):
        named(str(tmp_path / "x.py"))
