"""Plays Twilio for the messaging channels: the emulator for what goes out, signed requests for what comes in."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from pydantic import SecretStr

from channels.base import Address, Inbound, Mark, Outbound, Sink, TextOut
from channels.messaging import Gateway, MessagingService, MessagingSettings, Sender, Sms, Template, WhatsApp
from channels.messaging.settings import Kind
from channels.messaging.understand import replay
from channels.twilio.account import Account, TwilioAccount, TwilioSecrets
from channels.twilio.rest import Rest
from channels.twilio.signature import Doorkeeper
from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.exchange import ExchangeOptions
from simulator.telephony.signature import sign
from tests.channels.kit.driver import Answer, Stored
from tests.channels.kit.sink import MemorySink
from tests.support.clock import FakeClock

OURS, ANN = "+15550001000", "+15551230001"
SOURCES = {"sms": f"sms:main:{OURS}", "whatsapp": f"whatsapp:main:{OURS}"}
STATUS_OF: dict[Mark, str] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "undelivered"}
Now = Callable[[], datetime]
_KINDS: tuple[Kind, ...] = ("sms", "whatsapp")
POOL = MessagingService(account="main", sid="MG" + f"{1:032x}", name="Pool", numbers=("+15550004001", "+15550004002"))
SETTINGS = MessagingSettings(services=(POOL,),
                             senders=tuple(Sender(account="main", number=OURS, kind=kind) for kind in _KINDS),
                             templates=(Template(id="ready", name={"en": "Order is ready"}, content_sid="HX" + "1" * 32,
                                                 text="Hello {{1}}, order {{2}} is ready."),), file_bytes=10_000)


class TextingSink(MemorySink):
    """A hub whose answers know which number of ours they go from."""

    def say(self, address: Address, channel: str, text: str, name: str = "Maya") -> Outbound:
        return replace(super().say(address, channel, text, name), texting=TextOut(SOURCES[channel]))


class Line:
    """A driver for the kit, and all that the tests of this channel need. `base`: where our webhooks are."""

    def __init__(self, kind: Kind, sim: Sim, base: str, hub: Sink | None = None, now: Now | None = None) -> None:
        self.kind: Kind = kind
        self.sim, self.base = sim, base
        self.sink, self.clock = TextingSink(), FakeClock()
        self.token = sim.exchange.account.auth_token
        self.account = Account(
            settings=TwilioAccount(id="main", account_sid=sim.exchange.account.sid, api_url=sim.base_url),
            secrets=TwilioSecrets(auth_token=SecretStr(self.token)), public_url=base)
        self.rest = Rest(self.account, answer_seconds=5.0, pauses=())
        self.keeper = Doorkeeper([self.account])
        self.gateway = Gateway(hub or self.sink, self.keeper, {"main": self.rest}, SETTINGS, now or self.clock)
        self.sms, self.whatsapp = Sms(self.gateway), WhatsApp(self.gateway)
        self.channel = self.sms if kind == "sms" else self.whatsapp

    @property
    def before(self) -> str:
        return "whatsapp:" if self.kind == "whatsapp" else ""

    def form(self, key: str, text: str, **more: str) -> dict[str, str]:
        return {"MessageSid": key, "AccountSid": self.account.sid, "From": self.before + ANN, "To": self.before + OURS,
                "Body": text, "NumMedia": "0", "ApiVersion": "2010-04-01", **more}

    async def post(self, path: str, form: Mapping[str, str], token: str = "") -> Answer:
        url = f"{self.base}/twilio/main{path}"
        headers = {"X-Twilio-Signature": sign(token or self.token, url, form.items()),
                   "Content-Type": "application/x-www-form-urlencoded"}
        async with aiohttp.ClientSession() as client, \
                   client.post(url, data=urlencode(form).encode(), headers=headers) as answer:
            good, after = answer.status < 300, answer.headers.get("Retry-After")
            return Answer(good, "" if good else await answer.text(), answer.status, answer.headers.get("X-Reference"),
                          after=float(after) if after else None)

    # --- what the kit asks for ---

    async def deliver(self, key: UUID, text: str) -> Answer:
        return await self.post("/messages", self.form("SM" + key.hex, text))

    async def deliver_malformed(self) -> Mapping[str, Answer]:
        good = self.form("SM1", "Hello")
        forms = {f"no {name}": {one: value for one, value in good.items() if one != name}
                 for name in ("MessageSid", "From", "To")}
        forms |= {"a blank key": {**good, "MessageSid": " "}, "a key without an end": {**good, "MessageSid": "S" * 500},
                  "nothing at all": {"AccountSid": self.account.sid}}
        return {what: await self.post("/messages", form) for what, form in forms.items()}

    def replay(self, stored: Stored) -> Inbound:
        return replay(stored.source, stored.raw, stored.at, SETTINGS)

    async def report(self, message: Outbound, mark: Mark) -> None:
        await self.post(f"/messages/{message.message_id}/status", self.status("SM1", STATUS_OF[mark]))

    async def report_unknown(self) -> None:
        for message in ("00000000-0000-7000-8000-0000000000ff", "nonsense"):
            assert (await self.post(f"/messages/{message}/status", self.status("SM9", "delivered"))).ok

    def status(self, key: str, status: str, **more: str) -> dict[str, str]:
        return {"MessageSid": key, "AccountSid": self.account.sid, "From": self.before + OURS,
                "To": self.before + ANN, "MessageStatus": status, **more}

    # --- more ---

    def answer(self, text: str) -> Outbound:
        """An agent answers in Ann's conversation."""
        return self.sink.say(self.sink.inbounds[-1].addresses[0], self.kind, text)


@asynccontextmanager
async def line(kind: Kind = "sms", hub: Sink | None = None, now: Now | None = None,
               seed: int = 1) -> AsyncIterator[Line]:
    """An emulator and our webhooks, connected both ways; a `hub` takes the place of the one in memory."""
    port = unused_port()
    async with running_sim(ExchangeOptions(seed=seed)) as sim:
        there = Line(kind, sim, f"http://127.0.0.1:{port}", hub, now)
        app = web.Application()
        for route in there.sms.routes():
            app.router.add_route(route.method, route.path, route.handler)
        server = TestServer(app, port=port)
        await server.start_server(access_log=None)
        sim.number(OURS, sms_url=there.base + "/twilio/main/messages")
        try:
            yield there
        finally:
            await there.rest.close()
            await server.close()
