"""Which rule places a contact, why the earlier ones do not, and how a requirement loosens."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.expression import Term, Unmet, Value, holds
from routing.expression_parse import parse
from routing.rules import PassedOver, Placement, Ring, Rule, Sticky, grades, of_levels, place
from tests.routing.expressions import expressions, settings_of_names
from tests.routing.samples import patient


@dataclass(frozen=True)
class Given:
    rules: tuple[Rule, ...] = ()
    default: Placement | None = None


def rule(id: str, when: str, queue: str) -> Rule:
    return Rule(id, id, parse(when), Placement(queue))


POLICY = Given(
    (
        rule("spam", 'spam = "sure"', "quarantine"),
        rule("vip", 'vip or "gold" in segment', "vip"),
        rule("invoices", 'channel = "email" and subject like "*invoice*"', "billing"),
        rule("mail", 'channel = "email"', "mail"),
    ),
    Placement("general"),
)


def test_the_first_rule_that_holds_places() -> None:
    placed = place({"channel": "email", "subject": "Your INVOICE", "spam": "none"}, POLICY)
    assert (placed.rule_id, placed.placement) == ("invoices", Placement("billing"))
    assert [one.rule_id for one in placed.passed] == ["spam", "vip"]


def test_why_the_earlier_ones_did_not() -> None:
    placed = place({"channel": "email", "subject": "Hello", "spam": "none"}, POLICY)
    assert placed.rule_id == "mail"
    assert placed.passed == (
        PassedOver("spam", (Unmet(Term("spam", "=", ("sure",)), "none"),)),
        PassedOver("vip", (Unmet(Term("vip"), None),)),
        PassedOver("invoices", (Unmet(Term("subject", "like", ("*invoice*",)), "Hello"),)),
    )


def test_the_default_is_visible() -> None:
    placed = place({"channel": "voice"}, POLICY)
    assert (placed.rule_id, placed.placement) == (None, Placement("general"))
    assert len(placed.passed) == 4


def test_without_rule_and_default_nothing_is_made_up() -> None:
    assert place({}, Given()).placement is None


def test_without_explanation_the_same_rule_places() -> None:
    assert place({"channel": "email"}, POLICY, explain=False).rule_id == "mail"
    assert place({"channel": "email"}, POLICY, explain=False).passed == ()


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    policy = Given((rule("late", 'text contains "needle"', "x"),))
    assert place({"text": "a" * 9_994 + "needle"}, policy).rule_id == "late"
    assert place({"text": "a" * 9_995 + "needle"}, policy).rule_id is None


@given(st.lists(expressions, max_size=4), settings_of_names)
@patient
def test_one_rule_places_and_no_earlier_one_holds(whens: list[Any], facts: dict[str, Value | None]) -> None:
    rules = tuple(Rule(str(at), "", when, Placement(f"q{at}")) for at, when in enumerate(whens))
    placed = place(facts, Given(rules, Placement("default")))
    count = len(placed.passed)
    assert [one.rule_id for one in placed.passed] == [one.id for one in rules[:count]]
    assert all(one.why_not for one in placed.passed)
    assert not any(holds(one.when, facts) for one in rules[:count])
    assert placed.rule_id == (rules[count].id if count < len(rules) else None)
    assert count == len(rules) or holds(rules[count].when, facts)


# --- rings and preferences --------------------------------------------------------------------------------

STEPS = Placement(
    "help",
    require=parse("german >= 4"),
    rings=(Ring(30, parse("german >= 2")), Ring(60, None)),
)


@pytest.mark.parametrize(
    ("waited", "ring", "required", "following"),
    [
        (0, 0, "german >= 4", 30),
        (29.9, 0, "german >= 4", 30),
        (30, 1, "german >= 2", 60),
        (59, 1, "german >= 2", 60),
        (60, 2, None, None),
        (1e9, 2, None, None),
        (-5, 0, "german >= 4", 30),
    ],
)
def test_rings(waited: float, ring: int, required: str | None, following: int | None) -> None:
    assert STEPS.ring(waited) == ring
    assert STEPS.required(waited) == (parse(required) if required else None)
    assert STEPS.next_ring_seconds(waited) == following


def test_no_ring_loosens_what_the_queue_requires() -> None:
    staff = parse("certified")
    assert STEPS.required(0, staff) == parse("certified and german >= 4")
    assert STEPS.required(60, staff) == staff
    assert Placement("help").required(0) is None


def test_the_first_preference_decides_and_the_next_only_between_equals() -> None:
    prefer = (parse("billing"), parse("french >= 2"), parse("tax"))
    assert grades(prefer, {"billing": 3, "french": 2}) == (3, 1, 0)
    assert grades(prefer, {"billing": 2, "french": 5, "tax": 5}) < grades(prefer, {"billing": 3})
    assert grades(prefer, {"billing": -2}) == (0, 0, 0)
    assert grades((), {"billing": 1}) == ()


levels = st.dictionaries(st.sampled_from(["german", "tax", "Key Account"]), st.integers(0, 5))


@given(levels, levels)
@patient
def test_least_levels_as_an_expression(needed: dict[str, int], skills: dict[str, int]) -> None:
    expression = of_levels(needed)
    suits = all(skills.get(skill, 0) >= level for skill, level in needed.items())
    assert (expression is None or holds(expression, skills)) is suits
    assert expression is None or parse(str(expression)) == expression


@pytest.mark.parametrize(
    "bad",
    [
        {"priority": 11},
        {"priority": -11},
        {"target_minutes": -1},
        {"target_minutes": float("nan")},
        {"target_minutes": 10**9},
        {"rings": (Ring(30, None), Ring(30, None))},
        {"rings": (Ring(60, None), Ring(30, None))},
        {"rings": tuple(Ring(at, None) for at in range(1, 12))},
        {"prefer": (Term("a"),) * 11},
    ],
)
def test_no_placement_out_of_range(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Placement("help", **bad)


def test_no_time_out_of_range() -> None:
    for wrong in (0, -1, 10**9):
        with pytest.raises(ValueError):
            Ring(wrong, None)
    for wrong in (-1, 10**9):
        with pytest.raises(ValueError):
            Sticky("owner", wrong)
    assert Sticky("owner", 0).seconds == 0


def test_ten_thousand_rules() -> None:
    rules = tuple(rule(str(at), f'form.product = "p{at}"', "x") for at in range(10_000))
    placed = place({"form.product": "p9999"}, Given(rules))
    assert placed.rule_id == "9999"
    assert len(placed.passed) == 9_999
