"""What a channel brings to the kit: a small driver that plays the world outside for it.

A driver speaks to its channel as the world would: over HTTP, a socket, or the one verb of a channel that
has no wire. It is built in a fixture around one channel and one `MemorySink`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from channels.base import Channel, Inbound, Mark, Outbound
from tests.channels.kit.sink import MemorySink


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender got back, whatever the wire. `ok` means: the hub has acknowledged."""

    ok: bool
    code: str = ""  # of a refusal
    status: int | None = None  # where the wire has one
    reference: str | None = None  # of what was taken in
    fields: Mapping[str, str] = field(default_factory=dict)
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """All that the hub keeps of an arrival, and so all that a replay may use."""

    source: str
    natural_key: str
    at: datetime
    content_type: str
    raw: bytes


class Driver(Protocol):
    """Plays the world for one channel."""

    channel: Channel
    sink: MemorySink

    async def deliver(self, key: UUID, text: str) -> Answer:
        """One good contact that says `text`. The same key and text is a retry of it, byte for byte."""

    async def deliver_malformed(self) -> Mapping[str, Answer]:
        """Everything that cannot be understood on this wire: what was wrong -> what the sender was told.

        Also answers that are not `ok=False`: the suite judges.
        """

    def replay(self, stored: Stored) -> Inbound:
        """Understands stored bytes again, with the parser that understood them when they arrived."""


class ReceiptDriver(Driver, Protocol):
    """Of a channel that learns what became of its messages."""

    async def report(self, message: Outbound, mark: Mark) -> None:
        """The world says so, and the channel has dealt with it when this returns."""

    async def report_unknown(self) -> None:
        """A report about a message that nobody sent."""
