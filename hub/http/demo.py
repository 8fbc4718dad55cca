"""The customer's side of the demo: a page of an imaginary company, its visitor's mail, and a switch for scripted
customers."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated, Any, Protocol

from aiohttp import web
from pydantic import Field, StringConstraints

from hub.errors import NotFound, Unavailable
from hub.http.endpoint import Call, Endpoint
from hub.wire_base import Line, Text, Wire

RELAXED = ("default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
           "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
LANGUAGES = {"zh": "demo.zh-Hans.html", "en": "demo.en.html"}


class Customers(Protocol):
    """Scripted customers, as the simulator has them."""

    rate: float

    @property
    def running(self) -> bool: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class VisitorsMail(Protocol):
    """A mail program for the visitor of the page, as the simulator has it."""

    @property
    def addresses(self) -> Sequence[str]: ...

    def mails(self, visitor: str) -> list[dict[str, Any]]: ...

    async def write(self, visitor: str, name: str, language: str, to: str, subject: str, text: str,
                    answers: int | None) -> bool: ...


CROWD = web.AppKey("crowd", Customers)
MAIL = web.AppKey("mail", VisitorsMail)
TELEPHONE = web.AppKey("telephone", str)  # where customers' telephones are, with the key that opens them
# Of example.com (RFC 2606), so that nobody pretends to be somebody.
Visitor = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,40}@example\.com$")]


class Rate(Wire):
    """Contacts per minute; 0 sends everybody home."""

    rate: Annotated[float, Field(ge=0, le=120)]


class WhoseMail(Wire):
    visitor: Visitor


class VisitorMail(Wire):
    """One mail between the visitor and the company."""

    number: int = Field(description="of a mail that came, to answer it; 0: written by the visitor")
    at: str
    name: str
    subject: str
    text: str
    mine: bool


class VisitorMails(Wire):
    addresses: list[str] = Field(description="of the company")
    mails: list[VisitorMail] = Field(description="oldest first")


class VisitorWrites(Wire):
    """A mail to the company, or the answer to one that came."""

    visitor: Visitor
    name: Line
    language: Line = "en"
    to: Line = ""
    subject: Line = ""
    text: Text
    answers: int | None = None


async def demo_page(call: Call) -> web.Response:
    query, headers = call.request.query, call.request.headers
    wanted = query["language"] if "language" in query else headers.get("Accept-Language", "")
    name = LANGUAGES["zh" if wanted.lower().startswith("zh") else "en"]
    page = _page(name)
    if TELEPHONE in call.request.app:
        page = page.replace('id="telephone-section" hidden', 'id="telephone-section"')
    return web.Response(text=page, content_type="text/html", headers={
        "Content-Security-Policy": RELAXED, "Cache-Control": "no-cache", "Vary": "Accept-Language"})


async def telephone(call: Call) -> web.Response:
    """On to the emulator's own page."""
    where = call.request.app.get(TELEPHONE)
    if where is None:
        raise NotFound("There are no telephones here.")
    language = "zh" if call.request.query.get("language") == "zh" else "en"
    address, _, key = where.partition("#")
    return web.Response(status=302, headers={
        "Location": f"{address}?language={language}#{key}", "Cache-Control": "no-store"})


async def demo_script(call: Call) -> web.Response:
    return web.Response(text=_page("demo.js"), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def mail_script(call: Call) -> web.Response:
    return web.Response(text=_page("demo-mail.js"), content_type="text/javascript", headers={
        "Cache-Control": "no-cache"})


async def visitor_mails(call: Call, query: WhoseMail) -> VisitorMails:
    room = call.request.app[MAIL]
    return VisitorMails(addresses=list(room.addresses),
                        mails=[VisitorMail.model_validate(one) for one in room.mails(query.visitor)])


async def visitor_writes(call: Call, body: VisitorWrites) -> VisitorMails:
    try:
        taken = await call.request.app[MAIL].write(
            body.visitor, body.name, body.language, body.to, body.subject, body.text, body.answers)
    except LookupError as problem:
        raise NotFound("There is no such mail or address here.") from problem
    if not taken:
        raise Unavailable("The hub takes no mail at the moment.")
    return await visitor_mails(call, WhoseMail(visitor=body.visitor))


async def crowd_now(call: Call) -> Rate:
    crowd = call.request.app[CROWD]
    return Rate(rate=crowd.rate if crowd.running else 0)


async def set_crowd(call: Call, body: Rate) -> Rate:
    crowd = call.request.app[CROWD]
    if body.rate:
        crowd.rate = body.rate
        await crowd.start()
    else:
        await crowd.stop()
    return await crowd_now(call)


def _page(name: str) -> str:
    return (files("hub.http") / "pages" / name).read_text("utf-8")


ENDPOINTS = (
    Endpoint("GET", "/demo", demo_page, "A customer's page, with form and chat", role=None, media="text/html"),
    Endpoint("GET", "/demo/demo.js", demo_script, "Its script", role=None, media="text/javascript"),
    Endpoint("GET", "/demo/telephone", telephone, "On to the telephones of customers", role=None, media="text/html"),
    Endpoint("GET", "/demo/crowd", crowd_now, "How many scripted customers come per minute", role=None),
    Endpoint("POST", "/demo/crowd", set_crowd, "Call scripted customers, or send them home", role=None),
)
MAIL_ENDPOINTS = (
    Endpoint("GET", "/demo/mail.js", mail_script, "The script of the visitor's mail program", role=None,
             media="text/javascript"),
    Endpoint("GET", "/demo/mail", visitor_mails, "A visitor's mails with the company", role=None),
    Endpoint("POST", "/demo/mail", visitor_writes, "A visitor writes to the company, by SMTP", role=None),
)
