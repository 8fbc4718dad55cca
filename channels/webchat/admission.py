"""Who may connect, and as which visitor."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as NotAdmitted

from channels.base import Refused
from channels.webchat.budget import Budget
from channels.webchat.origins import is_allowed
from channels.webchat.problems import refusal, too_many
from channels.webchat.settings import WebChatSettings
from channels.webchat.tokens import TokenError, VisitorTokens
from channels.webchat.visitors import Visit, Visitors

NetworkAddress = Callable[[web.Request], str]


class Admission:
    """Judges a connection before it costs anything. A bad token is no error: it makes a new visitor."""

    def __init__(self, settings: WebChatSettings, tokens: VisitorTokens, visitors: Visitors, connects: Budget,
                 new_id: Callable[[], UUID], network_address: NetworkAddress) -> None:
        self._settings = settings
        self._tokens = tokens
        self._visitors = visitors
        self._connects = connects
        self._new_id = new_id
        self._network_address = network_address

    def admit(self, environ: Mapping[str, Any], auth: object) -> Visit:
        """Raises socketio's `ConnectionRefusedError`, whose data is in the form of a refused event."""
        request: web.Request = environ["aiohttp.request"]
        address = self._network_address(request)
        try:
            self._judge(request, address)
        except Refused as refused:
            raise NotAdmitted(refused.code, refusal(refused)) from None
        wishes = auth if isinstance(auth, Mapping) else {}
        visitor, problem = self._who(wishes.get("token"))
        return Visit(visitor, self._language(wishes.get("language")), address, problem)

    def _judge(self, request: web.Request, address: str) -> None:
        if not is_allowed(request, self._settings.allowed_origins):
            raise Refused("origin_not_allowed", 403)
        if not _is_loopback(address):
            self._judge_address(address)

    def _judge_address(self, address: str) -> None:
        if self._visitors.connections(address) >= self._settings.connections_per_address:
            raise Refused("too_many_connections", 429)
        if (wait := self._connects.spend(address)) is not None:
            raise too_many(wait)

    def _who(self, token: object) -> tuple[UUID, str | None]:
        if not token:
            return self._new_id(), None
        try:
            return self._tokens.read(token), None
        except TokenError as bad:
            return self._new_id(), bad.code

    def _language(self, wish: object) -> str:
        known = self._settings.languages
        return wish if isinstance(wish, str) and wish in known else known[0]


def _is_loopback(address: str) -> bool:
    """A proxy that was not made known, or this machine itself: everybody at once, so no limit for one can hold."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
