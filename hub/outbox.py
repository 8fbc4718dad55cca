"""What became of a message: sent, delivered, read, failed or unconfirmed. States only climb (receipts may be late)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import Outbound, Receipt, SendError, Sent
from hub import model
from hub.doorbell import MessageMoved
from hub.journal import Enclosed, Journal, Page
from hub.model import SYSTEM
from hub.store import outbox as store
from hub.store.journal import Row
from hub.store.outbox import Claimed

CLAIM = timedelta(seconds=60)  # renewed while an attempt runs


@dataclass(frozen=True, slots=True)
class Pace:
    """How patiently a channel's messages are tried.

    `back_off`: seconds before attempt 2, 3, ...; after the last one the message has failed. `strict`: a message waits
    until the earlier ones of its conversation have gone; otherwise only until they have been tried once.
    """

    back_off: tuple[float, ...]
    strict: bool


BACK_OFF = (1, 5, 15, 60, 300, 900, 2400)  # about an hour: somebody is waiting for an answer now
CHAT = Pace(BACK_OFF, strict=True)
# Nearly a day: servers put strangers off for some minutes (greylisting), and may be away for a night. One mail that is
# stuck must not hold up the next one for a day, and mail programs put a thread in order by themselves.
MAIL = Pace((30, 300, 900, 1800, 3600, 7200, 14400, 28800, 28800), strict=False)
PACES: Mapping[str, Pace] = {"email": MAIL}


class Outbox:
    def __init__(self, journal: Journal, paces: Mapping[str, Pace] = PACES) -> None:
        self._journal = journal
        self._now = journal.now
        self._paces = paces
        self._loose = [kind for kind, pace in paces.items() if not pace.strict]

    async def claim(self, limit: int = 50, kinds: Collection[str] = (), others: bool = True) -> list[Claimed]:
        """Takes what is due of these channels, or of all `others`."""
        now = self._now()
        return await store.claim(self._journal.pool, now, now + CLAIM, limit, kinds, others, self._loose)

    async def renew(self, claimed: Sequence[Claimed]) -> None:
        """These are still being sent."""
        if claimed:
            await store.renew(self._journal.pool, [one[0].message_id for one in claimed], self._now() + CLAIM)

    async def contents(self, message: Outbound) -> tuple[bytes, ...]:
        """The bytes of its files, in their order."""
        return await store.contents(self._journal.pool, [one.id for one in message.files])

    async def next_due(self) -> datetime | None:
        found: datetime | None = await self._journal.pool.fetchval(store.sql["next_due"])
        return found

    async def sent(self, claimed: Claimed, sent: Sent) -> None:
        """The other side has it: recorded before anything else happens, even where somebody was in doubt already."""
        message = claimed[0]
        async with self._journal.begin() as page:
            await page.conn.execute(store.sql["confirmed"], message.message_id, "sent")
            if sent.provider_id is not None:
                await page.conn.execute(store.sql["known_as"], message.message_id, store.plain(sent.provider_id))
            await self._mark(page, message.message_id, "sent")
        if sent.refused:
            await self._refused(message, sent.refused)

    async def _refused(self, message: Outbound, refused: Sequence[tuple[str, str]]) -> None:
        """It went to the others; whoever did not get it, the agent is told, and the address is marked."""
        now, words = self._now(), "; ".join(f"{who}: {text}" for who, text in refused)[:2000]
        async with self._journal.begin() as page:
            before = await page.lock(message.interaction_id)
            for who, text in refused:
                act = model.Reported(message.message_id, "failed", who, "", text)
                gone = {"address": who, "since": now, "reason": text}
                rows: dict[str, tuple[Row, ...]] = {"undeliverable": (gone,)} if text.startswith("5") else {}
                before = (await page.write(before, act, SYSTEM, Enclosed(rows=rows))).interaction
            row = await store.trouble(page.conn, message.message_id, words)
            if row is not None:
                page.rings.append(_moved(row, row["state"], words))

    async def failed(self, claimed: Claimed, error: SendError) -> None:
        """Tries again later, or gives up and tells the agent; what is ambiguous waits for a human."""
        message, kind, attempt = claimed
        back_off = self._paces.get(kind, CHAT).back_off
        if error.kind == "temporary" and attempt <= len(back_off):
            due = self._now() + timedelta(seconds=error.after or back_off[attempt - 1])
            async with self._journal.begin() as page:
                if await store.settle(page.conn, message.message_id, "pending", error=str(error), due_at=due):
                    row = await store.trouble(page.conn, message.message_id, str(error))
                    if row is not None:
                        page.rings.append(_moved(row, row["state"], str(error)))
            return
        state: Literal["failed", "unconfirmed"] = "unconfirmed" if error.kind == "ambiguous" else "failed"
        await self._gave_up(message.interaction_id, message.message_id, state, str(error))

    async def recover(self, repeatable: frozenset[str]) -> None:
        """Claims that outlived their sender: sent again where a second copy is dropped, else left to a human."""
        now, channels = self._now(), list(repeatable)
        await self._journal.pool.execute(store.sql["again"], now, channels)
        for row in await self._journal.pool.fetch(store.sql["lapsed"], now, channels):
            await self._gave_up(row["interaction_id"], row["message_id"], "unconfirmed", "interrupted")

    async def receipt(self, receipt: Receipt) -> None:
        """What the other side says of a message; late, doubled and unordered ones change nothing."""
        found = await self._journal.pool.fetchrow(
            store.sql["of_receipt"], receipt.message_id, receipt.channel, store.plain(receipt.provider_id)
        )
        if found is None:
            return  # of a message that was never ours
        message_id, interaction_id = found["message_id"], found["interaction_id"]
        async with self._journal.begin() as page:
            before = await page.lock(interaction_id)
            await page.conn.execute(store.sql["confirmed"], message_id, receipt.mark)
            lifted = await self._mark(page, message_id, receipt.mark, receipt.error)
            if lifted and receipt.mark == "failed":
                await page.write(before, model.SendFailed("failed", message_id, receipt.error or "failed"), SYSTEM)

    async def read_up_to(self, interaction_id: UUID, number: int, mark: str) -> None:
        async with self._journal.begin() as page:
            await page.lock(interaction_id)  # many rows: two readers must not take them crosswise
            for row in await store.mark_up_to(page.conn, interaction_id, number, mark, self._now()):
                page.rings.append(_moved(row, mark, None))

    async def _gave_up(
        self, interaction_id: UUID, message_id: UUID, state: Literal["failed", "unconfirmed"], error: str
    ) -> None:
        async with self._journal.begin() as page:
            before = await page.lock(interaction_id)
            if await store.settle(page.conn, message_id, state, error=error):
                await page.write(before, model.SendFailed(state, message_id, error), SYSTEM)
                await self._mark(page, message_id, state, error)

    async def _mark(self, page: Page, message_id: UUID, state: str, error: str | None = None) -> bool:
        row = await store.mark(page.conn, message_id, state, self._now(), error)
        if row is not None:
            page.rings.append(_moved(row, state, error))
        return row is not None


async def mark_seen(page: Page, interaction_id: UUID, now: datetime) -> None:
    """The holder has read what the customer wrote; the customer's page hears of it."""
    for row in await store.mark_seen(page.conn, interaction_id, now):
        page.rings.append(_moved(row, "read", None))


def _moved(row: asyncpg.Record, state: str, error: str | None) -> MessageMoved:
    agents = frozenset({row["agent_id"]}) if row["agent_id"] else frozenset[UUID]()
    return MessageMoved(
        row["interaction_id"],
        row["id"],
        row["number"],
        state,
        error,
        agents,
        row["address_id"],
        row["channel"],
    )
