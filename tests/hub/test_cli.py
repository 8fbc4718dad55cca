"""The command line, as a stranger uses it: a process of its own, its exit code and what it prints."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

import aiohttp
import asyncpg
import pytest

from hub.start import plainly
from tests.support.waiting import until, unused_port

ROOT = Path(__file__).parents[2]
SECRET = "s" * 32
LIMIT = 50.0  # seconds for one command


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own: that one is closed to the account that PostgreSQL runs as when root tests."""
    path = Path(mkdtemp(prefix="hub-cli-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


async def hub(*arguments: str, given: str = "", **environment: str) -> tuple[int, str, str]:
    process = await begin(*arguments, **environment)
    async with asyncio.timeout(LIMIT):
        out, err = await process.communicate(given.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def begun(*arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that does not outlive its test, whatever happens."""
    process = await begin(*arguments, **environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def begin(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("HUB_", "DATABASE", "REDIS"))}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *arguments, cwd=ROOT, env=inherited | environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)


async def wait_for(process: asyncio.subprocess.Process, text: str) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    seen = ""
    async with asyncio.timeout(LIMIT):
        while text not in seen:
            line = await process.stdout.readline()
            assert line, seen + (await process.stderr.read()).decode()
            seen += line.decode()
    return seen


async def test_serve_says_all_that_is_missing(empty_dsn: str) -> None:
    code, _, err = await hub("serve", DATABASE_URL=empty_dsn, REDIS_URL="redis://127.0.0.1:1/0")
    assert code == 1
    assert "There is no secret" in err
    assert re.search(r"The database lacks \d+ migrations. Run `hub migrate`", err)
    assert "Redis cannot be reached" in err


async def test_serve_refuses_wrong_settings_without_showing_secrets(folder: Path) -> None:
    config = folder / "hub.toml"
    config.write_text('pool = "many"\n')
    code, _, err = await hub("serve", "--config", str(config), HUB_SECRET="hush", HUB_LISTEN="nowhere")
    assert code == 1
    assert f"{config}: pool:" in err
    assert "HUB_LISTEN" in err
    assert "hush" not in err


async def test_a_database_that_is_not_there_is_said_plainly() -> None:
    code, _, err = await hub("serve", DATABASE_URL="postgresql://hub:hush@127.0.0.1:1/hub", HUB_SECRET=SECRET)
    assert code == 1
    assert "The database cannot be reached" in err
    assert "hush" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("dsn", ["nonsense", "postgresql://hub:hush@127.0.0.1:1/hub",
                                 "postgresql://hub:hush@127.0.0.1:nope/hub"])
async def test_check_looks_at_everything_else_when_the_database_is_wrong(dsn: str) -> None:
    code, out, err = await hub("check", DATABASE_URL=dsn, HUB_SECRET=SECRET, REDIS_URL="nonsense")
    assert code == 1
    assert "configuration: good" in out
    assert "WRONG: The database cannot be reached" in out
    assert "WRONG: Redis cannot be reached" in out
    assert "form: form contact: good" in out
    assert not err
    for hidden in ("hush", "nope", "Traceback", "DSN"):
        assert hidden not in out
    code, _, err = await hub("user", "list", DATABASE_URL=dsn)
    assert (code, err.startswith("The database cannot be reached"), err.count("\n")) == (1, True, 1)


def test_no_error_of_a_database_is_shown_as_it_is() -> None:
    quoting = asyncpg.CheckViolationError("Failing row contains (anna, $argon2id$...)")
    for error in (quoting, asyncpg.UndefinedTableError("agents"), ValueError("hush"), ConnectionRefusedError("hush")):
        said = plainly(error)
        assert type(error).__name__ in said
        assert str(error) not in said


async def _a_mailbox_with_troubles(dsn: str) -> None:
    """One that was read and verified, east of Greenwich; one that lets nobody in."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("INSERT INTO mailbox_states (mailbox, uidvalidity, verified_at, present, missing)"
                           " VALUES ('support', 1, '2026-03-02 09:00:00+01', 3, 0)")
        await conn.execute("INSERT INTO mailbox_states (mailbox, problem, lease_holder)"
                           " VALUES ('sales', 'refused', 'a')")
        await conn.execute("INSERT INTO mailbox_uids (mailbox, uidvalidity, uid, outcome, attempts, reason, at) VALUES"
                           " ('support', 1, 1, 'quarantined', 3, 'no_data', now()),"
                           " ('support', 1, 2, 'failing', 1, NULL, now()), ('support', 1, 3, 'stored', 0, NULL, now())")
    finally:
        await conn.close()


@pytest.mark.timeout(200)
async def test_from_nothing_to_a_running_hub_and_an_orderly_stop(empty_dsn: str) -> None:
    with_database = {"DATABASE_URL": empty_dsn, "HUB_SECRET": SECRET, "HUB_LISTEN": f"127.0.0.1:{unused_port()}"}
    code, out, _ = await hub("migrate", **with_database)
    assert (code, "0001_" in out) == (0, True)
    assert "up to date" in (await hub("migrate", **with_database))[1]

    code, _, err = await hub("serve", **with_database)
    assert (code, "Nobody could log in" in err) == (1, True)
    code, out, _ = await hub("user", "add", "Anna", "--name", "Anna Berg", "--role", "supervisor", "--queue", "support",
                             "--skill", "german=4", "--limit", "webchat=2", given="a long password\n", **with_database)
    assert (code, out) == (0, "Added anna (supervisor).\n")
    code, _, err = await hub("user", "add", "anna", given="a long password\n", **with_database)
    assert (code, "is taken" in err) == (1, True)
    code, _, err = await hub("user", "add", "ben", given="short\n", **with_database)
    assert (code, "at least 10" in err) == (1, True)
    for wrong, says in ((("--queue", "nope"), "no queue 'nope'. There are: support."),
                        (("--skill", "german=9"), "'german' will not do"), (("--skill", "german"), "NAME=LEVEL"),
                        (("--capacity", "-5"), "0 to 1000"), (("--limit", "fax=1"), "CHANNEL=NUMBER")):
        code, out, err = await hub("user", "add", "ben", *wrong, given="a long password\n", **with_database)
        assert (code, out, says in err, err.count("\n")) == (1, "", True, 1), err
    assert "supervisor  active    Anna Berg  [support]" in (await hub("user", "list", **with_database))[1]

    code, out, _ = await hub("check", **with_database)
    assert "configuration: good" in out
    assert "write: good" in out

    async with begun("serve", **with_database) as process:
        await wait_for(process, "listens on")
        address = f"http://{with_database['HUB_LISTEN']}/healthz"
        async with aiohttp.ClientSession() as http, http.get(address) as answer:
            assert answer.status == 200
        code, _, err = await hub("serve", **with_database)
        assert (code, "Traceback" in err, "address already in use" in err) == (1, False, True)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(LIMIT):
            await process.communicate()
        assert process.returncode == 0

    assert (await hub("ledger", **with_database))[0] == 0
    await _a_mailbox_with_troubles(empty_dsn)
    code, out, _ = await hub("ledger", **with_database)
    rows = [re.split(r"\s{2,}", line.strip()) for line in out.splitlines()]
    assert code == 1, "a mail that is said to be stored and is not"
    assert ["mailbox", "uids", "stored", "duplicate", "quarantined", "failing", "unaccounted", "present", "missing",
            "last verified at, problem"] in rows
    assert ["sales", "0", "0", "0", "0", "0", "0", "-", "-", "never", "refused"] in rows
    assert ["support", "3", "0", "0", "1", "1", "1", "3", "0", "2026-03-02 08:00:00 UTC"] in rows
    code, out, _ = await hub("user", "disable", "anna", **with_database)
    assert (code, "is disabled" in out) == (0, True)
    code, out, _ = await hub("user", "change", "anna", "--role", "admin", "--queue", "", **with_database)
    assert (code, out) == (0, "anna is changed, and every session has ended.\n")
    assert "admin       disabled  Anna Berg  []" in (await hub("user", "list", **with_database))[1]
    assert (await hub("user", "enable", "anna", **with_database))[:2] == (0, "anna may log in again.\n")
    assert "admin       active    Anna Berg  []" in (await hub("user", "list", **with_database))[1]
    assert (await hub("user", "password", "nobody", given="a long password\n", **with_database))[0] == 1


@pytest.mark.timeout(120)
async def test_the_demo_starts_by_itself_and_finds_its_data_again(folder: Path) -> None:
    listen = f"127.0.0.1:{unused_port()}"
    reference = ""
    for use in (send, find):
        mail = str(unused_port())  # the usual one may be taken by another demo between its choice and its use
        async with begun("demo", "--listen", listen, "--data", str(folder), "--mail", mail) as process:
            banner = await wait_for(process, "Ctrl-C")
            for part in (f"http://{listen}/", f"http://{listen}/demo", "ada", "sofia", "anna", "ben", "chen",
                         "swaks --server 127.0.0.1:"):
                assert part in banner
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(f"http://{listen}", cookie_jar=jar) as http:
                reference = await use(http, reference)
                await text(http, banner)
                await telephone(http, banner)
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(LIMIT):
                out, err = await process.communicate()
            assert (process.returncode, err) == (0, b"")
            assert b"Everything is kept" in out


async def text(http: aiohttp.ClientSession, banner: str) -> None:
    """The demo's own example of a customer who texts; the hub takes it."""
    found = re.search(r"curl (\S+) -H 'Authorization: Bearer (\S+)' .* -d '(.*)'", banner)
    assert found is not None
    headers = {"Authorization": f"Bearer {found[2]}", "Content-Type": "application/json"}
    async with aiohttp.request("POST", found[1], data=found[3], headers=headers) as answer:
        assert answer.status == 201

    async def taken() -> bool:
        async with http.get("/metrics") as metrics:
            return 'method="POST",route="/twilio/{account}/messages",status="200"' in await metrics.text()

    await until(taken)


async def telephone(http: aiohttp.ClientSession, banner: str) -> None:
    """The customer's page leads to the telephones that the banner names, in its own language."""
    found = re.search(r"Her telephone +(http://127\.0\.0\.1:\d+/handset/)(#key=\S+)", banner)
    assert found is not None
    async with http.get("/demo") as page:
        assert 'id="telephone-section">' in await page.text()
    async with http.get("/demo/telephone?language=zh", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, f"{found[1]}?language=zh{found[2]}")
    async with aiohttp.request("GET", found[1]) as page:
        assert (page.status, "handset.js" in await page.text()) == (200, True)


async def send(http: aiohttp.ClientSession, _: str) -> str:
    for language in ("en", "zh-Hans"):
        async with http.get("/demo", headers={"Accept-Language": language}) as page:
            assert f'<html lang="{language}">' in await page.text()
    async with http.get("/demo/crowd") as crowd:
        assert await crowd.json() == {"rate": 0.0}
    body = {"name": "Mia", "email": "mia@example.com", "message": "Hello"}
    async with http.post("/forms/contact", json=body) as answer:
        assert answer.status == 202
        return str((await answer.json())["reference"])


async def find(http: aiohttp.ClientSession, reference: str) -> str:
    body = {"login": "sofia", "password": "interaction-hub"}
    async with http.post("/api/login", json=body) as answer:
        assert (await answer.json())["demo"] is True
    async with http.get("/api/interactions?channel=form") as answer:
        assert [one["reference"] for one in (await answer.json())["items"]] == [reference]
    return reference
