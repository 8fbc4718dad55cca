"""Files that we send: Twilio fetches them from us, by addresses that only we can make and that end by themselves."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from channels.base import FileRef, Refused, Sink
from channels.twilio.account import Account
from channels.twilio.signature import Doorkeeper

PATH = "/files/{file}/{until}/{seal}"
LASTS = timedelta(hours=12)  # longer than a message is tried
_SHOWN = ("image/", "audio/", "video/", "application/pdf")


class Shelf:
    """`doorkeeper`: whose accounts there are."""

    def __init__(self, sink: Sink, doorkeeper: Doorkeeper, now: Callable[[], datetime]) -> None:
        self._sink = sink
        self._doorkeeper = doorkeeper
        self._now = now

    def url(self, account: Account, file: FileRef) -> str:
        until = str(int((self._now() + LASTS).timestamp()))
        return account.url(PATH.format(file=file.id, until=until, seal=_seal(account, str(file.id), until)))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """One file, to whoever has its address."""
        asked = request.match_info
        account = self._doorkeeper.accounts.get(asked["account"])
        try:
            if account is None or not self._good(account, asked["file"], asked["until"], asked["seal"]):
                raise Refused("not_found", 404)
            file, content = await self._sink.sent_file(UUID(asked["file"]))
        except Refused as refused:
            return web.Response(status=refused.status, text=refused.code)
        shown = file.type if file.type.startswith(_SHOWN) else "application/octet-stream"
        return web.Response(body=content, content_type=shown, headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(file.name)}",
            "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"})

    def _good(self, account: Account, file: str, until: str, seal: str) -> bool:
        if not until.isdecimal() or len(until) > 12 or not account.tokens:
            return False
        given = seal.encode("utf-8", "replace")
        seals = [_seal(account, file, until, token).encode() for token in account.tokens]
        good = any([hmac.compare_digest(one, given) for one in seals])  # noqa: C419 - in the same time whichever fits
        return good and self._now().timestamp() < int(until)


def _seal(account: Account, file: str, until: str, token: str = "") -> str:
    key = token or next(iter(account.tokens), "")
    return hmac.new(key.encode(), f"interaction-hub file {file} {until}".encode(), hashlib.sha256).hexdigest()
