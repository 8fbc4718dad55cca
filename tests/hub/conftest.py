"""The heart without an edge: everything real, time and ids given."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from channels.base import Accepted, Address, Channel, Inbound, Outbound, Sent
from channels.email.ports import Account
from channels.email.settings import Mailbox, Secrets, Smtp
from channels.email.tokens import Tokens
from channels.manual import Manual
from hub.acknowledge import Acknowledge
from hub.deliver import Deliver
from hub.desk import Desk
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell, Ring
from hub.floor import Floor
from hub.intake import Intake, Placement, Weight
from hub.journal import Journal
from hub.letters import Letters
from hub.mailing import Mailing
from hub.model import Actor, Role
from hub.outbox import Outbox
from hub.presence import PresenceDesk
from hub.reception import Reception
from hub.store import cards, ledger, queues
from hub.store.journal import lock_interaction
from hub.timers import Timers
from hub.wire import SetPresence
from tests.hub.office import Office, Pool, an_office
from tests.support.clock import FakeClock, SeededIds
from tests.support.gaps import GAPS

QUEUES: list[dict[str, Any]] = [
    {
        "id": name,
        "name": {"en": name.title()},
        "priority": 0,
        "requirements": {},
        "offer_seconds": 20,
        "wrap_up_seconds": 60,
        "service_level_seconds": 60,
        "service_level_target": 0.8,
        "dispositions": [{"id": "solved", "name": {"en": "Solved"}}, {"id": "spam", "name": {"en": "Spam"}}],
    }
    for name in ("support", "sales")
]
WEIGHTS = {
    "webchat": Weight(30), "email": Weight(25), "form": Weight(20), "manual": Weight(20),
    "voice": Weight(100, exclusive=True),
}  # fmt: skip


class Mailboxes:
    """`channels.email.ports.Accounts` in memory: support@example.org and sales@example.org, unless told."""

    def __init__(self, domain: str = "example.org") -> None:
        self.boxes = {
            name: Account(
                Mailbox(id=name, address=f"{name}@{domain}", queue=name, smtp=Smtp(host="127.0.0.1")), Secrets()
            )
            for name in ("support", "sales")
        }

    def set(self, mailbox_id: str, **more: Any) -> None:
        before = self.boxes[mailbox_id]
        self.boxes[mailbox_id] = Account(before.mailbox.model_copy(update=more), before.secrets)

    def get(self, mailbox_id: str) -> Account | None:
        return self.boxes.get(mailbox_id)

    def of_address(self, address: str) -> Account | None:
        local, _, domain = address.lower().rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        known = (one for one in self.boxes.values() if plain in (one.mailbox.address, *one.mailbox.aliases))
        return next(known, None)

    def all(self) -> tuple[Account, ...]:
        return tuple(self.boxes.values())


class Post:
    """A channel that remembers what it was given, and fails as it is told."""

    kind = "webchat"
    repeatable = True
    carries_files = False
    attempt_seconds = 30.0

    def __init__(self) -> None:
        self.sent: list[Outbound] = []
        self.failures: list[Exception] = []

    def routes(self) -> tuple[()]:
        return ()

    async def send(self, message: Outbound) -> Sent:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
        return Sent()

    def check(self) -> Any:
        raise NotImplementedError


class MailPost(Post):
    """A channel like e-mail: nobody drops a second copy, and a message carries its files."""

    kind = "email"
    repeatable = False
    carries_files = True


@dataclass
class Heart:
    pool: "asyncpg.Pool[asyncpg.Record]"
    clock: FakeClock
    new_id: SeededIds
    rings: list[Ring]
    journal: Journal
    intake: Intake
    outbox: Outbox
    reception: Reception
    desk: Desk
    presence: PresenceDesk
    floor: Floor
    dispatch: Dispatch
    timers: Timers
    deliver: Deliver
    post: Post
    inbound: Callable[..., Inbound]
    mailboxes: Mailboxes
    tokens: Tokens
    acknowledge: Acknowledge
    mailing: Mailing
    mail: "MailPost"

    async def agent(
        self,
        name: str,
        role: Role = "agent",
        *,
        ready: bool = True,
        capacity: int = 100,
        queues: tuple[str, ...] = ("support",),
        skills: str = "{}",
    ) -> Actor:
        """An agent of the support queue; ready means: declared available, with a live socket."""
        actor = Actor(self.new_id(), role, name)
        await self.pool.execute(
            "INSERT INTO agents (id, login, name, role, password_hash, queues, capacity, skills, created_at,"
            " declared_since, idle_since) VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, $8, $8)",
            actor.id,
            name.lower(),
            name,
            role,
            list(queues),
            capacity,
            skills,
            self.clock(),
        )
        if ready:
            await self.connect(actor)
            await self.presence.declare(actor, actor.id, SetPresence(state="available"))
        return actor

    async def connect(self, actor: Actor) -> None:
        """A live socket that outlasts the test."""
        await self.presence.opened(actor.id, f"socket-{actor.name}", "test")
        await self.pool.execute("UPDATE connections SET expires_at = $1", self.clock() + timedelta(days=365))

    async def arrive(self, **more: Any) -> Accepted:
        return await self.reception.take_in(self.inbound(**more))

    async def state(self, interaction_id: UUID) -> str:
        return (await cards.card(self.pool, interaction_id)).state

    async def offered(self, actor: Actor) -> UUID:
        """Lets dispatch run once, and returns the offer that this agent has now."""
        await self.dispatch.step()
        found = await self.pool.fetchval("SELECT id FROM offers WHERE agent_id = $1 AND state = 'open'", actor.id)
        assert found is not None, f"{actor.name} has no offer"
        return UUID(str(found))

    async def accepted(self, actor: Actor) -> UUID:
        return await self.desk.accept(actor, await self.offered(actor))

    async def balanced(self) -> None:
        """Invariants I3 and I10, as the supervisor's screen asks for them."""
        found = await ledger.ledger(self.pool, self.clock())
        assert not found.misplaced
        assert found.unaccounted == 0

    async def loaded(self, interaction_id: UUID) -> Any:
        async with self.pool.acquire() as conn, conn.transaction():
            return await lock_interaction(conn, interaction_id)


@pytest.fixture
async def heart(pool: "asyncpg.Pool[asyncpg.Record]", clock: FakeClock, new_id: SeededIds) -> Heart:
    return await a_heart(pool, clock, new_id)


@pytest.fixture
async def in_order(heart: Heart) -> AsyncIterator[None]:
    """Whatever a test does: afterwards the ledger balances, and no history has a gap."""
    yield
    await heart.balanced()
    assert not await heart.pool.fetch(GAPS)


async def a_heart(
    pool: "asyncpg.Pool[asyncpg.Record]", clock: FakeClock, new_id: SeededIds, domain: str = "example.org"
) -> Heart:
    """A heart whose mailboxes are at `domain`."""
    await queues.put(pool, QUEUES)
    doorbell, rings = Doorbell(), list[Ring]()
    doorbell.on(rings.append)
    journal = Journal(pool, clock, new_id, doorbell)
    placement = Placement(frozenset({"support", "sales"}), "support", WEIGHTS)
    intake, outbox, presence, post = Intake(journal, placement), Outbox(journal), PresenceDesk(journal), Post()
    mailboxes, tokens, mail = Mailboxes(domain), Tokens(f"a secret of {domain}"), MailPost()
    posts: dict[str, Channel] = {"webchat": post, "email": mail}
    mailing = Mailing(intake, Letters(mailboxes, tokens))

    def inbound(**more: Any) -> Inbound:
        given: dict[str, Any] = {
            "source": "webchat",
            "natural_key": str(new_id()),
            "channel": "webchat",
            "text": "My light is out",
            "addresses": (Address("visitor", str(new_id())),),
            "at": clock(),
            "raw": b"{}",
            "content_type": "application/json",
            "continues": True,
        }
        return Inbound(**{**given, **more})

    return Heart(
        pool,
        clock,
        new_id,
        rings,
        journal,
        intake,
        outbox,
        Reception(intake, outbox, mailboxes),
        Desk(journal, intake, Manual(), mailing),
        presence,
        Floor(journal, presence),
        Dispatch(journal, doorbell),
        Timers(journal, doorbell),
        Deliver(outbox, posts, doorbell),
        post,
        inbound,
        mailboxes,
        tokens,
        Acknowledge(journal, mailboxes, tokens, doorbell),
        mailing,
        mail,
    )


@pytest.fixture
async def admin(pool: Pool, clock: FakeClock, new_id: SeededIds) -> UUID:
    found = new_id()
    await pool.execute(
        "INSERT INTO agents (id, login, name, role, password_hash, created_at, declared_since, idle_since)"
        " VALUES ($1, 'ada', 'Ada', 'admin', '', $2, $2, $2)", found, clock())
    return found


@pytest.fixture
def office(pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID) -> Office:
    return an_office(pool, clock, new_id, admin)
