"""The facts about a contact that rules may ask for: one table, and what is wrong with what asks otherwise.

Whoever places a contact gives those that are always there, and of the others what is known; the rest is absent.
Names that begin with `form.` and `ivr.` are the fields of the form and what was keyed in or said to the telephone menu.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Literal
from zoneinfo import ZoneInfo

from routing.expression import Expression, Term, Test, Value, Values, terms
from routing.expression_logic import LEVEL, Domain, Domains, Kind
from routing.wildcard import folded

LONGEST_TEXT = 10_000  # characters of one fact; the rest is not looked at
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Fact:
    """`meaning` is for whoever writes rules."""

    name: str
    domain: Domain
    meaning: str


_TEXT, _FLAG, _SET, _COUNT = Domain("text"), Domain("flag"), Domain("set"), Domain("number", low=0, always=True)

FACTS: tuple[Fact, ...] = (
    Fact("channel", Domain("text", always=True), "how it came: email, form, webchat, voice, sms, whatsapp, manual"),
    Fact("source", _TEXT, "the mailbox, form, number or site it came to, by its id in the configuration"),
    Fact("queue", _TEXT, "the queue that the form, mailbox, number or site asks for"),
    Fact("address", _TEXT, "whom it is from: an e-mail address, or a number that begins with +"),
    Fact("address_dialled", _TEXT, "what was written to or dialled: an e-mail address, or a number that begins with +"),
    Fact("form", _TEXT, "the id of the form that was sent"),
    Fact("ivr_path", _TEXT, "choices in the telephone menu, such as main/billing/2"),
    Fact("language", _TEXT, "two letters of the language, such as de; region after a hyphen if known, such as pt-BR"),
    Fact("subject", _TEXT, "the subject, in one line"),
    Fact("text", _TEXT, f"the first {LONGEST_TEXT} characters of what was written or, as far as transcribed, said"),
    Fact("segment", _SET, "the customer's segments, such as gold or press"),
    Fact("contract", _TEXT, "the customer's contract or service level, such as premium"),
    Fact("vip", _FLAG, "the customer is marked as very important"),
    Fact("known", _FLAG, "the customer has been in contact before"),
    Fact("open_case", _FLAG, "the customer has a case or another contact that is not closed"),
    Fact("last_agent", _TEXT, "the login of the agent who took a contact of the customer last"),
    Fact("owner", _TEXT, "the login of the agent the customer, or his open case, belongs to"),
    Fact("spam", Domain("text", ("none", "suspected", "sure"), always=True), "none, suspected or sure"),
    Fact("anonymous", _FLAG, "the caller withholds his number"),
    Fact("attestation", Domain("text", ("a", "b", "c", "failed", "none")),
         "of callers: how far their network vouches for the number, a most; failed: it is false; none: nobody says"),
    Fact("repeat_contacts", _COUNT, "contacts of the same customer in the seven days before this one, on any channel"),
    Fact("attachments", _COUNT, "how many files came with it"),
    Fact("attachment_names", _SET, "their names, such as invoice.pdf"),
    Fact("weekday", Domain("text", WEEKDAYS, always=True), "mon to sun, by the clocks of the policy's zone"),
    Fact("hour", Domain("number", low=0, high=23, always=True), "0 to 23, by the clocks of the policy's zone"),
)
FAMILIES: tuple[Fact, ...] = (
    Fact("form.", _TEXT, "a field of the form: form.order_number"),
    Fact("ivr.", _TEXT, "what was keyed in or said: ivr.contract_number"),
)
_FURTHEST = 4  # letters between a name and one that may have been meant
_BY_NAME = {fact.name: fact for fact in FACTS}

_OF_EVERY: tuple[Test, ...] = ("present", "=", "!=", "in", "not in")
_TESTS: dict[Kind, tuple[Test, ...]] = {
    "flag": ("present",),
    "number": (*_OF_EVERY, "<", "<=", ">", ">=", "between"),
    "text": (*_OF_EVERY, "contains", "like"),
    "set": (*_OF_EVERY, "contains", "like"),
}


def fact_named(name: str) -> Fact | None:
    """What a name means in a rule, None if it means nothing."""
    return _BY_NAME.get(name) or next((one for one in FAMILIES if name.startswith(one.name) and name != one.name), None)


def domains(expression: Expression) -> Domains:
    """What the facts in an expression can be, for `expression_logic`."""
    found = ((term.name, fact_named(term.name)) for term in terms(expression))
    return {name: fact.domain for name, fact in found if fact}


ProblemCode = Literal["unknown_name", "wrong_test", "wrong_value"]


@dataclass(frozen=True, slots=True)
class TermProblem:
    """`suggestion`: what was perhaps meant. `kind`: what the name stands for, None if it stands for nothing."""

    code: ProblemCode
    term: Term
    kind: Kind | None = None
    suggestion: str | None = None

    def __str__(self) -> str:
        perhaps = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        if self.code == "unknown_name":
            return f"{self.term.name} is not known{perhaps}"
        if self.code == "wrong_test":
            return f"{self.term}: {self.term.name} is a {self.kind}, which cannot be asked so{perhaps}"
        return f"{self.term}: {self.term.name} is never that{perhaps}"


def problems_of_facts(expression: Expression) -> tuple[TermProblem, ...]:
    """Tests of facts that do not exist, or that could never be met."""
    return _problems(expression, lambda name: fact.domain if (fact := fact_named(name)) else None, _BY_NAME)


def problems_of_skills(expression: Expression, skills: Iterable[str]) -> tuple[TermProblem, ...]:
    """Tests of skills that nobody knows, or of levels that are no numbers."""
    known = sorted(skills)
    levels = dict.fromkeys(known, LEVEL)
    return _problems(expression, levels.get, known)


def _problems(
    expression: Expression, domain_of: Callable[[str], Domain | None], known: Iterable[str]
) -> tuple[TermProblem, ...]:
    found = (_problem(term, domain_of(term.name), known) for term in dict.fromkeys(terms(expression)))
    return tuple(problem for problem in found if problem)


def _problem(term: Term, domain: Domain | None, known: Iterable[str]) -> TermProblem | None:
    if domain is None:
        return TermProblem("unknown_name", term, suggestion=_near(term.name, known))
    if term.test not in _TESTS[domain.kind] or any(isinstance(operand, str) is (domain.kind == "number")
                                                   for operand in term.operands):
        flag = term.name if domain.kind == "flag" else None
        return TermProblem("wrong_test", term, domain.kind, flag)
    return _never(term, domain)


def _never(term: Term, domain: Domain) -> TermProblem | None:
    if not domain.values or term.test not in ("=", "!=", "in", "not in"):
        return None
    for operand in term.operands:
        if folded(str(operand)) not in domain.values:
            near = _near(str(operand), domain.values) or f"one of {', '.join(domain.values)}"
            return TermProblem("wrong_value", term, domain.kind, near)
    return None


def _near(name: str, known: Iterable[str]) -> str | None:
    lower = {one.lower(): one for one in known if abs(len(one) - len(name)) <= _FURTHEST}
    found = get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None


# --- values ----------------------------------------------------------------------------------------------


def readable(facts: Values) -> dict[str, Value | None]:
    """The facts as rules see them: long texts cut off."""
    return {name: _cut(value) for name, value in facts.items()}


def _cut(value: Value | None) -> Value | None:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    return tuple(member[:LONGEST_TEXT] for member in value) if isinstance(value, tuple) else value


def strange_facts(facts: Values) -> Mapping[str, str]:
    """What is wrong with facts that somebody typed in to try rules: name -> words."""
    found = {}
    for name, value in facts.items():
        fact = fact_named(name)
        if fact is None:
            near = _near(name, _BY_NAME)
            found[name] = "is not known" + (f"; did you mean {near}?" if near else "")
        elif value is not None and not _is(value, fact.domain):
            found[name] = f"must be a {fact.domain.kind}" + (
                f": {', '.join(fact.domain.values)}" if fact.domain.values else ""
            )
    return found


def _is(value: Value, domain: Domain) -> bool:
    if domain.kind == "text":
        return isinstance(value, str) and (not domain.values or folded(value) in domain.values)
    if domain.kind == "set":
        return isinstance(value, tuple) and all(isinstance(member, str) for member in value)
    if domain.kind == "flag":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return (domain.low is None or value >= domain.low) and (domain.high is None or value <= domain.high)


def local_facts(at: datetime, zone: str) -> dict[str, Value]:
    """`weekday` and `hour` by the clocks of a zone. Raises ValueError for a naive time, what ZoneInfo raises for a
    zone that does not exist.
    """
    if at.utcoffset() is None:
        raise ValueError("a moment must carry a time zone")
    there = at.astimezone(ZoneInfo(zone))
    return {"weekday": WEEKDAYS[there.weekday()], "hour": there.hour}
