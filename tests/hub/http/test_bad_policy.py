"""What administrators may get wrong in the routing policy, over HTTP: said what, where, what to do; nothing is lost."""

from typing import Any

import pytest

from tests.hub.http.test_policy import in_force, publish, rule
from tests.support.hub import Person, RunningHub
from tests.support.waiting import until

NEVER = {"never": {"zone": "UTC", "week": {}}}
ON = {"nobody_logged_in": {"to": "queue", "queue": "sales"}}
BACK = {"nobody_logged_in": {"to": "queue", "queue": "support"}}


@pytest.fixture
async def boss(running_hub: RunningHub) -> Person:
    await running_hub.person("ben", skills={"german": 2})
    return await running_hub.person("ada", "admin")


@pytest.mark.parametrize(("wrong", "said"), [
    ({"rules": [rule('channel = "form" and channel = "email"')]}, ("rules[0].when", "rule_never_holds")),
    ({"rules": [rule('channel = "form"', "a"), rule('channel = "form" and vip', "b")]},
     ("rules[1].when", "rule_unreachable")),
    ({"queues": [{"id": "support", "overflow": ON}, {"id": "sales", "overflow": BACK}]},
     ("queues[0].overflow", "overflow_loop")),
    ({"rules": [rule('channel = "form"', require="klingon >= 3")]}, ("rules[0].place.require", "unknown_skill")),
    ({"queues": [{"id": "support", "calendar": "gone"}, {"id": "sales"}]}, ("queues[0].calendar", "there is no")),
    ({"calendars": NEVER, "slas": {"fast": {"version": 1, "calendar": "never", "first_response_minutes": -5}},
      "promises": [{"sla": "fast"}]}, ("slas.fast.first_response_minutes", "from 1 to")),
    ({"ladders": [{"id": "up", "steps": [{"queue": "nowhere"}]}]}, ("ladders[0].steps[0].queue", "nowhere")),
    ({"rules": [rule('channel = "form"', "a"), rule('channel = "email"', "a")]}, ("rules[1].id", "there already")),
    ({"rules": [rule("vip", f"r{n}") for n in range(10_001)]}, ("rules", "at most 10000")),
], ids=lambda one: one[1] if isinstance(one, tuple) else "")
async def test_what_cannot_be_meant_is_refused_with_its_place(
        running_hub: RunningHub, boss: Person, wrong: dict[str, Any], said: tuple[str, str]) -> None:
    await running_hub.contact()
    answer = await publish(boss, **wrong)
    assert (answer.status, answer.body["code"]) == (422, "policy_wrong")
    assert "publish again" in answer.body["detail"]
    told = [(one["path"], one["text"]) for one in answer.body["problems"]]
    told += [(one["path"], one["code"]) for one in answer.body["findings"]]
    assert [path for path, text in told if path == said[0] and said[1] in text] == [said[0]]
    assert (await in_force(boss))["version"] == 1
    rows = await running_hub.parts.pool.fetch("SELECT state, queue_id, policy_version FROM interactions")
    assert [tuple(row) for row in rows] == [("queued", "support", 1)]


async def test_an_empty_calendar_is_warned_of_and_work_is_still_done(running_hub: RunningHub, boss: Person) -> None:
    now = await in_force(boss)
    queues = [{"id": "support", "calendar": "never"}, {"id": "sales"}]
    document = {**now["document"], "skills": ["german"], "calendars": NEVER, "queues": queues}
    findings = (await boss.post("/api/policy/check", {"document": document})).body["findings"]
    [never] = [one for one in findings if one["code"] == "calendar_never_opens"]
    assert (never["severity"], never["path"], never["data"]) == ("warning", "calendars.never", {"calendar": "never"})
    assert (await publish(boss, calendars=NEVER, queues=queues)).status == 201
    await running_hub.contact()
    _, ears = await running_hub.ready_agent("anna")
    await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")


async def test_ten_thousand_rules_place_and_a_policy_published_while_it_rings_takes_no_offer_away(
        running_hub: RunningHub, boss: Person) -> None:
    anna, ears = await running_hub.ready_agent("anna")
    await running_hub.contact()
    card = (await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered"))["card"]
    rules = [rule(f'text contains "case {n}."', f"r{n}") for n in range(9_999)]
    answer = await publish(boss, rules=[*rules, rule('channel = "form"', "all")])
    assert (answer.status, answer.body) == (201, {"version": 2})
    assert (await anna.post(f"/api/offers/{card['offer_id']}/accept")).status == 200
    await running_hub.contact(message="This is case 9998.")
    rows = await running_hub.parts.pool.fetch(
        "SELECT state, queue_id, policy_version, rule FROM interactions ORDER BY created_at, id")
    assert [tuple(row) for row in rows] == [
        ("active", "support", 1, None), ("queued", "sales", 2, "r9998")]


async def test_an_agent_without_capacity_gets_nothing_and_the_wait_says_why(
        running_hub: RunningHub, boss: Person) -> None:
    anna, _ = await running_hub.ready_agent("anna")
    agent = next(one for one in (await boss.get("/api/agents")).body if one["login"] == "anna")
    work = {"skills": {}, "queues": ["support"], "capacity": 0, "limits": {}, "version": agent["version"]}
    assert (await boss.put(f"/api/agents/{agent['id']}/work", work)).status == 200
    await running_hub.contact()
    it = await running_hub.parts.pool.fetchval("SELECT id FROM interactions")
    reasons = (await boss.get(f"/api/interactions/{it}/why")).body["reasons"]
    assert {"code": "over_capacity", "data": {"agents": 1}} in reasons
    assert not await running_hub.parts.pool.fetch("SELECT FROM offers")
    full = work | {"capacity": 100, "version": agent["version"] + 1}
    assert (await boss.put(f"/api/agents/{agent['id']}/work", full)).status == 200
    assert (await anna.get("/api/desk")).status == 200
    await until(lambda: running_hub.parts.pool.fetchval("SELECT count(*) FROM offers"))
