"""Access tokens for mailboxes whose provider takes no passwords (OAuth 2.0, RFC 6749, section 6)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import aiohttp
from yarl import URL

from channels.email.ports import Account

_LIMIT = aiohttp.ClientTimeout(total=20)  # seconds
_MOST_BYTES = 65_536
_MARGIN = timedelta(seconds=120)  # an access token is not used in its last moments
_SHORTEST = timedelta(seconds=60)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Refreshed = Callable[[str], Awaitable[None]]


class RefreshError(Exception):
    """No access token. `denied`: a human has to give consent again; else it may work later."""

    def __init__(self, text: str, denied: bool = False) -> None:
        super().__init__("denied" if denied else "failed")
        self.text = text
        self.denied = denied


@dataclass(slots=True)
class _Grant:
    refresh_token: str
    seen: set[str]  # hashes of all tokens it had: another one in the settings ends what is remembered here
    unreported: bool = False  # the provider replaced the refresh token, and nobody has kept it yet
    access: str = ""
    until: datetime | None = None


class Grants:
    """Access tokens of all mailboxes, kept until shortly before they end. One for IMAP and SMTP together, because
    a provider that replaces the refresh token with each use takes the old one from nobody.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._grants: dict[str, _Grant] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def access(self, account: Account, refreshed: Refreshed | None = None) -> str:
        """An access token. `refreshed` keeps a replaced refresh token; without it, the next caller's does.

        Raises RefreshError, and what `refreshed` raises.
        """
        async with self._locks.setdefault(account.mailbox.id, asyncio.Lock()):
            grant = self._grant(account)
            if grant.until is None or self._now() >= grant.until:
                await self._refresh(account, grant)
            if grant.unreported and refreshed is not None:
                await refreshed(grant.refresh_token)
                grant.unreported = False
            return grant.access

    def forget(self, account: Account) -> None:
        """The server did not take the access token: the next one is a fresh one."""
        if grant := self._grants.get(account.mailbox.id):
            grant.until = None

    def _grant(self, account: Account) -> _Grant:
        secret = account.secrets.refresh_token
        if account.mailbox.oauth is None or secret is None:
            raise RefreshError("no refresh token is set", denied=True)
        token = secret.get_secret_value()
        grant = self._grants.get(account.mailbox.id)
        if grant is None or _hash(token) not in grant.seen:
            grant = self._grants[account.mailbox.id] = _Grant(token, {_hash(token)})
        return grant

    async def _refresh(self, account: Account, grant: _Grant) -> None:
        oauth, secret = account.mailbox.oauth, account.secrets.client_secret
        assert oauth is not None
        form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token, "client_id": oauth.client_id}
        if secret is not None:
            form["client_secret"] = secret.get_secret_value()
        if oauth.scope:
            form["scope"] = oauth.scope
        answer = await _post(oauth.token_url, form)
        access = answer.get("access_token")
        if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access:
            raise RefreshError("the answer holds no access token")
        grant.access = access
        grant.until = self._now() + _lifetime(answer.get("expires_in"))
        replaced = answer.get("refresh_token")
        if isinstance(replaced, str) and replaced and replaced != grant.refresh_token:
            grant.refresh_token, grant.unreported = replaced, True
            grant.seen.add(_hash(replaced))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def utc() -> datetime:
    return datetime.now(UTC)


def _lifetime(seconds: Any) -> timedelta:
    try:
        lifetime = timedelta(seconds=min(float(seconds), 86_400.0))
    except (TypeError, ValueError):
        lifetime = timedelta(minutes=5)  # it does not say
    return max(lifetime - _MARGIN, _SHORTEST)


async def _post(address: str, form: dict[str, str]) -> dict[str, Any]:
    """Raises RefreshError."""
    url = URL(address)
    if url.scheme != "https" and url.host not in _LOOPBACK:
        raise RefreshError("token_url has to be https", denied=True)
    try:
        async with (aiohttp.ClientSession(timeout=_LIMIT) as http,
                    http.post(url, data=form, allow_redirects=False) as answer):
            raw = await answer.content.read(_MOST_BYTES)
            while len(raw) < _MOST_BYTES and (more := await answer.content.read(_MOST_BYTES - len(raw))):
                raw += more
            status = answer.status
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise RefreshError(f"{url.host}: {type(error).__name__}") from None
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RefreshError(f"HTTP {status}, and no JSON")
    if status != 200:
        error_code = str(body.get("error", ""))[:100]
        denied = error_code in ("invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope")
        raise RefreshError(f"HTTP {status} {error_code}", denied=denied)
    return body
