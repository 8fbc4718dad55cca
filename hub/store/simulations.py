"""A day as the history keeps it, in the form that `routing.simulation.day.read` takes."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from hub.store.intake import REPEATED, Past, facts
from hub.store.sql import named

sql = named(__file__)
Data = dict[str, Any]


async def versions(pool: asyncpg.Pool, since: datetime, until: datetime) -> list[int]:
    """Of the policy, that were in force at some time of these."""
    return [row["version"] for row in await pool.fetch(sql["versions"], since, until)]


async def day(pool: asyncpg.Pool, since: datetime, until: datetime, now: datetime, most: int) -> Data:
    """From `since` on and before `until`, of which nothing is later than `now`; at most so many contacts are read."""
    async with pool.acquire(timeout=5) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        contacts = await conn.fetch(sql["contacts"], since, until, REPEATED, most, now)
        worked = await conn.fetch(sql["worked"], since, until, now)
        present = await conn.fetch(sql["present"], since, until, now)
        people = await conn.fetch(sql["people"])
        edits = await conn.fetch(sql["edits"], since)
        priorities = {row["id"]: row["priority"] for row in await conn.fetch(sql["priorities"])}
    asked = _ways_in(contacts)
    staff = _staff(people, _profiles(edits), present, _not_routed(contacts, worked), since)
    places = {one["id"]: place for place, one in enumerate(staff)}
    return {
        "begin": since.isoformat(),
        "seconds": (until - since).total_seconds(),
        "contacts": [_contact(row, asked, since) for row in contacts],
        "staff": staff,
        "worked": [
            [places[str(row["agent_id"])], _after(row["started_at"], since), _after(row["ended_at"], since),
             row["units"] / (staff[places[str(row["agent_id"])]]["shifts"][0]["capacity"] or 1)]
            for row in worked
        ],
        "priorities": priorities,
    }  # fmt: skip


# --- contacts ---------------------------------------------------------------------------------------------------------


def _contact(row: asyncpg.Record, asked: Mapping[str, str], since: datetime) -> Data:
    came = _after(row["created_at"], since)
    answered = row["answered_at"] and _after(row["answered_at"], since)
    unanswered = row["answered_at"] is None and row["closed_at"] is not None
    way_in = row["queue"] if row["rule"] is None else asked.get(row["source"])
    handle, later = _stages(row)
    return {
        "id": str(row["id"]),
        "at": max(0.0, came),
        "before": max(0.0, -came),
        "queue": row["queue"],
        "channel": row["channel"],
        "asked": way_in,
        "facts": _facts(row, way_in),
        "units": row["units"],
        "exclusive": row["exclusive"],
        "interruptible": row["interruptible"],
        "within": float(row["service_level_seconds"]),
        "answered_at": answered,
        "agent": str(row["agent_id"]) if answered is not None and row["agent_id"] else None,
        "left_at": _after(row["closed_at"], since) if unanswered else None,
        "leaving": "abandoned" if row["disposition"] is None else "flowed_out",
        "rings": row["ring_seconds"],
        "handle": handle,
        "later": later,
        "refused": row["refused"] or [],
        "moves": json.loads(row["moves"]) if row["moves"] else [],
        "handled": answered is not None and not row["going"],
        "owner": _text(row["owner_id"]),
        "last_agent": _text(row["last_agent_id"]),
    }


def _stages(row: asyncpg.Record) -> tuple[float, list[tuple[str, float]]]:
    """How long it was worked on until it was first given back, and then again and again, with the queue it went to. Of
    what goes on nobody knows how it will end: all of that is one."""
    whole = row["handle_seconds"] or 0.0
    if row["going"] or not row["held"]:
        return whole, []
    stages: list[tuple[str, float]] = [("", 0.0)]
    for seconds, to in json.loads(row["held"]):
        stages[-1] = stages[-1][0], stages[-1][1] + seconds
        if to is not None:
            stages.append((to, 0.0))
    return stages[0][1], [one for one in stages[1:] if one[1] > 0]


def _facts(row: asyncpg.Record, way_in: str | None) -> Data:
    past = Past({
        name: value
        for name, value in {
            "vip": row["vip"], "segment": tuple(row["segments"]), "contract": row["contract"], "owner": row["owner"],
            "last_agent": row["last_agent"], "known": row["known"], "open_case": row["open_case"],
            "repeat_contacts": row["repeat_contacts"],
        }.items()
        if value is not None
    })  # fmt: skip
    names = tuple(row["attachment_names"] or ())
    own = {name: row[name] for name in ("address", "language", "subject", "text")}
    return dict(facts(row["channel"], row["source"], json.loads(row["fields"]), past, queue=way_in,
                      attachments=len(names), attachment_names=names, **own))  # fmt: skip


def _ways_in(contacts: Sequence[asyncpg.Record]) -> dict[str, str]:
    """Which queue a way in asks for, as the last contact shows that no rule placed."""
    return {row["source"]: row["queue"] for row in contacts if row["rule"] is None}


# --- agents -----------------------------------------------------------------------------------------------------------


def _not_routed(contacts: Sequence[asyncpg.Record], worked: Sequence[asyncpg.Record]) -> dict[UUID, list[Any]]:
    """What agents held of contacts that are not among those of the day, by agent."""
    routed = {row["id"] for row in contacts}
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in worked:
        if row["interaction_id"] not in routed:
            found[row["agent_id"]].append(row)
    return found


def _profiles(edits: Sequence[asyncpg.Record]) -> dict[UUID, list[tuple[datetime, Data]]]:
    """Until when an agent could be given what, before it was changed."""
    found: defaultdict[UUID, list[tuple[datetime, Data]]] = defaultdict(list)
    for row in edits:
        found[row["agent_id"]].append((row["at"], json.loads(row["before"])))
    return found


def _staff(people: Sequence[asyncpg.Record], before: Mapping[UUID, Sequence[tuple[datetime, Data]]],
           present: Sequence[asyncpg.Record], holding: Mapping[UUID, Sequence[Any]], since: datetime) -> list[Data]:
    """Everybody who was there or ever had something in hand; a shift during which something changed is two."""
    spans: defaultdict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in present:
        spans[row["agent_id"]].append((row["start"], row["end"]))
    return [_agent(row, before.get(row["id"], ()), spans[row["id"]], holding.get(row["id"], ()), since)
            for row in people]


def _agent(row: asyncpg.Record, before: Sequence[tuple[datetime, Data]], spans: Sequence[tuple[datetime, datetime]],
           holding: Sequence[Any], since: datetime) -> Data:
    now: Data = {"queues": list(row["queues"]), "skills": json.loads(row["skills"]), "capacity": row["capacity"],
                 "limits": json.loads(row["limits"])}
    shifts = []
    for begin, end in spans:
        start = begin
        for at, profile in before:
            if start < at < end:
                shifts.append(_shift(profile, start, at, since))
                start = at
        current = next((profile for at, profile in before if at > start), now)
        shifts.append(_shift(current, start, end, since))
    return {
        "id": str(row["id"]),
        "shifts": shifts or [_shift(now, since, since, since)],
        "holding": [
            {"start": max(0.0, _after(one["started_at"], since)), "end": _after(one["ended_at"], since),
             "held": {name: one[name] for name in ("channel", "units", "exclusive", "interruptible")}}
            for one in holding
        ],
    }  # fmt: skip


def _shift(profile: Data, start: datetime, end: datetime, since: datetime) -> Data:
    kept = {name: profile[name] for name in ("queues", "skills", "capacity", "limits")}
    return {**kept, "start": _after(start, since), "end": _after(end, since)}


def _after(moment: datetime, since: datetime) -> float:
    return (moment - since).total_seconds()


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None
