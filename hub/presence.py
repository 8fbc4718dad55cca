"""Declared, connected, routable: three things. Declared changes by a person or a named rule, never by log-in."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

import asyncpg
import structlog

from channels.text import storable
from hub import model
from hub.doorbell import AgentMoved
from hub.errors import HubError
from hub.journal import Journal, Page, declare
from hub.model import SYSTEM, Actor, Agent
from hub.store import presence as store
from hub.store.journal import lock_agent
from hub.wire import SetPresence

log = structlog.get_logger()
LEASE = timedelta(seconds=30)  # a socket that is not renewed for so long is dead
GRACE = timedelta(seconds=120)  # how long an agent may be gone before the work goes back to the queue
RENEW = 10.0  # seconds between renewals
SWEEP = 5.0  # seconds between looks for agents who are gone


class PresenceDesk:
    """Declarations of agents and supervisors, and the leases behind *connected*."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._now = journal.now
        self._swept = journal.now()

    async def declare(self, actor: Actor, agent_id: UUID, wanted: SetPresence) -> None:
        """Sets an agent's state. A break while work is held begins when the last of it ends; the last choice wins."""
        cause = "agent" if actor.id == agent_id else f"supervisor:{actor.id}"
        async with self._journal.begin() as page:
            agent = await lock_agent(page.conn, agent_id, self._now())
            await self._declare(page, agent, wanted, cause)
            page.rings.append(AgentMoved(agent_id))
        if wanted.state != "available":
            await self._withdraw_offers(agent_id, "agent_unavailable")

    async def _declare(self, page: Page, agent: Agent, wanted: SetPresence, cause: str) -> None:
        reason = storable(wanted.reason) if wanted.reason else None
        holdings = await store.holdings(page.conn, agent.id)
        if wanted.state != "available" and any(row["state"] != "offered" for row in holdings):
            await store.set_pending(page.conn, agent.id, wanted.state, reason)
        else:
            await declare(page.conn, agent, (wanted.state, reason, cause), self._now())

    async def opened(self, agent_id: UUID, sid: str, node: str) -> None:
        now = self._now()
        await store.open_connection(self._journal.pool, sid, agent_id, node, now, now + LEASE)
        self._journal.ring(AgentMoved(agent_id))

    async def renewed(self, sids: Sequence[str]) -> None:
        if sids:
            await store.renew(self._journal.pool, sids, self._now() + LEASE)

    async def closed(self, sid: str) -> None:
        agent_id = await store.close(self._journal.pool, sid, self._now())
        if agent_id is not None:
            self._journal.ring(AgentMoved(agent_id))

    async def sweep(self) -> None:
        """What agents hold who are gone: offers go back at once, the rest after the grace, or at once when disabled."""
        now = self._now()
        for agent_id in await store.lapsed(self._journal.pool, self._swept, now):
            self._journal.ring(AgentMoved(agent_id))  # nobody closed that socket, so nobody has told the screens
        self._swept = now
        for agent in await store.gone(self._journal.pool, now):
            await self._withdraw_offers(agent["id"], "agent_disconnected")
            if agent["disabled"] or now - agent["since"] > GRACE:
                await self._give_back(agent["id"], "agent_disabled" if agent["disabled"] else "agent_gone")
                await self._declare_offline(agent["id"])
        for agent_id in await store.may_break(self._journal.pool):
            await self._begin_break(agent_id)
        await store.forget(self._journal.pool, now - timedelta(days=1))

    async def _begin_break(self, agent_id: UUID) -> None:
        async with self._journal.begin() as page:
            agent = await lock_agent(page.conn, agent_id, self._now())
            if agent.pending is not None and not any(not one.aside for one in agent.held):
                await declare(page.conn, agent, (agent.pending, agent.pending_reason, "finished_work"), self._now())
                page.rings.append(AgentMoved(agent_id))

    async def _declare_offline(self, agent_id: UUID) -> None:
        async with self._journal.begin() as page:
            agent = await lock_agent(page.conn, agent_id, self._now())
            if agent.declared != "offline" and (agent.disabled or not agent.connected):
                await declare(page.conn, agent, ("offline", None, "rule:connection_lost"), self._now())
                page.rings.append(AgentMoved(agent_id))

    async def _withdraw_offers(self, agent_id: UUID, reason: str) -> None:
        await self._release(agent_id, "offered", lambda row: model.Withdrawn(row["offer_id"], reason))

    async def _give_back(self, agent_id: UUID, reason: str) -> None:
        prefer = agent_id if reason == "agent_gone" else None
        await self._release(agent_id, "active", lambda row: model.Requeued(reason, row["queue_id"], prefer))

    async def _release(
        self, agent_id: UUID, state: Literal["offered", "active"], act: Callable[[asyncpg.Record], model.Act]
    ) -> None:
        for row in await store.holdings(self._journal.pool, agent_id):
            if row["state"] == state:
                try:
                    await self._journal.write(row["id"], act(row), SYSTEM)
                except HubError as refused:
                    log.info("presence.overtaken", code=refused.code)
