"""Who did not get a mail that others got: put off and tried again, refused, bounced, or nobody knows.

A mail that a server took for some stays sent for them, and never goes to them again. The others are rows of their own,
written in the transaction that records the server's answer; those put off are the envelope of the next attempt.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import structlog

from channels.email.identity import canonical
from hub import model
from hub.doorbell import MessageMoved
from hub.journal import AWAY, Enclosed, Page
from hub.model import SYSTEM, Interaction
from hub.store import outbox as store
from hub.store import threads
from hub.store.journal import Connection, Row
from hub.store.outbox import Rest, Standing

log = structlog.get_logger()
WORDS_MOST = 400  # characters about one recipient
MOST = 4000  # characters about all


async def settle(
    page: Page, before: Interaction, message_id: UUID, standing: Standing, rest: Sequence[Rest], *,
    had: Sequence[str] | None, now: datetime, due_at: datetime | None, attempts: int | None = None,
) -> tuple[Rest, ...]:  # fmt: skip
    """Writes down who did not get it and what follows: another attempt for them, a human's decision, or nothing.

    `had`: who is spoken of no more; None: whoever is not in `rest`. Returns those of whom it is news.
    """
    known = {one.address: one for one in await store.rest(page.conn, message_id)}
    await store.drop_rest(page.conn, message_id, had)
    await store.keep_rest(page.conn, message_id, rest)
    states = {one.state for one in await store.rest(page.conn, message_id)}
    becomes = "unconfirmed" if "unconfirmed" in states else "pending" if "later" in states else "sent"
    await store.settle_rest(page.conn, message_id, becomes, due_at if becomes == "pending" else None, attempts)
    await tell(page, before.id, message_id, standing.recipients, now)
    return tuple(one for one in rest if one.address not in known or known[one.address].state != one.state)


async def tell(page: Page, interaction_id: UUID, message_id: UUID, recipients: Iterable[str], now: datetime) -> None:
    """The message says who did not get it. When nobody did, it has failed."""
    rest = await store.rest(page.conn, message_id)
    reports = await page.conn.fetch(threads.sql["reports_before"], interaction_id, message_id)
    failed = [(row["recipient"] or "", f"{row['status'] or ''} {row['error'] or ''}".strip())
              for row in reports if row["action"] == "failed" and not row["over"]]  # fmt: skip
    error = words(failed, rest)
    missed = {canonical(who) for who, _ in failed if who} | {canonical(r.address) for r in rest if r.state == "refused"}
    everybody = {canonical(one) for one in recipients}
    if len(everybody) == 1 and any(not who for who, _ in failed):
        missed |= everybody  # nobody is named, and nobody else can be meant
    row = None
    if everybody and everybody <= missed:
        await page.conn.execute(store.sql["confirmed"], message_id, "failed")
        row = await store.mark(page.conn, message_id, "failed", now, error)
    if row is not None:
        page.rings.append(moved(row, "failed", error))
    elif (row := await store.trouble(page.conn, message_id, error)) is not None:
        page.rings.append(moved(row, row["state"], error))


def words(failed: Iterable[tuple[str, str]], rest: Iterable[Rest] = ()) -> str | None:
    """A line for each recipient who did not get it: what is known, whom it is about, and a server's words."""
    lines: dict[str, str] = {}
    for who, text in failed:
        lines[canonical(who) if who else ""] = f"failed {who}: {text}"
    for one in rest:
        lines[canonical(one.address)] = f"{one.state} {one.address}: {one.error}"
    return "\n".join(" ".join(line.split())[:WORDS_MOST] for line in lines.values())[:MOST] or None


async def history(page: Page, before: Interaction, message_id: UUID, news: Sequence[Rest], dead: Iterable[str],
                  now: datetime) -> None:  # fmt: skip
    """Tells it in the history too, and remembers addresses that are `dead`. It can undo nothing of what is recorded."""
    told, gone = len(page.rings), frozenset(dead)
    try:
        async with page.conn.transaction():
            for act in _acts(message_id, news):
                mark: Row = {"address": canonical(act.recipient), "since": now, "reason": act.text}
                rows: dict[str, tuple[Row, ...]] = {"undeliverable": (mark,)} if act.recipient in gone else {}
                before = (await page.write(before, act, SYSTEM, Enclosed(rows=rows, channel="email"))).interaction
            doubtful = "; ".join(f"{one.address}: {one.error}" for one in news if one.state == "unconfirmed")
            if doubtful:
                doubt = model.SendFailed("unconfirmed", message_id, doubtful[:MOST])
                await page.write(before, doubt, SYSTEM, Enclosed(channel="email"))
    except AWAY:
        raise
    except Exception:
        log.exception("undelivered.not_in_history")
        del page.rings[told:]


def _acts(message_id: UUID, news: Sequence[Rest]) -> Iterable[model.Reported]:
    for one in news:
        if one.state == "later":
            yield model.Reported(message_id, "delayed", one.address, "", one.error)
        elif one.state == "refused":
            yield model.Reported(message_id, "failed", one.address, "", one.error)


async def decide(page: Page, before: Interaction, message_id: UUID, standing: Standing, what: str,
                 now: datetime) -> None:  # fmt: skip
    """A human says what became of it for those of whom nobody knew, while others have it."""
    doubtful = [one for one in await store.rest(page.conn, message_id) if one.state == "unconfirmed"]
    state: Literal["later", "refused"] = "later" if what == "again" else "refused"
    rest = () if what == "sent" else tuple(Rest(one.address, state, one.error) for one in doubtful)
    had = [one.address for one in doubtful]
    await settle(page, before, message_id, standing, rest, had=had, now=now, due_at=now, attempts=1)


async def as_a_whole(page: Page, before: Interaction, message_id: UUID, what: str, now: datetime) -> None:
    """A human said it of all whom the server had not turned down: when they have it, the others come next."""
    if not await store.rest(page.conn, message_id):
        return
    if what != "sent":
        await store.drop_rest(page.conn, message_id)
        return
    standing = await store.standing(page.conn, message_id)
    await settle(page, before, message_id, standing, (), had=(), now=now, due_at=now, attempts=1)


async def decided(conn: Connection, message_id: UUID, what: str) -> bool:
    """Whether somebody decided so already."""
    states = {one.state for one in await store.rest(conn, message_id)}
    return {"again": "later", "failed": "refused"}.get(what, "") in states


def moved(row: asyncpg.Record, state: str, error: str | None) -> MessageMoved:
    agents = frozenset({row["agent_id"]}) if row["agent_id"] else frozenset[UUID]()
    return MessageMoved(
        row["interaction_id"], row["id"], row["number"], state, error, agents, row["address_id"], row["channel"]
    )
