"""Whom we may be made to ring."""

import pytest

from channels.voice.numbers import may_be_called

OURS = "+493012345678"


@pytest.mark.parametrize(("number", "prefixes", "may"), [
    ("+4989123456", (), True),
    ("+442079460000", (), False),
    ("+442079460000", ("+44",), True),
    ("+499001234567", ("+49",), False),  # premium
    ("+49110", ("+49",), False),  # the police, and the fire brigade
    ("+49112", (), False),
    ("+1911", ("+1",), False),
    ("+44999", ("+44",), False),
    ("110", (), False),
    ("", (), False),
])
def test_what_is_dear_or_an_emergency_is_never_rung(number: str, prefixes: tuple[str, ...], may: bool) -> None:
    assert may_be_called(number, OURS, prefixes) == may
