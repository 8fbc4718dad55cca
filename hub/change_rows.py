"""PURE: the rows that follow from a change: offers and assignments that begin and end."""

from datetime import datetime

from hub import model
from hub.change import Change
from hub.clock import NewId
from hub.store.journal import Row


def state_rows(change: Change, now: datetime, new_id: NewId) -> dict[str, list[Row]]:
    it, rows = change.interaction, dict[str, list[Row]]()
    if change.open_offers:
        rows["offers"] = [_offer(it, one, now, beside=at > 0) for at, one in enumerate(change.open_offers)]
    if change.end_offers:
        rows["offer_ends"] = [
            {"id": offer_id, "state": how, "reason": why, "ended_at": now} for offer_id, how, why in change.end_offers]
    if change.assign:
        rows["assignments"] = [
            {"id": new_id(), "interaction_id": it.id, "agent_id": change.assign, "units": it.units, "started_at": now}]
    if change.unassign:
        rows["assignment_ends"] = [{"interaction_id": it.id, "ended_at": now, "end_reason": change.unassign}]
    return rows


def _offer(it: model.Interaction, offer: model.Offered, now: datetime, *, beside: bool) -> Row:
    return {
        "id": offer.offer_id, "interaction_id": it.id, "agent_id": offer.agent_id, "state": "open",
        "reasons": [dict(r) for r in offer.reasons], "units": it.units, "offered_at": now, "deadline": offer.deadline,
        "policy_version": offer.policy, "beside": beside,
    }
