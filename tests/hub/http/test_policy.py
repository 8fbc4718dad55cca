"""The routing policy over HTTP, as its page uses it: read, drafted, checked, tried, previewed, published, restored."""

from typing import Any

import pytest

from tests.support.hub import Person, RunningHub


@pytest.fixture
async def sue(running_hub: RunningHub) -> Person:
    await running_hub.person("ben", skills={"german": 2})
    return await running_hub.person("sue", "supervisor")


async def in_force(sue: Person) -> dict[str, Any]:
    answer = await sue.get("/api/policy")
    assert answer.status == 200, answer.body
    return dict(answer.body)


def rule(when: str, id: str = "lamps", **place: Any) -> dict[str, Any]:
    return {"id": id, "name": "Lamps", "when": when, "place": {"queue": "sales", **place}}


async def publish(sue: Person, **more: Any) -> Any:
    now = await in_force(sue)
    document = {**now["document"], "skills": ["german"], **more}
    return await sue.post("/api/policy/publish", {"document": document, "base": now["version"], "note": "lamps"})


async def test_without_a_word_the_configuration_is_the_policy(sue: Person) -> None:
    now = await in_force(sue)
    assert (now["version"], now["published_by"], now["draft"]) == (1, None, None)
    assert [queue["id"] for queue in now["document"]["queues"]] == ["sales", "support"]
    assert now["document"]["default"]["queue"] == "support"
    names = {fact["name"]: fact["kind"] for fact in (await sue.get("/api/policy/facts")).body}
    assert (names["vip"], names["form."], names["queue"]) == ("flag", "text", "text")


async def test_agents_neither_see_nor_change_it(running_hub: RunningHub, sue: Person) -> None:
    ben = await running_hub.stranger()
    await ben.log_in("ben")
    assert (await ben.get("/api/policy")).status == 403
    document = (await in_force(sue))["document"]
    assert (await ben.post("/api/policy/publish", {"document": document, "base": 1})).status == 403


async def test_a_published_rule_places_what_comes_and_the_contact_keeps_which(
    running_hub: RunningHub, sue: Person
) -> None:
    answer = await publish(sue, rules=[rule('channel = "form" and text contains "lamp"', priority=2)])
    assert (answer.status, answer.body) == (201, {"version": 2})
    await running_hub.contact(message="My lamp is dark")
    await running_hub.contact(message="Where is my order?")
    rows = await running_hub.parts.pool.fetch(
        "SELECT queue_id, priority, policy_version, rule, placement ->> 'queue' AS placed"
        " FROM interactions ORDER BY created_at, id")
    assert [tuple(row) for row in rows] == [("sales", 2, 2, "lamps", "sales"), ("support", 0, 2, None, "support")]
    versions = (await sue.get("/api/policy/versions")).body
    assert [(one["version"], one["published_by"], one["note"]) for one in versions] == [
        (2, "Sue", "lamps"), (1, None, "")]
    older = (await sue.get("/api/policy/versions/1")).body
    assert older["document"].get("rules", []) == []
    restored = await sue.post("/api/policy/versions/1/restore", {"base": 2, "note": "back"})
    assert (restored.status, restored.body) == (201, {"version": 3})
    assert (await in_force(sue))["from_version"] == 1
    assert (await sue.get("/api/policy/versions/9")).status == 404
    assert (await sue.get("/api/policy/versions/x")).status == 404


async def test_restoring_gives_up_no_draft_that_nobody_was_asked_about(sue: Person) -> None:
    assert (await publish(sue)).status == 201
    saved = await sue.put("/api/policy/draft", {"document": {"a": 1}, "base": 2, "saved_at": None})
    asked = await sue.post("/api/policy/versions/1/restore", {"base": 2})
    assert (asked.status, asked.body["code"], asked.body["draft"]["saved_by"]) == (409, "draft_in_the_way", "Sue")
    other = {"base": 2, "give_up": "2020-01-01T00:00:00Z"}
    assert (await sue.post("/api/policy/versions/1/restore", other)).status == 409, "another draft than the one there"
    assert (await in_force(sue))["version"] == 2
    assert (await in_force(sue))["draft"] is not None
    sure = {"base": 2, "give_up": saved.body["saved_at"]}
    assert (await sue.post("/api/policy/versions/1/restore", sure)).status == 201
    assert (await in_force(sue))["draft"] is None


async def test_what_is_wrong_is_not_published_and_all_of_it_is_said(sue: Person) -> None:
    broken = await publish(sue, rules=[rule("chanel = "), rule('channel = "form"', "x", queue="nowhere")])
    assert (broken.status, broken.body["code"]) == (422, "policy_wrong")
    assert [one["path"] for one in broken.body["problems"]] == ["rules[0].when", "rules[1].place.queue"]
    unserved = await publish(sue, rules=[rule('channel = "form"', require="german >= 4")])
    assert [one["code"] for one in unserved.body["findings"]] == ["placement_unserved"]
    stranger = {"id": "legal"}
    queues = (await in_force(sue))["document"]["queues"]
    unknown = await publish(sue, queues=[*queues, stranger])
    assert [one["text"] for one in unknown.body["problems"]] == ["there is no queue 'legal' in the configuration"]
    assert (await in_force(sue))["version"] == 1
    checked = (await sue.post("/api/policy/check", {"document": {"format": 1}})).body
    assert (checked["digest"], bool(checked["problems"])) == (None, True)


async def test_two_who_publish_upon_the_same_version_do_not_overwrite_one_another(sue: Person) -> None:
    now = await in_force(sue)
    body = {"document": now["document"], "base": now["version"], "note": "first"}
    assert (await sue.post("/api/policy/publish", body)).status == 201
    late = await sue.post("/api/policy/publish", body)
    assert (late.status, late.body["code"]) == (409, "policy_moved")


async def test_the_draft_is_shared_and_never_overwritten_unseen(running_hub: RunningHub, sue: Person) -> None:
    tom = await running_hub.person("tom", "supervisor")
    mine = await sue.put("/api/policy/draft", {"document": {"a": 1}, "base": 1, "saved_at": None})
    assert mine.status == 200
    late = await tom.put("/api/policy/draft", {"document": {"b": 1}, "base": 1, "saved_at": None})
    assert (late.status, late.body["code"]) == (409, "draft_moved")
    assert (late.body["draft"]["document"], late.body["draft"]["saved_by"]) == ({"a": 1}, "Sue")
    upon = {"document": {"b": 1}, "base": 1, "saved_at": mine.body["saved_at"]}
    theirs = await tom.put("/api/policy/draft", upon)
    assert theirs.status == 200
    assert (await in_force(sue))["draft"]["document"] == {"b": 1}
    assert (await sue.ask("DELETE", "/api/policy/draft", {"saved_at": mine.body["saved_at"]})).status == 204
    assert (await in_force(sue))["draft"] is not None, "what another one saved since stays"
    await sue.ask("DELETE", "/api/policy/draft", {"saved_at": theirs.body["saved_at"]})
    assert (await in_force(sue))["draft"] is None
    gone = await tom.put("/api/policy/draft", upon | {"saved_at": theirs.body["saved_at"]})
    assert (gone.status, gone.body["draft"]) == (409, None)


async def test_an_example_shows_the_rule_and_why_not_the_earlier_ones(running_hub: RunningHub, sue: Person) -> None:
    document = (await in_force(sue))["document"] | {"rules": [
        rule('channel = "email" and subject contains "invoice"', "invoices"), rule('language = "de"', "german")]}
    facts = {"channel": "email", "subject": "Hello", "language": "de"}
    tried = (await sue.post("/api/policy/try", {"document": document, "facts": facts})).body
    assert (tried["rule"], tried["placement"]["queue"]) == ("german", "sales")
    [passed] = tried["passed_over"]
    assert (passed["rule"], passed["unmet"]) == (
        "invoices", [{"test": 'subject contains "invoice"', "found": "Hello"}])
    await running_hub.contact(message="Hello")
    [card] = (await cards_of(running_hub))
    of_contact = (await sue.post("/api/policy/try", {"interaction_id": str(card), "document": document})).body
    assert (of_contact["facts"]["channel"], of_contact["facts"]["text"]) == ("form", "Hello")
    wrong = await sue.post("/api/policy/try", {"facts": {"chanel": "x", "vip": "yes"}})
    assert (wrong.status, sorted(wrong.body["fields"])) == (422, ["chanel", "vip"])


async def cards_of(hub: RunningHub) -> list[Any]:
    return [row["id"] for row in await hub.parts.pool.fetch("SELECT id FROM interactions")]


async def test_the_preview_names_who_would_stand_elsewhere(running_hub: RunningHub, sue: Person) -> None:
    for text in ("first", "second", "a lamp"):
        await running_hub.contact(message=text)
    document = (await in_force(sue))["document"] | {"rules": [
        rule('text contains "lamp"', priority=10, queue="support")]}
    found = (await sue.post("/api/policy/preview", {"document": document})).body
    assert found["total"] == 3
    [lamp] = [one for one in found["items"] if one["rule"] == "lamps"]
    assert (lamp["before"], lamp["after"]) == ({"queue": "support", "place": 3}, {"queue": "support", "place": 1})


async def test_what_an_agent_may_be_given_is_changed_upon_what_was_read(running_hub: RunningHub, sue: Person) -> None:
    ben = next(one for one in (await sue.get("/api/agents")).body if one["login"] == "ben")
    path = f"/api/agents/{ben['id']}/work"
    work = {"skills": {"german": 3}, "queues": ["sales"], "capacity": 60, "limits": {"webchat": 2},
            "version": ben["version"]}
    changed = await sue.put(path, work)
    assert changed.status == 200, changed.body
    assert {name: changed.body[name] for name in ("skills", "queues", "capacity", "limits")} == {
        name: work[name] for name in ("skills", "queues", "capacity", "limits")}
    late = await sue.put(path, work)
    assert (late.status, late.body["code"]) == (409, "moved")
    wrong = await sue.put(path, work | {"version": changed.body["version"], "queues": ["x"], "limits": {"fax": 1}})
    assert (wrong.status, wrong.body["fields"]) == (422, {"queues.x": "unknown", "limits.fax": "unknown"})
    assert (await sue.put(path, work | {"skills": {"german": 9}})).status == 422
    [edit] = await running_hub.parts.pool.fetch("SELECT before ->> 'capacity', after ->> 'capacity' FROM agent_edits")
    assert tuple(edit) == ("100", "60")
    anna = await running_hub.person("anna")
    assert (await anna.put(path, work)).status == 403


async def test_supervisors_mark_customers_and_agents_see_it(running_hub: RunningHub, sue: Person) -> None:
    await running_hub.contact()
    (customer,) = (await sue.get("/api/customers")).body["items"]
    ben = await running_hub.stranger()
    await ben.log_in("ben")
    path, wanted = f"/api/customers/{customer['id']}/marks", {"vip": True, "segments": ["gold"], "version": 1}
    assert (await ben.ask("PUT", path, wanted)).status == 403
    assert (await sue.put(path, wanted | {"segments": ["a,b"]})).status == 422
    assert (await sue.put(path, wanted)).status == 200
    assert (await sue.put(path, wanted)).status == 409, "of the version that was read"
    seen = (await ben.get(f"/api/customers/{customer['id']}")).body
    assert (seen["marks"]["vip"], seen["marks"]["segments"]) == (True, ["gold"])
    assert [card["vip"] for card in seen["open"]] == [True]
