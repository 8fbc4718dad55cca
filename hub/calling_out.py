"""Calling somebody whom no contact asks for: the agent's softphone rings, then the customer's telephone."""

from dataclasses import replace
from uuid import UUID, uuid5

import asyncpg

from channels.base import Address, Inbound
from channels.telephone import e164, region_of
from channels.voice import numbers
from channels.voice.settings import Number, VoiceSettings
from hub.calls import Calls
from hub.errors import Invalid, Unavailable
from hub.intake import Intake
from hub.journal import Enclosed, Opening, Page
from hub.mailing import by
from hub.model import Actor, Claimed, Interaction
from hub.outgoing_calls import Outgoing
from hub.store import calls as store
from hub.store import customers
from hub.store import intake as people
from hub.store import mail as queues
from hub.wire_calls import CallingFrom, PlaceCall


class CallingOut:
    """Every verb returns after COMMIT or raises a `HubError`; a retry is answered as the first was."""

    def __init__(self, calls: Calls, outgoing: Outgoing, intake: Intake) -> None:
        self._calls = calls
        self._outgoing = outgoing
        self._intake = intake
        self._journal = calls.journal

    @property
    def _settings(self) -> VoiceSettings:
        return self._calls.lines.settings

    async def choices(self, actor: Actor) -> list[CallingFrom]:
        """The queues that this agent may call for, each with the number that it shows; none without numbers of ours."""
        if not self._settings.numbers:
            return []
        mine = await queues.queues_of(self._journal.pool, actor.id)
        return [CallingFrom(queue=one, number=self._shown(one).number)
                for one in sorted(self._intake.placement.queues) if one in mine]

    async def place(self, actor: Actor, wanted: PlaceCall) -> tuple[UUID, bool]:
        """The interaction, and whether the call had been placed before. Raises `Invalid`, `WrongState` or `NoRoom`."""
        interaction_id = uuid5(actor.id, f"call {wanted.id}")  # the same on a retry, and nobody else's
        for _ in range(3):  # the same new number may be called, or call, at the same moment
            if await store.has_interaction(self._journal.pool, interaction_id):
                return interaction_id, True
            number = await self._check(actor, wanted)
            try:
                async with self._journal.begin() as page:
                    await self._open(page, actor, wanted, number, interaction_id)
            except asyncpg.UniqueViolationError:
                continue
            self._calls.work()
            return interaction_id, False
        raise Unavailable()

    async def _check(self, actor: Actor, wanted: PlaceCall) -> str:
        """The number in full. Raises `Invalid`."""
        if wanted.queue not in {one.queue for one in await self.choices(actor)}:
            raise Invalid("You cannot call for this queue.", fields={"queue": "unknown"})
        if wanted.customer_id is not None and not await customers.exists(self._journal.pool, wanted.customer_id):
            raise Invalid(fields={"customer_id": "unknown"})
        ours = self._shown(wanted.queue).number
        number = e164(wanted.number, region_of(ours))
        if number is None:
            raise Invalid("This is no telephone number. Begin with + and the country.", fields={"number": "phone"})
        if not numbers.may_be_called(number, ours, self._settings.outgoing):
            raise Invalid("Numbers like this one may not be called.", code="blocked_destination",
                          fields={"number": "not_allowed"})
        return number

    async def _open(self, page: Page, actor: Actor, wanted: PlaceCall, number: str, interaction_id: UUID) -> None:
        shown = self._shown(wanted.queue)
        asked = Inbound(
            source=shown.number, natural_key=str(wanted.id), channel="voice", text="", at=page.now(), raw=b"",
            content_type="text/plain", addresses=(Address("phone", number),), queue=wanted.queue)
        known = await people.known_addresses(page.conn, asked.addresses, page.now())
        person = self._intake.person(asked, known, wanted.customer_id)
        new = replace(self._intake.fresh(asked, person), id=interaction_id, queue_id=wanted.queue, unread=0)
        enclosed = Enclosed(rows=person.rows, data={"what": "outgoing", "number": number})
        (opened,) = await page.open(Opening(new, "call", by(actor), enclosed))
        held: Interaction = (await page.write(opened.interaction, Claimed(actor.id), by(actor))).interaction
        await self._outgoing.dial(page, held, number, account=shown.account, ours=shown.number)

    def _shown(self, queue: str) -> Number:
        """The number of ours that those who are called see."""
        chosen = self._settings.caller_ids.get(queue)
        return (self._settings.number(chosen) if chosen else None) or self._settings.numbers[0]
