"""The visitor's verbs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from channels.base import Accepted, Inbound, Refused, Said, Sink
from channels.webchat.budget import Budget
from channels.webchat.emit import Emit
from channels.webchat.payloads import ReadPayload, ResumePayload, TypingPayload, parse
from channels.webchat.problems import too_many
from channels.webchat.push import Push
from channels.webchat.settings import WebChatSettings
from channels.webchat.tokens import VisitorTokens
from channels.webchat.understand import CONTENT_TYPE, KIND, address_of, raw_of, understand
from channels.webchat.views import view
from channels.webchat.visitors import Visit, Visitor, Visitors

log = structlog.get_logger()
_KEPT_OF_REFUSED = 64 * 1024  # bytes: enough to see what it was, too little to fill the disk with


class Talk:
    """Each verb returns what is acknowledged, after the hub has kept it, or raises `Refused`."""

    def __init__(self, sink: Sink, settings: WebChatSettings, visitors: Visitors, tokens: VisitorTokens,
                 push: Push, emit: Emit, now: Callable[[], datetime]) -> None:
        self._sink = sink
        self._settings = settings
        self._visitors = visitors
        self._tokens = tokens
        self._push = push
        self._emit = emit
        self._now = now
        self._messages = Budget(settings.messages_per_minute, now)
        self._events = Budget(settings.events_per_minute, now)

    async def message(self, sid: str, visit: Visit, data: Any) -> dict[str, Any]:
        visitor = self._visitor(visit)
        async with visitor.turn:
            inbound = await self._understood(visit, data)
            accepted = await self._sink.take_in(inbound)
        if not accepted.duplicate:
            await self._show_to_other_pages(sid, visit, inbound, accepted)
        self._push.poke(visit.visitor)
        return {"id": str(accepted.message_id), "client_id": inbound.client_id, "number": accepted.number,
                "interaction_id": str(accepted.interaction_id), "at": accepted.at.isoformat(),
                "reference": accepted.reference, "token": self._tokens.issue(visit.visitor)}

    async def resume(self, _sid: str, visit: Visit, data: Any) -> dict[str, Any]:
        self._spend(visit)
        after = parse(ResumePayload, data).after
        return {"conversation": view(await self._sink.conversation(address_of(visit.visitor), KIND, after))}

    async def read(self, _sid: str, visit: Visit, data: Any) -> dict[str, Any]:
        self._spend(visit)
        seen = parse(ReadPayload, data)
        await self._sink.read_up_to(address_of(visit.visitor), KIND, seen.number, seen.mark)
        return {}

    async def typing(self, _sid: str, visit: Visit, data: Any) -> dict[str, Any]:
        self._spend(visit)
        visitor = self._visitor(visit)
        visitor.typing = parse(TypingPayload, data).on
        await self._sink.typing(address_of(visit.visitor), KIND, visitor.typing)
        return {}

    async def end(self, _sid: str, visit: Visit, _data: Any) -> dict[str, Any]:
        self._spend(visit)
        async with self._visitor(visit).turn:
            await self._sink.leave(address_of(visit.visitor), KIND)
        self._push.poke(visit.visitor)
        return {}

    async def stop_typing(self, visitor: Visitor) -> None:
        """The last page was closed in the middle of a word."""
        try:
            await self._sink.typing(address_of(visitor.id), KIND, False)
        except Refused:
            log.info("webchat.typing_not_told")

    async def _understood(self, visit: Visit, data: Any) -> Inbound:
        raw = raw_of(data, visit.language)
        try:
            if (wait := self._messages.spend(visit.visitor)) is not None:
                raise too_many(wait)
            return understand(raw, visit.visitor, self._now(), self._settings)
        except Refused as refused:
            await self._sink.refuse(KIND, raw[:_KEPT_OF_REFUSED], CONTENT_TYPE, refused.code)
            raise

    async def _show_to_other_pages(self, sid: str, visit: Visit, inbound: Inbound,
                                   accepted: Accepted) -> None:
        said = Said(accepted.message_id, inbound.client_id or "", accepted.interaction_id, accepted.number,
                    "in", inbound.name or "", inbound.text, accepted.at, "received", ())
        if inbound.file_ids:
            conversation = await self._sink.conversation(address_of(visit.visitor), KIND, accepted.number - 1)
            said = next((one for one in conversation.messages if one.id == said.id), said)
        await self._emit("message", {"message": view(said)}, visit.visitor, sid)

    def _spend(self, visit: Visit) -> None:
        if (wait := self._events.spend(visit.visitor)) is not None:
            raise too_many(wait)

    def _visitor(self, visit: Visit) -> Visitor:
        visitor = self._visitors.get(visit.visitor)
        if visitor is None:
            raise Refused("not_connected", 409)
        return visitor
