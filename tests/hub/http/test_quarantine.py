"""Quarantine: what could not be understood is kept, counted, tried again or dismissed; the sum stays right."""

from typing import Any
from uuid import uuid4

import pytest

from channels.base import Entry
from tests.support.hub import Person, RunningHub, a_hub

MAILBOX = {"id": "support", "address": "support@example.org"}
RAW = (b"From: Mia <mia@example.com>\r\nTo: support@example.org\r\nSubject: Bike\r\nMessage-ID: <1@example.com>\r\n"
       b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n\r\nMy chain broke\r\n")
REPORT = (b"From: mailer-daemon@mx.example.com\r\nTo: support@example.org\r\nSubject: Undelivered\r\n"
          b"Message-ID: <9@mx.example.com>\r\n"
          b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
          b"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
          b"Final-Recipient: rfc822; x@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n")


@pytest.fixture
async def hub(dsn: str) -> Any:
    async with a_hub(dsn, mailboxes=[MAILBOX]) as running:
        yield running


@pytest.fixture
async def sofia(hub: RunningHub) -> Person:
    return await hub.person("sofia", "supervisor")


async def put_aside(hub: RunningHub, raw: bytes, reason: str = "ValueError", uid: int = 1) -> None:
    """As after three attempts at a mail of the mailbox."""
    ledger = hub.parts.mailboxes.mailboxes.ledger("support")
    assert ledger is not None
    await ledger.begin(7, 0)
    await ledger.failed(Entry("support", 7, uid), reason)
    await ledger.quarantined(Entry("support", 7, uid), raw, reason)


async def only(sofia: Person) -> dict[str, Any]:
    page = (await sofia.get("/api/quarantine")).body
    assert page["total"] == len(page["items"]) == 1, page
    found: dict[str, Any] = page["items"][0]
    return found


async def balance(sofia: Person) -> tuple[int, int, dict[str, int]]:
    """Unaccounted, undecided, and what became of all that arrived."""
    book = (await sofia.get("/api/ledger")).body
    sums = {name: sum(row[name] for row in book["rows"])
            for name in ("received", "stored", "duplicate", "quarantined", "refused")}
    return book["unaccounted"], book["undecided"], sums


async def uid(hub: RunningHub) -> str:
    return str(await hub.parts.pool.fetchval("SELECT outcome FROM mailbox_uids"))


async def test_what_lies_in_quarantine_is_seen_counted_and_downloaded(hub: RunningHub, sofia: Person) -> None:
    await put_aside(hub, RAW)
    row = await only(sofia)
    assert (row["source"], row["reason"], row["size"]) == ("mail:support", "ValueError", len(RAW))
    answer = await sofia.get(f"/api/quarantine/{row['id']}/raw")
    assert (answer.raw, answer.headers["Content-Type"]) == (RAW, "application/octet-stream")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert await balance(sofia) == (0, 1, {"received": 1, "stored": 0, "duplicate": 0, "quarantined": 1, "refused": 0})
    assert (await sofia.get("/healthz")).body["quarantine"] == 1
    assert "hub_quarantine 1.0" in (await sofia.get("/metrics")).body
    assert (await sofia.get("/api/floor")).body["ledger"]["undecided"] == 1


async def test_tried_again_it_becomes_work_and_the_mailbox_knows(hub: RunningHub, sofia: Person) -> None:
    await put_aside(hub, RAW)
    path = f"/api/quarantine/{(await only(sofia))['id']}/again"
    answer = await sofia.post(path)
    assert (answer.status, answer.body["outcome"]) == (200, "stored")
    shown = (await sofia.get(f"/api/interactions/{answer.body['interaction_id']}")).body
    assert shown["card"]["subject"] == "Bike"
    assert await uid(hub) == "stored"
    assert await balance(sofia) == (0, 0, {"received": 2, "stored": 1, "duplicate": 0, "quarantined": 1, "refused": 0})
    assert (await sofia.get("/api/quarantine")).body == {"items": [], "next": None, "total": 0}
    late = await sofia.post(path)
    assert (late.status, late.body["code"]) == (409, "decided")


async def test_tried_again_a_report_of_a_mail_that_was_never_ours_leaves_the_list(
    hub: RunningHub, sofia: Person
) -> None:
    await put_aside(hub, REPORT)
    answer = await sofia.post(f"/api/quarantine/{(await only(sofia))['id']}/again")
    assert answer.body == {"outcome": "refused", "interaction_id": None}
    assert await balance(sofia) == (0, 0, {"received": 2, "stored": 0, "duplicate": 0, "quarantined": 1, "refused": 1})
    assert (await sofia.get("/healthz")).body["quarantine"] == 0


async def test_after_a_crash_in_between_trying_again_doubles_nothing(hub: RunningHub, sofia: Person) -> None:
    await put_aside(hub, RAW)
    row = await only(sofia)
    first = await sofia.post(f"/api/quarantine/{row['id']}/again")
    await hub.parts.pool.execute("UPDATE arrivals SET decision = NULL, decided_at = NULL")  # it did not come so far
    again = await sofia.post(f"/api/quarantine/{row['id']}/again")
    assert (again.body["outcome"], again.body["interaction_id"]) == ("duplicate", first.body["interaction_id"])
    assert await balance(sofia) == (0, 0, {"received": 3, "stored": 1, "duplicate": 1, "quarantined": 1, "refused": 0})


async def test_what_the_mailbox_gave_in_part_only_is_fetched_anew(hub: RunningHub, sofia: Person) -> None:
    await put_aside(hub, b"", "no_data")
    answer = await sofia.post(f"/api/quarantine/{(await only(sofia))['id']}/again")
    assert answer.body == {"outcome": "fetched", "interaction_id": None}
    assert await hub.parts.pool.fetchval("SELECT count(*) FROM mailbox_uids") == 0  # so it is found missing
    assert await hub.parts.pool.fetchval("SELECT asked_at FROM mailbox_states") is not None
    assert (await balance(sofia))[:2] == (0, 0)


async def test_a_mail_that_was_understood_and_could_not_be_stored_finds_its_place_in_the_mailbox(
    hub: RunningHub, sofia: Person
) -> None:
    await put_aside(hub, RAW, "not_stored:22021")
    await hub.parts.pool.execute("UPDATE arrivals SET natural_key = '<1@example.com> x'")  # as the heart names it
    await sofia.post(f"/api/quarantine/{(await only(sofia))['id']}/again")
    assert await uid(hub) == "stored"


async def test_dismissed_with_a_reason_it_stays_in_the_ledger_as_what_it_was(hub: RunningHub, sofia: Person) -> None:
    await put_aside(hub, b"\0\0")
    row = await only(sofia)
    assert (await sofia.post(f"/api/quarantine/{row['id']}/dismiss", {"reason": "spam"})).status == 204
    assert await balance(sofia) == (0, 0, {"received": 1, "stored": 0, "duplicate": 0, "quarantined": 1, "refused": 0})
    kept = await hub.parts.pool.fetchrow("SELECT decision, decision_reason, decided_by FROM arrivals")
    assert kept is not None
    assert (kept["decision"], kept["decision_reason"], str(kept["decided_by"])) == ("dismissed", "spam", sofia.id)
    assert (await sofia.get(f"/api/quarantine/{row['id']}/raw")).raw == b"\0\0"
    late = await sofia.post(f"/api/quarantine/{row['id']}/dismiss", {"reason": "twice"})
    assert (late.status, late.body["code"]) == (409, "decided")


async def test_only_mails_of_a_mailbox_that_is_there_can_be_tried_again(hub: RunningHub, sofia: Person) -> None:
    for source in ("form:contact", "mail:gone"):
        await hub.parts.intake.quarantine(source, "key", b"raw", "text/plain", "odd")
    codes = [(await sofia.post(f"/api/quarantine/{row['id']}/again")).body["code"]
             for row in (await sofia.get("/api/quarantine")).body["items"]]
    assert sorted(codes) == ["no_mail", "no_mailbox"]


async def test_pages_follow_one_another_the_newest_first(hub: RunningHub, sofia: Person) -> None:
    for number in range(5):
        await hub.parts.intake.quarantine("form:contact", str(number), b"raw", "text/plain", "odd")
    seen, after = [], None
    while True:
        page = (await sofia.get("/api/quarantine", params={"limit": 2, **({"after": after} if after else {})})).body
        seen += [row["natural_key"] for row in page["items"]]
        assert page["total"] == 5
        if (after := page["next"]) is None:
            break
    assert seen == ["4", "3", "2", "1", "0"]


async def test_agents_may_not_and_what_is_not_there_is_not_found(hub: RunningHub, sofia: Person) -> None:
    anna = await hub.person("anna")
    for method, path in (("GET", ""), ("GET", f"/{uuid4()}/raw"), ("POST", f"/{uuid4()}/again")):
        assert (await anna.ask(method, f"/api/quarantine{path}")).status == 403
        assert (await sofia.ask(method, f"/api/quarantine{path}")).status == (200 if not path else 404)
    assert (await sofia.post(f"/api/quarantine/{uuid4()}/dismiss", {"reason": "x"})).status == 404
