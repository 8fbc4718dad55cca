"""A complete hub on a free port of this machine, and people who use it over the network."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio
from aiohttp import web
from argon2 import PasswordHasher

from hub.app import World, build
from hub.config import Settings, load
from hub.http.parts import PARTS, Parts
from hub.model import Role
from hub.store.users import NewUser
from tests.support.waiting import until, unused_port

PASSWORD = "correct horse"
SECRET = "0123456789abcdef0123456789abcdef"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
LIMIT = aiohttp.ClientTimeout(total=20)


@dataclass
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    body: Any
    headers: Any
    raw: bytes = b""


@dataclass
class Person:
    """A browser: cookies, the CSRF token once logged in, and a socket if wanted."""

    hub: "RunningHub"
    http: aiohttp.ClientSession
    me: dict[str, Any] = field(default_factory=dict)
    csrf: str = ""

    @property
    def id(self) -> str:
        return str(self.me["id"])

    async def ask(self, method: str, path: str, json: Any = None, **more: Any) -> Answer:
        headers = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        headers |= more.pop("headers", {})
        if json is not None:
            more["json"] = json
        async with self.http.request(method, self.hub.url + path, headers=headers, allow_redirects=False,
                                     **more) as answer:
            raw = await answer.read()
            is_json = answer.content_type.endswith(("/json", "+json"))
            return Answer(answer.status, await answer.json(content_type=None) if is_json and raw else raw.decode(
                "utf-8", "replace"), answer.headers, raw)

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> Answer:
        return await self.ask("POST", path, json, **more)

    async def put(self, path: str, json: Any = None, **more: Any) -> Answer:
        return await self.ask("PUT", path, json, **more)

    async def log_in(self, login: str, password: str = PASSWORD) -> Answer:
        answer = await self.post("/api/login", {"login": login, "password": password})
        if answer.status == 200:
            self.me, self.csrf = answer.body["agent"], answer.body["csrf"]
        return answer

    async def available(self) -> None:
        answer = await self.put("/api/presence", {"state": "available"})
        assert answer.status == 200, answer.body

    async def listen(self) -> "Ears":
        """A console's socket."""
        cookies = "; ".join(f"{one.key}={one.value}" for one in self.http.cookie_jar)
        ears = Ears()
        await ears.open(self.hub.url, cookies)
        self.hub.stack.push_async_callback(ears.close)
        return ears


class Ears:
    """What a console's socket has heard, by event."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: dict[str, list[Any]] = defaultdict(list)
        self.client.on("*", self._hear, namespace="/desk")

    async def open(self, url: str, cookies: str, **headers: str) -> None:
        await self.client.connect(url, headers={"Cookie": cookies, **headers}, namespaces=["/desk"],
                                  transports=["websocket"], wait_timeout=10)

    async def close(self) -> None:
        await self.client.disconnect()

    async def until(self, event: str, wanted: Any = lambda data: True) -> Any:
        """The first `event` heard so far or soon that is wanted."""
        return await until(lambda: next((one for one in self.heard[event] if wanted(one)), None))

    async def _hear(self, event: str, data: Any) -> None:
        self.heard[event].append(data)


@dataclass
class RunningHub:
    url: str
    app: web.Application
    settings: Settings
    stack: AsyncExitStack

    @property
    def parts(self) -> Parts:
        return self.app[PARTS]

    async def stranger(self) -> Person:
        """Somebody without a session."""
        http = aiohttp.ClientSession(timeout=LIMIT, cookie_jar=aiohttp.CookieJar(unsafe=True))
        await self.stack.enter_async_context(http)
        return Person(self, http)

    async def account(self, login: str, role: Role = "agent", queues: tuple[str, ...] = ("support", "sales"),
                      **more: Any) -> None:
        await self.parts.users.add(NewUser(login, login.title(), role, queues=queues, **more), PASSWORD)

    async def person(self, login: str, role: Role = "agent", queues: tuple[str, ...] = ("support", "sales"),
                     **more: Any) -> Person:
        """A new account, logged in over HTTP."""
        await self.account(login, role, queues, **more)
        person = await self.stranger()
        assert (await person.log_in(login)).status == 200
        return person

    async def ready_agent(self, login: str, **more: Any) -> tuple[Person, Ears]:
        """An agent with an open console who takes work."""
        person = await self.person(login, **more)
        ears = await person.listen()
        await person.available()
        return person, ears

    async def contact(self, text: str = "Where is my order?", **fields: str) -> str:
        """A customer fills in the form; the reference."""
        stranger = await self.stranger()
        given = {"name": "Mia", "email": "mia@example.com", "message": text} | fields
        answer = await stranger.post("/forms/contact", given)
        assert answer.status == 202, answer.body
        return str(answer.body["reference"])


@asynccontextmanager
async def a_hub(dsn: str, world: World | None = None, **settings: Any) -> AsyncIterator[RunningHub]:
    """Runs a hub over the database at `dsn` until the context ends."""
    port = unused_port()
    configured = load(None, {}, listen=f"127.0.0.1:{port}", secret=SECRET, queues=QUEUES, **settings)
    app = build(configured, dsn, world or World(hasher=CHEAP))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield RunningHub(f"http://127.0.0.1:{port}", app, configured, stack)


QUEUES = [
    {"id": "support", "name": {"en": "Support", "zh-Hans": "客户支持"},
     "dispositions": [{"id": "solved", "name": {"en": "Solved", "zh-Hans": "已解决"}}]},
    {"id": "sales", "name": {"en": "Sales", "zh-Hans": "销售"},
     "dispositions": [{"id": "sold", "name": {"en": "Sold", "zh-Hans": "已成交"}}]},
]

