"""Sessions and failed log-ins. Only a hash of a session's token is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from asyncpg import Pool

from hub.model import Actor
from hub.store.sql import named

sql = named(__file__)
FORGOTTEN_AFTER = timedelta(minutes=30)  # a failure this old no longer counts


@dataclass(frozen=True, slots=True)
class Session:
    """Who asks, as proven by a token."""

    actor: Actor
    csrf: str
    expires_at: datetime
    key: bytes


def key_of(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def open_session(pool: Pool, token: str, agent_id: UUID, csrf: str, now: datetime, until: datetime) -> None:
    await pool.execute(sql["open_session"], key_of(token), agent_id, csrf, now, until)


async def session(pool: Pool, token: str, now: datetime) -> Session | None:
    """The live session of `token`; none when it is unknown, expired, or its user is disabled."""
    key = key_of(token)
    row = await pool.fetchrow(sql["session"], key, now)
    if row is None:
        return None
    return Session(Actor(row["agent_id"], row["role"], row["name"]), row["csrf"], row["expires_at"], key)


async def live(pool: Pool, keys: list[bytes], now: datetime) -> frozenset[bytes]:
    """Those of `keys` that are still good."""
    return frozenset(row["token_sha256"] for row in await pool.fetch(sql["live_sessions"], keys, now))


async def end_session(pool: Pool, key: bytes) -> None:
    await pool.execute(sql["end_session"], key)


async def end_sessions_of(pool: Pool, agent_id: UUID) -> None:
    await pool.execute(sql["end_sessions_of"], agent_id)


async def sweep(pool: Pool, now: datetime) -> None:
    await pool.execute(sql["sweep_sessions"], now)


async def blocked_until(pool: Pool, keys: list[str], now: datetime) -> datetime | None:
    """The latest end of a block on any of `keys`, when one is in force."""
    found: datetime | None = await pool.fetchval(sql["blocked_until"], keys, now)
    return found


async def note_failure(pool: Pool, key: str, now: datetime, free: int, longest: float) -> None:
    """Counts a failure of `key`; beyond `free` of them each blocks twice as long, `longest` seconds at most."""
    await pool.execute(sql["note_failure"], key, now, now - FORGOTTEN_AFTER, free, longest)


async def forget_failures(pool: Pool, key: str) -> None:
    await pool.execute(sql["forget_failures"], key)
