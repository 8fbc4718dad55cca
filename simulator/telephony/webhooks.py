"""Sends webhooks: signed, within limits, retried as the URL's overrides say, fallback and alerts included."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp
from yarl import URL

from simulator.telephony.clock import Busyness, Clock, sleep
from simulator.telephony.journal import Alerts, Journal
from simulator.telephony.overrides import BadOverride, Failure, Overrides, read_overrides
from simulator.telephony.quirks import Quirks
from simulator.telephony.sids import SidFactory
from simulator.telephony.signature import HEADER, sign, signed_url, without_user

MAX_REDIRECTS = 10
MAX_BODY = 64 * 1024
MAX_MEDIA = 16 * 1024 * 1024
USER_AGENT = "TwilioProxy/1.1"
TOKEN_HEADER = "I-Twilio-Idempotency-Token"  # noqa: S105 - the name of a header
_LOCAL = re.compile(r"^(localhost|127(\.\d+){3}|::1|[\w.-]+\.localhost)$")
Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request to the hub. `kind` and `event` are what faults match; `resource` is the SID it is about."""

    url: str
    method: str
    params: Params
    kind: str  # twiml, call_status, conference, recording, message, ...
    event: str = ""
    resource: str = ""
    label: str = ""
    cookies: dict[str, str] | None = None  # of this call; filled from answers


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hub said, and at which URL and method in the end."""

    status: int
    content_type: str
    body: bytes
    url: str
    method: str


class Undelivered(Exception):
    """No usable answer. `code` is the alert's, `failure` the class that retries are chosen by."""

    def __init__(self, code: int, failure: Failure | None, text: str, url: str, response: str = "") -> None:
        super().__init__(text)
        self.code, self.failure, self.url, self.response = code, failure, url, response


class Dropped(Undelivered):
    """Lost by the fault plan, which nobody is told about."""


@dataclass(frozen=True, slots=True)
class Mischief:
    """What a fault plan does to one webhook. Times in seconds."""

    drop: bool = False
    delay: float = 0.0
    copies: int = 0
    gap: float = 0.0
    new_token: bool = False
    fail_before: bool = False
    fail_after: bool = False
    slow: float = 0.0
    bad_signature: bool = False
    wrong_port: bool = False
    old_token: bool = False
    hold: Callable[[], Awaitable[None]] | None = None


@dataclass(slots=True)
class SenderOptions:
    """Where webhooks may go and how they are signed."""

    auth_token: str
    reach: dict[str, str] = field(default_factory=dict)  # public base URL -> where it is answered here
    allow_hosts: frozenset[str] = frozenset()  # besides this machine
    quirks: Quirks = field(default_factory=Quirks)


class WebhookSender:
    """One for the whole exchange. Call `close()` at the end."""

    def __init__(self, options: SenderOptions, clock: Clock, busy: Busyness, sids: SidFactory,
                 journal: Journal, alerts: Alerts) -> None:
        self.options, self.clock, self.busy = options, clock, busy
        self._sids, self._journal, self._alerts = sids, journal, alerts
        self.mischief: Callable[[Webhook], Mischief] = lambda _: Mischief()
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """End what is in flight and the connections."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def deliver(self, webhook: Webhook) -> Answer:
        """Send with retries and give back the answer. Raises Undelivered when all attempts are used up."""
        mischief = self.mischief(webhook)
        try:
            overrides = read_overrides(webhook.url)
        except BadOverride as bad:
            raise Undelivered(11100, None, f"connection override {bad}", webhook.url) from bad
        await self._hold_back(mischief)
        if mischief.drop:
            raise Dropped(11200, None, "dropped by the fault plan", webhook.url)
        token = self._sids.uuid()
        for left in range(overrides.rc, -1, -1):
            try:
                answer = await self._attempt(webhook, overrides, token, mischief)
            except Undelivered as failed:
                if not left or failed.failure is None or not overrides.retries(failed.failure):
                    raise
                mischief = replace(mischief, fail_before=False, fail_after=False, slow=0.0)
            else:
                self._copy(webhook, overrides, token, mischief)
                return answer
        raise AssertionError("the last attempt raises or returns")

    def notify(self, webhook: Webhook, delay: float = 0.0) -> None:
        """Send without waiting: a status callback. Failures become alerts."""
        self.spawn(self._notify(webhook, delay))

    def spawn(self, work: Awaitable[None]) -> None:
        """Run beside everything else until `close`."""
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self, webhook: Webhook, delay: float) -> None:
        if delay:
            await sleep(self.clock, delay)
        try:
            await self.deliver(webhook)
        except Dropped:
            self._journal.write("dropped", what=webhook.kind, event=webhook.event, resource=webhook.resource)
        except Undelivered as failed:
            self.alert(failed, webhook)

    def alert(self, failed: Undelivered, webhook: Webhook) -> None:
        """Show in the debugger what could not be delivered."""
        self._alerts.add(failed.code, str(failed), webhook.resource, url=failed.url, method=webhook.method,
                         request=urlencode(webhook.params), response=failed.response)

    async def _hold_back(self, mischief: Mischief) -> None:
        if mischief.hold is not None:
            await mischief.hold()
        if mischief.delay:
            await sleep(self.clock, mischief.delay)

    def _copy(self, webhook: Webhook, overrides: Overrides, token: str, mischief: Mischief) -> None:
        for number in range(mischief.copies):
            again = self._sids.uuid() if mischief.new_token else token
            self.spawn(self._send_copy(webhook, overrides, again, mischief.gap * (number + 1)))

    async def _send_copy(self, webhook: Webhook, overrides: Overrides, token: str, delay: float) -> None:
        await sleep(self.clock, delay)
        try:
            await self._attempt(webhook, overrides, token, Mischief())
        except Undelivered as failed:
            self._journal.write("copy-failed", url=failed.url, text=str(failed))

    async def _attempt(self, webhook: Webhook, overrides: Overrides, token: str, mischief: Mischief) -> Answer:
        if mischief.fail_before:
            raise Undelivered(11205, "ct", "connection reset before the request", webhook.url)
        url, method, params = webhook.url, webhook.method, webhook.params
        for _ in range(MAX_REDIRECTS + 1):
            request = replace(webhook, url=url, method=method, params=params)
            status, headers, body = await self._request(request, overrides, token, mischief)
            where = headers.get("Location")
            if status not in {301, 302, 303, 307, 308} or not where:
                break
            url = urljoin(url.partition("#")[0], where)
            if status not in {307, 308}:
                method, params = "GET", ()
        else:
            raise Undelivered(11215, None, "too many redirects", webhook.url)
        if mischief.slow:
            await sleep(self.clock, min(mischief.slow, min(overrides.rt, overrides.tt) / 1000))
            if mischief.slow * 1000 >= min(overrides.rt, overrides.tt):
                raise Undelivered(11200, "rt", "the answer came too late", url)
        if mischief.fail_after:
            raise Undelivered(11205, "ct", "the answer was lost", url)
        if status >= 400:
            text = body[:2000].decode("utf-8", "replace")
            raise Undelivered(int(self.options.quirks["status-error-code"]), "4xx" if status < 500 else "5xx",
                              f"HTTP status {status}", url, text)
        return Answer(status, headers.get("Content-Type", ""), body, url, method)

    async def _request(self, webhook: Webhook, overrides: Overrides, token: str,
                       mischief: Mischief) -> tuple[int, Mapping[str, str], bytes]:
        """One HTTP exchange, a second one when the first is answered 401 and the URL has credentials."""
        bare, who = without_user(webhook.url)
        configured = signed_url(webhook.url)
        post = webhook.method == "POST"
        if not post and webhook.params:
            joined = urlencode(webhook.params)
            bare += ("&" if "?" in bare else "?") + joined
            configured += ("&" if "?" in configured else "?") + joined
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", TOKEN_HEADER: token,
                   HEADER: self._signature(configured, webhook.params if post else (), mischief)}
        if post:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if webhook.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in webhook.cookies.items())
        body = urlencode(webhook.params).encode() if post else None
        status, answered, content = await self._exchange(webhook, bare, headers, body, overrides)
        if status == 401 and who is not None and "WWW-Authenticate" in answered:
            headers["Authorization"] = "Basic " + b64encode(":".join(who).encode()).decode()
            status, answered, content = await self._exchange(webhook, bare, headers, body, overrides)
        return status, answered, content

    def _signature(self, url: str, form: Params, mischief: Mischief) -> str:
        """Signs what is configured; faults sign something else."""
        port = self.options.quirks["sign-port"]
        if port == "by-scheme":
            port = "drop" if url.lower().startswith("https:") else "keep"
        text = signed_url(url, port)
        if mischief.wrong_port:
            parts = urlsplit(text)
            text = parts._replace(netloc=f"{parts.hostname}:{(parts.port or 0) + 1}").geturl()
        secret = "0" * 32 if mischief.old_token else self.options.auth_token
        signature = sign(secret, text, form)
        return signature[::-1] if mischief.bad_signature else signature

    async def _exchange(self, webhook: Webhook, url: str, headers: dict[str, str], body: bytes | None,
                        overrides: Overrides) -> tuple[int, Mapping[str, str], bytes]:
        target = self._reachable(url)
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True,
                                                  connector=aiohttp.TCPConnector(limit=0, force_close=False))
        limit = aiohttp.ClientTimeout(total=overrides.tt / 1000, sock_connect=overrides.ct / 1000,
                                      sock_read=overrides.rt / 1000)
        with self.busy.on("webhook"):
            try:
                async with self._session.request(webhook.method, URL(target, encoded=True), headers=headers, data=body,
                                                 timeout=limit, allow_redirects=False) as response:
                    content = await _read(response, url, MAX_MEDIA if webhook.kind == "media" else MAX_BODY)
                    _keep_cookies(webhook.cookies, response)
            except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as failed:
                raise self._failed(webhook, headers, 11205, "ct", f"no way: {type(failed).__name__}", url) from failed
            except TimeoutError:
                raise self._failed(webhook, headers, 11200, "rt", "no answer in time", url) from None
            except (aiohttp.ClientError, OSError) as failed:
                raise self._failed(webhook, headers, 11200, "ct", f"broke: {type(failed).__name__}", url) from failed
            self._journal.write("webhook", what=webhook.kind, event=webhook.event, url=webhook.url,
                                method=webhook.method, resource=webhook.resource, params=dict(webhook.params),
                                token=headers[TOKEN_HEADER], status=response.status,
                                answer="" if webhook.kind == "media" else content.decode("utf-8", "replace"))
        return response.status, response.headers, content

    def _failed(self, webhook: Webhook, headers: dict[str, str], code: int, failure: Failure, text: str,
                url: str) -> Undelivered:
        self._journal.write("webhook", what=webhook.kind, event=webhook.event, url=webhook.url,
                            method=webhook.method, resource=webhook.resource, params=dict(webhook.params),
                            token=headers[TOKEN_HEADER], status=0, answer=text)
        return Undelivered(code, failure, text, url)

    def reaches(self, url: str) -> bool:
        """Whether a URL is one that may be called from here."""
        try:
            self._reachable(url)
        except Undelivered as elsewhere:
            return elsewhere.code != 11205
        return True

    def _reachable(self, url: str) -> str:
        """Where to connect: this machine, a host that is allowed, or where the public address is answered."""
        for public, here in self.options.reach.items():
            if url == public or url.startswith(public.rstrip("/") + "/"):
                return here.rstrip("/") + url[len(public.rstrip("/")):]
        host = urlsplit(url).hostname or ""
        if urlsplit(url).scheme not in {"http", "https"} or not host or "_" in host:
            raise Undelivered(11100, None, "not a URL that can be called", url)
        if not _LOCAL.match(host) and host not in self.options.allow_hosts:
            raise Undelivered(11205, None, "the emulator calls this machine and allowed hosts only", url)
        return url


async def _read(response: aiohttp.ClientResponse, url: str, limit: int) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_chunked(16 * 1024):
        content += piece
        if len(content) > limit:
            raise Undelivered(11750, None, f"the answer is longer than {limit // 1024} kB", url)
    return bytes(content)


def _keep_cookies(jar: dict[str, str] | None, response: aiohttp.ClientResponse) -> None:
    for line in response.headers.getall("Set-Cookie", []) if jar is not None else ():
        try:
            found = SimpleCookie(line)
        except CookieError:
            continue
        assert jar is not None
        jar.update({name: morsel.value for name, morsel in found.items()})


