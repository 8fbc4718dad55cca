"""The customer goes to whoever was asked: when the agent says so, or by itself as soon as they answer."""

from channels.voice.call import Call, Leg
from channels.voice.decisions import HoldWanted, Promoted, Released
from hub import model
from hub.call_terms import Terms, softphone_of
from hub.errors import OverCapacity
from hub.model import By
from hub.store import calls as store
from hub.store import intake as rules

BLIND = "handover-"  # how the names of legs begin that are handed the customer as soon as they answer


async def hand_over(terms: Terms, asked: Leg) -> None:
    """A colleague has the interaction then; with a number it is over. Raises `OverCapacity`."""
    it = terms.it
    assert it is not None
    assert it.agent_id is not None
    holder = By("agent", it.agent_id)
    mine = [leg.id for leg in terms.call.of("partner") if leg.who == softphone_of(it.agent_id)]
    terms.decide(Promoted(asked.id), HoldWanted(False), *(Released(leg) for leg in mine))
    if asked.who.startswith("client:"):
        colleague = await store.agent_of(terms.page.conn, asked.who.removeprefix("client:agent_"))
        await terms.write(model.Requeued("warm_transfer", it.queue_id, colleague, it.queued_at), holder)
        await terms.write(model.Claimed(colleague), By("agent", colleague))
    else:
        await terms.say("transferred", agent=str(it.agent_id), number=asked.who)
        seconds = await rules.wrap_up_seconds(terms.page.conn, it.id)
        await terms.write(model.Ended(it.agent_id, seconds), holder)


async def follow(terms: Terms, before: Call) -> None:
    """Hands over to whoever has answered meanwhile; says it when nobody did, and the agent has the customer again."""
    if terms.it is None or terms.it.state != "active" or terms.call.customer.over:
        return
    for leg in terms.call.legs.values():
        if leg.role != "consult" or not leg.id.startswith(BLIND) or not leg.wanted:
            continue
        if leg.over and not (leg.id in before.legs and before.legs[leg.id].over):
            await terms.say("transfer_in_vain", agent=str(terms.it.agent_id))
        elif leg.present and leg.in_time:
            kept, it, rings = terms.kept, terms.it, list(terms.page.rings)
            try:
                async with terms.page.conn.transaction():
                    await hand_over(terms, leg)
            except OverCapacity:  # he took something else while it rang
                terms.kept, terms.it, terms.page.rings = kept, it, rings
                terms.decide(Released(leg.id))
                await terms.say("transfer_in_vain", agent=str(it.agent_id))
            return
