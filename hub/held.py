"""Mails of ours that wait in their undo time: stopped by their writer, or because the customer wrote meanwhile.

What is stopped is its writer's draft again, so that nothing which was written is lost.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from hub import model
from hub.journal import Page
from hub.model import SYSTEM, Interaction
from hub.store import drafts
from hub.store import mail as store
from hub.store.drafts import Folder
from hub.store.journal import Connection
from hub.undelivered import moved
from hub.wire_base import Sheet
from hub.wire_mail import MailDraft, PartyIn


async def overtaken(page: Page, interaction: Interaction, now: datetime) -> Interaction:
    """The customer wrote: whatever of ours still waits in this locked interaction goes back to its writer.

    What the outbox has taken in this very moment is sent; each mail is exactly one of the two.
    """
    returned: dict[UUID, list[asyncpg.Record]] = {}
    for message_id in await store.held(page.conn, interaction.id, now):
        found = await store.message(page.conn, message_id)
        stopped = await store.withdraw(page.conn, message_id, now)
        if stopped is None:
            continue
        author_id = UUID(str(found["author_id"]))
        act = model.TakenBack(author_id, message_id, "customer_wrote")
        interaction = (await page.write(interaction, act, SYSTEM)).interaction
        await store.give_back(page.conn, found["touch_id"], f"agent:{author_id}")
        page.rings.append(moved(stopped, "withdrawn", None))
        returned.setdefault(author_id, []).append(found)
    for author_id, mails in returned.items():
        await draft_again(page.conn, author_id, interaction.id, mails, now)
    return interaction


async def draft_again(
    conn: Connection, author_id: UUID, interaction_id: UUID, mails: Sequence[asyncpg.Record], now: datetime
) -> None:
    """Mails that were stopped, the oldest first, as their writer's draft, beside one that he has begun since."""
    text = "\n\n".join(one["text"] for one in mails)
    mail = _draft_of(mails[-1]).model_dump_json()
    sheet = Sheet(sheet=mails[-1]["id"])
    await drafts.keep(conn, Folder(author_id, interaction_id, "reply"), sheet, text, mail, now)


def _draft_of(found: asyncpg.Record) -> MailDraft:
    recipients, data = json.loads(found["recipients"]), json.loads(found["data"])
    to, cc, bcc = ([PartyIn(**one) for one in recipients.get(field, ())] for field in ("to", "cc", "bcc"))
    kind: Any = data.get("wrote", "reply")
    return MailDraft(
        kind=kind, to=to, cc=cc, bcc=bcc, subject=found["subject"][:500], quote=bool(data.get("quote", True))
    )
