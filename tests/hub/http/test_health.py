"""Health: honest while the database is away, and well again by itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from hub import start
from hub.app import World
from hub.postgres import EmbeddedPostgres
from tests.support.hub import CHEAP, RunningHub, a_hub
from tests.support.waiting import until


async def test_a_hub_that_takes_contacts_says_so_and_what_each_channel_lacks(running_hub: RunningHub) -> None:
    answer = await (await running_hub.stranger()).get("/healthz")
    assert (answer.status, answer.body["ok"], answer.body["database"]["ok"]) == (200, True, True)
    assert set(answer.body["channels"]) == {"form", "webchat", "manual", "email", "sms", "whatsapp", "voice"}
    assert (answer.body["mailboxes"], answer.body["quarantine"]) == ([], 0)
    assert all(answer.body["loops"].values())
    assert {"dispatch", "deliver", "timers", "presence"} <= set(answer.body["loops"])


async def test_metrics_are_for_this_machine_and_name_routes_not_people(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    await anna.get("/api/customers", params={"q": "Mia Secret"})
    await running_hub.contact()

    metrics = await anna.get("/metrics")

    assert 'hub_queue_waiting{queue="support"} 1.0' in metrics.body
    assert 'route="/api/customers"' in metrics.body
    assert "Mia" not in metrics.body
    refused = await anna.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert refused.status == 403


async def test_a_loop_that_fails_again_and_again_makes_the_hub_unwell(running_hub: RunningHub) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    running_hub.parts.tasks.supervise("broken", fail, on_failure="restart")
    answer = await until(lambda: unwell(running_hub), limit=20)
    assert [name for name, well in answer["loops"].items() if not well] == ["broken"]
    assert answer["database"]["ok"]


async def test_without_its_neighbours_a_hub_still_takes_contacts(running_hub: RunningHub) -> None:
    async def deaf() -> None:
        raise ConnectionError("no Redis")

    running_hub.parts.tasks.supervise("nodes-hear", deaf, on_failure="restart")
    answer = await until(lambda: fallen(running_hub, "nodes-hear"), limit=20)
    assert answer["ok"]


@pytest.fixture
async def mortal(postgres_server: object) -> AsyncIterator[tuple[EmbeddedPostgres, str]]:
    """A PostgreSQL that this test may kill."""
    folder = Path(mkdtemp(prefix="hub-mortal-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "pg")
    async with server as dsn:
        await start.migrated(dsn)
        yield server, dsn


async def test_without_its_database_it_is_unwell_refuses_and_recovers(mortal: tuple[EmbeddedPostgres, str]) -> None:
    server, dsn = mortal
    async with a_hub(dsn, World(hasher=CHEAP)) as hub:
        await hub.account("anna")
        stranger = await hub.stranger()
        await server.stop()

        answer = await until(lambda: unwell(hub), limit=20)
        assert (answer["ok"], answer["database"]["ok"]) == (False, False)
        login = await stranger.log_in("anna")
        assert (login.status, login.body["code"]) == (503, "unavailable")
        assert login.headers["Retry-After"]
        form = await stranger.post("/forms/contact", {"name": "M", "email": "m@example.com", "message": "Hi"})
        assert form.status == 503

        await server.start()
        await until(lambda: well(hub), limit=40)
        await hub.contact()
        assert (await stranger.log_in("anna")).status == 200


async def unwell(hub: RunningHub) -> Any:
    answer = await (await hub.stranger()).get("/healthz")
    return answer.body if answer.status == 503 else None


async def fallen(hub: RunningHub, loop: str) -> Any:
    answer = await (await hub.stranger()).get("/healthz")
    return None if answer.body["loops"].get(loop, True) else answer.body


async def well(hub: RunningHub) -> bool:
    return (await (await hub.stranger()).get("/healthz")).status == 200
