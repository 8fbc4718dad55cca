"""PURE: what an act does to an interaction, or why it may not be. The whole life of a contact reads here.

`LEGAL` is the table of legal transitions (drawn in docs/lifecycle.md); the functions below it say what each act
changes. No I/O, no clock, no ids of its own: the journal brings them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from hub import model, told
from hub.change import Change
from hub.errors import Late, NotYours, OverCapacity, Taken, WrongState
from hub.model import HELD, Act, Agent, Interaction, State
from hub.offering import OfferEnd, over, passed_by, turned_to

OPEN: frozenset[State] = frozenset({"queued", "offered", "active", "waiting", "parked", "wrapping"})
ANY: frozenset[State] = OPEN | {"done"}

LEGAL: Mapping[type, frozenset[State]] = {
    model.Received: ANY,
    model.Said: frozenset({"active", "wrapping"}),
    model.Noted: ANY,
    model.Seen: frozenset({"active", "wrapping"}),
    model.Offered: frozenset({"queued"}),
    model.Accepted: frozenset({"offered"}),
    model.Declined: frozenset({"offered"}),
    model.Withdrawn: frozenset({"offered"}),
    model.Claimed: frozenset({"queued"}),
    model.Ended: frozenset({"active"}),
    model.Left: OPEN - {"wrapping"},
    model.Extended: frozenset({"wrapping"}),
    model.WrappedUp: frozenset({"wrapping"}),
    model.Waiting: frozenset({"active", "wrapping"}),
    model.Parked: frozenset({"active", "wrapping"}),
    model.PutOff: frozenset({"queued", "offered", "active", "wrapping"}),
    model.Resumed: frozenset({"waiting", "parked"}),
    model.Requeued: OPEN,
    model.Escalated: OPEN,
    model.Overflowed: frozenset({"queued"}),
    model.Clocked: ANY,
    model.Prioritised: OPEN,
    model.PlacedAnew: frozenset({"queued"}),
    model.Corrected: ANY,
    model.SendFailed: ANY,
    model.Reported: ANY,
    model.Acknowledged: OPEN,
    model.TakenBack: ANY,
    model.Decided: ANY,
    model.CallEvent: ANY,
    model.Fetched: ANY,
    model.Linked: ANY,
    model.TimeUp: frozenset({"offered", "waiting", "parked", "wrapping"}),
}

def apply(interaction: Interaction, agent: Agent | None, act: Act, now: datetime) -> Change:
    """What `act` changes. `agent` is the one it concerns: who acts, or else who holds the interaction.

    Raises `WrongState`, `Late`, `Taken`, `NotYours` or `OverCapacity`.
    """
    if interaction.state not in LEGAL[type(act)]:
        raise _illegal(interaction, act)
    change = _APPLY[type(act)](interaction, agent, act, now)
    return _finish_then_break(_entered(interaction, change, now), agent)


def fits(agent: Agent, interaction: Interaction) -> bool:
    """Whether the agent has room: within his limit for the channel, and units within capacity.

    An exclusive item is worked on alone; what may be interrupted rests meanwhile and takes no room.
    """
    others = [h for h in agent.held if h.interaction_id != interaction.id]
    limit = agent.limits.get(interaction.channel)
    if limit is not None and sum(h.channel == interaction.channel for h in others) >= limit:
        return False
    working = [h for h in others if not (interaction.exclusive and h.interruptible)]
    alone = not any(h.exclusive for h in working) and not (interaction.exclusive and working)
    return alone and sum(h.units for h in working) + interaction.units <= agent.capacity


def repeats(interaction: Interaction, act: Act) -> bool:
    """Whether the interaction stands where this act of this agent leads already: his retry, nothing left to do."""
    match act:
        case model.Claimed(agent_id) | model.Accepted(agent_id) | model.Resumed(agent_id):
            return interaction.state == "active" and interaction.agent_id == agent_id
        case model.Seen(agent_id):
            return interaction.agent_id == agent_id and interaction.unread == 0
        case model.Ended(agent_id):
            return interaction.state == "wrapping" and interaction.agent_id == agent_id
        case model.WrappedUp(agent_id, disposition, until):
            there = interaction.state == ("parked" if until else "done") and interaction.due_at == until
            return there and interaction.preferred_agent_id == agent_id and interaction.disposition == disposition
        case model.Parked(agent_id, until):
            there = interaction.state == "parked" and interaction.due_at == until
            return there and interaction.preferred_agent_id == agent_id
        case _:
            return False


def _illegal(interaction: Interaction, act: Act) -> Exception:
    if isinstance(act, model.Claimed | model.Accepted | model.Declined):
        return Taken() if interaction.state in HELD else WrongState()
    return WrongState(f"This interaction is {interaction.state}; {type(act).__name__.lower()} is not possible now.")


def _entered(before: Interaction, change: Change, now: datetime) -> Change:
    """The version goes up with every touch; the clock of a state starts when the state does."""
    after = replace(change.interaction, version=before.version + 1)
    if after.state != before.state:
        after = replace(after, entered_at=now)
    return replace(change, interaction=after)


def _finish_then_break(change: Change, agent: Agent | None) -> Change:
    """The break an agent asked for while busy begins with the end of the last thing he held, an offer included."""
    if agent is None or agent.pending is None or change.interaction.agent_id == agent.id:
        return change
    if any(h.interaction_id != change.interaction.id and not h.aside for h in agent.held):
        return change
    return replace(change, declare=(agent.pending, agent.pending_reason, "finished_work"))


def _holder(interaction: Interaction, agent_id: UUID) -> None:
    if interaction.agent_id != agent_id:
        raise NotYours()


def _room(agent: Agent | None, interaction: Interaction) -> Agent:
    if agent is None or agent.disabled:
        raise NotYours("This agent may not take work.")
    if not fits(agent, interaction):
        raise OverCapacity()
    return agent


def _back(interaction: Interaction, prefer: UUID | None) -> Interaction:
    """In its queue, held by nobody."""
    return replace(interaction, state="queued", agent_id=None, offer_id=None, beside=(), due_at=None,
                   preferred_agent_id=prefer)


def _held_by(interaction: Interaction, agent_id: UUID, now: datetime) -> Interaction:
    return replace(
        interaction,
        state="active",
        agent_id=agent_id,
        offer_id=None,
        beside=(),
        due_at=None,
        answered_at=interaction.answered_at or now,
        preferred_agent_id=agent_id,
    )


# --- the customer ----------------------------------------------------------------------------------------------------


def _received(it: Interaction, agent: Agent | None, act: model.Received, now: datetime) -> Change:
    if act.quiet:
        return Change(it, "received", {"quiet": True})
    said = replace(it, last_text=act.text[:200], last_at=now, unread=it.unread + 1)
    match it.state:
        case "wrapping":
            return Change(replace(said, state="active", due_at=None), "received")
        case "waiting" | "parked":
            return Change(replace(_back(said, it.preferred_agent_id), queued_at=now), "received")
        case "done":
            again = replace(_back(said, it.preferred_agent_id), queued_at=now, closed_at=None, disposition=None)
            return Change(again, "received", {"reopened": True})
        case _:
            return Change(said, "received")


def _left(it: Interaction, agent: Agent | None, act: model.Left, now: datetime) -> Change:
    if it.state == "active":
        return Change(_wrapping(it, act.wrap_up_seconds, now), "left")
    done = replace(_back(it, it.preferred_agent_id), state="done", closed_at=now, disposition=act.instead)
    kind = "left" if it.answered_at or act.instead else "abandoned"
    return Change(done, kind, end_offers=over(it, "withdrawn", "customer_left"))


# --- offers ----------------------------------------------------------------------------------------------------------


def _offered(it: Interaction, agent: Agent | None, act: model.Offered, now: datetime) -> Change:
    _ready(agent, it)
    after = replace(it, state="offered", agent_id=act.agent_id, offer_id=act.offer_id, due_at=act.deadline)
    data = {"agent": str(act.agent_id), "reasons": list(act.reasons)}
    return Change(after, "offered", data | ({"policy": act.policy} if act.policy else {}), open_offers=(act,))


def beside(change: Change, agent: Agent, act: model.Offered) -> Change:
    """The offer that `change` makes rings at this agent, too. Raises as `apply` does where he may not have it."""
    it = change.interaction
    _ready(agent, it)
    others = (*it.beside, model.Share(act.agent_id, act.offer_id))
    data = {**change.data, "beside": [str(one.agent_id) for one in others]}
    return replace(change, interaction=replace(it, beside=others), data=data, open_offers=(*change.open_offers, act))


def _ready(agent: Agent | None, it: Interaction) -> None:
    taker = _room(agent, it)
    if taker.declared != "available" or taker.pending or not taker.connected:
        raise WrongState("This agent is not ready for work.")


def _whose(it: Interaction, offer_id: UUID) -> UUID:
    whose = it.rings_at(offer_id)
    if whose is None:
        raise Taken("This offer is over.")
    return whose


def _this_offer(it: Interaction, agent_id: UUID, offer_id: UUID) -> None:
    if _whose(it, offer_id) != agent_id:
        raise NotYours()


def _accepted(it: Interaction, agent: Agent | None, act: model.Accepted, now: datetime) -> Change:
    _this_offer(it, act.agent_id, act.offer_id)
    it = turned_to(it, act.agent_id)
    if it.due_at is not None and now >= it.due_at:
        raise Late()
    data: dict[str, object] = {"waited": round((now - it.queued_at).total_seconds(), 3)}
    if it.beside:
        data["beside"] = [str(one.agent_id) for one in it.beside]
    return Change(_held_by(it, act.agent_id, now), "accepted", data, end_offers=over(it, "accepted"),
                  assign=act.agent_id)


def _declined(it: Interaction, agent: Agent | None, act: model.Declined, now: datetime) -> Change:
    _this_offer(it, act.agent_id, act.offer_id)
    return _passed(it, act.agent_id, "declined", act.reason, {"reason": act.reason})


def _withdrawn(it: Interaction, agent: Agent | None, act: model.Withdrawn, now: datetime) -> Change:
    return _passed(it, _whose(it, act.offer_id), "withdrawn", act.reason, {"reason": act.reason})


def _passed(it: Interaction, agent_id: UUID, how: OfferEnd, reason: str | None, data: dict[str, object]) -> Change:
    """He has it no more; it waits again when it rings at nobody else."""
    prefer = it.preferred_agent_id if how == "withdrawn" else _unless(it.preferred_agent_id, agent_id)
    left = passed_by(it, agent_id)
    if left is not None:
        mine = replace(turned_to(it, agent_id), beside=())
        return Change(replace(left, preferred_agent_id=prefer), how,
                      {**data, "agent": str(agent_id), "still_at": 1 + len(left.beside)},
                      end_offers=over(mine, how, reason))
    return Change(_back(it, prefer), how, data, end_offers=over(it, how, reason))


def _claimed(it: Interaction, agent: Agent | None, act: model.Claimed, now: datetime) -> Change:
    _room(agent, it)
    waited = round((now - it.queued_at).total_seconds(), 3)
    return Change(_held_by(it, act.agent_id, now), "claimed", {"waited": waited}, assign=act.agent_id)


def _unless(preferred: UUID | None, agent_id: UUID) -> UUID | None:
    return None if preferred == agent_id else preferred


# --- the holder ------------------------------------------------------------------------------------------------------


def _said(it: Interaction, agent: Agent | None, act: model.Said, now: datetime) -> Change:
    _holder(it, act.agent_id)
    return Change(replace(it, last_text=act.text[:200], last_at=now, unread=0), "said")


def _seen(it: Interaction, agent: Agent | None, act: model.Seen, now: datetime) -> Change:
    _holder(it, act.agent_id)
    return Change(replace(it, unread=0), "read")


def _wrapping(it: Interaction, seconds: int, now: datetime) -> Interaction:
    return replace(it, state="wrapping", due_at=_later(now, seconds))


def _ended(it: Interaction, agent: Agent | None, act: model.Ended, now: datetime) -> Change:
    _holder(it, act.agent_id)
    return Change(replace(_wrapping(it, act.wrap_up_seconds, now), unread=0), "ended")


def _extended(it: Interaction, agent: Agent | None, act: model.Extended, now: datetime) -> Change:
    _holder(it, act.agent_id)
    return Change(replace(it, due_at=_later(now, act.wrap_up_seconds)), "extended")


def _wrapped_up(it: Interaction, agent: Agent | None, act: model.WrappedUp, now: datetime) -> Change:
    _holder(it, act.agent_id)
    data: dict[str, object] = {"disposition": act.disposition}
    if act.follow_up_at is None:
        return _closed(it, act.disposition, data, now)
    data["follow_up_at"] = act.follow_up_at.isoformat()
    after = replace(_aside(it, "parked", act.follow_up_at), disposition=act.disposition)
    return Change(after, "wrapped_up", data, unassign="follow_up")


def _closed(it: Interaction, disposition: str | None, data: Mapping[str, object], now: datetime) -> Change:
    after = replace(
        it,
        state="done",
        agent_id=None,
        due_at=None,
        closed_at=now,
        disposition=disposition,
        preferred_agent_id=it.agent_id,
        unread=0,
    )
    return Change(after, "wrapped_up", data, unassign="closed")


def _aside(it: Interaction, state: State, until: datetime) -> Interaction:
    return replace(it, state=state, agent_id=None, due_at=until, preferred_agent_id=it.agent_id)


def _waiting(it: Interaction, agent: Agent | None, act: model.Waiting, now: datetime) -> Change:
    _holder(it, act.agent_id)
    return Change(_aside(it, "waiting", act.until), "waiting", {"until": act.until.isoformat()}, unassign="waiting")


def _parked(it: Interaction, agent: Agent | None, act: model.Parked, now: datetime) -> Change:
    _holder(it, act.agent_id)
    data = {"until": act.until.isoformat(), "reason": act.reason}
    return Change(_aside(it, "parked", act.until), "parked", data, unassign="parked")


def _put_off(it: Interaction, agent: Agent | None, act: model.PutOff, now: datetime) -> Change:
    held = it.state in ("active", "wrapping")
    back = _back(it, it.agent_id if held else it.preferred_agent_id)
    return Change(replace(back, state="parked", due_at=act.until), "parked",
                  {"until": act.until.isoformat(), "reason": act.reason},
                  end_offers=over(it, "withdrawn", act.reason), unassign="parked" if held else None)


def _resumed(it: Interaction, agent: Agent | None, act: model.Resumed, now: datetime) -> Change:
    _room(agent, it)
    return Change(_held_by(it, act.agent_id, now), "resumed", assign=act.agent_id)


def _requeued(it: Interaction, agent: Agent | None, act: model.Requeued, now: datetime) -> Change:
    kind = "requeued" if act.queue_id == it.queue_id else "transferred"
    data = {"reason": act.reason, "from": it.queue_id, "to": act.queue_id}
    after = replace(_back(it, act.prefer), queue_id=act.queue_id, queued_at=_age(it, act.waiting_since or now))
    return Change(
        after,
        kind,
        data,
        end_offers=over(it, "withdrawn", act.reason),
        unassign="requeued" if it.state in ("active", "wrapping") else None,
    )


def _age(it: Interaction, since: datetime) -> datetime:
    """What waits already keeps its age."""
    return it.queued_at if it.state in ("queued", "offered") else since


def _escalated(it: Interaction, agent: Agent | None, act: model.Escalated, now: datetime) -> Change:
    data = {"reason": act.reason, "from": it.queue_id, "to": act.queue_id, "priority": act.priority,
            "moves": act.moves, **act.data}
    after = replace(it, priority=act.priority)
    if not act.moves:
        return Change(after, "escalated", data)
    return Change(
        replace(_back(after, None), queue_id=act.queue_id, queued_at=_age(it, now)),
        "escalated",
        data,
        end_offers=over(it, "withdrawn", act.reason),
        unassign="requeued" if it.state in ("active", "wrapping") else None,
    )


def _overflowed(it: Interaction, agent: Agent | None, act: model.Overflowed, now: datetime) -> Change:
    data = {"reason": act.reason, "from": it.queue_id, "to": act.queue_id, **act.data}
    return Change(replace(it, queue_id=act.queue_id), "overflowed", data)


def _prioritised(it: Interaction, agent: Agent | None, act: model.Prioritised, now: datetime) -> Change:
    data = {"from": it.priority, "to": act.priority, "reason": act.reason}
    return Change(replace(it, priority=act.priority), "reprioritised", data)


def _placed_anew(it: Interaction, agent: Agent | None, act: model.PlacedAnew, now: datetime) -> Change:
    data = {"from": it.queue_id, "to": act.queue_id, "priority": act.priority, "rule": act.rule, "policy": act.version,
            "because": act.because, "name": act.name}
    return Change(replace(
        it, queue_id=act.queue_id, priority=act.priority, preferred_agent_id=act.preferred_agent_id, rule=act.rule,
        policy_version=act.version, placement=act.placement, placed_at=now), "placed_anew", data)


def _linked(it: Interaction, agent: Agent | None, act: model.Linked, now: datetime) -> Change:
    data: dict[str, object] = {"other": str(act.other_id), "accepted": act.accepted}
    return Change(replace(it, parent_id=act.other_id) if act.accepted else it, "linked", data)


# --- the clock -------------------------------------------------------------------------------------------------------


def _time_up(it: Interaction, agent: Agent | None, act: model.TimeUp, now: datetime) -> Change:
    if it.due_at is None or now < it.due_at:
        raise WrongState("Its time is not up.")
    match it.state:
        case "offered":
            chose_otherwise = agent is not None and (agent.declared != "available" or agent.pending)
            change = _passed(it, cast(UUID, it.agent_id), "missed", None, {"agent": str(it.agent_id)})
            return change if chose_otherwise else replace(change, declare=("missed", None, "offer_missed"))
        case "wrapping":
            return _closed(it, it.disposition, {"disposition": it.disposition, "automatic": True}, now)
        case _:
            after = replace(_back(it, it.preferred_agent_id), queued_at=it.queued_at if act.keeps_age else now)
            return Change(after, "resumed", {"time_up": True})


def _later(now: datetime, seconds: int) -> datetime:
    return now + timedelta(seconds=seconds)


_APPLY: Mapping[type, Callable[..., Change]] = {
    model.Received: _received,
    model.Left: _left,
    model.Offered: _offered,
    model.Accepted: _accepted,
    model.Declined: _declined,
    model.Withdrawn: _withdrawn,
    model.Claimed: _claimed,
    model.Said: _said,
    model.Seen: _seen,
    model.Noted: told.noted,
    model.Ended: _ended,
    model.Extended: _extended,
    model.WrappedUp: _wrapped_up,
    model.Waiting: _waiting,
    model.Parked: _parked,
    model.PutOff: _put_off,
    model.Resumed: _resumed,
    model.Requeued: _requeued,
    model.Escalated: _escalated,
    model.Overflowed: _overflowed,
    model.Clocked: told.clocked,
    model.Prioritised: _prioritised,
    model.PlacedAnew: _placed_anew,
    model.Corrected: told.corrected,
    model.SendFailed: told.send_failed,
    model.Reported: told.reported,
    model.Acknowledged: told.acknowledged,
    model.TakenBack: told.taken_back,
    model.Decided: told.decided,
    model.CallEvent: told.call_event,
    model.Fetched: told.fetched,
    model.Linked: _linked,
    model.TimeUp: _time_up,
}
