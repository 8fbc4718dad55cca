"""Finds in a policy what is allowed but cannot be meant, before it is published.

An error is surely a mistake, or leaves work where nobody will take it; a warning may be meant. Whatever is claimed is
sure, except where the code of the finding says may. Paths are those of the document that `policy_data.dump` makes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from routing.bounds import Staff, bounds
from routing.expression import Expression, all_of, holds, names
from routing.expression_logic import LEVEL, implies, satisfiable
from routing.facts import problems_of_skills
from routing.lint_room import of_room
from routing.lint_rules import unreachable
from routing.lint_ways import Ways, of_ways
from routing.policy import Ladder, Policy, QueueRouting
from routing.rules import Placement, Ring

Severity = Literal["error", "warning"]
Code = Literal[
    "missing_default",  # contacts that no rule holds for have no place
    "default_unreachable",  # rule: holds of everything
    "rule_never_holds",  # rule
    "rule_unreachable",  # rule, by: an earlier rule that holds wherever this one does
    "rules_not_all_compared",  # compared: so many pairs; there are too many rules to look at every two of them
    "unknown_skill",  # skill, suggestion (may be empty)
    "wrong_skill_test",  # test: a level is compared with a text
    "unknown_agent_skill",  # agent, skill: he has a skill that the policy does not know
    "requirement_never_met",  # require: no skills whatever would do
    "queue_unserved",  # queue: no agent may work in it
    "queue_without_rule",  # queue: nothing leads to it
    "placement_unserved",  # queue: no agent suits, not even after the last ring
    "exit_unserved",  # queue: an exit leads there from the queue of the rule, and there no agent suits
    "placement_waits_for_ring",  # queue, seconds: nobody suits before
    "ring_without_effect",  # ring
    "ring_tightens",  # ring: demands more than the one before
    "ring_may_not_loosen",  # ring: takes some agents, but may leave out others that the one before took
    "ring_never_begins",  # ring, minutes: the queue's longest wait is over by then
    "overflow_loop",  # queues, conditions: the way round, such as a b a
    "lifo_without_target",  # queue: everything is late at once, and what is late goes by age
    "never_offered",  # queue: nothing is offered there, so that refusals and a wait for one agent count for nothing
    "calendar_never_opens",  # calendar: nothing that is measured by it ever falls due
    "overtaken_too_long",  # queue, rule, by_queue, by_rule, minutes, longest: see `bounds.bounds`
    "ladder_without_end",  # ladder: its last step tells nobody
    "ladder_step_without_effect",  # ladder
    "ladder_step_unserved",  # ladder, queue: nobody there has what the step requires
    "ladder_unused",  # ladder
    "value_never_given",  # these four: see `lint_ways.WayCode`
    "fact_never_given",
    "rule_never_arrives",
    "queue_not_in_policy",
    "channel_without_room",  # these two: see `lint_room.RoomCode`
    "kept_out_too_long",
]
Data = str | int | float | tuple[str, ...]
MOST_PAIRS = 100  # of queues, reported as overtaken too long
_ERRORS = frozenset({
    "missing_default", "rule_never_holds", "rule_unreachable", "unknown_skill", "wrong_skill_test",
    "requirement_never_met", "placement_unserved", "exit_unserved", "ring_tightens", "ladder_step_unserved",
    "channel_without_room",
})  # fmt: skip
_LEAVES = ("queue", "callback", "voicemail", "message")  # exits after which nobody waits in the queue as before


@dataclass(frozen=True, slots=True)
class Finding:
    """`data`: what the words on the screen need, as the code says."""

    severity: Severity
    code: Code
    path: str
    data: Mapping[str, Data] = field(default_factory=dict)


def lint(policy: Policy, agents: Sequence[Staff], ways: Ways | None = None) -> tuple[Finding, ...]:
    """Everything found, errors first, otherwise in the order of the document. `ways`: into the hub, None: not known."""
    found = [
        *_rules(policy),
        *_skills(policy, agents),
        *_placements(policy, agents),
        *_queues(policy, agents, ways.asked if ways else frozenset()),
        *_calendars(policy),
        *_overflow(policy),
        *_overtaken(policy, agents),
        *_ladders(policy, agents),
        *(Finding("warning", code, path, data) for code, path, data in (of_ways(policy, ways) if ways else ())),
        *(Finding("error" if code in _ERRORS else "warning", code, path, data)
          for code, path, data in (of_room(policy, agents, ways) if ways else ())),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def _finding(code: Code, path: str, severity: Severity | None = None, **data: Data) -> Finding:
    return Finding(severity or ("error" if code in _ERRORS else "warning"), code, path, data)


def _places(policy: Policy) -> Iterator[tuple[str, Placement]]:
    for at, rule in enumerate(policy.rules):
        yield f"rules[{at}].place", rule.place
    if policy.default:
        yield "default", policy.default


def _rules(policy: Policy) -> Iterator[Finding]:
    if policy.default is None:
        yield _finding("missing_default", "default")
    seen = unreachable(policy.rules)
    for at in seen.never:
        yield _finding("rule_never_holds", f"rules[{at}].when", rule=policy.rules[at].id)
    for at, by in seen.behind.items():
        yield _finding("rule_unreachable", f"rules[{at}].when", rule=policy.rules[at].id, by=policy.rules[by].id)
    if seen.always is not None:
        yield _finding("default_unreachable", "default", rule=policy.rules[seen.always].id)
    if not seen.complete:
        yield _finding("rules_not_all_compared", "rules", compared=seen.compared)


# --- skills ------------------------------------------------------------------------------------------------


def _requirements(policy: Policy) -> Iterator[tuple[str, Expression]]:
    """Every expression about agents, with its path."""
    for at, queue in enumerate(policy.queues):
        if queue.require:
            yield f"queues[{at}].require", queue.require
    for path, place in _places(policy):
        yield from _of_placement(path, place)
    for at, ladder in enumerate(policy.ladders):
        for number, step in enumerate(ladder.steps):
            if step.require:
                yield f"ladders[{at}].steps[{number}].require", step.require


def _of_placement(path: str, place: Placement) -> Iterator[tuple[str, Expression]]:
    if place.require:
        yield f"{path}.require", place.require
    for number, one in enumerate(place.prefer):
        yield f"{path}.prefer[{number}]", one
    for number, ring in enumerate(place.rings):
        if ring.require:
            yield f"{path}.rings[{number}].require", ring.require


def _skills(policy: Policy, agents: Sequence[Staff]) -> Iterator[Finding]:
    for path, expression in _requirements(policy):
        for problem in problems_of_skills(expression, policy.skills):
            if problem.code == "unknown_name":
                yield _finding("unknown_skill", path, skill=problem.term.name, suggestion=problem.suggestion or "")
            else:
                yield _finding("wrong_skill_test", path, test=str(problem.term))
        if not satisfiable(expression, dict.fromkeys(names(expression), LEVEL)):
            yield _finding("requirement_never_met", path, require=str(expression))
    for agent in agents:
        for skill in sorted(agent.skills.keys() - policy.skills):
            yield _finding("unknown_agent_skill", "skills", agent=agent.id, skill=skill)


# --- who serves what ---------------------------------------------------------------------------------------


class _Served:
    """Whether anybody of a queue meets a requirement, each asked once."""

    def __init__(self, policy: Policy, agents: Sequence[Staff]) -> None:
        self.queues = {queue.id: queue for queue in policy.queues}
        self.exits = {
            queue.id: tuple(one.exit.queue for one in queue.overflow if one.exit.queue) for queue in policy.queues
        }
        self.ways: dict[str, tuple[str, ...]] = {}
        self.known: dict[tuple[str, Expression | None], bool] = {}
        self.staff: dict[str, dict[frozenset[tuple[str, int]], Mapping[str, int]]] = {}
        for agent in agents:
            for queue in agent.queues if agent.capacity > 0 else ():
                self.staff.setdefault(queue, {})[frozenset(agent.skills.items())] = agent.skills

    def by_anybody(self, queue: str, require: Expression | None) -> bool:
        """`require`: the queue's own included."""
        key = queue, require
        if key not in self.known:
            staff = self.staff.get(queue, {}).values()
            self.known[key] = any(require is None or holds(require, skills) for skills in staff)
        return self.known[key]

    def ring(self, queue: str, place: Placement) -> int | None:
        """The first ring (0: before any) in which somebody of a queue suits, None if nobody ever does."""
        own = self.queues[queue].require
        for number, seconds in enumerate((0, *(ring.after_seconds for ring in place.rings))):
            if self.by_anybody(queue, place.required(seconds, own)):
                return number
        return None

    def beyond(self, queue: str) -> tuple[str, ...]:
        """The queues that exits lead to from here, one after another."""
        if queue in self.ways:
            return self.ways[queue]
        found = dict.fromkeys(self.exits[queue])
        for one in (ways := list(found)):  # grows while it is read
            for to in self.exits[one]:
                if to not in found:
                    found[to] = None
                    ways.append(to)
        self.ways[queue] = tuple(one for one in found if one != queue)
        return self.ways[queue]


def _placements(policy: Policy, agents: Sequence[Staff]) -> Iterator[Finding]:
    served = _Served(policy, agents)
    for path, place in _places(policy):
        queue = served.queues[place.queue]
        yield from _waits(path, place, served)
        before = place.require
        for number, ring in enumerate(place.rings):
            yield from _ring(f"{path}.rings[{number}]", number + 1, before, ring, queue)
            before = ring.require


def _waits(path: str, place: Placement, served: _Served) -> Iterator[Finding]:
    """Queues in which nobody can work at all are told elsewhere."""
    for queue in (place.queue, *served.beyond(place.queue)):
        if not served.by_anybody(queue, served.queues[queue].require):
            continue
        ring = served.ring(queue, place)
        if ring is None:
            yield _finding("placement_unserved" if queue == place.queue else "exit_unserved", path, queue=queue)
        elif ring and queue == place.queue:
            seconds = place.rings[ring - 1].after_seconds
            yield _finding("placement_waits_for_ring", path, queue=queue, seconds=seconds)


def _ring(path: str, number: int, before: Expression | None, ring: Ring, queue: QueueRouting) -> Iterator[Finding]:
    code = _loosens(before, ring.require)
    if code:
        yield _finding(code, path, ring=number)
    longest = queue.exit_when("max_wait")
    if longest and longest.limit and longest.exit.to in _LEAVES and ring.after_seconds >= longest.limit * 60:
        yield _finding("ring_never_begins", path, ring=number, minutes=longest.limit)


def _loosens(before: Expression | None, after: Expression | None) -> Code | None:
    """None if whoever was taken before is taken after, and others besides."""
    if before == after:
        return "ring_without_effect"
    if after is None:
        return None
    if before is None:
        return "ring_tightens"
    levels = dict.fromkeys(names(all_of(before, after)), LEVEL)
    kept, tighter = implies(before, after, levels), implies(after, before, levels)
    if kept:
        return "ring_without_effect" if tighter else None
    return "ring_tightens" if tighter else "ring_may_not_loosen"


def _queues(policy: Policy, agents: Sequence[Staff], asked: frozenset[str]) -> Iterator[Finding]:
    served = _Served(policy, agents)
    places = {place.queue for _, place in _places(policy)}
    others = {one.exit.queue for queue in policy.queues for one in queue.overflow}
    led_to = asked | places | others | {step.queue for ladder in policy.ladders for step in ladder.steps}
    for at, queue in enumerate(policy.queues):
        path = f"queues[{at}]"
        if queue.id not in led_to:
            yield _finding("queue_without_rule", path, queue=queue.id)
        if not served.by_anybody(queue.id, queue.require):
            yield _finding("queue_unserved", path, "error" if queue.id in led_to else "warning", queue=queue.id)
        if queue.order == "lifo" and queue.target_minutes == 0:
            yield _finding("lifo_without_target", f"{path}.order", queue=queue.id)
        if queue.mode == "pull" and queue.exit_when("refused"):
            yield _finding("never_offered", f"{path}.overflow.refused", queue=queue.id)
        if queue.mode == "pull" and queue.offer_to > 1:
            yield _finding("never_offered", f"{path}.offer_to", queue=queue.id)
    for path, place in _places(policy):
        if place.sticky and place.queue in policy.pulled:
            yield _finding("never_offered", f"{path}.sticky", queue=place.queue)


def _calendars(policy: Policy) -> Iterator[Finding]:
    """Whoever wants a queue closed for good may mean it; promises by such a calendar are none."""
    for name, calendar in policy.calendars.items():
        if not any(calendar.week) and not any(day.shifts for day in calendar.days):
            yield _finding("calendar_never_opens", f"calendars.{name}", calendar=name)


# --- overflow ----------------------------------------------------------------------------------------------

_Way = tuple[tuple[str, str], ...]  # (condition, queue it leads to)


def _overflow(policy: Policy) -> Iterator[Finding]:
    """Ways that lead back. Where all that is needed can be true at the same moment, the item would never rest."""
    exits = {
        queue.id: [(one.when, one.exit.queue) for one in queue.overflow if one.exit.queue] for queue in policy.queues
    }
    at_once = {id: [way for way in ways if way[0] not in ("max_wait", "refused")] for id, ways in exits.items()}
    told: set[str] = set()
    for ways, severity in ((at_once, "error"), (exits, "warning")):
        for at, queue in enumerate(policy.queues):
            way = _way_back(queue.id, ways) if queue.id not in told else None
            if way:
                told |= {to for _, to in way}
                queues, conditions = (queue.id, *(to for _, to in way)), tuple(when for when, _ in way)
                kind: Severity = "error" if severity == "error" or len(way) == 1 else "warning"
                yield _finding("overflow_loop", f"queues[{at}].overflow", kind, queues=queues, conditions=conditions)


def _way_back(start: str, exits: Mapping[str, Sequence[tuple[str, str]]]) -> _Way | None:
    """The shortest way from a queue to itself."""
    seen, ways = {start}, [(start, _Way())]
    for queue, way in ways:  # grows while it is read
        for when, to in exits[queue]:
            if to == start:
                return (*way, (when, to))
            if to not in seen:
                seen.add(to)
                ways.append((to, (*way, (when, to))))
    return None


# --- waiting and ladders ------------------------------------------------------------------------------------


def _overtaken(policy: Policy, agents: Sequence[Staff]) -> Iterator[Finding]:
    longest = policy.longest_overtake_minutes
    for bound in [one for one in bounds(policy, agents) if one.minutes > longest][:MOST_PAIRS]:
        yield _finding(
            "overtaken_too_long",
            "rules",
            queue=bound.queue,
            rule=bound.rule or "",
            by_queue=bound.by_queue,
            by_rule=bound.by_rule or "",
            minutes=bound.minutes,
            longest=longest,
        )


def _ladders(policy: Policy, agents: Sequence[Staff]) -> Iterator[Finding]:
    served = _Served(policy, agents)
    used = {queue.ladder for queue in policy.queues}
    for at, ladder in enumerate(policy.ladders):
        path = f"ladders[{at}]"
        if ladder.id not in used:
            yield _finding("ladder_unused", path, ladder=ladder.id)
        if not ladder.steps or not ladder.steps[-1].notify:
            yield _finding("ladder_without_end", path, ladder=ladder.id)
        for number, step in enumerate(ladder.steps):
            if not (step.queue or step.require or step.priority or step.notify or step.offer):
                yield _finding("ladder_step_without_effect", f"{path}.steps[{number}]", ladder=ladder.id)
        for number, queue in dict.fromkeys(_unserved_steps(ladder, policy, served)):
            yield _finding("ladder_step_unserved", f"{path}.steps[{number}]", ladder=ladder.id, queue=queue)


def _unserved_steps(ladder: Ladder, policy: Policy, served: _Served) -> Iterator[tuple[int, str]]:
    """(step, queue the item is in by then), from each queue in which the ladder begins."""
    for start in (queue.id for queue in policy.queues if queue.ladder == ladder.id):
        queue = start
        for number, step in enumerate(ladder.steps):
            queue = step.queue or queue
            demanded = [one for one in (served.queues[queue].require, step.require) if one]
            if step.require and not served.by_anybody(queue, all_of(*demanded)):
                yield number, queue
