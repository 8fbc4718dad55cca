"""The exchange: everything that exists in the emulated account, and the parts that act on it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from simulator.telephony.clock import Busyness, Clock, VirtualClock
from simulator.telephony.faults import FaultPlan
from simulator.telephony.journal import NOT_EMULATED, Alerts, Journal
from simulator.telephony.legs import HungUp, Leg, Party, Redirected, Subscription, Target
from simulator.telephony.media import MediaShelf
from simulator.telephony.messages import MessageDesk
from simulator.telephony.messaging_services import MessagingService
from simulator.telephony.quirks import Quirks
from simulator.telephony.sids import SidFactory
from simulator.telephony.webhooks import SenderOptions, Webhook, WebhookSender

if TYPE_CHECKING:
    from simulator.telephony.conferences import Conference
    from simulator.telephony.devices import Device
    from simulator.telephony.messages import Message
    from simulator.telephony.queues import Queue
    from simulator.telephony.recordings import Recording, Transcription


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds; where a figure was measured or is documented, twilio's own."""

    setup: float = 0.5  # initiated -> ringing
    ring_extra: float = 5.0  # added to every ring timeout
    say_per_character: float = 0.06
    say_least: float = 0.5
    music: float = 30.0  # of the default hold music, and of a file whose length is unknown
    redirect_action: float = 0.30  # REST redirect -> request to the verb's action
    redirect_url: float = 0.30  # and from there -> request to the new URL
    dial_child_end: float = 0.17
    dial_action: float = 0.32
    dial_redirect: float = 0.65
    wait_document_least: float = 1.0  # between two requests for a wait document
    recording_ready: float = 2.0
    transcription_ready: float = 5.0
    message_sent: float = 0.3
    message_delivered: float = 1.0
    network_loss: float = 15.0  # how long a call without any sound from one end goes on
    callback_latency: float = 0.0
    calls_per_second: float = 1.0
    stale: float = 0.0  # how far GET Call may lag behind


@dataclass(slots=True)
class PhoneNumber:
    """A number of the account, and which URLs it calls."""

    number: str
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    friendly_name: str = ""
    sid: str = ""
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(slots=True)
class Application:
    """What a browser's outgoing call runs."""

    sid: str
    friendly_name: str
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


@dataclass(frozen=True, slots=True)
class Account:
    """Made from the seed, so that no real account can ever be meant."""

    sid: str
    auth_token: str
    key_sid: str
    key_secret: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What an endpoint does when it rings: wait for a person, answer, no-answer, busy, fail, reject, and voicemail: a
    machine answers."""

    kind: str = "ring"
    after: float = 1.0
    sip: int = 404


def seeded_account(seed: int) -> Account:
    """The one account of a seed."""
    def text(name: str) -> str:
        return hashlib.sha256(f"{seed}|{name}".encode()).hexdigest()[:32]

    return Account("AC" + text("account"), text("auth token"), "SK" + text("key"), text("key secret"))


@dataclass(slots=True)
class ExchangeOptions:
    """How an exchange is set up."""

    seed: int = 1
    timings: Timings = field(default_factory=Timings)
    quirks: tuple[tuple[str, str], ...] = ()
    strict: bool = True  # every alert about TwiML is a failure of the test
    journal: Path | None = None
    reach: dict[str, str] = field(default_factory=dict)
    allow_hosts: frozenset[str] = frozenset()


class Exchange:
    """State in memory; one actor (task) for each leg."""

    def __init__(self, options: ExchangeOptions, clock: Clock | None = None, busy: Busyness | None = None) -> None:
        self.options = options
        self.busy = busy or Busyness()
        self.clock: Clock = clock or VirtualClock(self.busy)
        self.timings = options.timings
        self.quirks = Quirks(options.quirks)
        self.sids = SidFactory(options.seed)
        self.dice = Random(options.seed)
        self.account = seeded_account(options.seed)
        self.journal = Journal(self.clock.elapsed, options.journal)
        self.journal.subscribe(self._moved)
        self.alerts = Alerts(self.journal, self.clock.elapsed)
        sender = SenderOptions(self.account.auth_token, options.reach, options.allow_hosts, self.quirks)
        self.sender = WebhookSender(sender, self.clock, self.busy, self.sids, self.journal, self.alerts)
        self.media = MediaShelf(self)
        self.faults = FaultPlan(self, options.seed)
        self.base_url = ""
        self.created = self.clock.now()
        self.legs: dict[str, Leg] = {}
        self.numbers: dict[str, PhoneNumber] = {}
        self.caller_ids: dict[str, dict[str, Any]] = {}
        self.applications: dict[str, Application] = {}
        self.queues: dict[str, Queue] = {}
        self.conferences: dict[str, Conference] = {}
        self.recordings: dict[str, Recording] = {}
        self.transcriptions: dict[str, Transcription] = {}
        self.messages: dict[str, Message] = {}
        self.desk = MessageDesk(self)
        self.services: dict[str, MessagingService] = {}
        self.opted_out: set[tuple[str, str]] = set()  # (customer, our number, or the service that it belongs to)
        self.whatsapp_seen: dict[tuple[str, str], float] = {}
        self.endpoints: dict[str, Behaviour] = {}
        self.devices: dict[str, list[Device]] = {}
        self.ringing_hooks: list[Callable[[Leg], None]] = []
        self.next_start = 0.0  # when the account may start its next outbound call

    def _moved(self, _: dict[str, Any]) -> None:
        self.busy.moves += 1

    def add_number(self, number: PhoneNumber) -> PhoneNumber:
        """The account owns it from now on."""
        number.sid = number.sid or self.sids("PN")
        number.friendly_name = number.friendly_name or number.number
        number.created = number.created or self.clock.now()
        number.updated = self.clock.now()
        self.numbers[number.number] = number
        return number

    def add_messaging_service(self, service: MessagingService) -> MessagingService:
        """A messaging service of the account. Its senders are numbers of the account that belong to no other one."""
        taken = {one for other in self.services.values() if other.sid != service.sid for one in other.senders}
        if wrong := [one for one in service.senders if one not in self.numbers or one in taken]:
            raise ValueError(f"not free for the pool: {wrong}")
        service.created = service.created or self.clock.now()
        self.services[service.sid] = service
        return service

    def notify(self, webhook: Webhook) -> None:
        """Send a callback beside everything else."""
        self.sender.notify(webhook, self.timings.callback_latency)

    def not_emulated(self, what: str, resource: str = "") -> None:
        """Loudly: the hub uses something that is not here."""
        self.alerts.add(NOT_EMULATED, f"not emulated: {what}", resource)

    def start(self, leg: Leg, stage: Callable[[], Awaitable[Target | None]]) -> None:
        """Let a leg live: its first stage, then whatever documents follow, until it ends."""
        leg.task = asyncio.create_task(self._live(leg, stage), name=leg.sid)

    async def _live(self, leg: Leg, stage: Callable[[], Awaitable[Target | None]]) -> None:
        from simulator.telephony.script import Script  # noqa: PLC0415 - the script knows the exchange

        status, sip = "completed", 200
        try:
            try:
                target = await stage()
            except Redirected as elsewhere:
                target = elsewhere.target
            if target is not None:
                await Script(leg).run(target)
        except HungUp as end:
            status, sip = end.status, end.sip
        except asyncio.CancelledError:
            raise
        except Exception as bug:  # an actor that dies would leave a leg alive for ever
            self.journal.write("bug", sid=leg.sid, error=repr(bug))
            self.alerts.add(NOT_EMULATED, f"the emulator failed: {bug!r}", leg.sid)
            status = "failed"
        self.end(leg, status, sip)

    def end(self, leg: Leg, status: str, sip: int = 200) -> None:
        """The leg is over."""
        if not leg.live:
            return
        leg.quiet()
        leg.unlimit()
        if leg.peer is not None:
            leg.peer.peer = None
            leg.peer = None
        leg.place = "ended"
        silent = status == "canceled" and leg.status == "queued"
        if silent:
            leg.callback = None  # never dialled: nobody is told
        leg.change(status, sip)
        for told in tuple(leg.at_end):
            told(leg)

    def call_in(self, party: Party) -> Leg:
        """Somebody dials one of our numbers. Raises KeyError for a number that is not ours."""
        number = self.numbers[party.to]
        party.number_sid = number.sid
        leg = Leg(self, party, status="ringing")
        if number.status_callback:
            leg.callback = Subscription(number.status_callback, number.status_callback_method)
        target = Target(number.voice_url, number.voice_method, fallback=_fallback(
            number.voice_fallback_url, number.voice_fallback_method))
        leg.place = "document"
        leg.limit()
        self.journal.write("leg", sid=leg.sid, status="ringing", direction="inbound")

        async def stage() -> Target | None:
            return target

        self.start(leg, stage)
        return leg

    def call_from_client(self, identity: str, application_sid: str, params: Iterable[tuple[str, str]]) -> Leg:
        """A browser calls: its application's document decides. Raises KeyError."""
        application = self.applications[application_sid]
        given = dict(params)
        leg = Leg(self, Party(f"client:{identity}", given.pop("To", ""), "inbound", application_sid=application.sid,
                              extra=tuple(given.items())), status="ringing")
        if application.status_callback:
            leg.callback = Subscription(application.status_callback, application.status_callback_method)
        target = Target(application.voice_url, application.voice_method, fallback=_fallback(
            application.voice_fallback_url, application.voice_fallback_method))
        leg.limit()

        async def stage() -> Target | None:
            return target

        self.start(leg, stage)
        return leg

    async def close(self) -> None:
        """End all actors and connections."""
        tasks = [leg.task for leg in self.legs.values() if leg.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for conference in self.conferences.values():
            await conference.close()
        await self.sender.close()


def _fallback(url: str, method: str) -> tuple[str, str] | None:
    return (url, method) if url else None
