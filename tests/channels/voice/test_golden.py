"""The golden call under every order of what is reported of it, each report doubled or lost: the record is the same."""

from itertools import permutations

import pytest

from channels.voice.call import Call
from channels.voice.control import due, outcome, phase
from channels.voice.facts import Fact
from tests.channels.voice.samples import after, came, dialled, left, seen, waiting

# By moment, as on the emulator: the agent answers, the customer joins him, the customer hangs up.
ANSWER: tuple[Fact, ...] = (seen("a1", "in_progress", 8), came("a1", 1, 1, 8))
CONNECT: tuple[Fact, ...] = (came("customer", 1, 2, 8.6),)
GOODBYE: tuple[Fact, ...] = (left("customer", 1, 3, 120), left("a1", 1, 4, 120), seen("a1", "completed", 120),
                             seen("customer", "completed", 120))
TOLD = (*ANSWER, *CONNECT, *GOODBYE)
ORDERS = [(*one, *CONNECT, *other) for one in permutations(ANSWER) for other in permutations(GOODBYE)]
READ = (seen("a1", "completed", 120), seen("customer", "completed", 120))  # what the provider answers when it is asked


def rung() -> Call:
    return after(waiting(), dialled("a1", 3), seen("a1", "ringing", 4, "CA2"))


def record(call: Call) -> object:
    return phase(call), outcome(call), due(call), {leg.id: (leg.state, leg.ended_at) for leg in call.legs.values()}


def test_every_order_of_all_reports_is_the_same_call() -> None:
    expected = after(rung(), *TOLD)
    assert (phase(expected), outcome(expected), due(expected)) == ("ended", "talked", ())
    assert all(after(rung(), *order) == expected for order in permutations(TOLD))


@pytest.mark.parametrize("which", TOLD, ids=str)
def test_each_one_doubled_or_lost_in_every_order_of_its_moment(which: Fact) -> None:
    expected = after(rung(), *TOLD)
    for order in ORDERS:
        assert after(rung(), *order, which) == expected
        kept = [one for one in order if one != which]
        assert record(after(rung(), *kept, *READ)) == record(expected)
