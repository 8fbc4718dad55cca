"""The agent's verbs on mails: reply, take back, decide what nobody knows, new mail, what belongs where."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

import asyncpg

from channels.base import Address, Inbound, MailOut
from channels.email.identity import canonical
from channels.messaging.settings import MessagingSettings
from channels.text import storable
from hub import held, model, undelivered
from hub.doorbell import MessageMoved
from hub.errors import AlreadySent, Conflict, Forbidden, Invalid, NotFound, Stale, Unavailable, WrongState
from hub.intake import Intake
from hub.journal import Enclosed, NewMessage, Opening, Page, Written
from hub.letters import Letter, Letters
from hub.model import Actor, By, Interaction
from hub.store import customers, drafts, outbox
from hub.store import desk as desk_store
from hub.store import intake as files_store
from hub.store import mail as store
from hub.store.drafts import Folder
from hub.store.journal import Connection, Row
from hub.texting import Texting
from hub.wire import DecideSuggestion, Say
from hub.wire_drafts import KeptNewMail, NewMailDraft, NewMailKept
from hub.wire_mail import Decide, MailboxChoice, MailDraft, NewMail

OPEN_TO_DECISION = ("unconfirmed", "failed")
_BECOMES = {"again": "pending", "sent": "sent", "failed": "failed"}


class Mailing:
    """Every verb returns after COMMIT or raises a `HubError`; a retry of the same verb is answered as the first was."""

    def __init__(self, intake: Intake, letters: Letters, texting: Texting | None = None) -> None:
        self.letters = letters
        self.texting = texting or Texting(MessagingSettings(), intake.journal.now)
        self._intake = intake
        self._journal = intake.journal
        self._now, self._new_id = intake.journal.now, intake.journal.new_id

    async def outgoing(self, conn: Connection, before: Interaction, actor: Actor, said: Say) -> Enclosed:
        """What goes with a reply to a locked interaction: the message, and the mail where the way back is mail.

        Raises `Stale`, `WrongState` or `Invalid`.
        """
        if said.seen is not None and await store.wrote_since(conn, before.id, said.seen):
            raise Stale(fields={"version": str(before.version)})
        if not self.letters.is_live(before.channel):
            return await self._mail(conn, before, actor, said)
        recipient = await desk_store.recipient(conn, before.id)
        if recipient is None:
            raise WrongState("This channel has no way back to the customer.", code="no_way_back")
        if said.mail is not None:
            raise Invalid("This channel has no mails.", fields={"mail": "no_mail"})
        to = frozen(recipient)
        if self.texting.concerns(before.channel):
            to["texting"] = await self.texting.outgoing(conn, before, recipient, said)
        elif said.template is not None:
            raise Invalid("This channel has no templates.", fields={"template": "no_template"})
        message = self._message(self._new_id(), str(said.id), said.text, actor, to)
        return Enclosed(message=message, attach=tuple(said.files), owner=owner(actor))

    async def _mail(self, conn: Connection, before: Interaction, actor: Actor, said: Say) -> Enclosed:
        thread = await store.thread(conn, before.id)
        message_id = self._new_id()
        letter = self.letters.compose(thread, said.mail, message_id, actor.name)
        if not said.text.strip() and not said.files and not letter.mail.quoted and not letter.forwarded:
            raise Invalid(fields={"text": "empty"})
        draft = said.mail or MailDraft()
        if draft.kind == "new":  # one that was taken back: here it is a reply like others
            draft = draft.model_copy(update={"kind": "reply"})
        return await self._enclosed(conn, before.id, actor, said, message_id, letter, draft)

    async def _enclosed(
        self, conn: Connection, it: UUID, actor: Actor, said: Say | NewMail, message_id: UUID, letter: Letter,
        draft: MailDraft,
    ) -> Enclosed:  # fmt: skip
        now, mail = self._now(), letter.mail
        along = await store.to_send_along(conn, letter.forwarded)
        if await store.size(conn, said.files) + sum(one["size"] for one in along) > self.letters.rules.bytes:
            raise Invalid(
                f"The files of one mail may have {self.letters.rules.bytes} bytes together.",
                fields={"files": "too_large"},
            )
        first = (*mail.to, *mail.cc, *mail.bcc)[0]
        message = self._message(
            message_id, str(said.id), said.text, actor, frozen(Address("email", canonical(first.address)))
        )
        rows: dict[str, tuple[Row, ...]] = {
            "mails": (mail_row(mail, it, message_id),),
            "thread_ids": ({"mail_id": mail.mail_id, "interaction_id": it},),
            "participants": tuple(_participants(mail, it, draft.kind, now)),
        }
        if along:
            whose = f"forwarded:{message_id}"
            rows["files"] = tuple({**row, "id": self._new_id(), "owner": whose, "created_at": now} for row in along)
        return Enclosed(
            message=replace(message, channel="email", due_at=now + self.letters.rules.undo),
            rows=rows,
            attach=tuple(said.files),
            owner=owner(actor),
            channel="email",
            data={"wrote": draft.kind, "quote": draft.quote},
        )

    def _message(self, message_id: UUID, client_id: str, text: str, actor: Actor, recipient: Row) -> NewMessage:
        return NewMessage(message_id, "out", client_id, text, actor.id, actor.name, recipient)

    # --- taken back, decided -----------------------------------------------------------------------------------------

    async def take_back(self, actor: Actor, message_id: UUID) -> UUID:
        """Stops a mail that has not begun to leave, and puts it back as its writer's draft. Returns its touch.

        Raises `AlreadySent` when it was too late.
        """
        pool = self._journal.pool
        interaction_id = (await store.message(pool, message_id))["interaction_id"]
        async with self._journal.begin() as page:
            before = await page.lock(interaction_id)
            found = await store.message(page.conn, message_id)
            self._may_take_back(actor, found)
            touch_id = UUID(str(found["touch_id"]))
            if found["state"] == "withdrawn":
                return touch_id
            stopped = await store.withdraw(page.conn, message_id, self._now())
            if stopped is None:
                raise AlreadySent()
            await page.write(before, model.TakenBack(actor.id, message_id), by(actor))
            await store.give_back(page.conn, touch_id, f"agent:{found['author_id']}")
            if found["author_id"] == actor.id:
                await held.draft_again(page.conn, actor.id, interaction_id, [found], self._now())
            page.rings.append(_rung(stopped, "withdrawn"))
            return touch_id

    def _may_take_back(self, actor: Actor, found: asyncpg.Record) -> None:
        if found["direction"] != "out" or found["recipients"] is None:
            raise AlreadySent("Only mails can be taken back.")
        if found["author_id"] != actor.id and not actor.supervises:
            raise Forbidden("Somebody else wrote this.")

    async def decide(self, actor: Actor, message_id: UUID, wanted: Decide) -> UUID:
        """Says what became of a message that nobody could confirm, or sends it again. Returns its touch."""
        pool = self._journal.pool
        found = await store.message(pool, message_id)
        await self._must_serve(actor, found["interaction_id"])
        state = _BECOMES[wanted.what]
        async with self._journal.begin() as page:
            before = await page.lock(found["interaction_id"])
            standing = await outbox.standing(page.conn, message_id)
            if standing.partly and standing.outbox_state == "unconfirmed":
                await page.write(before, model.Decided(actor.id, message_id, wanted.what), by(actor))
                await undelivered.decide(page, before, message_id, standing, wanted.what, self._now())
                return UUID(str(found["touch_id"]))
            of = [one for one in OPEN_TO_DECISION if one != state]
            moved = await store.decide(page.conn, message_id, state, self._now(), of)
            if moved is not None:
                await page.write(before, model.Decided(actor.id, message_id, wanted.what), by(actor))
                page.rings.append(_rung(moved, state))
                await undelivered.as_a_whole(page, before, message_id, wanted.what, self._now())
            elif not await self._decided(page.conn, message_id, wanted.what):
                raise WrongState("It is known what became of this message.", code="settled")
        return UUID(str(found["touch_id"]))

    async def _decided(self, conn: Connection, message_id: UUID, what: str) -> bool:
        """Whether it stands where this decision leads already: the same click again."""
        there = {"again": ("pending", "sending"), "sent": ("sent",), "failed": ("failed",)}
        found = await store.message(conn, message_id)
        return found["outbox_state"] in there[what] or await undelivered.decided(conn, message_id, what)

    # --- new mail ----------------------------------------------------------------------------------------------------

    async def choices(self, actor: Actor) -> list[MailboxChoice]:
        """Mailboxes that this agent may send new mail from: those of his queues; a supervisor may use all."""
        queues = None if actor.supervises else await store.queues_of(self._journal.pool, actor.id)
        return self.letters.choices(queues, self._intake.placement.default_queue)

    async def write_new(self, actor: Actor, wanted: NewMail) -> tuple[UUID, bool]:
        """A mail to somebody; the interaction that it begins waits for the answer. Returns the touch, and whether it
        had been written before."""
        message_id = uuid5(actor.id, f"mail {wanted.id}")  # the same on a retry, and nobody else's
        for _ in range(3):  # a mail to the same new address may be written, or come in, at the same moment
            if (again := await self._again(actor, message_id, wanted)) is not None:
                return again, True
            try:
                return (await self._open(actor, message_id, wanted)).touch_id, False
            except asyncpg.UniqueViolationError:
                continue
        raise Unavailable()

    async def _again(self, actor: Actor, message_id: UUID, wanted: NewMail) -> UUID | None:
        before = await store.own(self._journal.pool, message_id, actor.id)
        if before is None:
            return None
        if before["text"] != storable(wanted.text):
            raise Conflict()
        return UUID(str(before["touch_id"]))

    async def _open(self, actor: Actor, message_id: UUID, wanted: NewMail) -> Written:
        choice = next((one for one in await self.choices(actor) if one.id == wanted.mailbox), None)
        account = self.letters.sending(wanted.mailbox)
        if choice is None or account is None:
            raise Invalid("You cannot send from this mailbox.", fields={"mailbox": "unknown"})
        await self._check_new(actor, wanted)
        async with self._journal.begin() as page:
            interaction, person_rows = await self._begun(page, actor, wanted, choice)
            letter = self.letters.compose_new(account, interaction.id, wanted.mail, message_id, actor.name)
            draft = wanted.mail.model_copy(update={"kind": "new"})
            enclosed = await self._enclosed(page.conn, interaction.id, actor, wanted, message_id, letter, draft)
            rows = {**enclosed.rows, **person_rows}
            (written,) = await page.open(Opening(interaction, "said", by(actor), replace(enclosed, rows=rows)))
            await drafts.drop(page.conn, Folder(actor.id, None, "new"), wanted.sheet)
            return written

    async def _check_new(self, actor: Actor, wanted: NewMail) -> None:
        pool = self._journal.pool
        if not wanted.text.strip() and not wanted.files:
            raise Invalid(fields={"text": "empty"})
        if not wanted.mail.to:
            raise Invalid(fields={"mail.to": "nobody"})
        if wanted.customer_id is not None and not await customers.exists(pool, wanted.customer_id):
            raise Invalid(fields={"customer_id": "unknown"})
        if not await files_store.all_loose(pool, wanted.files, owner(actor)):
            raise Invalid("A file is unknown or hangs on something else already.", fields={"files": "unknown"})

    async def _begun(
        self, page: Page, actor: Actor, wanted: NewMail, choice: MailboxChoice
    ) -> tuple[Interaction, dict[str, tuple[Row, ...]]]:
        """The interaction that waits for the answer, and the rows of its customer where he is new."""
        first, now = wanted.mail.to[0], self._now()
        value = canonical(first.address)
        known = await store.address(page.conn, value)
        asked = Inbound(
            source=f"mail:{choice.id}", natural_key=str(wanted.id), channel="email", text=wanted.text, at=now, raw=b"",
            addresses=(Address("email", known["value"] if known else value),), content_type="message/rfc822",
            name=" ".join(first.name.split()) or None, subject=wanted.mail.subject, queue=choice.queue,
        )  # fmt: skip
        on_file: files_store.Known = {}
        if known is not None:
            on_file["email", known["value"]] = files_store.KnownAddress(known["id"], known["customer_id"])
        person = self._intake.person(asked, on_file, wanted.customer_id)
        interaction = replace(
            self._intake.fresh(asked, person),
            state="waiting",
            due_at=now + self.letters.rules.wait,
            preferred_agent_id=actor.id,
            answered_at=now,
            unread=0,
        )
        return interaction, dict(person.rows)

    async def new_drafts(self, actor: Actor) -> list[KeptNewMail]:
        return await drafts.kept_new(self._journal.pool, actor.id)

    async def save_new_draft(self, actor: Actor, draft: NewMailDraft) -> NewMailKept:
        """Keeps the new mail that is being written; one that says nothing and names nobody is dropped."""
        pool, folder, mail = self._journal.pool, Folder(actor.id, None, "new"), draft.mail
        if draft.text.strip() or mail.subject.strip() or mail.to or mail.cc or mail.bcc:
            head = draft.model_dump_json(include={"mailbox", "customer_id", "mail"})
            await drafts.keep(pool, folder, draft, storable(draft.text), head, self._now())
        else:
            await drafts.drop(pool, folder, draft)
        return NewMailKept(others=[one for one in await self.new_drafts(actor) if one.sheet != draft.sheet])

    # --- what belongs where ------------------------------------------------------------------------------------------

    async def decide_suggestion(self, actor: Actor, interaction_id: UUID, wanted: DecideSuggestion) -> None:
        """Links an interaction to the one that it belongs to, or remembers that it does not."""
        await self._must_serve(actor, interaction_id)
        async with self._journal.begin() as page:
            before = await page.lock(interaction_id)
            decided = await store.suggestion(page.conn, interaction_id, wanted.other_id)
            if decided is not None:
                if decided != wanted.accept:
                    raise Conflict("A colleague has decided otherwise.", code="decided")
                return
            now = self._now()
            await store.decide_suggestion(
                page.conn, interaction_id, wanted.other_id, wanted.accept, actor.id, now
            )
            if wanted.accept:
                await store.admit(page.conn, interaction_id, wanted.other_id, now)
            await page.write(before, model.Linked(actor.id, wanted.other_id, wanted.accept), by(actor))

    async def raw(self, actor: Actor, message_id: UUID) -> bytes:
        """The bytes of a mail as they came, for whoever may act on its interaction."""
        interaction_id, content = await store.raw(self._journal.pool, message_id)
        await self._must_serve(actor, interaction_id)
        return content

    async def _must_serve(self, actor: Actor, interaction_id: UUID) -> None:
        may = await desk_store.may_act(self._journal.pool, interaction_id, actor.id)
        if may is None:
            raise NotFound()
        if not may and not actor.supervises:
            raise Forbidden("This interaction is neither yours nor in one of your queues.")


def by(actor: Actor) -> By:
    return By("supervisor" if actor.supervises else "agent", actor.id)


def owner(actor: Actor) -> str:
    return f"agent:{actor.id}"


def frozen(recipient: Address) -> Row:
    return {"kind": recipient.kind, "value": recipient.value, "verified": recipient.verified}


def mail_row(mail: MailOut, interaction_id: UUID, message_id: UUID) -> Row:
    """What a mail that leaves says beyond its text, as it is kept."""
    return {
        "message_id": message_id,
        "interaction_id": interaction_id,
        "mail_id": mail.mail_id,
        "key": mail.mail_id,
        "mailbox": mail.mailbox,
        "author": store.parties((mail.author,))[0],
        "reply_to": store.parties((mail.reply_to,) if mail.reply_to else ()),
        "recipients": {field: store.parties(getattr(mail, field)) for field in ("to", "cc", "bcc")},
        "subject": mail.subject,
        "thread": list(mail.references),
        "quoted": mail.quoted,
        "signature": mail.signature,
        "automatic": mail.automatic,
    }


def _participants(mail: MailOut, interaction_id: UUID, kind: str, now: datetime) -> Iterable[Row]:
    """Whoever gets it takes part from now on, in a role of his own: none of them ever replaces the customer."""
    besides = "third_party" if kind == "forward" else "cc"
    for field, role in (("to", "customer" if kind == "new" else besides), ("cc", besides), ("bcc", "third_party")):
        for place, one in enumerate(getattr(mail, field)):
            first = role != "customer" or place == 0
            yield {
                "interaction_id": interaction_id,
                "address": one.address.lower(),
                "name": one.name,
                "role": role if first else "cc",
                "since": now,
            }


def _rung(moved: asyncpg.Record, state: str) -> MessageMoved:
    agents = frozenset({moved["agent_id"]}) if moved["agent_id"] else frozenset[UUID]()
    return MessageMoved(
        moved["interaction_id"],
        moved["id"],
        moved["number"],
        state,
        None,
        agents,
        moved["address_id"],
        moved["channel"],
    )
