"""Whether a text may go to a telephone now: not after a STOP, and WhatsApp lets us write freely for a day only."""

from datetime import timedelta

from channels.base import Address
from channels.messaging.segments import LONGEST
from channels.messaging.settings import MessagingSettings, Template
from hub.clock import Now
from hub.errors import Invalid, WrongState
from hub.model import Interaction
from hub.store import mail as mail_store
from hub.store import texting as store
from hub.store.journal import Row
from hub.store.texting import Reader, Stands
from hub.wire import Say
from hub.wire_messaging import NewText, TemplateUse, TemplateView, TextingView

KINDS = ("sms", "whatsapp")
FREE = timedelta(hours=24)  # WhatsApp's own rule
MARGIN = timedelta(minutes=1)  # WhatsApp counts from when the customer wrote, we from when we heard of it
WHATSAPP_BYTES, MMS_BYTES, MMS_FILES = 16_000_000, 5_000_000, 10  # what Twilio takes along with one text
OPTED_OUT = "The customer has asked for no more texts from this number (STOP). Use another way to reach him."
WINDOW_CLOSED = "The customer has not written on WhatsApp for a day. Only an agreed template may be sent."


class Texting:
    """Knows what is configured; what the customer wants is read with each question."""

    def __init__(self, settings: MessagingSettings, now: Now) -> None:
        self._settings = settings
        self._now = now

    def concerns(self, channel: str) -> bool:
        return channel in KINDS

    async def outgoing(self, conn: Reader, before: Interaction, to: Address, said: Say | NewText) -> Row:
        """From which number of ours a text goes, and by which template.

        Raises `WrongState` with `opted_out` or `window_closed`, or `Invalid`.
        """
        await self._must_fit(conn, before.channel, said)
        if len(said.text) > LONGEST:
            raise Invalid(f"A text may have {LONGEST} characters.", fields={"text": "too_long"})
        stands = await self._stands(conn, to, before.source)
        if stands.opted_out_at is not None:
            raise WrongState(OPTED_OUT, code="opted_out")
        sender = self._sender(before.source)
        if said.template is not None:
            return {**sender, **self._agreed(before, said.template, said.text)}
        if before.channel == "whatsapp" and not self._free(stands):
            raise WrongState(WINDOW_CLOSED, code="window_closed")
        return sender

    def _sender(self, source: str) -> Row:
        service = self._settings.messaging_service_of(source)
        return {"sender": source} if service is None else {"sender": source, "also": service.sources()}

    async def _stands(self, conn: Reader, to: Address, source: str) -> Stands:
        return await store.stands(conn, to, source, self._settings.heard_by(source))

    async def _must_fit(self, conn: Reader, channel: str, said: Say | NewText) -> None:
        most, size = (1, WHATSAPP_BYTES) if channel == "whatsapp" else (MMS_FILES, MMS_BYTES)
        if said.files and said.template is not None:
            raise Invalid("A template has no files.", fields={"files": "not_here"})
        if len(said.files) > most:
            raise Invalid(f"A text may carry {most} files.", fields={"files": "text_files"})
        if said.files and await mail_store.size(conn, said.files) > size:
            raise Invalid(f"The files of a text may have {size} bytes.", fields={"files": "text_bytes"})

    async def view(self, conn: Reader, channel: str, source: str, to: Address) -> TextingView:
        """How a conversation stands, for the screen."""
        stands = await self._stands(conn, to, source)
        until = stands.wrote_at + FREE - MARGIN if stands.wrote_at is not None else None
        return TextingView(
            kind="whatsapp" if channel == "whatsapp" else "sms", sender=await self._shown(conn, source, to),
            longest=LONGEST, opted_out_at=stands.opted_out_at, free_until=until if channel == "whatsapp" else None,
            templates=self.templates(channel, source), unreachable=stands.unreachable)

    async def _shown(self, conn: Reader, source: str, to: Address) -> str:
        """The number that he knows; of a service that has written to him by none yet, its name."""
        service = self._settings.messaging_service_of(source)
        if service is None:
            return source.split(":", 2)[2]
        return await store.number(conn, to, source) or service.name or service.sid

    def templates(self, channel: str, source: str) -> list[TemplateView]:
        return [TemplateView(id=one.id, name={**one.name}, text=one.text, places=list(one.places))
                for one in self._templates(channel, source)]

    def _free(self, stands: Stands) -> bool:
        return stands.wrote_at is not None and self._now() < stands.wrote_at + FREE - MARGIN

    def _templates(self, channel: str, source: str) -> list[Template]:
        if channel != "whatsapp":
            return []
        account = source.split(":")[1]
        return [one for one in self._settings.templates if one.account in ("", account)]

    def _agreed(self, before: Interaction, use: TemplateUse, text: str) -> Row:
        known = {one.id: one for one in self._templates(before.channel, before.source)}
        template = known.get(use.id)
        if template is None:
            raise Invalid("There is no such template for this number.", fields={"template": "unknown"})
        missing = {f"template.variables.{place}": "empty" for place in template.places
                   if not use.variables.get(place, "").strip()}
        if missing:
            raise Invalid(fields=missing)
        variables = {place: use.variables[place] for place in template.places}
        if template.filled(variables) != text:
            raise Invalid("The text is not what the template says.", fields={"text": "not_as_agreed"})
        return {"template": template.content_sid, "variables": variables}
