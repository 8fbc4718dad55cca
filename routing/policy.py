"""The whole routing policy as data: queues, rules, what happens when nobody answers, calendars, promises, ladders.

`policy_data.load` makes it of a document and says everything that is wrong with it; `lint.lint` says what is allowed
but cannot be meant. Ids are small letters, digits, - and _.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from routing import model
from routing.calendar import Calendar
from routing.expression import Expression
from routing.rules import Placement, Rule
from routing.sla import SlaPolicy, SlaRule

FORMAT = 1  # of the document; a change that older programs would misread raises it

Order = Literal["fifo", "lifo"]
Mode = Literal["push", "pull"]
ExitTo = Literal["queue", "callback", "voicemail", "message", "keep", "escalate"]
Condition = Literal["closed", "nobody_logged_in", "max_length", "max_wait", "refused"]
Role = Literal["agent", "supervisor", "admin"]

CONDITIONS: tuple[Condition, ...] = ("closed", "nobody_logged_in", "max_length", "max_wait", "refused")


@dataclass(frozen=True, slots=True)
class Exit:
    """Where an item goes that is not answered here. There is no way out of the hub: nothing is ever dropped.

    queue: waits in `queue` from now on and keeps its age, its priority and what its rule requires. callback: a callback
    is offered, which keeps the place. voicemail, message: the customer leaves one, which waits in this queue. escalate:
    along the queue's ladder. keep: it waits on here; the reason is written down all the same.
    """

    to: ExitTo
    queue: str | None = None

    def __post_init__(self) -> None:
        if (self.to == "queue") is (self.queue is None):
            raise ValueError("an exit names a queue exactly if it leads to one")


@dataclass(frozen=True, slots=True)
class Overflow:
    """When an item leaves the queue's normal way, and where to. `when` is the reason code that is written down.

    closed: the calendar says so when it arrives. nobody_logged_in: no agent of the queue is. max_length: `limit` items
    wait already when it arrives. max_wait: it has waited `limit` minutes. refused: `limit` offers of it were declined
    or missed. Each happens once to an item in a queue.
    """

    when: Condition
    exit: Exit
    limit: int | None = None

    def __post_init__(self) -> None:
        if (self.when in ("max_length", "max_wait", "refused")) is (self.limit is None) or (self.limit or 1) < 1:
            raise ValueError(f"{self.when}: a limit of 1 or more belongs to max_length, max_wait and refused")


@dataclass(frozen=True, slots=True)
class WrapUp:
    """Seconds after a contact before the next offer; the agent may extend them so many times."""

    seconds: int = 60
    extend_seconds: int = 60
    extensions: int = 2


@dataclass(frozen=True, slots=True)
class QueueRouting:
    """How one queue works.

    `require`: of every agent, in every ring. `mode`: push offers its work to agents; pull offers nothing, and whoever
    serves it takes the next himself. `offer_to`: an offer rings at so many agents at once, where they have room, and
    whoever accepts first has it. `order`: lifo serves the newest first as long as all are in time.
    `target_minutes`: the first answer is due so long after the arrival, unless the rule says otherwise.
    `offer_seconds`: so long an offer rings. `exclude_seconds`: so long an agent who declined or missed an item is not
    offered it again. `agent_seconds`: so long an item that is an agent's by name waits for him while he is here but
    busy; 0: it goes to whoever is free. `overflow`: at most one of each condition, in the order of CONDITIONS; the
    first that is true decides. `calendar`: when it is open, None: always. `ladder`: by which it escalates.
    `unanswered_minutes`: so long (of open time, where there is a calendar) may the holder leave a customer without an
    answer before the item goes back to the queue; None: as long as he likes.
    """

    id: str
    require: Expression | None = None
    order: Order = "fifo"
    mode: Mode = "push"
    offer_to: int = 1
    target_minutes: int | float = 1
    offer_seconds: int = 20
    exclude_seconds: int = 60
    agent_seconds: int = 0
    overflow: tuple[Overflow, ...] = ()
    wrap_up: WrapUp = WrapUp()
    calendar: str | None = None
    ladder: str | None = None
    unanswered_minutes: int | None = None

    def exit_when(self, condition: Condition) -> Overflow | None:
        """What happens under a condition, None: the item goes on waiting."""
        return next((one for one in self.overflow if one.when == condition), None)


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step up: to another `queue` (None: it stays), for whom else (`require`, in place of the rule's), how much
    more urgent (`priority`, added), who is told (`notify`), what the customer is offered (`offer`: callback, where his
    channel has one). `after_minutes` without an answer the step is taken by
    itself, counted from the step before; None: only by hand. An item climbs the ladder it began on to its end,
    whichever queue a step puts it in.
    """

    queue: str | None = None
    require: Expression | None = None
    priority: int = 0
    notify: tuple[Role, ...] = ()
    offer: Literal["callback"] | None = None
    after_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    id: str
    steps: tuple[LadderStep, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that decides where work goes. Queues are in order of their ids, rules in the order they are tried.

    `zone`: whose clocks the facts weekday and hour are read from. `priority_minutes`, `hold_back_minutes`,
    `offers_per_agent`: see `routing.model.Policy`. `longest_overtake_minutes`: the linter warns when an item could
    be overtaken by others that come later than this. `promises`: which SLA policy an item gets.
    """

    queues: tuple[QueueRouting, ...]
    rules: tuple[Rule, ...] = ()
    default: Placement | None = None
    skills: frozenset[str] = frozenset()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    slas: Mapping[str, SlaPolicy] = field(default_factory=dict)
    promises: tuple[SlaRule, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    zone: str = "UTC"
    priority_minutes: int = 5
    hold_back_minutes: int = 10
    offers_per_agent: int = 1
    longest_overtake_minutes: int = 480
    format: int = FORMAT

    def queue(self, id: str) -> QueueRouting:
        """Raises KeyError for a queue that is not there."""
        for one in self.queues:
            if one.id == id:
                return one
        raise KeyError(id)

    @property
    def pulled(self) -> frozenset[str]:
        """Queues whose work is offered to nobody."""
        return frozenset(queue.id for queue in self.queues if queue.mode == "pull")

    def target_minutes(self, placement: Placement) -> int | float:
        """When the first answer is due, after the arrival: the rule's word, or else the queue's."""
        own = placement.target_minutes
        return self.queue(placement.queue).target_minutes if own is None else own

    def ordering(self) -> model.Policy:
        """As far as `match` needs it."""
        return model.Policy(
            priority_minutes=self.priority_minutes,
            hold_back_minutes=self.hold_back_minutes,
            offers_per_agent=self.offers_per_agent,
            newest_first=frozenset(queue.id for queue in self.queues if queue.order == "lifo"),
        )
