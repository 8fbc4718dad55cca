"""The live proofs must be able to fail: every way to be misplaced (I3) or unaccounted for (I10) is found."""

import pytest

from hub.store import ledger
from tests.hub.conftest import Heart

BROKEN = {
    "queued, yet an open offer": "UPDATE interactions SET state = 'queued', agent_id = NULL, due_at = NULL",
    "queued with a date": "UPDATE interactions SET state = 'queued'; UPDATE offers SET state = 'missed'",
    "offered by nobody": "UPDATE offers SET state = 'missed'",
    "offered without an end": "UPDATE interactions SET due_at = NULL",
    "offered to another": "UPDATE interactions SET agent_id = (SELECT id FROM agents WHERE login = 'ben')",
    "active without an assignment": "UPDATE interactions SET state = 'active'; UPDATE offers SET state = 'accepted'",
    "wrapping, held by nobody": "UPDATE interactions SET state = 'wrapping'; UPDATE offers SET state = 'accepted'",
    "parked, yet held": "UPDATE interactions SET state = 'parked'; UPDATE offers SET state = 'accepted'",
    "waiting without a clock": "UPDATE interactions SET state = 'waiting', agent_id = NULL, due_at = NULL;"
    " UPDATE offers SET state = 'accepted'",
    "done, yet offered": "UPDATE interactions SET state = 'done'",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_i3_every_misplaced_interaction_is_found(heart: Heart, broken: str) -> None:
    ann, _ = await heart.agent("Ann"), await heart.agent("Ben", ready=False)
    it = (await heart.arrive()).interaction_id
    await heart.offered(ann)
    await heart.balanced()
    await heart.pool.execute(broken)
    assert (await ledger.ledger(heart.pool, heart.clock())).misplaced == [it]


@pytest.mark.parametrize("state", ["active", "wrapping"])
async def test_i3_work_without_its_assignment_is_found(heart: Heart, state: str) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    it = await heart.accepted(ann)
    if state == "wrapping":
        await heart.desk.end(ann, it)
    await heart.balanced()
    await heart.pool.execute("UPDATE assignments SET ended_at = now()")
    assert (await ledger.ledger(heart.pool, heart.clock())).misplaced == [it]


async def test_i10_what_was_received_and_became_nothing_is_found(heart: Heart) -> None:
    await heart.arrive()
    await heart.reception.refuse("form:contact", b"?", "text/plain", "malformed")
    await heart.balanced()
    await heart.pool.execute("UPDATE arrivals SET touch_id = NULL WHERE outcome = 'stored'")
    await heart.pool.execute("UPDATE arrivals SET reason = NULL WHERE outcome = 'refused'")
    found = await ledger.ledger(heart.pool, heart.clock())
    assert found.unaccounted == 2
    assert {row.source: row.unaccounted for row in found.rows} == {"form:contact": 1, "webchat": 1}
