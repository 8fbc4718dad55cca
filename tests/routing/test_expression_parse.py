"""Reading expressions: their one written form, and what is said about what cannot be read."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.expression import Expression
from routing.expression_parse import DEEPEST, LONGEST, MOST_TERMS, BadExpression, parse
from tests.routing.expressions import expressions
from tests.routing.samples import patient


@given(expressions)
@settings(patient, max_examples=300)
def test_what_is_written_is_read_back(expression: Expression) -> None:
    assert parse(str(expression)) == expression
    assert str(parse(str(expression))) == str(expression)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="`"), min_size=1, max_size=100),
       st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
@example("in", 'a""b')
@example("true", "'")
@example("a.b-c:d", "x\ny")
@settings(patient, max_examples=300)
def test_every_name_and_text_can_be_written(name: str, text: str) -> None:
    written = '"' + text.replace('"', '""') + '"'
    expression = parse(f"`{name}` = {written}")
    assert parse(str(expression)) == expression


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (" a\tAND\nb ", "a and b"),
        ("a == 1 or b <> 2 or c ≥ 3 or d ≠ 4 or e ≤ 5", "a = 1 or b != 2 or c >= 3 or d != 4 or e <= 5"),
        ("x = 'it''s'", 'x = "it\'s"'),
        ("x = 'say \"hi\"'", 'x = "say ""hi"""'),
        ('"gold" in segment', 'segment contains "gold"'),
        ('"gold" not in segment', 'not segment contains "gold"'),
        ('x not contains "a"', 'not x contains "a"'),
        ("x not between 1 and 2", "not x between 1 and 2"),
        ("x in (1, 1.0, 2)", "x in (1, 2)"),
        ("x = 2.50 and y = -0.0 and z = +3", "x = 2.5 and y = 0 and z = 3"),
        ("((a))", "a"),
        ("a or (b or c) and (d and e)", "a or (b or c) and d and e"),
        ("not (a)", "not a"),
        ("not (a or b)", "not (a or b)"),
        ("`german`", "german"),
        ("`sales team` >= 2", "`sales team` >= 2"),
        ("`in` and `Not`", "`in` and `Not`"),
        ("中文 >= 2 and naïve", "中文 >= 2 and naïve"),
        ("form.order-number like '*17'", 'form.order-number like "*17"'),
    ],
)
def test_one_written_form(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "position", "found", "expected", "hint"),
    [
        ("", 1, "the end", "a name", None),
        ("a and", 6, "the end", "a name", None),
        ("a or or b", 6, "'or'", "a name", "`or`"),
        ("(a or b", 8, "the end", ")", "character 1"),
        ("a)", 2, "')'", "the end", "no ("),
        ("a b", 3, "'b'", "a test", "quotes"),
        ("channel = email", 11, "'email'", "a text in quotes", '"email"'),
        ("vip = true", 7, "'true'", "a text in quotes", "not vip"),
        ("vip = FALSE", 7, "'FALSE'", "a text in quotes", "not vip"),
        ("3 <= german", 1, "'3'", "a name", "name comes first"),
        ('"x" = subject', 1, "'\"x\"'", "a name", "name comes first"),
        ('"" in segment', 1, "'\"\"'", "not empty", None),
        ('"x" in 3', 8, "'3'", "a name", "segment"),
        ("german >= ", 11, "the end", "a number", None),
        ('german >= "3"', 11, "'\"3\"'", "a number", "only numbers"),
        ("german >== 3", 10, "'='", "a number", None),
        ("x between 4 and 2", 17, "'2'", "other values", "smaller"),
        ("x between 4, 2", 12, "','", "and", "between 2 and 4"),
        ('x contains ""', 12, "'\"\"'", "other values", "not empty"),
        ('x in "a"', 6, "'\"a\"'", "(", "in ("),
        ("x in ()", 7, "')'", "a text in quotes or a number", None),
        ("x in (1, 2", 11, "the end", ", or )", None),
        ("x not 3", 7, "'3'", "in, between", "not before x"),
        ("a && b", 3, "'&'", "a name", "write and"),
        ("a || b", 3, "'|'", "a name", "write or"),
        ("!a", 1, "'!'", "a name", "write not"),
        ("x = “a”", 5, "'“'", "a name", "straight"),
        ("x in [1]", 6, "'['", "a name", "round"),
        ('x = "a', 5, '"', '" at its end', "twice"),
        ("`x", 1, "`", "` at its end", None),
        ("``", 1, "no name", "a name", None),
        ('x = "a\x00"', 5, "a control character", "seen", None),
        ('x = "a\ud800"', 5, "a control character", "seen", None),
        ("3rd", 2, "'r'", "end of the number", "backquotes"),
        ("x = 1e5", 6, "'e'", "end of the number", "backquotes"),
        ("x = 1234567890123456", 5, "'1234567890123456'", "15 digits", None),
        ("x = 0.1234567", 5, "'0.1234567'", "15 digits", None),
        ("x = 1 y", 7, "'y'", "the end", None),
        ("a < b < c", 5, "'b'", "a number", None),
        ("in", 1, "'in'", "a name", "`in`"),
    ],
)
def test_what_cannot_be_read(text: str, position: int, found: str, expected: str, hint: str | None) -> None:
    with pytest.raises(BadExpression) as caught:
        parse(text)
    problem = caught.value
    assert (problem.position, problem.found[: len(found)]) == (position, found)
    assert expected in problem.expected
    assert (hint or "") in (problem.hint or "")
    assert f"at character {position}: found {problem.found}, expected {problem.expected}" in str(problem)


def test_limits() -> None:
    parse("(" * DEEPEST + "a" + ")" * DEEPEST)
    with pytest.raises(BadExpression, match="within each other") as caught:
        parse("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1))
    assert caught.value.position == DEEPEST + 1
    with pytest.raises(BadExpression, match="within each other"):
        parse("not " * (DEEPEST + 1) + "a")
    parse(" or ".join(["a"] * MOST_TERMS))
    with pytest.raises(BadExpression, match="at most 100 tests"):
        parse(" or ".join(["a"] * (MOST_TERMS + 1)))
    parse("a" + " " * (LONGEST - 1))
    with pytest.raises(BadExpression, match="2001 characters"):
        parse("a" + " " * LONGEST)
    parse('x = "' + "a" * 500 + '"')
    with pytest.raises(BadExpression, match="501 characters"):
        parse('x = "' + "a" * 501 + '"')
    with pytest.raises(BadExpression, match="101 characters"):
        parse("`" + "a" * 101 + "`")
    with pytest.raises(BadExpression):
        parse("a" * 101)
    with pytest.raises(BadExpression, match="at most 100 values"):
        parse(f"x in ({', '.join(map(str, range(101)))})")


scraps = st.lists(
    st.sampled_from(["and", "or", "not", "in", "between", "contains", "like", "(", ")", ",", "a", "x", '"t"', "'", '"',
                     "`", "3", "-1", "<", ">=", "!=", "=", "true", "", "ä", "[", "\x00", "\ud800", "1.5", "."]),
    max_size=12,
)


@given(scraps.map(" ".join) | st.text(max_size=30))
@settings(patient, max_examples=1_000)
def test_anything_is_read_or_answered(text: str) -> None:
    read = read_or_problem(text)
    if isinstance(read, BadExpression):
        assert 1 <= read.position <= len(text) + 1
        assert read.found
        assert read.expected
    else:
        assert parse(str(read)) == read


def read_or_problem(text: str) -> Expression | BadExpression:
    try:
        return parse(text)
    except BadExpression as problem:
        return problem


def test_long_nonsense_is_answered_at_once() -> None:
    for text in ("(" * LONGEST, "not " * 500, '"' * LONGEST, "'" * (LONGEST - 1), "a," * 1_000, "1" * LONGEST):
        with pytest.raises(BadExpression):
            parse(text)
