"""What the linter finds, each with its path and its data, and that it says nothing about a sound policy."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.bounds import Staff
from routing.expression import Expression, Value, holds
from routing.facts import fact_named, strange_facts
from routing.lint import Finding, lint
from routing.lint_rules import MOST_COMPARED, unreachable
from routing.policy_data import load as read
from routing.rules import Placement, Rule
from tests.routing.expressions import expressions, settings_of_names
from tests.routing.policies import FULL, changed, policy
from tests.routing.samples import patient

ANN = Staff("ann", frozenset({"help", "sales", "billing", "general"}), {"german": 3, "billing": 3, "Key Account": 1})


def found(agents: list[Staff] | None = None, **entries: Any) -> list[tuple[str, str, str]]:
    """(severity, code, path) with SMALL and other entries."""
    return short(whole(agents, **entries))


def whole(agents: list[Staff] | None = None, **entries: Any) -> tuple[Finding, ...]:
    return lint(policy(**{"skills": sorted(ANN.skills), **entries}), agents or [ANN])


def short(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(one.severity, one.code, one.path) for one in findings]


def rule(id: str, when: str, **place: Any) -> dict[str, Any]:
    return {"id": id, "when": when, "place": {"queue": "help"} | place}


def queue(id: str, **other: Any) -> dict[str, Any]:
    return {"id": id} | other


def test_nothing_about_a_sound_policy() -> None:
    assert found() == []
    agent = Staff("ann", frozenset({"billing", "general"}), {"german": 3, "billing": 3, "Key Account": 1})
    assert lint(read(FULL), [agent]) == ()


def test_no_default() -> None:
    assert found(default=None, rules=[rule("r", "vip")]) == [("error", "missing_default", "default")]


# --- rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ('channel = "email"', 'channel = "EMAIL" and vip'),
        ('channel in ("email", "form")', 'channel = "form"'),
        ('channel in ("email", "form")', 'channel in ("form", "email")'),
        ('vip or subject contains "invoice"', 'subject like "*invoices*" and hour > 8'),
        ('segment = "gold"', '"gold" in segment'),
        ('"gold" in segment', 'segment = "gold" and segment = "press"'),
        ("hour >= 9", "hour between 9 and 17"),
        ("hour < 12 or hour >= 12", "vip"),  # holds always
        ('spam != "sure"', 'spam = "none" and vip'),
        ("vip", 'vip and (channel = "email" or channel = "form")'),
    ],
)
def test_a_rule_behind_another(earlier: str, later: str) -> None:
    rules = [rule("other", 'form = "x"'), rule("first", earlier), rule("second", later)]
    findings = whole(rules=rules)
    (unreached,) = [one for one in findings if one.code == "rule_unreachable"]
    assert (unreached.severity, unreached.path) == ("error", "rules[2].when")
    assert unreached.data == {"rule": "second", "by": "first"}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ('channel = "email" and vip', 'channel = "email"'),
        ('channel = "email"', "vip"),
        ('subject contains "invoices"', 'subject contains "invoice"'),
        ("hour between 9 and 17", "hour >= 9"),
    ],
)
def test_a_rule_that_can_be_reached(earlier: str, later: str) -> None:
    assert found(rules=[rule("first", earlier), rule("second", later)]) == []


def test_a_rule_that_never_holds() -> None:
    assert found(rules=[rule("r", "hour < 9 and hour > 17")]) == [("error", "rule_never_holds", "rules[0].when")]


def test_a_rule_that_always_holds() -> None:
    findings = whole(rules=[rule("all", "hour >= 0"), rule("r", "vip")])
    assert short(findings) == [
        ("error", "rule_unreachable", "rules[1].when"),
        ("warning", "default_unreachable", "default"),
    ]
    assert findings[1].data == {"rule": "all"}


@given(st.lists(expressions, min_size=2, max_size=4), st.lists(settings_of_names, min_size=5, max_size=20))
@settings(patient, max_examples=100)
def test_what_is_called_unreachable_is_never_reached(
    whens: list[Expression], tried: list[dict[str, Value | None]]
) -> None:
    rules = [Rule(str(at), "", when, Placement("help")) for at, when in enumerate([*whens, whens[0]])]
    seen = unreachable(rules)
    assert seen.complete
    for given_values in tried:
        values = {name: value if possible(name, value) else None for name, value in given_values.items()}
        reached = next((at for at, one in enumerate(rules) if holds(one.when, values)), None)
        assert reached not in seen.behind
        assert reached not in seen.never
        assert seen.always is None or reached is not None
    assert len(rules) - 1 in {*seen.behind, *seen.never}


def possible(name: str, value: Value | None) -> bool:
    return value is None or fact_named(name) is None or name not in strange_facts({name: value})


def test_ten_thousand_rules_of_different_values_are_all_compared() -> None:
    rules = [rule(f"r{n}", f'channel = "email" and form.product = "p{n}"') for n in range(10_000)]
    rules[-1] = rule("last", 'form.product = "P7" and channel = "email" and vip')
    findings = whole(rules=rules)
    assert [dict(one.data) for one in findings] == [{"rule": "last", "by": "r7"}]


def test_too_many_rules_to_compare_are_said_to_be() -> None:
    rules = [rule(f"r{n}", f'text contains "p{n}."') for n in range(400)]
    findings = whole(rules=rules)
    assert short(findings) == [("warning", "rules_not_all_compared", "rules")]
    assert findings[0].data == {"compared": MOST_COMPARED}


# --- skills and agents -------------------------------------------------------------------------------------


def test_skills_that_nobody_knows() -> None:
    rules = [rule("r", "vip", require="germann >= 2", prefer=["billing", "frensh"], rings=[{"after_seconds": 9}])]
    agents = [ANN, Staff("bob", frozenset({"help"}), {"germann": 3, "cooking": 1})]
    findings = whole(agents, rules=rules)
    assert short(findings) == [
        ("error", "unknown_skill", "rules[0].place.require"),
        ("error", "unknown_skill", "rules[0].place.prefer[1]"),
        ("warning", "unknown_agent_skill", "skills"),
        ("warning", "unknown_agent_skill", "skills"),
    ]
    assert findings[0].data == {"skill": "germann", "suggestion": "german"}
    assert findings[3].data == {"agent": "bob", "skill": "germann"}


def test_tests_that_no_level_meets() -> None:
    assert found(rules=[rule("r", "vip", require='german = "good" or billing')]) == [
        ("error", "wrong_skill_test", "rules[0].place.require")
    ]
    assert found(rules=[rule("r", "vip", require="german > 2 and german < 3")]) == [
        ("error", "requirement_never_met", "rules[0].place.require"),
        ("error", "placement_unserved", "rules[0].place"),
    ]


def test_a_queue_that_nobody_serves() -> None:
    lazy = Staff("bob", frozenset({"sales"}), {}, capacity=0)
    queues = [queue("help"), queue("sales"), queue("spare")]
    assert found([ANN, lazy], queues=queues, rules=[rule("r", "vip", queue="sales")]) == [
        ("warning", "queue_without_rule", "queues[2]"),
        ("warning", "queue_unserved", "queues[2]"),
    ]
    only_help = [Staff("ann", frozenset({"help"}), {}), lazy]
    assert found(only_help, queues=queues[:2], rules=[rule("r", "vip", queue="sales")]) == [
        ("error", "queue_unserved", "queues[1]")
    ]
    strict = [queue("help", require="german >= 5")]
    assert found(queues=strict) == [("error", "queue_unserved", "queues[0]")]


def test_a_placement_that_nobody_serves_even_after_the_last_ring() -> None:
    rings = [{"after_seconds": 30, "require": "german >= 4"}]
    assert found(rules=[rule("r", "vip", require="german >= 5", rings=rings)]) == [
        ("error", "placement_unserved", "rules[0].place")
    ]
    served = [*rings, {"after_seconds": 60}]
    findings = whole(rules=[rule("r", "vip", require="german >= 5", rings=served)])
    assert short(findings) == [("warning", "placement_waits_for_ring", "rules[0].place")]
    assert findings[0].data == {"queue": "help", "seconds": 60}


@pytest.mark.parametrize(
    ("require", "ring", "expected"),
    [
        ("german >= 3", None, None),
        ("german >= 3", "german >= 2", None),
        ("german >= 3 and billing", "german >= 3", None),
        ("german >= 3", "german >= 3 or billing", None),
        ("german >= 2", "german >= 3", ("error", "ring_tightens")),
        (None, "german", ("error", "ring_tightens")),
        ("german", "german", ("warning", "ring_without_effect")),
        (None, None, ("warning", "ring_without_effect")),
        ("german", "german >= 1", ("warning", "ring_without_effect")),
        ("german", "billing", ("warning", "ring_may_not_loosen")),
    ],
)
def test_rings_that_do_not_loosen(require: str | None, ring: str | None, expected: tuple[str, str] | None) -> None:
    rings = [{"after_seconds": 30, "require": ring}]
    where = [(*expected, "rules[0].place.rings[0]")] if expected else []
    assert found(rules=[rule("r", "vip", require=require, rings=rings)]) == where


def test_a_ring_that_never_begins() -> None:
    leaves = queue("help", overflow={"max_wait": {"minutes": 2, "to": "callback"}})
    stays = queue("help", overflow={"max_wait": {"minutes": 2, "to": "keep"}})
    rules = [rule("r", "vip", require="german", rings=[{"after_seconds": 120}])]
    assert found(queues=[leaves], rules=rules) == [("warning", "ring_never_begins", "rules[0].place.rings[0]")]
    assert found(queues=[stays], rules=rules) == []


# --- overflow, order, ladders --------------------------------------------------------------------------------

OFFICE = {"office": {"zone": "UTC", "week": {"mon": ["09:00-17:00"]}}}


def to(target: str, **limit: int) -> dict[str, Any]:
    return {"to": "queue", "queue": target, **limit}


def test_queues_that_send_each_other_their_work() -> None:
    queues = [
        queue("help", overflow={"nobody_logged_in": to("sales")}),
        queue("sales", overflow={"closed": to("billing")}, calendar="office"),
        queue("billing", overflow={"max_length": to("help", items=9)}),
    ]
    findings = whole(queues=queues, calendars=OFFICE)
    assert short(findings) == [("error", "overflow_loop", "queues[0].overflow")]
    assert findings[0].data == {
        "queues": ("billing", "help", "sales", "billing"),
        "conditions": ("max_length", "nobody_logged_in", "closed"),
    }


def test_a_way_back_that_takes_time_is_a_warning() -> None:
    queues = [
        queue("help", overflow={"nobody_logged_in": to("sales")}),
        queue("sales", overflow={"max_wait": to("help", minutes=9)}),
    ]
    assert found(queues=queues) == [("warning", "overflow_loop", "queues[0].overflow")]


def test_a_queue_that_overflows_into_itself() -> None:
    queues = [queue("help", overflow={"max_wait": to("help", minutes=9)})]
    assert found(queues=queues) == [("error", "overflow_loop", "queues[0].overflow")]


def test_a_long_chain_is_no_loop() -> None:
    queues = [queue(f"q{n}", overflow={"max_wait": to(f"q{n + 1}", minutes=1)}) for n in range(900)]
    everywhere = Staff("ann", frozenset(f"q{n}" for n in range(901)), {})
    assert found([everywhere], queues=[*queues, queue("q900")], default={"queue": "q0"}) == []


def test_who_may_be_overtaken_too_long() -> None:
    rules = [rule("vip", "vip", queue="sales", priority=10), rule("slow", 'spam = "suspected"', priority=-10)]
    queues = [queue("help"), queue("sales")]
    findings = whole(queues=queues, rules=rules, longest_overtake_minutes=99)
    assert short(findings) == [("warning", "overtaken_too_long", "rules")]
    assert findings[0].data == {
        "queue": "help", "rule": "slow", "by_queue": "sales", "by_rule": "vip", "minutes": 100, "longest": 99,
    }  # fmt: skip
    assert found(queues=queues, rules=rules, longest_overtake_minutes=100) == []


def test_a_calendar_that_never_opens() -> None:
    day = {"on": "2026-12-24", "name": "Christmas Eve", "hours": ["08:00-12:00"]}
    never: dict[str, Any] = {"zone": "UTC", "week": {}, "closed": [{"on": "2026-12-25", "name": "Christmas Day"}]}
    assert found(calendars={"office": never}) == [("warning", "calendar_never_opens", "calendars.office")]
    assert found(calendars={"office": never | {"special": [day]}}) == []


def test_newest_first_needs_a_target() -> None:
    queues = [queue("help", order="lifo", target_minutes=0)]
    assert found(queues=queues) == [("warning", "lifo_without_target", "queues[0].order")]


def test_what_only_offers_have_counts_for_nothing_where_nothing_is_offered() -> None:
    refused = {"refused": {"times": 3, "to": "keep"}}
    queues = [queue("help", mode="pull", overflow=refused)]
    default = {"queue": "help", "sticky": {"to": "owner", "seconds": 30}}
    told = [("warning", "never_offered", "queues[0].overflow.refused"), ("warning", "never_offered", "default.sticky")]
    assert sorted(found(queues=queues, default=default)) == sorted(told)
    queues[0]["mode"] = "push"
    assert found(queues=queues, default=default) == []


def test_ladders() -> None:
    ladders = [
        {"id": "up", "steps": [{"after_minutes": 5}, {"priority": 2}]},
        {"id": "spare", "steps": [{"notify": ["admin"]}]},
    ]
    assert found(queues=[queue("help", ladder="up")], ladders=ladders) == [
        ("warning", "ladder_without_end", "ladders[0]"),
        ("warning", "ladder_step_without_effect", "ladders[0].steps[0]"),
        ("warning", "ladder_unused", "ladders[1]"),
    ]


def test_a_ladder_leads_to_somebody() -> None:
    steps = [{"require": "german >= 2"}, {"queue": "sales", "require": "german >= 4"}, {"notify": ["admin"]}]
    queues = [queue("help", ladder="up"), queue("sales", ladder="up")]
    rules = [rule("r", "vip", queue="sales")]
    findings = whole(queues=queues, rules=rules, ladders=[{"id": "up", "steps": steps}])
    assert short(findings) == [("error", "ladder_step_unserved", "ladders[0].steps[1]")]
    assert findings[0].data == {"ladder": "up", "queue": "sales"}


def test_an_exit_to_where_nobody_suits() -> None:
    queues = [
        queue("help", overflow={"max_wait": to("sales", minutes=9)}),
        queue("sales", overflow={"max_wait": to("billing", minutes=9)}),
        queue("billing", require="billing"),
    ]
    both = Staff("a", frozenset({"help", "sales"}), {"german": 2})
    staff = [both, Staff("b", frozenset({"billing"}), {"billing": 1})]
    rules = [rule("r", "vip", require="german")]
    findings = whole(staff, queues=queues, rules=rules)
    assert short(findings) == [("error", "exit_unserved", "rules[0].place")]
    assert findings[0].data == {"queue": "billing"}
    loosened = [rule("r", "vip", require="german", rings=[{"after_seconds": 60}])]
    assert found(staff, queues=queues, rules=loosened) == []


def test_errors_come_first() -> None:
    severities = [one[0] for one in found(queues=[queue("spare"), queue("help")], rules=[rule("r", "hour > 99")])]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}


@given(st.sampled_from(["rules.0.place.require", "rules.0.place.rings.0.require", "queues.0.require"]), expressions)
@settings(patient, max_examples=100)
def test_any_policy_is_judged(path: str, expression: Expression) -> None:
    made = read(changed(FULL, path, str(expression)))
    findings = lint(made, [ANN])
    assert findings == lint(made, [ANN])
    assert all(one.path for one in findings)
