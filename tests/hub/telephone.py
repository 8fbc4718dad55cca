"""A hub's telephone between the emulator and the heart: real requests both ways, one virtual time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from channels.twilio.account import Account, TwilioAccount, TwilioSecrets
from channels.twilio.rest import Rest
from channels.twilio.signature import Doorkeeper
from channels.voice.channel import Voice
from channels.voice.provider import Provider
from channels.voice.reports import identity
from channels.voice.settings import VoiceSettings
from hub.calling_back import CallingBack
from hub.calls import Calls, Lines
from hub.doorbell import Doorbell
from hub.model import Actor
from hub.outgoing_calls import Outgoing
from hub.recordings import Recordings
from hub.switchboard import Switchboard
from routing import calendar_data
from simulator.telephony.driver import Person, Sim, Softphone, running_sim
from tests.hub.conftest import Heart, a_heart
from tests.support.clock import FakeClock, SeededIds
from tests.support.waiting import unused_port

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
OURS, MIA = "+15550001000", "+15551230001"
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
SETTINGS: dict[str, Any] = {
    "numbers": [{"number": OURS, "account": "main", "flow": "main"}],
    "calendars": {"office": {"zone": "Europe/Berlin", "week": ALWAYS}, "never": {"zone": "Europe/Berlin", "week": {}}},
    "flows": {"main": {"begin": "hours", "steps": {
        "hours": {"kind": "hours", "calendar": "office", "then": "main", "otherwise": "closed"},
        "closed": {"kind": "hangup", "say": {"en": "We are closed."}},
        "main": {"kind": "menu", "say": {"en": "Press 1 for support, 2 for sales."},
                 "keys": {"1": "support", "2": "contract"}},
        "contract": {"kind": "collect", "field": "contract", "digits": 4, "say": {"en": "Your contract number?"},
                     "then": "sales"},
        "support": {"kind": "queue", "queue": "support"}, "sales": {"kind": "queue", "queue": "sales"}}}},
}  # fmt: skip


class SimTime(FakeClock):
    """The emulator's clock is the hub's."""

    def __init__(self, sim: Sim) -> None:
        super().__init__()
        self._sim = sim

    def __call__(self) -> Any:
        return self._sim.clock.now()


@dataclass
class Telephone:
    sim: Sim
    heart: Heart
    calls: Calls
    board: Switchboard
    base: str
    doorkeeper: Doorkeeper
    provider: Provider
    outgoing: Outgoing
    calling_back: CallingBack
    recordings: Recordings
    away: bool = False  # the hub's loops stand still
    dispatching: bool = True
    phones: dict[UUID, Softphone] = field(default_factory=dict)

    async def idle(self) -> bool:
        """What the hub's loops would do at this moment of the virtual time."""
        if self.away:
            return True
        await self.heart.timers.step()
        if self.dispatching:
            await self.heart.dispatch.step()
        await self.calling_back.step()
        await self.recordings.step()
        return await self.board.drain()

    async def settle(self) -> None:
        await self.sim.settle()

    async def pass_time(self, seconds: float) -> None:
        """In steps, so that what the hub has to do by itself is done in time."""
        step = 1.0 if seconds <= 20 else 2.5
        for _ in range(int(seconds / step)):
            await self.sim.advance(step)
        await self.sim.settle()

    async def agent(self, name: str = "Ann", **more: Any) -> Actor:
        """An agent who is ready, with a softphone that is registered."""
        actor = await self.heart.agent(name, **more)
        self.phones[actor.id] = self.sim.agent(identity(str(actor.id)))
        return actor

    async def accepts(self, actor: Actor) -> UUID:
        """In the console; the softphone rings afterwards."""
        await self.settle()
        offer = await self.heart.pool.fetchval(
            "SELECT id FROM offers WHERE agent_id = $1 AND state = 'open'", actor.id)
        assert offer is not None, f"{actor.name} has no offer"
        taken = await self.heart.desk.accept(actor, UUID(str(offer)))
        await self.settle()
        return taken

    async def waiting(self, number: str = MIA) -> Person:
        """A caller in line for support."""
        caller = await self.sim.call(number, OURS)
        await caller.heard("Press 1")
        await caller.press("1")
        await caller.heard("line")
        return caller

    async def talking(self) -> tuple[Person, Actor, UUID]:
        """Mia and Ann, for three seconds."""
        caller, ann = await self.waiting(), await self.agent()
        item = await self.accepts(ann)
        await self.phones[ann.id].rings()
        await self.phones[ann.id].accept()
        await self.pass_time(3)
        return caller, ann, item

    def agent_leg(self) -> str:
        """The call of the only agent who is on a line."""
        return next(leg.sid for leg in self.sim.exchange.legs.values() if leg.live and leg.label.startswith("agent"))

    async def state(self) -> str:
        """Of the only interaction."""
        found = await self.heart.pool.fetch("SELECT state FROM interactions")
        assert len(found) == 1
        return str(found[0]["state"])

    async def phase(self) -> str:
        return str(await self.heart.pool.fetchval("SELECT phase FROM calls"))

    async def kinds(self) -> list[str]:
        """The history in short."""
        rows = await self.heart.pool.fetch("SELECT kind, data->>'what' AS what FROM touches ORDER BY recorded_at, id")
        return [row["what"] or row["kind"] for row in rows]

    async def ended(self, outcome: str, alerts: tuple[int, ...] = ()) -> None:
        """Nobody is on a line, everything is written, and nothing waits to be done."""
        await self.settle()
        assert not [leg.sid for leg in self.sim.exchange.legs.values() if leg.live]
        row = await self.heart.pool.fetchrow(
            "SELECT data->>'outcome' AS outcome FROM touches WHERE data ? 'outcome' ORDER BY recorded_at DESC LIMIT 1")
        assert row is not None
        assert row["outcome"] == outcome
        assert not await self.heart.pool.fetch("SELECT FROM call_commands WHERE state IN ('pending', 'sending')")
        assert not await self.heart.pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
        await self.heart.balanced()
        self.sim.invariants(alerts=alerts)


@asynccontextmanager
async def running_telephone(pool: Pool, settings: dict[str, Any] | None = None) -> AsyncIterator[Telephone]:
    async with running_sim() as sim:
        clock = SimTime(sim)
        heart = await a_heart(pool, clock, SeededIds(clock))
        voice = VoiceSettings.model_validate(settings or SETTINGS)
        app, port = web.Application(), unused_port()
        found = _wired(sim, heart, voice, app, f"http://127.0.0.1:{port}")
        async with TestServer(app, port=port):
            ours = f"{found.base}/twilio/main/voice"
            sim.number(OURS, f"{ours}/in", status_callback=f"{ours}/status")
            sim.exchange.busy.idle_hooks.append(found.idle)
            try:
                yield found
            finally:
                sim.exchange.busy.idle_hooks.clear()


def _wired(sim: Sim, heart: Heart, voice: VoiceSettings, app: web.Application, base: str) -> Telephone:
    ours = sim.exchange.account
    account = Account(
        settings=TwilioAccount(id="main", account_sid=ours.sid, api_key_sid=ours.key_sid, api_url=sim.base_url),
        secrets=TwilioSecrets(auth_token=SecretStr(ours.auth_token), api_key_secret=SecretStr(ours.key_secret)),
        public_url=base)
    calendars = {name: calendar_data.load(data) for name, data in voice.calendars.items()}
    calls = Calls(heart.journal, heart.intake, Lines(voice, {"main": account}, calendars))
    doorkeeper, provider = Doorkeeper([account]), Provider(Rest(account, pauses=()))

    async def close(app: web.Application) -> None:
        await provider.close()

    app.on_cleanup.append(close)
    for route in Voice(heart.reception, calls, doorkeeper, voice).routes():
        app.router.add_route(route.method, route.path, route.handler)
    board, outgoing = Switchboard(calls, {"main": provider}, Doorbell()), Outgoing(calls)
    return Telephone(sim, heart, calls, board, base, doorkeeper, provider, outgoing, CallingBack(calls, outgoing),
                     Recordings(heart.journal, {"main": provider}, voice))
