"""PURE: under which condition an interaction leaves its queue's normal way, and when to ask again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.policy import CONDITIONS, Overflow, Policy, QueueRouting


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is known of one that waits in a queue.

    `came_at`: into this queue. `arriving`: what is asked of arrivals has not been asked yet. `before`: how many waited
    already when it came; `staffed`: whether anybody of the queue is logged in (None: not known now). `taken`:
    conditions under which it has left this queue's normal way before.
    """

    came_at: datetime
    now: datetime
    arriving: bool
    before: int
    staffed: bool | None
    refused: int
    taken: frozenset[str]


def exit_of(queue: QueueRouting, policy: Policy, waiting: Waiting) -> Overflow | None:
    """The first exit whose condition is true, in the order of `CONDITIONS`; each once."""
    for condition in CONDITIONS:
        found = queue.exit_when(condition)
        if found and condition not in waiting.taken and _true(found, queue, policy, waiting):
            return found
    return None


def ask_again_at(queue: QueueRouting, waiting: Waiting) -> datetime | None:
    """When waiting longer may make a condition true."""
    longest = queue.exit_when("max_wait")
    if longest is None or "max_wait" in waiting.taken:
        return None
    return _at_most(longest, waiting)


def _at_most(longest: Overflow, waiting: Waiting) -> datetime:
    return waiting.came_at + timedelta(minutes=longest.limit or 0)


def _true(found: Overflow, queue: QueueRouting, policy: Policy, waiting: Waiting) -> bool:
    match found.when:
        case "closed":
            calendar = policy.calendars.get(queue.calendar or "")
            return waiting.arriving and calendar is not None and not calendar.is_open(waiting.came_at)
        case "nobody_logged_in":
            return waiting.staffed is False
        case "max_length":
            return waiting.arriving and waiting.before >= (found.limit or 0)
        case "max_wait":
            return waiting.now >= _at_most(found, waiting)
        case "refused":
            return waiting.refused >= (found.limit or 0)
