"""Who is on the line of a call, as far as the one who asks may know."""

from uuid import UUID

import asyncpg

from channels.voice.call import Call, Mode
from channels.voice.control import SUPERVISOR
from channels.voice.decisions import MuteWanted
from channels.voice.settings import VoiceSettings
from hub.call_terms import Terms, softphone_of, softphones
from hub.errors import WrongState
from hub.model import Actor
from hub.store import calls as store
from hub.store.calls import Kept
from hub.wire_calls import CallLeg


async def parties(
    pool: asyncpg.Pool, settings: VoiceSettings, kept: Kept, queue: str, actor: Actor
) -> list[CallLeg]:
    """Agents are not told of supervisors who only listen, where a rule says so. Who is heard is always seen."""
    names = await store.names_of(pool, softphones(kept.call))
    told = actor.supervises or settings.listeners_of(queue) == "shown"
    legs = []
    for leg in kept.call.legs.values():
        watches = leg.role == "supervisor"
        if watches and leg.mode == "listen" and not told:
            continue
        outside = None if leg.who.startswith("client:") else leg.who
        name = names.get(leg.who, outside) if leg.role != "customer" else None
        legs.append(CallLeg(leg=leg.id, role=leg.role, state=leg.state, answered_at=leg.answered_at, name=name,
                            live=leg.live, mode=leg.mode if watches else None, muted=leg.muted))
    return legs


async def watches(terms: Terms, leg: str, actor: Actor, mode: Mode) -> None:
    """Into the history; who listens where agents shall not see it, only when the call is over."""
    assert terms.it is not None
    if mode != "listen" or terms.settings.listeners_of(terms.it.queue_id) == "shown":
        await terms.say("supervised", agent=str(actor.id), name=actor.name, mode=mode, leg=leg)


def muted(call: Call, actor: Actor) -> bool:
    return any(leg.muted for leg in call.legs.values() if leg.who == softphone_of(actor.id) and leg.live)


async def mute(terms: Terms, actor: Actor, on: bool) -> None:
    """Whoever holds the call is heard by nobody, or again. It outlasts a reload of his page."""
    mine = [leg for leg in terms.call.legs.values() if leg.who == softphone_of(actor.id) and leg.live]
    if not mine:
        raise WrongState("Your telephone is not in this call.")
    if mine[-1].muted != on:
        terms.decide(MuteWanted(mine[-1].id, on))


async def left(terms: Terms, leg: str, actor: Actor) -> None:
    assert terms.it is not None
    if await store.watched(terms.page.conn, terms.it.id, leg):
        await terms.say("supervisor_left", agent=str(actor.id), name=actor.name)


async def follow(terms: Terms) -> None:
    """The call is over: whoever listened unseen stands in the history now."""
    if terms.it is None or not terms.call.customer.over:
        return
    there = [leg for leg in terms.call.legs.values() if leg.id.startswith(SUPERVISOR) and leg.answered_at is not None]
    names = await store.names_of(terms.page.conn, softphones(terms.call)) if there else {}
    for leg in there:
        if not await store.watched(terms.page.conn, terms.it.id, leg.id):
            agent = str(UUID(leg.who.removeprefix("client:agent_")))
            name = names.get(leg.who, "")
            await terms.say("supervised", agent=agent, name=name, mode="listen", leg=leg.id, unseen=True)


async def beside(pool: asyncpg.Pool, actor: Actor) -> UUID | None:
    """The contact in whose call somebody is without holding it, None: he is in none."""
    return await store.beside(pool, actor.id)
