"""What became of a message: sent, delivered, read, failed or unconfirmed. States only climb (receipts may be late)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import Outbound, Receipt, Refusal, SendError, Sent
from hub import model, undelivered
from hub.doorbell import MessageMoved
from hub.journal import Journal, Page
from hub.model import SYSTEM, Interaction
from hub.store import outbox as store
from hub.store import texting
from hub.store.outbox import Claimed, Rest, Standing

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

    async def wanted(self, message: Outbound) -> Outbound | None:
        """As it leaves now; None: the customer has asked for no more texts since this one was written."""
        if (text := message.texting) is None:
            return message
        if await texting.stopped(self._journal.pool, message.recipient, [text.sender, *text.also]):
            return None
        if not text.also:
            return message
        number = await texting.number(self._journal.pool, message.recipient, text.sender)
        return replace(message, texting=replace(text, number=number))

    async def next_due(self) -> datetime | None:
        found: datetime | None = await self._journal.pool.fetchval(store.sql["next_due"])
        return found

    async def sent(self, claimed: Claimed, sent: Sent) -> None:
        """The other side has it: recorded before anything else happens, even where somebody was in doubt already."""
        message = claimed[0]
        if sent.refused or _only(message) is not None:
            await self._sent_to_some(claimed, sent)
            return
        async with self._journal.begin() as page:
            await page.conn.execute(store.sql["taken"], message.message_id)
            await self._taken(page, message.message_id, sent)

    async def _sent_to_some(self, claimed: Claimed, sent: Sent) -> None:
        """Who has it and who does not yet is one transaction: the next attempt is for the rest alone."""
        message, kind, attempt = claimed
        rest, had = self._rest(kind, attempt, sent.refused), _others(message, sent.refused)
        async with self._journal.begin() as page:
            before = await page.lock(message.interaction_id)
            standing = await store.standing(page.conn, message.message_id)
            if standing.attempts > attempt:
                return  # written down by now, and tried again since
            await self._taken(page, message.message_id, sent)
            await self._settle(page, before, claimed, standing, rest, had, _dead(sent.refused))

    async def _taken(self, page: Page, message_id: UUID, sent: Sent) -> None:
        if sent.provider_id is not None:
            await page.conn.execute(store.sql["known_as"], message_id, store.plain(sent.provider_id))
        if sent.sender:
            await texting.went_from(page.conn, message_id, sent.sender)
        await self._mark(page, message_id, "sent")

    def _rest(self, kind: str, attempt: int, refused: Iterable[Refusal]) -> list[Rest]:
        again = attempt <= len(self._back_off(kind))
        return [Rest(one.address, "later" if one.later and again else "refused", one.text) for one in refused]

    async def _settle(
        self, page: Page, before: Interaction, claimed: Claimed, standing: Standing, rest: Sequence[Rest],
        had: Sequence[str] | None, dead: Iterable[str], after: float | None = None,
    ) -> None:  # fmt: skip
        message, kind, attempt = claimed
        pauses, now = self._back_off(kind), self._now()
        due = now + timedelta(seconds=after or pauses[attempt - 1]) if attempt <= len(pauses) else now
        news = await undelivered.settle(
            page, before, message.message_id, standing, rest, had=had, now=now, due_at=due
        )
        await undelivered.history(page, before, message.message_id, news, dead, now)

    async def failed(self, claimed: Claimed, error: SendError) -> None:
        """Tries again later, or gives up and tells the agent; what is ambiguous waits for a human."""
        message, kind, attempt = claimed
        if (only := _only(message)) is not None:
            await self._failed_for_some(claimed, error, only)
            return
        if error.code == "opted_out" and message.texting is not None:  # the network knows what we do not
            await texting.stop(self._journal.pool, message.recipient, message.texting.sender, self._now())
        back_off = self._back_off(kind)
        if error.kind == "temporary" and attempt <= len(back_off):
            due = self._now() + timedelta(seconds=error.after or back_off[attempt - 1])
            async with self._journal.begin() as page:
                if await store.settle(page.conn, message.message_id, "pending", error=str(error), due_at=due):
                    row = await store.trouble(page.conn, message.message_id, str(error))
                    if row is not None:
                        page.rings.append(_moved(row, row["state"], str(error)))
            return
        state: Literal["failed", "unconfirmed"] = "unconfirmed" if error.kind == "ambiguous" else "failed"
        rest = self._rest(kind, attempt, error.refused) if state == "unconfirmed" else ()
        await self._gave_up(message.interaction_id, message.message_id, state, str(error), rest)

    async def _failed_for_some(self, claimed: Claimed, error: SendError, only: Sequence[str]) -> None:
        """The others have it already; those whom a server named get its words, the rest what became of the attempt."""
        message, kind, attempt = claimed
        named = {one.address: one for one in self._rest(kind, attempt, error.refused)}
        again = error.kind == "temporary" and attempt <= len(self._back_off(kind))
        state: Literal["later", "refused", "unconfirmed"] = (
            "later" if again else "unconfirmed" if error.kind == "ambiguous" else "refused"
        )
        rest = [named.get(one) or Rest(one, state, error.text or error.code) for one in only]
        async with self._journal.begin() as page:
            before = await page.lock(message.interaction_id)
            standing = await store.standing(page.conn, message.message_id)
            if standing.attempts == attempt and standing.outbox_state == "sending":
                await self._settle(page, before, claimed, standing, rest, (), _dead(error.refused), error.after)

    def _back_off(self, kind: str) -> tuple[float, ...]:
        return self._paces.get(kind, CHAT).back_off

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
            if receipt.sender:
                await texting.went_from(page.conn, message_id, receipt.sender)
            if lifted and receipt.mark == "failed":
                await page.write(before, model.SendFailed("failed", message_id, receipt.error or "failed"), SYSTEM)

    async def read_up_to(self, interaction_id: UUID, number: int, mark: str) -> None:
        async with self._journal.begin() as page:
            await page.lock(interaction_id)  # many rows: two readers must not take them crosswise
            for row in await store.mark_up_to(page.conn, interaction_id, number, mark, self._now()):
                page.rings.append(_moved(row, mark, None))

    async def _gave_up(
        self, interaction_id: UUID, message_id: UUID, state: Literal["failed", "unconfirmed"], error: str,
        rest: Sequence[Rest] = (),
    ) -> None:  # fmt: skip
        async with self._journal.begin() as page:
            before = await page.lock(interaction_id)
            standing = await store.standing(page.conn, message_id)
            if standing.outbox_state != "sending":
                return  # a receipt, or another node, was quicker
            if standing.partly and (left := await store.rest(page.conn, message_id)):
                doubt = [Rest(one.address, "unconfirmed", error) for one in left if one.state == "later"]
                now = self._now()
                news = await undelivered.settle(
                    page, before, message_id, standing, doubt, had=(), now=now, due_at=None
                )
                await undelivered.history(page, before, message_id, news, (), now)
                return
            await store.settle(page.conn, message_id, state, error=error)
            await store.keep_rest(page.conn, message_id, rest)
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


def _only(message: Outbound) -> tuple[str, ...] | None:
    """For whom alone this attempt is, when others have it already."""
    return message.mail.only if message.mail is not None else None


def _others(message: Outbound, refused: Iterable[Refusal]) -> tuple[str, ...] | None:
    """Who took it in this attempt; None where that is everybody else."""
    only, names = _only(message), {one.address for one in refused}
    return None if only is None else tuple(one for one in only if one not in names)


def _dead(refused: Iterable[Refusal]) -> list[str]:
    """An address that is refused for good is one that mail does not reach."""
    return [one.address for one in refused if not one.later]


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
