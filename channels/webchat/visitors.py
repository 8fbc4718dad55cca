"""Who is here now: the sockets of this process, and what each visitor was told last."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from channels.base import Conversation, Said, Standing

_SETTLED = frozenset({"read", "failed"})  # nothing comes after these


@dataclass(frozen=True, slots=True)
class Visit:
    """One socket: one open page of a visitor."""

    visitor: UUID
    language: str
    network_address: str
    token_problem: str | None = None


@dataclass(slots=True)
class Visitor:
    """One visitor with all open pages. `turn` keeps messages in the order in which they were sent."""

    id: UUID
    pages: set[str] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    typing: bool = False
    stale: bool = False
    standing: Standing | None = None
    head: int = 0
    unsettled: dict[int, str] = field(default_factory=dict)

    def told_up_to(self) -> int:
        """Up to this number nothing can change any more that was not told."""
        return min(self.unsettled, default=self.head + 1) - 1

    def moved(self, conversation: Conversation) -> bool:
        """Whether this is another interaction than the one told about: then all numbers start anew."""
        return _interaction(conversation.standing) != _interaction(self.standing)

    def start(self, conversation: Conversation) -> None:
        self.head, self.unsettled = 0, {}
        self.tell(conversation)

    def tell(self, conversation: Conversation) -> list[Said]:
        """Takes note of what is being told, and returns the messages whose mark is news."""
        self.standing = conversation.standing
        news = [said for said in conversation.messages if self._is_news(said)]
        for said in conversation.messages:
            self.head = max(self.head, said.number)
            if said.state in _SETTLED:
                self.unsettled.pop(said.number, None)
            else:
                self.unsettled[said.number] = said.state
        return news

    def _is_news(self, said: Said) -> bool:
        known = self.unsettled.get(said.number)
        return known != said.state if known is not None else said.number > self.head


def _interaction(standing: Standing | None) -> UUID | None:
    return standing.interaction_id if standing else None


class Visitors:
    """The open pages of this process."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}
        self._visitors: dict[UUID, Visitor] = {}
        self._connections: dict[str, int] = {}

    def enter(self, sid: str, visit: Visit) -> Visitor:
        self._visits[sid] = visit
        self._connections[visit.network_address] = self.connections(visit.network_address) + 1
        visitor = self._visitors.setdefault(visit.visitor, Visitor(visit.visitor))
        visitor.pages.add(sid)
        return visitor

    def leave(self, sid: str) -> Visitor | None:
        """Returns the visitor when that was the last open page."""
        visit = self._visits.pop(sid, None)
        if visit is None:
            return None
        self._count_down(visit.network_address)
        visitor = self._visitors[visit.visitor]
        visitor.pages.discard(sid)
        return None if visitor.pages else self._visitors.pop(visit.visitor)

    def visit(self, sid: str) -> Visit | None:
        return self._visits.get(sid)

    def get(self, visitor: UUID) -> Visitor | None:
        return self._visitors.get(visitor)

    def connections(self, network_address: str) -> int:
        return self._connections.get(network_address, 0)

    def _count_down(self, network_address: str) -> None:
        left = self._connections[network_address] - 1
        if left:
            self._connections[network_address] = left
        else:
            del self._connections[network_address]
