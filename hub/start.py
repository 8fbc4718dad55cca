"""What has to be right before a hub may start, found all at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from hub.config import Settings
from hub.migrate import MigrationError, migrate, pending
from hub.postgres import EmbeddedPostgres
from hub.tasks import Loop

CONNECT_LIMIT, STATEMENT_LIMIT = 10.0, 15.0  # seconds
OLDEST_SERVER = 18
WATCH = 1.0  # seconds between looks at the embedded server
SCHEMA = files("hub") / "schema"
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ValueError)


@dataclass(frozen=True)
class Database:
    """Where the rows are. `watch` is the loop that starts an embedded server again after a crash."""

    dsn: str
    watch: Loop | None = None


@asynccontextmanager
async def database(settings: Settings, *, join: bool = False) -> AsyncIterator[Database]:
    """Yours (DATABASE_URL), or the embedded one, which runs as long as the context. Raises `PostgresError`."""
    if settings.database_url is not None:
        yield Database(settings.database_url.get_secret_value())
        return
    server = EmbeddedPostgres(settings.data / "postgres", join=join)
    async with server as dsn:
        yield Database(dsn, lambda: _keep(server))


def open_pool(dsn: str, size: int) -> asyncpg.Pool:
    """Connections that are not open yet: await it, or use it as a context."""
    return asyncpg.create_pool(
        dsn, min_size=1, max_size=size, timeout=CONNECT_LIMIT, command_timeout=STATEMENT_LIMIT, reset=_nothing_to_reset,
        server_settings={"application_name": "interaction-hub", "timezone": "UTC"})


async def _nothing_to_reset(conn: object) -> None:
    """The hub leaves no state in a session, so returning a connection costs no round trip."""


async def migrated(dsn: str) -> list[str]:
    """Brings the schema up to date; the names of what was applied. Raises `MigrationError`."""
    conn = await asyncpg.connect(dsn, timeout=CONNECT_LIMIT)
    try:
        return [one.file_name for one in await migrate(conn, SCHEMA)]
    finally:
        await conn.close(timeout=CONNECT_LIMIT)


async def wrong_with(settings: Settings, dsn: str) -> list[str]:
    """Everything that keeps the hub from starting, each with what to do."""
    found = []
    if settings.secret is None:
        found.append("There is no secret. Set HUB_SECRET (`openssl rand -hex 32`) or HUB_SECRET_FILE.")
    found += await wrong_with_database(dsn)
    if settings.redis_url is not None:
        found += await wrong_with_redis(settings.redis_url.get_secret_value())
    return found


async def wrong_with_database(dsn: str) -> list[str]:
    try:
        conn = await asyncpg.connect(dsn, timeout=CONNECT_LIMIT)
    except AWAY as error:
        return [plainly(error)]
    try:
        return await _wrong_inside(conn)
    except MigrationError as error:
        return [f"The database does not fit this program: {error}."]
    except AWAY as error:
        return [plainly(error)]
    finally:
        await conn.close(timeout=CONNECT_LIMIT)


def plainly(error: Exception) -> str:
    """What a terminal may say of an error of `AWAY`: never its own text, for databases quote rows and addresses."""
    kind = type(error).__name__
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror} ({kind})."
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return f"The database lacks migrations ({kind}). Run `hub migrate` first."
    if isinstance(error, asyncpg.IntegrityConstraintViolationError | asyncpg.DataError):
        return f"The database refused a value ({kind}). Nothing was changed. Correct what was given."
    return f"The database cannot be reached ({kind}). Check DATABASE_URL, and that it runs."


async def wrong_with_redis(url: str) -> list[str]:
    from redis.asyncio import Redis  # noqa: PLC0415 - a tenth of a second that commands without Redis need not wait
    from redis.exceptions import RedisError  # noqa: PLC0415 - the same

    try:
        async with asyncio.timeout(CONNECT_LIMIT), Redis.from_url(url) as redis:
            await redis.ping()
    except (RedisError, OSError, TimeoutError, ValueError) as error:
        return [f"Redis cannot be reached ({type(error).__name__}). Check REDIS_URL; one hub alone needs none."]
    return []


async def _wrong_inside(conn: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    server = conn.get_server_version().major
    if server < OLDEST_SERVER:
        return [f"The database is PostgreSQL {server}. The hub needs {OLDEST_SERVER} or newer."]
    waiting = await pending(conn, SCHEMA)
    if waiting:
        return [f"The database lacks {len(waiting)} migrations. Run `hub migrate` first."]
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM agents WHERE disabled_at IS NULL)"):
        return ["Nobody could log in. Add somebody: `hub user add LOGIN --name NAME --role supervisor`."]
    return []


async def _keep(server: EmbeddedPostgres) -> None:
    while True:
        if server.pid() is None:
            await server.start()
        await asyncio.sleep(WATCH)
