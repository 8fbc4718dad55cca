"""What expressions mean, and why they do not hold."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.expression import (
    And,
    Expression,
    Not,
    Or,
    Term,
    Unmet,
    Value,
    all_of,
    any_of,
    holds,
    met,
    names,
    terms,
    why_not,
)
from routing.expression_parse import parse
from tests.routing.expressions import NAMES, expressions, opinion, settings_of_names, values
from tests.routing.samples import patient

AGENT: dict[str, Value | None] = {"german": 3, "billing": 1, "sales": 4, "trainee": 0, "tax": None}
MAIL: dict[str, Value | None] = {
    "channel": "email",
    "language": "DE",
    "subject": "Re: Invoice 4711, order AB-17",
    "segment": ("Gold", "press"),
    "vip": True,
    "open_case": False,
    "contract": "",
    "repeat_contacts": 2,
    "hour": 17,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("german >= 3 and (billing or sales between 2 and 4) and not trainee", True),
        ("german > 3", False),
        ("german = 3 and german != 4 and german <= 3 and german < 3.5", True),
        ("sales between 4 and 9", True),
        ("sales between 1 and 3", False),
        ("sales not between 1 and 3", True),
        ("trainee", False),  # level 0
        ("trainee >= 0", True),
        ("french", False),
        ("french < 3", False),  # who has none is not below 3 ...
        ("not french >= 3", True),  # ... but he is not at 3 either
        ("french != 3", True),
        ("french not in (1, 2)", True),
        ("tax", False),  # None is absent
        ("german in (1, 3)", True),
        ('german = "3"', False),
        ('german contains "3"', False),
        ("billing or french and french", True),  # and binds closer
        ("(billing or french) and french", False),
    ],
)
def test_skills(text: str, expected: bool) -> None:
    assert holds(parse(text), AGENT) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('channel = "email" and language in ("de", "fr") and subject contains "invoice"', True),
        ('subject like "*order ??-*"', True),
        ('subject like "order*"', False),
        ('subject like "re:*17"', True),
        ('subject contains "inVOICE 4711"', True),
        ('subject not contains "spam"', True),
        ("subject >= 3", False),
        ("subject", True),
        ("contract", False),  # empty
        ("vip", True),
        ("open_case", False),
        ("not open_case", True),
        ("vip >= 1", False),  # a flag is no number
        ('vip = "true"', False),
        ('"gold" in segment', True),
        ('"gol" in segment', False),  # a member, not a part of one
        ('segment like "gol*"', True),
        ('segment = "press"', True),
        ('segment != "press"', False),
        ('segment in ("silver", "PRESS")', True),
        ('segment not in ("silver", "PRESS")', False),
        ('segment != "silver"', True),
        ("segment", True),
        ("hour between 9 and 17", True),
        ("repeat_contacts >= 2", True),
        ('ghost = "x"', False),
        ('ghost != "x"', True),
        ('ghost not like "x"', True),
    ],
)
def test_facts(text: str, expected: bool) -> None:
    assert holds(parse(text), MAIL) is expected


def test_an_empty_set_is_like_absent() -> None:
    for text in ("segment", 'segment = "x"', 'segment like "*"', 'segment contains "x"'):
        assert not holds(parse(text), {"segment": ()})


@given(expressions, settings_of_names)
@settings(patient, max_examples=300)
def test_equals_the_second_opinion(expression: Expression, given_values: dict[str, Value | None]) -> None:
    assert holds(expression, given_values) == opinion(expression, given_values)


@given(expressions, settings_of_names)
@patient
def test_two_answers_only(expression: Expression, given_values: dict[str, Value | None]) -> None:
    assert holds(Not(expression), given_values) is not holds(expression, given_values)


@given(st.sampled_from(["=", "in", "contains", "like"]), st.text(min_size=1, max_size=5))
@patient
def test_values_of_a_foreign_kind_meet_nothing_and_break_nothing(test: str, text: str) -> None:
    try:
        term = Term("x", test, (text,))  # type: ignore[arg-type]
    except ValueError:
        return
    for strange in (object(), [1], {"a": 1}, b"x", float("nan")):
        assert met(term, strange) is False  # type: ignore[arg-type]


def test_not_a_number_meets_nothing() -> None:
    for text in ("x", "x = 1", "x < 1", "x >= 1", "x between 0 and 9"):
        assert not holds(parse(text), {"x": float("nan")})


# --- why not ---------------------------------------------------------------------------------------------


def test_nothing_stands_in_the_way_of_what_holds() -> None:
    assert why_not(parse("german >= 3 and not trainee"), AGENT) == ()


def test_each_failing_part_of_an_and_is_named_with_what_was_found() -> None:
    assert why_not(parse("german >= 4 and billing and french"), AGENT) == (
        Unmet(Term("german", ">=", (4,)), 3),
        Unmet(Term("french"), None),
    )


def test_of_an_or_the_part_nearest_to_holding_is_named() -> None:
    found = why_not(parse("(french and italian) or german >= 4 or tax"), AGENT)
    assert found == (Unmet(Term("german", ">=", (4,)), 3),)


def test_what_must_not_be_is_marked() -> None:
    assert why_not(parse("not billing"), AGENT) == (Unmet(Term("billing"), 1, negated=True),)
    assert why_not(parse("not (billing and sales)"), AGENT) == (Unmet(Term("billing"), 1, negated=True),)
    assert why_not(parse("not (billing or sales)"), AGENT) == (
        Unmet(Term("billing"), 1, negated=True),
        Unmet(Term("sales"), 4, negated=True),
    )


def test_one_test_is_named_once() -> None:
    assert why_not(parse("french and (french or italian)"), AGENT) == (Unmet(Term("french"), None),)


@given(expressions, settings_of_names)
@patient
def test_something_stands_in_the_way_exactly_if_it_does_not_hold(
    expression: Expression, given_values: dict[str, Value | None]
) -> None:
    assert (why_not(expression, given_values) == ()) is holds(expression, given_values)


def shape(truths: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(truths, min_size=2, max_size=3)
    return st.one_of(
        truths.map(Not), several.map(lambda parts: all_of(*parts)), several.map(lambda parts: any_of(*parts))
    )


def numbered(expression: Expression, counter: list[int]) -> Expression:
    """The same tree with each test of a name of its own."""
    if isinstance(expression, Term):
        counter.append(len(counter))
        return Term(f"t{counter[-1]}")
    if isinstance(expression, Not):
        return Not(numbered(expression.part, counter))
    return type(expression)(tuple(numbered(part, counter) for part in expression.parts))


@given(st.recursive(st.just(Term("t")), shape, max_leaves=7), st.integers(0, 2**16))
@settings(patient, max_examples=300)
def test_no_smaller_set_of_changes_would_do(tree: Expression, bits: int) -> None:
    expression = numbered(tree, [])
    listed = sorted(names(expression))
    truth: dict[str, Value | None] = {name: bool(bits >> place & 1) for place, name in enumerate(listed)}

    def repairs(changed: tuple[str, ...]) -> bool:
        return holds(expression, truth | {name: not truth[name] for name in changed})

    named = tuple(unmet.term.name for unmet in why_not(expression, truth))
    assert repairs(named)
    assert not any(repairs(fewer) for size in range(len(named)) for fewer in combinations(listed, size))


# --- the tree --------------------------------------------------------------------------------------------


def test_names_and_terms_as_written() -> None:
    expression = parse('b >= 1 and (a or not b) and c like "x"')
    assert names(expression) == {"a", "b", "c"}
    assert [term.name for term in terms(expression)] == ["b", "a", "b", "c"]


def test_trees_are_values() -> None:
    assert parse("a and b or c") == parse("(a AND b) OR c")
    assert len({parse("a and b"), parse("a and b"), parse("b and a")}) == 2
    assert parse("x = 3") == parse("x == 3.0")
    assert parse("(a and b) and c") == parse("a and (b and c)") == And((Term("a"), Term("b"), Term("c")))
    assert any_of(Term("a")) == Term("a") == all_of(Term("a"))
    assert any_of(Term("a"), Or((Term("b"), Term("c")))) == parse("a or b or c")


@pytest.mark.parametrize(
    ("name", "test", "operands"),
    [
        ("", "present", ()),
        ("a`b", "present", ()),
        ("a\nb", "present", ()),
        ("x" * 101, "present", ()),
        ("x", "present", (1,)),
        ("x", "=", ()),
        ("x", "=", (1, 2)),
        ("x", "=", (True,)),
        ("x", "=", (float("inf"),)),
        ("x", "=", (float("nan"),)),
        ("x", "=", (1.0,)),  # there is one way to write one
        ("x", "=", (1e-9,)),
        ("x", "=", (10**15,)),
        ("x", "=", ("a\x00",)),
        ("x", "=", ("\ud800",)),
        ("x", "=", ("a" * 501,)),
        ("x", "<", ("a",)),
        ("x", "between", (2, 1)),
        ("x", "between", (1,)),
        ("x", "in", ()),
        ("x", "in", (1, 1)),
        ("x", "in", tuple(range(101))),
        ("x", "contains", ("",)),
        ("x", "like", (1,)),
    ],
)
def test_no_term_that_could_not_be_written(name: str, test: str, operands: tuple[str | int | float, ...]) -> None:
    with pytest.raises(ValueError):
        Term(name, test, operands)  # type: ignore[arg-type]


def test_no_and_within_an_and() -> None:
    a, b = Term("a"), Term("b")
    for kind in (And, Or):
        with pytest.raises(ValueError):
            kind((a,))
        with pytest.raises(ValueError):
            kind((a, kind((a, b))))


@given(st.sampled_from(NAMES), values)
@patient
def test_unequal_is_not_equal(name: str, value: Value | None) -> None:
    for operand in ("gold", 3, "de"):
        assert met(Term(name, "!=", (operand,)), value) is not met(Term(name, "=", (operand,)), value)
        assert met(Term(name, "not in", (operand,)), value) is not met(Term(name, "in", (operand,)), value)
