"""Interactions as rows of a list."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from hub.errors import Invalid, NotFound
from hub.model import Actor
from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire import Card, Page

sql = named(__file__)
Reader = asyncpg.Pool | Connection


def of(row: asyncpg.Record) -> Card:
    fields = dict(row)
    fields.pop("preferred_agent_id")
    clock = json.loads(row["clock"]) if row["clock"] else None
    return Card(**{**fields, "offer_reasons": json.loads(row["offer_reasons"]), "clock": clock})


async def card(pool: Reader, interaction_id: UUID) -> Card:
    """Raises `NotFound`."""
    row = await pool.fetchrow(sql["card"], interaction_id)
    if row is None:
        raise NotFound()
    return of(row)


async def card_and_desks(pool: Reader, interaction_id: UUID) -> tuple[Card, frozenset[UUID]]:
    """The card, and on whose desks it lies. Raises `NotFound`."""
    row = await pool.fetchrow(sql["card"], interaction_id)
    if row is None:
        raise NotFound()
    match row["state"]:
        case "offered" | "active" | "wrapping":
            return of(row), frozenset({row["agent_id"], *row["beside"]})
        case "queued" | "waiting" | "parked":
            return of(row), frozenset({row["preferred_agent_id"]} - {None})
        case _:
            return of(row), frozenset()


async def cards_of(pool: Reader, agent_id: UUID) -> list[Card]:
    return [of(row) for row in await pool.fetch(sql["cards_of"], agent_id)]


async def open_of_customer(pool: Reader, customer_id: UUID) -> list[Card]:
    return [of(row) for row in await pool.fetch(sql["open_of_customer"], customer_id)]


async def listing(
    pool: Reader,
    actor: Actor,
    states: Sequence[str],
    queue: str | None,
    agent: UUID | None,
    channel: str | None,
    since: datetime | None,
    after: str | None,
    limit: int,
) -> Page[Card]:
    """The longest waiting first; `since`: only those that have been in their state from then on or later.

    Agents see their own queues and their own work, supervisors everything.
    """
    viewer = None if actor.supervises else actor.id
    filters = (list(states), queue, agent, channel, viewer, since)
    queued_at, last = parse_cursor(after)
    rows = await pool.fetch(sql["listing"], *filters, queued_at, last, limit + 1)
    total = await pool.fetchval(sql["count"], *filters)
    return Page(
        items=[of(row) for row in rows[:limit]],
        total=total,
        next=cursor(rows[limit - 1]["queued_at"], rows[limit - 1]["id"]) if len(rows) > limit else None,
    )


async def queues_seen(pool: Reader, actor: Actor, queue: str | None) -> list[str]:
    """The queues whose line somebody may see, or this one of them."""
    return await pool.fetchval(sql["queues_seen"], None if actor.supervises else actor.id, queue) or []


async def waiting_of(pool: Reader, ids: Sequence[UUID]) -> list[Card]:
    """Those of them that wait, in this order."""
    return [of(row) for row in await pool.fetch(sql["waiting_of"], list(ids))]


async def count_waiting(pool: Reader, queues: Sequence[str]) -> int:
    return int(await pool.fetchval(sql["count_waiting"], list(queues)))


def cursor(at: datetime, row_id: UUID) -> str:
    return f"{at.isoformat()}~{row_id}"


def parse_cursor(text: str | None) -> tuple[datetime | None, UUID | None]:
    """Raises `Invalid` for what no page ever handed out."""
    if text is None:
        return None, None
    at, _, row_id = text.partition("~")
    try:
        moment = datetime.fromisoformat(at.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError(at)
        return moment, UUID(row_id)
    except ValueError as problem:
        raise Invalid("`after` must be the `next` of the page before.", fields={"after": "no_cursor"}) from problem
