"""Late, doubled and unordered reports come to the same."""

from itertools import permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from channels.voice.call import LegState
from channels.voice.control import due, phase
from channels.voice.facts import Fact, Flagged, LegSeen, Moved, Recorded, observe
from tests.channels.voice.samples import after, at, came, dialled, flag, incoming, left, seen, waiting

STATES: tuple[LegState, ...] = (
    "queued", "initiated", "ringing", "in_progress", "completed", "busy", "no_answer", "failed", "canceled"
)  # fmt: skip
legs = st.sampled_from(["customer", "a1", "c1"])
facts = st.one_of(
    st.builds(LegSeen, legs, st.sampled_from(STATES), st.integers(0, 9).map(at), st.just("CA9")),
    st.builds(lambda leg, room, seq, inside: came(leg, room, seq, 10 * room + seq) if inside else
              left(leg, room, seq, 10 * room + seq), legs, st.integers(1, 2), st.integers(1, 4), st.booleans()),
    st.builds(flag, legs, st.sampled_from(["held", "ends_room"]), st.booleans(), st.integers(1, 4), st.integers(1, 2)),
)


def agreed(found: list[Fact]) -> list[Fact]:
    """A provider gives a sequence number of a room to one thing only."""
    said: dict[object, Fact] = {}
    for fact in found:
        said[(fact.leg, fact.room, fact.seq) if isinstance(fact, Moved | Flagged) else fact] = fact
    return list(said.values())


@given(st.lists(facts, max_size=8), st.randoms(use_true_random=False), st.data())
def test_order_and_repetition_make_no_difference(found: list[Fact], random: Random, data: st.DataObject) -> None:
    found = agreed(found)
    call = after(waiting(), dialled("a1", 5), dialled("c1", 6, "consult"))
    straight = after(call, *found)
    again = found + data.draw(st.lists(st.sampled_from(found), max_size=4)) if found else found
    random.shuffle(again)
    shuffled = after(call, *again)
    assert shuffled == straight
    assert (phase(shuffled), due(shuffled)) == (phase(straight), due(straight))


def test_every_order_of_what_comes_with_an_answer() -> None:
    call = after(waiting(), dialled("a1", 5))
    heard: list[Fact] = [seen("a1", "ringing", 6), seen("a1", "in_progress", 8), came("a1", 1, 1, 8)]
    assert len({phase(after(call, *order)) for order in permutations(heard)}) == 1


def test_whoever_is_in_the_room_has_answered_though_that_report_was_lost() -> None:
    """Else a conversation would be cut off when his telephone would have rung long enough."""
    heard: list[Fact] = [seen("a1", "ringing", 6), came("a1", 1, 1, 8)]
    for order in permutations(heard):
        leg = after(waiting(), dialled("a1", 5), *order).legs["a1"]
        assert (leg.state, leg.answered_at) == ("in_progress", at(8))


def test_what_is_of_no_leg_of_ours_changes_nothing() -> None:
    assert after(incoming(), seen("somebody", "ringing", 1)) == incoming()


def test_an_end_stands_though_an_answer_is_heard_of_later() -> None:
    call = after(waiting(), dialled("a1", 5), seen("a1", "completed", 9), seen("a1", "in_progress", 8))
    assert (call.legs["a1"].state, call.legs["a1"].answered_at, call.legs["a1"].ended_at) == ("completed", at(8), at(9))


def test_of_two_ends_the_first_one_was_it() -> None:
    both = [seen("a1", "completed", 9), seen("a1", "canceled", 8)]
    for order in permutations(both):
        assert after(waiting(), dialled("a1", 5), *order).legs["a1"].state == "canceled"


def test_flags_of_a_room_that_was_left_do_not_hold_in_the_next() -> None:
    call = after(waiting(), came("customer", 1, 1), flag("customer", "held", True, 2), came("customer", 2, 1))
    assert not call.customer.flag("held")


def test_a_pause_of_the_recording_is_known_by_its_command_only() -> None:
    assert observe(waiting(), Recorded("paused")).recorded == "paused"
