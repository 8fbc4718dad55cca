"""Access tokens for mailboxes whose provider takes no passwords (OAuth 2.0, RFC 6749, section 6)."""

import asyncio
import json
import math
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

import aiohttp
from yarl import URL

from channels.email.chains import Chains, name_of
from channels.email.ports import Account, AwayError, Consent, Consents

_LIMIT = aiohttp.ClientTimeout(total=20)  # seconds
_MOST_BYTES = 65_536
_MARGIN = timedelta(seconds=120)  # an access token is not used in its last moments
_SHORTEST = timedelta(seconds=60)
_USUAL, _LONGEST = 300.0, 86_400.0  # seconds
_REPLACED = re.compile(rb'"refresh_token"\s*:\s*"(?:[^"\\]|\\.){1,20000}"')
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_KEEP = (0.2, 1.0, 5.0)  # seconds between attempts to keep a replaced token: without it the mailbox is lost
_NAMES = 50  # of one token's forerunners
_AT_ONCE = 4  # grants of one mailbox id: the one that is used, and such as are tried


class RefreshError(Exception):
    """No access token. `denied`: a human has to give consent again; else it may work later."""

    def __init__(self, text: str, denied: bool = False) -> None:
        super().__init__("denied" if denied else "failed")
        self.text = text
        self.denied = denied


@dataclass(slots=True)
class _Grant:
    names: deque[str] = field(default_factory=lambda: deque(maxlen=_NAMES))  # of all refresh tokens it had
    access: str = ""
    until: datetime | None = None
    owed: tuple[str, str] | None = None  # spent, and its successor, which is not kept yet: until then nothing is used
    running: "asyncio.Task[str] | None" = None

    def called(self, name: str) -> None:
        if name not in self.names:
            self.names.append(name)


class Grants:
    """Access tokens of all mailboxes, kept until shortly before they end; the one way to them for whoever logs in.

    A refresh, once begun, is not broken off with whoever waits for it: the token it spends is worth nothing afterwards.
    """

    def __init__(self, now: Callable[[], datetime], consents: Consents | None = None,
                 pause: Callable[[float], Awaitable[Any]] = asyncio.sleep) -> None:
        self._now = now
        self._consents = consents or Remembered()
        self._pause = pause
        self._grants: dict[str, list[_Grant]] = {}
        self._running: set[asyncio.Task[str]] = set()

    async def access(self, account: Account) -> str:
        """An access token; a refresh token that it cost is kept by then. Raises RefreshError."""
        grant = self._grant(account)
        if self._usable(grant):
            return grant.access
        if grant.running is None or grant.running.done():
            grant.running = asyncio.create_task(self._renew(account, grant), name=f"token {account.mailbox.id}")
            self._running.add(grant.running)
            grant.running.add_done_callback(self._ended)
        return await asyncio.shield(grant.running)

    def forget(self, account: Account, token: str) -> None:
        """The server did not take this access token: the next one is a fresh one."""
        with suppress(RefreshError):
            grant = self._grant(account)
            if grant.access == token:
                grant.until = None

    async def close(self, seconds: float) -> None:
        """Whatever is being refreshed gets so long to end."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in list(self._running):
            task.cancel()

    def _ended(self, task: "asyncio.Task[str]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it

    def _usable(self, grant: _Grant) -> bool:
        return grant.until is not None and self._now() < grant.until and grant.owed is None

    def _grant(self, account: Account) -> _Grant:
        """Raises RefreshError."""
        if account.mailbox.oauth is None or not plain(account):
            raise RefreshError("no refresh token is set", denied=True)
        name = name_of(account)
        known = self._grants.setdefault(account.mailbox.id, [])
        for grant in known:
            if name in grant.names:
                return grant
        grant = _Grant()
        grant.names.append(name)
        known.append(grant)
        del known[:-_AT_ONCE]
        return grant

    async def _renew(self, account: Account, grant: _Grant) -> str:
        """Raises RefreshError."""
        try:
            if grant.owed is not None:
                await self._keep(account, grant)
            return grant.access if self._usable(grant) else await self._spend(account, grant)
        except AwayError:
            await self._insist(account, grant)
        if not self._usable(grant):
            raise RefreshError("the answer holds no access token")
        return grant.access

    async def _insist(self, account: Account, grant: _Grant) -> None:
        """Raises RefreshError."""
        for pause in _KEEP if grant.owed is not None else ():
            await self._pause(pause)
            with suppress(AwayError):
                await self._keep(account, grant)
                return
        raise RefreshError("the hub cannot get at its own database, or another hub is asking")

    async def _keep(self, account: Account, grant: _Grant) -> None:
        """Raises AwayError."""
        assert grant.owed is not None
        async with self._consents.alone(account) as consent:
            await consent.replaced(*grant.owed)
        grant.owed = None

    async def _spend(self, account: Account, grant: _Grant) -> str:
        """Raises RefreshError, for an odd answer only after the replaced token in it is kept, and AwayError."""
        async with self._consents.alone(account) as consent:
            spent = consent.token
            grant.called(name_of(account, spent))
            status, answer = await _post(account, spent)
            given = answer.get("refresh_token")
            replaced = given if _is_token(given) and given != spent else None
            problem = self._take(grant, status, answer)
            if replaced is not None:
                grant.owed = spent, replaced
                grant.called(name_of(account, replaced))
                await consent.replaced(spent, replaced)
        grant.owed = None
        if problem is not None:
            raise problem
        return grant.access

    def _take(self, grant: _Grant, status: int, answer: dict[str, Any]) -> RefreshError | None:
        """The access token, or what is wrong with the answer."""
        access, grant.access, grant.until = answer.get("access_token"), "", None
        if not _is_token(access) or not access.isascii() or status != 200:
            return RefreshError(f"HTTP {status}, and no access token")
        if answer.get("refresh_token") and not _is_token(answer["refresh_token"]):
            return RefreshError("the answer holds a refresh token that nobody could send back")
        grant.access, grant.until = access, self._now() + _lifetime(answer.get("expires_in"))
        return None


class Remembered:
    """Consents of one process, for as long as it runs: for what is tried without a hub."""

    def __init__(self) -> None:
        self._chains: dict[str, Chains] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def alone(self, account: Account) -> AsyncIterator[Consent]:
        mailbox = account.mailbox.id
        async with self._locks.setdefault(mailbox, asyncio.Lock()):
            yield _Remembering(account, self._chains.setdefault(mailbox, Chains()))


class _Remembering:
    def __init__(self, account: Account, chains: Chains) -> None:
        self._account = account
        self._chains = chains
        self.token = chains.newest(account) or plain(account)

    async def replaced(self, spent: str, token: str) -> None:
        self._chains.replaced(self._account, spent, token, [name_of(self._account)])


def plain(account: Account) -> str:
    """The refresh token that the account itself has."""
    secret = account.secrets.refresh_token
    return secret.get_secret_value() if secret is not None else ""


def utc() -> datetime:
    return datetime.now(UTC)


def _is_token(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value != "" and value.isprintable()  # surrogates are not


def _lifetime(seconds: Any) -> timedelta:
    try:
        lifetime = float(seconds)
    except (TypeError, ValueError, OverflowError):
        lifetime = math.nan
    if not math.isfinite(lifetime):
        lifetime = _USUAL  # it does not say
    return max(timedelta(seconds=max(0.0, min(lifetime, _LONGEST))) - _MARGIN, _SHORTEST)


async def _post(account: Account, token: str) -> tuple[int, dict[str, Any]]:
    """Status (2xx) and what the provider gives for the refresh token. Raises RefreshError."""
    oauth, secret = account.mailbox.oauth, account.secrets.client_secret
    assert oauth is not None
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": oauth.client_id}
    if secret is not None:
        form["client_secret"] = secret.get_secret_value()
    if oauth.scope:
        form["scope"] = oauth.scope
    status, raw = await _asked(oauth.token_url, form)
    body, good = _read(raw), 200 <= status < 300
    if body is None and good:
        body = _saved(raw)
    if body is None:
        raise RefreshError(f"HTTP {status}, and no JSON")
    if not good:
        code = str(body.get("error", "")).replace(token, "***")[:100]
        denied = code in ("invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope")
        raise RefreshError(f"HTTP {status} {code}", denied=denied)
    return status, body


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw, parse_int=float)  # a number of a million digits is one, too
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _saved(raw: bytes) -> dict[str, Any] | None:
    """Of an answer that cannot be read as a whole, the refresh token: the one before it may be worth nothing now."""
    found = _REPLACED.search(raw)
    return _read(b"{%b}" % found.group()) if found else None


async def _asked(address: str, form: dict[str, str]) -> tuple[int, bytes]:
    """Raises RefreshError."""
    try:
        url = URL(address)
        if url.scheme != "https" and url.host not in _LOOPBACK:
            raise RefreshError("token_url has to be https", denied=True)
        async with (aiohttp.ClientSession(timeout=_LIMIT) as http,
                    http.post(url, data=form, allow_redirects=False) as answer):
            raw = await answer.content.read(_MOST_BYTES)
            while len(raw) < _MOST_BYTES and (more := await answer.content.read(_MOST_BYTES - len(raw))):
                raw += more
            return answer.status, raw
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: an address that is none
        raise RefreshError(f"no answer: {type(error).__name__}") from None
