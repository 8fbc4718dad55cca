"""Accounts and log-ins: who may come in, and what happens to whoever guesses."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from asyncpg import Pool

from hub.clock import NewId, Now
from hub.errors import Conflict, HubError, Invalid, NotFound, TooMany
from hub.store import sessions, users
from hub.store.users import NewUser

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
SHORTEST_PASSWORD = 10
FREE_FOR_LOGIN, FREE_FOR_ADDRESS = 5, 20  # failures before blocks begin; one office may share an address
LONGEST_BLOCK = 900.0  # seconds
CROWD_LIMIT = 10.0  # seconds that a log-in waits for its turn to be checked


class WrongLogin(HubError):
    """Log-in or password is wrong."""

    status, code = 401, "wrong_login"


class Disabled(HubError):
    """This account is disabled. Ask an administrator."""

    status, code = 403, "disabled"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    token: str
    session: sessions.Session


class Users:
    """Adds, disables and authenticates. Hashing runs in threads, two at a time: it is meant to be slow."""

    def __init__(self, pool: Pool, now: Now, new_id: NewId, *, hours: float = 12,
                 hasher: PasswordHasher | None = None) -> None:
        self._pool, self._now, self._new_id = pool, now, new_id
        self._hours = timedelta(hours=hours)
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(2)
        self._nobody = ""

    async def add(self, user: NewUser, password: str) -> None:
        """Raises `Invalid` for a log-in or password that will not do, `Conflict` when the log-in is taken."""
        _check_login(user.login)
        _check_password(password)
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        if not await users.add(self._pool, self._new_id(), user, hashed, self._now()):
            raise Conflict(f"The log-in {user.login!r} is taken. Choose another one.")

    async def set_password(self, login: str, password: str) -> None:
        """Ends every session of the account, too."""
        _check_password(password)
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        found = await users.set_password(self._pool, login.lower(), hashed)
        if found is None:
            raise NotFound(f"There is no account {login!r}. `hub user list` shows them all.")
        await sessions.end_sessions_of(self._pool, found)
        await sessions.forget_failures(self._pool, f"login:{login.lower()}")

    async def disable(self, login: str) -> None:
        """Ends every session; the history keeps the name."""
        found = await users.disable(self._pool, login.lower(), self._now())
        if found is None:
            raise NotFound(f"There is no account {login!r}. `hub user list` shows them all.")
        await sessions.end_sessions_of(self._pool, found)

    async def all(self) -> list[users.Account]:
        return await users.accounts(self._pool)

    async def log_in(self, login: str, password: str, address: str) -> LoggedIn:
        """A new session. Raises `WrongLogin`, `Disabled`, or `TooMany` with the seconds to wait.

        An unknown log-in costs as long as a wrong password, so neither answer nor time tells which accounts exist.
        """
        login = login.strip().lower()
        keys = [f"login:{login}"[:200], f"address:{address}"]
        try:
            async with asyncio.timeout(CROWD_LIMIT):
                await self._turns.acquire()
        except TimeoutError as crowded:
            raise TooMany("Too many log-ins at once. Try again in a moment.", after=2) from crowded
        try:
            return await self._checked(login, password, keys)
        finally:
            self._turns.release()

    async def log_out(self, key: bytes) -> None:
        await sessions.end_session(self._pool, key)

    async def session(self, token: str) -> sessions.Session | None:
        return await sessions.session(self._pool, token, self._now())

    async def still_live(self, keys: list[bytes]) -> frozenset[bytes]:
        """Those sessions of `keys` that have neither ended nor expired nor lost their user."""
        return await sessions.live(self._pool, keys, self._now())

    async def _checked(self, login: str, password: str, keys: list[str]) -> LoggedIn:
        now = self._now()
        if until := await sessions.blocked_until(self._pool, keys, now):
            raise TooMany("Too many failed log-ins. Wait and try again.", code="locked_out",
                          after=max(1.0, (until - now).total_seconds()))
        found = await users.credentials(self._pool, login)
        if not await asyncio.to_thread(self._matches, found.password_hash if found else None, password):
            await sessions.note_failure(self._pool, keys[0], now, FREE_FOR_LOGIN, LONGEST_BLOCK)
            await sessions.note_failure(self._pool, keys[1], now, FREE_FOR_ADDRESS, LONGEST_BLOCK)
            raise WrongLogin
        assert found is not None
        if found.disabled:
            raise Disabled
        await sessions.forget_failures(self._pool, keys[0])
        if self._hasher.check_needs_rehash(found.password_hash):
            await users.rehash(self._pool, found.id, await asyncio.to_thread(self._hasher.hash, password))
        return await self._open(found, now)

    async def _open(self, who: users.Credentials, now: datetime) -> LoggedIn:
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        await sessions.sweep(self._pool, now)
        await sessions.open_session(self._pool, token, who.id, csrf, now, now + self._hours)
        opened = await self.session(token)
        if opened is None:  # disabled in this very moment
            raise Disabled
        return LoggedIn(token, opened)

    def _matches(self, hashed: str | None, password: str) -> bool:
        if not self._nobody:
            self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        try:
            self._hasher.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None


def _check_login(login: str) -> None:
    if not LOGIN.fullmatch(login):
        raise Invalid("A log-in has 1 to 100 small letters, digits or . _ @ + - and begins with a letter or digit.",
                      fields={"login": "has characters that a log-in cannot have"})


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(f"The password needs at least {SHORTEST_PASSWORD} characters.",
                      fields={"password": f"shorter than {SHORTEST_PASSWORD} characters"})
