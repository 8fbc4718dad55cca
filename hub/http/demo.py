"""The customer's side of the demo: a page of an imaginary company, and a switch for scripted customers."""

from importlib.resources import files
from typing import Annotated, Protocol

from aiohttp import web
from pydantic import Field

from hub.http.endpoint import Call, Endpoint
from hub.wire_base import Wire

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


CROWD = web.AppKey("crowd", Customers)


class Rate(Wire):
    """Contacts per minute; 0 sends everybody home."""

    rate: Annotated[float, Field(ge=0, le=120)]


async def demo_page(call: Call) -> web.Response:
    query, headers = call.request.query, call.request.headers
    wanted = query["language"] if "language" in query else headers.get("Accept-Language", "")
    name = LANGUAGES["zh" if wanted.lower().startswith("zh") else "en"]
    return web.Response(text=_page(name), content_type="text/html", headers={
        "Content-Security-Policy": RELAXED, "Cache-Control": "no-cache", "Vary": "Accept-Language"})


async def demo_script(call: Call) -> web.Response:
    return web.Response(text=_page("demo.js"), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


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
    Endpoint("GET", "/demo/crowd", crowd_now, "How many scripted customers come per minute", role=None),
    Endpoint("POST", "/demo/crowd", set_crowd, "Call scripted customers, or send them home", role=None),
)
