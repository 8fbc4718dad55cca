"""Another policy on a recorded day: how far it is, line by line, and at last the figures."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from aiohttp import web

from hub.errors import HubError
from hub.http.endpoint import Call, Endpoint
from hub.simulations import Job
from hub.wire_simulations import Simulate, Simulated, SimulationLine


async def simulate_policy(call: Call, body: Simulate) -> web.StreamResponse:
    """Reckoned in a process of its own, within a minute; whoever goes away ends it. What is wrong before it begins is
    a problem as everywhere, what goes wrong on the way is the last line."""
    simulations = call.parts.simulations
    job = await simulations.job(body.document, body.since, body.until, body.runs, body.seed)
    async with aclosing(_lines(call, job)) as lines:
        first = await anext(lines)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store",
                                               "X-Accel-Buffering": "no"})
        await response.prepare(call.request)
        with suppress(ConnectionError):
            await _say(response, first)
            try:
                async for line in lines:
                    await _say(response, line)
            except HubError as problem:
                await _say(response, SimulationLine(problem=problem.code, detail=problem.detail))
            await response.write_eof()
    return response


async def _lines(call: Call, job: Job) -> AsyncGenerator[SimulationLine]:
    async with aclosing(call.parts.simulations.run(job)) as told:
        async for one in told:
            yield SimulationLine(result=one) if isinstance(one, Simulated) else SimulationLine(done=one)


async def _say(response: web.StreamResponse, line: SimulationLine) -> None:
    await response.write(line.model_dump_json().encode() + b"\n")


ENDPOINTS = (
    Endpoint("POST", "/api/policy/simulations", simulate_policy, "Play a recorded time under another policy",
             role="supervisor", policy=True, answers=SimulationLine, media="application/x-ndjson"),
)
