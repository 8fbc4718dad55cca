"""What every test may ask for: a database of its own, a clock, ids, Redis, a browser."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import asyncpg
import pytest
from hypothesis import settings

from tests.support import loopback
from tests.support.browser import launched_browser
from tests.support.clock import FakeClock, SeededIds
from tests.support.database import TestServer, running_server
from tests.support.redis import running_redis

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.support.hub import RunningHub

# How long an example takes says something about the machine, not about the code.
settings.register_profile("gate", deadline=None)
settings.load_profile("gate")

_MARKED = {"postgres_server": "io", "redis_url": "io", "browser": "browser"}


def pytest_configure() -> None:
    loopback.install()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks follow from fixtures, so that nobody forgets them."""
    for item in items:
        for fixture, mark in _MARKED.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In continuous integration a skipped test is a missing part of the machine, hence a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests fail the gate in continuous integration", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """One PostgreSQL for this process, with a template database migrated from hub/schema."""
    with running_server() as server:
        yield server


@pytest.fixture
async def dsn(postgres_server: TestServer) -> AsyncIterator[str]:
    """Address of a fresh, migrated database for this test alone."""
    database = await postgres_server.create()
    yield postgres_server.dsn(database)
    await postgres_server.drop(database)


@pytest.fixture
async def empty_dsn(postgres_server: TestServer) -> AsyncIterator[str]:
    """Address of a database without any schema."""
    database = await postgres_server.create(template=None)
    yield postgres_server.dsn(database)
    await postgres_server.drop(database)


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """Connections to the fresh database."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=10, timeout=30) as opened:
        yield opened


@pytest.fixture
async def running_hub(dsn: str) -> AsyncIterator["RunningHub"]:
    """A complete hub on a free port, over a fresh database."""
    from tests.support.hub import a_hub  # noqa: PLC0415 - the whole program, which unit tests do not need

    async with a_hub(dsn) as hub:
        yield hub


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Address of a real Redis; shared in this process, so use keys of your own."""
    with running_redis() as url:
        yield url


@pytest.fixture
async def browser() -> AsyncIterator["Browser"]:
    """A headless Chromium for this test."""
    async with launched_browser() as launched:
        yield launched


@pytest.fixture
def clock() -> FakeClock:
    """A `now` that the test sets."""
    return FakeClock()


@pytest.fixture
def new_id(clock: FakeClock) -> SeededIds:
    """Ids in order, the same in every run."""
    return SeededIds(clock)
