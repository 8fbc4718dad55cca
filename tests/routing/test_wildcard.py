"""Texts without case, and patterns: what they describe, and that nobody can make them slow."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wildcard import folded, like, tokens
from tests.routing.expressions import as_regex
from tests.routing.samples import patient

few = st.text("ab*?\\", max_size=12)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("?", "", False),
        ("+49*", "+4930123", True),
        ("*order ??-*", "Your ORDER ab-1", True),
        ("*order ??-*", "Your order a-1", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab?b*", "aabaa", False),
        ("*ab?b*", "aababb", True),
        ("100\\*", "100*", True),
        ("100\\*", "1000", False),
        ("a\\b", "a\\b", True),
        ("a\\\\b", "a\\b", True),
        ("a\\", "a\\", True),
        ("?", "ß", True),
        ("stra?e", "STRAßE", True),
        ("m?nchen", "mu\u0308nchen", True),  # two code points, one letter
        ("*\n*", "one\ntwo", True),
        ("?", "🙂", True),
    ],
)
def test_patterns(pattern: str, text: str, expected: bool) -> None:
    assert like(pattern, text) is expected


@given(few, st.text("abAB*?\\", max_size=14))
@settings(patient, max_examples=1_000)
def test_equals_a_regular_expression(pattern: str, text: str) -> None:
    assert like(pattern, text) is bool(re.fullmatch(as_regex(pattern.lower()), text.lower(), re.DOTALL))


@given(st.text(max_size=20))
@settings(patient, max_examples=500)
def test_every_text_is_described_by_itself_and_by_its_wildcards(text: str) -> None:
    written = re.sub(r"([*?\\])", r"\\\1", text)
    assert like(written, text)
    assert like(f"*{written}*", f"x{text}") or text == "" or folded(f"x{text}")[1:] != folded(text)
    assert like("?" * len(folded(text)), text)


@given(st.text(max_size=20))
@patient
def test_folding_keeps_the_length_and_is_done_once(text: str) -> None:
    once = folded(text)
    assert folded(once) == once


def test_upper_and_lower_case_of_a_letter_are_the_same() -> None:
    for upper, lower in (("ÄÖÜ", "äöü"), ("ΟΔΟΣ", "οδος"), ("ОРИОН", "орион"), ("ẞ", "ß"), ("Å", "å")):
        assert folded(upper) == folded(lower)


def test_stars_in_a_row_are_one() -> None:
    assert tokens("a***b") == tokens("a*b")


class CountedText(str):
    """Counts how often a letter of it is looked at."""

    looked_at = 0

    def __getitem__(self, place: object) -> str:
        CountedText.looked_at += 1
        return str.__getitem__(self, place)  # type: ignore[index]


def test_a_letter_is_looked_at_once_whatever_the_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CountedText("a" * 10_000)
    monkeypatch.setattr("routing.wildcard.folded", lambda given: given)
    for pattern in ("*a?a?a?a?b", "*" + "a?" * 200 + "b*", "*?a*a?*a?a*b?*", "a*" * 100 + "?b"):
        CountedText.looked_at = 0
        assert not like(pattern, text)
        assert CountedText.looked_at <= 10_000 + 500
