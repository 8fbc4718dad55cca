"""A floor that lives: work comes and goes, people change, decisions are made at once or carried out too late.

Each decision of `routing.match` is held against the oracle of `samples`; what the hub would commit of it is held
against what must never be. Everything is drawn from `dice`, so that a seed is a whole life.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from routing.expression_parse import parse
from routing.match import match
from routing.model import Candidate, Held, Plan, Policy, Work
from routing.pull import next_for
from tests.routing.samples import (
    HELP,
    NOW,
    SALES,
    agent,
    agrees,
    brute_force,
    goes_first,
    in_time,
    needs,
    ring_at,
    says,
    suits,
    taken_next,
    told,
    work,
)

MOST_WAITING = 9
OWN = frozenset({"own"})  # the queue from which agents take their work themselves
PLACEMENTS = (
    None, None, needs("french >= 2"), needs("french and tax >= 3", at240="french >= 2", at600=None),
    needs("tax or french >= 3", "french >= 2", "tax", at480="french >= 2"), needs(None, "tax", "french"),
)  # fmt: skip
REQUIRES = (None, None, None, parse("not trainee"), parse("french >= 2"))
SIZES = (("webchat", 30, False), ("webchat", 40, False), ("email", 20, False), ("form", 0, False), ("voice", 100, True))
SKILLS: tuple[dict[str, int], ...] = (
    {}, {"french": 2}, {"french": 3, "tax": 3}, {"tax": 3, "trainee": 1}, {"tax": 2, "french": 3, "dance": 1},
)
ROOM: tuple[tuple[int, dict[str, int]], ...] = (
    (100, {}), (100, {}), (50, {}), (200, {"webchat": 2}), (100, {"webchat": 1, "voice": 0}), (0, {}),
)
POLICIES = tuple(
    Policy(minutes, hold, offers, newest)
    for minutes, hold, offers in ((5, 10, 1), (5, 1_000, 2), (0, 0, 1), (10, 10, 9))
    for newest in (frozenset[str](), HELP)
)


Router = Callable[[Sequence[Work], Sequence[Candidate], Policy, datetime], Plan]


@dataclass
class Late:
    """A decision that is not carried out yet, and what was known of each agent then."""

    plan: Plan
    versions: dict[UUID, int]


@dataclass
class Floor:
    """`waiting`, `ringing` and `taken` together are every item that is not done; `done` counts the others."""

    dice: Random
    router: Router = match
    now: datetime = NOW
    policy: Policy = POLICIES[0]
    waiting: dict[UUID, Work] = field(default_factory=dict)
    ringing: dict[UUID, tuple[Work, tuple[UUID, ...]]] = field(default_factory=dict)
    taken: dict[UUID, tuple[Work, UUID]] = field(default_factory=dict)
    agents: dict[UUID, Candidate] = field(default_factory=dict)
    versions: Counter[UUID] = field(default_factory=Counter)  # of agents: whoever changed is not who was decided on
    late: Late | None = None
    came: int = 0
    done: int = 0
    offered: int = 0

    def __post_init__(self) -> None:
        for number in range(1, 5):
            one = agent(number, number)
            self.agents[one.id] = one
            self.skills(one.id)

    # --- what happens -------------------------------------------------------------------------------------

    def arrive(self) -> None:
        if len(self.waiting) >= MOST_WAITING:
            return
        self.came += 1
        channel, units, exclusive = self.dice.choice(SIZES)
        preferred = self.dice.choice([None, None, *self.agents])
        queue = self.dice.choice(("help", "help", "help", "sales", "sales", "own"))
        item = work(
            self.came, queue=queue, pulled=queue in OWN, offer_to=self.dice.choice((1, 1, 1, 3)), channel=channel,
            units=units, exclusive=exclusive, priority=self.dice.choice((0, 0, 0, 1, 2, -1)),
            target_minutes=self.dice.choice((0, 0, 1, 20)), queue_requires=self.dice.choice(REQUIRES),
            placement=self.dice.choice(PLACEMENTS), preferred_agent=preferred,
            preferred_until=self.dice.choice((None, self.now + timedelta(minutes=2))) if preferred else None,
        )  # fmt: skip
        self.waiting[item.id] = replace(item, queued_at=self.now)

    def time_passes(self) -> None:
        """Sometimes backwards: a clock that was set right."""
        self.now += timedelta(seconds=self.dice.choice((0, 1, 7, 60, 240, 240, 900, -30)))

    def decides(self) -> None:
        self.commit(self.decide())

    def decides_late(self) -> None:
        """Now, and carried out after whatever comes next."""
        self.late = self.late or self.decide()

    def commits_late(self) -> None:
        late, self.late = self.late, None
        if late:
            self.commit(late)

    def accept(self) -> None:
        """Of several at whom it rings, one is first."""
        if self.ringing:
            item, rung = self.ringing.pop(self.dice.choice(list(self.ringing)))
            self.taken[item.id] = item, self.dice.choice(rung)
            self._touch(*rung)

    def decline(self) -> None:
        self._pass()

    def miss(self) -> None:
        """Nobody answered: the agent is set to missed."""
        for by in self._pass():
            self.agents[by] = replace(self.agents[by], routable=False, not_routable_reason="missed")

    def take_next(self) -> None:
        """Somebody takes his work himself, whatever rings at him."""
        one, back = self._loaded(self._anybody()), NOW - self.now
        items = list(self.waiting.values())
        self.dice.shuffle(items)
        found = next_for([item for item in items if item.pulled], one, self.policy, self.now)
        there = replace(one, idle_since=one.idle_since + back)
        assert [item.id for item in found] == taken_next([_moved(item, back) for item in items], there, self.policy)
        if found:
            self.taken[found[0].id] = self.waiting.pop(found[0].id), one.id
            self._touch(one.id)
            self._never_too_much(self._loaded(self.agents[one.id]))

    def finish(self) -> None:
        if self.taken:
            _, by = self.taken.pop(self.dice.choice(list(self.taken)))
            self.done += 1
            self.agents[by] = replace(self.agents[by], idle_since=self.now)
            self._touch(by)

    def leave(self) -> None:
        """A customer gives up, in line or while it rings."""
        left = self.dice.choice(list(self.waiting) + list(self.ringing) or [None])
        if left is None:
            return
        self.done += 1
        if self.waiting.pop(left, None) is None:
            self._touch(*self.ringing.pop(left)[1])

    def transfer(self) -> None:
        """To another queue, with its age."""
        if self.taken and len(self.waiting) < MOST_WAITING:
            item, by = self.taken.pop(self.dice.choice(list(self.taken)))
            queue = {"help": "sales", "sales": "own", "own": "help"}[item.queue]
            self.waiting[item.id] = replace(
                item, queue=queue, pulled=queue in OWN, preferred_agent=None, preferred_until=None)
            self._touch(by)

    def presence(self) -> None:
        one = self._anybody()
        away = self.dice.choice((None, None, "break"))
        self.agents[one.id] = replace(one, routable=away is None, not_routable_reason=away)
        self._touch(one.id)

    def skills(self, whose: UUID | None = None) -> None:
        one = self.agents[whose] if whose else self._anybody()
        queues = self.dice.choice((HELP, HELP | SALES, HELP | SALES | OWN, SALES, SALES | OWN))
        self.agents[one.id] = replace(one, skills=self.dice.choice(SKILLS), queues=queues)
        self._touch(one.id)

    def room(self) -> None:
        one = self._anybody()
        capacity, limits = self.dice.choice(ROOM)
        self.agents[one.id] = replace(one, capacity=capacity, limits=limits)
        self._touch(one.id)

    def publish(self) -> None:
        """Another policy while offers are out: what waits is placed anew and keeps its age."""
        self.policy = self.dice.choice(POLICIES)
        for id, item in self.waiting.items():
            if self.dice.random() < 0.5:
                self.waiting[id] = replace(item, placement=self.dice.choice(PLACEMENTS))

    # --- decisions ----------------------------------------------------------------------------------------

    def decide(self) -> Late:
        """Decides, and holds the plan against the oracle. Raises AssertionError where they differ."""
        items, staff = list(self.waiting.values()), self.staff()
        self.dice.shuffle(items)
        plan = self.router(items, staff, self.policy, self.now)
        back = NOW - self.now  # the oracle looks at one moment only: the whole floor is moved there
        moved = [_moved(item, back) for item in items]
        there = {one.id: replace(one, idle_since=one.idle_since + back) for one in staff}
        opinion = brute_force([item for item in moved if not item.pulled], list(there.values()), self.policy)
        assert {one.work.id: one.agent.id for one in plan.matches} == opinion.matched
        for one in plan.matches:
            assert says(one.reasons, opinion.why[one.work.id]), (one.reasons, opinion.why[one.work.id])
            assert suits(_moved(one.work, back), there[one.agent.id])
        there_plan = replace(plan, matches=tuple(replace(one, work=_moved(one.work, back)) for one in plan.matches))
        rung = ring_at(there_plan, there.values(), self.policy, opinion.kept_for.values())
        assert [[other.id for other in one.beside] for one in plan.matches] == rung
        for skip in plan.skips:
            item = _moved(skip.work, back)
            assert (skip.reasons[0].code == "place_kept") == (skip.work.id in opinion.kept_for)
            expected = told(item, moved, there.values(), there_plan, self.policy, opinion.kept_for)
            assert agrees(skip.reasons, expected), (skip.reasons, expected)
        self._nobody_is_passed_over(plan, back)
        return Late(plan, dict(self.versions))

    def _nobody_is_passed_over(self, plan: Plan, back: timedelta) -> None:
        """The bound on waiting, and first come first served among equals, for whom the same agent could have taken."""
        for one in plan.matches:
            offered = _moved(one.work, back)
            for skip in plan.skips:
                if skip.work.pulled:
                    continue
                left = _moved(skip.work, back)
                sizes = {(item.units, item.exclusive, item.channel) for item in (left, offered)}
                if len(sizes) > 1 or skip.reasons[0].code == "held_for_preferred" or not suits(left, one.agent):
                    continue
                if any(item.queue in self.policy.newest_first and in_time(item) for item in (offered, left)):
                    continue
                assert goes_first(offered, self.policy) < goes_first(left, self.policy)
                longer = (offered.queued_at - left.queued_at) / timedelta(minutes=1)
                head_start = (offered.priority - left.priority) * self.policy.priority_minutes
                assert longer <= max(0, head_start + left.target_minutes - offered.target_minutes)

    def commit(self, late: Late) -> None:
        """As the hub does: only where the item still waits and the agent is as he was."""
        same = {by for by, version in late.versions.items() if self.versions[by] == version}
        for one in late.plan.matches:
            item, by = one.work, one.agent.id
            if self.waiting.get(item.id) != item or by not in same:
                continue
            del self.waiting[item.id]
            rung = self.ringing[item.id] = item, (by, *(other.id for other in one.beside if other.id in same))
            self.offered += 1
            self._touch(*rung[1])
            for each in rung[1]:
                self._never_too_much(self._loaded(self.agents[each]))
                assert self.agents[each].routable

    def _never_too_much(self, one: Candidate) -> None:
        call = any(held.exclusive for held in one.load)
        working = [held for held in one.load if not (call and held.interruptible)]
        assert sum(held.units for held in working) <= one.capacity
        assert len(working) == 1 or not call
        for channel, count in Counter(held.channel for held in one.load).items():
            newest = one.load[-1].channel  # a limit may have been lowered under what he holds
            assert channel != newest or count <= one.limits.get(channel, 99)

    def check(self) -> None:
        """Every item is in exactly one place, with at most one agent."""
        places = [*self.waiting, *self.ringing, *self.taken]
        assert len(places) == len(set(places))
        assert len(places) + self.done == self.came

    # --- what is known --------------------------------------------------------------------------------------

    def staff(self) -> list[Candidate]:
        return [self._loaded(one) for one in self.agents.values()]

    def _loaded(self, one: Candidate) -> Candidate:
        load = [_held(item, False) for item, by in self.taken.values() if by == one.id]
        load += [_held(item, True) for item, rung in self.ringing.values() if one.id in rung]
        return replace(one, load=tuple(load))

    def _pass(self) -> list[UUID]:
        """Somebody lets it pass: it rings on at the others, and waits again when he was the last. Returns who."""
        if not self.ringing:
            return []
        item, rung = self.ringing.pop(self.dice.choice(list(self.ringing)))
        by = self.dice.choice(rung)
        excluded = item.excluded_agents | {by} if len(item.excluded_agents) < 2 else frozenset({by})
        item, left = replace(item, excluded_agents=excluded), tuple(one for one in rung if one != by)
        if left:
            self.ringing[item.id] = item, left
        else:
            self.waiting[item.id] = replace(item, refusals=item.refusals + 1)
        self._touch(by)
        return [by]

    def _anybody(self) -> Candidate:
        return self.agents[self.dice.choice(list(self.agents))]

    def _touch(self, *agents: UUID) -> None:
        self.versions.update(agents)


VERBS: tuple[Callable[[Floor], None], ...] = (
    Floor.arrive, Floor.time_passes, Floor.decides, Floor.decides_late, Floor.commits_late, Floor.accept, Floor.decline,
    Floor.miss, Floor.take_next, Floor.finish, Floor.leave, Floor.transfer, Floor.presence, Floor.skills, Floor.room,
    Floor.publish,
)  # fmt: skip
OFTEN = (7, 5, 6, 2, 2, 6, 2, 1, 3, 5, 1, 1, 3, 1, 1, 1)


def live(seed: int, steps: int, router: Router = match) -> Floor:
    """One life. A failure names the seed and the step."""
    dice = Random(seed)
    floor = Floor(dice, router)
    for step, verb in enumerate(dice.choices(VERBS, OFTEN, k=steps)):
        try:
            verb(floor)
            floor.check()
        except Exception as problem:
            problem.add_note(f"seed {seed}, step {step}: {verb.__name__}")
            raise
    return floor


def _held(item: Work, offered: bool) -> Held:
    return Held(item.channel, item.units, item.exclusive, offered, interruptible=item.channel == "email")


def _moved(item: Work, by: timedelta) -> Work:
    until = item.preferred_until + by if item.preferred_until else None
    return replace(item, queued_at=item.queued_at + by, preferred_until=until)
