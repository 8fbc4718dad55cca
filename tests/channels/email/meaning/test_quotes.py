"""Folding loses nothing, whatever the text, and takes no time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.parse.quotes import fold

_LINES = st.sampled_from([
    "", " ", "Hello", "> quoted", ">", "-- ", "--", "On Mon, 2 Mar 2026 at 08:00 Ann <a@b.example> wrote:",
    "-----Original Message-----", "From: Ann", "Sent: Monday", "To: Bob", "Subject: x",
    "________________________________", "Sent from my iPhone", "---------- Forwarded message ---------",
    "发件人: Ann", "\x0c", "\u2028", "wrote:", "a\rb",
])


@given(st.lists(_LINES | st.text(max_size=20)).map("\n".join))
def test_both_parts_together_are_the_text(text: str) -> None:
    new, quoted = fold(text)
    assert new + quoted == text
    assert not quoted or new.strip()


WALLS = {
    "quotes": "> a\n" * 100_000, "blank": "\n" * 400_000, "heads": "From: a@b\n" * 50_000,
    "dates": "On 1.1.2024 10:00 \n" * 20_000, "one_line": "a" * 5_000_000, "signatures": "-- \n" * 100_000,
    "in_turns": "\nx\n> q\n" * 60_000, "introductions": "> a\nOn 1.1.2026 10:00 x:\n" * 20_000,
    "parted_heads": "\nDate: x\n\nFrom: a@b\n" * 20_000, "many": "Hello\n" * 1_000_000,
    "italian": ("Il " + "a " * 140 + "ha scritto\n:\n") * 1_000,
}


@pytest.mark.parametrize("name", WALLS)
def test_no_text_takes_long(name: str) -> None:
    """Half a second on an idle machine; the test allows for a busy one."""
    begun = time.process_time()
    fold("Hello\n" + WALLS[name])
    assert time.process_time() - begun < 1


def test_a_text_too_long_to_be_looked_at_as_a_whole_is_folded_where_its_history_begins() -> None:
    history = "-----Original Message-----\nFrom: Ann\nSent: x\nTo: y\nSubject: z\n\n" + "old\n" * 200_000
    assert fold("New\n\n" + history) == ("New", "\n\n" + history)
    assert fold("New\n" * 100_000)[1] == ""
