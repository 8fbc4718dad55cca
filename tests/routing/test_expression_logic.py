"""What is claimed about expressions without values is true of all values that could be found."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing.expression import Expression, Value, holds
from routing.expression_logic import LEVEL, MOST_ALTERNATIVES, Domain, alternatives, covers, implies, satisfiable
from routing.expression_parse import parse
from routing.wildcard import like, tokens
from tests.routing.expressions import expressions, settings_of_names
from tests.routing.samples import patient

DOMAINS = {
    "level": LEVEL,
    "hour": Domain("number", low=0, high=23, always=True),
    "spam": Domain("text", ("none", "suspected", "sure"), always=True),
    "subject": Domain("text"),
    "vip": Domain("flag"),
    "segment": Domain("set"),
}


@pytest.mark.parametrize(
    "text",
    [
        "a and not a",
        "a < 1 and a > 3",
        "a < 1 and a",
        "a between 1 and 2 and a > 2",
        'subject = "x" and subject = "y"',
        'a = "x" and a != "X"',
        'a in ("x", "y") and a not in ("y", "x", "z")',
        'a = "x" and not a',
        "level > 2 and level < 3",
        "level < 0",
        "hour > 23",
        "hour < 9 and hour >= 9",
        "not (hour >= 0)",
        'spam != "none" and spam != "sure" and spam != "suspected"',
        'spam = "spam"',
        'subject contains "invoice" and subject not contains "VOICE"',
        'subject contains "invoice" and not subject',
        'subject like "re:*" and subject like "fw:*"',
        'subject like "*.de" and subject like "*.fr"',
        'subject = "order 1" and subject not like "order ?"',
        'subject like "abc" and subject != "ABC"',
        'subject like "order *" and subject not like "o*"',
        'subject not like "*" and subject',
        'subject like "?*" and not subject',
        "vip and not vip",
        'vip = "x"',
        "subject > 3",
        "subject between 1 and 2",
        'segment = "gold" and segment not contains "GOLD"',
        'segment = "gold" and not segment',
        'segment like "g*" and segment not like "g*"',
        "segment > 1",
        'spam = "none" and (spam = "sure" or hour > 30)',
    ],
)
def test_can_never_hold(text: str) -> None:
    assert not satisfiable(parse(text), DOMAINS)


@pytest.mark.parametrize(
    "text",
    [
        "a or not a",
        "a > 2 and a < 3",  # 2.5
        "level > 2 and level < 4",
        "not level >= 0",  # absent
        'subject = ""',
        'subject != "x"',
        'subject not like "*"',  # absent
        'segment = "gold" and segment = "silver"',  # both members
        'segment = "gold" and segment != "silver"',
        "segment and segment != \"x\"",
        'subject contains "a" and subject contains "b"',
        'subject like "a*" and subject like "*b"',
        'subject like "a?" and subject like "?b"',
        'subject contains "voice" and subject not contains "invoice"',
        'a = 1 and b = 2',
        "hour between 23 and 99",
        'spam != "none" and spam != "sure"',
    ],
)
def test_may_hold(text: str) -> None:
    assert satisfiable(parse(text), DOMAINS)


@pytest.mark.parametrize(
    ("special", "general"),
    [
        ("a and b", "a"),
        ("a", "a or b"),
        ("a and b", "b and a"),
        ("level >= 3", "level >= 2"),
        ("level >= 3", "level > 2"),
        ("level > 2", "level >= 3"),  # whole numbers
        ("level >= 1", "level"),
        ("level", "level >= 1"),
        ("level = 3", "level between 2 and 4"),
        ('a = "x"', 'a in ("x", "y")'),
        ('subject = "x"', 'subject != "y"'),
        ('subject contains "invoice"', 'subject contains "Voice"'),
        ('subject contains "invoice"', "subject"),
        ('subject contains "invoice"', 'subject like "*voice*"'),
        ('subject like "*invoice ??"', 'subject contains "invoice"'),
        ('subject like "+4930*"', 'subject like "+49*"'),
        ('subject = "+4930"', 'subject like "+49*"'),
        ('spam != "none"', 'spam in ("sure", "suspected")'),
        ('segment = "gold"', 'segment contains "gold"'),
        ('segment = "gold"', 'segment like "g*"'),
        ("hour >= 20", "hour between 20 and 23"),
        ("not (a or b)", "not a"),
    ],
)
def test_surely_implies(special: str, general: str) -> None:
    assert implies(parse(special), parse(general), DOMAINS)


@pytest.mark.parametrize(
    ("special", "general"),
    [
        ("a", "a and b"),
        ("a or b", "a"),
        ('a = "x"', 'a != "y"'),  # a set may have both
        ("level >= 2", "level >= 3"),
        ("a > 2", "a >= 3"),
        ('subject contains "voice"', 'subject contains "invoice"'),
        ('subject like "+49*"', 'subject like "+4930*"'),
        ('subject like "a*b"', 'subject like "a?b"'),
        ("not level", "level < 1"),  # absent
        ('segment contains "gold"', 'segment != "silver"'),
        ('subject != "x"', "subject"),
    ],
)
def test_does_not_surely_imply(special: str, general: str) -> None:
    assert not implies(parse(special), parse(general), DOMAINS)


@given(expressions, st.lists(settings_of_names, min_size=1, max_size=30))
@settings(patient, max_examples=200)
def test_what_holds_somewhere_is_satisfiable(expression: Expression, tried: list[dict[str, Value | None]]) -> None:
    if any(holds(expression, values) for values in tried):
        assert satisfiable(expression)


@given(expressions, expressions, st.lists(settings_of_names, min_size=1, max_size=30))
@settings(patient, max_examples=300)
def test_what_is_implied_holds(one: Expression, two: Expression, tried: list[dict[str, Value | None]]) -> None:
    for general in (two, one):
        if implies(one, general):
            assert all(holds(general, values) for values in tried if holds(one, values))


domains_of_names = st.sampled_from([LEVEL, Domain("number", low=-4, high=3), Domain("text"), Domain("flag"),
                                    Domain("set"), Domain("text", ("gold", "de"), always=True)])


def of(domain: Domain, value: Value | None) -> bool:
    if value is None or isinstance(value, bool):
        return (value is None and not domain.always) or (value is not None and domain.kind == "flag")
    if isinstance(value, str):
        return domain.kind == "text" and (not domain.values or value in domain.values)
    if isinstance(value, tuple):
        return domain.kind == "set"
    low, high = domain.low, domain.high
    within = (low is None or value >= low) and (high is None or value <= high)
    return domain.kind == "number" and value == int(value) and within


@given(expressions, domains_of_names, st.lists(settings_of_names, min_size=1, max_size=40))
@settings(patient, max_examples=300)
def test_what_holds_somewhere_in_the_domain_is_satisfiable(
    expression: Expression, domain: Domain, tried: list[dict[str, Value | None]]
) -> None:
    fitting = [values for values in tried if all(of(domain, value) for value in values.values())]
    domains = dict.fromkeys(tried[0], domain)
    if any(holds(expression, values) for values in fitting):
        assert satisfiable(expression, domains)


@given(expressions, settings_of_names)
@patient
def test_one_alternative_holds_exactly_if_all_does(expression: Expression, values: dict[str, Value | None]) -> None:
    found = alternatives(expression)
    assume(found is not None)
    assert found is not None
    answers = [all(holds(term, values) is wanted for term, wanted in one) for one in found]
    assert any(answers) is holds(expression, values)


@given(st.text("ab*?", max_size=7), st.text("ab*?", max_size=7), st.lists(st.text("ab", max_size=7), max_size=30))
@settings(patient, max_examples=500)
def test_a_covering_pattern_describes_all_that_the_other_does(general: str, special: str, texts: list[str]) -> None:
    if covers(tokens(general), tokens(special)):
        assert all(like(general, text) for text in texts if like(special, text))
    assert covers(tokens(general), tokens(general))
    assert covers(tokens("*"), tokens(special))


def test_nothing_is_claimed_about_what_is_too_large() -> None:
    wide = " and ".join(f"(a{n} or b{n})" for n in range(12))
    assert MOST_ALTERNATIVES < 2**12
    assert alternatives(parse(wide)) is None
    assert satisfiable(parse(f"{wide} and c and not c"))
    assert not implies(parse(wide), parse(wide))
