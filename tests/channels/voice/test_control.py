"""What a call is, and what the provider is told, event by event."""

import pytest

from channels.voice.call import Call, LegState
from channels.voice.control import (
    TALKING,
    Comfort,
    Connect,
    Create,
    End,
    SendBack,
    SetFlag,
    SetRecording,
    abandoned_by_partners,
    due,
    next_look,
    outcome,
    phase,
)
from channels.voice.decisions import (
    Closed,
    Dialled,
    Forgotten,
    HoldWanted,
    ModeWanted,
    MuteWanted,
    Promoted,
    RecordWanted,
    Released,
    Returned,
    decide,
)
from channels.voice.facts import Recorded
from tests.channels.voice.samples import (
    after,
    at,
    came,
    dialled,
    flag,
    given_out,
    incoming,
    left,
    offering,
    seen,
    talking,
    waiting,
)


def bare(call: Call) -> list[tuple[object, ...]]:
    """Commands that are due, without their ids."""
    fields = {Create: ("leg",), End: ("leg", "answered"), Connect: ("room",), SendBack: (), Comfort: ("room",),
              SetFlag: ("leg", "flag", "value", "whom"), SetRecording: ("state",)}
    return [(type(one), *(getattr(one, name) for name in fields[type(one)])) for one in due(call)]


def test_from_the_menu_into_line() -> None:
    assert (phase(incoming()), phase(waiting())) == ("menu", "queued")
    assert due(waiting()) == ()


def test_an_agent_is_called_into_a_room_of_its_own_and_only_once() -> None:
    call, commands = given_out(after(waiting(), dialled("a1", 5)))
    assert phase(call) == "offering"
    assert commands == [Create("create:a1", "a1")]
    assert due(call) == ()
    with pytest.raises(ValueError, match="leg a1 is dialled already"):
        decide(call, dialled("a1", 6))


def test_the_customer_leaves_the_line_only_when_the_agent_is_there() -> None:
    assert due(offering()) == ()
    call, commands = given_out(after(offering(), seen("a1", "in_progress", 8)))
    assert (phase(call), commands) == ("connecting", [Connect("connect:1", 1)])
    call = after(call, came("a1", 1, 1), came("customer", 1, 2))
    assert (phase(call), due(call)) == ("talking", ())


@pytest.mark.parametrize("end", ["busy", "no_answer", "failed", "canceled", "completed"])
def test_an_agent_who_does_not_answer_leaves_the_customer_in_line(end: LegState) -> None:
    call = after(offering(), seen("a1", end, 20))
    assert (phase(call), due(call)) == ("queued", ())
    call, commands = given_out(after(call, dialled("a2", 21)))
    assert (phase(call), commands) == ("offering", [Create("create:a2", "a2")])
    assert call.legs["a2"].dialled == 2, "what is late of the first attempt cannot be taken for the second"


def test_an_answer_after_the_offer_was_withdrawn_is_hung_up() -> None:
    call = after(offering(), Released("a1"))
    assert bare(call) == [(End, "a1", False)]
    call, _ = given_out(call)
    call = after(call, seen("a1", "in_progress", 8))
    assert (phase(call), bare(call)) == ("queued", [(End, "a1", True)])


def test_an_answer_after_its_time_is_hung_up() -> None:
    call = after(offering(), seen("a1", "in_progress", 36))
    assert (phase(call), bare(call)) == ("queued", [(End, "a1", True)])


def test_of_two_who_answer_the_first_gets_the_customer() -> None:
    call, _ = given_out(after(offering(), Released("a1"), dialled("a2", 10)))
    call = after(call, seen("a2", "in_progress", 14), seen("a1", "in_progress", 12))
    assert (End, "a1", True) in bare(call)
    assert (Connect, 2) in bare(call)


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_who_are_both_wanted_the_second_to_answer_is_let_go(turn: int) -> None:
    """Whoever is heard of first: nobody waits alone in a room that the customer will not come to."""
    call, _ = given_out(after(offering(), dialled("a2", 10)))
    call = after(call, *[seen("a1", "in_progress", 12), seen("a2", "in_progress", 14)][::turn])
    assert bare(call) == [(End, "a2", True), (Connect, 1)]


def test_a_leg_that_has_no_name_yet_is_ended_when_it_has_one() -> None:
    call, _ = given_out(after(waiting(), dialled("a1", 5), Released("a1")))
    assert due(call) == ()
    assert bare(after(call, seen("a1", "queued", 6))) == [(End, "a1", False)]


def test_a_caller_who_hangs_up_while_an_agent_rings() -> None:
    call = after(offering(), seen("customer", "completed", 7, "CA1"))
    assert (phase(call), outcome(call), bare(call)) == ("ended", "abandoned_while_ringing", [(End, "a1", False)])
    call, _ = given_out(call)
    assert bare(after(call, seen("a1", "in_progress", 8))) == [(End, "a1", True)], "he answered meanwhile"


def test_the_outcomes() -> None:
    gone = seen("customer", "completed", 90, "CA1")
    assert outcome(after(incoming(), gone)) == "abandoned_in_menu"
    assert outcome(after(waiting(), gone)) == "abandoned_in_queue"
    assert outcome(after(talking(), gone)) == "talked"
    assert outcome(after(talking(), Returned(at(70)), gone)) == "abandoned_after_talk"


def test_hold_and_back() -> None:
    call, commands = given_out(after(talking(), HoldWanted(True)))
    assert phase(call) == "held"
    assert commands == [SetFlag("held:customer:1:0:True", "customer", "held", True)]
    call = after(call, flag("customer", "held", True, 3))
    assert due(call) == ()
    call = after(call, HoldWanted(False))
    assert (phase(call), bare(call)) == ("talking", [(SetFlag, "customer", "held", False, "")])


def test_hold_twice_is_said_twice() -> None:
    call, _ = given_out(after(talking(), HoldWanted(True)))
    call, _ = given_out(after(call, flag("customer", "held", True, 3), HoldWanted(False)))
    call = after(call, flag("customer", "held", False, 4), HoldWanted(True))
    assert bare(call) == [(SetFlag, "customer", "held", True, "")]


def test_a_command_that_surely_did_nothing_may_be_given_again() -> None:
    call, (hold,) = given_out(after(talking(), HoldWanted(True)))
    assert due(after(call, Forgotten(hold.id))) == (hold,)


def test_the_customer_waits_while_another_is_consulted() -> None:
    call, commands = given_out(after(talking(), dialled("c1", 30, "consult")))
    assert phase(call) == "consulting"
    assert [type(one) for one in commands] == [Create, SetFlag]
    call = after(call, flag("customer", "held", True, 3), seen("c1", "in_progress", 35), came("c1", 1, 4, 35))
    assert bare(call) == [], "the provider changes no flag of who is held"
    transferred = after(call, Promoted("c1"), Released("a1"))
    assert bare(transferred)[0] == (End, "a1", True)
    assert (SetFlag, "customer", "held", False, "") in bare(transferred)
    assert phase(transferred) == "talking"
    back = after(call, Released("c1"))
    assert (phase(back), bare(back)[0]) == ("talking", (End, "c1", True))


def test_three_together() -> None:
    call, _ = given_out(after(talking(), dialled("c1", 30, "consult")))
    call = after(call, seen("c1", "in_progress", 35), came("c1", 1, 3, 35))
    call = after(call, flag("customer", "held", True, 4), Promoted("c1"))
    assert phase(call) == "talking"
    assert bare(call) == [(SetFlag, "customer", "held", False, "")]
    call = after(call, flag("customer", "held", False, 5))
    assert bare(call) == [(SetFlag, "customer", "ends_room", False, "")], "else a hang-up of his would end the others"


def test_whom_nobody_consults_does_not_answer() -> None:
    call, _ = given_out(after(talking(), dialled("c1", 30, "consult")))
    call = after(call, flag("customer", "held", True, 3), seen("c1", "no_answer", 60))
    assert (phase(call), bare(call)) == ("talking", [(SetFlag, "customer", "held", False, "")])


@pytest.mark.parametrize("loss", [seen("a1", "completed", 60), left("a1", 1, 5, 60)])
def test_a_customer_who_is_left_alone_is_comforted_and_returned(loss: object) -> None:
    call = after(talking(), HoldWanted(True), flag("customer", "held", True, 3), loss)  # type: ignore[arg-type]
    assert phase(call) == "orphaned"
    kinds = [one[0] for one in bare(call)]
    assert SetFlag in kinds
    assert Comfort in kinds
    assert (abandoned_by_partners(call, at(74)), abandoned_by_partners(call, at(75))) == (False, True)
    assert next_look(call) == at(75)
    call, _ = given_out(call)
    call = after(call, Returned(at(75)))
    assert phase(call) == "queued"
    assert SendBack in [one[0] for one in bare(call)]
    assert (phase(after(call, dialled("a2", 80))), after(call, dialled("a2", 80)).legs["a2"].dialled) == ("offering", 2)


def test_an_agent_who_comes_back_within_the_grace_has_his_customer_again() -> None:
    call, _ = given_out(after(talking(), seen("a1", "failed", 60)))
    call, commands = given_out(after(call, dialled("a1-again", 65)))
    assert commands == [Create("create:a1-again", "a1-again")]
    assert phase(after(call, seen("a1-again", "in_progress", 67))) == "talking"


def test_what_is_late_of_a_room_that_was_left_moves_nobody() -> None:
    call, _ = given_out(after(talking(), seen("a1", "failed", 60), Returned(at(75))))
    call = after(call, came("customer", 1, 2), left("customer", 1, 9, 76))
    assert phase(call) == "queued"


def test_a_supervisor_listens_whispers_and_barges_in() -> None:
    call, commands = given_out(after(talking(), dialled("s1", 30, "supervisor")))
    assert commands == [Create("create:s1", "s1")]
    call = after(call, seen("s1", "in_progress", 33), came("s1", 1, 3, 33))
    assert bare(call) == [(SetFlag, "s1", "muted", True, "")]
    call = after(call, flag("s1", "muted", True, 4), ModeWanted("s1", "whisper"))
    assert bare(call) == [(SetFlag, "s1", "muted", False, ""), (SetFlag, "s1", "coaching", True, "a1")]
    call = after(call, flag("s1", "muted", False, 5), flag("s1", "coaching", True, 6), ModeWanted("s1", "barge"))
    assert bare(call) == [(SetFlag, "s1", "coaching", False, "a1")]
    assert phase(after(call, seen("a1", "completed", 90))) == "orphaned", "a supervisor is nobody's partner"


def test_recording_is_paused_and_goes_on() -> None:
    call, commands = given_out(after(talking(), RecordWanted("on")))
    assert [one.state for one in commands if isinstance(one, SetRecording)] == ["on"]
    call, _ = given_out(after(call, Recorded("on"), RecordWanted("paused")))
    assert due(call) == ()
    call, commands = given_out(after(call, Recorded("paused"), RecordWanted("on")))
    assert [one.state for one in commands if isinstance(one, SetRecording)] == ["on"]


def test_a_call_that_is_closed_ends_everybody_once() -> None:
    call, commands = given_out(after(talking(), Closed()))
    assert phase(call) == "ending"
    assert sorted(one.leg for one in commands if isinstance(one, End)) == ["a1", "customer"]
    done = after(call, seen("a1", "completed", 61), seen("customer", "completed", 61, "CA1"))
    assert (phase(done), due(done), next_look(done)) == ("ended", (), None)


def test_when_to_look_again() -> None:
    assert next_look(waiting()) == max(waiting().queued_at or at(0), at(0)) + TALKING
    assert next_look(offering()) == at(20)
    assert next_look(after(offering(), seen("a1", "in_progress", 8))) == at(18)
    assert next_look(talking()) == at(69)
    assert next_look(after(offering(), seen("customer", "completed", 7, "CA1"))) == at(12)


def test_commands_keep_their_ids_as_long_as_the_facts_behind_them() -> None:
    answered = after(offering(), seen("a1", "in_progress", 8))
    assert due(answered) == due(after(answered, seen("a1", "ringing", 6), seen("a1", "in_progress", 9)))


def test_who_gets_a_call_back_later_is_not_muted_still_but_who_reloads_his_page_is() -> None:
    muted = after(talking(), MuteWanted("a1", True))
    again = after(muted, Dialled("a2", "partner", muted.legs["a1"].who, at(70)))
    assert again.legs["a2"].muted
    handed = after(muted, Dialled("b1", "partner", "client:agent_b", at(70)))
    assert not handed.legs["b1"].muted
    back = after(handed, Dialled("a2", "partner", muted.legs["a1"].who, at(90)))
    assert not back.legs["a2"].muted
