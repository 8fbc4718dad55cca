"""Versions of the routing policy, and the draft of the next one."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from hub.store.intake import REPEATED, Past, facts, read_past
from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire_policy import PolicyDraftView, PolicyVersion, PolicyVersionFull
from routing.bounds import Staff
from routing.expression import Value

sql = named(__file__)
Reader = asyncpg.Pool | Connection


async def newest(conn: Reader) -> int:
    """The version in force, 0 before there is one."""
    return int(await conn.fetchval(sql["newest"]) or 0)


async def version(conn: Reader, number: int | None = None) -> PolicyVersionFull | None:
    """One version, or the one in force; None if there is no such one."""
    row = await conn.fetchrow(sql["version"], number)
    return PolicyVersionFull(**_head(row), document=json.loads(row["document"])) if row else None


async def versions(conn: Reader) -> list[PolicyVersion]:
    """The newest first; 500 at most."""
    return [PolicyVersion(**_head(row)) for row in await conn.fetch(sql["versions"])]


def _head(row: asyncpg.Record) -> dict[str, Any]:
    names = ("version", "digest", "published_at", "note", "from_version")
    return {**{name: row[name] for name in names}, "published_by": row["published_by_name"]}


async def lock(conn: Connection) -> None:
    """One publishes at a time; held until the transaction ends."""
    await conn.execute(sql["lock"])


async def by_configuration(conn: Connection) -> bool:
    """Whether what is in force was made from the configuration, and by nobody's hand."""
    row = await conn.fetchrow(sql["version"], None)
    return row is None or (row["published_by"] is None and row["from_version"] is None)


async def publish(conn: Connection, document: dict[str, Any], digest: str, now: datetime, by: UUID | None, note: str,
                  from_version: int | None = None) -> int:  # fmt: skip
    """Returns the new version."""
    return int(await conn.fetchval(sql["publish"], json.dumps(document), digest, now, by, note, from_version))


async def draft(conn: Reader) -> PolicyDraftView | None:
    row = await conn.fetchrow(sql["draft"])
    return PolicyDraftView(**{**dict(row), "document": json.loads(row["document"])}) if row else None


async def save_draft(conn: Reader, document: dict[str, Any], base: int, now: datetime, by: UUID,
                     before: datetime | None) -> bool:  # fmt: skip
    """False when the draft that it goes on with (None: no draft) is not the one that is there."""
    return await conn.fetchval(sql["save_draft"], json.dumps(document), base, now, by, before) is not None


async def drop_draft(conn: Reader, saved_at: datetime | None) -> None:
    """None: whichever there is."""
    if saved_at is None:
        await conn.execute(sql["drop_any_draft"])
    else:
        await conn.execute(sql["drop_draft"], saved_at)


async def staff(conn: Reader) -> list[Staff]:
    """All who may work, as the linter looks at them."""
    return [
        Staff(row["login"], frozenset(row["queues"]), json.loads(row["skills"]), row["capacity"],
              json.loads(row["limits"]))
        for row in await conn.fetch(sql["staff"])
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One who stands in line, as rules see him. `target_minutes`: his rule's, None: the queue's."""

    id: UUID
    version: int
    reference: str
    queue: str
    priority: int
    queued_at: datetime
    created_at: datetime
    target_minutes: float | None
    rule: str | None
    state: str
    placement: dict[str, Any] | None
    facts: dict[str, Value]
    past: Past


async def corrected(conn: Reader, since: datetime) -> list[UUID]:
    """Who stands in line, and of whose customer something was corrected since then."""
    return [row["id"] for row in await conn.fetch(sql["corrected"], since)]


async def waiting(conn: Reader, now: datetime, only: UUID | None = None) -> list[Waiting]:
    """Who stands in line, 5000 at most, or the one that is named, wherever he is."""
    return [_waiting(row) for row in await conn.fetch(sql["waiting"], now - REPEATED, only)]


def _waiting(row: asyncpg.Record) -> Waiting:
    past = read_past(row["past"])
    own = {name: row[name] for name in ("address", "language", "subject", "text")}
    names = tuple(row["attachment_names"] or ())
    known = facts(row["channel"], row["source"], json.loads(row["fields"]), past, attachments=len(names),
                  attachment_names=names, **own)
    placement = json.loads(row["placement"]) if row["placement"] else None
    return Waiting(row["id"], row["version"], row["reference"], row["queue_id"], row["priority"], row["queued_at"],
                   row["created_at"], row["target_minutes"], row["rule"], row["state"], placement, known,
                   past)  # fmt: skip
