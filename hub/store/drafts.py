"""What agents are writing and have not sent: one row for each sheet."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from hub.store.journal import Connection
from hub.store.sql import named
from hub.wire_base import Sheet
from hub.wire_drafts import KeptDraft, KeptNewMail, KeptNewText
from hub.wire_mail import MailDraft

sql = named(__file__)
Reader = asyncpg.Pool | Connection
Kind = Literal["reply", "note", "new", "text"]


@dataclass(frozen=True, slots=True)
class Folder:
    """Whose sheets, and of what: an interaction, or None for mails and texts that begin one."""

    agent_id: UUID
    interaction_id: UUID | None
    kind: Kind


async def keep(conn: Reader, of: Folder, on: Sheet, text: str, mail: str | None, now: datetime) -> None:
    """`mail` is JSON: recipients and subject."""
    at = of.agent_id, of.interaction_id, of.kind, on.sheet
    await conn.execute(sql["keep"], *at, text, mail, now, list(on.replaces), list(on.replaces.values()))


async def drop(conn: Reader, of: Folder, on: Sheet | None) -> None:
    """What was written on this sheet, and on those that it goes on with; None: on all."""
    if on is None:
        await conn.execute(sql["drop_all"], of.agent_id, of.interaction_id, of.kind)
        return
    at = of.agent_id, of.interaction_id, of.kind, on.sheet
    await conn.execute(sql["drop"], *at, list(on.replaces), list(on.replaces.values()))


async def kept(conn: Reader, agent_id: UUID, interaction_id: UUID) -> dict[Kind, list[KeptDraft]]:
    """Replies and notes, the newest first; a hundred sheets at most."""
    found: dict[Kind, list[KeptDraft]] = {}
    for row in await conn.fetch(sql["kept"], agent_id, interaction_id, ["reply", "note"]):
        mail = MailDraft.model_validate_json(row["mail"]) if row["mail"] else None
        found.setdefault(row["kind"], []).append(KeptDraft(**_sheet(row), mail=mail))
    return found


async def kept_new(conn: Reader, agent_id: UUID) -> list[KeptNewMail]:
    """New mails, the newest first; a hundred sheets at most."""
    rows = await conn.fetch(sql["kept"], agent_id, None, ["new"])
    return [KeptNewMail(**_sheet(row), **json.loads(row["mail"])) for row in rows]


async def kept_texts(conn: Reader, agent_id: UUID) -> list[KeptNewText]:
    """New texts, the newest first; a hundred sheets at most."""
    rows = await conn.fetch(sql["kept"], agent_id, None, ["text"])
    return [KeptNewText(**_sheet(row), **json.loads(row["mail"])) for row in rows]


def _sheet(row: asyncpg.Record) -> dict[str, Any]:
    return {name: row[name] for name in ("sheet", "version", "saved_at", "text")}
