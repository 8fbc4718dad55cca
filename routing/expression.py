"""One small language for skills of an agent and for facts of a contact: the tree, its text and what it means.

    german >= 3 and (billing or sales between 2 and 4) and not trainee
    channel = "email" and language in ("de", "fr") and subject contains "invoice"

A name stands for a value: a text, a number, a flag or a set of texts, or for nothing at all (absent). There are two
answers only, true and false; docs/routing.md is the manual.

- What is absent, or of another kind than the test asks for, meets no test. `!=` and `not in` are exactly `not (... =
  ...)` and `not (... in ...)`, and so they hold for what is absent, as everything under `not` does.
- Case never matters in texts (nor do two ways to write the same accent); it does matter in names.
- A set is asked member by member: it meets `=`, `in`, `like` and `contains` when one member does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from routing.wildcard import folded, like

Value = str | int | float | bool | tuple[str, ...]
Values = Mapping[str, Value | None]  # what is not there is absent, and so is None
Operand = str | int | float
Test = Literal["present", "=", "!=", "<", "<=", ">", ">=", "in", "not in", "between", "contains", "like"]

KEYWORDS = frozenset({"and", "or", "not", "in", "between", "contains", "like", "true", "false"})
LONGEST_TEXT = 500  # characters of one operand
LONGEST_NAME = 100
MOST_OPERANDS = 100  # of one `in`
_OPPOSITE: dict[Test, Test] = {"!=": "=", "not in": "in"}
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Term:
    """One test of one name. `present` has no operand, `between` two numbers, `in` one or more operands, others one.

    Raises ValueError for what the language cannot write down.
    """

    name: str
    test: Test = "present"
    operands: tuple[Operand, ...] = ()

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise ValueError(f"{self.name[:LONGEST_NAME]!r} {self.test}: {problem}")

    def __str__(self) -> str:
        name = self.name if plain(self.name) else f"`{self.name}`"
        written = [_written(operand) for operand in self.operands]
        if self.test == "present":
            return name
        if self.test == "between":
            return f"{name} between {written[0]} and {written[1]}"
        return f"{name} {self.test} " + (f"({', '.join(written)})" if self.test in ("in", "not in") else written[0])


@dataclass(frozen=True, slots=True)
class And:
    """Two parts or more, none of which is itself an And."""

    parts: tuple["Expression", ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2 or any(isinstance(part, And) for part in self.parts):
            raise ValueError("and joins two parts or more that are no and themselves; see all_of")

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Two parts or more, none of which is itself an Or."""

    parts: tuple["Expression", ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2 or any(isinstance(part, Or) for part in self.parts):
            raise ValueError("or joins two parts or more that are no or themselves; see any_of")

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    part: "Expression"

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, And | Or) else f"not {self.part}"


Expression = Term | And | Or | Not


def all_of(*parts: Expression) -> Expression:
    """`part and part ...`; one part is itself. Raises ValueError for none."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(*parts: Expression) -> Expression:
    """`part or part ...`; one part is itself. Raises ValueError for none."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def terms(expression: Expression) -> Iterator[Term]:
    """As they are written, from left to right."""
    if isinstance(expression, Term):
        yield expression
    else:
        for part in (expression.part,) if isinstance(expression, Not) else expression.parts:
            yield from terms(part)


def names(expression: Expression) -> frozenset[str]:
    return frozenset(term.name for term in terms(expression))


# --- meaning ---------------------------------------------------------------------------------------------


def holds(expression: Expression, values: Values) -> bool:
    """Whether the expression is true of these values. Never fails, whatever the values are."""
    if isinstance(expression, Term):
        return met(expression, values.get(expression.name))
    if isinstance(expression, Not):
        return not holds(expression.part, values)
    if isinstance(expression, And):
        return all(holds(part, values) for part in expression.parts)
    return any(holds(part, values) for part in expression.parts)


def met(term: Term, value: Value | None) -> bool:
    """Whether one value meets one test; None is absent."""
    opposite = _OPPOSITE.get(term.test)
    if opposite:
        return not _met(opposite, term.operands, value)
    return _met(term.test, term.operands, value)


def _met(test: Test, operands: tuple[Operand, ...], value: Value | None) -> bool:
    if isinstance(value, bool):
        return value and test == "present"
    if isinstance(value, str):
        return _met_by_text(test, operands, value)
    if isinstance(value, int | float):
        return _met_by_number(test, operands, value)
    if not isinstance(value, tuple):
        return False
    if test == "present":
        return bool(value)
    return any(_met_by_text("=" if test == "contains" else test, operands, member) for member in value)


def _met_by_text(test: Test, operands: tuple[Operand, ...], value: str) -> bool:
    if test == "present":
        return value != ""
    if test in ("=", "in"):
        text = folded(value)
        return any(isinstance(operand, str) and folded(operand) == text for operand in operands)
    first = operands[0]
    if test not in ("contains", "like") or not isinstance(first, str):
        return False
    return like(first, value) if test == "like" else folded(first) in folded(value)


def _met_by_number(test: Test, operands: tuple[Operand, ...], value: float) -> bool:
    if test == "present":
        return value >= 1
    if test in ("=", "in"):
        return any(not isinstance(operand, str) and operand == value for operand in operands)
    first, last = operands[0], operands[-1]
    if isinstance(first, str) or isinstance(last, str):
        return False
    if test == "between":
        return first <= value <= last
    return {"<": value < first, "<=": value <= first, ">": value > first, ">=": value >= first}.get(test, False)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A test that stands in the way: `found` (None: absent) should meet `term`, or with `negated` should not."""

    term: Term
    found: Value | None
    negated: bool = False


def why_not(expression: Expression, values: Values) -> tuple[Unmet, ...]:
    """What would have to be otherwise for the expression to hold: nothing when it holds.

    Of all parts of an `and` those that fail, of an `or` the one that needs the fewest changes (among equals the first
    that is written). No smaller set of tests would do, as long as no test occurs twice.
    """
    found = _changes(expression, values, wanted=True)
    return tuple(dict.fromkeys(found))


def _changes(expression: Expression, values: Values, *, wanted: bool) -> tuple[Unmet, ...]:
    if isinstance(expression, Not):
        return _changes(expression.part, values, wanted=not wanted)
    if isinstance(expression, Term):
        value = values.get(expression.name)
        return () if met(expression, value) == wanted else (Unmet(expression, value, negated=not wanted),)
    found = [_changes(part, values, wanted=wanted) for part in expression.parts]
    if isinstance(expression, And) == wanted:
        return tuple(unmet for part in found for unmet in part)
    return min(found, key=len)


def why(expression: Expression, values: Values) -> tuple[Term, ...]:
    """Tests that are met and by which the expression holds, as they are written; nothing when it does not hold.

    Of an `and` all parts, of an `or` the one that needs the fewest (among equals the first). What holds because a test
    is not met, under `not`, is not named.
    """
    return tuple(dict.fromkeys(term for term, met in _support(expression, values, wanted=True) or () if met))


def _support(expression: Expression, values: Values, *, wanted: bool) -> tuple[tuple[Term, bool], ...] | None:
    """Tests with their answers by which the expression has the wanted answer; None when it has the other one."""
    if isinstance(expression, Not):
        return _support(expression.part, values, wanted=not wanted)
    if isinstance(expression, Term):
        return ((expression, wanted),) if met(expression, values.get(expression.name)) == wanted else None
    found = [_support(part, values, wanted=wanted) for part in expression.parts]
    sure = [part for part in found if part is not None]
    if isinstance(expression, And) == wanted:
        return tuple(test for part in sure for test in part) if len(sure) == len(found) else None
    return min(sure, key=len, default=None)


# --- text ------------------------------------------------------------------------------------------------


def plain(name: str) -> bool:
    """Whether a name can be written without backquotes: a letter, then letters, digits and _ . - :"""
    return name[:1].isidentifier() and all(continues(letter) for letter in name) and name.lower() not in KEYWORDS


def continues(letter: str) -> bool:
    """Whether a name may go on with this letter."""
    return letter in ".-:" or ("a" + letter).isidentifier()


def writable(text: str) -> bool:
    """False for control characters (but tab and new lines) and for halves of characters."""
    return all((letter >= " " or letter in "\t\n\r") and not "\x7f" <= letter <= "\x9f" and not _half(letter)
               for letter in text)


def _half(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff"


def _written(operand: Operand) -> str:
    if isinstance(operand, str):
        return '"' + operand.replace('"', '""') + '"'
    return str(operand) if isinstance(operand, int) else f"{operand:.{_DECIMALS}f}".rstrip("0")


def _problem(term: Term) -> str | None:
    if not 1 <= len(term.name) <= LONGEST_NAME or "`" in term.name or not writable(term.name) or "\n" in term.name:
        return f"a name has 1 to {LONGEST_NAME} characters and no backquote"
    texts = [operand for operand in term.operands if isinstance(operand, str)]
    numbers = [operand for operand in term.operands if not isinstance(operand, str)]
    if any(len(text) > LONGEST_TEXT or not writable(text) for text in texts):
        return f"a text has at most {LONGEST_TEXT} characters, none of which is a control character"
    if not all(_exact(number) for number in numbers):
        return f"a number has at most 15 digits, {_DECIMALS} of them after the point"
    return _wrong_operands(term, texts, numbers)


def _wrong_operands(term: Term, texts: list[str], numbers: list[int | float]) -> str | None:
    count = len(term.operands)
    if term.test in ("in", "not in"):
        if not 1 <= count <= MOST_OPERANDS or len(set(term.operands)) != count:
            return f"a list has 1 to {MOST_OPERANDS} different values"
    elif count != {"present": 0, "between": 2}.get(term.test, 1):
        return f"{count} operands"
    if term.test in ("<", "<=", ">", ">=", "between") and texts:
        return "only numbers can be compared so"
    if term.test == "between" and numbers[0] > numbers[1]:
        return "the smaller number comes first"
    if term.test in ("contains", "like") and (numbers or not texts[0]):
        return "needs a text that is not empty"
    return None


def _exact(number: int | float) -> bool:
    if isinstance(number, bool) or not isfinite(number) or abs(number) >= 10**15:
        return False
    if isinstance(number, int):
        return True
    return not number.is_integer() and float(f"{number:.{_DECIMALS}f}") == number
