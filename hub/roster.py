"""The agents as this node knows them, in groups of those who are alike but for how long they have been idle.

A decision asks for the first of each group, so it costs no more on a floor of thousands. What is known may be old by a
moment: whoever moved is read again when his ring is heard, everybody at least each second, and an offer is made only
under lock. Nothing here must be true, only close.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

import asyncpg

from hub.store import dispatch as store
from hub.store.journal import Connection
from routing.capacity import Room
from routing.model import Candidate, Policy, Work

Like = tuple[object, ...]  # all that is known of an agent, but who he is and since when he is idle
_ONE_OFFER = Policy()


class Roster:
    def __init__(self) -> None:
        self._agents: dict[UUID, tuple[Like, Candidate]] = {}
        self._groups: dict[Like, _Group] = {}

    async def read(
        self, pool: asyncpg.Pool | Connection, now: datetime, only: Collection[UUID] | None = None,
        since: datetime | None = None,
    ) -> None:
        """Reads these agents again, and whoever got or finished work since then; `only` None: all.

        Whoever is not there any more is forgotten.
        """
        found = {row["id"]: row for row in await store.agents(pool, now, only, since)}
        for gone in (self._agents.keys() if only is None else set(only)) - found.keys():
            self._forget(gone)
        for row in found.values():
            self._learn(row)

    @property
    def agents(self) -> list[Candidate]:
        return [candidate for _, candidate in self._agents.values()]

    @property
    def staffed(self) -> bool:
        return any(group.sample.routable for group in self._groups.values())

    def room(self, policy: Policy) -> tuple[int, frozenset[str]]:
        """How many offers there is room for at most, and in which queues."""
        free = [(group, offers) for group in self._groups.values() if (offers := group.offers(policy))]
        queues = frozenset[str]().union(*(group.sample.queues for group, _ in free))
        return sum(offers * len(group.members) for group, offers in free), queues

    def nearest(self, work: Sequence[Work]) -> list[Candidate]:
        """Of each group those who come first, and whoever an item waits for.

        Each item of their queues takes or keeps one agent of a group at most, or as many as it rings at, and the
        reasons name the next best; so more of them could change nothing. Who is full is left out.
        """
        of_queue = Counter[str]()
        for item in work:
            of_queue[item.queue] += item.offer_to
        besides = 1 + max((len(item.excluded_agents) for item in work), default=0)
        named = (self._agents.get(item.preferred_agent) for item in work if item.preferred_agent)
        found = {known[1].id: known[1] for known in named if known}
        for group in self._groups.values():
            asked = sum(of_queue[queue] for queue in group.sample.queues)
            if group.partly_free and asked:
                most = asked + besides
                found |= {agent.id: agent for _, _, agent in islice(group.members, most)}
        return list(found.values())

    def _learn(self, row: asyncpg.Record) -> None:
        like: Like = (tuple(row["queues"]), *islice(row.values(), 3, None))
        known = self._agents.get(row["id"])
        if known and known[0] == like and known[1].idle_since == row["idle_since"]:
            return
        self._forget(row["id"])
        candidate = store.candidate(row)
        self._agents[candidate.id] = like, candidate
        if like not in self._groups:
            self._groups[like] = _Group(candidate)
        self._groups[like].put(candidate)

    def _forget(self, agent_id: UUID) -> None:
        known = self._agents.pop(agent_id, None)
        if known is None:
            return
        like, candidate = known
        self._groups[like].take(candidate)
        if not self._groups[like].members:
            del self._groups[like]


class _Group:
    """Agents who may have the same work, the longest idle first."""

    __slots__ = ("_left", "members", "partly_free", "sample")

    def __init__(self, sample: Candidate) -> None:
        room = Room(sample, _ONE_OFFER)
        self.sample, self.members = sample, list[tuple[datetime, int, Candidate]]()
        # Somebody who holds only what a call may interrupt is never full. What takes no room at all waits for the
        # next look at everybody.
        interruptible = all(held.interruptible and not held.offered for held in sample.load)
        self._left = sample.routable and not room.exclusive and (interruptible or room.used < sample.capacity)
        self.partly_free = sample.routable and (self._left or room.used < sample.capacity)

    def offers(self, policy: Policy) -> int:
        """How many more each of them might get."""
        open_offers = sum(held.offered for held in self.sample.load)
        return max(0, policy.offers_per_agent - open_offers) if self._left else 0

    def put(self, agent: Candidate) -> None:
        insort(self.members, (agent.idle_since, agent.id.int, agent), key=_place)

    def take(self, agent: Candidate) -> None:
        at = bisect_left(self.members, (agent.idle_since, agent.id.int), key=_place)
        del self.members[at]


def _place(member: tuple[datetime, int, Candidate]) -> tuple[datetime, int]:
    return member[:2]
