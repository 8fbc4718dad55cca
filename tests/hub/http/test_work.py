"""Every verb of the desk over HTTP, as a console uses it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.support.hub import Ears, Person, RunningHub


async def offered(ears: Ears) -> dict[str, Any]:
    event = await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
    return dict(event["card"])


async def working(hub: RunningHub, login: str = "anna") -> tuple[Person, str]:
    """An agent who has accepted a contact, and its path."""
    agent, ears = await hub.ready_agent(login)
    await hub.contact()
    card = await offered(ears)
    answer = await agent.post(f"/api/offers/{card['offer_id']}/accept")
    assert answer.status == 200, answer.body
    return agent, f"/api/interactions/{card['id']}"


async def test_one_contact_from_form_to_done(running_hub: RunningHub) -> None:
    anna, path = await working(running_hub)
    note = {"id": str(uuid4()), "text": "Called the depot."}

    first, again = await anna.post(f"{path}/notes", note), await anna.post(f"{path}/notes", note)
    assert (first.status, again.status) == (201, 200)
    assert first.body["id"] == again.body["id"]
    assert first.body["note"] is True
    assert (await anna.post(f"{path}/notes", note | {"text": "Other"})).body["code"] == "conflict"

    assert (await anna.put(f"{path}/draft", {"kind": "note", "text": "half a"})).body == {"others": []}
    [kept] = (await anna.get(path)).body["drafts"]["note"]
    assert kept["text"] == "half a"
    elsewhere = {"kind": "note", "text": "other", "sheet": str(uuid4())}
    assert (await anna.put(f"{path}/draft", elsewhere)).body == {"others": [kept]}
    replacing = elsewhere | {"replaces": {kept["sheet"]: kept["version"]}}
    assert (await anna.put(f"{path}/draft", replacing)).body == {"others": []}
    assert (await anna.put(f"{path}/draft", elsewhere | {"text": ""})).body == {"others": []}
    assert (await anna.put(f"{path}/draft", elsewhere | {"replaces": {kept["sheet"]: "new"}})).status == 422
    assert (await anna.post(f"{path}/read")).status == 204
    opened = (await anna.get(path)).body
    assert (opened["drafts"], opened["card"]["unread"], opened["can_reply"]) == ({}, 0, False)

    assert (await anna.post(f"{path}/end")).body["state"] == "wrapping"
    assert (await anna.post(f"{path}/extend")).body["state"] == "wrapping"
    wrong = await anna.post(f"{path}/wrap-up", {"disposition": "nonsense"})
    assert (wrong.status, wrong.body["fields"]) == (422, {"disposition": "unknown"})
    done = await anna.post(f"{path}/wrap-up", {"disposition": "solved", "note": "All good."})
    assert (done.status, done.body["state"], done.body["disposition"]) == (200, "done", "solved")

    kinds = [touch["kind"] for touch in (await anna.get(path)).body["touches"]]
    assert [kind for kind in kinds if kind not in ("read", "seen", "extended")] == [
        "received", "offered", "accepted", "noted", "ended", "noted", "wrapped_up"]
    customer = (await anna.get(path)).body["customer"]["id"]
    timeline = (await anna.get(f"/api/customers/{customer}/timeline?limit=2")).body
    assert timeline["items"][0]["kind"] == "wrapped_up"
    rest = (await anna.get(f"/api/customers/{customer}/timeline", params={"after": timeline["next"]})).body
    assert {one["id"] for one in rest["items"]}.isdisjoint({one["id"] for one in timeline["items"]})
    noted = (await anna.get(f"/api/customers/{customer}/timeline?kind=noted&kind=ended")).body["items"]
    assert {one["kind"] for one in noted} == {"noted", "ended"}


async def test_two_agents_accept_at_once_and_somebody_elses_item_stays_his(running_hub: RunningHub) -> None:
    anna, path = await working(running_hub)
    ben = await running_hub.person("ben")

    for verb, body in (("end", None), ("park", {"until": later(1)}), ("wait", {"minutes": 5}),
                       ("requeue", {"reason": "mine"}), ("wrap-up", {"disposition": "solved"})):
        answer = await ben.post(f"{path}/{verb}", body)
        assert answer.status in (403, 409), (verb, answer.body)
        assert answer.body["code"] in ("not_yours", "wrong_state"), verb
    answer = await ben.post(f"{path}/claim", json={})
    assert (answer.status, answer.body["code"]) == (409, "taken")
    assert (await anna.get(path)).body["card"]["agent_id"] == anna.id


async def test_an_offer_is_for_one_agent(running_hub: RunningHub) -> None:
    anna, ears = await running_hub.ready_agent("anna")
    ben = await running_hub.person("ben")
    await running_hub.contact()
    offer = f"/api/offers/{(await offered(ears))['offer_id']}"

    refused = await ben.post(f"{offer}/accept")
    assert (refused.status, refused.body["code"]) == (403, "not_yours")
    assert (await anna.post(f"{offer}/accept")).status == 200
    again = await anna.post(f"{offer}/accept")
    assert (again.status, again.body["state"]) == (200, "active")


async def test_decline_needs_a_reason_and_gives_it_back(running_hub: RunningHub) -> None:
    anna, ears = await running_hub.ready_agent("anna")
    await running_hub.contact()
    card = await offered(ears)
    offer = f"/api/offers/{card['offer_id']}"

    assert (await anna.post(f"{offer}/decline", {})).status == 422
    assert (await anna.post(f"{offer}/decline", {"reason": "not my language"})).status == 204
    late = await anna.post(f"{offer}/accept")
    assert (late.status, late.body["code"]) == (409, "withdrawn")
    gone = await ears.until("card", lambda one: one["id"] == card["id"] and one["card"] is None)
    assert gone["touch"]["kind"] == "declined"
    listed = (await anna.get("/api/interactions?state=queued&state=offered")).body
    assert [one["id"] for one in listed["items"]] == [card["id"]]
    reasons = (await anna.get(f"/api/interactions/{card['id']}/why")).body["reasons"]
    assert reasons

    # nobody else is there: she takes it herself
    claimed = await anna.post(f"/api/interactions/{card['id']}/claim", json={})
    assert (claimed.status, claimed.body["state"], claimed.body["agent_id"]) == (200, "active", anna.id)


async def test_set_aside_and_taken_back(running_hub: RunningHub) -> None:
    anna, path = await working(running_hub)
    parked = await anna.post(f"{path}/park", {"until": later(60), "reason": "until the parts are here"})
    assert (parked.status, parked.body["state"]) == (200, "parked")
    assert [card["state"] for card in (await anna.get("/api/desk")).body["cards"]] == ["parked"]
    assert (await anna.post(f"{path}/resume")).body["state"] == "active"
    assert (await anna.post(f"{path}/wait", {"minutes": 30})).body["state"] == "waiting"
    assert (await anna.post(f"{path}/resume")).body["state"] == "active"
    past = await anna.post(f"{path}/park", {"until": later(-1)})
    assert (past.status, past.body["fields"]) == (422, {"until": "in_the_past"})


async def test_given_to_another_queue_and_prioritised(running_hub: RunningHub) -> None:
    anna, path = await working(running_hub)
    sofia = await running_hub.person("sofia", role="supervisor")
    assert (await anna.post(f"{path}/requeue", {"reason": "a sale", "queue": "nope"})).status == 422
    moved = await anna.post(f"{path}/requeue", {"reason": "a sale", "queue": "sales"})
    assert (moved.status, moved.body["queue"]) == (200, "sales")
    refused = await anna.post(f"{path}/priority", {"priority": 5, "reason": "mine"})
    assert (refused.status, refused.body["code"]) == (403, "forbidden")
    raised = await sofia.post(f"{path}/priority", {"priority": 5, "reason": "a regular"})
    assert (raised.status, raised.body["priority"]) == (200, 5)


async def test_log_a_contact_with_a_file_and_find_it_again(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    kept = await upload(anna, "照片.png", picture, "image/png")
    fake = await upload(anna, "invoice.png", b"MZ\x90\x00 this program", "image/png")
    assert (kept.status, kept.body["inline"], fake.body["inline"]) == (200, True, False)
    entry = {"id": str(uuid4()), "kind": "fax", "name": "Li Wei", "phone": "+86 10 5555 0123", "at": later(-300),
             "text": "传真：订单在哪里？", "files": [kept.body["id"], fake.body["id"]], "follow_up": "support"}

    logged = await anna.post("/api/contacts", entry)
    again = await anna.post("/api/contacts", entry)

    assert logged.status == again.status == 200, logged.body
    assert logged.body["id"] == again.body["id"]
    hits = (await anna.get("/api/search", params={"q": "订单"})).body
    assert [hit["interaction_id"] for hit in hits] == [logged.body["id"]]
    shown = await anna.get(f"/api/files/{kept.body['id']}")
    assert (shown.raw, shown.headers["Content-Type"]) == (picture, "image/png")
    hidden = await anna.get(f"/api/files/{fake.body['id']}")
    assert hidden.headers["Content-Disposition"].startswith("attachment")
    assert hidden.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in hidden.headers["Content-Security-Policy"]


async def test_customers_are_found_shown_and_corrected(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    await running_hub.contact(name="Mia Müller", email="mia@example.com")
    found = (await anna.get("/api/customers", params={"q": "müll"})).body["items"]
    assert [one["name"] for one in found] == ["Mia Müller"]
    path, version = f"/api/customers/{found[0]['id']}", found[0]["version"]
    assert (await anna.get(path)).body["addresses"][0]["value"] == "mia@example.com"

    body = {"name": "Mia Maier", "language": "en", "version": version}
    changed = await anna.ask("PATCH", path, body)
    assert (changed.status, changed.body["name"]) == (200, "Mia Maier")
    stale = await anna.ask("PATCH", path, body)
    assert stale.status == 409


async def test_what_a_screen_starts_with(running_hub: RunningHub) -> None:
    sofia = await running_hub.person("sofia", role="supervisor")
    await running_hub.contact()
    snapshot = (await sofia.get("/api/desk")).body
    assert [queue["id"] for queue in snapshot["queues"]] == ["support", "sales"]
    assert (await sofia.get("/api/queues")).body == snapshot["queues"]
    assert [one["login"] for one in (await sofia.get("/api/agents")).body] == ["sofia"]
    floor = (await sofia.get("/api/floor")).body
    assert floor["figures"][0]["waiting"] == 1
    book = (await sofia.get("/api/ledger")).body
    assert (book["unaccounted"], book["misplaced"]) == (0, [])
    assert [(row["source"], row["stored"]) for row in book["rows"]] == [("form:contact", 1)]


@pytest.mark.parametrize("field", ["text", "avatar"])
async def test_an_upload_without_its_file_is_refused(running_hub: RunningHub, field: str) -> None:
    anna = await running_hub.person("anna")
    answer = await upload(anna, "x.txt", b"x", "text/plain", field)
    assert (answer.status, answer.body["fields"]) == (422, {"file": "missing"})
    assert (await anna.post("/api/files", {"file": "x"})).status == 415


async def upload(person: Person, name: str, content: bytes, kind: str, field: str = "file") -> Any:
    form = aiohttp.FormData()
    form.add_field(field, content, filename=name, content_type=kind)
    return await person.post("/api/files", data=form)


def later(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


async def test_a_step_up_by_hand_needs_a_ladder_and_its_holder(running_hub: RunningHub) -> None:
    anna, path = await working(running_hub)
    assert (await anna.post(f"{path}/escalate", {})).status == 422
    answer = await anna.post(f"{path}/escalate", {"reason": "needs an expert"})
    assert (answer.status, answer.body["code"]) == (409, "no_step")
    assert (await anna.post(f"/api/interactions/{uuid4()}/escalate", {"reason": "who?"})).status == 404
