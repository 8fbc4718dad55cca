"""Which rules can never be reached: they hold nowhere, or an earlier one holds wherever they do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from routing.expression import Expression, Not, Operand, all_of, names
from routing.expression_logic import Literals, alternatives, implies, satisfiable
from routing.facts import domains
from routing.rules import Rule
from routing.wildcard import folded

MOST_COMPARED = 20_000  # pairs of rules; long ones count more
_ONE_PAIR = 20_000  # product of the lengths of two rules, in characters, that counts as one pair
_Key = tuple[str, Operand]


@dataclass(slots=True)
class Unreachable:
    """Places of rules. `behind`: place of a rule -> place of an earlier rule that holds wherever it does. `always`: the
    first rule that holds of everything. Not `complete`: there were too many pairs; about `compared` were looked at.
    """

    never: list[int] = field(default_factory=list)
    behind: dict[int, int] = field(default_factory=dict)
    always: int | None = None
    compared: int = 0
    complete: bool = True


def unreachable(rules: Sequence[Rule]) -> Unreachable:
    """Each rule against each earlier one; what two earlier ones do together is not looked at."""
    found, earlier = Unreachable(), _Earlier(rules)
    lengths = [len(str(rule.when)) for rule in rules]
    for at, rule in enumerate(rules):
        if found.always is not None:
            found.behind[at] = found.always
            continue
        if not satisfiable(rule.when, domains(rule.when)):
            found.never.append(at)
            continue
        for by in earlier.candidates(rule.when) if found.complete else ():
            if found.compared >= MOST_COMPARED:
                found.complete = False
                break
            found.compared += 1 + lengths[at] * lengths[by] // _ONE_PAIR
            if _implies(rule.when, rules[by].when):
                found.behind[at] = by
                break
        else:
            if not satisfiable(Not(rule.when), domains(rule.when)):
                found.always = at
        earlier.add(at)
    return found


def _implies(special: Expression, general: Expression) -> bool:
    return implies(special, general, domains(all_of(special, general)))


class _Earlier:
    """Rules by what a later one must ask for, so that thousands need not be compared with thousands.

    A rule that asks for one of some values of a fact can only be implied by one that asks for one of these too; any
    other only by one that asks for all the facts of one of its alternatives.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.by_value: dict[_Key, list[int]] = {}
        self.by_names: dict[frozenset[str], list[int]] = {}

    def add(self, at: int) -> None:
        when = self.rules[at].when
        found = alternatives(when)
        keys = list(_listed(found[0])) if found and len(found) == 1 else []
        if keys:
            for key in self.rarest(keys):
                self.by_value.setdefault(key, []).append(at)
            return
        for one in found or ():
            self.by_names.setdefault(frozenset(term.name for term, _ in one), []).append(at)

    def rarest(self, keys: Sequence[_Key]) -> list[_Key]:
        """The values of that name by which fewest rules would be found."""
        by_name: dict[str, list[_Key]] = {}
        for key in keys:
            by_name.setdefault(key[0], []).append(key)
        return min(by_name.values(), key=lambda some: sum(len(self.by_value.get(key, ())) for key in some))

    def candidates(self, when: Expression) -> Iterable[int]:
        """Earlier rules that may be implied, in order."""
        found: set[int] = set()
        for one in (alternatives(when) or ())[:1]:
            for key in _listed(one, sets=True):
                found.update(self.by_value.get(key, ()))
        asked = names(when)
        for needed, places in self.by_names.items():
            if needed <= asked:
                found.update(places)
        return sorted(found)


def _listed(literals: Literals, *, sets: bool = False) -> Iterator[_Key]:
    """(name, value) of all values that are asked for. `sets`: of a set, `contains` asks for a value too."""
    for term, wanted in literals:
        if wanted and (term.test == "in" or (sets and term.test == "contains")):
            for operand in term.operands:
                yield term.name, folded(operand) if isinstance(operand, str) else operand
