"""Plays a trace: customers come, leave and are answered; a policy says by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from math import inf
from typing import Protocol
from uuid import UUID

from routing.expression import Expression, holds, names
from routing.match import next_change_seconds
from routing.model import Candidate, Held, Work
from routing.rules import of_levels
from routing.simulation.trace import NOTHING, Arrival, Staff, Then, Trace

FIRST_AGENT = 1_000_000
LONGEST_RING = 600.0  # seconds: a policy that gives nobody an item within that time never will
FULL_SKILL = 3
SOONEST = 0.01  # seconds: what has all but come has come


class Routing(Protocol):
    """`tick_seconds`: ask again after so long while somebody waits (rings that widen); None: only when it changes."""

    @property
    def tick_seconds(self) -> float | None: ...

    def match(self, work: Sequence[Work], agents: Sequence[Candidate], now: datetime) -> Iterable[tuple[Work, UUID]]:
        """Which waiting item goes to which agent, now."""


@dataclass(slots=True)
class Fate:
    """What became of an arrival: answered by an agent (his place in the staff) or left, or neither if it waits at the
    end; seconds of the trace."""

    arrival: Arrival
    answered_at: float | None = None
    agent: int | None = None
    left_at: float | None = None

    @property
    def waited(self) -> float:
        end = self.answered_at if self.answered_at is not None else self.left_at
        assert end is not None
        return end - self.arrival.at


@dataclass(frozen=True, slots=True)
class Span:
    """An agent held something from `start` to `end` seconds, which took this share of his hands."""

    agent: int
    start: float
    end: float
    share: float


@dataclass(slots=True)
class Played:
    """`busy`: seconds per agent with full hands, half full ones counting half; `there`: seconds he was there (to the
    last event, if he stays on)."""

    trace: Trace
    fates: list[Fate]
    busy: list[float]
    there: list[float] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


def play(trace: Trace, routing: Routing) -> Played:
    """Raises RuntimeError when the policy breaks a rule: an agent with full hands, without the skill, away; an item
    that does not wait."""
    return _Play(trace, routing).run()


class _Play:
    def __init__(self, trace: Trace, routing: Routing) -> None:
        self.trace, self.routing = trace, routing
        self.fates = [Fate(arrival) for arrival in trace.arrivals]
        self.items = [_work(trace, number) for number in range(len(trace.arrivals))]
        self.numbers = {item.id: number for number, item in enumerate(self.items)}
        self.ids = [staff.id or _agent_id(number) for number, staff in enumerate(trace.staff)]
        self.places = {id: place for place, id in enumerate(self.ids)}
        self.holdings = [(place, one) for place, staff in enumerate(trace.staff) for one in staff.holding]
        self.shifts = [(place, one) for place, staff in enumerate(trace.staff) for one in staff.shifts]
        self.timed = any(_timed(item) for item in self.items)
        self.waiting: dict[UUID, tuple[int, Work]] = {}
        self.excluded: dict[int, list[UUID]] = {}  # from an item for a while, the first to be asked again first
        self.ringing: dict[int, int] = {}  # arrival -> place of the agent who is asked
        self.refused = [0] * len(trace.arrivals)  # offers so far that were declined or missed
        self.stage = [0] * len(trace.arrivals)  # how often it was given back
        self.holder: dict[int, int] = {}  # arrival -> place of the agent who has it
        self.there: dict[UUID, Candidate] = {}
        self.room: set[UUID] = set()  # agents who could take something, however small
        self.spans: list[Span] = []
        self.busy = [0.0] * len(trace.staff)
        self.events: list[tuple[float, int, str, int]] = []
        self.count = 0
        self.ticking = False
        self.looks_at = inf
        self.last = 0.0  # when somebody last came, left unanswered or was done

    def run(self) -> Played:
        self._plan()
        while self.events and self.events[0][0] <= self.trace.until:
            now, _, what, number = heappop(self.events)
            getattr(self, f"_{what}")(now, number)
            if self.waiting and self.room and not (self.events and self.events[0][0] == now):
                self._decide(now)
        if self.trace.until == inf:
            for number, _ in self.waiting.values():  # nobody may take them, and they are patient
                if self.fates[number].answered_at is None:
                    self.fates[number].left_at = self.last
        there = [sum(max(0.0, min(one.end, self.last) - one.start) for one in staff.shifts)
                 for staff in self.trace.staff]
        return Played(self.trace, self.fates, self.busy, there, self.spans)

    def _plan(self) -> None:
        for number, (_, shift) in enumerate(self.shifts):
            self._at(shift.start, "comes", number)
            if shift.end < inf:
                self._at(shift.end, "goes", number)
        for number, (place, holding) in enumerate(self.holdings):
            self._at(holding.start, "holds", number)
            self._at(holding.end, "puts_down", number)
            self._spent(place, holding.start, holding.end, holding.held)
        for number, arrival in enumerate(self.trace.arrivals):
            self._at(arrival.at, "arrives", number)

    def _at(self, moment: float, what: str, number: int) -> None:
        self.count += 1
        heappush(self.events, (moment, self.count, what, number))

    # --- customers ----------------------------------------------------------------------------------------------------

    def _arrives(self, now: float, number: int) -> None:
        arrival, self.last = self.trace.arrivals[number], now
        self.waiting[self.items[number].id] = number, self.items[number]
        if arrival.patience < inf:
            self._at(now + arrival.patience, "leaves", number)
        for after, _ in self._then(number).moves:
            self._at(now + after, "moves", number)
        if self.routing.tick_seconds and not self.ticking:
            self.ticking = True
            self._at(now + self.routing.tick_seconds, "ticks", 0)

    def _moves(self, now: float, number: int) -> None:
        """An exit led to another queue, where it keeps its age."""
        item, arrival = self.items[number], self.trace.arrivals[number]
        if item.id in self.waiting and self.fates[number].answered_at is None:
            to = next(work for after, work in reversed(self._then(number).moves) if arrival.at + after <= now)
            self._waits(number, replace(to, excluded_agents=item.excluded_agents, refusals=item.refusals))

    def _then(self, number: int) -> Then:
        return self.trace.arrivals[number].then or NOTHING

    def _waits(self, number: int, item: Work) -> None:
        self.items[number] = item
        self.waiting[item.id] = number, item

    def _leaves(self, now: float, number: int) -> None:
        if self.fates[number].answered_at is not None:
            return
        place = self.ringing.pop(number, None)
        if self.waiting.pop(self.items[number].id, None) or place is not None:
            self.fates[number].left_at = self.last = now
        if place is not None:
            self._loses(place, _held(self.trace.arrivals[number], offered=True), now)

    def _ticks(self, now: float, number: int) -> None:
        self.ticking = bool(self.waiting and (self.events or now < self.last + LONGEST_RING))
        if self.ticking and self.routing.tick_seconds:
            self._at(now + self.routing.tick_seconds, "ticks", 0)

    def _looks(self, now: float, number: int) -> None:
        self.looks_at = inf

    # --- agents -------------------------------------------------------------------------------------------------------

    def _comes(self, now: float, number: int) -> None:
        place, shift = self.shifts[number]
        fresh = _candidate(self.ids[place], shift, self._moment(now))
        known = self.there.get(fresh.id)
        self._now_is(replace(fresh, load=known.load) if known else fresh)

    def _goes(self, now: float, number: int) -> None:
        """Who is at work finishes first, and gets no more."""
        place, _ = self.shifts[number]
        self._now_is(replace(self.there[self.ids[place]], routable=False, not_routable_reason="going"))

    def _holds(self, now: float, number: int) -> None:
        """Also of somebody who is not there: he has begun it all the same."""
        place, holding = self.holdings[number]
        agent = self.there.get(self.ids[place])
        if agent is None:
            away = _candidate(self.ids[place], self.trace.staff[place], self._moment(now))
            agent = replace(away, routable=False, not_routable_reason="going")
        self._now_is(replace(agent, load=(*agent.load, holding.held), idle_since=self._moment(now)))

    def _puts_down(self, now: float, number: int) -> None:
        place, holding = self.holdings[number]
        self._loses(place, holding.held, now)

    def _ends(self, now: float, number: int) -> None:
        self.last = now
        place = self.holder.pop(number)
        self._loses(place, _held(self.trace.arrivals[number]), now)
        then, stage = self._then(number), self.stage[number]
        if stage < len(then.later):
            self.stage[number] += 1
            self._not_again(now, number, replace(then.later[stage][0], queued_at=self._moment(now)), place)

    def _refuses(self, now: float, number: int) -> None:
        """Declined or missed."""
        place = self.ringing.pop(number, None)
        if place is None:  # he left while it rang
            return
        self._loses(place, _held(self.trace.arrivals[number], offered=True), now)
        self.refused[number] += 1
        item = self.items[number]
        self._not_again(now, number, replace(item, refusals=item.refusals + 1), place)

    def _not_again(self, now: float, number: int, item: Work, place: int) -> None:
        """It waits, and not for him who has just had it."""
        self._waits(number, replace(item, excluded_agents=item.excluded_agents | {self.ids[place]}))
        self.excluded.setdefault(number, []).append(self.ids[place])
        self._at(now + self._then(number).excluded_seconds, "forgives", number)

    def _forgives(self, now: float, number: int) -> None:
        """Whoever has been excluded longest, unless he was again meanwhile."""
        item, one = self.items[number], self.excluded[number].pop(0)
        still = item.excluded_agents - {one} | set(self.excluded[number])
        if item.id in self.waiting:
            self._waits(number, replace(item, excluded_agents=still))
        else:
            self.items[number] = replace(item, excluded_agents=still)

    def _loses(self, place: int, held: Held, now: float) -> None:
        agent = self.there[self.ids[place]]
        load = list(agent.load)
        load.remove(held)
        self._now_is(replace(agent, load=tuple(load), idle_since=self._moment(now)))

    def _now_is(self, agent: Candidate) -> None:
        """Who is going and has nothing left is gone."""
        self.there[agent.id] = agent
        if agent.routable and sum(held.units for held in agent.load if not held.interruptible) < agent.capacity:
            self.room.add(agent.id)
        else:
            self.room.discard(agent.id)
        if not agent.routable and not agent.load:
            del self.there[agent.id]

    # --- between them -------------------------------------------------------------------------------------------------

    def _decide(self, now: float) -> None:
        work = [item for _, item in self.waiting.values()]
        agents = list(self.there.values())
        for item, agent_id in self.routing.match(work, agents, self._moment(now)):
            self._offer(now, item, agent_id)
        if self.timed:
            self._look_again(now)

    def _look_again(self, now: float) -> None:
        """When time alone may change whom somebody may have."""
        soon = next_change_seconds((item for _, item in self.waiting.values()), self._moment(now))
        at = inf if soon is None else now + max(SOONEST, soon)
        if at < self.looks_at:
            self.looks_at = at
            self._at(at, "looks", 0)

    def _offer(self, now: float, item: Work, agent_id: UUID) -> None:
        number, _ = self.waiting.pop(item.id, (None, None))
        agent = self.there.get(agent_id)
        if number is None or agent is None or item.queue not in agent.queues or not fits(item, agent):
            raise RuntimeError(f"{type(self.routing).__name__} gives {item.id} to {agent_id}")
        if not skilled(item, agent):
            raise RuntimeError(f"{type(self.routing).__name__} gives {item.id} to {agent_id}, who lacks the skill")
        arrival, place = self.trace.arrivals[number], self.places[agent_id]
        refused, said = self._then(number).refused, self.refused[number]
        if said < len(refused):
            self._now_is(_with(agent, _held(arrival, offered=True), self._moment(now)))
            self.ringing[number] = place
            self._at(now + refused[said], "refuses", number)
            return
        if arrival.rings <= 0:
            self._now_is(_with(agent, _held(arrival), self._moment(now)))
            self._answer(now, number, place)
            return
        self._now_is(_with(agent, _held(arrival, offered=True), self._moment(now)))
        self.ringing[number] = place
        self._at(now + arrival.rings, "accepts", number)

    def _accepts(self, now: float, number: int) -> None:
        place = self.ringing.pop(number, None)
        if place is None:  # he left while it rang
            return
        arrival = self.trace.arrivals[number]
        agent = self.there[self.ids[place]]
        load = list(agent.load)
        load.remove(_held(arrival, offered=True))
        self._now_is(replace(agent, load=(*load, _held(arrival)), idle_since=self._moment(now)))
        self._answer(now, number, place)

    def _answer(self, now: float, number: int, place: int) -> None:
        arrival, agent = self.trace.arrivals[number], self.there[self.ids[place]]
        stage, fate = self.stage[number], self.fates[number]
        handle = self._then(number).later[stage - 1][1] if stage else arrival.handle
        takes = handle * (1 if fully_skilled(self.items[number], agent) else self.trace.slower)
        if fate.answered_at is None:
            fate.answered_at, fate.agent = now, place
        self.holder[number] = place
        self._spent(place, now, now + takes, _held(arrival))
        self._at(now + takes, "ends", number)

    def _spent(self, place: int, start: float, end: float, held: Held) -> None:
        capacity = self.trace.staff[place].capacity
        share = held.units / capacity if capacity else 0.0
        self.busy[place] += (end - start) * share
        self.spans.append(Span(place, start, end, share))

    def _moment(self, now: float) -> datetime:
        return self.trace.begin + timedelta(seconds=now)


def fits(item: Work, agent: Candidate) -> bool:
    """Whether the agent is here and has room: within his capacity and the channel's limit, an exclusive item alone or
    above what rests. What `capacity.Room` says, but for open offers.
    """
    resting = [held for held in agent.load if held.interruptible and not held.offered]
    working = [held for held in agent.load if not (item.exclusive and held in resting)]
    alone = not (item.exclusive and working) and not any(held.exclusive for held in agent.load)
    of_channel = sum(held.channel == item.channel for held in agent.load) if agent.limits else 0
    allowed = of_channel < agent.limits.get(item.channel, inf)
    return agent.routable and alone and allowed and sum(held.units for held in working) + item.units <= agent.capacity


def skilled(item: Work, agent: Candidate) -> bool:
    return item.queue_requires is None or holds(item.queue_requires, agent.skills)


def fully_skilled(item: Work, agent: Candidate) -> bool:
    asked = _names(item.queue_requires) if item.queue_requires else ()
    return all(agent.skills.get(skill, 0) >= FULL_SKILL for skill in asked)


def given(agent: Candidate, item: Work, now: datetime) -> Candidate:
    """The agent with the item in hand."""
    return _with(agent, Held(item.channel, item.units, item.exclusive), now)


def _with(agent: Candidate, held: Held, now: datetime) -> Candidate:
    return replace(agent, load=(*agent.load, held), idle_since=now)


@lru_cache
def _expression(levels: tuple[tuple[str, int], ...]) -> Expression | None:
    return of_levels(dict(levels))


_names = lru_cache(names)


def _timed(item: Work) -> bool:
    return item.preferred_until is not None or bool(item.placement and item.placement.rings)


def _work(trace: Trace, number: int) -> Work:
    arrival = trace.arrivals[number]
    return arrival.work or Work(
        id=UUID(int=number + 1),
        queue=arrival.queue,
        channel=arrival.channel,
        priority=arrival.priority,
        queued_at=trace.begin + timedelta(seconds=arrival.at),
        units=arrival.units,
        exclusive=arrival.exclusive,
        queue_requires=_expression(arrival.needs),
        target_minutes=arrival.target_minutes,
    )


def _held(arrival: Arrival, *, offered: bool = False) -> Held:
    return Held(arrival.channel, arrival.units, arrival.exclusive, offered, arrival.interruptible)


def _agent_id(number: int) -> UUID:
    return UUID(int=FIRST_AGENT + number)


def _candidate(id: UUID, shift: Staff, idle_since: datetime) -> Candidate:
    return Candidate(
        id=id,
        queues=shift.queues,
        skills=dict(shift.skills),
        routable=True,
        not_routable_reason=None,
        capacity=shift.capacity,
        load=(),
        idle_since=idle_since,
        limits=dict(shift.limits),
    )


