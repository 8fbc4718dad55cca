"""PURE: acts that stand in the history and leave everything where it is."""

from datetime import datetime

from hub import model
from hub.change import Change
from hub.model import Agent, Interaction


def noted(it: Interaction, agent: Agent | None, act: model.Noted, now: datetime) -> Change:
    return Change(it, "noted")


def clocked(it: Interaction, agent: Agent | None, act: model.Clocked, now: datetime) -> Change:
    return Change(it, f"sla_{act.what}", act.data)


def corrected(it: Interaction, agent: Agent | None, act: model.Corrected, now: datetime) -> Change:
    return Change(it, "corrected", {"field": act.field, "from": act.before, "to": act.after})


def taken_back(it: Interaction, agent: Agent | None, act: model.TakenBack, now: datetime) -> Change:
    data = {"message": str(act.message_id)}
    if act.because != "agent":
        data |= {"because": act.because, "agent": str(act.agent_id)}
    return Change(it, "taken_back", data)


def decided(it: Interaction, agent: Agent | None, act: model.Decided, now: datetime) -> Change:
    return Change(it, "decided", {"message": str(act.message_id), "what": act.what})


def call_event(it: Interaction, agent: Agent | None, act: model.CallEvent, now: datetime) -> Change:
    return Change(it, "call", {"what": act.what, **act.data})


def fetched(it: Interaction, agent: Agent | None, act: model.Fetched, now: datetime) -> Change:
    return Change(it, "fetched", {"message": str(act.message_id), "name": act.name, "error": act.error})


def reported(it: Interaction, agent: Agent | None, act: model.Reported, now: datetime) -> Change:
    data = {"message": str(act.message_id), "action": act.action, "recipient": act.recipient, "status": act.status}
    return Change(it, "reported", {**data, "error": act.text})


def acknowledged(it: Interaction, agent: Agent | None, act: model.Acknowledged, now: datetime) -> Change:
    return Change(it, "acknowledged")


def send_failed(it: Interaction, agent: Agent | None, act: model.SendFailed, now: datetime) -> Change:
    return Change(it, "delivery", {"message": str(act.message_id), "state": act.state, "error": act.error})
