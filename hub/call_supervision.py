"""Supervisors on the line: they listen, whisper to the agent or talk with both. Each change stands in the history."""

from uuid import UUID

from channels.voice.call import Call, Leg, Mode
from channels.voice.control import SUPERVISOR, phase
from channels.voice.decisions import Dialled, HoldWanted, ModeWanted, Promoted, Released
from hub import call_parties, model
from hub.call_terms import Terms, softphone_of
from hub.calls import Calls
from hub.errors import WrongState
from hub.model import Actor, By, Interaction
from hub.store import calls as store


class NotOnTheLine(WrongState):
    """Listen first: who takes over must be on the line, and somebody must talk with the customer."""

    code = "not_on_the_line"


class Supervision:
    """The verbs of supervisors. Each returns after COMMIT or raises a `HubError`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def supervise(self, actor: Actor, interaction_id: UUID, mode: Mode) -> None:
        """Into the call, or into another mode. The supervisor's softphone rings first. The same wish twice is one."""

        async def wish(terms: Terms, it: Interaction) -> None:
            mine = _mine(terms.call, actor)
            if mine is not None and mine.mode == mode:
                return
            await store.lock_agent(terms.page.conn, actor.id)  # so that he is offered nothing meanwhile
            leg = mine.id if mine is not None else f"{SUPERVISOR}{len(terms.call.legs)}"
            if mine is not None:
                terms.decide(ModeWanted(mine.id, mode))
            elif it.agent_id == actor.id or phase(terms.call) not in ("talking", "held"):
                raise WrongState("Nobody else talks with the customer now.")
            else:
                terms.decide(Dialled(leg, "supervisor", softphone_of(actor.id), terms.now,
                                     terms.settings.ring_seconds, mode))
            await call_parties.watches(terms, leg, actor, mode)

        await self._calls.wish(actor, interaction_id, wish, holder=False)

    async def take_over(self, actor: Actor, interaction_id: UUID) -> None:
        """Whoever is in the call already has the customer from now on, and the agent is let go. Raises `WrongState`
        for anybody who is not on the line."""

        async def wish(terms: Terms, it: Interaction) -> None:
            mine = _mine(terms.call, actor)
            if mine is None or not mine.present or phase(terms.call) not in ("talking", "held"):
                raise NotOnTheLine()
            former = [leg.id for leg in terms.call.of("partner") if leg.wanted and leg.who.startswith("client:")]
            terms.decide(Promoted(mine.id), HoldWanted(False), *(Released(leg) for leg in former))
            by = By("agent", actor.id)
            await terms.write(model.Requeued("taken_over", it.queue_id, actor.id, it.queued_at), by)
            await terms.write(model.Claimed(actor.id), by)

        await self._calls.wish(actor, interaction_id, wish, holder=False)

    async def leave(self, actor: Actor, interaction_id: UUID) -> None:
        """Out of the call. Who is not in it is no error."""

        async def wish(terms: Terms, it: Interaction) -> None:
            mine = _mine(terms.call, actor)
            if mine is not None:
                terms.decide(Released(mine.id))
                await call_parties.left(terms, mine.id, actor)

        await self._calls.wish(actor, interaction_id, wish, holder=False)


def _mine(call: Call, actor: Actor) -> Leg | None:
    return next((leg for leg in call.of("supervisor") if leg.wanted and leg.who == softphone_of(actor.id)), None)
