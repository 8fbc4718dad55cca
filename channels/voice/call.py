"""What is known of one telephone call, and what was decided about it. Values only; no vendor, no I/O, no clock.

Facts (`facts.observe`) come from outside late, twice and out of order. Decisions (`decisions.decide`) come from the
hub, in order. What follows from both is derived in `control`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

# The provider's words for a leg. The last five end it.
LegState = Literal[
    "planned", "queued", "initiated", "ringing", "in_progress", "completed", "busy", "no_answer", "failed", "canceled"
]
RANK: Mapping[LegState, int] = {
    "planned": 0, "queued": 1, "initiated": 2, "ringing": 3, "in_progress": 4,
    "completed": 5, "busy": 5, "no_answer": 5, "failed": 5, "canceled": 5,
}  # fmt: skip
OVER = 5
TALKS = 4

# customer: whom the call is about. partner: who talks with him, an agent or another number. consult: who is asked while
# the customer waits. supervisor: who listens, whispers or barges in.
Role = Literal["customer", "partner", "consult", "supervisor"]
Flag = Literal["muted", "held", "coaching", "ends_room"]
Mode = Literal["listen", "whisper", "barge"]
Record = Literal["off", "on", "paused"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest that is known of something that changes to and fro. `seq`: the provider's number within the room."""

    seq: int
    value: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Leg:
    """One party's connection. `id` is ours, and the provider's label; `who` an agent's id or a number.

    `dialled`: the number of the conference that the leg is dialled into, 0 for none. `ring_seconds`: how long it may
    ring, counted from `planned_at`. `wanted`: False once the hub lets the leg go. Moments are those of the provider.
    """

    id: str
    role: Role
    who: str
    planned_at: datetime
    dialled: int = 0
    ring_seconds: float = 30
    wanted: bool = True
    sid: str = ""
    state: LegState = "planned"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    inside: Mapping[int, Seen] = field(default_factory=dict)  # room -> whether it is in there
    flags: Mapping[tuple[int, Flag], Seen] = field(default_factory=dict)  # room, flag -> how it stands
    mode: Mode = "listen"  # of a supervisor
    muted: bool = False  # by his own wish

    @property
    def over(self) -> bool:
        return RANK[self.state] == OVER

    @property
    def live(self) -> bool:
        """It is on the line, or about to be."""
        return not self.over and (self.wanted or bool(self.sid))

    @property
    def room(self) -> int:
        """The conference it is in, was last seen in, or is dialled into; 0 for none."""
        last = max(self.inside.items(), key=lambda entry: (entry[1].value, entry[1].at, entry[0]), default=None)
        return last[0] if last else self.dialled

    @property
    def moved_at(self) -> datetime | None:
        """When it came into its room, or left it."""
        return self.inside[self.room].at if self.inside else None

    @property
    def gone(self) -> bool:
        """It left its room."""
        return bool(self.inside) and not self.inside[self.room].value

    @property
    def present(self) -> bool:
        """In its room. Who was dialled into one is there when he answers, even if that event is late."""
        if self.over or self.gone:
            return False
        return bool(self.inside) or (self.dialled > 0 and self.state == "in_progress")

    @property
    def in_time(self) -> bool:
        """Not overdue: whoever answers after his time was given up already, whatever was heard of him first."""
        return self.answered_at is None or self.answered_at <= self.ring_until

    @property
    def ring_until(self) -> datetime:
        """The provider adds some seconds of its own before it gives up ringing."""
        return self.planned_at + timedelta(seconds=self.ring_seconds + 10)

    def flag(self, name: Flag) -> bool:
        seen = self.flags.get((self.room, name))
        return seen is not None and seen.value


@dataclass(frozen=True, slots=True)
class Call:
    """`rooms`: how many conferences were begun; each attempt to connect has one of its own, so that what is late of an
    earlier one cannot be taken for the present one. `closed_rooms`: those up to this number were left for good when the
    customer went back into line. `queued_at`: since when he waits in line; None before the first time. `returned`: how
    often he was sent back. `record`: the wish about the recording; `recordings`: how often the wish, or what is known
    of it, has changed. `resumes_at`: when a pause ends by itself. `unrecorded`: the agent has ended it, so that no
    policy begins it again. `issued`: ids of commands that were given out. `asked_at`: when his agent had hung up and he
    was asked how it was. `outgoing`: we call the customer, once somebody of ours is on the line; until then he is
    `planned`.
    """

    id: str
    legs: Mapping[str, Leg]
    rooms: int = 0
    closed_rooms: int = 0
    queued_at: datetime | None = None
    returned: int = 0
    hold: bool = False
    record: Record = "off"
    recorded: Record = "off"  # what the provider was last told with success
    recording_sid: str = ""  # of the one that runs, or of the last one
    recordings: int = 0
    resumes_at: datetime | None = None
    unrecorded: bool = False
    closing: bool = False
    issued: frozenset[str] = frozenset()
    outgoing: bool = False
    asked_at: datetime | None = None

    @property
    def asked_until(self) -> datetime:
        """Nobody waits longer for an answer to the question after the call. Raises `ValueError` if none was asked."""
        if self.asked_at is None:
            raise ValueError(f"call {self.id}: nothing was asked")
        return self.asked_at + timedelta(seconds=60)

    @property
    def unanswered(self) -> bool:
        """We call him, and he has not answered."""
        return self.outgoing and self.customer.answered_at is None

    @property
    def customer(self) -> Leg:
        return next(leg for leg in self.legs.values() if leg.role == "customer")

    def of(self, role: Role) -> tuple[Leg, ...]:
        """Legs of that role that are not over, in the order in which they were planned."""
        return tuple(leg for leg in self.legs.values() if leg.role == role and not leg.over)
