"""Reads and writes behind mails that agents write."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from channels.base import Address, FileRef, Party
from hub.errors import NotFound
from hub.letters import Earlier, Thread
from hub.store import cards, files
from hub.store.cards import Reader
from hub.store.journal import Connection, Row
from hub.store.sql import named
from hub.wire import Card, SuggestionView
from hub.wire_mail import UndeliverableView

sql = named(__file__)


async def thread(conn: Reader, interaction_id: UUID) -> Thread:
    """What is known of an interaction when somebody writes in it. Raises `NotFound`."""
    head = await conn.fetchrow(sql["head"], interaction_id)
    if head is None:
        raise NotFound()
    earlier = await conn.fetchrow(sql["earlier"], interaction_id)
    attached = await files.of_touches(conn, [earlier["touch_id"]]) if earlier else {}
    last = json.loads(await conn.fetchval(sql["written_last"], interaction_id) or "{}")
    ids = await conn.fetch(sql["mail_ids"], interaction_id)
    return Thread(
        head["id"], head["channel"], head["source"], head["queue_id"], head["subject"], head["language"], head["name"],
        Address(head["kind"], head["value"], head["verified"]) if head["kind"] else None,
        _earlier(earlier, head, attached.get(earlier["touch_id"], ())) if earlier else None,
        _parties(last.get("to")), _parties(last.get("cc")),
        tuple(row["mail_id"] for row in reversed(ids)),
        tuple(row["address"] for row in await conn.fetch(sql["participants"], interaction_id)),
    )  # fmt: skip


def _earlier(row: asyncpg.Record, head: asyncpg.Record, attached: tuple[FileRef, ...]) -> Earlier:
    if row["mail_id"] is None:
        return Earlier(
            Party(row["author_name"] or head["name"], head["value"] if head["kind"] == "email" else ""),
            row["at"],
            row["text"],
            subject=head["subject"],
            files=attached,
        )
    recipients = json.loads(row["recipients"])
    return Earlier(
        _party(json.loads(row["author"])), row["at"], row["text"], row["quoted"], row["mail_id"],
        _parties(json.loads(row["reply_to"])), _parties(recipients.get("to")), _parties(recipients.get("cc")),
        row["subject"], tuple(row["thread"]), attached,
    )  # fmt: skip


def _party(one: Any) -> Party:
    return Party(one["name"], one["address"])


def _parties(given: Any) -> tuple[Party, ...]:
    return tuple(map(_party, given or ()))


def parties(given: Sequence[Party]) -> list[Row]:
    return [{"name": one.name, "address": one.address} for one in given]


async def size(conn: Reader, file_ids: Sequence[UUID]) -> int:
    """Bytes of these files together."""
    return int(await conn.fetchval(sql["sizes"], list(file_ids)))


async def to_send_along(conn: Reader, refs: Sequence[FileRef]) -> list[Row]:
    """Rows from which files are attached once more, in the order given."""
    rows = {row["id"]: dict(row) for row in await conn.fetch(sql["to_send_along"], [one.id for one in refs])}
    return [rows[one.id] for one in refs if one.id in rows]


async def wrote_since(conn: Reader, interaction_id: UUID, version: int) -> bool:
    return bool(await conn.fetchval(sql["wrote_since"], interaction_id, version))


async def own(conn: Reader, message_id: UUID, agent_id: UUID) -> asyncpg.Record | None:
    """`touch_id` and `text` of a message that this agent wrote."""
    return await conn.fetchrow(sql["own"], message_id, agent_id)


async def message(conn: Reader, message_id: UUID) -> asyncpg.Record:
    """A message, what became of it, and its recipients where it is a mail. Raises `NotFound`."""
    row = await conn.fetchrow(sql["message"], message_id)
    if row is None:
        raise NotFound()
    return row


async def withdraw(conn: Connection, message_id: UUID, now: datetime) -> asyncpg.Record | None:
    """Takes a message out of the outbox. None when it is being sent, or was."""
    return await conn.fetchrow(sql["withdraw"], message_id, now)


async def held(conn: Reader, interaction_id: UUID, now: datetime) -> list[UUID]:
    """Mails of agents that are in their undo time, the oldest first."""
    return [row["id"] for row in await conn.fetch(sql["held"], interaction_id, now)]


async def give_back(conn: Connection, touch_id: UUID, owner: str) -> None:
    """Its files can be attached again by whoever put them up."""
    await conn.execute(sql["give_back"], touch_id, owner)


async def decide(
    conn: Connection, message_id: UUID, state: str, now: datetime, of: Sequence[str]
) -> asyncpg.Record | None:
    """Settles a message that is in one of these states; None when it is in another one."""
    return await conn.fetchrow(sql["decide"], message_id, state, now, list(of))


async def page(conn: Reader, message_id: UUID) -> asyncpg.Record:
    """`html` and `quoted` of a mail. Raises `NotFound`."""
    row = await conn.fetchrow(sql["page"], message_id)
    if row is None:
        raise NotFound()
    return row


async def raw(conn: Reader, message_id: UUID) -> tuple[UUID, bytes]:
    """The interaction of a mail that came in, and its bytes. Raises `NotFound`."""
    row = await conn.fetchrow(sql["raw"], message_id)
    if row is None:
        raise NotFound()
    return row["interaction_id"], row["bytes"]


async def undeliverable(conn: Reader, addresses: Iterable[str]) -> list[UndeliverableView]:
    """Those of these that mail does not reach."""
    return [UndeliverableView(**dict(row)) for row in await conn.fetch(sql["undeliverable"], list(addresses))]


async def queues_of(conn: Reader, agent_id: UUID) -> frozenset[str]:
    return frozenset(await conn.fetchval(sql["of_agent"], agent_id) or ())


async def address(conn: Reader, value: str) -> asyncpg.Record | None:
    """`id`, `customer_id` and `value` of an e-mail address that is on file, in whatever case."""
    return await conn.fetchrow(sql["address"], value)


async def suggestions(conn: Reader, interaction_id: UUID) -> list[SuggestionView]:
    rows = await conn.fetch(sql["suggestions"], interaction_id)
    return [SuggestionView(other=await cards.card(conn, row["other_id"]), reason=row["reason"]) for row in rows]


async def linked(conn: Reader, interaction_id: UUID) -> list[Card]:
    return [await cards.card(conn, row["id"]) for row in await conn.fetch(sql["linked"], interaction_id)]


async def suggestion(conn: Connection, interaction_id: UUID, other_id: UUID) -> bool | None:
    """What was decided, None while nothing was. Raises `NotFound`."""
    row = await conn.fetchrow(sql["suggestion"], interaction_id, other_id)
    if row is None:
        raise NotFound("Nothing suggests that these two belong together.")
    decided: bool | None = row["accepted"]
    return decided


async def decide_suggestion(
    conn: Connection, interaction_id: UUID, other_id: UUID, accept: bool, agent_id: UUID, now: datetime
) -> None:
    await conn.execute(sql["decide_suggestion"], interaction_id, other_id, accept, agent_id, now)


async def admit(conn: Connection, interaction_id: UUID, other_id: UUID, now: datetime) -> None:
    """Whoever writes in the one interaction takes part in the other one from now on."""
    rows = await conn.fetch(sql["authors"], interaction_id)
    await conn.execute(sql["admit"], other_id, [r["address"] for r in rows], [r["name"] for r in rows], now)
