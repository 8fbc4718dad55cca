"""What can be known about expressions without values: can it hold at all, does one imply another.

Both answer only when sure. An expression is taken apart into alternatives (no more than `MOST_ALTERNATIVES`, otherwise
nothing is claimed), and each alternative is sure to fail when the tests of one name exclude each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from math import floor
from typing import Literal

from routing.expression import Expression, Not, Operand, Or, Term, Test, Value, all_of, met
from routing.wildcard import ANY, ONE, Token, folded, tokens

MOST_ALTERNATIVES = 256
Kind = Literal["text", "number", "flag", "set"]
Literals = tuple[tuple[Term, bool], ...]  # each test with the answer it must have


@dataclass(frozen=True, slots=True)
class Domain:
    """What a name can stand for. `values`: the only texts there are (none listed: any). `low`, `high`: of a number;
    numbers are whole. `always`: it is never absent.
    """

    kind: Kind
    values: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    always: bool = False


Domains = Mapping[str, Domain]  # a name that is not there can stand for anything
LEVEL = Domain("number", low=0)  # what the name of a skill stands for


def satisfiable(expression: Expression, domains: Domains | None = None) -> bool:
    """False only if there are surely no values of which it holds."""
    found = alternatives(expression)
    return found is None or any(_possible(one, domains or {}) for one in found)


def implies(special: Expression, general: Expression, domains: Domains | None = None) -> bool:
    """True only if `general` surely holds wherever `special` does."""
    return not satisfiable(all_of(special, Not(general)), domains)


def alternatives(expression: Expression) -> tuple[Literals, ...] | None:
    """Of which one must hold for the expression to hold; None if there are too many."""
    found = _alternatives(expression, wanted=True)
    return None if found is None else tuple(tuple(one) for one in found)


def _alternatives(expression: Expression, *, wanted: bool) -> list[dict[tuple[Term, bool], None]] | None:
    if isinstance(expression, Not):
        return _alternatives(expression.part, wanted=not wanted)
    if isinstance(expression, Term):
        return [{_plainly(expression, wanted): None}]
    parts = [_alternatives(part, wanted=wanted) for part in expression.parts]
    either = isinstance(expression, Or) is wanted
    found: list[dict[tuple[Term, bool], None]] = [] if either else [{}]
    for part in parts:
        if part is None or (len(found) + len(part) if either else len(found) * len(part)) > MOST_ALTERNATIVES:
            return None
        found = [*found, *part] if either else [one | two for one in found for two in part]
    return found


@lru_cache(maxsize=8192)
def _plainly(term: Term, wanted: bool) -> tuple[Term, bool]:
    opposite: dict[Test, Test] = {"!=": "in", "not in": "in", "=": "in"}
    test = opposite.get(term.test, term.test)
    return Term(term.name, test, term.operands), wanted is (term.test not in ("!=", "not in"))


def _possible(literals: Literals, domains: Domains) -> bool:
    by_name: dict[str, list[tuple[Term, bool]]] = {}
    for literal in literals:
        by_name.setdefault(literal[0].name, []).append(literal)
    return all(_possible_for(found, domains.get(name)) for name, found in by_name.items())


def _possible_for(literals: Sequence[tuple[Term, bool]], domain: Domain | None) -> bool:
    """Whether one value can give all these answers."""
    if not (domain and domain.always) and _gives(literals, None):
        return True
    if domain is None:
        return _any_number(literals) or any(_OF_KIND[kind](literals, Domain(kind)) for kind in _KINDS)
    return _OF_KIND[domain.kind](literals, domain)


def _gives(literals: Iterable[tuple[Term, bool]], value: Value | None) -> bool:
    return all(met(term, value) is wanted for term, wanted in literals)


def _flag(literals: Sequence[tuple[Term, bool]], domain: Domain) -> bool:
    return any(_gives(literals, value) for value in (True, False))


# --- numbers: nothing changes between two neighbouring operands, so one number from each gap is enough --------


def _whole_number(literals: Sequence[tuple[Term, bool]], domain: Domain) -> bool:
    near = {floor(number) + step for number in _numbers(literals) for step in (-1, 0, 1, 2)}
    if domain.low is not None:
        near = {max(number, domain.low) for number in near}
    if domain.high is not None:
        near = {min(number, domain.high) for number in near}
    return any(_gives(literals, number) for number in near)


def _any_number(literals: Sequence[tuple[Term, bool]]) -> bool:
    numbers = sorted(_numbers(literals))
    between = [(low + high) / 2 for low, high in pairwise(numbers)]
    return any(_gives(literals, number) for number in (numbers[0] - 1, *numbers, *between, numbers[-1] + 1))


def _numbers(literals: Sequence[tuple[Term, bool]]) -> set[int | float]:
    """1 is the operand of a name that stands alone."""
    return {1} | {operand for term, _ in literals for operand in term.operands if not isinstance(operand, str)}


# --- texts -----------------------------------------------------------------------------------------------


def _text(literals: Sequence[tuple[Term, bool]], domain: Domain) -> bool:
    candidates = _candidates(literals, domain)
    if candidates is not None:
        return any(_gives(literals, text) for text in candidates)
    wanted = [_pattern(term) for term, answer in literals if answer]
    excluded = [_pattern(term) for term, answer in literals if not answer]
    shapes = [pattern for pattern in wanted if pattern is not None]
    if len(shapes) < len(wanted):  # a test that no text meets
        return False
    if any(_conflict(one, two) for one, two in combinations(shapes, 2)):
        return False
    shapes = shapes or [((True, ANY),)]
    return not any(pattern and covers(pattern, shape) for pattern in excluded for shape in shapes)


def _candidates(literals: Sequence[tuple[Term, bool]], domain: Domain) -> Iterable[str] | None:
    """The only texts that come into question, None if they cannot be counted."""
    if domain.values:
        return domain.values
    for term, wanted in literals:
        if not wanted and term.test == "present":
            return ("",)
        if wanted and term.test == "in":
            return [operand for operand in term.operands if isinstance(operand, str)]
        if wanted and term.test == "like" and not any(wild for wild, _ in tokens(str(term.operands[0]))):
            return ["".join(letter for _, letter in tokens(str(term.operands[0])))]
    return None


def _pattern(term: Term) -> tuple[Token, ...] | None:
    """The texts that meet the test; None for those of a list (they never use up all texts) and for no texts."""
    star, one = (True, ANY), (True, ONE)
    if term.test == "present":
        return one, star
    if term.test == "contains":
        return star, *((False, letter) for letter in folded(str(term.operands[0]))), star
    return tokens(str(term.operands[0])) if term.test == "like" else None


def covers(general: Sequence[Token], special: Sequence[Token]) -> bool:
    """True only if every text of the pattern `special` is one of `general`: `*` there only where `*` stands here."""
    stars, letters = _places(general)
    places = _beyond_stars(1, stars)  # bit p: the first p tokens of `general` describe what was read of `special`
    for token in special:
        step = 0 if token == (True, ANY) else (letters.get(token, 0) | letters.get((True, ONE), 0)) & places
        places = _beyond_stars(places & stars | step << 1, stars)
    if places >> len(general) & 1:
        return True
    return tuple(general) == ((True, ONE), (True, ANY)) and any(token != (True, ANY) for token in special)


def _places(pattern: Sequence[Token]) -> tuple[int, dict[Token, int]]:
    """Where stars stand, and where each other token does."""
    found: dict[Token, int] = {}
    for place, token in enumerate(pattern):
        found[token] = found.get(token, 0) | 1 << place
    return found.pop((True, ANY), 0), found


def _beyond_stars(places: int, stars: int) -> int:
    return places | (places & stars) << 1


def _conflict(one: Sequence[Token], two: Sequence[Token]) -> bool:
    """Whether two patterns surely have no text in common: their beginnings or their ends differ."""
    for first, second in ((one, two), (one[::-1], two[::-1])):
        for here, there in zip(first, second, strict=False):
            if (True, ANY) in (here, there):
                break
            if (True, ONE) not in (here, there) and here != there:
                return True
    return False


# --- sets: each wanted test needs a member that none of the excluded ones is true of ----------------------------


def _set(literals: Sequence[tuple[Term, bool]], domain: Domain) -> bool:
    if _gives(literals, ()):
        return True
    if any(term.test == "present" and not wanted for term, wanted in literals):
        return False
    member = [(_of_member(term), wanted) for term, wanted in literals if term.test != "present"]
    excluded = [(term, wanted) for term, wanted in member if not wanted]
    wanted = [literal for literal in member if literal[1]]
    if not wanted:
        return _text(excluded, domain)
    return all(_text([literal, *excluded], domain) for literal in wanted)


def _of_member(term: Term) -> Term:
    operands: tuple[Operand, ...] = term.operands
    return Term(term.name, "in", operands) if term.test == "contains" else term


_KINDS: tuple[Kind, ...] = ("flag", "text", "set")
_OF_KIND = {"text": _text, "number": _whole_number, "flag": _flag, "set": _set}
