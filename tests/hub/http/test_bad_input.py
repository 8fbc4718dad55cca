"""What callers get wrong, by accident or on purpose: a clear answer, and never a 500."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.support.hub import Person, RunningHub


async def send(person: Person, body: bytes, kind: str = "application/json") -> tuple[int, str, str]:
    answer = await person.put("/api/presence", data=body, headers={"Content-Type": kind})
    return answer.status, answer.body["code"], answer.body["detail"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"state": "available"', "line 1, column 22"),
        (b"", "line 1, column 1"),
        (b'{"state": NaN}', "NaN"),
        (b"\xff\xfe\x00", "not UTF-8: byte 0"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"state": ' + b"9" * 5000 + b"}", "number that is too long"),
    ],
)
async def test_malformed_json_says_where(running_hub: RunningHub, body: bytes, says: str) -> None:
    anna = await running_hub.person("anna")
    status, code, detail = await send(anna, body)
    assert (status, code) == (400, "invalid_json")
    assert says in detail


async def test_wrong_content_type(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        assert (await send(anna, b'{"state": "available"}', kind))[:2] == (415, "wrong_type")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_huge_body_is_refused_before_it_is_read(running_hub: RunningHub, *, chunked: bool) -> None:
    anna = await running_hub.person("anna")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 50_000

    answer = await anna.put("/api/presence", data=pieces() if chunked else b" " * 2_000_000,
                            headers={"Content-Type": "application/json"})
    assert (answer.status, answer.body["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "state"), ({"state": "asleep"}, "state"), ({"state": "break", "reason": "x" * 501}, "reason"),
        ({"state": "break", "more": 1}, "more"), ({"state": ["break"]}, "state"), ([], "body"), (None, "body"),
        ("text", "body"), (7, "body"),
    ],
)
async def test_wrong_fields_are_named_and_nothing_of_them_is_repeated(
    running_hub: RunningHub, body: object, field: str
) -> None:
    anna = await running_hub.person("anna")
    answer = await anna.put("/api/presence", data=json.dumps(body).encode(),
                            headers={"Content-Type": "application/json"})
    assert (answer.status, answer.body["code"]) == (422, "invalid")
    assert list(answer.body["fields"]) == [field]
    assert "x" * 20 not in answer.raw.decode()


NOBODY = "0190b6f0-0000-7000-8000-000000000000"


@pytest.mark.parametrize("path", ["/api/interactions/nonsense", f"/api/interactions/{NOBODY}",
                                  f"/api/customers/{NOBODY}", f"/api/files/{NOBODY}", "/api/nothing", "/nothing",
                                  f"/api/customers/{NOBODY}/timeline/more", "/api/interactions/%00"])
async def test_what_is_not_there(running_hub: RunningHub, path: str) -> None:
    anna = await running_hub.person("anna")
    answer = await anna.get(path)
    assert (answer.status, answer.body["code"]) == (404, "not_found")


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1000000", "state=asleep", "nope=1", "agent=7",
                                   "after=made-up", "after=2026-01-01T00:00:00~x", "order=line", "order=age&order=line",
                                   "order=line&state=queued&after=-1", "order=line&state=queued&channel=form"])
async def test_wrong_queries(running_hub: RunningHub, query: str) -> None:
    anna = await running_hub.person("anna")
    answer = await anna.get(f"/api/interactions?{query}")
    assert (answer.status, answer.body["code"]) == (422, "invalid")


@pytest.mark.parametrize("version", [-1, 0, 2**31, 2**63])
async def test_a_version_that_no_database_column_holds(running_hub: RunningHub, version: int) -> None:
    anna = await running_hub.person("anna")
    answer = await anna.ask("PATCH", f"/api/customers/{NOBODY}", {"name": "Mia", "version": version})
    assert (answer.status, list(answer.body["fields"])) == (422, ["version"])


async def test_the_wrong_method_is_told_which_are_right(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    answer = await anna.ask("DELETE", "/api/presence")
    assert answer.status == 405
    assert "PUT" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "text",
    ["NUL \x00 here", "lone \ud83d surrogate", "مرحبا بالعالم", "👩‍👩‍👧 emoji", "<script>alert(1)</script>",
     "'; DROP TABLE touches; --", "\u202egnitset\u202c", "客户说：订单在哪里？"],
)
async def test_strange_text_arrives_and_stays_text(running_hub: RunningHub, text: str) -> None:
    anna, ears = await running_hub.ready_agent("anna")
    await running_hub.contact()
    offer = await ears.until("card", lambda event: event["card"] and event["card"]["offer_id"])
    accepted = await anna.post(f"/api/offers/{offer['card']['offer_id']}/accept")
    assert accepted.status == 200, accepted.body

    body = json.dumps({"id": str(uuid4()), "text": text}).encode()
    noted = await anna.post(f"/api/interactions/{offer['id']}/notes", data=body,
                            headers={"Content-Type": "application/json"})

    assert noted.status == 201, noted.body
    kept = text.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")
    opened = await anna.get(f"/api/interactions/{offer['id']}")
    assert kept in [touch["text"] for touch in opened.body["touches"]]
