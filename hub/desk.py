"""The agent's verbs: accept, decline, claim, say, note, end, wrap up, park, wait, give back."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from channels.manual import Manual, ManualEntry
from channels.text import storable
from hub import lifecycle, model
from hub.errors import Conflict, Forbidden, Invalid, Late, NotFound, NotYours, Taken, WrongState
from hub.intake import Entry, Intake
from hub.journal import Enclosed, Journal, NewNote, Page, Written
from hub.mailing import Mailing, by
from hub.model import Act, Actor, Interaction
from hub.offering import TAKEN
from hub.outbox import mark_seen
from hub.store import customers, drafts
from hub.store import desk as store
from hub.store import intake as files_store
from hub.store.drafts import Folder
from hub.wire import Decline, EditCustomer, LoggedContact, Park, Requeue, Say, WaitFor, WrapUp
from hub.wire_customers import PutMarks
from hub.wire_drafts import Draft, DraftKept


class NoMoreTime(WrongState):
    """This wrap-up was made longer as often as the policy of its queue allows."""

    code = "no_more_time"


FURTHEST = timedelta(days=5 * 366)  # nobody parks a customer for longer
CLOCKS_DIFFER = timedelta(minutes=5)  # an agent's clock may run ahead so far


class Desk:
    """Every verb returns after COMMIT or raises a `HubError`; a retry of the same verb is answered as the first was."""

    def __init__(self, journal: Journal, intake: Intake, manual: Manual, mailing: Mailing) -> None:
        self.journal = journal
        self._intake = intake
        self._manual = manual
        self._mailing = mailing

    async def accept(self, actor: Actor, offer_id: UUID) -> UUID:
        """Takes what was offered. Raises `Late`, `Taken` or `NotYours`."""
        offer = await self._offer(actor, offer_id)
        if offer["state"] == "accepted":
            return UUID(str(offer["interaction_id"]))  # the same click again
        if offer["state"] == "missed":
            raise Late()
        if offer["state"] != "open":
            by_another = offer["reason"] == TAKEN
            raise Taken(f"{offer['taken_by']} was first.") if by_another else Taken(
                "This offer was taken back.", code="withdrawn")
        await self._act(offer["interaction_id"], model.Accepted(actor.id, offer["id"]), actor)
        return UUID(str(offer["interaction_id"]))

    async def decline(self, actor: Actor, offer_id: UUID, wanted: Decline) -> None:
        offer = await self._offer(actor, offer_id)
        if offer["state"] == "accepted":
            raise WrongState("You have accepted this offer. Give the interaction back to its queue instead.")
        if offer["state"] == "open":
            await self._act(offer["interaction_id"], model.Declined(actor.id, offer["id"], wanted.reason), actor)

    async def claim(self, actor: Actor, interaction_id: UUID) -> None:
        await self._must_serve(actor, interaction_id)
        await self._act(interaction_id, model.Claimed(actor.id), actor)

    async def say(self, actor: Actor, interaction_id: UUID, said: Say) -> tuple[UUID, bool]:
        """Writes to the customer; returns the touch, and whether it had been written before."""
        if not said.text.strip() and not said.files and said.mail is None:
            raise Invalid(fields={"text": "empty"})

        async def write() -> Written:
            async with self.journal.begin() as page:
                before = await page.lock(interaction_id)
                enclosed = await self._mailing.outgoing(page.conn, before, actor, said)
                written = await page.write(before, model.Said(actor.id, said.text), by(actor), enclosed)
                await drafts.drop(page.conn, Folder(actor.id, interaction_id, "reply"), said.sheet)
                return written

        return await self._once(actor, interaction_id, said, False, write)

    async def note(self, actor: Actor, interaction_id: UUID, said: Say) -> tuple[UUID, bool]:
        """Leaves an internal note; returns the touch, and whether it had been written before."""
        if not said.text.strip() and not said.files:
            raise Invalid(fields={"text": "empty"})
        await self._must_serve(actor, interaction_id)
        note = NewNote(self.journal.new_id(), str(said.id), said.text, actor.id)
        enclosed = Enclosed(note=note, attach=tuple(said.files), owner=f"agent:{actor.id}")

        async def write() -> Written:
            async with self.journal.begin() as page:
                written = await page.write(await page.lock(interaction_id), model.Noted(actor.id), by(actor), enclosed)
                await drafts.drop(page.conn, Folder(actor.id, interaction_id, "note"), said.sheet)
                return written

        return await self._once(actor, interaction_id, said, True, write)

    async def draft(self, actor: Actor, interaction_id: UUID, draft: Draft) -> DraftKept:
        """Keeps what is being written, on a sheet of its own for each window."""
        await self._must_serve(actor, interaction_id)
        pool, folder = self.journal.pool, Folder(actor.id, interaction_id, draft.kind)
        mail = draft.mail.model_dump_json() if draft.mail and draft.kind == "reply" else None
        if draft.text or mail:
            await drafts.keep(pool, folder, draft, storable(draft.text), mail, self.journal.now())
        else:
            await drafts.drop(pool, folder, draft)
        kept = (await drafts.kept(pool, actor.id, interaction_id)).get(draft.kind, [])
        return DraftKept(others=[one for one in kept if one.sheet != draft.sheet])

    async def read(self, actor: Actor, interaction_id: UUID) -> None:
        """The holder has seen what the customer wrote."""
        async with self.journal.begin() as page:
            before = await page.lock(interaction_id)
            if before.unread or before.agent_id != actor.id:
                await page.write(before, model.Seen(actor.id), by(actor))
                await mark_seen(page, interaction_id, self.journal.now())

    async def end(self, actor: Actor, interaction_id: UUID) -> None:
        seconds, _ = await store.wrap_up_rules(self.journal.pool, interaction_id)
        await self._act(interaction_id, model.Ended(actor.id, seconds), actor)

    async def extend(self, actor: Actor, interaction_id: UUID) -> None:
        """As often as the policy of its queue allows. Raises `NoMoreTime`."""
        async with self.journal.begin() as page:
            before = await page.lock(interaction_id)
            seconds, left = await store.extension(page.conn, interaction_id)
            if before.state == "wrapping" and before.agent_id == actor.id and not left:
                raise NoMoreTime()
            await page.write(before, model.Extended(actor.id, seconds), by(actor))

    async def wrap_up(self, actor: Actor, interaction_id: UUID, wanted: WrapUp) -> None:
        """Closes it with a disposition of its queue, or parks it until the follow-up; a note goes with it."""
        _, known = await store.wrap_up_rules(self.journal.pool, interaction_id)
        if wanted.disposition not in known:
            raise Invalid(fields={"disposition": "unknown"})
        if wanted.follow_up_at is not None:
            self._must_come("follow_up_at", wanted.follow_up_at)
        act = model.WrappedUp(actor.id, wanted.disposition, wanted.follow_up_at)
        async with self.journal.begin() as page:
            before = await page.lock(interaction_id)
            if lifecycle.repeats(before, act):
                return
            if before.agent_id != actor.id:
                raise NotYours()
            if wanted.note.strip():
                note = NewNote(self.journal.new_id(), str(self.journal.new_id()), wanted.note, actor.id)
                before = (await page.write(before, model.Noted(actor.id), by(actor), Enclosed(note=note))).interaction
            await page.write(before, act, by(actor))

    async def wait(self, actor: Actor, interaction_id: UUID, wanted: WaitFor) -> None:
        until = self.journal.now() + timedelta(minutes=wanted.minutes)
        await self._act(interaction_id, model.Waiting(actor.id, until), actor)

    async def park(self, actor: Actor, interaction_id: UUID, wanted: Park) -> None:
        self._must_come("until", wanted.until)
        await self._act(interaction_id, model.Parked(actor.id, wanted.until, wanted.reason), actor)

    async def resume(self, actor: Actor, interaction_id: UUID) -> None:
        await self._must_serve(actor, interaction_id)
        await self._act(interaction_id, model.Resumed(actor.id), actor)

    async def requeue(self, actor: Actor, interaction_id: UUID, wanted: Requeue) -> None:
        """Back to a queue: by its holder, or by a supervisor for anybody's; to an agent means: to him first."""
        if wanted.queue is not None and not await store.queue_exists(self.journal.pool, wanted.queue):
            raise Invalid(fields={"queue": "unknown"})
        async with self.journal.begin() as page:
            before = await page.lock(interaction_id)
            if before.agent_id != actor.id and not actor.supervises:
                raise NotYours()
            queue = wanted.queue or before.queue_id
            if wanted.agent is not None and not await store.serves(page.conn, wanted.agent, queue):
                raise Invalid("This agent does not work in that queue.", fields={"agent": "not_in_queue"})
            act = model.Requeued(wanted.reason, queue, wanted.agent)
            await page.write(before, act, by(actor))

    async def log_contact(self, actor: Actor, contact: LoggedContact) -> UUID:
        """Writes down a contact from elsewhere: into a queue for follow-up, or closed at once. Raises `Refused`."""
        await self._check_contact(contact)
        understood = self._manual.understand(
            ManualEntry(
                id=contact.id,
                kind=contact.kind,
                text=contact.text,
                at=contact.at,
                direction=contact.direction,
                name=contact.name,
                email=contact.email,
                phone=contact.phone,
                queue=contact.follow_up,
                file_ids=tuple(contact.files),
            )
        )
        closed = None if contact.follow_up else contact.disposition or "logged"
        entry = Entry(by(actor), contact.direction, contact.customer_id, closed)
        placed = await self._intake.once(understood, f"agent:{actor.id}", lambda: self._intake.log(understood, entry))
        return placed.interaction_id

    async def _check_contact(self, contact: LoggedContact) -> None:
        wrong: dict[str, str] = {}
        if contact.at > self.journal.now() + CLOCKS_DIFFER:
            wrong["at"] = "in_the_future"
        if contact.follow_up is not None and not await store.queue_exists(self.journal.pool, contact.follow_up):
            wrong["follow_up"] = "unknown"
        if contact.disposition is not None and not await store.known_disposition(
            self.journal.pool, contact.disposition
        ):
            wrong["disposition"] = "unknown"
        if contact.customer_id is None and not (contact.name + contact.email + contact.phone).strip():
            wrong["name"] = "somebody"
        if wrong:
            raise Invalid(fields=wrong)

    async def edit_customer(self, actor: Actor, customer_id: UUID, wanted: EditCustomer) -> None:
        """Corrects name and language; what stood there is kept, and whoever has the customer open is told.

        Raises `Conflict` when somebody else was quicker.
        """
        if not wanted.name.strip():
            raise Invalid(fields={"name": "empty"})
        async with self.journal.begin() as page:
            opened = [await page.lock(one) for one in await customers.open_ids(page.conn, customer_id)]
            edits = await customers.edit(page.conn, customer_id, wanted, actor.id, self.journal.now())
            await _tell(page, opened, edits, actor)

    async def mark_customer(self, actor: Actor, customer_id: UUID, wanted: PutMarks) -> None:
        """Sets what rules may ask of the customer. Raises `Conflict`, and `Invalid` for an unknown owner."""
        async with self.journal.begin() as page:
            opened = [await page.lock(one) for one in await customers.open_ids(page.conn, customer_id)]
            edits = await customers.mark(page.conn, customer_id, wanted, actor.id, self.journal.now())
            await _tell(page, opened, edits, actor)

    async def _must_serve(self, actor: Actor, interaction_id: UUID) -> None:
        """Everybody reads the whole history; to act on an interaction, it must be one's own or in one's queues."""
        may = await store.may_act(self.journal.pool, interaction_id, actor.id)
        if may is None:
            raise NotFound()
        if not may and not actor.supervises:
            raise Forbidden("This interaction is neither yours nor in one of your queues.")

    def _must_come(self, field: str, at: datetime) -> None:
        if at <= self.journal.now():
            raise Invalid(fields={field: "in_the_past"})
        if at > self.journal.now() + FURTHEST:
            raise Invalid(fields={field: "too_far"})

    async def _act(self, interaction_id: UUID, act: Act, actor: Actor) -> None:
        async with self.journal.begin() as page:
            before = await page.lock(interaction_id)
            if not lifecycle.repeats(before, act):
                await page.write(before, act, by(actor))

    async def _offer(self, actor: Actor, offer_id: UUID) -> asyncpg.Record:
        """The actor's part of it: a card shows the same offer to all at whom it rings."""
        parts = await store.offer(self.journal.pool, offer_id)
        if not parts:
            raise NotFound("There is no such offer.")
        mine = next((one for one in parts if one["agent_id"] == actor.id), None)
        if mine is None:
            raise NotYours("This offer was made to somebody else.")
        return mine

    async def _once(
        self, actor: Actor, interaction_id: UUID, said: Say, note: bool, write: Callable[[], Awaitable[Written]]
    ) -> tuple[UUID, bool]:
        before = await store.written(self.journal.pool, interaction_id, str(said.id))
        if before is None:
            loose = await files_store.all_loose(self.journal.pool, said.files, f"agent:{actor.id}")
            if loose:
                with suppress(asyncpg.UniqueViolationError):
                    return (await write()).touch_id, False
            before = await store.written(self.journal.pool, interaction_id, str(said.id))
            if before is None and not loose:
                raise Invalid("A file is unknown or hangs on something else already.", fields={"files": "unknown"})
        if before is None or before["note"] != note or before["text"] != storable(said.text):
            raise Conflict()
        return UUID(str(before["touch_id"])), True


async def _tell(page: Page, opened: list[Interaction], edits: list[asyncpg.Record], actor: Actor) -> None:
    """Into the history of each of the customer's open interactions."""
    for interaction in opened:
        now_at = interaction
        for edit in edits:
            act = model.Corrected(edit["field"], edit["before"], edit["after"])
            now_at = (await page.write(now_at, act, by(actor))).interaction
