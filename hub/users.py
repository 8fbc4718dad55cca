"""Accounts and log-ins: who may come in, and what happens to whoever guesses."""

import asyncio
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from asyncpg import Pool

from channels.text import storable
from hub.clock import NewId, Now
from hub.config import UNITS
from hub.errors import Conflict, HubError, Invalid, NotFound, TooMany
from hub.store import sessions, users
from hub.store.users import NewUser, UserChange

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
SKILL = re.compile(r"[a-z][a-z0-9_-]{0,49}")  # as the configuration's queues name what they require
LONGEST_NAME = 200  # characters
MOST_CAPACITY = 1000  # units
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
    """Adds, changes, disables and authenticates. Hashing runs in threads, two at a time: it is meant to be slow.

    `queues` are those that an account may be given; None: any.
    """

    def __init__(self, pool: Pool, now: Now, new_id: NewId, *, hours: float = 12,
                 hasher: PasswordHasher | None = None, queues: Collection[str] | None = None) -> None:
        self._pool, self._now, self._new_id, self._queues = pool, now, new_id, queues
        self._hours = timedelta(hours=hours)
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(2)
        self._nobody = ""

    async def add(self, user: NewUser, password: str) -> None:
        """Raises `Invalid` for what will not do, `Conflict` when the log-in is taken."""
        _check_login(user.login)
        self._check(user)
        _check_password(password)
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        user = replace(user, name=storable(user.name.strip()))
        if not await users.add(self._pool, self._new_id(), user, hashed, self._now()):
            raise Conflict(f"The log-in {user.login!r} is taken. Choose another one.")

    async def change(self, login: str, wanted: UserChange) -> None:
        """A new role ends every session, so that nobody keeps the old rights. Raises `Invalid` and `NotFound`."""
        if wanted == UserChange():
            raise Invalid("There is nothing to change. Give a name, role, language, queue, skill, capacity or limit.")
        self._check(wanted)
        if wanted.name is not None:
            wanted = replace(wanted, name=storable(wanted.name.strip()))
        found = _known(login, await users.change(self._pool, _as_kept(login), wanted))
        if wanted.role is not None:
            await sessions.end_sessions_of(self._pool, found)

    async def enable(self, login: str) -> None:
        """Lets a disabled account in again, with its password and everything it had. Raises `NotFound`."""
        _known(login, await users.enable(self._pool, _as_kept(login)))

    async def set_password(self, login: str, password: str) -> None:
        """Ends every session of the account, too."""
        _check_password(password)
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        found = _known(login, await users.set_password(self._pool, _as_kept(login), hashed))
        await sessions.end_sessions_of(self._pool, found)
        await sessions.forget_failures(self._pool, f"login:{_as_kept(login)}")

    async def disable(self, login: str) -> None:
        """Ends every session; the history keeps the name."""
        found = _known(login, await users.disable(self._pool, _as_kept(login), self._now()))
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

    def _check(self, given: NewUser | UserChange) -> None:
        wrong: dict[str, str] = {}
        if given.name is not None and not 1 <= len(given.name.strip()) <= LONGEST_NAME:
            wrong["name"] = f"A name has 1 to {LONGEST_NAME} characters."
        if self._queues is not None and (unknown := sorted({*(given.queues or ())} - {*self._queues})):
            wrong["queue"] = (f"There is no queue {', '.join(map(repr, unknown))}. "
                              f"There are: {', '.join(sorted(self._queues))}.")
        if odd := [name for name, level in (given.skills or {}).items()
                   if not SKILL.fullmatch(name) or not 1 <= level <= 5]:
            wrong["skill"] = (f"The skill {', '.join(map(repr, odd))} will not do. Write NAME=LEVEL, such as german=3: "
                              "small letters, digits, - and _, and a level from 1 to 5.")
        if given.capacity is not None and not 0 <= given.capacity <= MOST_CAPACITY:
            wrong["capacity"] = f"The capacity is 0 to {MOST_CAPACITY} units."
        if odd := [name for name, most in (given.limits or {}).items() if name not in UNITS or most < 0]:
            wrong["limit"] = (f"The limit {', '.join(map(repr, odd))} will not do. Write CHANNEL=NUMBER, such as "
                              f"webchat=2, with one of: {', '.join(UNITS)}.")
        if wrong:
            raise Invalid(" ".join(wrong.values()), fields=wrong)

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


def _as_kept(login: str) -> str:
    return storable(login.strip().lower())


def _known(login: str, found: UUID | None) -> UUID:
    if found is None:
        raise NotFound(f"There is no account {login!r}. `hub user list` shows them all.")
    return found


def _check_login(login: str) -> None:
    if not LOGIN.fullmatch(login):
        raise Invalid("A log-in has 1 to 100 small letters, digits or . _ @ + - and begins with a letter or digit.",
                      fields={"login": "has characters that a log-in cannot have"})


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(f"The password needs at least {SHORTEST_PASSWORD} characters.",
                      fields={"password": f"shorter than {SHORTEST_PASSWORD} characters"})
