"""A hub that keeps promises is killed in the middle of an escalation, and right after it: each action once."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.crash.served import START_LIMIT, Served, a_served_hub
from tests.hub.promising import ALWAYS
from tests.support.gaps import GAPS
from tests.support.hub import Person
from tests.support.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
LADDER = [{"id": "up", "steps": [{"queue": "sales", "priority": 2, "notify": ["supervisor"]}, {"priority": 1}]}]
# Where it stops: a row that is about to be committed with all the others of this step; None: right after COMMIT.
MOMENTS = (("sla_actions", "true"), ("touches", "NEW.kind = 'escalated'"), None)


async def promise(boss: Person) -> None:
    """A first answer within the hour, and a ladder for whoever did not get one."""
    view = (await boss.get("/api/policy")).body
    document: dict[str, Any] = {**view["document"], "calendars": {"always": ALWAYS}, "ladders": LADDER,
                                "promises": [{"sla": "fast"}],
                                "slas": {"fast": {"version": 1, "calendar": "always", "first_response_minutes": 60}}}
    document["queues"] = [{**queue, "ladder": "up"} if queue["id"] == "support" else queue
                          for queue in document["queues"]]  # fmt: skip
    answer = await boss.post("/api/policy/publish", {"document": document, "base": view["version"], "note": ""})
    assert answer.status == 201, answer.body


async def promised(hub: Served) -> UUID:
    """A customer who has been promised an answer."""
    stranger = await hub.stranger()
    answer = await stranger.post("/forms/contact", {"name": "Mia", "email": "mia@example.com", "message": "Hello?"})
    found = "SELECT id FROM interactions WHERE reference = $1 AND sla IS NOT NULL"
    return UUID(str(await until(lambda: hub.pool.fetchval(found, answer.body["reference"]), limit=START_LIMIT)))


async def older(hub: Served, it: UUID) -> None:
    """As if it had all happened an hour ago: the promise is broken."""
    await hub.pool.execute(
        "UPDATE touches SET recorded_at = recorded_at - interval '61 minutes' WHERE interaction_id = $1", it)
    await hub.pool.execute(
        "UPDATE sla_clocks SET look_at = now() - interval '1 minute', seen = 0 WHERE interaction_id = $1", it)


async def kinds(hub: Served, it: UUID) -> list[str]:
    rows = await hub.pool.fetch("SELECT kind FROM touches WHERE interaction_id = $1 ORDER BY version", it)
    return [row["kind"] for row in rows]


async def test_every_step_of_an_escalation_is_done_once_whenever_the_hub_dies(dsn: str, tmp_path: Path) -> None:
    async with a_served_hub(dsn, tmp_path) as hub:
        hub.configure()
        await hub.start()
        await promise(await hub.person("paula", "supervisor"))
        late = []
        for moment in MOMENTS:
            it = await promised(hub)
            late.append(it)
            if moment is not None:
                await hub.hold(*moment)
                await older(hub, it)
                await hub.held()
                await hub.kill()
                assert await kinds(hub, it) == ["received", "sla_promised"]  # all of it or nothing
            else:
                await older(hub, it)
                await until(lambda: _breached(hub), limit=START_LIMIT)
            await hub.killed()
        for it in late:
            await _climbed(hub, it)
            assert await kinds(hub, it) == ["received", "sla_promised", "sla_breached", "escalated"]
            row = await hub.pool.fetchrow("SELECT queue_id, priority, ladder_step FROM interactions WHERE id = $1", it)
            assert row is not None
            assert tuple(row) == ("sales", 2, 1)
        assert await hub.pool.fetchval("SELECT count(*) FROM sla_actions WHERE what = 'breach'") == len(late)
        assert not await hub.pool.fetch(GAPS)


async def _breached(hub: Served) -> bool:
    return bool(await hub.pool.fetchval("SELECT count(*) FROM touches WHERE kind = 'sla_breached'") == len(MOMENTS))


async def _climbed(hub: Served, it: UUID) -> None:
    async def there() -> bool:
        return "escalated" in await kinds(hub, it)

    await until(there, limit=START_LIMIT)
