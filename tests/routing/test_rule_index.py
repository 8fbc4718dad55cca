"""Rules found by what a contact has are the rules that are found by trying them all."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routing import rules as placing
from routing.expression import Expression, Value, holds
from routing.expression_parse import parse
from routing.policy import Policy
from routing.rule_index import RuleIndex
from routing.rules import Placement, Rule, place
from tests.routing.expressions import expressions, settings_of_names


def a_policy(*whens: Expression) -> Policy:
    rules = tuple(Rule(f"r{at}", f"Rule {at}", when, Placement(f"q{at}")) for at, when in enumerate(whens))
    return Policy(queues=(), rules=rules, default=Placement("general"))


@given(st.lists(expressions, max_size=12), settings_of_names)
def test_the_same_rule_as_by_trying_one_after_the_other(whens: list[Any], facts: dict[str, Value | None]) -> None:
    given = a_policy(*whens)
    naive = next((rule for rule in given.rules if holds(rule.when, facts)), None)
    found = place(facts, given, explain=False)
    assert (found.rule_id, found.placement) == ((naive.id, naive.place) if naive else (None, given.default))
    assert place(facts, given).rule_id == found.rule_id


@given(st.lists(expressions, max_size=12), settings_of_names)
def test_no_rule_that_holds_is_missed_and_the_order_is_kept(whens: list[Any], facts: dict[str, Value | None]) -> None:
    found = list(RuleIndex(whens).candidates(facts))
    assert found == sorted(set(found))
    assert {at for at, when in enumerate(whens) if holds(when, facts)} <= set(found)


def test_of_ten_thousand_rules_few_are_tried() -> None:
    whens = [parse(f'channel = "email" and address_dialled = "n{at}@example.org"') for at in range(9_000)]
    whens += [parse(f'segment contains "s{at}" or form in ("f{at}", "g{at}")') for at in range(995)]
    whens += map(parse, ('channel = "voice"', "not known", "hour > 20", "vip", 'subject like "*!"'))
    facts: dict[str, Value | None] = {
        "channel": "email", "address_dialled": "N4711@example.org", "segment": ("press", "S7"), "form": "g8",
        "hour": 3, "subject": "Light", "vip": None, "known": True}
    tried = list(RuleIndex(whens).candidates(facts))
    assert tried == [4711, 9_007, 9_008, 9_996, 9_997, 9_999]


def test_an_index_belongs_to_its_rules_and_few_are_kept() -> None:
    several = [a_policy(parse(f'form = "f{at}"')) for at in range(3 * placing.MOST_INDEXES)]
    for at, one in enumerate(several):
        assert place({"form": f"f{at}"}, one, explain=False).rule_id == "r0"
        assert place({"form": "other"}, one, explain=False).rule_id is None
    assert len(placing._indexes) <= placing.MOST_INDEXES
