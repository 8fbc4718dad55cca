"""Mails as the channel hands them to the hub, and mails of our own as the outbox leaves them behind."""

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID

from channels.base import Address, Entry, Inbound, Kept, MailIn, Party, Report
from hub import model
from hub.journal import Enclosed, NewMessage
from hub.model import SYSTEM
from tests.hub.conftest import Heart

MIA, BOB, EVE = "mia@example.com", "bob@example.com", "eve@example.net"
OURS = {"support": "support@example.org", "sales": "sales@example.org"}


def party(address: str) -> Party:
    return Party(address.partition("@")[0].title(), address)


def mail(heart: Heart, n: str = "1", author: str = MIA, box: str = "support", **more: Any) -> Inbound:
    """The mail called `n`. `refs`: names of mails that it refers to, the nearest first, or whole Message-IDs."""
    text = more.pop("text", f"mail {n}")
    mail_id = more.pop("mail_id", named(n))
    to = more.pop("to", (OURS[box],))
    cc, refs, uid = more.pop("cc", ()), more.pop("refs", ()), more.pop("uid", None)
    subject, files = more.pop("subject", f"About {n}"), more.pop("files", ())
    digest = hashlib.sha256(f"{mail_id} {text} {subject} {author}".encode("utf-8", "replace")).hexdigest()[:32]
    said = MailIn(
        key=f"{mail_id} {digest}",
        mail_id=mail_id,
        author=party(author) if author else Party("", ""),
        mailbox=box,
        to=tuple(map(party, to)),
        cc=tuple(map(party, cc)),
        references=tuple(one if one.startswith("<") else named(one) for one in refs),
    )
    return Inbound(
        source=f"mail:{box}",
        natural_key=said.key,
        channel="email",
        addresses=(Address("email", author.lower()),) if author else (),
        text=text,
        at=heart.clock(),
        raw=f"Received: by {box}\n{said.key}\n\n{text}".encode("utf-8", "replace"),
        content_type="message/rfc822",
        name=said.author.name or None,
        subject=subject,
        queue=box,
        files=tuple(files),
        mail=replace(said, **more),
        entry=Entry(box, 1, uid) if uid else None,
    )


def named(n: str) -> str:
    return f"<{n}@example.com>"


async def take(heart: Heart, *args: Any, **more: Any) -> Kept:
    return await heart.reception.take_mail(mail(heart, *args, **more))


async def opened(heart: Heart, *args: Any, **more: Any) -> UUID:
    """A mail that belongs to an interaction, which is returned."""
    kept = await take(heart, *args, **more)
    assert kept.outcome == "stored"
    assert kept.interaction_id is not None
    return kept.interaction_id


def report(heart: Heart, mail_id: str, recipient: str = MIA, action: Any = "failed", **more: Any) -> Inbound:
    """What a mail server says of a mail of ours."""
    one = Report(action, recipient, more.pop("status", "5.1.1"), "550 no such user", mail_id)
    return mail(
        heart,
        more.pop("n", f"report-{action}-{recipient}"),
        "mailer-daemon@mx.example.com",
        machine="report",
        answerable=False,
        reports=more.pop("reports", (one,)),
        **more,
    )


async def sent(heart: Heart, it: UUID, to: tuple[str, ...] = (MIA,), state: str = "sent", **more: Any) -> str:
    """A mail of ours that has left; its Message-ID."""
    message_id = heart.new_id()
    mail_id = heart.tokens.message_id(it, message_id, "example.org")
    recipients = {"to": [{"name": "", "address": one} for one in to], "cc": [], "bcc": []}
    rows = {
        "mails": (
            {
                "message_id": message_id,
                "interaction_id": it,
                "mail_id": mail_id,
                "key": mail_id,
                "mailbox": "support",
                "author": {"name": "", "address": OURS["support"]},
                "recipients": recipients,
                **more,
            },
        ),
        "thread_ids": ({"mail_id": mail_id, "interaction_id": it},),
        "participants": tuple(
            {"interaction_id": it, "address": one, "role": "third_party", "since": heart.clock()} for one in to
        ),
    }
    recipient = {"kind": "email", "value": to[0], "verified": False}
    message = NewMessage(message_id, "out", mail_id, "our answer", recipient=recipient, channel="email")
    before = await heart.loaded(it)
    act = model.Acknowledged("our answer") if before.state != "done" else model.Noted(heart.new_id())
    await heart.journal.write(it, act, SYSTEM, Enclosed(message=message, rows=rows, channel="email"))
    await heart.pool.execute("UPDATE outbox SET state = $2, attempts = 1 WHERE message_id = $1", message_id, state)
    await heart.pool.execute("UPDATE messages SET state = $2 WHERE id = $1", message_id, state)
    return mail_id


async def close(heart: Heart, it: UUID) -> None:
    await heart.pool.execute(
        "UPDATE interactions SET state = 'done', closed_at = $2, disposition = 'solved', unread = 0 WHERE id = $1",
        it,
        heart.clock(),
    )


async def warm(heart: Heart) -> None:
    """Opens every connection of the pool, so that what is done at once afterwards does meet."""
    held = [await heart.pool.acquire() for _ in range(10)]
    for one in held:
        await heart.pool.release(one)


async def count(heart: Heart, table: str, where: str = "true") -> int:
    return int(await heart.pool.fetchval(f"SELECT count(*) FROM {table} WHERE {where}"))


async def row(heart: Heart, query: str, *values: Any) -> tuple[Any, ...]:
    """The one row that must be there."""
    (found,) = await heart.pool.fetch(query, *values)
    return tuple(found)


async def texts(heart: Heart, it: UUID) -> list[str]:
    rows = await heart.pool.fetch("SELECT text FROM messages WHERE interaction_id = $1 ORDER BY number", it)
    return [row["text"] for row in rows]


async def participants(heart: Heart, it: UUID) -> dict[str, str]:
    rows = await heart.pool.fetch("SELECT address, role FROM participants WHERE interaction_id = $1", it)
    return {row["address"]: row["role"] for row in rows}


async def suggested(heart: Heart, it: UUID) -> dict[UUID, str]:
    rows = await heart.pool.fetch("SELECT other_id, reason FROM suggestions WHERE interaction_id = $1", it)
    return {row["other_id"]: row["reason"] for row in rows}


async def ledger_of(heart: Heart) -> dict[str, int]:
    rows = await heart.pool.fetch("SELECT outcome, count(*) AS n FROM arrivals GROUP BY outcome")
    return {row["outcome"]: row["n"] for row in rows}
