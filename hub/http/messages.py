"""One message: its HTML, what it quotes, its bytes as they came; taken back, or decided upon."""

from typing import Literal
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from channels.email.parse.clean import page
from hub.http.endpoint import Call, Endpoint
from hub.store import history, mail
from hub.wire import TouchView
from hub.wire_base import Wire
from hub.wire_mail import Decide

# The console shows the page in a frame of its own; nobody else may.
FRAMED = {"X-Frame-Options": "SAMEORIGIN"}


class Shown(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    remote: bool = False


class Raw(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    view: bool = False


class Quoted(Wire):
    """What stands below the new text of a mail: what it quotes, and its signature."""

    text: str


async def get_html(call: Call, id: UUID, query: Shown) -> web.Response:
    """A document that runs nothing and, unless `remote` is asked for, fetches nothing from elsewhere."""
    row = await mail.page(call.parts.pool, id)
    document, policy = page(row["html"], remote=query.remote)
    headers = FRAMED | {"Content-Security-Policy": f"{policy}; frame-ancestors 'self'"}
    return web.Response(text=document, content_type="text/html", charset="utf-8", headers=headers)


async def get_quoted(call: Call, id: UUID) -> Quoted:
    return Quoted(text=(await mail.page(call.parts.pool, id))["quoted"])


async def get_raw(call: Call, id: UUID, query: Raw) -> web.Response:
    """For whoever may act on its interaction. `view`: as text, to read in the browser."""
    content = await call.parts.mailing.raw(call.actor, id)
    kind: Literal["inline", "attachment"] = "inline" if query.view else "attachment"
    return web.Response(
        body=content, content_type="text/plain" if query.view else "message/rfc822",
        headers={"Content-Disposition": f'{kind}; filename="{id}.eml"',
                 "Content-Security-Policy": "default-src 'none'; sandbox"})


async def take_back(call: Call, id: UUID) -> TouchView:
    return await history.touch(call.parts.pool, await call.parts.mailing.take_back(call.actor, id))


async def decide(call: Call, id: UUID, body: Decide) -> TouchView:
    return await history.touch(call.parts.pool, await call.parts.mailing.decide(call.actor, id, body))


ONE = "/api/messages/{id}"
ENDPOINTS = (
    Endpoint("GET", f"{ONE}/html", get_html, "A mail's HTML, harmless, to be shown in a frame", media="text/html"),
    Endpoint("GET", f"{ONE}/quoted", get_quoted, "The folded rest of a mail"),
    Endpoint("GET", f"{ONE}/raw", get_raw, "The bytes of a mail as they came", media="message/rfc822"),
    Endpoint("DELETE", ONE, take_back, "Take a mail back that has not begun to leave; it becomes my draft again"),
    Endpoint("POST", f"{ONE}/decide", decide, "What became of a message that nobody could confirm, or once more"),
)
