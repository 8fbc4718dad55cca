"""A day as it was kept: who came, how long each would have waited, who was there; and as a trace for another policy.

What is not known of somebody is drawn from his likes, of the same queue and channel, or of the channel where these are
few: how much longer than he did he would have waited (a lower bound: he was answered, or the day ended), and how long
the work takes of somebody who was never answered. A seed draws the same for each policy.
"""

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from typing import Any
from uuid import UUID

from routing.expression import Value
from routing.facts import local_facts
from routing.model import Held, Work
from routing.policy import Policy
from routing.rules import Placement, place
from routing.simulation.floor import Fate, Played, Span
from routing.simulation.trace import Arrival, Holding, Leaving, Staff, Then, Trace

FEWEST = 5  # likes of the same queue and channel, for something to be drawn from them alone
SUPPOSED = 300.0  # seconds of work on a contact, where nobody was answered at all


@dataclass(frozen=True, slots=True)
class Recorded:
    """One contact. Seconds from the beginning of the day; who waited when it began came at 0, `before` seconds earlier.

    `queue`: where it was put, `asked`: what its way in asks for. `handle`: of all agents who had it; if not
    `handled`, it goes on. `refused`: how long each offer rang that was declined or missed before the accepted one,
    `moves`: exits to other queues, seconds after it came, and `later`: queue and handle time of each time that it was
    given back. `rings`: how long the offer rang that was accepted. `within`: the threshold of its queue.
    """

    id: UUID
    at: float
    before: float
    queue: str
    channel: str
    asked: str | None
    facts: Mapping[str, Value]
    units: int
    exclusive: bool
    interruptible: bool
    within: float
    answered_at: float | None
    agent: UUID | None
    left_at: float | None
    leaving: Leaving
    rings: float | None
    handle: float
    handled: bool
    owner: UUID | None
    last_agent: UUID | None
    refused: tuple[float, ...] = ()
    moves: tuple[tuple[float, str], ...] = ()
    later: tuple[tuple[str, float], ...] = ()

    @property
    def waited(self) -> float | None:
        """From when the day began to look at it; None: it waits still."""
        end = self.answered_at if self.answered_at is not None else self.left_at
        return None if end is None else end - self.at


@dataclass(frozen=True, slots=True)
class Day:
    """`worked`: all that agents held, as they held it; `priorities`: what the configuration gives each queue."""

    begin: datetime
    seconds: float
    contacts: tuple[Recorded, ...]
    staff: tuple[Staff, ...]
    worked: tuple[Span, ...]
    priorities: Mapping[str, int]


# --- as it was --------------------------------------------------------------------------------------------------------


def as_it_was(day: Day) -> Played:
    """The recorded day in the form that a played one has."""
    places = {staff.id: place for place, staff in enumerate(day.staff)}
    arrivals = tuple(_arrival(one) for one in day.contacts)
    fates = []
    for one, arrival in zip(day.contacts, arrivals, strict=True):
        answered = _within(one.answered_at, day.seconds)
        left = _within(one.left_at, day.seconds) if answered is None else None
        fates.append(Fate(arrival, answered, places.get(one.agent) if answered is not None else None, left))
    trace = Trace("recorded", arrivals, day.staff, day.begin, day.seconds)
    return Played(trace, fates, [], [], list(day.worked))


def _within(at: float | None, until: float) -> float | None:
    return at if at is not None and at <= until else None


def _arrival(one: Recorded) -> Arrival:
    return Arrival(
        at=one.at,
        queue=one.queue,
        handle=one.handle,
        within=one.within - one.before,
        channel=one.channel,
        units=one.units,
        exclusive=one.exclusive,
        interruptible=one.interruptible,
        leaving=one.leaving,
        vip=one.facts.get("vip") is True,
        counts=one.before == 0,
    )


# --- as it would be ---------------------------------------------------------------------------------------------------


def placed(day: Day, policy: Policy) -> list[Work]:
    """Each contact as this policy would have placed it; one placement is one value, which spares routing time."""
    known = {queue.id: queue for queue in policy.queues}
    plain: dict[str, Placement] = {}
    found = []
    for one in day.contacts:
        came = day.begin + timedelta(seconds=one.at - one.before)
        chosen = _chosen(one, came, policy, known, plain)
        sticky = chosen.sticky
        who = (one.owner if sticky.to == "owner" else one.last_agent) if sticky else None
        queue = known.get(chosen.queue)
        found.append(Work(
            id=one.id,
            queue=chosen.queue,
            channel=one.channel,
            priority=chosen.priority + day.priorities.get(chosen.queue, 0),
            queued_at=came,
            units=one.units,
            exclusive=one.exclusive,
            queue_requires=queue.require if queue else None,
            placement=chosen,
            preferred_agent=who,
            preferred_until=came + timedelta(seconds=sticky.seconds) if sticky and who else None,
            preferred_as=sticky.to if sticky else "named",
            target_minutes=policy.target_minutes(chosen) if queue else one.within / 60,
        ))  # fmt: skip
    return found


def _chosen(
    one: Recorded, came: datetime, policy: Policy, known: Mapping[str, object], plain: dict[str, Placement]
) -> Placement:
    """As arrivals are placed: the first rule that holds, then what the way in asks for, then the default; and where it
    was, if the policy has no such queue."""
    result = place({**one.facts, **local_facts(came, policy.zone)}, policy, explain=False)
    if result.rule_id is None and one.asked in known and one.asked is not None:
        return plain.setdefault(one.asked, Placement(one.asked))
    if result.placement is not None and result.placement.queue in known:
        return result.placement
    return plain.setdefault(one.queue, Placement(one.queue))


def followed(day: Day, policy: Policy, work: Sequence[Work]) -> list[Then | None]:
    """What people and queues did with each contact, as far as it can have happened under this policy: exits belong to
    the queue in which it was, and a queue that the policy does not have is none to be given to."""
    known = {queue.id: queue for queue in policy.queues}

    def into(item: Work, to: str) -> Work:
        priority = item.priority - day.priorities.get(item.queue, 0) + day.priorities.get(to, 0)
        queue = known[to]
        return replace(item, queue=to, queue_requires=queue.require, target_minutes=queue.target_minutes,
                       priority=priority)

    found: list[Then | None] = []
    for one, item in zip(day.contacts, work, strict=True):
        if not (one.refused or one.moves or one.later):
            found.append(None)
            continue
        excluded = known[item.queue].exclude_seconds if item.queue in known else 60
        moves = tuple((after, into(item, to)) for after, to in one.moves if to in known and item.queue == one.queue)
        alone = replace(item, preferred_agent=None, preferred_until=None)
        later = tuple((into(alone, to) if to in known else alone, handle) for to, handle in one.later)
        found.append(Then(one.refused, excluded, moves, later))
    return found


class Draws:
    """What is not known of the contacts of a day, drawn from their likes."""

    def __init__(self, day: Day) -> None:
        self._day = day
        contacts = [one for one in day.contacts if one.before == 0]
        self._handles = _Likes((one, one.handle) for one in contacts if one.answered_at is not None and one.handled)
        self._rings = _Likes((one, one.rings) for one in contacts if one.rings is not None)
        waits = [(one, day.seconds - one.at if one.waited is None else one.waited) for one in contacts]
        self._patience = _Survivals([
            (one, wait, one.left_at is not None and one.leaving == "abandoned") for one, wait in waits])

    def trace(self, work: Sequence[Work], then: Sequence[Then | None], seed: int) -> Trace:
        """The day as this seed has it, its contacts placed as given."""
        arrivals = tuple(
            replace(self._arrival(one, item, seed), then=given)
            for one, item, given in zip(self._day.contacts, work, then, strict=True))
        return Trace("simulated", arrivals, self._day.staff, self._day.begin, self._day.seconds, slower=1.0)

    def _arrival(self, one: Recorded, work: Work, seed: int) -> Arrival:
        handle = self._handle(one, _drawn(seed, one, "handle"))
        patience = self._left(one, _drawn(seed, one, "patience"))
        rings = self._rung(one, _drawn(seed, one, "rings"))
        return replace(_arrival(one), queue=work.queue, work=work, handle=handle, patience=patience, rings=rings)

    def _handle(self, one: Recorded, drawn: float) -> float:
        if one.answered_at is not None and one.handled:
            return one.handle
        longer = self._handles.of(one, longer_than=one.handle)
        return longer[int(drawn * len(longer))] if longer else one.handle or SUPPOSED

    def _left(self, one: Recorded, drawn: float) -> float:
        if one.waited is not None and one.left_at is not None:
            return one.waited
        waited = self._day.seconds - one.at if one.waited is None else one.waited
        return max(waited, self._patience.of(one).longer(waited, drawn))

    def _rung(self, one: Recorded, drawn: float) -> float:
        if one.rings is not None:
            return one.rings
        likes = self._rings.of(one)
        return likes[int(drawn * len(likes))] if likes else 0.0


def _drawn(seed: int, one: Recorded, what: str) -> float:
    """From 0 on and below 1, each as likely; the same contact draws the same for every policy."""
    digest = hashlib.blake2b(f"{seed} {one.id} {what}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / 2**53


class _Likes:
    """Values by queue and channel, and by channel, in order."""

    def __init__(self, values: Iterable[tuple[Recorded, float]]) -> None:
        self._of: defaultdict[object, list[float]] = defaultdict(list)
        for one, value in values:
            for key in ((one.queue, one.channel), one.channel, None):
                self._of[key].append(value)
        for found in self._of.values():
            found.sort()

    def of(self, one: Recorded, longer_than: float = -1.0) -> list[float]:
        for key in ((one.queue, one.channel), one.channel, None):
            found = self._of.get(key, [])
            longer = found[bisect_right(found, longer_than):]
            if len(found) >= FEWEST and longer:
                return longer
        found = self._of.get(None, [])
        return found[bisect_right(found, longer_than):]


class Survival:
    """Which share stays longer than so many seconds, by Kaplan and Meier: whoever was answered is counted as long as
    he waited, and not as one who would have left then."""

    def __init__(self, waits: Iterable[tuple[float, bool]]) -> None:
        ordered = sorted(waits)
        self.at: list[float] = []
        self.stay: list[float] = []
        staying = 1.0
        for wait in sorted({wait for wait, gone in ordered if gone}):
            under = len(ordered) - sum(other < wait for other, _ in ordered)
            staying *= 1 - sum(other == wait and gone for other, gone in ordered) / under
            self.at.append(wait)
            self.stay.append(staying)

    def longer(self, waited: float, drawn: float) -> float:
        """When he leaves who has waited so long already; infinite: later than anybody was seen to."""
        known = bisect_right(self.at, waited)
        level = drawn * (self.stay[known - 1] if known else 1.0)
        return next((at for at, stay in zip(self.at[known:], self.stay[known:], strict=True) if stay <= level), inf)


class _Survivals:
    def __init__(self, waits: Iterable[tuple[Recorded, float, bool]]) -> None:
        by: defaultdict[object, list[tuple[float, bool]]] = defaultdict(list)
        for one, wait, gone in waits:
            for key in ((one.queue, one.channel), one.channel):
                by[key].append((wait, gone))
        few = {key for key, found in by.items() if sum(gone for _, gone in found) < FEWEST}
        self._of = {key: Survival(found) for key, found in by.items() if not (isinstance(key, tuple) and key in few)}

    def of(self, one: Recorded) -> Survival:
        return self._of.get((one.queue, one.channel)) or self._of.get(one.channel) or Survival(())


# --- to and from what JSON holds --------------------------------------------------------------------------------------


def read(data: Mapping[str, Any]) -> Day:
    """Raises KeyError, TypeError or ValueError for anything that is no day."""
    return Day(
        begin=datetime.fromisoformat(data["begin"]),
        seconds=data["seconds"],
        contacts=tuple(_read_contact(one) for one in data["contacts"]),
        staff=tuple(_read_staff(one) for one in data["staff"]),
        worked=tuple(Span(*one) for one in data["worked"]),
        priorities=data["priorities"],
    )


def _read_contact(data: Mapping[str, Any]) -> Recorded:
    ids = {name: UUID(data[name]) if data[name] else None for name in ("agent", "owner", "last_agent")}
    facts = {name: tuple(value) if isinstance(value, list) else value for name, value in data["facts"].items()}
    then = {
        "refused": tuple(data.get("refused", ())),
        "moves": tuple((after, queue) for after, queue in data.get("moves", ())),
        "later": tuple((queue, handle) for queue, handle in data.get("later", ())),
    }
    return Recorded(**{**data, **ids, **then, "id": UUID(data["id"]), "facts": facts})


def _read_staff(data: Mapping[str, Any]) -> Staff:
    shifts = [
        Staff(
            queues=frozenset(one["queues"]),
            skills=tuple(sorted(one["skills"].items())),
            start=one["start"],
            end=one["end"],
            capacity=one["capacity"],
            limits=tuple(sorted(one["limits"].items())),
        )
        for one in data["shifts"]
    ]
    holding = tuple(Holding(one["start"], one["end"], Held(**one["held"])) for one in data["holding"])
    return replace(shifts[0], later=tuple(shifts[1:]), holding=holding, id=UUID(data["id"]))
