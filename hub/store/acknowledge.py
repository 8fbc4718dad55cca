"""Mails that wait for an automatic answer, and what of the budget for such answers is spent."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import Party
from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)


@dataclass(frozen=True, slots=True)
class Asking:
    """A customer's mail that may get an automatic answer. `answer_to`: where its author wants answers."""

    mail_id: str
    mailbox: str
    answer_to: Party
    subject: str
    thread: tuple[str, ...]  # the nearest first
    machine: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Spent:
    to_address: int
    in_interaction: int
    lately: int  # from this mailbox
    answered: bool  # by a human
    undeliverable: bool


async def due(pool: asyncpg.Pool, limit: int) -> list[tuple[UUID, UUID]]:
    """Message and interaction of mails that nobody has decided about, the oldest first."""
    rows = await pool.fetch(sql["due"], limit)
    return [(row["message_id"], row["interaction_id"]) for row in rows]


async def asking(conn: Connection, message_id: UUID) -> Asking | None:
    row = await conn.fetchrow(sql["asking"], message_id)
    if row is None:
        return None
    parties = [*json.loads(row["reply_to"]), json.loads(row["author"])]
    return Asking(
        row["mail_id"],
        row["mailbox"],
        Party(**parties[0]),
        row["subject"],
        tuple(row["thread"]),
        row["machine"],
        row["customer_name"] or "",
    )


async def spent(
    conn: Connection, address: str, since: datetime, interaction_id: UUID, mailbox: str, lately: datetime
) -> Spent:
    """Counts after everybody else who writes to this address, or from this mailbox, has finished.

    In a transaction only. `since`: for the address; `lately`: for the mailbox.
    """
    await conn.execute(sql["alone"], counted(address), mailbox)
    row = await conn.fetchrow(sql["spent"], counted(address), since, interaction_id, lately, mailbox, address)
    assert row is not None, "an aggregate has a row"
    return Spent(**dict(row))


def counted(address: str) -> str:
    """The address without its detail: whoever names mia+1@, mia+2@ and so on names one person."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


async def settle(conn: Connection, message_id: UUID, how: Literal["sent", "held"]) -> None:
    await conn.execute(sql["settle"], message_id, how)
