"""The rows behind a write: locks, and one statement for everything that happens together."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from channels.base import Address
from channels.text import storable
from hub.errors import NotFound
from hub.model import Agent, Held, Interaction, Share
from hub.store.sql import named

sql = named(__file__)
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Row = dict[str, Any]
Able = tuple[frozenset[str], Mapping[str, int]]  # in which queues an agent works, and his skills
LONG = 1_000_000  # bytes; what is longer goes by itself

# The last part is the main query of the statement, which PostgreSQL runs before the others: the row of the interaction
# is locked before its next version is claimed, whoever writes. References are checked at the end of the statement.
PARTS = (
    "blobs",
    "customers",
    "customer_names",
    "addresses",
    "interactions",
    "touches",
    "messages",
    "notes",
    "files",
    "attached",
    "media",
    "opt_outs",
    "offers",
    "offer_ends",
    "assignments",
    "assignment_ends",
    "agent_loads",
    "agents_loaded",
    "agent_states",
    "outbox",
    "arrivals",
    "mails",
    "copies",
    "thread_ids",
    "participants",
    "suggestions",
    "automatic_mails",
    "mailbox_uids",
    "undeliverable",
    "reachable",
    "interaction_changes",
    "interactions_offered",
)


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


async def lock_interaction(conn: Connection, interaction_id: UUID) -> Interaction:
    """Raises `NotFound`."""
    row = await conn.fetchrow(sql["lock_interaction"], interaction_id)
    if row is None:
        raise NotFound()
    return read_interaction(row)


async def kept_age(conn: Connection, interaction_id: UUID) -> datetime | None:
    """Since when somebody waits who is to be called back; None for all others."""
    found: datetime | None = await conn.fetchval(sql["kept_age"], interaction_id)
    return found


async def latest(
    conn: Connection, address: Address, channel: str, source: str
) -> tuple[UUID, UUID, Interaction] | None:
    """Ids of an address and its customer, and his latest interaction of this source, unlocked; None without one."""
    row = await conn.fetchrow(sql["latest"], address.kind, address.value, channel, source)
    return (row["address_id"], row["customer_id"], read_interaction(row)) if row else None


async def lock_latest(
    conn: Connection, address: Address, channel: str, source: str
) -> tuple[UUID, UUID, Interaction | None] | None:
    """Ids of an address and its customer, and his latest interaction of this source; None when nobody has it.

    The address is locked first, so that two first messages at once cannot open two interactions.
    """
    owner = await conn.fetchrow(sql["lock_address"], address.kind, address.value)
    if owner is None:
        return None
    row = await conn.fetchrow(sql["lock_latest"], owner["id"], channel, source)
    return owner["id"], owner["customer_id"], read_interaction(row) if row else None


def read_interaction(row: asyncpg.Record) -> Interaction:
    found = dict(row)
    found["requirements"] = json.loads(found["requirements"])
    found["fields"] = json.loads(found["fields"])
    found["beside"] = tuple(Share(UUID(one["agent"]), UUID(one["offer"])) for one in json.loads(found["beside"]))
    return Interaction(**found)


async def lock_agent(conn: Connection, agent_id: UUID, now: datetime) -> Agent:
    """The agent and all that he holds, as of the moment the lock was had. Raises `NotFound`."""
    row = await conn.fetchrow(sql["lock_agent"], agent_id, now)
    if row is None:
        raise NotFound("There is no such agent.")
    held = await conn.fetch(sql["held"], agent_id)  # a statement of its own: it must see what the lock waited for
    return Agent(**{**dict(row), "limits": json.loads(row["limits"])}, held=tuple(Held(**dict(h)) for h in held))


async def lock_waiting(conn: Connection, ids: Iterable[UUID]) -> dict[UUID, Interaction]:
    """Those of them that wait and that nobody else has locked."""
    rows = await conn.fetch(sql["lock_waiting"], list(ids))
    return {row["id"]: read_interaction(row) for row in rows}


async def lock_agents(conn: Connection, ids: Iterable[UUID], now: datetime) -> dict[UUID, tuple[Agent, Able]]:
    """Those of them whom nobody else has locked, with all that they hold, and what they are able to do."""
    rows = await conn.fetch(sql["lock_agents"], list(ids), now)
    held: dict[UUID, list[Held]] = {row["id"]: [] for row in rows}
    for row in await conn.fetch(sql["held_by"], list(held)):  # a statement of its own, as above
        found = dict(row)
        held[found.pop("agent_id")].append(Held(**found))
    agents = dict[UUID, tuple[Agent, Able]]()
    for row in rows:
        found = {**dict(row), "limits": json.loads(row["limits"]), "held": tuple(held[row["id"]])}
        able = frozenset(found.pop("queues")), json.loads(found.pop("skills"))
        agents[row["id"]] = Agent(**found), able
    return agents


async def put(
    conn: Connection, now: datetime, rows: Mapping[str, Sequence[Row]], blobs: Iterable[bytes] = ()
) -> asyncpg.Record | None:
    """Writes all rows in one statement, which is one transaction where none is open.

    Returns, for a change of an interaction, what its customer and its holder are called.

    Raises `asyncpg.UniqueViolationError` with the name of the constraint that says it was there before.
    """
    contents = list(blobs)
    long = [content for content in contents if len(content) > LONG]
    if not long:
        return await _put(conn, now, rows, contents)
    async with conn.transaction():
        for content in long:
            await conn.execute(sql["long_blob"], digest(content), content, now)
        return await _put(conn, now, rows, [content for content in contents if len(content) <= LONG])


async def _put(
    conn: Connection, now: datetime, rows: Mapping[str, Sequence[Row]], contents: Sequence[bytes]
) -> asyncpg.Record | None:
    parts = tuple(p for p in PARTS if rows.get(p) or (p == "blobs" and contents))
    document = as_json({"now": now, **{p: rows[p] for p in parts if p != "blobs"}})
    if contents:
        return await conn.fetchrow(_statement(parts), document, [digest(c) for c in contents], contents)
    return await conn.fetchrow(_statement(parts), document)


@cache
def _statement(parts: tuple[str, ...]) -> str:
    *before, last = parts
    if not before:
        return sql[last]
    return "WITH " + ",\n".join(f"w_{p} AS ({sql[p]})" for p in before) + "\n" + sql[last]


def interaction_row(interaction: Interaction) -> Row:
    row = {f.name: getattr(interaction, f.name) for f in fields(interaction)}
    return {**row, "requirements": dict(interaction.requirements), "fields": dict(interaction.fields),
            "beside": shares(interaction)}


def shares(interaction: Interaction) -> list[Row]:
    """Who else its offer rings at, as the column has it."""
    return [{"agent": one.agent_id, "offer": one.offer_id} for one in interaction.beside]


def as_json(document: object) -> str:
    """The document as PostgreSQL takes it."""
    try:
        text = orjson.dumps(document, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # lone surrogates, which are no UTF-8
        text = "\\u0000"
    if "\\u0000" in text:
        return orjson.dumps(_storable(document), default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()
    return text


def _plain(value: object) -> object:
    match value:
        case bytes():
            return "\\x" + value.hex()
        case UUID():  # asyncpg's own kind of UUID
            return str(value)
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"a row cannot hold {type(value).__name__}")


def _storable(value: Any) -> Any:
    """JSON that PostgreSQL takes: it refuses NUL and lone surrogates, so both become U+FFFD and the text arrives."""
    match value:
        case str():
            return storable(value)
        case dict():
            return {_storable(k): _storable(v) for k, v in value.items()}
        case list() | tuple():
            return [_storable(v) for v in value]
        case _:
            return value
