"""What supervisors see and steer."""

from uuid import UUID

from hub.http.endpoint import Call, Endpoint
from hub.store import agents, figures, ledger, queues
from hub.wire import AgentView, Floor, Ledger, QueueView, SetPresence


async def list_queues(call: Call) -> list[QueueView]:
    return await queues.views(call.parts.pool)


async def list_agents(call: Call) -> list[AgentView]:
    return await agents.views(call.parts.pool, call.parts.now())


async def set_presence_of(call: Call, id: UUID, body: SetPresence) -> AgentView:
    await call.parts.floor.set_presence(call.actor, id, body)
    return await agents.view(call.parts.pool, id, call.parts.now())


async def get_floor(call: Call) -> Floor:
    pool, now = call.parts.pool, call.parts.now()
    return Floor(now=now, figures=await figures.figures(pool, now), agents=await agents.views(pool, now),
                 ledger=await ledger.ledger(pool, now))


async def get_ledger(call: Call) -> Ledger:
    return await ledger.ledger(call.parts.pool, call.parts.now())


ENDPOINTS = (
    Endpoint("GET", "/api/queues", list_queues, "The queues, their promises and dispositions"),
    Endpoint("GET", "/api/agents", list_agents, "All agents with presence and load"),
    Endpoint("PUT", "/api/agents/{id}/presence", set_presence_of, "Set somebody's presence", role="supervisor"),
    Endpoint("GET", "/api/floor", get_floor, "The queues, agents and ledger now", role="supervisor"),
    Endpoint("GET", "/api/ledger", get_ledger, "What came in and what became of it", role="supervisor"),
)
