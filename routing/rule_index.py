"""Which rules may hold of a contact: found by what it has, so that ten thousand rules cost little more than ten.

Each rule is filed under tests of which one must be met for it to hold: `address_dialled = "x"` under that name and
text, `language in (...)` under several, `hour > 8` under whatever has an hour. Of the tests that an `and` offers, the
one that the fewest rules ask for is taken. What has none (`not ...`) is tried for every contact.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import merge

from routing.expression import And, Expression, Not, Or, Term, Value, Values
from routing.wildcard import folded

Key = tuple[str, str, str | None]  # a name, how it is asked, and for which text
_EQUAL, _MEMBER, _THERE = "=", "contains", "there"


class RuleIndex:
    """Of the conditions of rules, in the order in which they are tried."""

    def __init__(self, conditions: Sequence[Expression]) -> None:
        choices = [_choices(condition) for condition in conditions]
        asked = Counter(key for alternatives in choices for keys in alternatives for key in keys)
        self._filed: dict[Key, list[int]] = {}
        self._always: list[int] = []
        self._members: dict[str, list[int]] = {}  # rules filed under a member that a set must have
        for at, alternatives in enumerate(choices):
            if not alternatives:
                self._always.append(at)
                continue
            for key in min(alternatives, key=lambda keys: sum(asked[key] for key in keys)):
                self._filed.setdefault(key, []).append(at)
                if key[1] == _MEMBER:
                    self._members.setdefault(key[0], []).append(at)

    def candidates(self, facts: Values) -> Iterator[int]:
        """Places of all rules that may hold, in order, each once."""
        found = [self._always]
        for name, value in facts.items():
            if value is not None:
                found += self._of(name, value)
        last = -1
        for at in merge(*found):
            if at != last:
                yield at
            last = at

    def _of(self, name: str, value: Value) -> Iterator[list[int]]:
        yield self._filed.get((name, _THERE, None), [])
        if isinstance(value, str):  # of a text, `contains` asks for any part
            yield self._filed.get((name, _EQUAL, folded(value)), [])
            yield self._members.get(name, [])
        elif isinstance(value, tuple):
            for text in {folded(member) for member in value}:
                yield self._filed.get((name, _EQUAL, text), [])
                yield self._filed.get((name, _MEMBER, text), [])


def _choices(condition: Expression) -> list[frozenset[Key]]:
    """Sets of keys; of each set at least one must be found for the condition to hold. None: nothing need be found."""
    if isinstance(condition, Term):
        keys = _keys(condition)
        return [keys] if keys else []
    if isinstance(condition, And):
        return [keys for part in condition.parts for keys in _choices(part)]
    if isinstance(condition, Not):
        return []
    return _of_any(condition)


def _of_any(condition: Or) -> list[frozenset[Key]]:
    parts = [_choices(part) for part in condition.parts]
    if not all(parts):
        return []
    return [frozenset[Key]().union(*(min(alternatives, key=_vagueness) for alternatives in parts))]


def _vagueness(keys: frozenset[Key]) -> tuple[bool, int]:
    return any(asked == _THERE for _, asked, _ in keys), len(keys)


def _keys(term: Term) -> frozenset[Key]:
    """What must be there for a test to be met; nothing for one that what is absent meets."""
    texts = [operand for operand in term.operands if isinstance(operand, str)]
    if term.test in ("!=", "not in"):
        return frozenset()
    if term.test in ("=", "in") and len(texts) == len(term.operands):
        return frozenset((term.name, _EQUAL, folded(text)) for text in texts)
    if term.test == "contains":
        return frozenset((term.name, _MEMBER, folded(text)) for text in texts)
    return frozenset({(term.name, _THERE, None)})
