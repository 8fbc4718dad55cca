"""Mail comes by IMAP and SMTP and leaves by SMTP while the hub is killed: nothing is lost or doubled."""

import asyncio
import os
import shutil
import smtplib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from hub.store import ledger
from tests.crash.rig import Hub
from tests.support.dovecot import PASSWORD, MailUser, running_dovecot
from tests.support.gaps import GAPS
from tests.support.smtpsink import Outside, outside_server
from tests.support.waiting import until, unused_port

pytestmark = pytest.mark.crash
KILLS = 8
MINUTES = float(os.environ.get("HUB_SOAK_MINUTES", "0"))
LOGIN, WORD = "sofia", "correct horse battery"
RECOVERY = 60.0  # seconds


class MailHub(Hub):
    """`hub serve` with one mailbox that is fetched, and one that mail servers and agents use."""

    def __init__(self, folder: Path, user: MailUser, sink: Outside) -> None:
        super().__init__(folder)
        self.door = unused_port()
        self._environment = {**os.environ, "HUB_SECRET": "s" * 32, "MAIL_PASSWORD": PASSWORD}
        self._environment.pop("DATABASE_URL", None)
        self._file = folder / "hub.toml"
        self._file.write_text(f"""
listen = "127.0.0.1:{self.port}"
data = "{folder / 'demo'}"
[mail]
undo_seconds = 0
[mail.listener]
listen = "127.0.0.1:{self.door}"
[[mailboxes]]
id = "fetched"
address = "fetched@example.org"
password_env = "MAIL_PASSWORD"
imap = {{ host = "127.0.0.1", port = {user.server.port}, security = "none", user = "{user.name}", begin = "all" }}
[[mailboxes]]
id = "support"
address = "support@example.org"
smtp = {{ host = "127.0.0.1", port = {sink.port}, security = "none" }}
""")

    async def prepare(self) -> None:
        await self._run("migrate")
        await self._run("user", "add", LOGIN, "--name", "Sofia", "--role", "supervisor", "--queue", "support",
                        "--password-stdin", given=WORD)

    async def _run(self, *words: str, given: str = "") -> None:
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hub", *words, "--config", str(self._file), env=self._environment,
                stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log)  # fmt: skip
            await process.communicate(f"{given}\n".encode())
        assert process.returncode == 0, self.log.read_text()

    async def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hub", "serve", "--config", str(self._file), env=self._environment,
                stdout=log, stderr=log, start_new_session=True)  # fmt: skip


@asynccontextmanager
async def a_mail_hub(user: MailUser, sink: Outside) -> AsyncIterator[MailHub]:
    folder = Path(tempfile.mkdtemp(prefix="hub-crash-"))
    folder.chmod(0o711)  # PostgreSQL runs as another account where root tests
    hub = MailHub(folder, user, sink)
    try:
        await hub.prepare()
        await hub.start()
        yield hub
    finally:
        await hub.clean_up()
        shutil.rmtree(folder, ignore_errors=True)


def mail(mail_id: str, to: str) -> bytes:
    return (f"From: Mia <mia-{mail_id}@example.com>\r\nTo: {to}@example.org\r\nSubject: {mail_id}\r\n"
            f"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <{mail_id}@example.com>\r\n\r\nText of {mail_id}\r\n"
            ).encode()


class World:
    """Customers' mail servers, a mailbox that fills, and an agent who writes; each tries again until it is taken."""

    def __init__(self, hub: MailHub, user: MailUser) -> None:
        self.hub, self.user = hub, user
        self.sent: set[str] = set()  # by customers: Message-IDs without domain
        self.written: set[str] = set()  # by the agent: ids that the hub has acknowledged
        self.over = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for one in (self._deliver, self._hand_in, self._write):
                group.create_task(one())

    async def _deliver(self) -> None:
        while not self.over:
            names = [f"i{uuid4().hex}" for _ in range(5)]
            self.user.deliver(*(mail(name, "fetched") for name in names))
            self.sent.update(names)
            await asyncio.sleep(0.3)

    async def _hand_in(self) -> None:
        while not self.over:
            name = f"s{uuid4().hex}"
            while not await asyncio.to_thread(self._handed_in, name):
                await asyncio.sleep(0.1)
            self.sent.add(name)

    def _handed_in(self, name: str) -> bool:
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", self.hub.door, timeout=20) as server:
            server.sendmail(f"mia-{name}@example.com", ["support@example.org"], mail(name, "support"))
            return True
        return False

    async def _write(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10),
                                         cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            while not self.over:
                one = str(uuid4())
                body = {"id": one, "mailbox": "support", "text": one,
                        "mail": {"kind": "new", "to": [{"address": f"{one}@example.com"}], "subject": one}}
                while not await self._written(http, body):
                    await asyncio.sleep(0.1)
                self.written.add(one)
                await asyncio.sleep(0.05)

    async def _written(self, http: aiohttp.ClientSession, body: dict[str, Any]) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            url = self.hub.url
            async with http.get(f"{url}/api/me") as me:
                csrf = (await me.json())["csrf"] if me.status == 200 else None
            if csrf is None:
                async with http.post(f"{url}/api/login", json={"login": LOGIN, "password": WORD}) as opened:
                    if opened.status != 200:
                        return False
                    csrf = (await opened.json())["csrf"]
            async with http.post(f"{url}/api/mail", json=body, headers={"X-CSRF-Token": csrf}) as answer:
                assert answer.status in (200, 201, 503), await answer.text()
                return answer.status != 503
        return False


@pytest.mark.timeout(60 * MINUTES + 420)
async def test_i1_i2_i10_mail_is_neither_lost_nor_doubled_however_often_it_is_killed() -> None:
    dice, until_when = Random(), time.monotonic() + 60 * MINUTES
    with running_dovecot() as dovecot:
        user = dovecot.user()
        async with outside_server() as sink, a_mail_hub(user, sink) as hub:
            world = World(hub, user)
            running = asyncio.create_task(world.run())
            while hub.kills < KILLS or time.monotonic() < until_when:
                await _moves(world, sink)
                await asyncio.sleep(dice.uniform(0, 0.3))  # at any moment of a write, not only after one
                await hub.kill()
                await hub.start()
            world.over = True
            async with asyncio.timeout(RECOVERY):
                await running
            wrong = await _verdict(hub, world, sink)
            assert not wrong, "\n".join([*wrong[:20], hub.log.read_text()[-3000:]])
            assert await hub.stop() == 0


async def _moves(world: World, sink: Outside) -> None:
    """All three ways are used again."""
    sent, written, left = len(world.sent) + 10, len(world.written) + 2, len(sink.mails) + 1
    await until(lambda: len(world.sent) >= sent and len(world.written) >= written and len(sink.mails) >= left,
                limit=RECOVERY)


async def _verdict(hub: MailHub, world: World, sink: Outside) -> list[str]:
    async with asyncpg.create_pool(await hub.postgres().start(), min_size=1, max_size=2) as pool:
        there = "SELECT count(*) FROM mails m JOIN messages s ON s.id = m.message_id WHERE s.direction = 'in'"
        with suppress(TimeoutError):
            await until(lambda: _is(pool, there, len(world.sent)), limit=RECOVERY, step=0.2)
            waiting = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"
            await until(lambda: _is(pool, waiting, 0), limit=90, step=0.2)
        rows = await pool.fetch("SELECT m.mail_id, s.direction, s.text, s.state FROM mails m"
                                " JOIN messages s ON s.id = m.message_id")
        book = await ledger.ledger(pool, datetime.now(UTC))
        wrong = [f"gap: {row['what']}" for row in await pool.fetch(GAPS)]
        failing = await pool.fetchval("SELECT count(*) FROM mailbox_uids WHERE outcome NOT IN ('stored', 'duplicate')")
    came = Counter(row["mail_id"].strip("<>").partition("@")[0] for row in rows if row["direction"] == "in")
    wrong += [f"lost: {one}" for one in world.sent - came.keys()]
    wrong += [f"doubled: {one}" for one, count in came.items() if count > 1]
    states = {row["text"].strip(): row["state"] for row in rows if row["direction"] == "out"}
    arrived = Counter(str(taken.mail["Subject"]) for taken in sink.mails)
    wrong += [f"not kept: {one}" for one in world.written - states.keys()]
    wrong += [f"left twice: {one}" for one, count in arrived.items() if count > 1]
    wrong += [f"{state}, and has not left: {one}" for one, state in states.items()
              if state == "sent" and not arrived[one]]
    wrong += [f"ends as {state}: {one}" for one, state in states.items() if state not in ("sent", "unconfirmed")]
    wrong += [f"misplaced: {one}" for one in book.misplaced]
    wrong += [f"unaccounted: {book.unaccounted}"] * bool(book.unaccounted)
    wrong += [f"undecided: {book.undecided}, uids without a mail: {failing}"] * bool(book.undecided or failing)
    unconfirmed = sum(state == "unconfirmed" for state in states.values())
    print(f"{hub.kills} kills; {len(came)} mails in, {len(states)} out, {unconfirmed} of these unconfirmed")
    return wrong


async def _is(pool: "asyncpg.Pool[asyncpg.Record]", query: str, wanted: int) -> bool:
    return bool(await pool.fetchval(query) == wanted)
