"""A telephone whose callers may ask to be called back."""

import copy
from typing import Any
from uuid import UUID

from simulator.telephony.driver import Person
from tests.hub.telephone import MIA, OURS, SETTINGS, Telephone

RULES: dict[str, Any] = {"after_seconds": 0, "attempts": 2, "spacing_minutes": 2}


def offering(**rules: Any) -> dict[str, Any]:
    settings = copy.deepcopy(SETTINGS)
    settings["flows"]["main"]["callback"] = {**RULES, **rules}
    return settings


async def promised(phone: Telephone, number: str = MIA) -> Person:
    """Somebody in line who hangs up, because he will be called."""
    caller = await phone.sim.call(number, OURS)
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("To be called back")
    await caller.press("1")
    await caller.heard("We will call plus")
    await caller.press("1")
    await caller.heard("You keep your place in line")
    await phone.pass_time(12)
    assert not caller.leg.live
    return caller


async def item(phone: Telephone) -> UUID:
    """The only contact that is not closed."""
    [row] = await phone.heart.pool.fetch("SELECT id FROM interactions WHERE state <> 'done'")
    return UUID(str(row["id"]))


async def line(phone: Telephone) -> list[str]:
    """The numbers of those in line or aside, in the order in which they came."""
    rows = await phone.heart.pool.fetch(
        "SELECT a.value FROM interactions i JOIN addresses a ON a.id = i.address_id WHERE i.state <> 'done'"
        " ORDER BY i.queued_at, i.id")
    return [row["value"] for row in rows]
