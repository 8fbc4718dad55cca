"""Expressions and values to try them on: hypothesis strategies, and a second opinion."""

import re

from hypothesis import strategies as st

from routing.expression import And, Expression, Not, Or, Term, Test, Value

NAMES = ["german", "sales", "vip", "subject", "segment"]
WORDS = ["invoice", "INVOICE 7", "voice", "de", "gold", "Straße", "", 'say "hi"', "a*b?"]
NUMBERS: list[int | float] = [0, 1, 2, 3, 0.5, 2.5, -4]
PATTERNS = ["*", "invoice", "*VOICE*", "in*", "?e", "??*", "*7", "a\\*b\\?", "*a*e*", "\\\\"]

SETS: list[tuple[str, ...]] = [(), ("gold",), ("Gold", "de"), ("Straße", "")]
values: st.SearchStrategy[Value | None] = st.sampled_from([None, True, False, *NUMBERS, *WORDS, *SETS])
settings_of_names = st.tuples(*[values] * len(NAMES)).map(lambda found: dict(zip(NAMES, found, strict=True)))


def tests_of(name: str) -> list[Term]:
    """Every kind of test, with operands that many of the values meet."""
    operands: list[str | int | float] = [*NUMBERS, *WORDS]
    ordered: list[Test] = ["<", "<=", ">", ">="]
    lists: list[tuple[str | int | float, ...]] = [("gold", "DE"), (1, 2.5), ("invoice", 3), ("x",)]
    equal: list[Test] = ["=", "!="]
    member: list[Test] = ["in", "not in"]
    return [
        Term(name),
        *(Term(name, test, (operand,)) for test in equal for operand in operands),
        *(Term(name, test, (number,)) for test in ordered for number in NUMBERS),
        *(Term(name, test, listed) for test in member for listed in lists),
        *(Term(name, "between", (low, high)) for low in NUMBERS for high in NUMBERS if low <= high),
        *(Term(name, "contains", (word,)) for word in WORDS if word),
        *(Term(name, "like", (pattern,)) for pattern in PATTERNS),
    ]


TESTS = {name: tests_of(name) for name in NAMES}
BY_KIND = {name: [[term for term in found if term.test == test] for test in sorted({term.test for term in found})]
           for name, found in TESTS.items()}


def _picked(draw: tuple[str, int, int]) -> Term:
    kinds = BY_KIND[draw[0]]
    kind = kinds[draw[1] % len(kinds)]
    return kind[draw[2] % len(kind)]


terms = st.tuples(st.sampled_from(NAMES), st.integers(0, 11), st.integers(0, 999)).map(_picked)


def joined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def flat(kind: type[And] | type[Or], several: list[Expression]) -> Expression:
        inner = [one for part in several for one in (part.parts if isinstance(part, kind) else (part,))]
        return kind(tuple(inner))

    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        st.builds(Not, parts), st.builds(flat, st.just(And), several), st.builds(flat, st.just(Or), several)
    )


expressions: st.SearchStrategy[Expression] = st.recursive(terms, joined, max_leaves=6)


def opinion(expression: Expression, given: dict[str, Value | None]) -> bool:
    """The meaning again, in the plainest way."""
    if isinstance(expression, Not):
        return not opinion(expression.part, given)
    if isinstance(expression, And):
        return False not in [opinion(part, given) for part in expression.parts]
    if isinstance(expression, Or):
        return True in [opinion(part, given) for part in expression.parts]
    value, test = given.get(expression.name), expression.test
    if test in ("!=", "not in"):
        return not opinion(Term(expression.name, "in", expression.operands), given)
    if test == "present":
        return value is not None and (value >= 1 if isinstance(value, int | float) else len(value) > 0)
    members: list[Value | None] = list(value) if isinstance(value, tuple) else [value]
    if isinstance(value, tuple) and test == "contains":
        test = "="
    return any(_one(test, expression.operands, member) for member in members)


def _one(test: str, operands: tuple[str | int | float, ...], value: Value | None) -> bool:
    if isinstance(value, str):
        texts = [operand.lower() for operand in operands if isinstance(operand, str)]
        return {
            "=": value.lower() in texts,
            "in": value.lower() in texts,
            "contains": any(text in value.lower() for text in texts),
            "like": bool(texts) and bool(re.fullmatch(as_regex(texts[0]), value.lower(), re.DOTALL)),
        }.get(test, False)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    found = [operand for operand in operands if not isinstance(operand, str)]
    if test in ("=", "in"):
        return value in found
    if not found:
        return False
    return {
        "<": value < found[0],
        "<=": value <= found[0],
        ">": value > found[0],
        ">=": value >= found[0],
        "between": found[0] <= value <= found[-1],
    }.get(test, False)


def as_regex(pattern: str) -> str:
    parts = re.findall(r"\\[*?\\]|.", pattern, re.DOTALL)
    return "".join({"*": ".*", "?": "."}.get(part, re.escape(part[-1])) for part in parts)
