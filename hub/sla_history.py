"""PURE: what the touches of an interaction mean for its clocks (`routing.sla_clocks`), and who owes whom an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from routing.sla import Event, EventKind, SlaPolicy

Promise = Callable[[Mapping[str, Any]], SlaPolicy | None]  # of the data of a `sla_promised` touch
SPOKEN = frozenset({"voice"})  # whoever accepts answers
TAKEN = frozenset({"accepted", "claimed"})
REFUSED = frozenset({"declined", "missed"})


@dataclass(frozen=True, slots=True)
class Happened:
    """One touch, as far as clocks care. `at`: when the hub wrote it down, since dates of senders may be anything."""

    id: UUID
    kind: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """`unanswered_since`: the first message of the customer that no human being has answered. `held_since`: when its
    present holder took it. `refused`: offers declined or missed since it came into its queue, and `came_at`: when.
    """

    events: tuple[Event, ...]
    unanswered_since: datetime | None
    held_since: datetime | None
    refused: int
    came_at: datetime


def read(touches: Sequence[Happened], channel: str, promise: Promise) -> Story:
    """The story of an interaction, its touches in order of their versions. The first touch is the opening.

    The first promise counts from the opening on, however late the hub came to write it down.
    """
    reading = _Reading(channel, promise, _undone(touches))
    first = next((one for one in touches if one.kind == "sla_promised"), None)
    reading.open(touches[0], promise(first.data) if first else None)
    for one in touches[1:]:
        if one is not first:
            reading.take(one)
    return Story(tuple(reading.events), reading.unanswered, reading.held, reading.refused, reading.came)


def _undone(touches: Sequence[Happened]) -> frozenset[str]:
    """Messages that never reached the customer, as far as is known: taken back, or failed for good."""
    undone: set[str] = set()
    for one in touches:
        message = str(one.data.get("message"))
        failed = one.data.get("state") == "failed" or one.data.get("what") == "failed"
        if one.kind == "taken_back" or (one.kind in ("delivery", "decided") and failed):
            undone.add(message)
        elif one.kind == "decided":
            undone.discard(message)
    return frozenset(undone)


class _Reading:
    def __init__(self, channel: str, promise: Promise, undone: frozenset[str]) -> None:
        self.channel, self.promise, self.undone = channel, promise, undone
        self.events: list[Event] = []
        self.unanswered: datetime | None = None
        self.held: datetime | None = None
        self.refused = 0
        self.came: datetime

    def open(self, first: Happened, promised: SlaPolicy | None) -> None:
        self.events.append(Event(str(first.id), "opened", first.at, promised))
        self.came = first.at
        if first.kind == "logged":  # a human being has dealt with the customer already
            self._add(first, "agent_replied")
            if first.data.get("disposition"):
                self._closed(first)
        else:
            self.unanswered = first.at

    def take(self, one: Happened) -> None:
        known = getattr(self, f"_{one.kind}", None)
        if known:
            known(one)
        elif one.kind in TAKEN:
            self._taken(one)
        elif one.kind in REFUSED and not one.data.get("still_at"):  # of several at once, the last one's
            self.refused += 1

    def _add(self, one: Happened, kind: EventKind, policy: SlaPolicy | None = None) -> None:
        self.events.append(Event(f"{one.id}:{kind}", kind, one.at, policy))

    def _received(self, one: Happened) -> None:
        """Opens again what is closed, and ends every hold; what makes no sense where it stands changes nothing."""
        if one.data.get("quiet"):
            return
        for kind in ("customer_wrote", "reopened", "resumed"):
            self._add(one, kind)
        self.unanswered = self.unanswered or one.at
        if self.held is None:
            self.came = one.at

    def _said(self, one: Happened) -> None:
        if str(one.message_id) not in self.undone:
            self._replied(one)

    def _replied(self, one: Happened) -> None:
        self._add(one, "agent_replied")
        self.unanswered = None

    def _acknowledged(self, one: Happened) -> None:
        self._add(one, "automatic_reply")

    def _taken(self, one: Happened) -> None:
        self.held = one.at
        if self.channel in SPOKEN:
            self._replied(one)

    def _waiting(self, one: Happened) -> None:
        self._add(one, "waiting")
        self.held = None

    def _parked(self, one: Happened) -> None:
        self._add(one, "parked")
        self.held = None

    def _resumed(self, one: Happened) -> None:
        self._add(one, "resumed")
        if one.data.get("time_up"):
            self._came(one)
        else:
            self.held = one.at

    def _wrapped_up(self, one: Happened) -> None:
        if one.data.get("follow_up_at"):
            self._parked(one)
        else:
            self._closed(one)

    def _left(self, one: Happened) -> None:
        if self.held is None:  # else it is wrapped up first
            self._closed(one)

    def _abandoned(self, one: Happened) -> None:
        self._closed(one)

    def _closed(self, one: Happened) -> None:
        self._add(one, "closed")
        self.held = self.unanswered = None

    def _requeued(self, one: Happened) -> None:
        self._add(one, "resumed")
        if one.data.get("from") != one.data.get("to") or self.held:
            self._came(one)
        self.held = None

    _transferred = _requeued

    def _escalated(self, one: Happened) -> None:
        if one.data.get("moves") or one.data.get("from") != one.data.get("to"):
            self._requeued(one)

    def _overflowed(self, one: Happened) -> None:
        if one.data.get("from") != one.data.get("to"):
            self._came(one)

    _placed_anew = _overflowed

    def _came(self, one: Happened) -> None:
        self.came, self.refused = one.at, 0

    def _sla_promised(self, one: Happened) -> None:
        self._add(one, "policy_changed", self.promise(one.data))
