"""Reads that decide where an arrival belongs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from channels.base import Address
from hub.store.journal import Connection
from hub.store.sql import named
from routing.expression import Value

sql = named(__file__)
Reader = Connection | asyncpg.Pool


REPEATED = timedelta(days=7)  # contacts within this time count as repeated ones


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a customer. `facts` by their names in `routing.facts`; ids of agents that may be waited for."""

    facts: Mapping[str, Value] = field(default_factory=dict)
    last_agent_id: UUID | None = None
    owner_id: UUID | None = None


STRANGER = Past()


@dataclass(frozen=True, slots=True)
class KnownAddress:
    id: UUID
    customer_id: UUID
    past: Past = STRANGER


Known = dict[tuple[str, str], KnownAddress]


async def known_addresses(conn: Reader, addresses: Sequence[Address], now: datetime) -> Known:
    """The addresses that are on file, by (kind, value)."""
    if not addresses:
        return {}
    kinds, values = [a.kind for a in addresses], [a.value for a in addresses]
    rows = await conn.fetch(sql["known_addresses"], kinds, values, now - REPEATED)
    return {(row["kind"], row["value"]): _known(row) for row in rows}


def _known(row: asyncpg.Record) -> KnownAddress:
    return KnownAddress(row["id"], row["customer_id"], read_past(row["past"]))


def read_past(text: str) -> Past:
    """What `past_of` in the schema says."""
    found = json.loads(text)
    last, owner = (UUID(one) if (one := found.pop(name)) else None for name in ("last_agent_id", "owner_id"))
    found["segment"] = tuple(found["segment"])
    return Past({name: value for name, value in found.items() if value is not None}, last, owner)


UNSHOWN = frozenset({"_to", "_queue"})
OWN = UNSHOWN | {"_spam", "_spam_because"}  # fields that nobody filled in


def facts(
    channel: str, source: str, fields: Mapping[str, str], past: Past, **own: Value | None
) -> dict[str, Value]:
    """What rules may ask of a contact, but for the time of day (`routing.facts`); `own` is what only he has."""
    _, _, way_in = source.partition(":")
    found: dict[str, Value | None] = {
        "channel": channel,
        "source": way_in or source,
        "queue": fields.get("_queue"),
        "form": way_in if channel == "form" else None,
        "address_dialled": fields.get("address_dialled") or fields.get("_to") or _number(channel, way_in),
        "ivr_path": fields.get("ivr_path"),
        "spam": fields.get("_spam") or (fields.get("spam") if channel == "voice" else None) or "none",
        "attestation": fields.get("attestation", "none") if channel == "voice" else None,
        "anonymous": "anonymous" in fields if channel == "voice" else None,
        "attachments": 0,
        "repeat_contacts": 0,
        "known": False,
        **own,
        **past.facts,
        **{f"form.{name}": value for name, value in fields.items() if channel == "form" and name not in OWN},
        **{name: value for name, value in fields.items() if name.startswith("ivr.")},
    }
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def _number(channel: str, way_in: str) -> str | None:
    number = way_in.rpartition(":")[2]
    return number if channel in ("sms", "whatsapp") and number.startswith("+") else None


async def arrival(conn: Reader, source: str, natural_key: str) -> asyncpg.Record | None:
    """What was stored under this key, or None."""
    return await conn.fetchrow(sql["arrival"], source, natural_key)


async def latest_of_address(conn: Reader, address: Address, channel: str) -> asyncpg.Record | None:
    return await conn.fetchrow(sql["latest_of_address"], address.kind, address.value, channel)


async def wrap_up_seconds(conn: Reader, interaction_id: UUID) -> int:
    return int(await conn.fetchval(sql["wrap_up_seconds"], interaction_id))


async def all_loose(conn: Reader, file_ids: Sequence[UUID], owner: str) -> bool:
    """Whether every one of these files was put up by `owner` and is attached to nothing yet."""
    wanted = set(file_ids)
    return not wanted or int(await conn.fetchval(sql["loose_files"], list(wanted), owner)) == len(wanted)
