"""An emulator with virtual time, a small web server in the hub's place, and the vendor's own client between them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import MultiDictProxy
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.invariants import _bugs, _params

Reply = Callable[[web.Request], Awaitable[web.Response]]
CONTROL = "control"
HUB = "+15550001000"
CUSTOMER = "+15551230001"


@dataclass
class Seen:
    """One request as it came in."""

    method: str
    path: str  # raw, with query
    headers: dict[str, str]
    form: MultiDictProxy[Any]
    at: float = 0.0

    @property
    def name(self) -> str:
        return self.path.partition("?")[0]

    def __getitem__(self, name: str) -> str:
        return str(self.form[name])


@dataclass
class Listener:
    """`replies` by path; everything else is answered 204."""

    base: str = ""
    seen: list[Seen] = field(default_factory=list)
    replies: dict[str, Reply] = field(default_factory=dict)
    now: Callable[[], float] = lambda: 0.0
    token: str = ""  # with a token every request is checked, and a bad one is answered 403

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        seen = Seen(request.method, request.raw_path, dict(request.headers), form, self.now())
        if self.token and not RequestValidator(self.token).validate(
                self.base + request.raw_path, form if request.method == "POST" else {},
                request.headers["X-Twilio-Signature"]):
            return web.Response(status=403)
        self.seen.append(seen)
        reply = self.replies.get(request.path)
        if reply is None and request.path.endswith((".mp3", ".wav")):
            return web.Response(body=b"ID3", content_type="audio/mpeg")
        return await reply(request) if reply else web.Response(status=204)

    def says(self, path: str, *documents: str) -> str:
        """Answer a path with these documents in turn, the last one for ever; the path's URL."""
        left = list(documents)

        async def reply(_: web.Request) -> web.Response:
            document = left.pop(0) if len(left) > 1 else left[0]
            return web.Response(text=f"<Response>{document}</Response>", content_type="text/xml")

        self.replies[path] = reply
        return self.base + path

    def of(self, path: str) -> list[Seen]:
        """What was asked of a path."""
        return [one for one in self.seen if one.name == path]

    def events(self, path: str, name: str) -> list[str]:
        """One parameter of every request to a path."""
        return [one[name] for one in self.of(path)]


async def _served(found: Listener) -> TestServer:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", found.handle)
    server = TestServer(app)
    await server.start_server()
    found.base = f"http://127.0.0.1:{server.port}"
    return server


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """A server on a free port."""
    found = Listener()
    server = await _served(found)
    yield found
    await server.close()


@pytest.fixture
async def sim() -> AsyncIterator[Sim]:
    """An emulator with virtual time."""
    async with running_sim(control_token=CONTROL) as found:
        yield found
        wrong = [line for check in (_bugs, _params) for line in check(found.exchange)]
        assert not wrong, wrong  # whatever a test is about


@pytest.fixture
async def hub(sim: Sim, listener: Listener) -> Listener:
    """The server in the hub's place: one number leads to it, and every signature is checked."""
    listener.now = sim.clock.elapsed
    listener.token = sim.exchange.account.auth_token
    sim.number(HUB, listener.base + "/voice", status_callback=listener.base + "/number",
               sms_url=listener.base + "/sms")
    return listener


@pytest.fixture
async def client(sim: Sim) -> AsyncIterator[Any]:
    """The vendor's own client, pointed at the emulator."""
    http = AsyncTwilioHttpClient()
    account = sim.exchange.account
    made = Client(account.sid, account.auth_token, http_client=http)
    made.api.base_url = sim.base_url
    yield made
    await http.close()
