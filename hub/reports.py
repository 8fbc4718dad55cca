"""What mail servers say of what we sent: attached to the message they speak of, never work, never answered.

A message has failed when everybody we wrote to is reported, by the address that we wrote to (Original-Recipient, RFC
3464, section 2.3.1, or the final one), or when the only one is and nobody is named. Until then it stays sent, and its
error names who did not get it: whoever else is named may be where somebody's mail is forwarded to, or anybody.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from channels.base import Inbound, Kept, MailIn, Report
from channels.email.identity import canonical
from hub import model, undelivered
from hub.intake import Intake, uid_rows
from hub.journal import Enclosed, Page
from hub.model import SYSTEM
from hub.store import outbox
from hub.store import threads as store
from hub.store.journal import Row
from hub.store.threads import Reported

LATE = timedelta(days=7)  # so long after a mail its failure may be told: servers try for five days
MOST = 50  # reports of one mail that are read: there is one for each recipient
TEXT_MOST = 500
_ARRIVED = frozenset({"delivered", "relayed"})


class Reports:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._journal = intake.journal
        self._now = intake.journal.now

    async def take(self, inbound: Inbound) -> Kept:
        """Writes a report down, once. One of no message of ours opens no work either."""
        mail = inbound.mail
        assert mail is not None, "a report is a mail"
        reports = tuple(_sound(one) for one in mail.reports[:MOST]) or (_unread(inbound),)
        message = await self._message(mail, reports)
        if message is None:
            return await self._unknown(inbound, reports)
        async with self._journal.begin() as page:
            before = await page.lock(message.interaction_id)
            earlier = await store.reports_before(page.conn, message)
            again: UUID | None = next((row["id"] for row in earlier if row["key"] == mail.key), None)
            if again is None:
                for place, report in enumerate(reports):
                    enclosed = self._enclosed(inbound, mail, message, report, first=place == 0)
                    before = (await page.write(before, _act(message, report), SYSTEM, enclosed)).interaction
                await self._mark(page, message)
        if again is not None:
            await self._outside(inbound, "duplicate", again, None)
            return Kept("duplicate", message.interaction_id)
        return Kept("stored", message.interaction_id)

    async def _message(self, mail: MailIn, reports: Sequence[Report]) -> Reported | None:
        """By the Message-ID that it names, then by what it refers to, then by our token and whom it could not reach."""
        named = tuple(dict.fromkeys(one.mail_id for one in reports if one.mail_id))
        for ids, tokens, recipient in (
            (named, (), ""),
            (mail.references, (), ""),
            *(((), mail.tokens, one.recipient.lower()) for one in reports[:5]),
        ):
            if not ids and not tokens:
                continue
            if (found := await store.reported(self._journal.pool, ids, tokens, recipient)) is not None:
                return found
        return None

    def _enclosed(
        self, inbound: Inbound, mail: MailIn, message: Reported, report: Report, *, first: bool
    ) -> Enclosed:
        now = self._now()
        rows: dict[str, tuple[Row, ...]] = {}
        if first:
            rows["arrivals"] = (self._intake.arrival_row(inbound, "stored", now),)
            rows.update(uid_rows(inbound, "stored", now))
        if report.action == "failed" and report.status.startswith("5.") and _is_of(report, message):
            reason = f"{report.status} {report.text}".strip()
            mark = {"address": canonical(report.recipient), "since": now, "reason": reason}
            rows["undeliverable"] = (mark,)
        return Enclosed(raw=inbound.raw if first else None, rows=rows, channel="email", data={"key": mail.key})

    async def _unknown(self, inbound: Inbound, reports: Sequence[Report]) -> Kept:
        """Of mail that was never ours there is nothing to do.

        A human shall see what is about somebody we wrote to of late, and what names nothing: it may be human words.
        """
        named = any(one.recipient or one.mail_id for one in reports)
        missed = [one.recipient.lower() for one in reports if one.action == "failed" and one.recipient]
        if not named or await store.written_to(self._journal.pool, missed, self._now() - LATE):
            await self._outside(inbound, "quarantined", None, "report_unclear")
            return Kept("quarantined")
        await self._outside(inbound, "refused", None, "report_without_message")
        return Kept("refused")

    async def _outside(self, inbound: Inbound, outcome: str, touch_id: UUID | None, reason: str | None) -> None:
        now = self._now()
        row = self._intake.arrival_row(inbound, outcome, now, touch_id=touch_id, reason=reason)
        aside = "quarantined" if outcome == "refused" else outcome  # to its mailbox: here, and nobody's work
        await self._journal.enter(row, inbound.raw, uid_rows(inbound, aside, now, reason))

    # --- what becomes of the message --------------------------------------------------------------------------------

    async def _mark(self, page: Page, message: Reported) -> None:
        """A server that speaks of a message has had it: `sent` at least, whatever else it says."""
        said = [row for row in await store.reports_before(page.conn, message) if not row["over"]]
        arrived = {canonical(row["recipient"] or "") for row in said if row["action"] in _ARRIVED}
        failed = any(row["action"] == "failed" for row in said)
        await self._lift(page, message, "delivered" if not failed and _everybody(arrived, message) else "sent")
        await undelivered.tell(page, message.interaction_id, message.message_id, message.recipients, self._now())

    async def _lift(self, page: Page, message: Reported, state: str) -> None:
        await page.conn.execute(outbox.sql["confirmed"], message.message_id, state)
        row = await outbox.mark(page.conn, message.message_id, state, self._now())
        if row is not None:
            page.rings.append(undelivered.moved(row, state, None))


def _everybody(who: set[str], message: Reported) -> bool:
    """What is delivered may go by another name further on, as long as there is one recipient only."""
    ours = {canonical(one) for one in message.recipients}
    return bool(who) and (len(ours) <= 1 or ours <= who)


def _is_of(report: Report, message: Reported) -> bool:
    """Whether it speaks of somebody we wrote to: whoever has one Message-ID of ours could name anybody."""
    return canonical(report.recipient) in {canonical(one) for one in message.recipients}


def _act(message: Reported, report: Report) -> model.Reported:
    return model.Reported(message.message_id, report.action, report.recipient, report.status, report.text)


def _sound(report: Report) -> Report:
    return Report(report.action, report.recipient[:320], report.status[:20], report.text[:TEXT_MOST], report.mail_id)


def _unread(inbound: Inbound) -> Report:
    """A report that says nothing a program can read: shown in the history, and nothing concluded from it."""
    return Report("delayed", "", "", " ".join(inbound.text.split())[:TEXT_MOST], "")
