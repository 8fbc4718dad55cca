"""What every channel promises, asked of the chat over a real socket."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import pytest

from channels.base import Channel, Inbound, Mark, Outbound
from channels.webchat import replay
from tests.channels.kit.driver import Answer, Driver, Stored
from tests.channels.kit.sink import MemorySink
from tests.channels.kit.suite import ReceiptConformance
from tests.channels.webchat.stage import SETTINGS, Page, staged

GOOD = "00000000-0000-7000-8000-00000000000a"
MALFORMED: dict[str, Any] = {
    "nothing": None,
    "a list": [1, 2],
    "a bare text": "hello",
    "no id": {"text": "hello"},
    "an id that is no UUID": {"id": "1", "text": "hello"},
    "an id of another type": {"id": 7, "text": "hello"},
    "no text": {"id": GOOD},
    "blank text": {"id": GOOD, "text": " \n"},
    "a number as text": {"id": GOOD, "text": 7},
    "text too long": {"id": GOOD, "text": "x" * 10_001},
    "too many files": {"id": GOOD, "text": "hello", "files": [GOOD] * 11},
    "files that are no list": {"id": GOOD, "text": "hello", "files": "all"},
    "a file that is no UUID": {"id": GOOD, "text": "hello", "files": ["../etc/passwd"]},
    "no e-mail address": {"id": GOOD, "text": "hello", "email": "ann at home"},
    "a name too long": {"id": GOOD, "text": "hello", "name": "A" * 10_000},
    "fields of another type": {"id": GOOD, "text": "hello", "fields": {"room": 7}},
    "too many fields": {"id": GOOD, "text": "hello", "fields": {str(n): "" for n in range(21)}},
    "binary": {"id": GOOD, "text": b"\x00\xff"},
}


class ChatDriver:
    def __init__(self, page: Page, channel: Channel, sink: MemorySink) -> None:
        self.page = page
        self.channel = channel
        self.sink = sink

    async def deliver(self, key: UUID, text: str) -> Answer:
        return _answer(await self.page.say(text, key))

    async def deliver_malformed(self) -> Mapping[str, Answer]:
        return {what: _answer(await self.page.ask("message", data)) for what, data in MALFORMED.items()}

    def replay(self, stored: Stored) -> Inbound:
        return replay(stored.raw, stored.natural_key, stored.at, SETTINGS)

    async def report(self, message: Outbound, mark: Mark) -> None:
        assert (await self.page.ask("read", {"number": message.number, "mark": mark}))["ok"]

    async def report_unknown(self) -> None:
        assert (await self.page.ask("read", {"number": 0, "mark": "read"}))["ok"]


def _answer(said: dict[str, Any]) -> Answer:
    return Answer(said["ok"], said.get("code", ""), None, said.get("reference"), said.get("fields", {}),
                  said.get("after"))


class TestWebChat(ReceiptConformance):
    @pytest.fixture
    async def driver(self, tmp_path: Any) -> AsyncIterator[Driver]:
        widget = tmp_path / "widget.js"
        widget.write_text("// a widget")
        async with staged(widget=widget) as stage:
            page, _, _ = await stage.arrive()
            yield ChatDriver(page, stage.chat, stage.sink)
