"""Ways of routing, ours and models of others'.

The models are of the published behaviour of each product with settings that its documentation suggests, not of its
code: what is not said there (retries, ringing times, telephony) is left out for all alike. A VIP is one step of
priority; where a product counts in time, the step is five minutes, as in ours. Where calls and mails share agents,
each model puts calls first by its own means: a higher priority, a queue of more weight, two hours of head start.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from random import Random
from uuid import UUID

from routing.match import match
from routing.model import Candidate, Policy, Work
from routing.simulation.floor import fits, fully_skilled, given, skilled

STEP_MINUTES = 5
HEAD_START_MINUTES = 120
RING_SECONDS = 30.0
Pair = tuple[Work, UUID]


class Ours:
    """`routing.match`: by the moment each item is due, priority as minutes, skills as a gate."""

    tick_seconds: float | None = None

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy(priority_minutes=STEP_MINUTES)

    def match(self, work: Sequence[Work], agents: Sequence[Candidate], now: datetime) -> Iterable[Pair]:
        return [(found.work, found.agent.id) for found in match(work, agents, self.policy, now).matches]


class _Greedy:
    """Items in some order, each to the best free agent who may have it."""

    tick_seconds: float | None = None

    def match(self, work: Sequence[Work], agents: Sequence[Candidate], now: datetime) -> Iterator[Pair]:
        free = {agent.id: agent for agent in agents if agent.routable and _room(agent)}
        for item in self.order(work, now):
            able = [agent for agent in free.values() if _may(item, agent) and self.reached(item, agent, now)]
            if able:
                chosen = min(able, key=lambda agent: self.preference(item, agent))
                free[chosen.id] = given(chosen, item, now)
                if not _room(free[chosen.id]):
                    del free[chosen.id]
                self.given(chosen)
                yield item, chosen.id
            if not free:
                return

    def order(self, work: Sequence[Work], now: datetime) -> list[Work]:
        raise NotImplementedError

    def preference(self, item: Work, agent: Candidate) -> tuple[float, ...]:
        """The smallest is best; the longest idle unless a model says otherwise."""
        return (agent.idle_since.timestamp(), agent.id.int)

    def reached(self, item: Work, agent: Candidate, now: datetime) -> bool:
        """Whether the item has waited long enough for this agent."""
        return True

    def given(self, agent: Candidate) -> None:
        pass


class TaskRouter(_Greedy):
    """Higher priority first, then the oldest; the worker who has been idle longest."""

    def order(self, work: Sequence[Work], now: datetime) -> list[Work]:
        return sorted(work, key=lambda item: (-_calls_first(item), -item.priority, item.queued_at, item.id))


class AppQueue(_Greedy):
    """One queue per kind, strictly by caller priority and then age within it; the queue of more weight first, of equal
    weight by chance; members of lower penalty first, among them by the strategy. autofill=yes."""

    def __init__(self, strategy: str = "leastrecent", seed: int = 1) -> None:
        self.strategy, self.dice = strategy, Random(seed)
        self.calls: dict[UUID, int] = {}

    def order(self, work: Sequence[Work], now: datetime) -> list[Work]:
        queues: dict[str, list[Work]] = {}
        for item in sorted(work, key=lambda item: (-item.priority, item.queued_at, item.id)):
            queues.setdefault(item.queue, []).append(item)
        mixed: list[Work] = []
        while queues:
            weight = max(_calls_first(items[0]) for items in queues.values())
            name = self.dice.choice(sorted(name for name in queues if _calls_first(queues[name][0]) == weight))
            mixed.append(queues[name].pop(0))
            if not queues[name]:
                del queues[name]
        return mixed

    def preference(self, item: Work, agent: Candidate) -> tuple[float, ...]:
        strategies: dict[str, Callable[[], float]] = {
            "leastrecent": agent.idle_since.timestamp,
            "fewestcalls": lambda: self.calls.get(agent.id, 0),
            "linear": lambda: 0.0,
        }
        return (_penalty(item, agent), strategies[self.strategy](), agent.id.int)

    def given(self, agent: Candidate) -> None:
        self.calls[agent.id] = self.calls.get(agent.id, 0) + 1


class CallCenter(_Greedy):
    """mod_callcenter: seconds waited plus base score; agents of the second tier level only after a wait, unless
    nobody of the first is signed in (`tier-rule-no-agent-no-wait`); the longest idle agent."""

    tick_seconds = 5.0

    def order(self, work: Sequence[Work], now: datetime) -> list[Work]:
        return sorted(work, key=lambda item: (-_minutes(item, now), item.id))

    def preference(self, item: Work, agent: Candidate) -> tuple[float, ...]:
        return (_penalty(item, agent), agent.idle_since.timestamp(), agent.id.int)

    def reached(self, item: Work, agent: Candidate, now: datetime) -> bool:
        return (now - item.queued_at).total_seconds() >= RING_SECONDS * _penalty(item, agent)


class Genesys(CallCenter):
    """Minutes in queue plus minutes of priority; a bullseye whose second ring lets in agents of lesser skill."""


class FirstInFirstOut(_Greedy):
    """Nothing but age: what a plain queue does."""

    def order(self, work: Sequence[Work], now: datetime) -> list[Work]:
        return sorted(work, key=lambda item: (item.queued_at, item.id))


def everybody() -> dict[str, Callable[[], "Ours | _Greedy"]]:
    """Ours first. A new one for each run: some remember."""
    return {
        "ours": Ours,
        "ours, step 30 min": lambda: Ours(Policy(priority_minutes=30)),
        "TaskRouter": TaskRouter,
        "app_queue leastrecent": AppQueue,
        "app_queue fewestcalls": lambda: AppQueue("fewestcalls"),
        "app_queue linear": lambda: AppQueue("linear"),
        "mod_callcenter": CallCenter,
        "Genesys bullseye": Genesys,
        "plain FIFO": FirstInFirstOut,
    }


def _may(item: Work, agent: Candidate) -> bool:
    return skilled(item, agent) and item.queue in agent.queues and fits(item, agent)


def _room(agent: Candidate) -> bool:
    return sum(held.units for held in agent.load) < agent.capacity


def _penalty(item: Work, agent: Candidate) -> int:
    """0 for full skill, 1 for some."""
    return int(not fully_skilled(item, agent))


def _calls_first(item: Work) -> int:
    return int(item.channel == "voice")


def _minutes(item: Work, now: datetime) -> float:
    waited = (now - item.queued_at).total_seconds() / 60
    return waited + item.priority * STEP_MINUTES + _calls_first(item) * HEAD_START_MINUTES
