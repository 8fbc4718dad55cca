"""Plays an agent's desk for the manual channel: it hands over what the agent wrote, and shows what came back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from channels.base import Inbound, Refused
from channels.manual import Manual, ManualEntry
from tests.channels.kit.driver import Answer, Stored
from tests.channels.kit.sink import MemorySink

FAX = ManualEntry(
    id=UUID("00000000-0000-7000-8000-00000000fa00"), kind="fax", text="Please call me back.",
    at=datetime(2026, 2, 27, 16, 5, tzinfo=UTC), name="Ann Li", email="ann@Example.com", phone="+49 30 901820",
)


class Desk:
    def __init__(self) -> None:
        self.channel = Manual()
        self.sink = MemorySink()

    async def log(self, entry: ManualEntry) -> Answer:
        try:
            accepted = await self.sink.take_in(self.channel.understand(entry))
        except Refused as refused:
            return Answer(False, refused.code, refused.status, fields=refused.fields, after=refused.after)
        return Answer(True, reference=accepted.reference)

    async def deliver(self, key: UUID, text: str) -> Answer:
        return await self.log(replace(FAX, id=key, text=text))

    async def deliver_malformed(self) -> Mapping[str, Answer]:
        return {
            "no text": await self.log(replace(FAX, text=" \n")),
            "no e-mail address": await self.log(replace(FAX, email="ann at example")),
            "no phone number": await self.log(replace(FAX, phone="ask her")),
            "a phone number of nowhere": await self.log(replace(FAX, phone="901820")),
            "a phone number too short": await self.log(replace(FAX, phone="+49 1")),
            "a time without zone": await self.log(replace(FAX, at=datetime(2026, 2, 27, 16, 5))),  # noqa: DTZ001
        }

    def replay(self, stored: Stored) -> Inbound:
        return self.channel.replay(stored.raw)
