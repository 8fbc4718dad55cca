"""An agent who is disabled, or loses a queue or a skill, gives back at once what he may no longer hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog

from hub import model, sla_history
from hub.errors import HubError
from hub.journal import Journal
from hub.model import SYSTEM, Interaction
from hub.offering import turned_to
from hub.store import escalation as escalation_store
from hub.store import permissions as store
from hub.store.journal import Connection
from routing.expression import Expression, holds
from routing.policy import Policy
from routing.rules import of_levels

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Loss:
    """What an agent could do before a change, and what he can do now."""

    agent_id: UUID
    queues_before: frozenset[str]
    queues: frozenset[str]
    skills_before: Mapping[str, int]
    skills: Mapping[str, int]
    disabled: bool

    def takes(self, queue_id: str, required: Expression | None) -> bool:
        """Whether it was this change that took the right to hold an item of the queue.

        What he could not do before either was given to him on purpose, and stays his.
        """
        if self.disabled or (queue_id in self.queues_before and queue_id not in self.queues):
            return True
        return required is not None and holds(required, self.skills_before) and not holds(required, self.skills)


async def give_back(journal: Journal, policy: Policy) -> None:
    """Works off what the database has noted about lost permissions. Done twice, it does nothing the second time."""
    for row in await store.lost(journal.pool):
        loss = Loss(row["agent_id"], frozenset(row["queues_before"]), frozenset(row["queues"]),
                    json.loads(row["skills_before"]), json.loads(row["skills"]), row["disabled"])
        for held in await store.held(journal.pool, loss.agent_id):
            if loss.takes(held["queue_id"], _required(held, policy)):
                await _release(journal, held["id"], loss)
        await store.forget(journal.pool, row["id"])


def _required(held: asyncpg.Record, policy: Policy) -> Expression | None:
    """What its queue asks of everybody who works in it."""
    queue = next((one for one in policy.queues if one.id == held["queue_id"]), None)
    if queue is not None and queue.require is not None:
        return queue.require
    return of_levels(json.loads(held["requirements"]))


async def _release(journal: Journal, interaction_id: UUID, loss: Loss) -> None:
    reason = "agent_disabled" if loss.disabled else "permission_lost"
    try:
        async with journal.begin() as page:
            before = await page.lock(interaction_id)
            mine = turned_to(before, loss.agent_id)
            if mine.agent_id != loss.agent_id:
                return
            if mine.state == "offered" and mine.offer_id is not None:
                await page.write(before, model.Withdrawn(mine.offer_id, reason), SYSTEM)
            elif before.state == "active":
                story = await _story(page.conn, before)
                await page.write(
                    before, model.Requeued(reason, before.queue_id, None, story.unanswered_since), SYSTEM)
    except HubError as refused:
        log.info("permissions.overtaken", code=refused.code)


async def _story(conn: Connection, it: Interaction) -> sla_history.Story:
    """The customer who waits for an answer keeps his age, whoever loses him."""
    return sla_history.read(await escalation_store.touches(conn, it.id), it.channel, lambda _: None)
