"""The accounts behind agents and supervisors."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Pool

from hub.model import Role
from hub.store.sql import named

sql = named(__file__)


@dataclass(frozen=True, slots=True)
class Credentials:
    id: UUID
    password_hash: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One line of `hub user list`."""

    login: str
    name: str
    role: Role
    language: str
    queues: tuple[str, ...]
    capacity: int
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewUser:
    login: str
    name: str
    role: Role = "agent"
    language: str = "en"
    queues: Sequence[str] = ()
    skills: Mapping[str, int] | None = None
    capacity: int = 100
    limits: Mapping[str, int] | None = None  # channel -> most contacts at once


@dataclass(frozen=True, slots=True)
class UserChange:
    """None leaves as it is; queues, skills and limits take the place of all that were there."""

    name: str | None = None
    role: Role | None = None
    language: str | None = None
    queues: Sequence[str] | None = None
    skills: Mapping[str, int] | None = None
    capacity: int | None = None
    limits: Mapping[str, int] | None = None


async def add(pool: Pool, user_id: UUID, user: NewUser, password_hash: str, now: datetime) -> bool:
    """Whether the account was added; false when the log-in is taken."""
    row = await pool.fetchval(
        sql["add_user"], user_id, user.login, user.name, user.role, password_hash, user.language,
        list(user.queues), json.dumps(dict(user.skills or {})), user.capacity, json.dumps(dict(user.limits or {})), now,
    )
    return row is not None


async def credentials(pool: Pool, login: str) -> Credentials | None:
    row = await pool.fetchrow(sql["credentials"], login)
    if row is None:
        return None
    return Credentials(row["id"], row["password_hash"], row["disabled_at"] is not None)


async def accounts(pool: Pool) -> list[Account]:
    rows = await pool.fetch(sql["list_users"])
    return [Account(r["login"], r["name"], r["role"], r["language"], tuple(r["queues"]), r["capacity"],
                    r["disabled_at"]) for r in rows]


async def count(pool: Pool) -> int:
    """How many accounts can log in."""
    return int(await pool.fetchval(sql["count_users"]))


async def set_password(pool: Pool, login: str, password_hash: str) -> UUID | None:
    found: UUID | None = await pool.fetchval(sql["set_password"], login, password_hash)
    return found


async def rehash(pool: Pool, user_id: UUID, password_hash: str) -> None:
    await pool.execute(sql["rehash"], user_id, password_hash)


async def disable(pool: Pool, login: str, now: datetime) -> UUID | None:
    found: UUID | None = await pool.fetchval(sql["disable_user"], login, now)
    return found


async def enable(pool: Pool, login: str) -> UUID | None:
    found: UUID | None = await pool.fetchval(sql["enable_user"], login)
    return found


async def change(pool: Pool, login: str, wanted: UserChange) -> UUID | None:
    found: UUID | None = await pool.fetchval(
        sql["change_user"], login, wanted.name, wanted.role, wanted.language,
        None if wanted.queues is None else list(wanted.queues),
        None if wanted.skills is None else json.dumps(dict(wanted.skills)), wanted.capacity,
        None if wanted.limits is None else json.dumps(dict(wanted.limits)),
    )
    return found
