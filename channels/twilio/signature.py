"""Who calls: a webhook is believed only if its signature fits the public address that is configured.

The address is never made from Host or X-Forwarded-*, which anybody may write; the form is read from the bytes that
came, nothing trimmed or left out. A replay carries a good signature: what comes twice is for the keys behind this.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qs, parse_qsl

import structlog
from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from twilio.request_validator import (  # type: ignore[import-untyped]
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from channels.base import Refused
from channels.twilio.account import Account

log = structlog.get_logger()
SIGNATURE = "X-Twilio-Signature"
IDEMPOTENCY = "I-Twilio-Idempotency-Token"
MOST_BYTES = 256 * 1024  # of a webhook's body; Twilio's own are below 64 KiB
MOST_FIELDS = 1000
READ_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that its account signed. `fields` holds what was posted, or the query of a GET."""

    account: Account
    url: str  # what was validated
    path: str  # without the query
    query: Mapping[str, str]
    raw: bytes  # the body; of a GET the query
    content_type: str
    fields: MultiDictProxy[str]
    once: str  # the same on every retry of one request; "" where Twilio sent none
    params: Mapping[str, str]  # from the route's pattern

    def __getitem__(self, name: str) -> str:
        """One field, "" where it is missing."""
        return self.fields.get(name, "")


Handler = Callable[[Signed], Awaitable[web.StreamResponse]]


class Doorkeeper:
    """Checks what claims to come from Twilio. `refused` counts what was turned away, by account and reason."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = {one.id: one for one in accounts}
        self._validators = {one.id: [RequestValidator(token) for token in one.tokens] for one in accounts}
        self.refused: Counter[tuple[str, str]] = Counter()
        self.last: dict[str, str] = {}  # account -> the address that its last refused request was checked against
        self.tell: Callable[[str, str], None] = lambda account, reason: None  # for a meter

    @property
    def accounts(self) -> Mapping[str, Account]:
        return self._accounts

    def guard(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A handler of `/twilio/{account}/...` that is asked only about what was signed."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                signed = await self.admit(request)
            except Refused as refused:
                return web.Response(status=refused.status, text=refused.code)
            return await handler(signed)

        return guarded

    async def admit(self, request: web.Request) -> Signed:
        """Raises `Refused` with 403, 404, 408 or 413, and says in the log which address was validated against."""
        account = self._accounts.get(request.match_info["account"])
        if account is None:
            raise self._no("-", "unknown_account", 404)
        url = account.public_url + request.raw_path
        signature = request.headers.get(SIGNATURE, "")
        if not signature:
            raise self._no(account.id, "unsigned", 403, url)
        raw = await self._body(request, account.id)
        fields = _fields(request, raw)
        if not self._fits(request, account, url, raw, fields):
            raise self._no(account.id, "forged", 403, url)
        if fields.get("AccountSid", account.sid) != account.sid:
            raise self._no(account.id, "other_account", 403, url)
        return Signed(account, url, request.path, request.query, raw or request.query_string.encode(),
                      request.content_type, fields, request.headers.get(IDEMPOTENCY, "")[:200], request.match_info)

    def _fits(self, request: web.Request, account: Account, url: str, raw: bytes,
              fields: MultiDictProxy[str]) -> bool:
        form = fields if _posts_form(request) else MultiDictProxy(MultiDict[str]())
        if raw and not _posts_form(request):
            claimed = parse_qs(request.query_string).get("bodySHA256", [""])[0]
            if claimed != sha256(raw).hexdigest():
                return False
        algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, ""))
        signature = request.headers[SIGNATURE]
        try:  # all are tried, so that the time tells nothing about which one fits
            return any([one.validate(url, form, signature, algorithm) for one in self._validators[account.id]])  # noqa: C419
        except (ValueError, UnicodeError):  # an address or a text that Twilio cannot have signed
            return False

    async def _body(self, request: web.Request, account: str) -> bytes:
        if request.method == "GET":
            return b""
        try:
            async with asyncio.timeout(READ_SECONDS):
                raw = await request.content.read(MOST_BYTES + 1)
                while len(raw) <= MOST_BYTES and (more := await request.content.read(MOST_BYTES + 1 - len(raw))):
                    raw += more
        except TimeoutError:
            raise self._no(account, "slow", 408) from None
        if len(raw) > MOST_BYTES:
            raise self._no(account, "too_large", 413)
        return raw

    def _no(self, account: str, reason: str, status: int, url: str = "") -> Refused:
        self.refused[account, reason] += 1
        self.tell(account, reason)
        if url:
            self.last[account] = url.partition("?")[0]
        log.warning("twilio.refused", account=account, reason=reason, validated_against=url.partition("?")[0],
                    has_query="?" in url)
        return Refused(reason, status)


def _posts_form(request: web.Request) -> bool:
    return request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"


def _fields(request: web.Request, raw: bytes) -> MultiDictProxy[str]:
    if not _posts_form(request):
        return MultiDictProxy(MultiDict(request.query))
    try:
        text = raw.decode("ascii", "replace")
        return MultiDictProxy(MultiDict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)))
    except ValueError:
        return MultiDictProxy(MultiDict[str]())  # its signature cannot fit
