"""The control API of the emulator, `/_sim/...`: people who call, time, faults, what is going on. By token only."""

import base64
import binascii
import hmac
from typing import Annotated, Any, Literal

import orjson
from aiohttp import web
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from simulator.telephony.audibility import audibility, speak_up
from simulator.telephony.clock import ScaledClock, VirtualClock
from simulator.telephony.device_socket import DeviceSocket
from simulator.telephony.exchange import Behaviour, Exchange, PhoneNumber
from simulator.telephony.faults import profile, read_rules
from simulator.telephony.invariants import broken
from simulator.telephony.legs import Leg, Party
from simulator.telephony.messages import Outcome
from simulator.telephony.network import find_network, lose_network
from simulator.telephony.training import Training

From = Annotated[str, Field(validation_alias=AliasChoices("from", "from_"), max_length=256)]
_PAGE = 1000  # journal entries in one answer


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CallBody(_Body):
    """Somebody dials one of our numbers."""

    from_: From
    to: str
    stir: str = ""
    caller_name: str = ""
    forwarded_from: str = ""


class MediaBody(_Body):
    content_type: str
    base64: str


class MessageBody(_Body):
    """A customer writes."""

    from_: From
    to: str
    body: str = ""
    channel: Literal["sms", "whatsapp"] = "sms"
    profile_name: str = ""
    media: tuple[MediaBody, ...] = ()


class LegBody(_Body):
    digits: str = Field("", pattern=r"^[0-9*#w]*$")
    text: str = ""
    sip: int = 404


class EndpointBody(_Body):
    """What an outside number does when it rings, and what becomes of messages to it."""

    kind: Literal["ring", "answer", "no-answer", "busy", "fail", "reject", "voicemail"] = "ring"
    after: float = Field(1.0, ge=0)
    sip: int = 404
    messages: Literal["delivered", "read", "sent", "undelivered", "failed"] = "delivered"
    code: int | None = None


class NumberBody(_Body):
    """A number of the account and its URLs."""

    number: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    sms_url: str = ""
    sms_fallback_url: str = ""


class ClockBody(_Body):
    advance: float | None = Field(None, ge=0)
    scale: float | None = Field(None, gt=0)
    pause: bool | None = None


class FaultsBody(_Body):
    profile: Literal["clean", "jitter", "hostile", "outage"] = "clean"
    rules: tuple[dict[str, Any], ...] = ()


class TrainingBody(_Body):
    """A scripted caller."""

    persona: str
    to: str
    language: Literal["en", "zh-Hans"] = "en"


class QuirkBody(_Body):
    id: str
    value: str


def leg_state(leg: Leg) -> dict[str, Any]:
    """One leg, for people."""
    return {"sid": leg.sid, "from": leg.party.from_, "to": leg.party.to, "direction": leg.party.direction,
            "status": leg.status, "place": leg.place, "label": leg.label,
            "parent": leg.parent.sid if leg.parent else None, "seconds": leg.seconds(),
            "playing": {"kind": leg.playing.kind, "text": leg.playing.text} if leg.playing else None}


class ControlApi:
    """Routes under /_sim; everything but the softphones' websocket needs the token."""

    def __init__(self, exchange: Exchange, token: str, training: Training | None = None) -> None:
        if not token:
            raise ValueError("the control API needs a token")
        self.exchange, self._token = exchange, token
        self._training = training or Training(exchange)
        self._sockets: set[web.WebSocketResponse] = set()

    def add_to(self, app: web.Application) -> None:
        """The routes, and the check of the token before them."""
        app.middlewares.append(self._guard)
        app.router.add_post("/_sim/calls", self.call)
        app.router.add_post("/_sim/legs/{sid}/{verb}", self.leg)
        app.router.add_post("/_sim/messages", self.message)
        app.router.add_get("/_sim/training", self.trained)
        app.router.add_post("/_sim/training", self.train)
        app.router.add_put("/_sim/endpoints/{number}", self.endpoint)
        app.router.add_post("/_sim/numbers", self.number)
        app.router.add_post("/_sim/clock", self.clock)
        app.router.add_post("/_sim/faults", self.faults)
        app.router.add_post("/_sim/quirks", self.quirk)
        for name in ("state", "journal", "alerts", "account", "invariants"):
            app.router.add_get(f"/_sim/{name}", getattr(self, name))
        app.router.add_get("/_sim/ws", self.watch)
        app.router.add_get("/_sim/device", self.device)
        app.on_shutdown.append(self._close)
        app.router.add_route("*", "/_sim/{tail:.*}", self.unknown)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not request.path.startswith("/_sim/") or request.path == "/_sim/device":
            return await handler(request)  # type: ignore[no-any-return]
        given = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.query.get("token", "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return web.json_response({"error": "token"}, status=401)
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except ValidationError as wrong:
            return web.json_response({"error": "invalid", "detail": wrong.error_count()}, status=422)
        except orjson.JSONDecodeError:
            return web.json_response({"error": "not JSON"}, status=400)
        except KeyError as unknown:
            return web.json_response({"error": f"unknown {unknown}"}, status=404)
        except ValueError as wrong:
            return web.json_response({"error": str(wrong)}, status=422)

    async def call(self, request: web.Request) -> web.Response:
        body = CallBody.model_validate(orjson.loads(await request.read()))
        leg = self.exchange.call_in(Party(body.from_, body.to, "inbound", caller_name=body.caller_name,
                                          forwarded_from=body.forwarded_from, stir=body.stir))
        return web.json_response(leg_state(leg), status=201)

    async def leg(self, request: web.Request) -> web.Response:
        leg, raw = self.exchange.legs[request.match_info["sid"]], await request.read()
        body = LegBody.model_validate(orjson.loads(raw) if raw else {})
        verb = request.match_info["verb"]
        if verb in {"answer", "reject", "busy", "fail"}:
            leg.wake(verb, body.sip)
        elif verb == "hangup":
            leg.hang_up()
        elif verb in {"drop", "recover"}:
            (lose_network if verb == "drop" else find_network)(leg)
        elif verb == "dtmf":
            leg.press(body.digits)
        elif verb == "speak":
            speak_up(leg, body.text)
        else:
            raise KeyError(verb)
        return web.json_response(leg_state(leg))

    async def message(self, request: web.Request) -> web.Response:
        body = MessageBody.model_validate(orjson.loads(await request.read()))
        prefix = "whatsapp:" if body.channel == "whatsapp" else ""
        try:
            media = tuple((one.content_type, base64.b64decode(one.base64, validate=True)) for one in body.media)
        except binascii.Error as wrong:
            raise ValueError("media is not base64") from wrong
        message = self.exchange.desk.receive(prefix + body.from_, prefix + body.to, body.body, media,
                                             body.profile_name)
        return web.json_response({"sid": message.sid}, status=201)

    async def train(self, request: web.Request) -> web.Response:
        body = TrainingBody.model_validate(orjson.loads(await request.read()))
        return web.json_response(self._training.start(body.persona, body.to, body.language).state(), status=201)

    async def trained(self, _: web.Request) -> web.Response:
        return web.json_response(self._training.everything())

    async def endpoint(self, request: web.Request) -> web.Response:
        body = EndpointBody.model_validate(orjson.loads(await request.read()))
        number = request.match_info["number"]
        self.exchange.endpoints[number] = Behaviour(body.kind, body.after, body.sip)
        self.exchange.desk.outcomes[number] = Outcome(body.messages, body.code)
        return web.json_response({})

    async def number(self, request: web.Request) -> web.Response:
        body = NumberBody.model_validate(orjson.loads(await request.read()))
        made = self.exchange.add_number(PhoneNumber(**body.model_dump()))
        return web.json_response({"sid": made.sid}, status=201)

    async def clock(self, request: web.Request) -> web.Response:
        body = ClockBody.model_validate(orjson.loads(await request.read()))
        clock = self.exchange.clock
        if body.advance is not None and isinstance(clock, VirtualClock):
            await clock.advance(body.advance)
        elif body.scale is not None and isinstance(clock, ScaledClock):
            clock.scale = body.scale
        elif body.pause is not None and isinstance(clock, ScaledClock):
            clock.paused = body.pause
        elif body.advance is not None or body.scale is not None or body.pause is not None:
            return web.json_response({"error": "not emulated with this clock"}, status=501)
        return web.json_response({"elapsed": clock.elapsed(), "now": clock.now().isoformat()})

    async def faults(self, request: web.Request) -> web.Response:
        body = FaultsBody.model_validate(orjson.loads(await request.read()))
        rules = (*profile(body.profile, self.exchange.clock.elapsed()), *read_rules(body.rules))
        self.exchange.faults.use(rules)
        return web.json_response({"rules": len(rules)})

    async def quirk(self, request: web.Request) -> web.Response:
        body = QuirkBody.model_validate(orjson.loads(await request.read()))
        self.exchange.quirks.switch(body.id, body.value)
        return web.json_response({})

    async def state(self, _: web.Request) -> web.Response:
        exchange = self.exchange
        return web.json_response({
            "elapsed": exchange.clock.elapsed(), "legs": [leg_state(leg) for leg in exchange.legs.values()],
            "queues": [{"sid": one.sid, "name": one.name, "calls": [member.leg.sid for member in one.members]}
                       for one in exchange.queues.values()],
            "conferences": [{"sid": one.sid, "name": one.name, "status": one.status, "participants": [
                {"call": who.leg.sid, "label": who.label, "muted": who.muted, "hold": who.hold, "joined": who.joined}
                for who in one.participants.values()]} for one in exchange.conferences.values()],
            "audibility": {sid: sorted(heard) for sid, heard in audibility(exchange).items()},
            "devices": {identity: len(here) for identity, here in exchange.devices.items()}})

    async def journal(self, request: web.Request) -> web.Response:
        entries, following = self.exchange.journal.since(int(request.query.get("from", 0)), _PAGE)
        return web.Response(body=orjson.dumps({"next": following, "entries": entries}, default=str),
                            content_type="application/json")

    async def alerts(self, _: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(self.exchange.alerts.all), content_type="application/json")

    async def invariants(self, _: web.Request) -> web.Response:
        return web.json_response({"broken": broken(self.exchange)})

    async def account(self, _: web.Request) -> web.Response:
        """What the hub is to be configured with; it opens nothing but this emulator."""
        account = self.exchange.account
        return web.json_response({"account_sid": account.sid, "auth_token": account.auth_token,
                                  "api_key_sid": account.key_sid, "api_key_secret": account.key_secret,
                                  "numbers": sorted(self.exchange.numbers)})

    async def _close(self, _: web.Application) -> None:
        for socket in tuple(self._sockets):
            await socket.close()

    async def device(self, request: web.Request) -> web.WebSocketResponse:
        """A softphone; it shows the hub's token instead of ours."""
        connection = DeviceSocket(self.exchange)
        self._sockets.add(connection.socket)
        try:
            return await connection.run(request)
        finally:
            self._sockets.discard(connection.socket)

    async def watch(self, request: web.Request) -> web.WebSocketResponse:
        """Journal entries as they happen."""
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._sockets.add(socket)

        async def send(entry: dict[str, Any]) -> None:
            if not socket.closed:
                await socket.send_str(orjson.dumps(entry, default=str).decode())

        end = self.exchange.journal.subscribe(lambda entry: self.exchange.sender.spawn(send(entry)))
        try:
            async for _ in socket:
                pass
        finally:
            end()
            self._sockets.discard(socket)
        return socket

    async def unknown(self, request: web.Request) -> web.Response:
        return web.json_response({"error": f"not emulated: {request.method} {request.path}"}, status=501)
