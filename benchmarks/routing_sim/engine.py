"""Plays a trace: customers come, leave and are answered; a policy says by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from typing import Protocol
from uuid import UUID

from benchmarks.routing_sim.trace import Arrival, Staff, Trace
from routing.expression import Expression, holds, names
from routing.model import Candidate, Held, Work
from routing.rules import of_levels

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FIRST_AGENT = 1_000_000
LONGEST_RING = 600.0  # seconds: a policy that gives nobody an item within that time never will
FULL_SKILL = 3
SLOWER = 1.25  # what somebody of less than full skill takes longer


class Routing(Protocol):
    """`tick_seconds`: ask again after so long while somebody waits (rings that widen); None: only when it changes."""

    @property
    def tick_seconds(self) -> float | None: ...

    def match(self, work: Sequence[Work], agents: Sequence[Candidate], now: datetime) -> Iterable[tuple[Work, UUID]]:
        """Which waiting item goes to which agent, now."""


@dataclass(slots=True)
class Fate:
    """What became of an arrival: answered by an agent (his place in the staff) or left; seconds of the trace."""

    arrival: Arrival
    answered_at: float | None = None
    agent: int | None = None
    left_at: float | None = None

    @property
    def waited(self) -> float:
        end = self.answered_at if self.answered_at is not None else self.left_at
        assert end is not None
        return end - self.arrival.at


@dataclass(slots=True)
class Played:
    """`busy`: seconds per agent with full hands, half full ones counting half; `there`: seconds he was there (to the
    last event, if he stays on)."""

    trace: Trace
    fates: list[Fate]
    busy: list[float]
    there: list[float] = field(default_factory=list)


def play(trace: Trace, routing: Routing) -> Played:
    """Raises RuntimeError when the policy breaks a rule: an agent with full hands, without the skill, away; an item
    that does not wait."""
    return _Play(trace, routing).run()


class _Play:
    def __init__(self, trace: Trace, routing: Routing) -> None:
        self.trace, self.routing = trace, routing
        self.fates = [Fate(arrival) for arrival in trace.arrivals]
        self.waiting: dict[UUID, tuple[int, Work]] = {}
        self.there: dict[UUID, Candidate] = {}
        self.room: set[UUID] = set()  # agents who could take something, however small
        self.busy = [0.0] * len(trace.staff)
        self.events: list[tuple[float, int, str, int]] = []
        self.count = 0
        self.ticking = False
        self.last = 0.0  # when somebody last came, left unanswered or was done

    def run(self) -> Played:
        for number, staff in enumerate(self.trace.staff):
            self._at(staff.start, "comes", number)
            if staff.end < float("inf"):
                self._at(staff.end, "goes", number)
        for number, arrival in enumerate(self.trace.arrivals):
            self._at(arrival.at, "arrives", number)
        while self.events:
            now, _, what, number = heappop(self.events)
            getattr(self, f"_{what}")(now, number)
            if self.waiting and self.room:
                self._decide(now)
        for number, _ in self.waiting.values():  # nobody may take them, and they are patient
            self.fates[number].left_at = self.last
        there = [max(0.0, min(staff.end, self.last) - staff.start) for staff in self.trace.staff]
        return Played(self.trace, self.fates, self.busy, there)

    def _at(self, moment: float, what: str, number: int) -> None:
        self.count += 1
        heappush(self.events, (moment, self.count, what, number))

    def _arrives(self, now: float, number: int) -> None:
        arrival, self.last = self.trace.arrivals[number], now
        work = Work(
            id=UUID(int=number + 1),
            queue=arrival.queue,
            channel=arrival.channel,
            priority=arrival.priority,
            queued_at=BEGIN + timedelta(seconds=arrival.at),
            units=arrival.units,
            exclusive=arrival.exclusive,
            queue_requires=_expression(arrival.needs),
            target_minutes=arrival.target_minutes,
        )
        self.waiting[work.id] = number, work
        if arrival.patience < float("inf"):
            self._at(now + arrival.patience, "leaves", number)
        if self.routing.tick_seconds and not self.ticking:
            self.ticking = True
            self._at(now + self.routing.tick_seconds, "ticks", 0)

    def _leaves(self, now: float, number: int) -> None:
        if self.waiting.pop(UUID(int=number + 1), None):
            self.fates[number].left_at = self.last = now

    def _ticks(self, now: float, number: int) -> None:
        self.ticking = bool(self.waiting and (self.events or now < self.last + LONGEST_RING))
        if self.ticking and self.routing.tick_seconds:
            self._at(now + self.routing.tick_seconds, "ticks", 0)

    def _comes(self, now: float, number: int) -> None:
        self._now_is(_candidate(number, self.trace.staff[number], now))

    def _goes(self, now: float, number: int) -> None:
        """Who is at work finishes first, and gets no more."""
        self._now_is(replace(self.there[_agent_id(number)], routable=False, not_routable_reason="going"))

    def _ends(self, now: float, number: int) -> None:
        self.last = now
        place = self.fates[number].agent
        assert place is not None
        agent = self.there[_agent_id(place)]
        load = list(agent.load)
        load.remove(_held(self.trace.arrivals[number]))
        self._now_is(replace(agent, load=tuple(load), idle_since=BEGIN + timedelta(seconds=now)))

    def _now_is(self, agent: Candidate) -> None:
        """Who is going and has nothing left is gone."""
        self.there[agent.id] = agent
        if agent.routable and sum(held.units for held in agent.load) < agent.capacity:
            self.room.add(agent.id)
        else:
            self.room.discard(agent.id)
        if not agent.routable and not agent.load:
            del self.there[agent.id]

    def _decide(self, now: float) -> None:
        work = [item for _, item in self.waiting.values()]
        agents = list(self.there.values())
        for item, agent_id in self.routing.match(work, agents, BEGIN + timedelta(seconds=now)):
            self._answer(now, item, agent_id)

    def _answer(self, now: float, item: Work, agent_id: UUID) -> None:
        number, _ = self.waiting.pop(item.id, (None, None))
        agent = self.there.get(agent_id)
        if number is None or agent is None or item.queue not in agent.queues or not fits(item, agent):
            raise RuntimeError(f"{type(self.routing).__name__} gives {item.id} to {agent_id}")
        if not skilled(item, agent):
            raise RuntimeError(f"{type(self.routing).__name__} gives {item.id} to {agent_id}, who lacks the skill")
        place, arrival = agent_id.int - FIRST_AGENT, self.trace.arrivals[number]
        takes = arrival.handle * (1 if fully_skilled(item, agent) else SLOWER)
        self.fates[number].answered_at, self.fates[number].agent = now, place
        self.busy[place] += takes * arrival.units / agent.capacity
        self._now_is(given(agent, item, BEGIN + timedelta(seconds=now)))
        self._at(now + takes, "ends", number)


def fits(item: Work, agent: Candidate) -> bool:
    """Whether the agent is here and has room: within his capacity, an exclusive item alone."""
    alone = not agent.load or not (item.exclusive or any(held.exclusive for held in agent.load))
    return agent.routable and alone and sum(held.units for held in agent.load) + item.units <= agent.capacity


def skilled(item: Work, agent: Candidate) -> bool:
    return item.queue_requires is None or holds(item.queue_requires, agent.skills)


def fully_skilled(item: Work, agent: Candidate) -> bool:
    asked = _names(item.queue_requires) if item.queue_requires else ()
    return all(agent.skills.get(skill, 0) >= FULL_SKILL for skill in asked)


def given(agent: Candidate, item: Work, now: datetime) -> Candidate:
    """The agent with the item in hand."""
    held = Held(item.channel, item.units, item.exclusive)
    return replace(agent, load=(*agent.load, held), idle_since=now)


@lru_cache
def _expression(levels: tuple[tuple[str, int], ...]) -> Expression | None:
    return of_levels(dict(levels))


_names = lru_cache(names)


def _held(arrival: Arrival) -> Held:
    return Held(arrival.channel, arrival.units, arrival.exclusive)


def _agent_id(number: int) -> UUID:
    return UUID(int=FIRST_AGENT + number)


def _candidate(number: int, staff: Staff, idle_since: float) -> Candidate:
    return Candidate(
        id=_agent_id(number),
        queues=staff.queues,
        skills=dict(staff.skills),
        routable=True,
        not_routable_reason=None,
        capacity=staff.capacity,
        load=(),
        idle_since=BEGIN + timedelta(seconds=idle_since),
    )
