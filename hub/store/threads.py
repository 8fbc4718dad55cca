"""Reads that decide to which interaction a mail belongs, and of which message a delivery report speaks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from hub.model import Interaction
from hub.store.intake import KnownAddress, Reader
from hub.store.journal import Connection, as_json, read_interaction
from hub.store.sql import named

sql = named(__file__)
Reason = Literal["token", "reference", "subject"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for on behalf of one mail. `author` is in lower case, "" where there is none."""

    key: str
    mail_id: str
    ids: tuple[str, ...]  # what it refers to, the nearest first, and its own
    tokens: tuple[UUID, ...]
    author: str
    subject: str  # without what answering and forwarding put before it, in lower case


@dataclass(frozen=True, slots=True)
class Before:
    """A mail that is here already: where it was written down. `key`: of the row that counts its copies, if any."""

    touch_id: UUID
    interaction_id: UUID
    key: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows of a mail at this moment.

    `joins`: the interaction that the best evidence leads to and that the author takes part in. Without one,
    `suggested` is evidence that is not enough, and `subjects` what else of late has a subject like this.
    """

    stored: Before | None
    own: Before | None
    author: KnownAddress | None
    undeliverable: bool
    known_ids: frozenset[str]
    joins: Interaction | None
    suggested: tuple[tuple[UUID, Reason], ...]
    subjects: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A message of ours that a delivery report speaks of."""

    message_id: UUID
    interaction_id: UUID
    recipients: frozenset[str]


async def find(conn: Connection, asked: Sequence[Asked], since: datetime) -> list[Found]:
    """One answer for each, in their order: two statements, however many they are."""
    document = as_json([_row(place, one) for place, one in enumerate(asked)])
    rows = await conn.fetch(sql["found"], document, since)
    wanted = {row["joins_id"] for row in rows if row["joins_id"]}
    joined = {one.id: one for one in await _interactions(conn, wanted)} if wanted else {}
    found: dict[int, Found] = {}
    for row in rows:
        found.setdefault(row["place"], _found(row, joined))
    return [found[place] for place in range(len(asked))]


async def took_part(conn: Connection, interaction_id: UUID) -> list[asyncpg.Record]:
    """`address`, `name` and `role` of whoever takes part, the first ones first."""
    return list(await conn.fetch(sql["took_part"], interaction_id))


async def _interactions(conn: Connection, ids: set[UUID]) -> list[Interaction]:
    return [read_interaction(row) for row in await conn.fetch(sql["interactions"], list(ids))]


def _row(place: int, one: Asked) -> dict[str, Any]:
    return {
        "place": place, "key": one.key, "mail_id": one.mail_id, "ids": one.ids, "tokens": one.tokens,
        "author": one.author, "subject": one.subject,
    }  # fmt: skip


def _found(row: asyncpg.Record, joined: dict[UUID, Interaction]) -> Found:
    stored, own = row["touch_id"], row["own_touch_id"]
    return Found(
        stored=Before(stored, row["interaction_id"], row["key"]) if stored else None,
        own=Before(own, row["own_id"], row["own_key"]) if own else None,
        author=KnownAddress(row["address_id"], row["author_id"]) if row["address_id"] else None,
        undeliverable=row["undeliverable"],
        known_ids=frozenset(row["known_ids"]),
        joins=joined.get(row["joins_id"]),
        suggested=_pairs(row["suggested"]),
        subjects=_pairs(row["subjects"]),
    )


def _pairs(found: str | None) -> tuple[tuple[UUID, Any], ...]:
    """Each interaction once, with the first word said of it."""
    pairs: dict[UUID, Any] = {}
    for one, word in json.loads(found or "[]"):
        pairs.setdefault(UUID(one), word)
    return tuple(pairs.items())


async def reported(conn: Reader, ids: Sequence[str], tokens: Sequence[UUID], recipient: str) -> Reported | None:
    row = await conn.fetchrow(sql["reported"], list(ids), list(tokens), recipient)
    return Reported(row["message_id"], row["interaction_id"], frozenset(row["recipients"])) if row else None


async def written_to(conn: Reader, addresses: Sequence[str], since: datetime) -> bool:
    """Whether a mail of ours has left for one of these customers' addresses, in lower case, since then."""
    return bool(addresses) and bool(await conn.fetchval(sql["written_to"], list(addresses), since))


async def reports_before(conn: Connection, message: Reported) -> list[asyncpg.Record]:
    """What was reported of a message whose interaction is locked; `over`: before a human decided otherwise."""
    return list(await conn.fetch(sql["reports_before"], message.interaction_id, message.message_id))
