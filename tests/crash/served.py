"""A hub as a process of its own on a database that outlives it, and the emulator's telephone line to it.

Processes are forked from one that has loaded the program already: dying is real, only loading is saved.
"""

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import aiohttp
import asyncpg

from hub.app import World, build
from hub.clock import new_uuid, utc_now
from hub.config import load
from hub.model import Role
from hub.serving import serve
from hub.store.users import NewUser
from hub.users import Users
from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.exchange import ExchangeOptions, Timings
from tests.hub.calling_back import offering
from tests.hub.telephone import OURS
from tests.support.hub import CHEAP, LIMIT, PASSWORD, QUEUES, SECRET, Ears, Person, RunningHub
from tests.support.waiting import until, unused_port

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
START_LIMIT = 60.0  # seconds
QUICK = Timings(setup=0.05, say_per_character=0.001, say_least=0.05, recording_ready=0.2, calls_per_second=50.0)
KEY = 20_26  # of the lock at which a hub is held


class Served:
    """`kill` is SIGKILL. `hold` stops the hub inside a transaction, where a test may kill it."""

    def __init__(self, dsn: str, folder: Path, pool: "asyncpg.Pool[asyncpg.Record]", stack: AsyncExitStack) -> None:
        self.dsn, self.pool, self.stack = dsn, pool, stack
        self.port = unused_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "hub.log"
        self.settings: dict[str, Any] = {}
        self._process: Any = None  # of multiprocessing
        self._held: asyncpg.Connection[asyncpg.Record] | None = None

    def configure(self, **settings: Any) -> None:
        self.settings = {"listen": f"127.0.0.1:{self.port}", "secret": SECRET, "queues": QUEUES, **settings}

    async def start(self) -> None:
        """Returns when contacts are taken."""
        self._process = FORKS.Process(target=_run, args=(str(self.log), self.dsn, self.settings), daemon=True)
        self._process.start()
        await until(self._answers, limit=START_LIMIT, step=0.02)

    async def _answers(self) -> bool:
        if not self._process.is_alive():
            raise RuntimeError(f"the hub did not start:\n{self.log.read_text()[-3000:]}")
        with suppress(aiohttp.ClientError, TimeoutError):
            async with aiohttp.ClientSession(timeout=LIMIT) as http, http.get(f"{self.url}/healthz") as answer:
                return answer.status == 200
        return False

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)

    async def killed(self) -> None:
        """Dead at this very moment, and another one in its place."""
        await self.kill()
        await self.let_go()
        await self.start()

    # --- people -------------------------------------------------------------------------------------------------------

    async def account(self, login: str, role: Role = "agent") -> None:
        users = Users(self.pool, utc_now, new_uuid, hasher=CHEAP)
        await users.add(NewUser(login, login.title(), role, queues=("support", "sales")), PASSWORD)

    async def person(self, login: str, role: Role = "agent") -> Person:
        """A new account, logged in over HTTP; its session outlives the hub's process."""
        await self.account(login, role)
        person = await self.stranger()
        assert (await person.log_in(login)).status == 200
        return person

    async def stranger(self) -> Person:
        http = aiohttp.ClientSession(timeout=LIMIT, cookie_jar=aiohttp.CookieJar(unsafe=True))
        await self.stack.enter_async_context(http)
        return Person(cast("RunningHub", self), http)

    async def listens(self, person: Person) -> Ears:
        """His console, open again."""
        ears = await person.listen()
        await person.available()
        return ears

    # --- moments ------------------------------------------------------------------------------------------------------

    async def hold(self, table: str, when: str = "true") -> None:
        """From now on whoever inserts into `table` a row for which `when` holds (of NEW) stops, uncommitted."""
        await self.pool.execute(
            "CREATE OR REPLACE FUNCTION held_up() RETURNS trigger LANGUAGE plpgsql AS"
            f" 'BEGIN PERFORM pg_advisory_xact_lock_shared({KEY}); RETURN NEW; END'")
        await self.pool.execute(f"CREATE TRIGGER held_up AFTER INSERT ON {table} FOR EACH ROW WHEN ({when})"
                                " EXECUTE FUNCTION held_up()")
        self._held = await asyncpg.connect(self.dsn)
        await self._held.execute("SELECT pg_advisory_lock($1)", KEY)

    async def held(self) -> None:
        """Returns when the hub stands still there."""
        await until(lambda: self.pool.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted)", KEY),
            limit=START_LIMIT)

    async def let_go(self) -> None:
        """The dead hub's transaction ends as the end of its connection does; the next one passes."""
        if self._held is not None:
            held, self._held = self._held, None
            await held.close()
            await self.pool.execute("DROP FUNCTION held_up CASCADE")

    async def clean_up(self) -> None:
        await self.kill()
        await self.let_go()


@asynccontextmanager
async def a_served_hub(dsn: str, folder: Path) -> AsyncIterator[Served]:
    """Configured by the caller, and started."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(asyncpg.create_pool(dsn, min_size=1, max_size=3))
        hub = Served(dsn, folder, pool, stack)
        stack.push_async_callback(hub.clean_up)
        yield hub


@asynccontextmanager
async def a_served_line(dsn: str, folder: Path) -> AsyncIterator[tuple[Served, Sim]]:
    """A hub that runs, and a telephone provider that lives on when it is killed; agents' telephones ring long."""
    options = ExchangeOptions(timings=QUICK)
    async with running_sim(options, real_time=True) as sim, a_served_hub(dsn, folder) as hub:
        ours = sim.exchange.account
        account = {"id": "main", "account_sid": ours.sid, "api_key_sid": ours.key_sid, "api_url": sim.base_url,
                   "secrets": {"auth_token": ours.auth_token, "api_key_secret": ours.key_secret}}
        hub.configure(twilio=[account], voice={**offering(), "ring_seconds": 120})
        sim.number(OURS, f"{hub.url}/twilio/main/voice/in", status_callback=f"{hub.url}/twilio/main/voice/status")
        await hub.start()
        yield hub, sim


def _run(log: str, dsn: str, settings: dict[str, Any]) -> None:
    """What `hub serve` does, but that passwords cost little."""
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(written, 1)
    os.dup2(written, 2)
    asyncio.run(_serve(dsn, settings))


async def _serve(dsn: str, settings: dict[str, Any]) -> None:
    configured = load(None, {}, **settings)
    await serve(build(configured, dsn, World(hasher=CHEAP)), configured.address, lambda: None)
