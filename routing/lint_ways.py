"""What rules ask for and no way into this hub ever gives: mailboxes, forms, menus and numbers that do not exist.

The configuration may follow a policy, or come before it, so that nothing here keeps anybody from publishing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from routing.expression import Expression, Term, met, terms
from routing.expression_logic import Literals, alternatives
from routing.facts import FACTS
from routing.policy import Policy
from routing.wildcard import folded

WayCode = Literal[
    "value_never_given",  # fact, value, suggestion (may be empty): the configuration has no such thing
    "fact_never_given",  # fact, suggestion (may be empty): no way in gives it
    "rule_never_arrives",  # rule, fact, channels: what comes by these carries no such fact
    "queue_not_in_policy",  # queue: the configuration has it, and it works as that says
]
Found = tuple[WayCode, str, dict[str, str | tuple[str, ...]]]
CALLS = frozenset({"voice", "voicemail"})
# Facts that not every channel gives; families by their prefix. What is not named here may come by any.
GIVEN_BY: Mapping[str, frozenset[str]] = {
    "form": frozenset({"form"}), "form.": frozenset({"form"}), "ivr_path": CALLS, "ivr.": CALLS,
    "anonymous": frozenset({"voice"}), "attestation": frozenset({"voice"}),
    "address_dialled": frozenset({"voice", "voicemail", "email", "sms", "whatsapp"}),
}  # fmt: skip
_ALWAYS = frozenset(fact.name for fact in FACTS if fact.domain.always)


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways into a hub, as its configuration and its administrators have set them up.

    `values`: of facts of which all are known. `form_fields`, `ivr_fields`: without `form.` and `ivr.`. `steps`: of all
    menus. `queues`: all that there are; `asked`: those that some way in leads to by itself; `asked_by`: with the
    channel. `units`: what a contact of each channel takes of an agent.
    """

    channels: frozenset[str]
    values: Mapping[str, frozenset[str]]
    form_fields: frozenset[str] = frozenset()
    ivr_fields: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    asked_by: frozenset[tuple[str, str]] = frozenset()
    units: Mapping[str, int] = field(default_factory=dict)


def of_ways(policy: Policy, ways: Ways) -> Iterator[Found]:
    for at, rule in enumerate(policy.rules):
        path, told = f"rules[{at}].when", False
        for found in dict.fromkeys(map(_hashed, _terms(rule.when, ways, path))):
            told = True
            yield found[0], found[1], dict(found[2])
        if not told:
            yield from _never_arrives(rule.id, rule.when, ways, path)
    for at, promise in enumerate(policy.promises):
        for name, values in promise.when:
            for value in sorted(values):
                if (near := _value(name, value, ways)) is not None:
                    data: dict[str, str | tuple[str, ...]] = {"fact": name, "value": value, "suggestion": near}
                    yield "value_never_given", f"promises[{at}]", data
    for queue in sorted(ways.queues - {one.id for one in policy.queues}):
        yield "queue_not_in_policy", "queues", {"queue": queue}


def _hashed(found: Found) -> tuple[WayCode, str, tuple[tuple[str, str | tuple[str, ...]], ...]]:
    return found[0], found[1], tuple(found[2].items())


def _terms(when: Expression, ways: Ways, path: str) -> Iterator[Found]:
    for term in terms(when):
        near = _name(term.name, ways)
        if near is not None:
            yield "fact_never_given", path, {"fact": term.name, "suggestion": near}
            continue
        for value, suggestion in _wrong_values(term, ways):
            yield "value_never_given", path, {"fact": term.name, "value": value, "suggestion": suggestion}


def _name(name: str, ways: Ways) -> str | None:
    """None where some way in may give it, else what was perhaps meant."""
    family, _, field = name.partition(".")
    if field and family in ("form", "ivr"):
        known = ways.form_fields if family == "form" else ways.ivr_fields
        near = _near(field, known)
        return None if field in known else f"{family}.{near}" if near else ""
    return "" if GIVEN_BY.get(name, ways.channels).isdisjoint(ways.channels) else None


def _wrong_values(term: Term, ways: Ways) -> Iterator[tuple[str, str]]:
    if term.test in ("contains", "like"):
        known = _known(term.name, ways)
        if known is not None and not any(met(term, value) for value in known):
            yield str(term.operands[0]), ""
        return
    for operand in term.operands:
        if isinstance(operand, str) and (near := _value(term.name, operand, ways)) is not None:
            yield operand, near


def _value(name: str, value: str, ways: Ways) -> str | None:
    """None where the fact may be that, else what was perhaps meant."""
    if name == "ivr_path":
        strange = [part for part in value.split("/") if part not in ways.steps and not _is_keys(part)]
        return (_near(strange[0], ways.steps) if ways.steps else "") if strange else None
    known = _known(name, ways)
    if known is None or folded(value) in {folded(one) for one in known}:
        return None
    return _near(value, known)


def _is_keys(part: str) -> bool:
    return bool(part) and all(letter in "0123456789*#" for letter in part)


def _known(name: str, ways: Ways) -> frozenset[str] | None:
    return ways.channels if name == "channel" else ways.values.get(name)


def _near(value: str, known: Iterable[str]) -> str:
    """Among those that begin alike, as most slips do: comparing thousands with hundreds takes seconds."""
    lower = {one.lower(): one for one in sorted(known) if one[:1].lower() == value[:1].lower()}
    found = get_close_matches(value.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else ""


def _never_arrives(rule: str, when: Expression, ways: Ways, path: str) -> Iterator[Found]:
    """A rule every alternative of which asks a channel for what that channel does not carry."""
    dead = [_carries_not(one, ways) for one in alternatives(when) or ()]
    first = dead[0] if dead and all(dead) else None
    if first:
        fact, channels = first
        yield "rule_never_arrives", path, {"rule": rule, "fact": fact, "channels": tuple(sorted(channels))}


def _carries_not(literals: Literals, ways: Ways) -> tuple[str, frozenset[str]] | None:
    channels = ways.channels
    for term, wanted in literals:
        if term.name == "channel":
            channels = frozenset(one for one in channels if met(term, one) is wanted)
    for term, wanted in literals:
        if wanted and term.name not in _ALWAYS:
            family, _, field = term.name.partition(".")
            givers = GIVEN_BY.get(f"{family}." if field else term.name)
            if givers is not None and channels and givers.isdisjoint(channels):
                return term.name, channels
    return None
