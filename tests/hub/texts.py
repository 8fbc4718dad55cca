"""A heart whose texts go through the emulator, and customers who text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from channels.manual import Manual
from channels.messaging.settings import Kind
from hub.deliver import Deliver
from hub.desk import Desk
from hub.doorbell import Doorbell
from hub.letters import Letters
from hub.mailing import Mailing
from hub.model import Actor
from hub.store import history, interactions
from hub.texting import KINDS, Texting
from hub.wire import Detail, Say, TouchView
from tests.channels.messaging.driver import ANN, OURS, SETTINGS, Line, line
from tests.hub.conftest import Heart


@dataclass
class Phone:
    """A customer's telephone, the hub's heart behind it, and an agent."""

    heart: Heart
    line: Line
    desk: Desk
    mailing: Mailing
    deliver: Deliver
    agent: Actor

    async def text(self, body: str, media: tuple[tuple[str, bytes], ...] = (), to: str = OURS, who: str = ANN) -> None:
        """The customer writes; what Twilio does with it is over when this returns."""
        before = self.line.before
        await self.line.sim.text(before + who, before + to, body, media)

    async def held(self) -> UUID:
        """The latest conversation, held by the agent."""
        it: UUID = await self.latest()
        await self.desk.claim(self.agent, it)
        return it

    async def latest(self) -> Any:
        return await self.heart.pool.fetchval("SELECT id FROM interactions ORDER BY created_at DESC, id DESC LIMIT 1")

    async def say(self, it: UUID, text: str = "Let me look.", **more: Any) -> UUID:
        touch, _ = await self.desk.say(self.agent, it, Say(id=uuid4(), text=text, **more))
        return UUID(str(await self.heart.pool.fetchval("SELECT id FROM messages WHERE touch_id = $1", touch)))

    async def sent(self) -> None:
        """What waits is tried, and Twilio has time to say what became of it."""
        await self.deliver.step()
        await self.line.sim.advance(10)

    async def state(self, message: UUID) -> tuple[str, str]:
        row = await self.heart.pool.fetchrow("SELECT state, error FROM messages WHERE id = $1", message)
        assert row is not None
        return row["state"], row["error"] or ""

    async def detail(self, it: UUID) -> Detail:
        return await interactions.detail(self.heart.pool, self.agent, it, self.mailing.letters, self.mailing.texting)

    async def touches(self, it: UUID) -> list[TouchView]:
        async with self.heart.pool.acquire() as conn:
            return await history.touches_of(conn, it)

    def made(self) -> list[str]:
        """Bodies of the texts that Twilio has made for us."""
        return [one.body for one in self.line.sim.exchange.messages.values() if one.direction == "outbound-api"]


@asynccontextmanager
async def phone(heart: Heart, kind: Kind = "sms", seed: int = 1) -> AsyncIterator[Phone]:
    async with line(kind, heart.reception, heart.clock, seed) as wire:
        letters = Letters(heart.mailboxes, heart.tokens, {"webchat", *KINDS})
        mailing = Mailing(heart.intake, letters, Texting(SETTINGS, heart.clock))
        deliver = Deliver(heart.outbox, {"sms": wire.sms, "whatsapp": wire.whatsapp}, Doorbell())
        agent = await heart.agent("Ann", capacity=1000)
        yield Phone(heart, wire, Desk(heart.journal, heart.intake, Manual(), mailing), mailing, deliver, agent)
