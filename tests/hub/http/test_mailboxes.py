"""Mailboxes over HTTP, against a real mail server: added on the screen, tested, fetched; secrets never come back."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.support.dovecot import PASSWORD, Dovecot, MailUser, running_dovecot
from tests.support.hub import Person, RunningHub, a_hub
from tests.support.waiting import until

HUSH = "a secret that nobody may see"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
async def hub(dsn: str, dovecot: Dovecot) -> AsyncIterator[RunningHub]:
    async with a_hub(dsn, mail={"ports": [dovecot.port]}) as running:
        yield running


@pytest.fixture
async def ada(hub: RunningHub) -> Person:
    return await hub.person("ada", "admin")


def fields(owner: MailUser, **imap: object) -> dict[str, Any]:
    return {"id": "support", "address": "support@example.org",
            "imap": {"host": "127.0.0.1", "port": owner.server.port, "security": "none", "user": owner.name, **imap}}


def mail(number: int, text: str = "My chain broke") -> bytes:
    return (f"From: Mia <mia{number}@example.com>\r\nTo: support@example.org\r\nSubject: Bike {number}\r\n"
            f"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <{number}@example.com>\r\n\r\n{text}\r\n").encode()


async def one(ada: Person) -> dict[str, Any]:
    found: list[dict[str, Any]] = (await ada.get("/api/mailboxes")).body
    assert len(found) == 1
    return found[0]


async def test_a_mailbox_added_on_the_screen_is_fetched_and_verified_and_loses_nothing(
    hub: RunningHub, ada: Person, dovecot: Dovecot
) -> None:
    user = dovecot.user()
    user.deliver(mail(1))
    user.deliver(mail(2), seen=True)  # a colleague has read it on the phone
    body = {"mailbox": fields(user, begin="all"), "secrets": {"password": PASSWORD}}
    answer = await ada.put("/api/mailboxes/support", body)
    assert (answer.status, answer.body["version"], answer.body["editable"]) == (200, 1, True), answer.body

    async def stored(count: int) -> dict[str, Any] | None:
        view = await one(ada)
        return view if view["stored"] == count and view["verified_at"] else None

    view = await until(lambda: stored(2), limit=30)
    assert (view["problem"], view["duplicate"], view["quarantined"], view["failing"]) == (None, 0, 0, 0)
    user.deliver(mail(3))
    await until(lambda: stored(3), limit=30)
    before = view["verified_at"]
    assert (await ada.post("/api/mailboxes/support/verify")).status == 204

    async def anew() -> dict[str, Any] | None:
        view = await one(ada)
        return view if view["verified_at"] > before else None

    view = await until(anew, limit=30)
    assert (view["present"], view["missing"]) == (3, 0)
    assert user.seen() == [False, True, False] or sorted(user.seen()) == [False, False, True]
    ledger = (await ada.get("/api/ledger")).body
    assert ledger["unaccounted"] == 0
    assert [(row["mailbox"], row["uids"], row["stored"]) for row in ledger["mailboxes"]] == [("support", 3, 3)]
    health = (await ada.get("/healthz")).body
    assert health["ok"]
    assert health["mailboxes"][0]["ok"]
    assert "last verified at 20" in health["mailboxes"][0]["detail"]
    metrics = (await ada.get("/metrics")).body
    assert 'hub_mailbox_mails{mailbox="support",outcome="stored"} 3.0' in metrics
    assert 'hub_mailbox_problem{mailbox="support"} 0.0' in metrics
    assert (await ada.ask("DELETE", "/api/mailboxes/support")).status == 204
    assert (await ada.get("/api/mailboxes")).body == []
    assert (await ada.ask("DELETE", "/api/mailboxes/support")).status == 404


async def test_a_wrong_password_is_the_mailboxs_problem_and_nobody_elses(
    hub: RunningHub, ada: Person, dovecot: Dovecot
) -> None:
    await ada.put("/api/mailboxes/support", {"mailbox": fields(dovecot.user()), "secrets": {"password": HUSH}})

    async def problem() -> Any:
        return (await one(ada))["problem"]

    assert await until(problem, limit=30) == "log_in"
    health = await ada.get("/healthz")
    assert (health.status, health.body["ok"]) == (200, True)
    assert not health.body["mailboxes"][0]["ok"]
    assert "log_in" in health.body["mailboxes"][0]["detail"]


async def lines(ada: Person, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await ada.post("/api/mailboxes/test", body)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.raw.decode().splitlines()]


async def test_the_test_says_each_step_as_it_ends_and_saves_nothing(ada: Person, dovecot: Dovecot) -> None:
    user = dovecot.user()
    good = await lines(ada, {"mailbox": fields(user), "secrets": {"password": PASSWORD}})
    assert all(step["ok"] for step in good), good
    assert [step["name"] for step in good][-3:] == ["log_in", "list", "read"]
    bad = await lines(ada, {"mailbox": fields(user), "secrets": {"password": HUSH}})
    assert (bad[-1]["name"], bad[-1]["ok"]) == ("log_in", False)
    assert bad[-1]["code"]
    assert HUSH not in json.dumps(bad)
    assert (await ada.get("/api/mailboxes")).body == []


async def test_a_stored_secret_is_used_by_the_test_for_its_own_server_only(
    ada: Person, dovecot: Dovecot
) -> None:
    user = dovecot.user()
    await ada.put("/api/mailboxes/support", {"mailbox": fields(user), "secrets": {"password": PASSWORD}})
    assert all(step["ok"] for step in await lines(ada, {"mailbox": fields(user), "version": 1}))
    stolen = await ada.post("/api/mailboxes/test", {"mailbox": fields(user, host="localhost"), "version": 1})
    assert (stolen.status, list(stolen.body["fields"])) == (422, ["secrets.password"])
    other = await ada.post("/api/mailboxes/test", {"mailbox": fields(user, port=25, user="x"), "version": 1})
    assert set(other.body["fields"]) == {"secrets.password", "mailbox.imap.port"}


async def test_the_next_test_ends_the_one_before(
    ada: Person, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, hangs = asyncio.Event(), [True, False]

    async def steps(self: object, account: object) -> AsyncIterator[Any]:
        going.set()
        if hangs.pop(0):
            await asyncio.Event().wait()
        none: tuple[Any, ...] = ()
        for nothing in none:
            yield nothing

    monkeypatch.setattr("channels.email.channel.Email.probe", steps)
    body = {"mailbox": fields(dovecot.user()), "secrets": {"password": PASSWORD}}
    first = asyncio.create_task(ada.post("/api/mailboxes/test", body))
    await going.wait()
    assert (await ada.post("/api/mailboxes/test", body)).status == 200
    ended = await first
    assert (ended.status, ended.raw) == (200, b"")


async def test_a_missing_name_hides_nothing_else_that_is_wrong(ada: Person, dovecot: Dovecot) -> None:
    body = {"mailbox": {**fields(dovecot.user(), host=""), "id": "", "address": ""}}
    answer = await ada.put("/api/mailboxes/-", body)
    assert (answer.status, answer.body["fields"]["mailbox.id"]) == (422, "is missing")
    assert set(answer.body["fields"]) == {"mailbox.id", "mailbox.address", "mailbox.imap.host", "secrets.password"}


async def test_a_test_ends_by_itself(ada: Person, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(self: object, account: object) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield

    monkeypatch.setattr("channels.email.channel.Email.probe", steps)
    monkeypatch.setattr("hub.http.mailboxes.TEST_LIMIT", 0.05)
    assert await lines(ada, {"mailbox": fields(dovecot.user()), "secrets": {"password": PASSWORD}}) == []


async def test_secrets_come_back_in_no_answer_and_no_line_of_the_log(
    ada: Person, dovecot: Dovecot, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    body = {"mailbox": fields(dovecot.user()), "secrets": {"password": HUSH, "smtp_password": HUSH}}
    said = [await ada.put("/api/mailboxes/support", body), await ada.get("/api/mailboxes"),
            await ada.post("/api/mailboxes/test", body),
            await ada.put("/api/mailboxes/support", {**body, "version": 7}),
            await ada.put("/api/mailboxes/support", {"mailbox": {"id": 1}, "secrets": {"password": HUSH, "x": HUSH}}),
            await ada.put("/api/mailboxes/support", {**body, "secrets": {"password": HUSH * 1_000}})]

    async def tried() -> Any:
        return (await one(ada))["problem"]

    await until(tried, limit=30)
    assert [answer.status for answer in said] == [200, 200, 200, 409, 422, 422]
    out = capsys.readouterr()
    for text in (*(answer.raw.decode() for answer in said), out.out, out.err, caplog.text):
        assert HUSH not in text
    assert "/api/mailboxes/{id}" in out.out + out.err  # the log was looked at


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_only_administrators_may(hub: RunningHub, role: Any, dovecot: Dovecot) -> None:
    person = await hub.person("someone", role)
    body = {"mailbox": fields(dovecot.user()), "secrets": {"password": "x"}}
    for method, path in (("GET", ""), ("PUT", "/support"), ("DELETE", "/support"), ("POST", "/test"),
                         ("POST", "/support/verify")):
        answer = await person.ask(method, f"/api/mailboxes{path}", body if method in ("PUT", "POST") else None)
        assert answer.status == 403, (method, path)


async def test_what_is_wrong_is_said_by_field(ada: Person, dovecot: Dovecot) -> None:
    body = {"mailbox": {**fields(dovecot.user(), host=""), "address": "no"}, "secrets": {}}
    answer = await ada.put("/api/mailboxes/support", body)
    assert answer.status == 422
    assert set(answer.body["fields"]) == {"mailbox.address", "mailbox.imap.host", "secrets.password"}
