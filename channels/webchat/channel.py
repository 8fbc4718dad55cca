"""The chat on a company's own pages: Socket.IO for the talk, HTTP for the script and for files."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import socketio
from aiohttp import web

from channels.base import (
    Address,
    Channel,
    Check,
    Conversational,
    Outbound,
    Refused,
    Route,
    Said,
    SendError,
    Sent,
    Sink,
)
from channels.webchat.admission import Admission, NetworkAddress
from channels.webchat.budget import Budget
from channels.webchat.emit import room_of
from channels.webchat.files import VisitorFiles
from channels.webchat.http import Handler, answering
from channels.webchat.namespace import VisitorNamespace
from channels.webchat.push import Push
from channels.webchat.script import WidgetScript
from channels.webchat.settings import WebChatSettings
from channels.webchat.talk import Talk
from channels.webchat.tokens import VisitorTokens
from channels.webchat.understand import KIND
from channels.webchat.views import view
from channels.webchat.visitors import Visitors
from channels.webchat.welcome import Welcome

_NAMESPACE = "/chat"
_SECRET_LENGTH = 32
_SHORT = (f"shorter than {_SECRET_LENGTH} characters: take a long random one, "
          "whoever guesses it reads every visitor's conversation")


def _peer(request: web.Request) -> str:
    return request.remote or ""


class WebChat(Channel, Conversational):
    """`network_address` tells whose connection a request is; behind a trusted proxy it is another one."""

    kind = KIND
    repeatable = True  # pages drop a second copy by its id

    def __init__(self, sink: Sink, settings: WebChatSettings, sio: socketio.AsyncServer,
                 now: Callable[[], datetime], new_id: Callable[[], UUID], widget_path: Path,
                 network_address: NetworkAddress = _peer) -> None:
        self._settings = settings
        self._sio = sio
        self._visitors = Visitors()
        self._tokens = VisitorTokens(settings.secret, settings.token_lifetime, now)
        self._script = WidgetScript(widget_path)
        self._files = VisitorFiles(sink, settings, self._tokens, Budget(settings.files_per_minute, now))
        limit = settings.answer_seconds
        self._push = Push(sink, self._visitors, self._emit, settings.push_seconds, limit)
        connects = Budget(settings.connects_per_minute, now)
        admission = Admission(settings, self._tokens, self._visitors, connects, new_id, network_address)
        welcome = Welcome(sink, self._visitors, self._tokens, self._emit_to, limit)
        talk = Talk(sink, settings, self._visitors, self._tokens, self._push, self._emit, now)
        sio.register_namespace(VisitorNamespace(admission, self._visitors, welcome, talk, limit))

    def routes(self) -> Sequence[Route]:
        return (
            self._route("GET", "/chat/widget.js", self._script.show, "The widget: one tag on any page"),
            self._route("POST", "/chat/files", self._files.put_up, "Put up a file (Bearer visitor token)"),
            self._route("OPTIONS", "/chat/files", self._files.preflight),
            self._route("GET", "/chat/files/{id}", self._files.show, "A file of one's own conversation"),
            self._route("OPTIONS", "/chat/files/{id}", self._files.preflight),
        )

    async def send(self, message: Outbound) -> Sent:
        """Shows it on the visitor's open pages. Who is away finds it on coming back: the hub has it."""
        visitor = _visitor_of(message.recipient)
        if visitor is None:
            raise SendError("permanent", "no_visitor", "The recipient is no chat visitor.")
        said = Said(message.message_id, "", message.interaction_id, message.number, "out",
                    message.author_name, message.text, message.at, "sent", message.files)
        await self._emit("message", {"message": view(said)}, visitor)
        return Sent()

    async def changed(self, address: Address) -> None:
        """To be told to each process of the hub: each looks after the pages that are connected to it."""
        if (visitor := _visitor_of(address)) is not None:
            self._push.poke(visitor)

    async def agent_typing(self, address: Address, name: str, on: bool) -> None:
        if (visitor := _visitor_of(address)) is not None:
            await self._emit("typing", {"name": name, "on": on}, visitor)

    async def check(self) -> AsyncIterator[Check]:
        try:
            yield Check("widget", True, f"{self._script.size} bytes compressed")
        except Refused:
            yield Check("widget", False, "not built: run `npm run build` in channels/webchat/widget")
        long_enough = len(self._settings.secret) >= _SECRET_LENGTH
        yield Check("secret", long_enough, "" if long_enough else _SHORT)

    def _route(self, method: str, path: str, handler: Handler, summary: str = "") -> Route:
        return Route(method, path, answering(handler, self._settings.allowed_origins), summary)

    async def _emit(self, event: str, data: dict[str, Any], visitor: UUID, skip: str | None = None) -> None:
        await self._sio.emit(event, data, room=room_of(visitor), skip_sid=skip, namespace=_NAMESPACE)

    async def _emit_to(self, event: str, data: dict[str, Any], sid: str) -> None:
        await self._sio.emit(event, data, to=sid, namespace=_NAMESPACE)


def _visitor_of(address: Address) -> UUID | None:
    if address.kind != "visitor":
        return None
    try:
        return UUID(address.value)
    except ValueError:
        return None
