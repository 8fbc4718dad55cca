"""A text that no contact asks for: from which number of ours, to whom, and the conversation that it begins."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

import asyncpg

from channels.base import Address, Inbound
from channels.messaging.settings import MessagingService, MessagingSettings, Sender
from channels.telephone import e164, region_of
from channels.text import storable
from hub.errors import Conflict, Invalid, Unavailable, WrongState
from hub.intake import Intake
from hub.journal import Enclosed, NewMessage, Opening, Written
from hub.mailing import by, owner
from hub.model import Actor, Interaction
from hub.store import customers, drafts
from hub.store import intake as files_store
from hub.store import mail as store
from hub.store.drafts import Folder
from hub.texting import Texting
from hub.wire_drafts import KeptNewText, NewTextDraft, NewTextKept
from hub.wire_messaging import NewText, SenderChoice, TextStanding, TextStandingView

WAITS = timedelta(days=7)  # for an answer
OPEN_ALREADY = "There is an open conversation with this number. Write there, so that nothing is said twice."


class NewTexts:
    """Every verb returns after COMMIT or raises a `HubError`; a retry is answered as the first was."""

    def __init__(self, intake: Intake, texting: Texting, settings: MessagingSettings) -> None:
        self._intake = intake
        self._journal = intake.journal
        self._texting = texting
        self._settings = settings

    async def choices(self, actor: Actor) -> list[SenderChoice]:
        """Numbers that this agent may write from: those of his queues; a supervisor may use all."""
        return [SenderChoice(
            id=one.source, kind=one.kind, number=one.number if isinstance(one, Sender) else "",
            name=one.name if isinstance(one, Sender) else one.name or one.sid, queue=self._queue(one),
            templates=self._texting.templates(one.kind, one.source)) for one in await self._senders(actor)]

    async def write(self, actor: Actor, wanted: NewText) -> tuple[UUID, bool]:
        """The touch, and whether it had been written before. Raises `Invalid`, `Conflict` or `WrongState`."""
        message_id = uuid5(actor.id, f"text {wanted.id}")  # the same on a retry, and nobody else's
        for _ in range(3):  # the same new number may be written to, or write, at the same moment
            if (before := await store.own(self._journal.pool, message_id, actor.id)) is not None:
                if before["text"] != storable(wanted.text):
                    raise Conflict()
                return UUID(str(before["touch_id"])), True
            try:
                return (await self._open(actor, message_id, wanted)).touch_id, False
            except asyncpg.UniqueViolationError:
                continue
        raise Unavailable()

    async def _open(self, actor: Actor, message_id: UUID, wanted: NewText) -> Written:
        sender = await self._sender(actor, wanted.sender)
        to = await self._check(actor, sender, wanted)
        async with self._journal.begin() as page:
            found = await page.lock_latest(to, sender.kind, sender.source)
            before = found[2] if found else None
            if before is not None and before.closed_at is None:
                raise WrongState(OPEN_ALREADY, code="open_already", fields={"interaction_id": str(before.id)})
            known = await files_store.known_addresses(page.conn, _others(to), self._journal.now())
            if found is not None:
                known[to.kind, to.value] = files_store.KnownAddress(found[0], found[1])
            asked = self._asked(sender, to, wanted)
            person = self._intake.person(asked, known, wanted.customer_id)
            new = self._waiting(actor, self._intake.fresh(asked, person))
            if before is not None:
                new = replace(new, parent_id=before.id)
            said = {"kind": to.kind, "value": to.value, "verified": to.verified,
                    "texting": await self._texting.outgoing(page.conn, new, to, wanted)}
            message = NewMessage(message_id, "out", str(wanted.id), wanted.text, actor.id, actor.name, said)
            enclosed = Enclosed(message=message, attach=tuple(wanted.files), owner=owner(actor), rows=person.rows)
            (written,) = await page.open(Opening(new, "said", by(actor), enclosed))
            await drafts.drop(page.conn, Folder(actor.id, None, "text"), wanted.sheet)
            return written

    async def standing(self, actor: Actor, asked: TextStanding) -> TextStandingView:
        """What would be said to a text, before it is written. Raises `Invalid`."""
        sender = await self._sender(actor, asked.sender)
        number = e164(asked.number, region_of(sender.number))
        if number is None:
            return TextStandingView(number=None, texting=None)
        to = Address("whatsapp" if sender.kind == "whatsapp" else "phone", number)
        async with self._journal.at_once() as page:
            found = await page.latest(to, sender.kind, sender.source)
            texting = await self._texting.view(page.conn, sender.kind, sender.source, to)
        before = found[2] if found else None
        return TextStandingView(number=number, texting=texting,
                            open=before.id if before is not None and before.closed_at is None else None)

    async def drafts(self, actor: Actor) -> list[KeptNewText]:
        return await drafts.kept_texts(self._journal.pool, actor.id)

    async def save_draft(self, actor: Actor, draft: NewTextDraft) -> NewTextKept:
        """Keeps the new text that is being written; one that says nothing and goes to nobody is dropped."""
        pool, folder = self._journal.pool, Folder(actor.id, None, "text")
        if draft.text.strip() or draft.number.strip():
            kept = draft.model_copy(update={"number": storable(draft.number)})
            head = kept.model_dump_json(include={"sender", "customer_id", "number"})
            await drafts.keep(pool, folder, draft, storable(draft.text), head, self._journal.now())
        else:
            await drafts.drop(pool, folder, draft)
        return NewTextKept(others=[one for one in await self.drafts(actor) if one.sheet != draft.sheet])

    async def _sender(self, actor: Actor, source: str) -> Sender | MessagingService:
        sender = next((one for one in await self._senders(actor) if one.source == source), None)
        if sender is None:
            raise Invalid("You cannot write from this number.", fields={"sender": "unknown"})
        return sender

    async def _check(self, actor: Actor, sender: Sender | MessagingService, wanted: NewText) -> Address:
        pool = self._journal.pool
        number = e164(wanted.number, region_of(sender.number))
        if number is None:
            raise Invalid("This is no telephone number. Begin with + and the country.", fields={"number": "phone"})
        if not wanted.text.strip() and not wanted.files:
            raise Invalid(fields={"text": "empty"})
        if wanted.customer_id is not None and not await customers.exists(pool, wanted.customer_id):
            raise Invalid(fields={"customer_id": "unknown"})
        if not await files_store.all_loose(pool, wanted.files, owner(actor)):
            raise Invalid("A file is unknown or hangs on something else already.", fields={"files": "unknown"})
        return Address("whatsapp" if sender.kind == "whatsapp" else "phone", number)

    def _asked(self, sender: Sender | MessagingService, to: Address, wanted: NewText) -> Inbound:
        """As if he had written, for the same rules say where it belongs."""
        return Inbound(
            source=sender.source, natural_key=str(wanted.id), channel=sender.kind, text=wanted.text,
            at=self._journal.now(), raw=b"", content_type="text/plain", addresses=(to, *_others(to)),
            queue=self._queue(sender))

    def _waiting(self, actor: Actor, new: Interaction) -> Interaction:
        now = self._journal.now()
        return replace(new, state="waiting", due_at=now + WAITS, preferred_agent_id=actor.id, answered_at=now, unread=0)

    async def _senders(self, actor: Actor) -> list[Sender | MessagingService]:
        queues: Collection[str] | None = None
        if not actor.supervises:
            queues = await store.queues_of(self._journal.pool, actor.id)
        return [one for one in self._settings.ways if queues is None or self._queue(one) in queues]

    def _queue(self, sender: Sender | MessagingService) -> str:
        return sender.queue or self._intake.placement.default_queue


def _others(to: Address) -> tuple[Address, ...]:
    """A number of WhatsApp is a telephone's, too."""
    return (Address("phone", to.value),) if to.kind == "whatsapp" else ()
