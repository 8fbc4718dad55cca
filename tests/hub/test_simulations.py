"""Another policy on a day that the real heart lived through, from its history alone."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.commands import parser
from hub.config import Queue
from hub.errors import Invalid, NotFound
from hub.policies import Policies, PolicyWrong
from hub.replay import replay
from hub.simulation_process import Ended, simulated
from hub.simulations import Busy, Simulations, TooLong
from hub.store import simulations as store
from hub.wire_simulations import Simulated
from routing.policy_data import dump
from routing.simulation.compare import compared
from tests.hub.conftest import QUEUES, Heart
from tests.hub.recorded_day import CONTACTS, RINGS, Morning
from tests.routing.days import contact, day, job
from tests.support.clock import START

VIPS = {"rules": [{"id": "vip", "name": "VIPs", "when": "vip", "place": {"queue": "support", "priority": 10}}]}
DAY = START.replace(hour=0)
Hub = tuple[Policies, Simulations]


@pytest.fixture
async def hub(heart: Heart) -> Hub:
    policies = Policies(heart.journal, [Queue(**one) for one in QUEUES])
    await policies.open()
    return policies, Simulations(heart.pool, heart.clock, policies)


def with_vips(hub: Hub) -> dict[str, Any]:
    return {**dump(hub[0].current()[1]), **VIPS}


async def figures(hub: Hub, document: dict[str, Any] | None, runs: int = 3) -> Simulated:
    found = await hub[1].job(document, DAY, DAY + timedelta(days=1), runs, 1)
    told = [one async for one in hub[1].run(found)]
    assert told[:-1] == [number / (2 * runs) for number in range(1, 2 * runs + 1)]
    assert isinstance(told[-1], Simulated)
    return told[-1]


async def test_a_lived_morning(heart: Heart, hub: Hub) -> None:
    """What is recorded is what happened; the policy in force, simulated, comes close; VIPs first is better for them."""
    morning = Morning(heart)
    await morning.live()
    told = await figures(hub, with_vips(hub))
    assert morning.answered + morning.left == CONTACTS == told.contacts
    was, now, new = told.recorded.all, told.published.all, told.new.all
    for one in (was, now, new):
        assert one.contacts is not None
        assert one.contacts.mean == CONTACTS
    row = await heart.pool.fetchrow(
        "SELECT avg(extract(epoch FROM answered_at - created_at))::float8 AS mean, count(answered_at) AS answered,"
        " count(*) FILTER (WHERE answered_at - created_at <= '60 s')::float8 / count(*) AS level FROM interactions")
    assert row is not None
    assert was.mean_wait is not None
    assert was.service_level is not None
    assert was.answered is not None
    assert was.mean_wait.mean == pytest.approx(row["mean"])
    assert was.service_level.mean == pytest.approx(row["level"])
    assert (was.answered.mean, row["answered"]) == (morning.answered, morning.answered)
    assert now.service_level is not None
    assert abs(now.service_level.mean - was.service_level.mean) < 0.1
    assert new.vip_service_level is not None
    assert now.vip_service_level is not None
    assert new.vip_service_level.mean > now.vip_service_level.mean
    assert told.versions == [1]
    again = await figures(hub, with_vips(hub))
    assert again == told, "the same seed, the same figures"


async def test_what_people_refused_and_gave_back_is_done_again(heart: Heart, hub: Hub) -> None:
    morning = Morning(heart, refuses=4)
    await morning.live()
    assert min(morning.declined, morning.given_back) >= 3
    found = await store.day(heart.pool, DAY, DAY + timedelta(days=1), heart.clock(), 100)
    assert sum(len(one["refused"]) for one in found["contacts"]) == morning.declined
    assert sum(len(one["later"]) for one in found["contacts"]) == morning.given_back
    assert {rang for one in found["contacts"] for rang in one["refused"]} == {RINGS}
    told = await figures(hub, None)
    was, now = told.recorded.all, told.published.all
    assert was.mean_wait is not None
    assert now.mean_wait is not None
    off = abs(now.mean_wait.mean / was.mean_wait.mean - 1)
    assert off < 0.15
    assert was.service_level is not None
    assert now.service_level is not None
    assert abs(now.service_level.mean - was.service_level.mean) < 0.1
    work = (await hub[1].job(None, DAY, DAY + timedelta(days=1), 3, 1)).work()
    work["day"]["contacts"] = [{**one, "refused": [], "later": [], "handle": one["handle"] + sum(
        seconds for _, seconds in one["later"])} for one in work["day"]["contacts"]]
    without = compared(work)["published"]["all"]["mean_wait"]["mean"]
    assert abs(without / was.mean_wait.mean - 1) > 2 * off, "a model that knows nothing of it is further off"


async def test_the_same_policy_says_what_the_one_in_force_says_and_replay_agrees(heart: Heart, hub: Hub) -> None:
    await Morning(heart).live()
    told = await figures(hub, None)
    assert told.new == told.published
    assert (await replay(heart.pool, DAY, DAY + timedelta(days=1))).different == 0


async def test_what_a_day_is_made_of(heart: Heart, hub: Hub) -> None:
    """Presence, skills as they were, an offer's ringing, and work that nobody routed."""
    ann = await heart.agent("Ann", skills='{"german": 3}')
    await heart.arrive()
    heart.clock.advance(10)
    offer = await heart.offered(ann)
    heart.clock.advance(RINGS)
    it = await heart.desk.accept(ann, offer)
    heart.clock.advance(100)
    await heart.pool.execute(
        "INSERT INTO agent_edits (agent_id, at, by, before, after) SELECT id, $2, id, to_jsonb(a), to_jsonb(a)"
        " FROM agents a WHERE id = $1", ann.id, heart.clock())  # fmt: skip
    await heart.pool.execute("UPDATE agents SET skills = '{}' WHERE id = $1", ann.id)
    heart.clock.advance(50)
    found = await store.day(heart.pool, DAY, heart.clock(), heart.clock(), 10)
    nine = (START - DAY).total_seconds()
    (one,), (agent,) = found["contacts"], found["staff"]
    assert (one["id"], one["at"], one["answered_at"], one["rings"]) == (str(it), nine, nine + 10 + RINGS, RINGS)
    assert (one["handle"], one["handled"], one["within"], one["asked"]) == (150, False, 60, "support")
    assert [(shift["start"], shift["end"], shift["skills"]) for shift in agent["shifts"]] == [
        (nine, nine + 115, {"german": 3}), (nine + 115, nine + 165, {})]  # fmt: skip
    assert agent["holding"] == []
    later = await store.day(heart.pool, heart.clock() - timedelta(seconds=20), heart.clock(), heart.clock(), 10)
    assert later["contacts"] == []
    assert [(held["start"], held["end"]) for held in later["staff"][0]["holding"]] == [(0, 20)]


async def test_what_cannot_be_simulated_is_said(heart: Heart, hub: Hub) -> None:
    _, simulations = hub
    day = DAY, DAY + timedelta(days=1)
    for since, until, words in (
        (*day, "nobody came"), (day[1], day[0], "after"), (day[0], day[0], "after"),
        (START + timedelta(days=3), START + timedelta(days=4), "past"), (DAY - timedelta(days=40), day[1], "31 days"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=words):
            await simulations.job(None, since, until, 1, 1)
    with pytest.raises(PolicyWrong):
        await simulations.job({"format": 1}, *day, 1, 1)
    for wanted in ("draft", "9", "0", "99999999999"):
        with pytest.raises(NotFound):
            await simulations.document(wanted)
    assert (await simulations.document("1"))["format"] == 1
    heart.clock.advance(60)
    await heart.arrive()
    await heart.arrive()
    heart.clock.advance(60)
    with pytest.raises(Invalid, match="More than 1 contacts"):
        await Simulations(heart.pool, heart.clock, hub[0], most=1).job(None, *day, 1, 1)


async def test_one_at_a_time_and_not_for_ever(heart: Heart, hub: Hub) -> None:
    await heart.arrive()
    heart.clock.advance(60)
    found = await hub[1].job(None, DAY, heart.clock(), 2, 1)
    first = hub[1].run(found)
    assert await anext(first) == 0.25
    with pytest.raises(Busy):
        await anext(hub[1].run(found))
    await first.aclose()
    with pytest.raises(TooLong):
        await anext(Simulations(heart.pool, heart.clock, hub[0], limit=0.0).run(found))
    assert [one async for one in hub[1].run(found)][:-1] == [0.25, 0.5, 0.75, 1]


async def test_a_process_that_breaks_off_is_said() -> None:
    broken = {**job(day(contact(1, 0))), "runs": "many"}
    with pytest.raises(Ended):
        async for _ in simulated(broken, 20.0):
            pass


async def test_the_command(
    heart: Heart, hub: Hub, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await heart.agent("Ann")
    await heart.arrive()
    heart.clock.advance(30)
    monkeypatch.setenv("DATABASE_URL", dsn)
    file = tmp_path / "new.json"
    file.write_text(json.dumps(with_vips(hub)))
    date = f"{DAY:%Y-%m-%d}"

    async def typed(*words: str) -> int:
        options = parser().parse_args(["simulate", *words])
        return int(await options.command(options))

    assert await typed("--policy", str(file), "--runs", "2", date) == 0
    out = capsys.readouterr().out
    assert f"{date} 00:00 to " in out
    calibration = "calibration, the model less what was recorded: answered +1"
    for words in ("1 contacts", calibration, "recorded", "published", "new",
                  "VIP service level", "fairness (Jain)", "\nsupport"):
        assert words in out
    assert await typed("--policy", "1", "--runs", "1", "--json", date, f"{date}T12:00") == 0
    told = Simulated.model_validate_json(capsys.readouterr().out)
    assert told.until == datetime.fromisoformat(f"{date}T12:00+00:00")
    assert told.new == told.published
    file.write_text('{"format": 1}')
    assert await typed("--policy", str(file), date) == 1
    assert "  - " in capsys.readouterr().err
    with pytest.raises(Invalid, match=r"missing\.json"):
        await typed("--policy", str(tmp_path / "missing.json"), date)
    for wrong in ("--policy 1 yesterday", f"--policy 1 --runs 0 {date}", date):
        with pytest.raises(SystemExit):
            parser().parse_args(["simulate", *wrong.split()])
