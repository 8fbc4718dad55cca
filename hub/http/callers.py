"""Numbers that supervisors do not want to be let in."""

from hub.http.endpoint import Call, Endpoint
from hub.wire_calls import BlockedNumber, BlockNumber


async def list_blocked(call: Call) -> list[BlockedNumber]:
    return await call.parts.blocking.listed()


async def block_number(call: Call, body: BlockNumber) -> list[BlockedNumber]:
    await call.parts.blocking.block(call.actor, body)
    return await call.parts.blocking.listed()


async def unblock_number(call: Call, number: str) -> list[BlockedNumber]:
    await call.parts.blocking.unblock(call.actor, number)
    return await call.parts.blocking.listed()


ALL = "/api/blocked-numbers"
ENDPOINTS = (
    Endpoint("GET", ALL, list_blocked, "Numbers that are not let in", role="supervisor"),
    Endpoint("POST", ALL, block_number, "Block a number; once more changes the reason", role="supervisor"),
    Endpoint("DELETE", ALL + "/{number}", unblock_number, "Let a number in again", role="supervisor"),
)
