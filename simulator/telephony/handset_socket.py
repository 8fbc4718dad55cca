"""The handset page: telephones of customers in a browser, `/handset/`. Outside of the control API: whoever has the
page's key makes telephones, and each telephone's own token shows and does what belongs to that number only."""

import asyncio
import hmac
from base64 import b64decode
from collections.abc import Callable
from importlib.resources import files
from typing import Annotated, Any, Literal, Self, TypeVar

import orjson
from aiohttp import WSMsgType, web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from simulator.telephony.exchange import Exchange
from simulator.telephony.handset import Busy, Handset, HandsetRoom
from simulator.telephony.training import Training

PATH = "/handset/"
ASSETS = {"": "text/html", "handset.css": "text/css", "handset.js": "text/javascript", "words.js": "text/javascript",
          "telephone.js": "text/javascript", "training.js": "text/javascript"}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
MAX_FILE = 500_000  # characters of base64
MAX_MESSAGE = MAX_FILE + 16 * 1024
HELLO_SECONDS = 10.0  # real ones: how long a connection may say nothing
SEND_SECONDS = 10.0
Stir = Literal["", "TN-Validation-Passed-A", "TN-Validation-Passed-B", "TN-Validation-Passed-C",
               "TN-Validation-Failed", "No-TN-Validation"]
Name = Annotated[str, Field(max_length=60)]
Body = TypeVar("Body", bound=BaseModel)


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hello(_Said):
    type: Literal["hello"]
    number: str = Field(max_length=20)
    token: str = Field(max_length=200)


class Dial(_Said):
    type: Literal["dial"]
    to: str = Field(max_length=20)
    withheld: bool = False
    stir: Stir = ""
    name: Name = ""


class Press(_Said):
    type: Literal["press"]
    digits: Annotated[str, Field(pattern=r"^[0-9*#]{1,32}$")]


class Say(_Said):
    type: Literal["say"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Picture(_Said):
    kind: Literal["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"]
    base64: Annotated[str, Field(min_length=4, max_length=MAX_FILE)]

    @field_validator("base64")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        b64decode(value, validate=True)  # its error is a ValueError
        return value

    @property
    def content(self) -> bytes:
        return b64decode(self.base64)


class Text(_Said):
    """Words, a file, or both."""

    type: Literal["text"]
    to: str = Field(max_length=20)
    body: Annotated[str, Field(max_length=1600)]
    picture: Picture | None = None
    channel: Literal["sms", "whatsapp"] = "sms"
    name: Name = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.body and self.picture is None:
            raise ValueError("nothing to send")
        return self


class Network(_Said):
    type: Literal["network"]
    there: bool


class When(_Said):
    """What it does when it is called."""

    type: Literal["when"]
    when: Literal["ring", "answer", "voicemail", "busy", "no-answer"]


class Plain(_Said):
    type: Literal["answer", "decline", "hangup", "seen", "types"]


class Wanted(_Said):
    """A telephone; without a number the next free one."""

    number: str = Field("", max_length=20)


class Trained(_Said):
    """A scripted caller."""

    persona: str = Field(max_length=40)
    to: str = Field(max_length=20)
    language: Literal["en", "zh-Hans"] = "en"


Command = Dial | Press | Say | Text | Network | When | Plain
_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


def obey(handset: Handset, command: Command) -> None:
    """Raises Busy, and KeyError for a number that is none of ours."""
    match command:
        case Dial():
            handset.dial(command.to, withheld=command.withheld, stir=command.stir, name=command.name)
        case Press():
            handset.press(command.digits)
        case Say():
            handset.say(command.text)
        case Text():
            file = command.picture
            handset.text(command.to, command.body, command.channel, command.name,
                         ((file.kind, file.content),) if file else ())
        case Network():
            handset.network(command.there)
        case When():
            handset.behave(command.when)
        case Plain():
            {"answer": handset.answer, "decline": handset.decline, "hangup": handset.hang_up,
             "seen": handset.seen, "types": handset.types}[command.type]()


class HandsetSocket:
    """One page's connection to one telephone."""

    def __init__(self, room: HandsetRoom) -> None:
        self.room, self.exchange = room, room.exchange
        self.socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MAX_MESSAGE)
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Until it closes; the call goes on without the page."""
        await self.socket.prepare(request)
        handset = await self._hello()
        if handset is None:
            await self.socket.close(code=4401, message=b"token")
            return self.socket
        sending = asyncio.create_task(self._send(), name="handset")
        tell: Callable[[dict[str, Any]], None] = self._waiting.put_nowait
        handset.listeners.append(tell)
        tell(handset.everything())
        try:
            async for message in self.socket:
                if message.type is WSMsgType.TEXT:
                    with self.exchange.busy.on("handset"):
                        self._take(handset, message.data)
        finally:
            handset.listeners.remove(tell)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return self.socket

    async def _hello(self) -> Handset | None:
        try:
            said = Hello.model_validate_json(await self.socket.receive_str(timeout=HELLO_SECONDS))
        except (TimeoutError, TypeError, ValidationError):
            return None
        return self.room.admits(said.number, said.token)

    def _take(self, handset: Handset, text: str) -> None:
        try:
            obey(handset, _COMMANDS.validate_json(text))
        except ValidationError:
            self._waiting.put_nowait({"type": "error", "what": "invalid"})
        except Busy as wrong:
            self._waiting.put_nowait({"type": "error", "what": str(wrong)})
        except KeyError:
            self._waiting.put_nowait({"type": "error", "what": "unknown number"})

    async def _send(self) -> None:
        """In order; a page that does not read is let go."""
        while True:
            news = await self._waiting.get()
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self.socket.send_str(orjson.dumps(news).decode())
            except (ConnectionError, TimeoutError):
                await self.socket.close()
                return


class HandsetPage:
    """Routes below /handset/. `key`: of the page's link, behind its `#`, so that it stands in no log."""

    def __init__(self, exchange: Exchange, key: str) -> None:
        if not key:
            raise ValueError("the handset page needs a key")
        self.room, self.training, self._key = HandsetRoom(exchange, key), Training(exchange), key
        self._sockets: set[web.WebSocketResponse] = set()

    def add_to(self, app: web.Application) -> None:
        app.router.add_post(f"{PATH}telephones", self.telephone)
        app.router.add_get(f"{PATH}training", self.trained)
        app.router.add_post(f"{PATH}training", self.train)
        app.router.add_delete(f"{PATH}training", self.dismiss)
        app.router.add_get(f"{PATH}socket", self.talk)
        app.router.add_get(f"{PATH}{{name:[a-z.]*}}", self.asset)
        app.on_shutdown.append(self._close)

    async def asset(self, request: web.Request) -> web.Response:
        kind = ASSETS.get(name := request.match_info["name"])
        if kind is None:
            return web.Response(status=404)
        text = (files("simulator.telephony") / "pages" / (name or "handset.html")).read_text("utf-8")
        return web.Response(text=text, content_type=kind, headers={
            "Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer"})

    async def telephone(self, request: web.Request) -> web.Response:
        """A telephone and its token."""
        body = await self._asked(request, Wanted)
        try:
            handset = self.room.open(body.number)
        except ValueError as wrong:
            raise web.HTTPUnprocessableEntity(text=str(wrong)) from wrong
        return web.json_response({"number": handset.number, "token": self.room.token(handset.number)}, status=201)

    async def talk(self, request: web.Request) -> web.WebSocketResponse:
        connection = HandsetSocket(self.room)
        self._sockets.add(connection.socket)
        try:
            return await connection.run(request)
        finally:
            self._sockets.discard(connection.socket)

    async def trained(self, request: web.Request) -> web.Response:
        """Who there is, and who is on the line."""
        self._admit(request)
        return web.json_response(self.training.everything())

    async def train(self, request: web.Request) -> web.Response:
        body = await self._asked(request, Trained)
        try:
            self.training.start(body.persona, body.to, body.language)
        except KeyError as wrong:
            raise web.HTTPNotFound from wrong
        except ValueError as wrong:
            raise web.HTTPUnprocessableEntity(text=str(wrong)) from wrong
        return web.json_response(self.training.everything(), status=201)

    async def dismiss(self, request: web.Request) -> web.Response:
        """All scripted callers hang up."""
        self._admit(request)
        self.training.dismiss()
        return web.json_response(self.training.everything())

    def _admit(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._key.encode()):
            raise web.HTTPUnauthorized

    async def _asked(self, request: web.Request, kind: type[Body]) -> Body:
        self._admit(request)
        try:
            return kind.model_validate_json(await request.read())
        except ValidationError as wrong:
            raise web.HTTPUnprocessableEntity(text="invalid") from wrong

    async def _close(self, _: web.Application) -> None:
        self.training.dismiss()
        for socket in tuple(self._sockets):
            await socket.close()
