"""Bringing somebody else into a call: a colleague or a number is asked while the customer waits, then takes over,
joins in, or is let go."""

from uuid import UUID

from channels.voice import numbers
from channels.voice.call import Call, Leg
from channels.voice.control import phase
from channels.voice.decisions import Dialled, HoldWanted, Promoted, Released
from hub.call_handing import BLIND, hand_over
from hub.call_terms import Terms, softphone_of
from hub.calls import Calls
from hub.errors import Invalid, WrongState
from hub.model import Actor, Interaction
from hub.store import calls as store
from hub.wire_calls import Consult


class Transfers:
    """The verbs of whoever holds the call. Each returns after COMMIT or raises a `HubError`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def consult(self, actor: Actor, interaction_id: UUID, wanted: Consult) -> None:
        """Calls a colleague or a number; the customer hears music meanwhile, and goes to them when they answer if it
        is wanted so."""

        async def wish(terms: Terms, it: Interaction) -> None:
            if phase(terms.call) not in ("talking", "held"):
                raise WrongState("Nobody talks with the customer now, or somebody is asked already.")
            who = await self._who(terms, actor, wanted)
            leg = f"{BLIND if wanted.hand_over else 'consult-'}{len(terms.call.legs)}"
            terms.decide(Dialled(leg, "consult", who, terms.now, terms.settings.ring_seconds))
            said = "handing_over" if wanted.hand_over else "consulted"
            await terms.say(said, agent=str(actor.id), **_named(wanted))

        await self._calls.wish(actor, interaction_id, wish)

    async def complete(self, actor: Actor, interaction_id: UUID) -> None:
        """The customer goes to whom was asked. A colleague has the interaction then; with a number it is over."""

        async def wish(terms: Terms, it: Interaction) -> None:
            await hand_over(terms, _asked(terms.call))

        await self._calls.wish(actor, interaction_id, wish)

    async def join(self, actor: Actor, interaction_id: UUID) -> None:
        """All three talk with one another."""

        async def wish(terms: Terms, it: Interaction) -> None:
            terms.decide(Promoted(_asked(terms.call).id), HoldWanted(False))
            await terms.say("joined", agent=str(actor.id))

        await self._calls.wish(actor, interaction_id, wish)

    async def cancel(self, actor: Actor, interaction_id: UUID) -> None:
        """Whoever was asked is let go, and the customer is talked with again. Nobody there is no error."""

        async def wish(terms: Terms, it: Interaction) -> None:
            terms.decide(*(Released(leg.id) for leg in terms.call.of("consult")))

        await self._calls.wish(actor, interaction_id, wish)

    async def _who(self, terms: Terms, actor: Actor, wanted: Consult) -> str:
        """Raises `Invalid` for somebody who cannot be called so."""
        if wanted.agent is not None:
            if wanted.agent == actor.id or not await store.may_be_called(terms.page.conn, wanted.agent, terms.now):
                raise Invalid("This colleague cannot be called now.", fields={"agent": "not_reachable"})
            return softphone_of(wanted.agent)
        outside = terms.settings.outside
        if not outside or not numbers.may_be_called(wanted.number, terms.kept.number, outside):
            raise Invalid("Numbers like this one may not be called.", fields={"number": "not_allowed"})
        return wanted.number


def _asked(call: Call) -> Leg:
    """Who was asked, and is there. Raises `WrongState`."""
    there = [leg for leg in call.of("consult") if leg.present and leg.wanted]
    if not there:
        raise WrongState("Whoever is asked has not answered yet.")
    return there[0]


def _named(wanted: Consult) -> dict[str, str]:
    return {"colleague": str(wanted.agent)} if wanted.agent else {"number": wanted.number}
