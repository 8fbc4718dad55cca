"""The supervisor's verbs."""

from uuid import UUID

from hub import model
from hub.config import UNITS
from hub.doorbell import AgentMoved
from hub.errors import Conflict, Forbidden, Invalid
from hub.journal import Journal
from hub.model import Actor, By
from hub.presence import PresenceDesk
from hub.store import agents, queues
from hub.wire import AgentView, Prioritise, SetPresence
from hub.wire_policy import PutAgentWork


class AgentChanged(Conflict):
    """Somebody else has changed this agent meanwhile. Look again, and change what is still to be changed."""

    code = "moved"


class Floor:
    def __init__(self, journal: Journal, presence: PresenceDesk) -> None:
        self._journal = journal
        self._presence = presence

    async def prioritise(self, actor: Actor, interaction_id: UUID, wanted: Prioritise) -> None:
        """Moves a waiting item up or down; each step counts as minutes of waiting (see `routing.model.Policy`)."""
        _must_supervise(actor)
        await self._journal.write(
            interaction_id, model.Prioritised(wanted.priority, wanted.reason), By("supervisor", actor.id)
        )

    async def set_presence(self, actor: Actor, agent_id: UUID, wanted: SetPresence) -> None:
        _must_supervise(actor)
        await self._presence.declare(actor, agent_id, wanted)

    async def set_work(self, actor: Actor, agent_id: UUID, wanted: PutAgentWork) -> AgentView:
        """What an agent may be given. Raises `AgentChanged`, `Invalid` for a queue or channel that is not there."""
        _must_supervise(actor)
        pool, now = self._journal.pool, self._journal.now()
        await agents.view(pool, agent_id, now)
        known = {queue.id for queue in await queues.views(pool)}
        wrong = {f"queues.{one}": "unknown" for one in wanted.queues if one not in known}
        wrong |= {f"limits.{one}": "unknown" for one in wanted.limits if one not in UNITS}
        if wrong:
            raise Invalid(fields=wrong)
        if not await agents.set_work(pool, agent_id, wanted, actor.id, now):
            raise AgentChanged
        self._journal.ring(AgentMoved(agent_id))
        return await agents.view(pool, agent_id, now)


def _must_supervise(actor: Actor) -> None:
    if not actor.supervises:
        raise Forbidden()
