"""The telephone's way in: the addresses that the provider calls, each believed only with a good signature."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import get_args
from uuid import UUID

from aiohttp import web

from channels.base import Check, Outbound, Refused, Route, SendError, Sent, Sink
from channels.twilio.account import Account, Doubt
from channels.twilio.numbers import What
from channels.twilio.signature import Doorkeeper, Signed
from channels.voice import music, reports
from channels.voice.ports import Asked, Exchange, Knock, Told
from channels.voice.settings import VoiceSettings

BASE = "/twilio/{account}/voice"
CALL = BASE + "/calls/{call}"
MUSIC = "/voice/music.wav"
PATHS: dict[Asked | Told, str] = {
    "in": f"{BASE}/in", "status": f"{BASE}/status", "step": f"{CALL}/steps/{{part}}", "wait": f"{CALL}/wait/{{part}}",
    "line": f"{CALL}/line", "join": f"{CALL}/join/{{part}}", "left": f"{CALL}/left/{{part}}", "back": f"{CALL}/back",
    "hold": f"{CALL}/hold", "comfort": f"{CALL}/comfort", "room": f"{CALL}/rooms/{{part}}",
    "leg": f"{CALL}/legs/{{part}}", "voicemail": f"{CALL}/voicemail", "recording": f"{CALL}/recording",
    "callback": f"{CALL}/callback/{{part}}", "survey": f"{CALL}/survey", "score": f"{CALL}/score",
}  # fmt: skip
SUMMARIES = {"in": "A call arrives (the number's voice URL)", "status": "A call has ended (the number's callback)"}


class Voice:
    """`exchange` decides what happens; here stands only what the wire is like."""

    kind = "voice"
    repeatable = False
    carries_files = False
    attempt_seconds = 30.0

    def __init__(self, sink: Sink, exchange: Exchange, doorkeeper: Doorkeeper, settings: VoiceSettings) -> None:
        self._sink = sink
        self._exchange = exchange
        self._doorkeeper = doorkeeper
        self._settings = settings

    def routes(self) -> Sequence[Route]:
        if not self._settings.numbers:
            return ()
        ways = [Route("POST", path, self._handler(kind), SUMMARIES.get(kind, "")) for kind, path in PATHS.items()]
        return [*ways, Route("GET", MUSIC, self._music, "What is played to those who wait")]

    async def send(self, message: Outbound) -> Sent:
        raise SendError("permanent", "no_text", "nothing can be written into a telephone call")

    async def check(self) -> AsyncIterator[Check]:
        for number in self._settings.numbers:
            account = self._doorkeeper.accounts.get(number.account)
            if account is None:
                yield Check("number", False, f"there is no account {number.account}")
                continue
            doubts = [*account.doubts(), *wanting(account)]
            wanted = called(account)
            where = f"voice URL and voice fallback URL {wanted['voice']}, status callback {wanted['status']}"
            yield Check(f"number of {account.id}", not doubts, "; ".join(one.text for one in doubts) or where)

    def _handler(self, kind: Asked | Told) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await self._answer(kind, await self._admitted(request))
            except Refused as refused:
                return web.Response(status=refused.status, text=refused.code)

        return handle

    async def _admitted(self, request: web.Request) -> Signed:
        """Raises `Refused`; what was turned away stands in the ledger, without what it said: anybody may knock."""
        try:
            return await self._doorkeeper.admit(request)
        except Refused as refused:
            account = request.match_info["account"]
            if account in self._doorkeeper.accounts:
                await self._sink.refuse(f"voice:{account}", request.path.encode(), "text/plain", refused.code)
            raise

    async def _answer(self, kind: Asked | Told, signed: Signed) -> web.Response:
        knock = _knock(kind, signed)
        if kind in get_args(Told):
            await self._exchange.tell(knock)
            return web.Response(status=204)
        return web.Response(text=await self._exchange.ask(knock), content_type="text/xml", charset="utf-8")

    async def _music(self, request: web.Request) -> web.Response:
        chord = await asyncio.to_thread(music.chord)  # the first time it takes so long that others would wait
        return web.Response(body=chord, content_type="audio/wav", headers={"Cache-Control": "max-age=86400"})


def called(account: Account) -> dict[What, str]:
    """What Twilio has to call for a number with a telephone. The same address stands in when it failed: it answers with
    the document that a call should hear now."""
    arrivals = account.url("/voice/in")
    return {"voice": arrivals, "fallback": arrivals, "status": account.url("/voice/status")}


def wanting(account: Account) -> list[Doubt]:
    """What an account lacks that only the telephone needs."""
    if account.settings.api_key_sid:
        return []
    return [Doubt("no_key", "has no API key, so softphones get no token")]


def _knock(kind: Asked | Told, signed: Signed) -> Knock:
    fields = dict(signed.fields)
    return Knock(
        kind=kind, account=signed.account.id, fields=fields, raw=signed.raw, content_type=signed.content_type,
        key=reports.key(kind, fields, signed.once, signed.path), call=_uuid(signed.params.get("call", "")),
        part=signed.params.get("part", ""))


def _uuid(text: str) -> UUID | None:
    """Raises `Refused` for what is no id: then the address is none of ours."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Refused("not_found", 404) from None
