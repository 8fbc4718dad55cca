"""Machines that answer one another come to an end, whatever the servers between them strip (row 18, row 50; I11)."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import asyncpg
import pytest

from channels.email.parse import parse
from channels.email.smtp.compose import compose
from channels.email.understand import understand
from tests.hub.conftest import Heart, a_heart
from tests.support.clock import FakeClock, SeededIds
from tests.support.database import TestServer

HERE, THERE = "support@example.org", "support@other.example"
MARKS = rb"(?im)^(auto-submitted|precedence|x-auto-response-suppress|x-interaction-hub):.*\r?\n"
THREADS = rb"(?im)^(in-reply-to|references|reply-to):.*(?:\r?\n[ \t].*)*\r?\n"


@pytest.fixture
async def other(postgres_server: TestServer, clock: FakeClock, new_id: SeededIds) -> AsyncIterator[Heart]:
    """A second hub, of another company."""
    database = await postgres_server.create()
    async with asyncpg.create_pool(postgres_server.dsn(database), min_size=1, max_size=4) as pool:
        yield await a_heart(pool, clock, new_id, "other.example")
    await postgres_server.drop(database)


@dataclass
class World:
    """Two hubs, a bot that answers every mail as a person would, and a server that bounces with a person's address."""

    hubs: dict[str, Heart]
    strip: tuple[bytes, ...] = ()
    under_way: list[tuple[str, bytes]] = field(default_factory=list)  # recipient, bytes
    carried: Counter[str] = field(default_factory=Counter)  # by domain of the recipient
    written: int = 0

    def write(self, author: str, to: str, text: str, subject: str = "Hello", refers: str = "") -> None:
        self.written += 1
        head = f"From: {author}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
        head += f"Message-ID: <w{self.written}@elsewhere.example>\r\n"
        head += f"In-Reply-To: {refers}\r\n" if refers else ""
        self.under_way.append((to, f"{head}\r\n{text} {self.written}\r\n".encode()))

    async def turn(self) -> None:
        """Everything under way arrives; everybody answers."""
        arriving, self.under_way = self.under_way, []
        for to, raw in arriving:
            bare = raw
            for pattern in self.strip:
                bare = re.sub(pattern, b"", bare)
            domain = to.rpartition("@")[2]
            self.carried[domain] += 1
            if domain in self.hubs:
                await self._take(self.hubs[domain], bare)
            else:
                self._elsewhere(to, bare)
        for hub in self.hubs.values():
            await hub.acknowledge.step()
            await hub.deliver.step()
            sent, hub.mail.sent = hub.mail.sent, []
            self.under_way += [(message.recipient.value, compose(message).raw) for message in sent]

    async def _take(self, hub: Heart, raw: bytes) -> None:
        account = hub.mailboxes.boxes["support"]
        await hub.reception.take_mail(understand(parse(raw), raw, account, None, hub.clock(), hub.tokens))

    def _elsewhere(self, to: str, raw: bytes) -> None:
        mail = parse(raw)
        if to.startswith("bot@"):
            self.write(to, mail.author.address, "I am away", f"Away {self.written}")
        else:
            said = "Delivery failed: no such user"
            self.write(f"postmaster@{to.rpartition('@')[2]}", mail.author.address, said, refers=mail.message_id)


@pytest.mark.parametrize("strip", [(), (MARKS,), (MARKS, THREADS)], ids=["kept", "unmarked", "unmarked, unthreaded"])
async def test_i11_two_hubs_a_bot_and_a_bouncer_come_to_an_end(
    heart: Heart, other: Heart, clock: FakeClock, strip: tuple[bytes, ...]
) -> None:
    for hub in (heart, other):
        hub.mailboxes.set("support", acknowledge="Dear {name}, we have your mail: {reference}.")
    world = World({"example.org": heart, "other.example": other}, strip)
    world.write(THERE, HERE, "we need a part")
    world.write("bot@bot.example", HERE, "hello")
    world.write("gone@nowhere.example", THERE, "hello")
    for _ in range(40):
        await world.turn()
        clock.advance(minutes=10)
    assert not world.under_way, "something goes on for ever"
    # Three that were written; each hub answers each address once, and to two of the answers there is an answer.
    assert sum(world.carried.values()) <= 3 + 4 + 2, world.carried
    for hub in (heart, other):
        once = await hub.pool.fetch("SELECT address, count(*) AS n FROM automatic_mails GROUP BY address")
        assert all(row["n"] == 1 for row in once)
        await hub.balanced()
