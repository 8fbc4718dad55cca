"""The Socket.IO namespace of visitors. An event is acknowledged after the hub has committed it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import structlog

from channels.base import Refused
from channels.webchat.admission import Admission
from channels.webchat.emit import room_of
from channels.webchat.problems import refusal, unavailable
from channels.webchat.talk import Talk
from channels.webchat.visitors import Visit, Visitors
from channels.webchat.welcome import Welcome

log = structlog.get_logger()
Verb = Callable[[str, Visit, Any], Awaitable[dict[str, Any]]]


class VisitorNamespace(socketio.AsyncNamespace):  # type: ignore[misc]
    """Connects sockets to visitors and maps what happens inside to one form of answer: `{ok, ...}`."""

    def __init__(self, admission: Admission, visitors: Visitors, welcome: Welcome, talk: Talk,
                 limit: float) -> None:
        super().__init__("/chat")
        self._admission = admission
        self._visitors = visitors
        self._welcome = welcome
        self._talk = talk
        self._limit = limit
        self._verbs: dict[str, Verb] = {"message": talk.message, "resume": talk.resume, "read": talk.read,
                                        "typing": talk.typing, "end": talk.end}

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Overridden so that an unknown event is answered too: a client that waits for an answer gets one."""
        if self._is_of_the_connection(event, *args):
            return await super().trigger_event(event, *args)
        return await self._answer(event, *args)

    def _is_of_the_connection(self, event: str, sid: str, *_: Any) -> bool:
        """The library hands over a visitor's own event named `connect` or `disconnect` in the very same way."""
        return event in ("connect", "disconnect") and not self.server.manager.is_connected(sid, self.namespace)

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        visit = self._admission.admit(environ, auth)
        await self.enter_room(sid, room_of(visit.visitor))
        self._visitors.enter(sid, visit)
        self._welcome.begin(sid, visit)

    async def on_disconnect(self, sid: str, _reason: str = "") -> None:
        self._welcome.stop(sid)
        visitor = self._visitors.leave(sid)
        if visitor is not None and visitor.typing:
            await self._talk.stop_typing(visitor)

    async def _answer(self, event: str, sid: str, *args: Any) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._limit):
                return {"ok": True, **await self._carry_out(event, sid, args)}
        except Refused as refused:
            return refusal(refused)
        except Exception:
            log.exception("webchat.event_failed", verb=event)
            return refusal(unavailable())

    async def _carry_out(self, event: str, sid: str, args: tuple[Any, ...]) -> dict[str, Any]:
        visit = self._visitors.visit(sid)
        if visit is None:
            raise Refused("not_connected", 409)
        if event not in self._verbs:
            raise Refused("unknown_event", 404)
        return await self._verbs[event](sid, visit, args[0] if args else {})
