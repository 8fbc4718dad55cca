"""Mail from a mailbox to durable, threaded, routable interactions, beside django-helpdesk's `get_email`; and from SMTP
to the agent's screen."""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import aiosmtplib
import asyncpg
import socketio

from benchmarks.figures import Line, quantile
from benchmarks.letters import letters
from benchmarks.stage import PASSWORD, Running, Stage, free_port, hub
from tests.support.dovecot import Dovecot, MailUser

LETTERS, ROUNDS, TIMES, LIMIT = 2000, 2, 90, 600.0
REQUIRED = 10.0  # times the peer's rate
MAILBOX = """
[[mailboxes]]
id = "support"
address = "support@example.org"
password_env = "BENCH_PASSWORD"
imap = {{ host = "localhost", port = {port}, security = "none", user = "{user}", begin = "all" }}
"""
DOOR = """
[mail.listener]
listen = "127.0.0.1:{port}"

[[mailboxes]]
id = "support"
address = "support@example.org"
"""


async def measure(on: Stage) -> list[Line]:
    ours: list[float] = []
    theirs: list[float] = []
    python = await _peer_python()
    with dovecot(on) as server:
        for number in range(ROUNDS):  # turn by turn, so that both see the same machine
            for total, read in ((theirs, _theirs), (ours, _ours)):
                user = server.user()
                user.deliver(*letters(LETTERS))
                total.append(LETTERS / await read(on, user, f"{number}", python))
    rate, peer = max(ours), max(theirs)
    ratio = rate / peer
    times = await _to_the_screen(on)
    p50, p99 = quantile(times, 0.5) * 1000, quantile(times, 0.99) * 1000
    return [
        Line(f"mails/s from a mailbox of {LETTERS}, beside get_email", f"{rate:.0f}", f"{peer:.0f}", f"{ratio:.1f}",
             f">= {REQUIRED:.0f}", ratio >= REQUIRED),
        Line("SMTP end of data to the agent's screen, p50, ms", f"{p50:.1f}", target="< 150", met=p50 < 150),
        Line("  its p99, ms", f"{p99:.1f}"),
    ]


@contextmanager
def dovecot(on: Stage) -> Iterator[Dovecot]:
    folder = on.folder / "dovecot"
    folder.mkdir(mode=0o755)
    server = Dovecot(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def _ours(on: Stage, user: MailUser, number: str, python: str) -> float:
    """Seconds from the log-in until the last mail is stored."""
    more = MAILBOX.format(port=user.server.port, user=user.name)
    async with hub(on, f"hub_mail_{number}", more, BENCH_PASSWORD=user.password) as running:
        conn = await asyncpg.connect(running.dsn)
        try:
            async with asyncio.timeout(LIMIT):
                while await conn.fetchval("SELECT count(*) FROM mails") < LETTERS:  # noqa: ASYNC110 - another's rows
                    await asyncio.sleep(0.1)
            row = await conn.fetchrow(
                "SELECT count(DISTINCT i.id) AS threads, count(*) FILTER (WHERE m.direction = 'in') AS mails,"
                " extract(epoch FROM max(t.recorded_at) - min(i.created_at))::float AS seconds"
                " FROM mails l JOIN messages m ON m.id = l.message_id JOIN touches t ON t.id = l.touch_id"
                " JOIN interactions i ON i.id = l.interaction_id")
        finally:
            await conn.close()
    if row is None or row["mails"] != LETTERS:
        raise RuntimeError(f"the hub stored {row and row['mails']} of {LETTERS} mails")
    print(f"  hub: {row['mails']} mails, {row['threads']} interactions, {row['seconds']:.1f} s", file=sys.stderr)
    return float(row["seconds"])


async def _theirs(on: Stage, user: MailUser, number: str, python: str) -> float:
    dsn = urlsplit(await on.database(f"peer_mail_{number}"))
    options = dict(parse_qsl(dsn.query))
    database = {"NAME": dsn.path.strip("/"), "USER": dsn.username or "", "PASSWORD": dsn.password or "",
                "HOST": options.get("host") or dsn.hostname or "", "PORT": str(dsn.port or "")}
    folder = on.folder / f"peer_files_{number}"
    folder.mkdir()
    mailbox = {"host": "localhost", "port": user.server.port, "user": user.name, "password": user.password}
    given = json.dumps({"database": database, "folder": str(folder), "mailbox": mailbox})
    script = Path(__file__).parent / "peers" / "get_email.py"
    process = await asyncio.create_subprocess_exec(python, str(script), given, stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), LIMIT)
    if process.returncode:
        raise RuntimeError("django-helpdesk did not end well")
    found = json.loads(said)
    if found["tickets"] + found["follow_ups"] < LETTERS:
        raise RuntimeError(f"django-helpdesk stored {found} of {LETTERS} mails")
    print(f"  get_email: {found}", file=sys.stderr)
    return float(found["seconds"])


async def _peer_python() -> str:
    """An interpreter with django-helpdesk, made once beside the project's own."""
    folder = Path(__file__).parents[1] / "var" / "peers" / "get_email"
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        wanted = Path(__file__).parent / "peers" / "get_email.txt"
        for command in ([sys.executable, "-m", "venv", str(folder)],
                        [str(python), "-m", "pip", "install", "-qq", "-r", str(wanted)]):
            process = await asyncio.create_subprocess_exec(*command)
            if await asyncio.wait_for(process.wait(), LIMIT):
                raise RuntimeError(f"{' '.join(command)} failed")
        (folder / ".ready").touch()
    return str(python)


async def _to_the_screen(on: Stage) -> list[float]:
    """Seconds from the end of data at the hub's own SMTP port until the offer is on an agent's socket."""
    port = free_port()
    times: list[float] = []
    async with hub(on, "hub_door", DOOR.format(port=port)) as running:
        conn = await asyncpg.connect(running.dsn)
        await conn.execute("UPDATE agents SET capacity = 2000000000")
        await conn.close()
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=30)
        async with _watching(running) as seen, client as smtp:
            for number, raw in enumerate(raw for raw in letters(TIMES, seed=2) if b"\nIn-Reply-To:" not in raw):
                waiting = seen.expect(f"letter {number}")
                mail = raw.replace(b"Subject: ", f"Subject: letter {number} ".encode(), 1)
                began = time.perf_counter()
                await smtp.sendmail("a@customers.example", ["support@example.org"], mail)
                offer = await asyncio.wait_for(waiting, 30)
                times.append(time.perf_counter() - began)
                await seen.accept(offer)
    return times[10:]


class _Seen:
    """Offers that have reached the agent's socket, by subject."""

    def __init__(self) -> None:
        self._wanted = ""
        self._heard: asyncio.Future[str] | None = None
        self.accept: Callable[[str], Awaitable[None]]

    def expect(self, subject: str) -> asyncio.Future[str]:
        """The id of the offer to come."""
        self._wanted, self._heard = subject, asyncio.get_running_loop().create_future()
        return self._heard

    def moved(self, event: dict[str, Any]) -> None:
        card = event["card"]
        if card and card["state"] == "offered" and f"{card['subject']} ".startswith(f"{self._wanted} ") \
                and self._heard is not None and not self._heard.done():
            self._heard.set_result(card["offer_id"])


@asynccontextmanager
async def _watching(running: Running) -> AsyncIterator[_Seen]:
    agent, seen = socketio.AsyncClient(), _Seen()
    agent.on("card", seen.moved, namespace="/desk")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.post(f"{running.url}/api/login", json={"login": "ann", "password": PASSWORD}) as answer:
            csrf = (await answer.json())["csrf"]
        cookie = "; ".join(f"{c.key}={c.value}" for c in session.cookie_jar)
        await agent.connect(running.url, {"Cookie": cookie}, namespaces=["/desk"], transports=["websocket"],
                            wait_timeout=10)
        headers = {"X-CSRF-Token": csrf}
        async with session.put(f"{running.url}/api/presence", json={"state": "available"}, headers=headers) as answer:
            answer.raise_for_status()
        async def accept(offer: str) -> None:
            async with session.post(f"{running.url}/api/offers/{offer}/accept", headers=headers) as answer:
                answer.raise_for_status()

        seen.accept = accept
        try:
            yield seen
        finally:
            await agent.disconnect()

