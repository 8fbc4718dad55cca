"""One pass over the waiting work: who is offered what."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import NamedTuple
from uuid import UUID

from routing.capacity import Burden, Room
from routing.eligibility import held_for_preferred, obstacle, unsuited
from routing.explain import PLACE_KEPT, obstacles, of_itself, why_this_agent, why_this_work
from routing.expression import Expression
from routing.gate import Gate, Rank, gate, ring
from routing.model import Candidate, Match, Plan, Policy, Reason, Skip, Work
from routing.passed_over import Given, Lost
from routing.score import order, score, waited_seconds, waits_too_long

Kind = tuple[str, str, int, int, bool]


def match(work: Sequence[Work], agents: Sequence[Candidate], policy: Policy, now: datetime) -> Plan:
    """Offer work in the order of `score.order`, each item to the best agent who may have it.

    Best: the item's preferred agent if he can take it, and until `preferred_until` nobody else while he is here;
    otherwise whoever suits best what its placement prefers (`gate.Gate.rank`), then the smallest share of capacity in
    use (an agent who holds nothing comes before one who holds something), then the longest idle, then the lowest id.
    What is required is a gate, as the ring in force says. An item that nobody can take waits and blocks nobody, until
    it has waited `hold_back_minutes`; then one agent who suits it is kept from later work.

    Room only shrinks within a pass, so no later item goes to an agent who could have taken an earlier
    one. What is `pulled` is offered to nobody. Only when all have had their turn, an item that may ring at several at
    once (`offer_to`) takes of the room that is left, the best agents first; one that is somebody's rings at him alone.
    The plan does not depend on the order of the
    arguments. Raises ValueError if an id occurs twice.
    """
    _demand_unique("work", (item.id for item in work))
    _demand_unique("agent", (agent.id for agent in agents))
    return _Pass(work, agents, policy, now).plan()


def next_change_seconds(work: Iterable[Work], now: datetime) -> float | None:
    """After how many seconds time alone may let somebody else have one of these items: the next ring, or the end of
    the waiting for one agent. None when that will not happen.
    """
    coming = []
    for item in work:
        if item.placement and item.placement.rings:
            waited = waited_seconds(item, now)
            following = item.placement.next_ring_seconds(waited)
            if following is not None:
                coming.append(following - waited)
        if item.preferred_until and item.preferred_until > now:
            coming.append((item.preferred_until - now).total_seconds())
    return min(coming, default=None)


class _Told(NamedTuple):
    """What is said of a kind of work but for the minutes, which are each item's own."""

    reasons: tuple[Reason, ...]
    kept: Sequence[int]  # places of the items that agents are kept for
    lost: int  # agents who went to items before
    nearest: int  # the last place of these


class _Lane:
    """Suited agents for one kind of work, best first; `rooms`: of the routable agents of its queue."""

    __slots__ = ("_least", "_ranks", "explained", "gate", "heap", "keepable", "lost")

    def __init__(self, sample: Work, rooms: Iterable[Room], gate: Gate) -> None:
        self.gate = gate
        self.lost: Lost | None = None
        self.explained: dict[tuple[frozenset[UUID], int], _Told] = {}
        self.keepable = [room for room in rooms if not unsuited(sample, room.agent, gate)]
        self._least: list[tuple[Burden, Room]] | None = None
        self._ranks: dict[UUID, Rank] | None = None
        if gate.prefer:
            self._ranks = {room.agent.id: gate.rank(room.agent) for room in self.keepable}
        self.heap = [(self._standing(room), room) for room in self.keepable]
        heapify(self.heap)

    def _standing(self, room: Room) -> tuple[Rank, Burden]:
        return self._ranks[room.agent.id] if self._ranks else (), room.burden

    def best(self, work: Work) -> list[Room]:
        """The best and the second best agent with room for `work`, as far as there are any."""
        found: list[Room] = []
        seen = []
        while self.heap and len(found) < 2:
            standing, room = heappop(self.heap)
            if room.conflict(work):
                continue  # for good: the lane is of one kind, and room only shrinks
            if standing[1] != room.burden:
                heappush(self.heap, (self._standing(room), room))
                continue
            seen.append((standing, room))
            if room.agent.id not in work.excluded_agents:
                found.append(room)
        for entry in seen:
            heappush(self.heap, entry)
        return found

    def keep_one(self, work: Work) -> UUID | None:
        """Keep the least burdened agent from later work; None when there is nobody to keep.

        He gets no younger work, so his load only falls, and the choice moves only to somebody with less:
        the smallest load falls until the item fits.
        """
        if self._least is None:
            self._least = [(room.burden, room) for room in self.keepable]
            heapify(self._least)
        kept, excluded = None, []
        while self._least and kept is None:
            burden, room = heappop(self._least)
            if room.kept:
                continue  # for good
            if burden != room.burden:
                heappush(self._least, (room.burden, room))  # a burden only grows within a pass
            elif room.agent.id in work.excluded_agents:
                excluded.append((burden, room))
            else:
                kept = room
        for entry in excluded:
            heappush(self._least, entry)
        if kept is None:
            return None
        kept.kept = True
        return kept.agent.id


class _Pass:
    def __init__(self, work: Sequence[Work], agents: Sequence[Candidate], policy: Policy, now: datetime) -> None:
        self.policy, self.now = policy, now
        self.work = order(work, policy, now)
        self.agents = {agent.id: agent for agent in agents}
        self.rooms = {agent.id: Room(agent, policy) for agent in agents}
        self.open = {key for key, room in self.rooms.items() if room.open}
        self.here: dict[str, list[Room]] = {}
        for room in self.rooms.values():
            for queue in room.agent.queues if room.agent.routable else ():
                self.here.setdefault(queue, []).append(room)
        self.oldest: dict[str, datetime] = {}
        for item in work:
            self.oldest[item.queue] = min(item.queued_at, self.oldest.get(item.queue, item.queued_at))
        self.lanes: dict[Kind, _Lane] = {}
        self.gates: dict[tuple[Expression | None, tuple[Expression, ...]], Gate] = {}
        self.gate_of: dict[tuple[int, int, int], Gate] = {}
        self.given = Given(self.work, self.rooms, policy, now)

    def plan(self) -> Plan:
        matches: list[Match] = []
        waiting: list[tuple[int, _Lane, bool]] = []
        for at, item in enumerate(self.work):
            lane = self.lane(item)
            matched = self.place(item, lane) if self.open and not item.pulled else None
            if matched:
                matches.append(matched)
                self.given.note(at, matched.agent.id)
            else:
                waiting.append((at, lane, self.keep(at, lane)))
        matches = [self.widened(matched) for matched in matches]
        # Explained last: only the final state says what every agent was given instead.
        skips = (Skip(self.work[at], self.explain(at, lane, kept)) for at, lane, kept in waiting)
        return Plan(tuple(matches), tuple(skips))

    def widened(self, matched: Match) -> Match:
        """With those at whom it rings, too."""
        item, beside = matched.work, list[Candidate]()
        lane = self.lane(item)
        while self.open and 1 + len(beside) < item.offer_to and matched.agent.id != item.preferred_agent:
            asked = {matched.agent.id, *(one.id for one in beside)}
            found = lane.best(replace(item, excluded_agents=item.excluded_agents | asked))
            if not found:
                break
            found[0].take(item)
            beside.append(found[0].agent)
        return replace(matched, beside=tuple(beside)) if beside else matched

    def lane(self, item: Work) -> _Lane:
        gate = self.gate(item)
        kind = item.queue, item.channel, id(gate), item.units, item.exclusive
        if kind not in self.lanes:
            self.lanes[kind] = _Lane(item, self.here.get(item.queue, ()), gate)
        return self.lanes[kind]

    def gate(self, item: Work) -> Gate:
        """Equal demands share one gate. They are recognised by identity first: comparing expressions takes time."""
        known = id(item.queue_requires), id(item.placement), ring(item, self.now)
        if known not in self.gate_of:
            found = gate(item, self.now)
            self.gate_of[known] = self.gates.setdefault((found.required, found.prefer), found)
        return self.gate_of[known]

    def place(self, item: Work, lane: _Lane) -> Match | None:
        preferred = self.rooms.get(item.preferred_agent) if item.preferred_agent else None
        if preferred and not obstacle(item, preferred, lane.gate):
            found = [preferred]
        else:
            found = [] if held_for_preferred(item, self.agents, lane.gate, self.now) else lane.best(item)
        if not found:
            return None
        chosen, runner_up = found[0], found[1] if len(found) > 1 else None
        oldest = item.queued_at == self.oldest[item.queue]
        reasons = (
            *why_this_work(item, oldest, self.policy, self.now),
            *why_this_agent(item, chosen, runner_up, lane.gate, self.now),
        )
        chosen.take(item)
        if not chosen.open:
            self.open.discard(chosen.agent.id)
        return Match(item, chosen.agent, score(item, self.policy, self.now), reasons)

    def keep(self, at: int, lane: _Lane) -> bool:
        item = self.work[at]
        if item.pulled or not lane.keepable or not waits_too_long(item, self.policy, self.now):
            return False
        if held_for_preferred(item, self.agents, lane.gate, self.now):
            return False
        kept = lane.keep_one(item)
        if kept:
            self.given.kept_at[kept] = at
        return kept is not None

    def explain(self, at: int, lane: _Lane, kept: bool) -> tuple[Reason, ...]:
        item = self.work[at]
        held = None if item.pulled else held_for_preferred(item, self.agents, lane.gate, self.now)
        first = (held,) if held else (PLACE_KEPT,) if kept else ()
        return first + self.in_the_way(at, lane) + of_itself(item, self.now)

    def in_the_way(self, at: int, lane: _Lane) -> tuple[Reason, ...]:
        """Agents lost to items that go first, and what stands between it and the others."""
        item = self.work[at]
        if lane.lost is None:
            lane.lost = () if item.pulled else self.given.lost(item, lane.gate)
        key = item.excluded_agents, bisect_left(lane.lost, (at,))
        if key not in lane.explained:
            lane.explained[key] = self.others(item, lane.gate, lane.lost[: key[1]])
        told = lane.explained[key]
        reasons = self.given.kept_for(told.reasons, told.kept, at)
        return (self.given.lower_score(told.lost, at, told.nearest), *reasons) if told.lost else reasons

    def others(self, item: Work, gate: Gate, lost: Sequence[tuple[int, UUID]]) -> _Told:
        mine = [(place, agent) for place, agent in lost if agent not in item.excluded_agents]
        left = self.rooms.keys() - {agent for _, agent in mine} if mine else self.rooms.keys()
        reasons = obstacles(item, [self.rooms[one] for one in left], gate) if left or not mine else ()
        kept = [] if not any(one.code == "held_for_older" for one in reasons) else sorted(
            place for agent, place in self.given.kept_at.items()
            if obstacle(item, self.rooms[agent], gate) == Reason("held_for_older"))
        return _Told(reasons, kept, len(mine), mine[-1][0] if mine else 0)


def _demand_unique(what: str, ids: Iterable[UUID]) -> None:
    twice = [str(key) for key, count in Counter(ids).items() if count > 1]
    if twice:
        raise ValueError(f"{what} listed more than once: {', '.join(sorted(twice)[:3])}")
