"""Drives the emulator from a test: people who call, softphones that answer, time that passes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp import web

from simulator.telephony.app import TelephonyApp
from simulator.telephony.audibility import audibility
from simulator.telephony.clock import VirtualClock, WaitingClock
from simulator.telephony.devices import Device, Message
from simulator.telephony.exchange import Behaviour, Exchange, ExchangeOptions, PhoneNumber
from simulator.telephony.legs import Leg, Party
from simulator.telephony.messages import Message as Text
from simulator.telephony.messaging_services import MessagingService
from simulator.telephony.webhooks import Params

PATIENCE = 120.0  # seconds of the clock that an expectation may take


class NotHeard(AssertionError):
    """What was expected did not come; the text says what came instead."""


class Person:
    """Whoever is at one end of a leg, for a test."""

    def __init__(self, sim: "Sim", leg: Leg) -> None:
        self.sim, self.leg = sim, leg
        self._read = 0

    @property
    def sid(self) -> str:
        return self.leg.sid

    async def heard(self, text: str, limit: float = PATIENCE) -> str:
        """Let time pass until the party hears this (part of a text, of a URL, or a kind like "music")."""
        found: list[str] = []

        def there() -> bool:
            for number in range(self._read, len(self.leg.heard)):
                one = self.leg.heard[number]
                if text in one.text or text == one.kind:
                    self._read = number + 1
                    found.append(one.text)
                    return True
            return False

        if not await self.sim.clock.until(there, limit):
            came = [f"{one.at:g}s {one.kind} {one.text}".strip() for one in self.leg.heard]
            raise NotHeard(f"{text!r} was not heard; heard {came}, state {self.leg.status}")
        return found[0]

    async def press(self, digits: str) -> None:
        """Keys, all at once."""
        self.leg.press(digits)
        await self.sim.settle()

    async def say(self, text: str) -> None:
        """Words, to a Gather of speech or into a recording."""
        self.leg.speak(text)
        await self.sim.settle()

    async def hang_up(self) -> None:
        """The party ends the call."""
        self.leg.hang_up()
        await self.sim.settle()

    async def answer(self) -> None:
        """The party picks up its ringing telephone."""
        self.leg.wake("answer")
        await self.sim.settle()

    async def decline(self, what: str = "busy") -> None:
        """The telephone is busy, or says reject or fail."""
        self.leg.wake(what)
        await self.sim.settle()

    def expect_audible(self, *others: "Person", mutual: bool = False) -> None:
        """This party hears the others now; with `mutual` they hear it too."""
        matrix = audibility(self.sim.exchange)
        for other in others:
            if other.sid not in matrix.get(self.sid, frozenset()):
                raise NotHeard(f"{self.leg.label or self.sid} does not hear {other.leg.label or other.sid}: {matrix}")
            if mutual:
                other.expect_audible(self)

    def expect_inaudible(self, *others: "Person") -> None:
        """This party does not hear the others now."""
        matrix = audibility(self.sim.exchange)
        for other in others:
            if other.sid in matrix.get(self.sid, frozenset()):
                raise NotHeard(f"{self.leg.label or self.sid} hears {other.leg.label or other.sid}: {matrix}")

    def expect_sound(self, kind: str) -> None:
        """What is played to the party now: say, play, music, ringback; "" for nothing."""
        playing = self.leg.playing.kind if self.leg.playing else ""
        if playing != kind:
            raise NotHeard(f"{playing!r} is played, not {kind!r}")


class Softphone:
    """An agent's device, for a test."""

    def __init__(self, sim: "Sim", identity: str) -> None:
        self.sim = sim
        self.messages: list[Message] = []
        self.device = Device(sim.exchange, identity, self.messages.append)
        self.device.register()

    async def rings(self, limit: float = PATIENCE) -> Message:
        """Let time pass until a call rings; what the softphone is told."""
        if not await self.sim.clock.until(lambda: bool(self.device.ringing), limit):
            raise NotHeard("no call rings")
        return next(one for one in reversed(self.messages) if one["type"] == "incoming")

    async def accept(self, sid: str = "") -> Person:
        """Take the ringing call."""
        leg = self.device.accept(sid)
        await self.sim.settle()
        return Person(self.sim, leg)

    async def reject(self, sid: str = "") -> None:
        """Decline the ringing call."""
        self.device.reject(sid)
        await self.sim.settle()

    async def connect(self, **params: str) -> Person:
        """Call out through the device's application."""
        leg = self.device.connect(params)
        await self.sim.settle()
        return Person(self.sim, leg)

    async def hang_up(self) -> None:
        """End the active call."""
        self.device.hang_up()
        await self.sim.settle()

    async def lose(self) -> None:
        """Reload of the page or loss of the network: registration and call are gone."""
        self.device.unregister()
        await self.sim.settle()


class Sim:
    """An emulator on a free port. Use `running_sim`."""

    def __init__(self, exchange: Exchange, clock: VirtualClock | WaitingClock, base_url: str) -> None:
        self.exchange, self.clock, self.base_url = exchange, clock, base_url
        exchange.base_url = base_url

    def number(self, number: str, voice_url: str = "", **more: str) -> PhoneNumber:
        """A number of the account and the URLs it calls."""
        return self.exchange.add_number(replace(PhoneNumber(number, voice_url), **more))  # type: ignore[arg-type]

    def messaging_service(self, *senders: str, number: int = 1, **more: Any) -> MessagingService:
        """A messaging service with these numbers of the account as its pool."""
        return self.exchange.add_messaging_service(MessagingService(f"MG{number:032x}", senders=[*senders], **more))

    def endpoint(self, number: str, kind: str, after: float = 1.0, sip: int = 404) -> None:
        """What an outside telephone does when it rings."""
        self.exchange.endpoints[number] = Behaviour(kind, after, sip)

    async def call(self, from_: str, to: str, *, stir: str = "", caller_name: str = "", extra: Params = ()) -> Person:
        """Somebody dials one of our numbers."""
        leg = self.exchange.call_in(Party(from_, to, "inbound", caller_name=caller_name, stir=stir, extra=extra))
        await self.settle()
        return Person(self, leg)

    async def text(self, from_: str, to: str, body: str, media: tuple[tuple[str, bytes], ...] = ()) -> Text:
        """A customer writes."""
        message = self.exchange.desk.receive(from_, to, body, media)
        await self.settle()
        return message

    def agent(self, identity: str) -> Softphone:
        """A registered softphone."""
        return Softphone(self, identity)

    def person(self, sid: str) -> Person:
        """Who is at the end of a leg."""
        return Person(self, self.exchange.legs[sid])

    def ringing_at(self, number: str) -> Person:
        """The outside telephone that rings."""
        leg = next(one for one in self.exchange.legs.values() if one.party.to == number and one.status == "ringing")
        return Person(self, leg)

    async def settle(self) -> None:
        """Until nothing moves without time passing."""
        await self.exchange.busy.settle()

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(seconds)

    async def until(self, condition: Callable[[], bool], limit: float = PATIENCE) -> None:
        """Let time pass until the condition holds. Raises NotHeard."""
        if not await self.clock.until(condition, limit):
            raise NotHeard(f"not within {limit} s; alerts {self.exchange.alerts.codes()}")

    def invariants(self, *, alerts: tuple[int, ...] = ()) -> None:
        """What must hold at the end of every test: nobody in silence, equal answers to equal requests, no alerts
        besides those expected, no bugs of the emulator. Raises AssertionError."""
        from simulator.telephony.invariants import broken  # noqa: PLC0415 - reads the driver's exchange

        wrong = broken(self.exchange, alerts)
        assert not wrong, wrong


@asynccontextmanager
async def running_sim(options: ExchangeOptions | None = None, control_token: str = "",
                      handset_key: str = "", *, real_time: bool = False) -> AsyncIterator[Sim]:
    """An emulator on a free port of this machine, with virtual time unless told."""
    exchange = Exchange(options or ExchangeOptions(), WaitingClock() if real_time else None)
    clock = exchange.clock
    assert isinstance(clock, VirtualClock | WaitingClock)
    runner = web.AppRunner(TelephonyApp(exchange, control_token=control_token, handset_key=handset_key).app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield Sim(exchange, clock, f"http://{host}:{port}")
    finally:
        await runner.cleanup()
