"""Another policy on a recorded day over HTTP: lines of progress, then the figures; what is wrong is said before."""

import json
from datetime import timedelta
from typing import Any

import pytest

from hub import simulations as module
from hub.wire_simulations import SimulationLine
from tests.support.hub import Person, RunningHub


@pytest.fixture
async def sue(running_hub: RunningHub) -> Person:
    await running_hub.person("ben")
    await running_hub.contact(message="My lamp is dark")
    return await running_hub.person("sue", "supervisor")


def today(running_hub: RunningHub, **more: Any) -> dict[str, Any]:
    now = running_hub.parts.now()
    return {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=1)).isoformat(),
            "runs": 2, **more}  # fmt: skip


async def test_progress_and_then_the_figures(running_hub: RunningHub, sue: Person) -> None:
    answer = await sue.post("/api/policy/simulations", today(running_hub))
    assert answer.status == 200
    lines = [SimulationLine.model_validate_json(line) for line in answer.body.splitlines()]
    assert [line.done for line in lines] == [0.25, 0.5, 0.75, 1, None]
    result = lines[-1].result
    assert result is not None
    assert (result.contacts, result.version, result.versions, result.seed) == (1, 1, [1], 1)
    assert result.new == result.published
    assert set(result.new.queues) == {"support"}


async def test_what_is_wrong_is_a_problem_before_anything_begins(running_hub: RunningHub, sue: Person) -> None:
    now = running_hub.parts.now()
    for more, status, code in (
        ({"until": (now - timedelta(days=2)).isoformat()}, 422, "simulation_times"),
        ({"since": (now - timedelta(days=90)).isoformat()}, 422, "simulation_long"),
        ({"document": {"format": 1}}, 422, "policy_wrong"), ({"runs": 21}, 422, "invalid"),
        ({"since": "yesterday"}, 422, "invalid"),
    ):  # fmt: skip
        answer = await sue.post("/api/policy/simulations", today(running_hub, **more))
        assert (answer.status, answer.body["code"]) == (status, code), more
    ben = await running_hub.stranger()
    await ben.log_in("ben")
    assert (await ben.post("/api/policy/simulations", today(running_hub))).status == 403


async def test_what_takes_too_long_ends(
    running_hub: RunningHub, sue: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(job: Any, limit: float) -> Any:
        yield {"done": 0.5}
        raise TimeoutError

    monkeypatch.setattr(module, "simulated", stuck)
    answer = await sue.post("/api/policy/simulations", today(running_hub))
    first, last = (json.loads(line) for line in answer.body.splitlines())
    assert (first["done"], last["problem"]) == (0.5, "simulation_too_long")
