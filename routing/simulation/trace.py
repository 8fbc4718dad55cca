"""Who comes when, with how much patience and work, and who is there to answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Literal
from uuid import UUID

from routing.model import Held, Work

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # of traces that were drawn: any day will do
SLOWER = 1.25  # what somebody of less than full skill takes longer
Leaving = Literal["abandoned", "flowed_out"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One customer. Times in seconds from the beginning of the trace.

    `handle`: how long an agent of full skill is busy with it; `patience`: after so long a wait he leaves, `leaving`
    says how. `rings`: so long an offer of it stays unanswered, and the agent has no room for other things. `needs`:
    skills with their least levels. `within`: answered after so many seconds it counts as in time. `vip`: None, as the
    priority says. `work`: what routing sees of it, None: made of the other fields, of which it then says the same.
    `counts`: False for what was there before the figures begin.
    """

    at: float
    queue: str
    handle: float
    patience: float = inf
    priority: int = 0
    needs: tuple[tuple[str, int], ...] = ()
    within: float = 20.0
    channel: str = "voice"
    target_minutes: float = 0.0
    units: int = 100
    exclusive: bool = True
    interruptible: bool = False
    rings: float = 0.0
    leaving: Leaving = "abandoned"
    vip: bool | None = None
    work: Work | None = None
    counts: bool = True
    then: "Then | None" = None


@dataclass(frozen=True, slots=True)
class Then:
    """What people and queues did with one contact, given as it happened.

    `refused`: seconds that each offer rang which was declined or missed, before one is accepted; for
    `excluded_seconds` that agent is not asked again. `moves`: exits to other queues, seconds after the arrival, taken
    if it still waits then. `later`: after the handle time it was given back; as what it waited again, and its next
    handle time.
    """

    refused: tuple[float, ...] = ()
    excluded_seconds: float = 60.0
    moves: tuple[tuple[float, Work], ...] = ()
    later: tuple[tuple[Work, float], ...] = ()


NOTHING = Then()


@dataclass(frozen=True, slots=True)
class Holding:
    """What an agent holds from `start` to `end` seconds without having been routed to him."""

    start: float
    end: float
    held: Held


@dataclass(frozen=True, slots=True)
class Staff:
    """One agent, there from `start` to `end` seconds. `skills`: 3 is full skill, 1 is some. `capacity`: in units.

    `later`: his further shifts, in order and apart from one another, each with what he may be given then.
    """

    queues: frozenset[str]
    skills: tuple[tuple[str, int], ...] = ()
    start: float = 0.0
    end: float = inf
    capacity: int = 100
    limits: tuple[tuple[str, int], ...] = ()
    later: tuple["Staff", ...] = ()
    holding: tuple[Holding, ...] = ()
    id: UUID | None = None

    @property
    def shifts(self) -> tuple["Staff", ...]:
        return (self, *self.later)


@dataclass(frozen=True, slots=True)
class Trace:
    """`until`: seconds after which nobody looks any more. `slower`: what less than full skill multiplies a handle time
    by."""

    name: str
    arrivals: tuple[Arrival, ...]
    staff: tuple[Staff, ...]
    begin: datetime = BEGIN
    until: float = inf
    slower: float = SLOWER
