"""The place of who is called back is kept, whatever happens to him and to the others in line (pure)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub import lifecycle, model
from hub.errors import HubError
from hub.model import Act, Interaction
from tests.hub.acts import ANN, OFFER, agent, holds, interaction
from tests.support.clock import START

# What may happen to a callback between the promise and its end: everything but a human being who says how it ends.
STEPS: dict[str, Callable[[Interaction, datetime], Act]] = {
    "offered": lambda it, now: model.Offered(ANN, OFFER, now + timedelta(seconds=20), ()),
    "accepted": lambda it, now: model.Accepted(ANN, OFFER),
    "declined": lambda it, now: model.Declined(ANN, OFFER, "busy"),
    "missed, or time to call again": lambda it, now: model.TimeUp(keeps_age=True),
    "night, or tried in vain": lambda it, now: model.PutOff(now + timedelta(minutes=30), "callback_again"),
    "the agent does not answer": lambda it, now: model.Requeued("phone_not_answered", it.queue_id, None, it.queued_at),
    "he calls again": lambda it, now: model.Requeued("called_again", "sales", None, it.queued_at),
    "another queue": lambda it, now: model.Overflowed("max_wait", "sales"),
    "said": lambda it, now: model.CallEvent("callback_in_vain", {}),
}  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from([1, 60, 1900])), max_size=40))
def test_the_age_never_changes_and_he_is_always_somewhere(steps: list[tuple[str, int]]) -> None:
    it, now = interaction(channel="voice", exclusive=True, units=100), START
    for name, seconds in steps:
        now += timedelta(seconds=seconds)
        held = holds(it) if it.agent_id else ()
        act = STEPS[name](it, now)
        try:
            it = lifecycle.apply(it, agent(held=held), act, now).interaction
        except HubError:
            continue
        assert it.queued_at == START
        assert it.state in ("queued", "offered", "active", "parked")
        assert (it.agent_id is None) == (it.state in ("queued", "parked"))
        assert (it.due_at is None) == (it.state in ("queued", "active"))
        assert it.state == "offered" or it.offer_id is None


def test_what_is_put_off_by_an_agent_begins_anew_and_a_callback_does_not() -> None:
    aside = replace(interaction("parked"), queued_at=START)
    later = START + timedelta(minutes=6)
    assert lifecycle.apply(aside, None, model.TimeUp(), later).interaction.queued_at == later
    assert lifecycle.apply(aside, None, model.TimeUp(keeps_age=True), later).interaction.queued_at == START
