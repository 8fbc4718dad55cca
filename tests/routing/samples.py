"""Floors to decide on: builders with sensible defaults, hypothesis strategies, and a second opinion.

`brute_force` and `may_take` say the rules again in the plainest way, without sharing code with routing/.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from routing.expression import Expression
from routing.expression_parse import parse
from routing.model import Candidate, Held, Plan, Policy, Reason, Work
from routing.rules import Placement, Ring

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no bug
CHAT, CALL = Held("webchat", 30), Held("voice", 100, exclusive=True)


def uid(number: int) -> UUID:
    return UUID(int=number)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def work(number: int, waited: float = 0, **other: Any) -> Work:
    """A chat of normal priority, queued `waited` minutes ago."""
    given: dict[str, Any] = {"queue": "help", "channel": "webchat", "priority": 0, "units": 30} | other
    return Work(id=uid(number), queued_at=ago(waited), **given)


def call(number: int, waited: float = 0, **other: Any) -> Work:
    return work(number, waited, **({"channel": "voice", "units": 100, "exclusive": True} | other))


def agent(number: int, idle: float = 0, **other: Any) -> Candidate:
    """A routable agent of queue help who holds nothing; his id is never that of an item."""
    given: dict[str, Any] = {
        "queues": frozenset({"help"}),
        "skills": {},
        "routable": True,
        "not_routable_reason": None,
        "capacity": 100,
        "load": (),
    } | other
    return Candidate(id=uid(1_000 + number), idle_since=ago(idle), **given)


def needs(text: str | None, *prefer: str, **rings: str | None) -> Placement:
    """What it requires, what it prefers, and its rings: `at60="tax"`, after 60 seconds."""
    widening = tuple(Ring(int(at[2:]), parse(then) if then else None) for at, then in rings.items())
    return Placement("help", parse(text) if text else None, tuple(map(parse, prefer)), rings=widening)


def pairs(plan: Plan) -> list[tuple[int, int]]:
    """(item, agent) by the numbers they were built with."""
    return [(match.work.id.int, match.agent.id.int - 1_000) for match in plan.matches]


def after(agents: Iterable[Candidate], plan: Plan) -> list[Candidate]:
    """The same agents once the offers of the plan are out."""
    return [
        replace(
            one,
            load=one.load
            + tuple(
                Held(match.work.channel, match.work.units, match.work.exclusive, offered=True)
                for match in plan.matches
                if one.id in {match.agent.id, *(other.id for other in match.beside)}
            ),
        )
        for one in agents
    ]


# --- a second opinion ------------------------------------------------------------------------------------


Levels = Mapping[str, int]
MEANING: dict[str | None, Callable[[Levels], bool]] = {  # what each expression of the samples means, by hand
    None: lambda levels: True,
    "french >= 2": lambda levels: levels.get("french", 0) >= 2,
    "french and tax >= 3": lambda levels: levels.get("french", 0) > 0 and levels.get("tax", 0) >= 3,
    "tax or french >= 3": lambda levels: levels.get("tax", 0) > 0 or levels.get("french", 0) >= 3,
    "not trainee": lambda levels: not levels.get("trainee", 0),
}
GRADES: dict[str, Callable[[Levels], int]] = {
    "tax": lambda levels: levels.get("tax", 0),
    "french": lambda levels: levels.get("french", 0),
    "french >= 2": lambda levels: int(levels.get("french", 0) >= 2),
}


def means(expression: Expression | None) -> Callable[[Levels], bool]:
    return MEANING[None if expression is None else str(expression)]


def demanded(item: Work) -> list[Expression | None]:
    """Of the queue, and of the last ring that has begun."""
    if item.placement is None:
        return [item.queue_requires]
    own = item.placement.require
    for ring in item.placement.rings:
        if NOW - item.queued_at >= timedelta(seconds=ring.after_seconds):
            own = ring.require
    return [item.queue_requires, own]


def suits(item: Work, one: Candidate) -> bool:
    """Nothing but his present load keeps the agent from the item."""
    return (
        one.routable
        and item.queue in one.queues
        and all(means(expression)(one.skills) for expression in demanded(item))
        and one.id not in item.excluded_agents
        and item.units <= one.capacity
        and one.limits.get(item.channel, 1) > 0
    )


def may_take(item: Work, one: Candidate, policy: Policy) -> bool:
    working = [held for held in one.load if held.offered or not (item.exclusive and held.interruptible)]
    alone = not any(held.exclusive for held in one.load) and not (item.exclusive and working)
    room = sum(held.units for held in working) + item.units <= one.capacity
    allowed = sum(held.channel == item.channel for held in one.load) < one.limits.get(item.channel, 10**9)
    fits = suits(item, one) and alone and room and allowed
    return fits and sum(h.offered for h in one.load) < policy.offers_per_agent


def waits_for(item: Work, one: Candidate) -> bool:
    """Nobody but this agent is asked for the item."""
    return one.id == item.preferred_agent and item.preferred_until is not None and item.preferred_until > NOW \
        and suits(item, one)


def goes_first(item: Work, policy: Policy) -> tuple[datetime, datetime, UUID]:
    due = item.queued_at + timedelta(minutes=item.target_minutes)
    return due - timedelta(minutes=item.priority * policy.priority_minutes), item.queued_at, item.id


def in_order(items: Sequence[Work], policy: Policy) -> list[Work]:
    """By the moment they are due; where it is the turn of a queue that asks for its newest, the newest in time goes."""
    left, ordered = set(items), list[Work]()
    for turn in sorted(items, key=lambda item: goes_first(item, policy)):
        chosen = turn
        if turn.queue in policy.newest_first and in_time(turn):
            rivals = [item for item in left if item.queue == turn.queue and in_time(item)]
            chosen = max(rivals, key=lambda item: (item.priority, item.queued_at, -item.id.int))
        ordered.append(chosen)
        left.remove(chosen)
    return ordered


def in_time(item: Work) -> bool:
    return max(NOW - item.queued_at, timedelta()) < timedelta(minutes=item.target_minutes)


def burden(one: Candidate) -> tuple[float, datetime, UUID]:
    share = sum(held.units for held in one.load) / one.capacity if one.capacity else 1.0
    return share, one.idle_since, one.id


def preference(item: Work, one: Candidate) -> tuple[Any, ...]:
    """The smallest is asked first: by each preference in turn; of those who have all, who knows the least besides;
    then by burden."""
    prefer = [str(expression) for expression in item.placement.prefer] if item.placement else []
    grade = [GRADES[text](one.skills) for text in prefer]
    asked = " ".join([*prefer, *(str(expression) for expression in demanded(item))])
    besides = [skill for skill, level in one.skills.items() if level > 0 and skill not in asked]
    return tuple(-each for each in grade), len(besides) if prefer and all(grade) else 0, *burden(one)


def why_chosen(item: Work, chosen: Candidate, able: list[Candidate]) -> tuple[str, dict[str, int]]:
    """The reason, and what it must say of the next best."""
    if chosen.id == item.preferred_agent:
        return "preferred_agent", {}
    if len(able) == 1:
        return "only_candidate", {}
    ours, others = preference(item, chosen), preference(item, able[1])
    codes = ("preferred_skill", "fewest_other_skills", "least_loaded", "longest_idle", "longest_idle")
    code, own, other = next(each for each in zip(codes, ours, others, strict=True) if each[1] != each[2])
    if code == "preferred_skill":
        return code, next({"grade": -one, "next": -two} for one, two in zip(own, other, strict=True) if one != two)
    if code == "fewest_other_skills":
        return code, {"others": own, "next": other}
    if code == "least_loaded":
        return code, {"percent": round(100 * own), "next": round(100 * other)}
    idle = [max(0, int((NOW - one.idle_since).total_seconds())) for one in (chosen, able[1])]
    return code, {"seconds": idle[0], "longer_seconds": idle[0] - idle[1]}


def says(reasons: Iterable[Reason], why: tuple[str, dict[str, int]]) -> bool:
    return any(one.code == why[0] and dict(one.data) | why[1] == dict(one.data) for one in reasons)


def in_the_way(item: Work, one: Candidate, policy: Policy, kept: bool) -> str:
    """What keeps the agent from the item, lasting obstacles first; `kept`: he is kept free for an older one."""
    working = [held for held in one.load if held.offered or not (item.exclusive and held.interruptible)]
    of_channel = sum(held.channel == item.channel for held in one.load)
    found = {
        "not_in_queue": item.queue not in one.queues,
        "skill_missing": not all(means(expression)(one.skills) for expression in demanded(item)),
        "over_capacity": item.units > one.capacity,
        "channel_limit 0": one.limits.get(item.channel) == 0,
        "excluded": one.id in item.excluded_agents,
        "not_routable": not one.routable,
        "exclusive_conflict": any(held.exclusive for held in one.load) or (item.exclusive and working),
        "busy": sum(held.units for held in ([] if item.exclusive else one.load)) + item.units > one.capacity,
        "channel_limit": of_channel >= one.limits.get(item.channel, 10**9),
        "offer_open": not item.pulled and sum(held.offered for held in one.load) >= policy.offers_per_agent,
        "held_for_older": kept and not item.pulled,
    }
    return next((code.split()[0] for code, true in found.items() if true), "agent_free")


def lost_to(item: Work, one: Candidate, given: Sequence[Work], policy: Policy) -> Work | None:
    """To which of what he was `given` before it the item lost this agent, who could have taken it at first."""
    if not may_take(item, one, policy):
        return None
    for other in given:
        one = replace(one, load=(*one.load, Held(other.channel, other.units, other.exclusive, offered=True)))
        if not may_take(item, one, policy):
            return other
    return None


def turns(items: Sequence[Work], policy: Policy) -> dict[UUID, datetime]:
    """When the turn of each comes. Where the newest goes first, turns change hands."""
    moments = sorted(goes_first(item, policy)[0] for item in items)
    return {item.id: moment for item, moment in zip(in_order(items, policy), moments, strict=True)}


@dataclass
class Told:
    """What a waiting item is told of those who go first: `lost`, `minutes`: how many agents, and by how much its turn
    comes later than that of the nearest of those it lost them to; `newest`: for being newer than it; `ways`: of each
    other agent, what is in the way; `kept_minutes`: the same of those whom agents are kept for.
    """

    lost: int
    minutes: float | None
    newest: bool
    ways: dict[UUID, str]
    kept_minutes: float | None


def told(item: Work, items: Sequence[Work], staff: Iterable[Candidate], plan: Plan, policy: Policy,
         kept_for: Mapping[UUID, UUID]) -> Told:
    ordered, turn = in_order(items, policy), turns(items, policy)
    first = {one.id for one in ordered[: next(at for at, one in enumerate(ordered) if one.id == item.id)]}
    matched = {one.work.id: one.agent.id for one in plan.matches}
    by_id, before = {one.id: one for one in items}, {one.id: one for one in staff}
    lost: list[Work] = []
    ways = {}
    for one in after(before.values(), plan):
        given = [other for other in ordered if matched.get(other.id) == one.id and other.id in first]
        to = None if item.pulled else lost_to(item, before[one.id], given, policy)
        if to:
            lost.append(to)
        else:
            ways[one.id] = in_the_way(item, one, policy, one.id in kept_for.values())
    nearest = max(lost, key=ordered.index, default=None)
    older = [turn[other] for other, one in kept_for.items() if other in first and ways.get(one) == "held_for_older"]
    return Told(
        len(lost), minutes(turn[item.id] - turn[nearest.id]) if nearest else None,
        nearest is not None and nearest.queue == item.queue and item.queue in policy.newest_first
        and in_time(item) and in_time(by_id[nearest.id]),
        ways, minutes(turn[item.id] - max(older)) if older else None)


def minutes(time: timedelta) -> float:
    return round(time / timedelta(minutes=1), 2)


def agrees(reasons: Iterable[Reason], expected: Told) -> bool:
    """Each agent is counted once, and the minutes are true."""
    counted: Counter[str] = Counter()
    said: dict[str, Mapping[str, str | int | float]] = {}
    for reason in reasons:
        if reason.code not in ("place_kept", "held_for_preferred", "ring", "refused", "no_agents", "pulled"):
            counted[reason.code] += int(reason.data["agents"])
            said[reason.code] = reason.data
    ways = Counter(expected.ways.values())
    if expected.lost:
        ways["lower_score"] = expected.lost
    lower, held = said.get("lower_score", {}), said.get("held_for_older", {})
    return counted == ways and (lower.get("minutes"), "newest" in lower) == (expected.minutes, expected.newest) \
        and held.get("minutes") == expected.kept_minutes


@dataclass
class Opinion:
    matched: dict[UUID, UUID]
    kept_for: dict[UUID, UUID]
    why: dict[UUID, tuple[str, dict[str, int]]]  # the reason for which this agent was chosen and not the next best


def brute_force(items: Sequence[Work], agents: Sequence[Candidate], policy: Policy) -> Opinion:
    """Every item against every agent, nothing remembered but who has what."""
    floor = {one.id: one for one in agents}
    opinion = Opinion({}, {}, {})
    for item in in_order(items, policy):
        unkept = [one for one in floor.values() if one.id not in opinion.kept_for.values()]
        able = [one for one in unkept if may_take(item, one, policy)]
        able.sort(key=lambda one: preference(item, one))
        if any(waits_for(item, one) for one in agents):
            able = [one for one in able if one.id == item.preferred_agent]
            if not able:
                continue
        if able:
            chosen = next((one for one in able if one.id == item.preferred_agent), able[0])
            opinion.why[item.id] = why_chosen(item, chosen, able)
            offer = Held(item.channel, item.units, item.exclusive, offered=True)
            floor[chosen.id] = replace(chosen, load=(*chosen.load, offer))
            opinion.matched[item.id] = chosen.id
        elif max(NOW - item.queued_at, timedelta()) >= timedelta(minutes=policy.hold_back_minutes):
            suited = [one for one in unkept if suits(item, one)]
            if suited:
                opinion.kept_for[item.id] = min(suited, key=burden).id
    return opinion


def ring_at(plan: Plan, staff: Iterable[Candidate], policy: Policy, kept: Iterable[UUID]) -> list[list[UUID]]:
    """At whom else each offer of a plan rings: of those with room when all offers are out, and kept for nothing."""
    alone = replace(plan, matches=tuple(replace(one, beside=()) for one in plan.matches))
    floor = {one.id: one for one in after(staff, alone) if one.id not in set(kept)}
    found = []
    for match in plan.matches:
        item, chosen = match.work, list[UUID]()
        while 1 + len(chosen) < item.offer_to and match.agent.id != item.preferred_agent:
            able = [one for one in floor.values()
                    if one.id not in {match.agent.id, *chosen} and may_take(item, one, policy)]
            if not able:
                break
            best = min(able, key=lambda one: preference(item, one))
            held = Held(item.channel, item.units, item.exclusive, offered=True)
            floor[best.id] = replace(best, load=(*best.load, held))
            chosen.append(best.id)
        found.append(chosen)
    return found


def taken_next(items: Sequence[Work], one: Candidate, policy: Policy) -> list[UUID]:
    """What the agent may take himself, the next first."""
    patient_one, many = replace(one, routable=True), replace(policy, offers_per_agent=10**9)

    def place(item: Work) -> int:
        if item.preferred_agent is None or item.preferred_as != "named":
            return 1
        return 0 if item.preferred_agent == one.id else 2 if in_time(item) else 1

    able = [item for item in in_order(items, policy) if item.pulled and may_take(item, patient_one, many)]
    return [item.id for item in sorted(able, key=place)]


# --- strategies: few values, so that ties and conflicts are common ---------------------------------------

Kind = tuple[str, Expression | None, Placement | None, tuple[int, bool]]
queues = st.sampled_from(["help", "help", "help", "sales"])
of_queue = st.sampled_from([None, None, None, parse("not trainee"), parse("french >= 2")])
placements = st.sampled_from([
    None,
    None,
    needs("french >= 2"),
    needs("french and tax >= 3", at240="french >= 2", at600=None),
    needs("tax or french >= 3", "french >= 2", "tax", at480="french >= 2"),
    needs(None, "tax", "french"),
    needs(None, "french", at300="not trainee"),
])
sizes = st.sampled_from([(30, False), (20, False), (30, False), (40, False), (0, False), (100, True), (40, True)])
offered = replace(CHAT, offered=True)
mail = Held("email", 20, interruptible=True)
loads = st.sampled_from(
    [(), (), (CHAT,), (CHAT, CHAT), (CHAT, CHAT, CHAT), (CALL,), (offered,), (Held("form", 20), CHAT), (mail, mail)]
)
limits = st.sampled_from([{}, {}, {"webchat": 1}, {"webchat": 2, "voice": 0}])
agent_ids = st.integers(1_001, 1_005).map(uid)
skills = st.sampled_from([
    {}, {"french": 1}, {"french": 2}, {"french": 3, "tax": 3}, {"french": 2, "dance": 4}, {"tax": 3, "trainee": 1},
    {"tax": 3, "french": 0}, {"tax": 2, "french": 3, "dance": 1, "chess": 0},
])
HELP, SALES = frozenset({"help"}), frozenset({"sales"})


kinds = st.tuples(queues, of_queue, placements, sizes)


@st.composite
def items(draw: st.DrawFn, number: int, kind: st.SearchStrategy[Kind] = kinds) -> Work:
    queue, required, placement, (units, exclusive) = draw(kind)
    return work(
        number,
        draw(st.sampled_from([0, 3, 5, 8, 10, 15, 30, -1])),
        queue=queue,
        channel="voice" if exclusive else "webchat",
        target_minutes=draw(st.sampled_from([0, 0, 1, 20])),
        preferred_until=draw(st.none() | st.sampled_from([ago(1), ago(-1), ago(0)])),
        priority=draw(st.sampled_from([0, 0, 0, 1, 2, -1])),
        units=units,
        exclusive=exclusive,
        queue_requires=required,
        placement=placement,
        excluded_agents=draw(st.just(frozenset()) | st.frozensets(agent_ids, max_size=2)),
        preferred_agent=draw(st.none() | st.none() | agent_ids),
        preferred_as=draw(st.sampled_from(["named", "owner"])),
        refusals=draw(st.sampled_from([0, 0, 2])),
    )


@st.composite
def candidates(draw: st.DrawFn, number: int) -> Candidate:
    reason = draw(st.sampled_from([None, None, None, None, "break"]))
    return agent(
        number,
        draw(st.sampled_from([0, 1, 1, 2])),
        queues=draw(st.sampled_from([HELP, HELP | SALES, SALES])),
        skills=draw(skills),
        routable=reason is None,
        not_routable_reason=reason,
        capacity=draw(st.sampled_from([100, 100, 50, 200, 0])),
        load=draw(loads),
        limits=draw(limits),
    )


@st.composite
def floors(draw: st.DrawFn) -> tuple[list[Work], list[Candidate], Policy]:
    """Up to nine items of up to three kinds, up to five agents, one policy."""
    few = st.sampled_from(draw(st.lists(kinds, min_size=1, max_size=3)))
    waiting = [draw(items(number, few)) for number in range(1, draw(st.integers(1, 9)) + 1)]
    staff = [draw(candidates(number)) for number in range(1, draw(st.integers(0, 5)) + 1)]
    policy = Policy(
        priority_minutes=draw(st.sampled_from([5, 0])),
        hold_back_minutes=draw(st.sampled_from([10, 0, 1_000])),
        offers_per_agent=draw(st.sampled_from([1, 2, 9])),
        newest_first=draw(st.sampled_from([frozenset(), frozenset(), SALES, HELP])),
    )
    return waiting, staff, policy
