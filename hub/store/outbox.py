"""What has to go out, and what became of it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import Address, FileRef, MailOut, Outbound, Party, TextOut
from channels.text import storable
from hub.store.files import of_touches
from hub.store.journal import Connection
from hub.store.sql import named

sql = named(__file__)


class Claimed(tuple[Outbound, str, int]):
    """A message to send, its channel, and which attempt this is."""

    __slots__ = ()


async def claim(
    pool: asyncpg.Pool,
    now: datetime,
    until: datetime,
    limit: int,
    kinds: Collection[str],
    others: bool,
    loose: Sequence[str],
) -> list[Claimed]:
    """Takes due messages of channels, the earliest of each interaction only, so that order is kept within one.

    A message of a `loose` channel waits for an earlier one only until that has been tried once.
    """
    rows = await pool.fetch(sql["claim"], now, until, limit, list(kinds), others, list(loose))
    files = await of_touches(pool, [row["touch_id"] for row in rows])
    return [_claimed(row, files.get(row["touch_id"], ())) for row in rows]


def _claimed(row: asyncpg.Record, files: tuple[FileRef, ...]) -> Claimed:
    frozen = json.loads(row["recipient"])
    texting = frozen.pop("texting", None)
    recipient = Address(**frozen)
    message = Outbound(
        row["message_id"],
        row["interaction_id"],
        row["number"],
        recipient,
        row["text"],
        row["author_name"],
        row["at"],
        files,
        _mail(row) if row["mail_id"] is not None else None,
        texting=TextOut(**texting) if texting is not None else None,
    )
    return Claimed((message, row["channel"], row["attempts"]))


def _mail(row: asyncpg.Record) -> MailOut:
    recipients = json.loads(row["recipients"])
    to, cc, bcc = (_parties(recipients.get(field)) for field in ("to", "cc", "bcc"))
    return MailOut(
        mail_id=row["mail_id"],
        mailbox=row["mailbox"],
        author=Party(**json.loads(row["author"])),
        reply_to=next(iter(_parties(json.loads(row["reply_to"]))), None),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=row["subject"],
        references=tuple(row["thread"]),
        signature=row["signature"],
        quoted=row["quoted"],
        automatic=row["automatic"],
        only=None if row["only"] is None else tuple(row["only"]),
    )


def _parties(given: Iterable[Mapping[str, str]] | None) -> tuple[Party, ...]:
    return tuple(Party(one["name"], one["address"]) for one in given or ())


async def renew(pool: asyncpg.Pool, message_ids: Sequence[UUID], until: datetime) -> None:
    await pool.execute(sql["renew"], list(message_ids), until)


@dataclass(frozen=True, slots=True)
class Rest:
    """A recipient who did not get what others got: put off until later, refused for good, or nobody knows."""

    address: str  # as the envelope has it
    state: Literal["later", "refused", "unconfirmed"]
    error: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message stands. `recipients` are as they were written."""

    state: str
    outbox_state: str
    attempts: int
    recipients: tuple[str, ...]

    @property
    def partly(self) -> bool:
        """Some have it already."""
        return self.state in ("sent", "delivered", "read")


async def standing(conn: Connection, message_id: UUID) -> Standing:
    row = await conn.fetchrow(sql["standing"], message_id)
    assert row is not None, "what is in the outbox stays there"
    recipients = json.loads(row["recipients"] or "{}")
    written = tuple(one["address"] for field in ("to", "cc", "bcc") for one in recipients.get(field) or ())
    return Standing(row["state"], row["outbox_state"], row["attempts"], written)


async def rest(conn: Connection, message_id: UUID) -> tuple[Rest, ...]:
    return tuple(Rest(**dict(row)) for row in await conn.fetch(sql["rest"], message_id))


async def keep_rest(conn: Connection, message_id: UUID, rest: Sequence[Rest]) -> None:
    columns = zip(*((one.address, one.state, storable(one.error)) for one in rest), strict=True)
    if rest:
        await conn.execute(sql["keep_rest"], message_id, *(list(column) for column in columns))


async def drop_rest(conn: Connection, message_id: UUID, addresses: Sequence[str] | None = None) -> None:
    """They got it after all; without `addresses`: all that was known of single recipients."""
    await conn.execute(sql["drop_rest"], message_id, None if addresses is None else list(addresses))


async def settle_rest(
    conn: Connection, message_id: UUID, state: str, due_at: datetime | None = None, attempts: int | None = None
) -> None:
    await conn.execute(sql["settle_rest"], message_id, state, due_at, attempts)


async def contents(pool: asyncpg.Pool, file_ids: Sequence[UUID]) -> tuple[bytes, ...]:
    """The bytes of these files, in their order."""
    found = {row["id"]: row["bytes"] for row in await pool.fetch(sql["contents"], list(file_ids))}
    return tuple(found[one] for one in file_ids)


async def trouble(conn: Connection, message_id: UUID, error: str | None) -> asyncpg.Record | None:
    """What the agent is told of a message that has not failed, or not yet."""
    return await conn.fetchrow(sql["trouble"], message_id, plain(error))


async def settle(
    conn: Connection,
    message_id: UUID,
    state: str,
    *,
    error: str | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Ends an attempt. False when a receipt, or another node, has settled the message already."""
    done = await conn.execute(sql["settle"], message_id, state, plain(error), due_at)
    return done != "UPDATE 0"


async def mark(
    conn: Connection, message_id: UUID, state: str, now: datetime, error: str | None = None
) -> asyncpg.Record | None:
    """Lifts a message to `state`; None when it stands there or higher already."""
    return await conn.fetchrow(sql["mark"], message_id, state, now, plain(error))


def plain(text: str | None) -> str | None:
    return None if text is None else storable(text)


async def mark_seen(conn: Connection, interaction_id: UUID, now: datetime) -> list[asyncpg.Record]:
    """All that the customer wrote has been read."""
    return list(await conn.fetch(sql["mark_seen"], interaction_id, now))


async def mark_up_to(
    conn: Connection, interaction_id: UUID, number: int, state: str, now: datetime
) -> list[asyncpg.Record]:
    return list(await conn.fetch(sql["mark_up_to"], interaction_id, number, state, now))
