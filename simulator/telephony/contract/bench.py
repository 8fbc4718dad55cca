"""Where the checks of the contract stand: a client of the API, a web server that it calls back, and two numbers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from simulator.telephony.app import TelephonyApp
from simulator.telephony.clock import Busyness, ScaledClock
from simulator.telephony.exchange import Exchange, ExchangeOptions, PhoneNumber

LIVE = "https://api.twilio.com"
ASK_SECONDS = 30.0  # for one request: the vendor's client has no limit of its own
WAIT_SECONDS = 60.0  # real ones, for something to be called back
VARIABLES = {"TWILIO_ACCOUNT_SID": "the account", "TWILIO_AUTH_TOKEN": "its auth token",
             "CONTRACT_NUMBERS": "two numbers of it, with a comma between; their addresses are changed and put back",
             "CONTRACT_PUBLIC_URL": "an https address that leads to this machine's CONTRACT_PORT (8099 unless set)"}
Notes = dict[str, Any]
T = TypeVar("T")


class Broken(Exception):
    """The contract does not hold; the text says where."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom the checks are asked of. `far`: called and written to by `near`, both of the account."""

    base_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    near: str = ""
    far: str = ""
    public_url: str = ""
    port: int = 0
    pace: float = 1.0  # how much faster than real time it is there

    @property
    def live(self) -> bool:
        return self.base_url == LIVE


def from_environment(environment: Mapping[str, str]) -> Place:
    """The live service. Raises ValueError with everything that is missing."""
    missing = [f"{name}: {what}" for name, what in VARIABLES.items() if not environment.get(name)]
    if missing:
        raise ValueError("\n".join(missing))
    near, _, far = environment["CONTRACT_NUMBERS"].replace(" ", "").partition(",")
    if not far or near == far:
        raise ValueError("CONTRACT_NUMBERS: two different numbers")
    return Place(LIVE, environment["TWILIO_ACCOUNT_SID"], environment["TWILIO_AUTH_TOKEN"], near, far,
                 environment["CONTRACT_PUBLIC_URL"].rstrip("/"), int(environment.get("CONTRACT_PORT", "8099")))


@dataclass(frozen=True, slots=True)
class Seen:
    """One request of the service."""

    path: str
    form: Mapping[str, str]
    signed: bool


class Bench:
    """`notes`: what was seen, without what differs from run to run; two runs are compared by them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.notes: Notes = {}
        self.seen: list[Seen] = []
        self.documents: dict[str, str] = {}
        self.calls: list[str] = []  # begun, and to be ended whatever happens
        self.base = ""
        self._arrived = asyncio.Event()
        self._http = AsyncTwilioHttpClient()
        self.client = self._client(place.auth_token)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ASK_SECONDS))

    def _client(self, secret: str) -> Any:
        made = Client(self.place.account_sid, secret, http_client=self._http)
        made.api.base_url = self.place.base_url
        return made

    def stranger(self) -> Any:
        """A client with a wrong secret."""
        return self._client("0" * 32)

    async def close(self) -> None:
        await self._http.close()
        await self._session.close()

    # --- the service's side of it ----------------------------------------------------------------------------
    async def handle(self, request: web.Request) -> web.Response:
        """Keeps what was asked, and answers with the document of the path."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        signed = RequestValidator(self.place.auth_token).validate(self.base + request.raw_path, form, signature)
        self.seen.append(Seen(request.path, form, bool(signed)))
        self._arrived.set()
        document = self.documents.get(request.path)
        if document is None:
            return web.Response(status=204)
        return web.Response(text=f"<Response>{document}</Response>", content_type="text/xml")

    def says(self, path: str, document: str) -> str:
        """Answer a path with this; its address."""
        self.documents[path] = document
        return self.base + path

    def of(self, path: str) -> list[Seen]:
        return [one for one in self.seen if one.path == path]

    async def until(self, what: str, found: Callable[[], T | None]) -> T:
        """Wait for something to be called back. Raises Broken."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not (value := found()):
                    self._arrived.clear()
                    await self._arrived.wait()
                return value
        except TimeoutError as late:
            raise Broken(f"{what} did not come within {WAIT_SECONDS:g} s; came: "
                         f"{[one.path for one in self.seen]}") from late

    async def called(self, path: str) -> Seen:
        """The first request for a path. Raises Broken."""
        return await self.until(path, lambda: next(iter(self.of(path)), None))

    # --- our side --------------------------------------------------------------------------------------------
    async def ask(self, request: Awaitable[T]) -> T:
        """One request of the API, within a limit. Raises Broken."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await request
        except TwilioRestException as refused:
            raise Broken(f"HTTP {refused.status}, code {refused.code}: {refused.uri}") from refused
        except TimeoutError as late:
            raise Broken(f"no answer within {ASK_SECONDS:g} s") from late

    async def refused(self, request: Awaitable[Any]) -> tuple[int, int]:
        """HTTP status and code of a request that must not succeed. Raises Broken."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                await request
        except TwilioRestException as refused:
            return int(refused.status), int(refused.code or 0)
        raise Broken("was not refused")

    async def load(self, path: str) -> tuple[int, bytes]:
        """GET below the account: status and body."""
        user = aiohttp.BasicAuth(self.place.account_sid, self.place.auth_token)
        url = f"{self.place.base_url}/2010-04-01/Accounts/{self.place.account_sid}{path}"
        async with self._session.get(url, auth=user) as answer:
            return answer.status, await answer.read()

    async def hang_up(self) -> None:
        """End what a check that broke has left behind."""
        while self.calls:
            with contextlib.suppress(TwilioException, TimeoutError):
                async with asyncio.timeout(ASK_SECONDS):
                    await self.client.calls(self.calls.pop()).update_async(status="completed")

    async def pass_time(self, seconds: float) -> None:
        """Of the place's own time."""
        await asyncio.sleep(seconds / self.place.pace)

    def note(self, name: str, value: Any) -> None:
        self.notes[name] = value


def expect(good: object, text: str) -> None:
    """Raises Broken."""
    if not good:
        raise Broken(text)


@asynccontextmanager
async def standing(place: Place) -> AsyncIterator[Bench]:
    """A bench whose far number leads to it, until the context ends."""
    bench = Bench(place)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", bench.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", place.port).start()
        bench.base = place.public_url or f"http://127.0.0.1:{runner.addresses[0][1]}"
        owned = {one.phone_number: one for one in await bench.ask(bench.client.incoming_phone_numbers.list_async())}
        strange = {place.near, place.far} - set(owned)
        if strange:
            raise Broken(f"not numbers of this account: {sorted(strange)}")
        far = owned[place.far]
        await bench.ask(far.update_async(voice_url=bench.base + "/far/voice", voice_method="POST",
                                         status_callback=bench.base + "/far/status", status_callback_method="POST",
                                         sms_url=bench.base + "/far/text", sms_method="POST"))
        try:
            yield bench
        finally:
            await bench.ask(far.update_async(
                voice_url=far.voice_url or "", voice_method=far.voice_method or "POST",
                status_callback=far.status_callback or "", sms_url=far.sms_url or "",
                status_callback_method=far.status_callback_method or "POST", sms_method=far.sms_method or "POST"))
    finally:
        await bench.close()
        await runner.cleanup()


@asynccontextmanager
async def emulated(scale: float = 10.0,
                   options: ExchangeOptions | None = None) -> AsyncIterator[tuple[Place, Exchange]]:
    """The emulator in this process, with two numbers; time runs `scale` times as fast."""
    exchange = Exchange(options or ExchangeOptions(strict=False), ScaledClock(scale=scale), Busyness())
    runner = web.AppRunner(TelephonyApp(exchange).app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        exchange.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        near, far = (exchange.add_number(PhoneNumber(number)).number for number in ("+15550001000", "+15550001001"))
        account = exchange.account
        yield Place(exchange.base_url, account.sid, account.auth_token, near, far, pace=scale), exchange
    finally:
        await runner.cleanup()


