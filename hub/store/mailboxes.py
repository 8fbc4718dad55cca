"""Mailboxes that administrators added, and where the fetching of each mailbox stands."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from channels.text import storable
from hub.store.journal import Connection, digest
from hub.store.sql import named

sql = named(__file__)
Reader = asyncpg.Pool | Connection
Stamps = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A mailbox that an administrator added."""

    id: str
    settings: dict[str, Any]
    secrets: bytes  # sealed
    version: int


@dataclass(frozen=True, slots=True)
class State:
    connected_at: datetime | None = None
    verified_at: datetime | None = None
    present: int | None = None
    missing: int | None = None
    problem: str | None = None
    problem_text: str | None = None
    problem_at: datetime | None = None
    asked_at: datetime | None = None
    refresh_token: bytes | None = None  # sealed
    lease_holder: str | None = None
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Mails that came to one mailbox, whichever way."""

    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0  # and nobody has decided yet
    failing: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What an administrator has entered."""

    id: str
    settings: dict[str, Any]
    secrets: bytes  # sealed
    by: UUID
    at: datetime


async def stored(pool: Reader) -> list[Stored]:
    return [Stored(row["id"], json.loads(row["settings"]), row["secrets"], row["version"])
            for row in await pool.fetch(sql["all"])]


async def stamps(pool: Reader) -> Stamps:
    """Differs from what it was when somebody has changed a mailbox, wherever."""
    return tuple(tuple(row.values()) for row in await pool.fetch(sql["stamps"]))


async def add(pool: Reader, change: Change) -> bool:
    """False: there is one with this id."""
    return await pool.fetchval(sql["add"], change.id, json.dumps(change.settings), change.secrets, change.by,
                               change.at) is not None


async def change(pool: Reader, change: Change, version: int) -> bool:
    """False: it is not there, or no longer in this version."""
    return await pool.fetchval(sql["change"], change.id, json.dumps(change.settings), change.secrets, change.by,
                               change.at, version) is not None


async def remove(pool: Reader, mailbox: str) -> bool:
    return await pool.fetchval(sql["remove"], mailbox) is not None


async def states(pool: Reader) -> dict[str, State]:
    found = [dict(row) for row in await pool.fetch(sql["states"])]
    return {row.pop("mailbox"): State(**row) for row in found}


async def counts(pool: Reader) -> dict[str, Counts]:
    found = {row["mailbox"]: dict(row) for row in await pool.fetch(sql["arrived"])}
    for row in await pool.fetch(sql["unwell"]):
        found.setdefault(row["mailbox"], {"mailbox": row["mailbox"]})["failing"] = row["failing"]
    return {row.pop("mailbox"): Counts(**row) for row in found.values()}


@dataclass(frozen=True, slots=True)
class Meter:
    """What /metrics shows of one mailbox."""

    mailbox: str
    counts: Counts
    state: State


async def meters(pool: Reader) -> list[Meter]:
    found, known = await counts(pool), await states(pool)
    return [Meter(one, found.get(one, Counts()), known.get(one, State())) for one in sorted({*found, *known})]


async def claim(
    pool: Reader, mailboxes: Sequence[str], holder: str, until: datetime, now: datetime
) -> dict[str, datetime | None]:
    """Those whose lease this holder now has, each with the time that somebody asked for its verification."""
    rows = await pool.fetch(sql["claim"], list(mailboxes), holder, until, now)
    return {row["mailbox"]: row["asked_at"] for row in rows}


async def release(pool: Reader, mailboxes: Collection[str], holder: str) -> None:
    await pool.execute(sql["release"], list(mailboxes), holder)


async def ask(pool: Reader, mailbox: str, now: datetime) -> None:
    await pool.execute(sql["ask"], mailbox, now)


async def trouble(pool: Reader, mailbox: str, code: str, text: str, now: datetime) -> None:
    await pool.execute(sql["trouble"], mailbox, storable(code)[:100], storable(text)[:500], now)


async def mended(pool: Reader, mailbox: str, kind: str) -> bool:
    """Whether something of this kind was wrong."""
    return await pool.fetchval(sql["mended"], mailbox, kind) is not None


async def hurry(pool: Reader, mailbox: str, now: datetime, most: int | None = None) -> None:
    """Mails that wait because the mailbox was not let in are due now, all or at most so many."""
    await pool.execute(sql["hurry"], mailbox, now, most)


async def put_aside(pool: Reader, arrival_id: UUID, entry: tuple[str, int, int], raw: bytes, reason: str,
                    now: datetime) -> None:
    mailbox, uidvalidity, uid = entry
    await pool.execute(sql["quarantined"], mailbox, uidvalidity, uid, storable(reason)[:200] or "unknown",
                       digest(raw), raw, arrival_id, now)
