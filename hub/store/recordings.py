"""Rows of recordings: what is known of each, our copy of its sound, and who listened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from channels.voice.reports import Recording
from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire_calls import RecordingAccess, RecordingView

sql = named(__file__)
Pool = asyncpg.Pool
Source = Literal["call", "voicemail"]
State = Literal["running", "fetching", "stored", "failed", "deleted"]
Access = Literal["listened", "downloaded", "deleted"]
Problem = Literal["absent", "too_large", "unreachable"]
ABSENT = (None, "absent", "no_sound", "not ready")


@dataclass(frozen=True, slots=True)
class Due:
    """One that something is to be done about. `ended_at`: of its call."""

    id: UUID
    source: Source
    call_id: UUID
    interaction_id: UUID
    account: str
    sid: str
    seconds: int | None
    url: str | None
    state: State
    attempts: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sound:
    """Our copy. `peaks`: loudness over the length, each 0 to 100; empty where the format is not understood."""

    media_type: str
    content: bytes
    channels: int = 1
    peaks: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Of:
    """Whose sound it is."""

    source: Source
    call_id: UUID
    interaction_id: UUID
    account: str


async def begin(conn: Connection, new_id: UUID, of: Of, sid: str, now: datetime) -> None:
    """One runs from now on; unless it is known."""
    await conn.execute(sql["begin"], new_id, of.call_id, of.interaction_id, of.account, sid, now)


async def ready(conn: Connection, new_id: UUID, of: Of, one: Recording, now: datetime) -> UUID | None:
    """Its copy can be fetched. None when that was known."""
    found: UUID | None = await conn.fetchval(
        sql["ready"], new_id, of.source, of.call_id, of.interaction_id, of.account, one.sid, one.url, now, one.seconds)
    return found


async def lost(conn: Connection, account: str, sid: str, error: str) -> UUID | None:
    """The provider has nothing. None when it is none of ours, or that was known."""
    found: UUID | None = await conn.fetchval(sql["lost"], account, sid, error)
    return found


async def claim(pool: Pool, now: datetime, until: datetime, ended_by: datetime, limit: int) -> list[Due]:
    """Those that are due and ours until then; what runs only if its call had ended by `ended_by`."""
    return [Due(**dict(row)) for row in await pool.fetch(sql["claim"], now, until, ended_by, limit)]


async def later(pool: Pool, one: Due, due_at: datetime, error: str) -> None:
    await pool.execute(sql["later"], one.id, one.state, due_at, error)


async def store(pool: Pool, one: Due, sound: Sound, keep_until: datetime) -> None:
    await pool.execute(sql["store"], one.id, len(sound.content), sound.channels, list(sound.peaks), keep_until,
                       sound.media_type, sound.content)


async def fail(conn: Connection, one: Due, error: str, keep_until: datetime | None) -> bool:
    """False when another hub was quicker. `keep_until`: when the provider's copy is deleted, None: there is none."""
    return bool(await conn.execute(sql["fail"], one.id, one.state, error, keep_until) != "UPDATE 0")


async def outlived(pool: Pool, now: datetime) -> list[UUID]:
    """Those that a rule deletes now; 100 at most."""
    return [row["id"] for row in await pool.fetch(sql["outlived"], now)]


async def interaction_of(conn: Connection, recording_id: UUID) -> UUID | None:
    found: UUID | None = await conn.fetchval(sql["interaction_of"], recording_id)
    return found


async def delete(conn: Connection, recording_id: UUID, by: UUID | None, now: datetime) -> bool:
    """Our copy; the provider's is due at once. False when there is none to delete."""
    if await conn.fetchval(sql["delete"], recording_id, now) is None:
        return False
    await conn.execute(sql["accessed"], recording_id, by, now, "deleted")
    return True


async def settled(pool: Pool, recording_id: UUID, error: str | None) -> None:
    """Nothing is to be done about it any more."""
    await pool.execute(sql["settled"], recording_id, error)


async def queue_of(pool: Pool, interaction_id: UUID) -> str:
    found: str = await pool.fetchval(sql["queue"], interaction_id)
    return found


async def one(pool: Pool, recording_id: UUID, agent_id: UUID, softphone: str) -> tuple[RecordingView, bool] | None:
    """How it stands, and whether the agent was on the line."""
    row = await pool.fetchrow(sql["one"], recording_id, agent_id, softphone)
    if row is None:
        return None
    fields = dict(row)
    heard = bool(fields.pop("heard"))
    error = fields.pop("error")
    fields["problem"] = _problem(error) if fields["state"] == "failed" else None
    fields["state"] = "fetching" if fields["state"] == "running" else fields["state"]
    return RecordingView.model_validate(fields), heard


def _problem(error: str | None) -> Problem:
    return "too_large" if error == "too_large" else "absent" if error in ABSENT else "unreachable"


async def part(pool: Pool, recording_id: UUID, begin: int, length: int) -> tuple[str, bytes] | None:
    """Media type and bytes of our copy, from `begin` on."""
    row = await pool.fetchrow(sql["part"], recording_id, begin, length)
    return (row["media_type"], row["bytes"]) if row else None


async def accessed(pool: Pool, recording_id: UUID, agent_id: UUID, now: datetime, what: Access) -> None:
    await pool.execute(sql["accessed"], recording_id, agent_id, now, what)


async def accesses(pool: Pool, recording_id: UUID) -> list[RecordingAccess]:
    """The newest first; 500 at most."""
    return [RecordingAccess(**dict(row)) for row in await pool.fetch(sql["accesses"], recording_id)]
