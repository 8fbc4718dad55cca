"""The refresh tokens of all mailboxes in the database: spent by one hub at a time, sealed, the newest for everybody."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import asyncpg

from channels.email.chains import Chains, name_of
from channels.email.oauth import plain
from channels.email.ports import Account, AwayError, Consent, Consents
from hub.errors import Unavailable
from hub.journal import reachable
from hub.sealing import OtherSecretError, Seal
from hub.store.journal import Connection
from hub.store.mailboxes import sql

WAIT = 25.0  # seconds for another hub to be done; asking a provider takes 20 at most
# Connections that one hub holds for this, all in all and for one provider: one that does not answer shall not have all.
_AT_ONCE, _OF_ONE = 4, 2


class Books(Consents):
    """`settings`: a mailbox as it was set up. `replaced` is told of its newest token after COMMIT."""

    def __init__(self, pool: asyncpg.Pool, seal: Seal, settings: Callable[[str], Account | None],
                 replaced: Callable[[str, str], None]) -> None:
        self._pool = pool
        self._seal = seal
        self._settings = settings
        self._replaced = replaced
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._of_one: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def alone(self, account: Account) -> AsyncIterator[Consent]:
        async with self._place(account):
            with _away():
                async with self._pool.acquire(timeout=WAIT) as conn, conn.transaction():
                    await conn.execute(sql["patience"], str(int(WAIT * 1000)))
                    await conn.execute(sql["alone"], account.mailbox.id, timeout=WAIT + 5.0)
                    held = _Held(conn, self._seal, account, self._settings(account.mailbox.id))
                    await held.read()
                    yield held
        if held.kept is not None:
            self._replaced(account.mailbox.id, held.kept)

    @asynccontextmanager
    async def _place(self, account: Account) -> AsyncIterator[None]:
        provider = account.mailbox.oauth.token_url if account.mailbox.oauth is not None else ""
        of_one = self._of_one.setdefault(provider, asyncio.Semaphore(_OF_ONE))
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(WAIT):
                    await stack.enter_async_context(of_one)
                    await stack.enter_async_context(self._places)
            except TimeoutError:
                raise AwayError from None
            yield


class _Held(Consent):
    def __init__(self, conn: Connection, seal: Seal, account: Account, settings: Account | None) -> None:
        self._conn = conn
        self._seal = seal
        self._account = account
        self._settings = settings
        self._chains = Chains()
        self.kept: str | None = None  # the settings' newest token, where that is another one now

    async def read(self) -> None:
        sealed = await self._conn.fetchval(sql["refresh_token"], self._account.mailbox.id)
        self._chains = _chains(self._seal, self._settings or self._account, sealed)

    @property
    def token(self) -> str:
        return self._chains.newest(self._account) or plain(self._account)

    async def replaced(self, spent: str, token: str) -> None:
        lasting = [name_of(self._settings)] if self._settings is not None else []
        if not self._chains.replaced(self._account, spent, token, lasting):
            return
        mailbox = self._account.mailbox.id
        await self._conn.execute(sql["refreshed"], mailbox,
                                 self._seal.seal(mailbox, {"chains": self._chains.written()}))
        self.kept = self._chains.newest(self._settings) if self._settings is not None else None


def newest(seal: Seal, account: Account, sealed: bytes | None) -> str | None:
    """What the provider has replaced the refresh token of these settings by; None: that one is good.

    A token that a human entered since then has a story of its own.
    """
    return _chains(seal, account, sealed).newest(account)


def _chains(seal: Seal, settings: Account, sealed: bytes | None) -> Chains:
    chains = Chains()
    if sealed is None:
        return chains
    try:
        found = seal.open(settings.mailbox.id, sealed)
    except OtherSecretError:
        return chains
    if "chains" in found:
        return Chains.read(found["chains"])
    given = plain(settings)  # written by an earlier version, for the token of the settings alone
    if found["instead_of"] == hashlib.sha256(given.encode()).hexdigest():
        chains.replaced(settings, given, found["refresh_token"])
    return chains


@contextmanager
def _away() -> Iterator[None]:
    try:
        with reachable():
            yield
    except (Unavailable, asyncpg.LockNotAvailableError) as problem:
        raise AwayError from problem
