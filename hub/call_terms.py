"""Bringing a telephone call and its interaction together: each is told what has become of the other.

Nothing is remembered as done. Both are compared, and where they differ one of them follows: a caller who has gone
leaves the line, an agent who accepted is called, one who gave back is let go. So a lost wake-up costs a second or two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import Address, Inbound
from channels.voice.call import Call, Leg
from channels.voice.callers import ANONYMOUS
from channels.voice.control import abandoned_by_partners, outcome, phase
from channels.voice.decisions import Asked, Closed, Decision, Dialled, Queued, Released, Returned, RingCustomer, decide
from channels.voice.reports import identity
from channels.voice.settings import Survey, VoiceSettings
from hub import callbacks, model
from hub.doorbell import AgentMoved
from hub.intake import Intake
from hub.journal import Opening, Page, declare
from hub.model import CUSTOMER, SYSTEM, Interaction
from hub.store import callbacks as callbacks_store
from hub.store import intake as people
from hub.store.callbacks import Back
from hub.store.calls import Kept
from hub.store.journal import lock_agent

SPOKEN = timedelta(seconds=60)  # so long after the end a voicemail may become ready
RING_OUT = 30.0  # seconds that a customer's telephone rings
KIND = "voicemail"  # the channel of what callers leave behind
ENDS = {"left": "message_left", "none": "no_message"}  # how a call ended whose caller was asked for a message instead
KNOWN = ("StirVerstat", "ForwardedFrom", "attestation", "anonymous", "spam")  # of a caller, for rules and people
TURNS = 8  # each changes something; more would be two rules that undo one another


def softphone_of(agent_id: UUID) -> str:
    """The address of an agent's softphone."""
    return f"client:{identity(str(agent_id))}"


def softphones(call: Call, *, live: bool = False) -> frozenset[UUID]:
    """Whose softphones are or were in a call; `live`: are, only."""
    return frozenset(UUID(leg.who.removeprefix("client:agent_")) for leg in call.legs.values()
                     if leg.who.startswith("client:agent_") and (leg.live or not live))


@dataclass
class Terms:
    """One call with its interaction, both locked, for the length of a transaction."""

    page: Page
    kept: Kept
    now: datetime
    intake: Intake
    settings: VoiceSettings
    callbacks: callbacks.Rules
    it: Interaction | None = None
    trouble: list[str] = field(default_factory=list)

    @property
    def call(self) -> Call:
        return self.kept.call

    def decide(self, *decisions: Decision) -> bool:
        for one in decisions:
            self.kept = replace(self.kept, call=decide(self.kept.call, one))
        return True

    async def write(self, act: model.Act, by: model.By = SYSTEM) -> None:
        assert self.it is not None
        self.it = (await self.page.write(self.it, act, by)).interaction

    async def meet(self) -> None:
        """Locks the interaction, if there is one and it is not locked yet."""
        if self.it is None and self.kept.interaction_id is not None:
            await self.meet_again(self.kept.interaction_id)

    async def meet_again(self, interaction_id: UUID) -> None:
        """As it stands now. It may have moved since this moment began, while its lock was waited for."""
        self.it = await self.page.lock(interaction_id)
        self.now = max(self.now, self.it.entered_at)

    async def say(self, what: str, **data: object) -> None:
        """A line in the history."""
        if self.it is not None:
            await self.write(model.CallEvent(what, data))


async def agree(terms: Terms) -> None:
    """Until neither has anything to tell the other."""
    if terms.kept.interaction_id is not None:
        await terms.meet_again(terms.kept.interaction_id)
    if not await _apart(terms):
        for _ in range(TURNS):
            if not await _turn(terms):
                break
        else:
            terms.trouble.append("call.restless")
        await _tell(terms)
    call = terms.call
    settled = terms.it is not None and not may_have_spoken(terms)
    if phase(call) == "ended" and settled and all(leg.over or not leg.sid for leg in call.legs.values()):
        terms.kept = replace(terms.kept, ended_at=terms.kept.ended_at or terms.now)
    if terms.it is not None:
        terms.kept = replace(terms.kept, interaction_id=terms.it.id, seen_version=terms.it.version)


async def _apart(terms: Terms) -> bool:
    """Whether the interaction goes on without this call: he asked to be called back in it, or is on another line."""
    back = await callbacks_store.of(terms.page.conn, terms.it.id) if terms.it is not None else None
    if back is None or back.call_id == terms.kept.id:
        return False
    if phase(terms.call) not in ("menu", "queued", "ending", "ended"):
        terms.decide(Closed())
    return True


async def _tell(terms: Terms) -> None:
    """What the history shall say of the way from one phase to the other.

    That an agent was lost is said when he stays away: a caller's end looks like it for a moment.
    """
    was, now = terms.kept.was, phase(terms.call)
    if now == "talking" and was in ("queued", "offering", "connecting", "orphaned"):
        await terms.say("connected")


async def _turn(terms: Terms) -> bool:
    """One step; whether anything changed."""
    it, call = terms.it, terms.call
    if it is not None and it.channel != "voice" and not call.outgoing:
        return False  # he left a voicemail, which is worked on without him
    if it is not None and call.unanswered:
        return await _calling_out(terms, it)
    if call.customer.over:
        return await _gone(terms)
    if it is None:
        return False
    if it.state in ("queued", "offered"):
        return _let_go(terms)
    if it.state == "active":
        return await _with_agent(terms, it)
    if call.closing or call.asked_at or _goes_on(call) or terms.kept.place.speaks:
        return False
    return terms.decide(Asked(terms.now) if _stays(terms, it) else Closed())


def _stays(terms: Terms, it: Interaction) -> bool:
    """His agent has hung up, he has not, and there is something to ask him."""
    asked = survey_of(terms) is not None and not terms.call.outgoing
    return asked and it.state == "wrapping" and phase(terms.call) in ("talking", "held", "orphaned")


def survey_of(terms: Terms) -> Survey | None:
    number = terms.settings.number(terms.kept.number)
    return terms.settings.flows[number.flow].survey if number else None


def _goes_on(call: Call) -> bool:
    """The customer talks with somebody outside, and no agent is needed any more."""
    return any(leg.wanted and not leg.who.startswith("client:") for leg in call.of("partner"))


async def _gone(terms: Terms) -> bool:
    """The caller has hung up, or was."""
    it = terms.it
    if may_have_spoken(terms):
        return False
    if it is None:
        terms.kept = replace(terms.kept, was="ended")
        if terms.kept.fields.get("treatment") == "refuse":  # the ledger has it, and no customer is made of it
            terms.kept = replace(terms.kept, ended_at=terms.now)
            return False
        await _missed_in_menu(terms)
        return True
    silent = terms.kept.place.message == "asked"
    if terms.kept.was == "ended" and not silent:
        return False
    place = replace(terms.kept.place, message="none") if silent else terms.kept.place
    terms.kept = replace(terms.kept, was="ended", place=place)
    how = ENDS.get(place.message) or outcome(terms.call)
    if (back := await _called_back(terms, it)) is not None:
        it = terms.it = await callbacks.reached(terms.page, it, back, by_agent=False)
    if it.state in ("queued", "offered", "active") or (silent and it.state == "parked"):
        await terms.say("ended", outcome=how, seconds=_talked(terms.call))
        seconds = await people.wrap_up_seconds(terms.page.conn, it.id)
        await terms.write(model.Left(seconds), CUSTOMER)
    elif it.state in ("wrapping", "done"):
        await terms.say("ended", outcome=how, seconds=_talked(terms.call))
    return True


async def _called_back(terms: Terms, it: Interaction) -> Back | None:
    """The callback that this call is an attempt of, while nobody has said how it went."""
    back = await callbacks_store.of(terms.page.conn, it.id) if terms.call.outgoing else None
    return back if back is not None and back.closed_at is None else None


async def _calling_out(terms: Terms, it: Interaction) -> bool:
    """We call the customer, and he has not answered: his telephone rings when the agent is on the line."""
    call = terms.call
    if call.closing:
        return False
    ours = [leg for leg in call.of("partner") if leg.wanted and leg.in_time and not leg.gone]
    if it.state != "active" or call.customer.over:
        return await _not_reached(terms, it)
    if not ours:
        terms.decide(Closed())
        if (back := await _called_back(terms, it)) is None:
            return await _not_reached(terms, it)
        await callbacks.lost(terms.page, back, rang=call.customer.dialled > 0)
        await _back(terms, it, "phone_not_answered")
        return True
    waits = any(leg.present for leg in ours) and not call.customer.dialled
    return waits and terms.decide(RingCustomer(terms.now, RING_OUT))


async def _not_reached(terms: Terms, it: Interaction) -> bool:
    """Busy, no answer, or called off by the agent."""
    terms.decide(Closed())
    how = outcome(terms.call)
    await terms.say("ended", outcome=how, seconds=0)
    it = terms.it or it
    if (back := await _called_back(terms, it)) is not None:
        vain: callbacks.InVain = how if how in ("busy", "failed") else "no_answer"
        terms.it = await terms.callbacks.in_vain(terms.page, it, back, vain, by_agent=False)
    elif it.state == "active":
        seconds = await people.wrap_up_seconds(terms.page.conn, it.id)
        await terms.write(model.Left(seconds))
    return True


def may_have_spoken(terms: Terms) -> bool:
    """His voicemail may be on its way still."""
    kept, end = terms.kept, terms.call.customer.ended_at
    number = terms.settings.number(kept.number)
    step = terms.settings.flows[number.flow].steps.get(kept.place.step) if number else None
    begun = step is not None and step.kind == KIND and kept.interaction_id is None
    return (begun or kept.place.message == "asked") and end is not None and terms.now < end + SPOKEN


def _talked(call: Call) -> int:
    """Seconds from the first answer of anybody to the end."""
    answers = [leg.answered_at for leg in call.legs.values() if leg.role != "customer" and leg.answered_at]
    end = call.customer.ended_at
    return max(0, round((end - min(answers)).total_seconds())) if answers and end else 0


def _let_go(terms: Terms) -> bool:
    """It waits for an agent, so nobody may be with him, or on his way."""
    call = terms.call
    others = [leg for leg in call.legs.values() if leg.role != "customer" and leg.wanted and not leg.over]
    if phase(call) in ("talking", "held", "consulting", "orphaned"):
        return terms.decide(Returned(terms.now))
    return bool(others) and terms.decide(*(Released(leg.id) for leg in others))


async def _with_agent(terms: Terms, it: Interaction) -> bool:
    """An agent has it: his softphone is called, once; who does not answer there loses it again."""
    assert it.agent_id is not None
    if terms.kept.place.message == "asked":  # somebody has taken him out of speaking to a machine
        terms.kept = replace(terms.kept, place=replace(terms.kept.place, message="talked"))
    who, call = softphone_of(it.agent_id), terms.call
    mine = [leg for leg in call.legs.values() if leg.who == who and leg.role == "partner"
            and (leg.planned_at >= it.entered_at or leg.present)]
    strangers = [leg for leg in _partners(call) if leg.id.startswith("agent-") and leg.who != who]
    if strangers:
        return terms.decide(*(Released(leg.id) for leg in strangers))
    if not mine:
        return dial(terms, who)
    if abandoned_by_partners(call, terms.now):
        terms.decide(Returned(terms.now))
        await _back(terms, it, "agent_lost")
        return True
    if phase(call) == "queued" and not any(leg.wanted and not leg.over for leg in mine):
        await _back(terms, it, "phone_not_answered")
        return True
    return False


def dial(terms: Terms, who: str) -> bool:
    """Somebody who is to talk with the customer."""
    leg = f"agent-{len(terms.call.legs)}"
    return terms.decide(Dialled(leg, "partner", who, terms.now, terms.settings.ring_seconds))


def _partners(call: Call) -> list[Leg]:
    return [leg for leg in call.of("partner") if leg.wanted]


async def _back(terms: Terms, it: Interaction, reason: str) -> None:
    """To the front of the queue: the age of the first waiting counts. Who did not answer is asked for nothing more."""
    agent_id = it.agent_id
    await terms.write(model.Requeued(reason, it.queue_id, None, it.queued_at))
    if agent_id is None or reason != "phone_not_answered":
        return
    agent = await lock_agent(terms.page.conn, agent_id, terms.now)
    if agent.declared == "available" and agent.pending is None:
        await declare(terms.page.conn, agent, ("missed", None, "call_missed"), terms.now)
        terms.page.rings.append(AgentMoved(agent_id))


# --- the interaction's beginning -------------------------------------------------------------------------------------


Welcome = Literal["new", "regained", "called_again"]


async def begin(terms: Terms, queue: str | None) -> Welcome:
    """Out of the menu and into the one queue of all channels; back to his place, if he had one."""
    terms.decide(Queued(terms.now))
    conn, caller = terms.page.conn, terms.call.customer.who
    waits = None if caller in ANONYMOUS else await callbacks_store.open_of(conn, caller)
    if waits is not None:
        it = await terms.page.lock(waits)
        terms.it = await callbacks.called_again(terms.page, it, terms.kept.id, queue)
        terms.kept = replace(terms.kept, interaction_id=waits)
        return "called_again"
    return "regained" if await _open(terms, queue, "received") else "new"


async def _missed_in_menu(terms: Terms) -> None:
    """Who hung up before he waited for anybody stands in the history, and nobody has to do anything."""
    await _open(terms, None, "abandoned", done=True)


async def _open(terms: Terms, queue: str | None, kind: str, *, done: bool = False) -> bool:
    """Whether he regained a place."""
    conn, intake, kept = terms.page.conn, terms.intake, terms.kept
    inbound = inbound_of(kept, queue)
    known = await people.known_addresses(conn, inbound.addresses, terms.now)
    person = intake.person(inbound, known)
    new = replace(intake.fresh(inbound, person), source=kept.number, unread=0)
    lost = None if done else await _lost(terms, new.queue_id)
    if done:
        new = replace(new, state="done", closed_at=terms.now)
    if lost is not None:
        new = replace(new, queued_at=lost["queued_at"], parent_id=lost["id"])
    treated = {name: kept.fields[name] for name in ("treatment", "because") if kept.fields.get(name)}
    if treated.get("treatment") == "later":
        number = terms.settings.number(kept.number)
        steps = terms.settings.flows[number.flow].callers.later_by if number else 0
        new = replace(new, priority=new.priority - steps)
    enclosed = intake.enclosed(inbound, person)
    rows = {part: rows for part, rows in enclosed.rows.items() if part != "arrivals"}
    how: Mapping[str, object] = {"outcome": outcome(kept.call)} if done else {}
    enclosed = replace(enclosed, message=None, raw=None, rows=rows, at=None,
                       data={**enclosed.data, "menu": kept.place.words, **treated, **how})
    terms.it = (await terms.page.open(Opening(new, kind, CUSTOMER, enclosed)))[0].interaction
    if lost is not None:
        await terms.say("place_regained", reference=lost["reference"], since=lost["queued_at"].isoformat())
    return lost is not None


async def _lost(terms: Terms, queue_id: str) -> asyncpg.Record | None:
    """The place that he had in that queue when he was cut off."""
    caller, number = terms.call.customer.who, terms.settings.number(terms.kept.number)
    seconds = terms.settings.flows[number.flow].redial_seconds if number else 0
    if not seconds or caller in ANONYMOUS:
        return None
    return await callbacks_store.lost(terms.page.conn, caller, queue_id, terms.now - timedelta(seconds=seconds))


def inbound_of(kept: Kept, queue: str | None) -> Inbound:
    caller, place = kept.call.customer.who, kept.place
    fields = {"address_dialled": kept.number, "ivr_path": place.words,
              **{f"ivr.{name}": value for name, value in place.collected.items()},
              **{name: kept.fields[name] for name in KNOWN if kept.fields.get(name, "none") != "none"}}
    return Inbound(
        source=f"voice:{kept.account}", natural_key=f"call:{kept.id}", channel="voice",
        addresses=() if caller in ANONYMOUS else (Address("phone", caller),), text="", at=kept.began_at, raw=b"",
        content_type="", name=kept.fields.get("CallerName") or None, language=place.language, queue=queue,
        fields={name: value for name, value in fields.items() if value})
