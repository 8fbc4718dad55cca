"""The life of a contact, pure: every act in every state, and any sequence of them (I3, I4)."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import lifecycle, model
from hub.change import Change
from hub.errors import HubError, Late, NotYours, OverCapacity, Taken, WrongState
from hub.lifecycle import ANY, LEGAL, OPEN, apply
from hub.model import Act, Agent, Declared, Held, Interaction, State
from tests.hub.acts import ANN, BEN, LATER, OFFER, STATES, act, acts, agent, holds, interaction, misplaced
from tests.support.clock import START

DRAWING = Path(__file__).parents[2] / "docs" / "lifecycle.md"


def outcome(state: State, one: Act) -> Change:
    it = interaction(state)
    now = LATER if isinstance(one, model.TimeUp) else START
    return apply(it, agent(held=holds(it) if state in model.HELD else ()), one, now)


@pytest.mark.parametrize("one", acts(), ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("state", STATES)
def test_every_act_in_every_state_is_legal_or_refused_as_the_table_says(state: State, one: Act) -> None:
    if state in LEGAL[type(one)]:
        after = outcome(state, one).interaction
        assert after.version == interaction(state).version + 1
        assert misplaced(after) is None
    else:
        with pytest.raises((WrongState, Taken)):
            outcome(state, one)


def test_the_table_names_every_act_there_is() -> None:
    assert set(LEGAL) == {type(one) for one in acts()} == set(lifecycle._APPLY)


# --- the drawing ------------------------------------------------------------------------------------------------------


def drawn_edges() -> set[tuple[str, str, str]]:
    edges = re.findall(r"^ +(\w+) --> (\w+): (.+)$", DRAWING.read_text(), re.MULTILINE)
    return {(start, end, name) for start, end, names in edges for name in re.split(r",? +", names)}


def moving_edges() -> set[tuple[str, str, str]]:
    steps = ((s, outcome(s, one).interaction.state, type(one)) for one in acts() for s in sorted(LEGAL[type(one)]))
    return {(before, after, kind.__name__) for before, after, kind in steps if before != after}


def test_the_drawing_shows_every_move_and_no_other() -> None:
    assert drawn_edges() == moving_edges()


def test_the_drawn_table_is_the_table() -> None:
    rows = re.findall(r"^\| `([A-Z]\w+)` \| [^|]+ \| ([^|]+) \|$", DRAWING.read_text(), re.MULTILINE)
    words = {"any state": set(ANY), "any but done": set(OPEN)}
    assert {name: words.get(states, set(states.split(", "))) for name, states in rows} == {
        kind.__name__: set(states) for kind, states in LEGAL.items()
    }


# --- single rules -----------------------------------------------------------------------------------------------------


def test_i4_an_offer_needs_room() -> None:
    full = agent(held=(Held(UUID(int=90), "webchat", 80, exclusive=False),))
    with pytest.raises(OverCapacity):
        apply(interaction(), full, act(model.Offered), START)
    with pytest.raises(OverCapacity):
        apply(interaction(), full, act(model.Claimed), START)


def test_i4_an_exclusive_item_is_held_alone() -> None:
    talking = agent(held=(Held(UUID(int=90), "voice", 10, exclusive=True),))
    with pytest.raises(OverCapacity):
        apply(interaction(), talking, act(model.Claimed), START)
    chatting = agent(held=(Held(UUID(int=90), "webchat", 10, exclusive=False),))
    with pytest.raises(OverCapacity):
        apply(interaction(exclusive=True), chatting, act(model.Claimed), START)


def test_i4_a_call_comes_on_top_of_what_may_be_interrupted_and_nothing_joins_it() -> None:
    mail = Held(UUID(int=90), "email", 60, exclusive=False, interruptible=True)
    call = interaction(exclusive=True, units=100, channel="voice")
    writing = agent(held=(mail, mail))
    assert apply(call, writing, act(model.Claimed), START).interaction.state == "active"
    with pytest.raises(OverCapacity):
        apply(call, agent(held=(mail, replace(mail, interruptible=False))), act(model.Claimed), START)
    talking = agent(held=(mail, Held(UUID(int=91), "voice", 100, exclusive=True)))
    with pytest.raises(OverCapacity):
        apply(interaction(units=0, interruptible=True), talking, act(model.Claimed), START)


def test_i4_of_a_channel_nobody_holds_more_than_his_limit() -> None:
    chat = Held(UUID(int=90), "webchat", 10, exclusive=False)
    with pytest.raises(OverCapacity):
        apply(interaction(units=10), agent(held=(chat,), limits={"webchat": 1}), act(model.Claimed), START)
    with pytest.raises(OverCapacity):
        apply(interaction(units=10), agent(limits={"webchat": 0}), act(model.Claimed), START)
    mail = interaction(units=10, channel="email")
    assert apply(mail, agent(held=(chat,), limits={"webchat": 1}), act(model.Claimed), START).assign


@pytest.mark.parametrize(
    "person",
    [agent(declared="break"), agent(declared="missed"), agent(pending="break"), agent(connected=False)],
    ids=["break", "missed", "finishing", "away"],
)
def test_work_is_offered_only_to_who_is_ready(person: Agent) -> None:
    with pytest.raises(WrongState):
        apply(interaction(), person, act(model.Offered), START)


def test_the_disabled_get_nothing() -> None:
    for kind in (model.Offered, model.Claimed):
        with pytest.raises(NotYours):
            apply(interaction(), agent(disabled=True), act(kind), START)


def test_an_accept_at_the_deadline_is_late() -> None:
    it = interaction("offered")
    apply(it, agent(held=holds(it)), act(model.Accepted), LATER - timedelta(microseconds=1))
    with pytest.raises(Late):
        apply(it, agent(held=holds(it)), act(model.Accepted), LATER)


@pytest.mark.parametrize("kind", [model.Accepted, model.Declined, model.Withdrawn])
def test_an_offer_that_was_replaced_is_over(kind: type) -> None:
    it = interaction("offered", offer_id=UUID(int=77))
    with pytest.raises(Taken):
        apply(it, agent(held=holds(it)), act(kind), START)


@pytest.mark.parametrize("kind", [model.Accepted, model.Declined])
def test_an_offer_to_somebody_else_is_not_mine(kind: type) -> None:
    it = interaction("offered", agent=BEN)
    with pytest.raises(NotYours):
        apply(it, agent(), act(kind), START)


HOLDERS = (model.Said, model.Seen, model.Ended, model.Extended, model.WrappedUp, model.Waiting, model.Parked)


@pytest.mark.parametrize("kind", HOLDERS)
def test_only_the_holder_works_on_it(kind: type) -> None:
    for state in LEGAL[kind]:
        with pytest.raises(NotYours):
            apply(interaction(state, agent=BEN), agent(), act(kind), START)


def test_a_missed_offer_keeps_its_age_and_sets_the_agent_to_missed() -> None:
    it = interaction("offered", preferred_agent_id=ANN)
    change = apply(it, agent(held=holds(it)), model.TimeUp(), LATER)
    assert change.interaction.queued_at == START
    assert change.interaction.preferred_agent_id is None
    assert change.declare == ("missed", None, "offer_missed")
    assert change.end_offers == ((OFFER, "missed", None),)


@pytest.mark.parametrize("chosen", ["break", "offline"])
def test_a_missed_offer_does_not_undo_what_the_agent_chose(chosen: Declared) -> None:
    it = interaction("offered")
    assert apply(it, agent(held=holds(it), declared=chosen), model.TimeUp(), LATER).declare is None


def test_before_its_time_nothing_is_up() -> None:
    with pytest.raises(WrongState):
        apply(interaction("parked"), None, model.TimeUp(), START)


@pytest.mark.parametrize(
    ("state", "one", "now"),
    [
        ("wrapping", model.WrappedUp(ANN, "solved"), START),
        ("wrapping", model.TimeUp(), LATER),
        ("active", model.Requeued("wrong", "sales"), START),
        ("active", model.Parked(ANN, LATER, ""), START),
        ("active", model.Waiting(ANN, LATER), START),
        ("offered", model.Withdrawn(OFFER, "away"), START),
        ("offered", model.Declined(ANN, OFFER, "busy"), START),
        ("offered", model.TimeUp(), LATER),
        ("offered", model.Left(60), START),
        ("offered", model.Requeued("wrong", "sales"), START),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_the_break_begins_with_the_end_of_the_last_thing_held(state: State, one: Act, now: object) -> None:
    it = interaction(state)
    waiting_for_it = agent(held=holds(it), pending="break", pending_reason="lunch")
    at = LATER if now is LATER else START
    assert apply(it, waiting_for_it, one, at).declare == ("break", "lunch", "finished_work")
    busy = replace(waiting_for_it, held=(*holds(it), Held(UUID(int=90), "form", 20, exclusive=False)))
    assert apply(it, busy, one, at).declare is None


@pytest.mark.parametrize("one", [model.Accepted(ANN, OFFER), model.Noted(ANN)], ids=["accepted", "noted"])
def test_what_is_still_held_does_not_begin_the_break(one: Act) -> None:
    it = interaction("offered")
    assert apply(it, agent(held=holds(it), pending="break"), one, START).declare is None


def test_a_customer_who_writes_again_brings_it_back() -> None:
    assert apply(interaction("wrapping"), None, act(model.Received), START).interaction.state == "active"
    late = START + timedelta(hours=1)
    for state in ("waiting", "parked", "done"):
        after = apply(interaction(state), None, act(model.Received), late).interaction
        assert (after.state, after.queued_at, after.preferred_agent_id) == ("queued", late, ANN)
        assert (after.closed_at, after.disposition) == (None, None)


def test_who_leaves_before_an_answer_abandoned_it() -> None:
    for state in ("queued", "offered"):
        change = outcome(state, act(model.Left))
        assert (change.kind, change.interaction.state) == ("abandoned", "done")
    assert outcome("parked", act(model.Left)).kind == "left"


def test_requeueing_keeps_the_age_of_what_waited_and_starts_it_for_what_was_held() -> None:
    later = START + timedelta(minutes=9)
    for state, since in (("queued", START), ("offered", START), ("active", later), ("parked", later)):
        it = interaction(state)  # type: ignore[arg-type]
        assert apply(it, agent(held=holds(it)), act(model.Requeued), later).interaction.queued_at == since


@pytest.mark.parametrize(
    "kind", [model.Claimed, model.Accepted, model.Resumed, model.Ended, model.WrappedUp, model.Parked]
)
def test_a_retry_is_known_by_where_it_led(kind: type) -> None:
    for one in (one for one in acts() if type(one) is kind):
        for state in LEGAL[kind]:
            after = outcome(state, one).interaction
            assert lifecycle.repeats(after, one)
            assert not lifecycle.repeats(interaction(state), one)
            assert not lifecycle.repeats(after, next(o for o in acts(BEN) if type(o) is kind))


# --- any sequence -----------------------------------------------------------------------------------------------------


class World:
    """Three interactions and two agents; applies acts as the journal does, holding loads as its rows would."""

    def __init__(self) -> None:
        self.now = START
        self.items = [
            interaction(id=UUID(int=i), units=units, exclusive=units == 100, interruptible=units == 20, version=1)
            for i, units in ((10, 30), (11, 60), (12, 100), (13, 20))]  # fmt: skip
        self.agents = {ANN: agent(ANN), BEN: agent(BEN, capacity=60, limits={"webchat": 2})}
        self.offers = 0

    def held(self, agent_id: UUID) -> list[Interaction]:
        return [i for i in self.items if i.agent_id == agent_id and i.state in model.HELD]

    def attempt(self, place: int, choice: int, agent_id: UUID) -> None:
        before = self.items[place]
        offer = before.offer_id if before.offer_id and choice % 3 else UUID(int=1000 + self.offers)
        self.offers += 1
        one = acts(agent_id, offer, self.now)[choice % len(acts())]
        concerned = getattr(one, "agent_id", None) or before.agent_id
        person = replace(self.agents[concerned], held=holds(*self.held(concerned))) if concerned else None
        try:
            change = apply(before, person, one, self.now)
        except HubError:
            return
        self.items[place] = change.interaction
        self.check(before, change)
        if change.declare and concerned:
            self.agents[concerned] = replace(self.agents[concerned], declared=change.declare[0], pending=None)

    def check(self, before: Interaction, change: Change) -> None:
        after = change.interaction
        assert after.version == before.version + 1
        assert misplaced(after) is None
        assert (after.state == before.state) or after.entered_at == self.now
        assert (change.assign is not None) == (after.state in ("active", "wrapping") and before.state in
                                               ("queued", "offered", "waiting", "parked"))  # fmt: skip
        assert (change.unassign is not None) == (
            before.state in ("active", "wrapping") and after.state not in ("active", "wrapping")
        )
        assert bool(change.end_offers) == (before.state == "offered" and after.state != "offered")
        for who, person in self.agents.items():
            loads = self.held(who)
            call = any(i.exclusive for i in loads)
            working = [i for i in loads if not (call and i.interruptible)]
            assert sum(i.units for i in working) <= person.capacity
            assert len(working) <= 1 or not call
            assert len(loads) <= person.limits.get("webchat", len(self.items))


steps = st.tuples(
    st.integers(0, 3), st.integers(0, 200), st.sampled_from([ANN, BEN]), st.integers(0, 400), st.integers(0, 12)
)


@given(st.lists(steps, max_size=60))
def test_i3_i4_any_sequence_of_acts_leaves_everything_in_one_place(walk: list[tuple[int, int, UUID, int, int]]) -> None:
    world = World()
    for place, choice, who, seconds, mood in walk:
        world.now += timedelta(seconds=seconds)
        if mood < 2:
            pending = "break" if world.held(who) else None
            declared = world.agents[who].declared if pending else "available"
            world.agents[who] = replace(world.agents[who], pending=pending, declared=declared)  # type: ignore[arg-type]
        world.attempt(place, choice, who)
        for person, state in world.agents.items():  # nobody waits for an end that has come
            assert state.pending is None or world.held(person)


# --- promises and escalation ------------------------------------------------------------------------------------------


def test_a_step_up_takes_it_from_its_holder_and_keeps_the_age_of_what_waits() -> None:
    step = model.Escalated("breach", "sales", 4, True, {"step": 1})
    held = interaction("active")
    change = apply(held, agent(held=holds(held)), step, LATER)
    after = change.interaction
    assert (after.queue_id, after.priority, after.queued_at) == ("sales", 4, LATER)
    assert (change.unassign, change.interaction.preferred_agent_id, change.data["step"]) == ("requeued", None, 1)
    rings = interaction("offered")
    change = apply(rings, agent(held=holds(rings)), step, LATER)
    assert (change.interaction.queued_at, change.end_offers) == (START, ((OFFER, "withdrawn", "breach"),))


def test_a_step_that_only_presses_leaves_it_where_it_is() -> None:
    rings = interaction("offered")
    change = apply(rings, agent(held=holds(rings)), model.Escalated("breach", "support", 4, False), LATER)
    assert (change.interaction.state, change.interaction.priority, change.end_offers) == ("offered", 4, ())


def test_what_overflows_keeps_its_age() -> None:
    change = apply(interaction(), None, model.Overflowed("closed", "sales"), LATER)
    assert (change.interaction.queue_id, change.interaction.queued_at) == ("sales", START)
    assert change.data == {"reason": "closed", "from": "support", "to": "sales"}


def test_what_is_taken_from_its_holder_may_keep_the_age_of_the_customers_question() -> None:
    held = interaction("active")
    back = apply(held, agent(held=holds(held)), model.Requeued("unanswered", "support", ANN, START), LATER)
    assert (back.interaction.queued_at, back.interaction.preferred_agent_id) == (START, ANN)
