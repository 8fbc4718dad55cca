"""What one pass has given to whom, so that whoever goes on waiting is told to whom he lost an agent and by how much."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from routing.capacity import Room
from routing.eligibility import unsuited
from routing.gate import Gate
from routing.model import Policy, Reason, Work
from routing.score import MICROSECONDS_A_MINUTE, late, rank

Lost = Sequence[tuple[int, UUID]]  # the place of the item an agent was lost to, and the agent; the first place first


class Given:
    """`ordered`: all items of the pass in their order; a place is an index in it. `rooms`: as they are in the end."""

    def __init__(self, ordered: Sequence[Work], rooms: Mapping[UUID, Room], policy: Policy, now: datetime) -> None:
        self._ordered, self._rooms, self._policy, self._now = ordered, rooms, policy, now
        self._turns: list[int] | None = None
        self._given: dict[UUID, list[int]] = {}
        self._before: dict[UUID, list[Room]] = {}
        self.kept_at: dict[UUID, int] = {}  # for the item at which place an agent is kept free

    def note(self, place: int, agent_id: UUID) -> None:
        self._given.setdefault(agent_id, []).append(place)

    def lost(self, sample: Work, gate: Gate) -> Lost:
        """Who had room for items of this kind when the pass began, and at which place it was taken."""
        found = []
        for agent_id, places in self._given.items():
            if unsuited(sample, self._rooms[agent_id].agent, gate):
                continue
            fits = [room.conflict(sample) in (None, "held_for_older") for room in self._states(agent_id)]
            if fits[0] and not all(fits):
                found.append((places[fits.index(False) - 1], agent_id))
        return sorted(found)

    def lower_score(self, agents: int, place: int, nearest: int) -> Reason:
        """`agents` went to items before this one, at the latest to the one at `nearest`."""
        own, other = self._ordered[place], self._ordered[nearest]
        data: dict[str, str | int | float] = {"minutes": self.minutes(place, nearest), "agents": agents}
        in_time = not (late(own, self._now) or late(other, self._now))
        if own.queue == other.queue and own.queue in self._policy.newest_first and in_time:
            data["newest"] = 1
        return Reason("lower_score", data)

    def kept_for(self, reasons: tuple[Reason, ...], places: Sequence[int], place: int) -> tuple[Reason, ...]:
        """The same; whose turn the agents of `held_for_older` are kept for at the latest, is said by how much."""
        before = bisect_left(places, place)
        if not before:
            return reasons
        minutes = {"minutes": self.minutes(place, places[before - 1])}
        return tuple(
            Reason(one.code, {**minutes, **one.data}) if one.code == "held_for_older" else one for one in reasons)

    def minutes(self, place: int, before: int) -> float:
        """By how much the turn at `place` comes later, as the score is reckoned."""
        if self._turns is None:  # where the newest goes first, items have changed places, and turns have not
            self._turns = sorted(rank(item, self._policy)[0] for item in self._ordered)
        return minutes_between(self._turns[before], self._turns[place])

    def _states(self, agent_id: UUID) -> list[Room]:
        """His room before each of what he was given, and in the end."""
        if agent_id not in self._before:
            agent, places = self._rooms[agent_id].agent, self._given[agent_id]
            states = []
            for known in range(len(places)):
                room = Room(agent, self._policy)
                for place in places[:known]:
                    room.take(self._ordered[place])
                states.append(room)
            self._before[agent_id] = [*states, self._rooms[agent_id]]
        return self._before[agent_id]


def minutes_between(earlier_turn: int, later_turn: int) -> float:
    """Of two first parts of `score.rank`, for people to read."""
    return round((later_turn - earlier_turn) / MICROSECONDS_A_MINUTE, 2)
