"""What the telephone hands to the hub, and gets from it: requests of the provider, each kept before it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

# in: a call arrives. step: keys of a menu, or none in time. wait: what somebody in line hears. line: he has left it.
# join: into a room. left: out of one. back: into line again. hold, comfort: what is played meanwhile.
# voicemail: it was spoken. callback: keys of who wants to be called back. survey: how was it? score: the answer.
Asked = Literal["in", "step", "wait", "line", "join", "left", "back", "hold", "comfort", "voicemail", "callback",
                "survey", "score"]
# leg, status: how a connection stands. room: who came into a conference, left it, was muted. recording: one
# is ready, or lost.
Told = Literal["leg", "room", "status", "recording"]


@dataclass(frozen=True, slots=True)
class Knock:
    """One request, its signature checked. `key` is its natural key, the same on every repetition; "" where a document
    is rightly asked for again and again. `part`: number of a step or room, or the name of a leg."""

    kind: Asked | Told
    account: str
    key: str
    fields: Mapping[str, str]
    raw: bytes
    content_type: str
    call: UUID | None = None
    part: str = ""

    @property
    def source(self) -> str:
        """Its line in the ledger."""
        return f"voice:{self.account}"


class Exchange(Protocol):
    """Returns only after COMMIT, or raises `Refused`."""

    async def ask(self, knock: Knock) -> str:
        """The document (TwiML). The same key is answered with the same bytes, and changes nothing twice."""

    async def tell(self, knock: Knock) -> None: ...
