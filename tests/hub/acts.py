"""Interactions in every state, agents, and one act of each kind, for tests of the pure lifecycle."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from hub import model
from hub.model import Act, Agent, Held, Interaction, State
from tests.support.clock import START

ANN, BEN = UUID(int=1), UUID(int=2)
ITEM, OFFER = UUID(int=10), UUID(int=20)
STATES: tuple[State, ...] = get_args(State)
LATER = START + timedelta(minutes=5)


def interaction(state: State = "queued", agent: UUID = ANN, **more: Any) -> Interaction:
    """One that waits, or is held by (or laid aside for) Ann, as the rows of that state must look."""
    held = state in model.HELD
    aside = state in ("waiting", "parked", "done")
    whole = Interaction(
        id=ITEM, reference="ABCD-1234", channel="webchat", source="webchat", customer_id=UUID(int=3), address_id=None,
        queue_id="support", state=state, units=30, exclusive=False, interruptible=False, created_at=START,
        queued_at=START, entered_at=START, last_at=START, version=4,
        agent_id=agent if held else None,
        offer_id=OFFER if state == "offered" else None,
        preferred_agent_id=agent if aside else None,
        due_at=LATER if state in ("offered", "wrapping", "waiting", "parked") else None,
        answered_at=None if state in ("queued", "offered") else START,
        closed_at=START if state == "done" else None,
    )  # fmt: skip
    return replace(whole, **more)


def agent(agent_id: UUID = ANN, held: tuple[Held, ...] = (), **more: Any) -> Agent:
    """Ready, with room for three chats."""
    whole = Agent(agent_id, "Ann", "agent", 100, "available", None, None, connected=True, disabled=False, held=held)
    return replace(whole, **more)


def holds(*items: Interaction) -> tuple[Held, ...]:
    return tuple(Held(i.id, i.channel, i.units, i.exclusive, i.interruptible) for i in items)


def act(kind: type, agent_id: UUID = ANN) -> Act:
    """A sound act of this kind by this agent, at `START`; `TimeUp` is sound at `LATER`."""
    return next(one for one in acts(agent_id) if type(one) is kind)


def acts(agent_id: UUID = ANN, offer_id: UUID = OFFER, now: datetime = START) -> tuple[Act, ...]:
    """One act of each kind, and the two ways to wrap up."""
    until = now + timedelta(minutes=5)
    return (
        model.Received("hello"), model.Said(agent_id, "hi"), model.Noted(agent_id), model.Seen(agent_id),
        model.Offered(agent_id, offer_id, until, ()), model.Accepted(agent_id, offer_id),
        model.Declined(agent_id, offer_id, "busy"), model.Withdrawn(offer_id, "away"), model.Claimed(agent_id),
        model.Ended(agent_id, 60), model.Left(60), model.Extended(agent_id, 60), model.WrappedUp(agent_id, "solved"),
        model.WrappedUp(agent_id, "solved", until), model.Waiting(agent_id, until),
        model.Parked(agent_id, until, "asked for it"), model.PutOff(until, "quiet"),
        model.Resumed(agent_id), model.Requeued("wrong", "sales"),
        model.Escalated("asked for it", "sales", 2, True), model.Overflowed("max_wait", "sales"),
        model.Clocked("breached"), model.Prioritised(3, "angry"),
        model.PlacedAnew("sales", 3, None, 2, "lamps", {"queue": "sales"}, "policy"),
        model.Corrected("name", "Lee", "Li"),
        model.SendFailed("failed", UUID(int=9), "no"),
        model.Reported(UUID(int=9), "failed", "mia@example.com", "5.1.1", "no such user"),
        model.Acknowledged("We have it."), model.TakenBack(agent_id, UUID(int=9)),
        model.Decided(agent_id, UUID(int=9), "sent"), model.CallEvent("held"),
        model.Fetched(UUID(int=9), "photo.jpg"),
        model.Linked(agent_id, UUID(int=11), True), model.TimeUp(),
    )  # fmt: skip


def misplaced(it: Interaction) -> str | None:
    """Invariant I3 on the fields: what does not belong in this state, or None."""
    held, dated = it.state in model.HELD, it.state in ("offered", "wrapping", "waiting", "parked")
    if (it.agent_id is not None) != held:
        return "agent"
    if (it.offer_id is not None) != (it.state == "offered"):
        return "offer"
    if (it.due_at is not None) != dated:
        return "due"
    return "closed" if (it.closed_at is not None) != (it.state == "done") else None
