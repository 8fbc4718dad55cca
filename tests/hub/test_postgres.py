"""The embedded server: found again, adopted after a kill, stopped in time, shared on request."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from hub.postgres import EmbeddedPostgres, PostgresError
from tests.support.waiting import until

pytestmark = [pytest.mark.io, pytest.mark.timeout(120)]

# A hub that starts the server and then hangs until it is killed.
HOLDER = """
import asyncio, sys
from pathlib import Path
from hub.postgres import EmbeddedPostgres
async def hold():
    async with EmbeddedPostgres(Path(sys.argv[1])):
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that the account of PostgreSQL may enter, with nothing left running in it at the end."""
    root = Path(tempfile.mkdtemp(prefix="hub-pg-"))
    root.chmod(0o711)
    yield root / "var" / "postgres"
    leftover = EmbeddedPostgres(root / "var" / "postgres").pid()
    if leftover is not None:
        psutil.Process(leftover).kill()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    async def make(folder: Path) -> None:
        async with EmbeddedPostgres(folder):
            pass

    with temporary_folder() as folder:
        asyncio.run(make(folder))
        yield folder


@pytest.fixture
def folder(made_once: Path) -> Iterator[Path]:
    """A folder with a cluster that was stopped in order; copied, because initdb takes a second."""
    with temporary_folder() as copy:
        copy.parent.mkdir()
        subprocess.run(["cp", "-a", made_once, copy], check=True, timeout=30)
        yield copy


async def count_rows(dsn: str) -> int:
    connection = await asyncpg.connect(dsn, timeout=20)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (id serial)")
        await connection.execute("INSERT INTO kept DEFAULT VALUES")
        count: int = await connection.fetchval("SELECT count(*) FROM kept")
        return count
    finally:
        await connection.close()


def start_holder(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


async def test_starts_from_nothing_and_finds_its_data_again(empty_folder: Path) -> None:
    async with EmbeddedPostgres(empty_folder) as dsn:
        assert await count_rows(dsn) == 1
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SELECT current_user") == "hub"
        assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = 'hub'") is False
        assert await connection.fetchval("SHOW listen_addresses") == ""
        await connection.close()
    assert EmbeddedPostgres(empty_folder).pid() is None
    async with EmbeddedPostgres(empty_folder) as dsn:
        assert await count_rows(dsn) == 2


async def test_keeps_its_password_to_itself(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as dsn:
        assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(dsn, password="guessed")


async def test_knows_letters_beyond_ascii(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as dsn:
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE EXTENSION pg_trgm")
        assert await connection.fetchval("SELECT lower('ÄÉ')") == "äé"
        assert await connection.fetchval("SELECT cardinality(show_trgm('你好世界'))") > 0
        await connection.close()


async def test_adopts_the_server_of_a_killed_hub(folder: Path) -> None:
    holder = start_holder(folder)
    server = EmbeddedPostgres(folder).pid()
    assert server is not None
    assert os.getpgid(server) != os.getpgid(holder.pid), "Ctrl-C must not reach the database before the hub"
    holder.kill()
    holder.wait(10)
    async with EmbeddedPostgres(folder) as dsn:
        assert EmbeddedPostgres(folder).pid() == server
        assert await count_rows(dsn) == 1
    assert EmbeddedPostgres(folder).pid() is None


async def test_recovers_after_everything_was_killed(folder: Path) -> None:
    holder = start_holder(folder)
    postgres = EmbeddedPostgres(folder)
    server = postgres.pid()
    assert server is not None
    assert await count_rows(postgres.dsn()) == 1
    holder.kill()
    psutil.Process(server).kill()
    holder.wait(10)
    async with EmbeddedPostgres(folder) as dsn:
        assert await count_rows(dsn) == 2


async def test_pid_file_that_names_a_stranger_is_no_obstacle(folder: Path) -> None:
    async with EmbeddedPostgres(folder):
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
    # In a container the number of the dead server is soon another process's, here that of this test.
    (folder / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert EmbeddedPostgres(folder).pid() is None
    async with EmbeddedPostgres(folder) as dsn:
        assert await count_rows(dsn) == 1


async def test_half_made_cluster_is_made_again(empty_folder: Path) -> None:
    half = empty_folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with EmbeddedPostgres(empty_folder) as dsn:
        assert await count_rows(dsn) == 1
    assert not half.exists()


async def test_start_again_revives_a_server_that_died(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder)
    async with postgres as dsn:
        assert await count_rows(dsn) == 1
        server = postgres.pid()
        assert server is not None
        psutil.Process(server).kill()
        await until(lambda: postgres.pid() is None)
        assert await postgres.start() == dsn
        assert await count_rows(dsn) == 2


async def test_second_hub_is_told_and_a_command_may_join(folder: Path) -> None:
    holder = start_holder(folder)
    with pytest.raises(PostgresError, match="another process already runs the database"):
        await EmbeddedPostgres(folder).start()
    guest = EmbeddedPostgres(folder, join=True)
    async with guest as dsn:
        assert not guest.owner
        assert await count_rows(dsn) == 1
    assert guest.pid() is not None, "a guest must not stop the server"
    holder.send_signal(signal.SIGINT)
    holder.wait(30)
    assert guest.pid() is None


async def test_stop_is_bounded_even_with_work_under_way(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder, stop_wait=5)
    dsn = await postgres.start()
    connection = await asyncpg.connect(dsn)
    sleeping = asyncio.ensure_future(connection.execute("SELECT pg_sleep(600)"))
    await asyncio.wait_for(postgres.stop(), 20)
    assert postgres.pid() is None
    with pytest.raises((asyncpg.PostgresError, ConnectionError)):
        await sleeping
    connection.terminate()


async def test_long_path_gets_a_short_socket(empty_folder: Path) -> None:
    deep = empty_folder / ("long" * 20) / "postgres"
    postgres = EmbeddedPostgres(deep)
    try:
        async with postgres as dsn:
            assert len(dsn.split("host=")[1]) < 100
            assert await count_rows(dsn) == 1
    finally:
        shutil.rmtree(dsn.split("host=")[1])


async def test_data_of_another_version_is_refused(empty_folder: Path) -> None:
    (empty_folder / "data").mkdir(parents=True)
    (empty_folder / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresError, match="written by PostgreSQL 16, this hub carries 18"):
        async with EmbeddedPostgres(empty_folder):
            pass


async def test_foreign_folder_is_refused(empty_folder: Path) -> None:
    (empty_folder / "data").mkdir(parents=True)
    with pytest.raises(PostgresError, match="is no PostgreSQL data folder"):
        async with EmbeddedPostgres(empty_folder):
            pass


async def test_server_that_cannot_start_shows_its_log(folder: Path) -> None:
    with pytest.raises(PostgresError, match="shared_buffers"):
        async with EmbeddedPostgres(folder, settings={"shared_buffers": "nonsense"}):
            pass


async def test_quotes_in_a_path_are_harmless(empty_folder: Path) -> None:
    async with EmbeddedPostgres(empty_folder.parent / "it's here") as dsn:
        assert await count_rows(dsn) == 1
