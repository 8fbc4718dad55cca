"""The emulator as one aiohttp application: the REST API, downloads, and with a token the control API."""

import base64
import re
from collections.abc import Mapping

from aiohttp import web
from multidict import MultiDict

from simulator.telephony import (
    api_table,
    rest_calls,
    rest_conferences,
    rest_messages,
    rest_numbers,
    rest_queues,
    rest_recordings,
    rest_services,
)
from simulator.telephony.clock import sleep
from simulator.telephony.control import ControlApi
from simulator.telephony.exchange import Exchange
from simulator.telephony.handset_socket import HandsetPage
from simulator.telephony.loopback import Loopback
from simulator.telephony.rest import BASE, ApiError, RestApi, Route
from simulator.telephony.sound import wav_of

ROUTES: Mapping[str, Route] = {
    **rest_calls.ROUTES, **rest_queues.ROUTES, **rest_conferences.ROUTES, **rest_recordings.ROUTES,
    **rest_messages.ROUTES, **rest_numbers.ROUTES,
}
_RECORDING = re.compile(r"^/2010-04-01/Accounts/(AC\w{32})/Recordings/(RE\w{32})(\.wav|\.mp3)?$")
EXCHANGE = web.AppKey("exchange", Exchange)


class TelephonyApp:
    """Requests in, answers out; every one is counted, so that tests know when all is quiet."""

    def __init__(self, exchange: Exchange, *, control_token: str = "", handset_key: str = "",
                 media_needs_auth: bool = False) -> None:
        self.exchange = exchange
        self.loopback = Loopback(exchange)
        self.rest = RestApi(exchange, ROUTES)
        self.media_needs_auth = media_needs_auth
        self.app = web.Application(client_max_size=256 * 1024)
        self.app[EXCHANGE] = exchange
        self.app.router.add_route("*", "/2010-04-01/{tail:.*}", self._rest)
        self.app.router.add_route("*", "/v1/{tail:.*}", self._rest)
        page = HandsetPage(exchange, handset_key) if handset_key else None
        if page is not None:
            page.add_to(self.app)
        if control_token:
            ControlApi(exchange, control_token, page.training if page else None).add_to(self.app)
        self.app.on_cleanup.append(self._close)

    async def _close(self, _: web.Application) -> None:
        await self.exchange.close()

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        with self.exchange.busy.on("rest"):
            if request.method == "GET" and (media := self._media(request)) is not None:
                return media
            posted = await request.post()
            form = MultiDict((name, value) for name, value in posted.items() if isinstance(value, str))
            mischief = self.exchange.faults.rest(self._operation(request), request.path)
            if mischief.status:
                return self.rest.error(ApiError(mischief.status, mischief.code, "fault plan"))
            beside = request.path.startswith("/v1/")
            answer = rest_services.respond(self.rest, request) if beside else self.rest.answer(request, form)
        if mischief.slow:
            await sleep(self.exchange.clock, mischief.slow)
        if mischief.drop_answer and request.transport is not None:
            request.transport.close()
        return answer

    def _operation(self, request: web.Request) -> str:
        """The published operation of a request, "" if there is none."""
        path = request.path.removeprefix(f"{BASE}/{self.exchange.account.sid}")
        found = api_table.find(request.method, path)
        return found[0].key if found else ""

    def _media(self, request: web.Request) -> web.Response | None:
        """A recording or a file of a message, if the path is one."""
        found = _RECORDING.match(request.path)
        if found is not None:
            return self._recording(request, found)
        file = rest_messages.MEDIA_PATH.match(request.path)
        if file is None:
            return None
        if not self._may_load(request, file[1]):
            return web.Response(status=401)
        message = self.exchange.messages.get(file[2])
        for one in message.media if message else ():
            if one.sid == file[3]:
                return web.Response(body=one.content, content_type=one.content_type)
        return web.Response(status=404)

    def _recording(self, request: web.Request, found: "re.Match[str]") -> web.Response:
        if not self._may_load(request, found[1]):
            return web.Response(status=401)
        recording = self.exchange.recordings.get(found[2])
        if recording is None or recording.deleted or recording.status != "completed":
            return web.Response(status=404)
        if found[3] == ".mp3":
            self.exchange.not_emulated("recordings as mp3", recording.sid)
            return web.Response(status=501)
        channels = 2 if request.query.get("RequestedChannels") == "2" and recording.channels == 2 else 1
        return web.Response(body=wav_of(recording, channels), content_type="audio/x-wav")

    def _may_load(self, request: web.Request, account: str) -> bool:
        if account != self.exchange.account.sid:
            return False
        if not self.media_needs_auth:
            return True
        known = self.exchange.account
        allowed = {"Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode() for user, secret in (
            (known.sid, known.auth_token), (known.key_sid, known.key_secret))}
        return request.headers.get("Authorization", "") in allowed
