"""Rung after COMMIT: tells loops and sockets of this process that something moved. May be lost; the rows may not."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from hub.wire import CardEvent, Clock

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Moved:
    """An interaction has a new version."""

    interaction_id: UUID
    version: int
    touch_id: UUID
    kind: str
    customer_id: UUID
    channel: str
    address_id: UUID | None
    queue_id: str
    state: str
    agents: frozenset[UUID]  # whose desk it is on, or was on a moment ago
    desk: UUID | None = None  # on whose desk it lies while it is held, waits or is parked
    sends: bool = False  # something waits in the outbox
    told: CardEvent | None = None  # what desks shall see, where the write knew it all


@dataclass(frozen=True, slots=True)
class AgentMoved:
    """An agent's presence, connection or load changed."""

    agent_id: UUID


@dataclass(frozen=True, slots=True)
class MessageMoved:
    """A sent message has reached another state."""

    interaction_id: UUID
    message_id: UUID
    number: int
    state: str
    error: str | None
    agents: frozenset[UUID]
    address_id: UUID | None
    channel: str


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """Another promise of an interaction matters most now, or none."""

    interaction_id: UUID
    agents: frozenset[UUID]
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Typing:
    """The customer is typing, or has stopped."""

    interaction_id: UUID
    agents: frozenset[UUID]
    who: str
    on: bool


@dataclass(frozen=True, slots=True)
class CallMoved:
    """Somebody came on the line, left it, or hears something else. `agents`: whose softphones are or were in it."""

    interaction_id: UUID
    agents: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class PolicyMoved:
    """Another policy is in force at this node."""

    policy_version: int


Ring = Moved | CallMoved | AgentMoved | MessageMoved | ClockMoved | Typing | PolicyMoved
Listener = Callable[[Ring], None]


class Doorbell:
    """In-process fan-out. Listeners must not block: they set an event or put into a queue."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def on(self, listener: Listener) -> Callable[[], None]:
        """Adds a listener and returns how to take it away."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def ring(self, what: Ring) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(what)
            except RuntimeError:  # a push that fails may never undo what is committed
                log.exception("doorbell.listener_failed", ring=type(what).__name__)
