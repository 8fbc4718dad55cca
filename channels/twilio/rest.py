"""The REST API (2010-04-01), one attempt at a time. Whoever calls decides what a failure means; nothing is resent here.

What may be asked again without harm is, within a budget: reading. A create that got no answer may have been done all
the same, so it is `unknown`, and must be looked for before another is made.
"""

import asyncio
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import aiohttp
import orjson
from yarl import URL

from channels.twilio.account import Account

VERSION = "2010-04-01"
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
READ_PAUSES = (0.5, 2.0)  # seconds before a reading is tried again
MOST_ANSWER = 2_000_000  # bytes
_HOPS = 3

FailureKind = Literal["unreached", "busy", "refused", "gone", "log_in", "unknown"]
Form = Mapping[str, str] | Iterable[tuple[str, str]]


class RestFailure(Exception):
    """`unreached` and `busy`: nothing was done, and may be tried again after `after` seconds; `refused`, `gone` and
    `log_in`: Twilio said no; `unknown`: nobody knows whether it was done. `code` is Twilio's own, 0 for none."""

    def __init__(self, kind: FailureKind, status: int = 0, code: int = 0, text: str = "",
                 after: float | None = None) -> None:
        super().__init__(f"{kind} {status} {code}".strip())
        self.kind: FailureKind = kind
        self.status = status
        self.code = code
        self.text = text  # Twilio's words, which may name numbers: for people, never for a log
        self.after = after


class TooLargeError(Exception):
    """A file is larger than allowed."""


class Rest:
    """Speaks for one account. Use it within one event loop, and close it."""

    def __init__(self, account: Account, *, answer_seconds: float = ANSWER_SECONDS,
                 pauses: tuple[float, ...] = READ_PAUSES) -> None:
        self.account = account
        self.messaging = _messaging(account.settings.api_url)
        self._base = f"{account.settings.api_url}/{VERSION}/Accounts/{account.sid}"
        self._answer_seconds = answer_seconds
        self._pauses = pauses
        self._open: aiohttp.ClientSession | None = None

    async def post(self, path: str, form: Form = ()) -> dict[str, Any]:
        """`path` such as /Messages.json. A create or a change: one attempt. Raises `RestFailure`."""
        return await self._once("POST", path, data=aiohttp.FormData(_pairs(form)))

    async def delete(self, path: str) -> None:
        """One attempt; what is gone already counts as deleted. Raises `RestFailure`."""
        try:
            await self._once("DELETE", path)
        except RestFailure as failure:
            if failure.kind != "gone":
                raise

    async def get(self, path: str, query: Form = (), base: str | None = None) -> dict[str, Any]:
        """Reads; tried again a few times when nothing, or nothing useful, came back. Raises `RestFailure`.

        `base`: of another one of Twilio's APIs, such as `messaging`.
        """
        for pause in self._pauses:
            try:
                return await self._once("GET", path, base, params=_pairs(query))
            except RestFailure as failure:
                if failure.kind not in ("unreached", "busy", "unknown"):
                    raise
                await asyncio.sleep(min(failure.after or pause, 10.0))
        return await self._once("GET", path, base, params=_pairs(query))

    async def load(self, url: str, most: int) -> tuple[str, bytes]:
        """A file of the account (declared type, bytes), one attempt. Raises `RestFailure` or `TooLargeError`.

        It lies with Twilio, or where Twilio leads to from there; the password goes to Twilio alone.
        """
        if not self._ours(url):
            raise RestFailure("refused", text="the file does not lie with Twilio")
        try:
            async with asyncio.timeout(self._answer_seconds * 2), \
                       self._session.get(URL(url, encoded=True), headers=self._auth(), max_redirects=_HOPS) as answer:
                if answer.status != 200:
                    raise _failure(answer.status, {}, answer.headers)
                if (answer.content_length or 0) > most:
                    raise TooLargeError
                found = bytearray()
                async for chunk in answer.content.iter_chunked(65536):
                    found += chunk
                    if len(found) > most:
                        raise TooLargeError
                return answer.content_type, bytes(found)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _broken(error) from error

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()
            self._open = None

    def _ours(self, url: str) -> bool:
        try:
            asked, ours = URL(url, encoded=True), URL(self.account.settings.api_url)
            host = asked.host or ""
        except ValueError:
            return False
        if asked.origin() == ours.origin() if asked.is_absolute() and host else False:
            return True
        return asked.scheme == "https" and (host == "twilio.com" or host.endswith((".twilio.com", ".twiliocdn.com")))

    async def _once(self, method: str, path: str, base: str | None = None, **more: Any) -> dict[str, Any]:
        auth, url = self._auth(), URL((self._base if base is None else base) + path, encoded=True)
        try:
            async with asyncio.timeout(self._answer_seconds + 1.0), self._session.request(
                method, url, headers=auth, allow_redirects=False, **more,
            ) as answer:  # fmt: skip
                raw = await answer.content.read(MOST_ANSWER)
                while len(raw) < MOST_ANSWER and (rest := await answer.content.read(MOST_ANSWER - len(raw))):
                    raw += rest
                found = _json(raw)
                if answer.status >= 300:
                    raise _failure(answer.status, found, answer.headers)
                return found
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _broken(error) from error

    def _auth(self) -> dict[str, str]:
        login = self.account.login
        if login is None:
            raise RestFailure("log_in", text="no auth token and no API key is configured")
        return {"Authorization": "Basic " + b64encode(":".join(login).encode()).decode()}

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Opened with the first request, because it belongs to the loop that runs then."""
        if self._open is None:
            limits = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS,
                                           sock_read=self._answer_seconds)
            # A connection that Twilio closed meanwhile would make a create doubtful, so none is kept for long.
            self._open = aiohttp.ClientSession(timeout=limits, headers={"Accept": "application/json"},
                                               connector=aiohttp.TCPConnector(limit=50, keepalive_timeout=10.0))
        return self._open


def _messaging(api: str) -> str:
    """Where messaging services are asked for: a host of its own at Twilio, the same one at an emulator."""
    scheme, _, rest = api.partition("://")
    named = rest.startswith("api.") and rest.endswith(".twilio.com")
    return f"{scheme}://messaging.{rest.removeprefix('api.')}" if named else api


def quoted(part: str) -> str:
    """A SID or a name as one step of a path."""
    return URL.build(path=part).raw_path.replace("/", "%2F")


def _pairs(form: Form) -> list[tuple[str, str]]:
    return list(form.items() if isinstance(form, Mapping) else form)


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _failure(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> RestFailure:
    code, text = body.get("code"), body.get("message")
    code, text = code if isinstance(code, int) else 0, text if isinstance(text, str) else ""
    if status == 429:
        return RestFailure("busy", status, code, text, _seconds(headers.get("Retry-After", "")))
    if status >= 500 or status < 400:
        return RestFailure("unknown", status, code, text)
    kind: FailureKind = "log_in" if status == 401 else "gone" if status == 404 else "refused"
    return RestFailure(kind, status, code, text)


def _seconds(text: str) -> float | None:
    return float(text) if text.isdecimal() and len(text) < 6 else None


def _broken(error: BaseException) -> RestFailure:
    """Before a connection stood nothing can have been done; afterwards nobody knows."""
    before = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL)
    return RestFailure("unreached" if before else "unknown", text=type(error).__name__)
