"""PURE: what the network says of a caller, and what a flow does with such callers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from channels.voice.settings import Callers, Treatment

Attestation = Literal["a", "b", "c", "failed", "none"]
Spam = Literal["none", "suspected", "sure"]
# What a withheld number is given as, by one network or another.
ANONYMOUS = frozenset({"", "anonymous", "+266696687", "+7378742883", "+2562533", "+8656696", "+464", "+86282452253"})


def attestation(verdict: str) -> Attestation:
    """STIR/SHAKEN. a: the network knows the caller and that the number is his; b: it knows the caller; c: it only took
    the call over; failed: the signature is wrong, so the number may be anybody's; none: nobody says anything."""
    if verdict.startswith("TN-Validation-Failed"):
        return "failed"
    letter = verdict.removeprefix("TN-Validation-Passed-")[:1].lower() if verdict.startswith("TN-Validation-P") else ""
    return letter if letter in ("a", "b", "c") else "none"  # type: ignore[return-value]


def spam(number: str, deny: Sequence[str], add_ons: str) -> Spam:
    """sure: on our own list. suspected: an add-on of the account says so; what it says in other words says nothing."""
    if number and number.startswith(tuple(deny)):
        return "sure"
    try:
        found = json.loads(add_ons)["results"] if add_ons else {}
        return "suspected" if any(_bad(one.get("result")) for one in found.values()) else "none"
    except (ValueError, TypeError, KeyError, AttributeError):
        return "none"


def _bad(result: Any) -> bool:
    """A score of 1 (Nomorobo), or the advice to block (Marchex, with one more result within)."""
    if not isinstance(result, Mapping):
        return False
    return result.get("score") == 1 or result.get("recommendation") == "BLOCK" or _bad(result.get("result"))


def known(number: str, fields: Mapping[str, str], deny: Sequence[str]) -> dict[str, str]:
    """What rules and people may know of a caller."""
    found = {"attestation": attestation(fields.get("StirVerstat", "")), "spam": spam(number, deny,
                                                                                     fields.get("AddOns", ""))}
    return {**found, **({"anonymous": "yes"} if number in ANONYMOUS else {})}


def treated(facts: Mapping[str, str], rules: Callers, blocked: bool) -> tuple[Treatment, str]:
    """What happens to him, and because of what: of several reasons the one that is hardest on him."""
    reasons: list[tuple[Treatment, str]] = [("let_in", "")]
    if blocked:
        reasons.append((rules.blocked, "blocked"))
    if facts.get("anonymous"):
        reasons.append((rules.anonymous, "anonymous"))
    if facts.get("spam") in ("suspected", "sure"):
        reasons.append((rules.spam, "spam"))
    if facts.get("attestation") == "failed":
        reasons.append((rules.failed, "attestation"))
    return max(reasons, key=lambda one: get_args(Treatment).index(one[0]))
