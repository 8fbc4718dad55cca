"""The supervisor's verbs."""

from uuid import UUID

from hub import model
from hub.errors import Forbidden
from hub.journal import Journal
from hub.model import Actor, By
from hub.presence import PresenceDesk
from hub.wire import Prioritise, SetPresence


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


def _must_supervise(actor: Actor) -> None:
    if not actor.supervises:
        raise Forbidden()
