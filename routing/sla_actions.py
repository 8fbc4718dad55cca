"""What is to be done now about the clocks of an item, each thing once, whatever restarts in between.

The caller reads what is done, asks, and stores the keys of what it does in the same transaction. Two nodes that ask at
once get the same keys, so a unique index lets one of them win.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from routing.sla import BREACH, ClockName, Step
from routing.sla_clocks import Clock

What = Literal["warn", "breach", "withdraw"]
WITHDRAW: Step = "withdraw"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Names one action on one item for ever.

    `anchor`: the id of the event that began the cycle. The cycle's number would not do: an event that comes to light
    later may begin a cycle before it. `turn`: 1, or one more for a breach after one that was taken back.
    """

    clock: ClockName
    anchor: str
    step: Step
    turn: int = 1


@dataclass(frozen=True, slots=True)
class Action:
    """`at`: when it fell due (the moment of the breach that is taken back, for a withdrawal).

    `superseded`: a later step of the same cycle has fallen due too (after a stand-still): write it down, tell nobody.
    """

    key: Key
    what: What
    cycle: int
    at: datetime
    superseded: bool = False


def due_actions(clocks: Sequence[Clock], done: Mapping[Key, datetime], now: datetime) -> tuple[Action, ...]:
    """What to do at `now`, oldest first. `done`: the keys already acted on, each with the `at` of its action.

    - A step that has been done for a cycle is not done again, also when late events move it or join two cycles.
    - A cycle that has ended is not warned about any more; a breach is noted even then.
    - A breach acted on that turns out not to have happened is withdrawn, once. If the same cycle is late after
      all at a later moment, that is a new breach, with the next turn. A clock that was set back withdraws nothing.
    """
    found: list[Action] = []
    kept: set[Key] = set()
    by_anchor: defaultdict[tuple[ClockName, str], list[Key]] = defaultdict(list)
    for key in done:
        by_anchor[key.clock, key.anchor].append(key)
    for clock in clocks:
        mine = [key for anchor in clock.anchors for key in by_anchor.get((clock.name, anchor), ())]
        standing = {key: done[key] for key in mine if key.step == BREACH and _withdrawal(key) not in done}
        late = dict(clock.steps).get(BREACH)
        if late is not None:
            kept |= {key for key, at in standing.items() if late <= now or late == at}
        if late is not None and late <= now and not standing:
            found.append(Action(_next_breach(clock, mine), "breach", clock.cycle, late))
        if not clock.ended_at:
            found += _warnings(clock, {key.step for key in mine}, now)
    cycles = {(clock.name, anchor): clock.cycle for clock in clocks for anchor in clock.anchors}
    for key, at in done.items():
        if key.step == BREACH and key not in kept and _withdrawal(key) not in done:
            found.append(Action(_withdrawal(key), "withdraw", cycles.get((key.clock, key.anchor), 0), at))
    return tuple(sorted(found, key=lambda action: (action.at, action.key)))


def next_step_at(clocks: Sequence[Clock], now: datetime) -> datetime | None:
    """When to look again if nothing happens: the next warning or breach, None if there is none to come."""
    coming = (at for clock in clocks if not clock.ended_at for _, at in clock.steps if at > now)
    return min(coming, default=None)


def _warnings(clock: Clock, done: set[Step], now: datetime) -> Iterator[Action]:
    last = max((at for _, at in clock.steps if at <= now), default=None)
    for step, at in clock.steps:
        if step != BREACH and at <= now and step not in done:
            key = Key(clock.name, clock.anchors[0], step)
            yield Action(key, "warn", clock.cycle, at, superseded=at != last or clock.breached_at is not None)


def _withdrawal(breach: Key) -> Key:
    return Key(breach.clock, breach.anchor, WITHDRAW, breach.turn)


def _next_breach(clock: Clock, done: Sequence[Key]) -> Key:
    anchor = clock.anchors[0]
    turns = [key.turn for key in done if (key.anchor, key.step) == (anchor, BREACH)]
    return Key(clock.name, anchor, BREACH, max(turns, default=0) + 1)
