"""Mails over HTTP, as a console reads and writes them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from channels.base import File
from hub.outbox import Outbox
from hub.reception import Reception
from tests.hub.conftest import Heart
from tests.hub.letters import EVE, MIA, mail
from tests.support.hub import Person, RunningHub, a_hub
from tests.support.waiting import until, unused_port

EVIL = '<p style="color:red">Hello</p><img data-src="https://tracker.example.net/a.gif"><a href="https://x.example">x</a>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@dataclass
class Office:
    """A hub with two mailboxes whose mail server nobody answers for."""

    hub: RunningHub
    reception: Reception

    async def comes(self, *args: Any, **more: Any) -> str:
        """A mail; the path of its interaction."""
        heart = cast(Heart, SimpleNamespace(clock=self.hub.parts.now))
        kept = await self.reception.take_mail(mail(heart, *args, **more))
        return f"/api/interactions/{kept.interaction_id}"


@pytest.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    smtp = {"host": "127.0.0.1", "port": unused_port(), "security": "none"}
    boxes = [{"id": name, "address": f"{name}@example.org", "queue": name, "smtp": smtp, "signature": "Yours, {agent}"}
             for name in ("support", "sales")]
    async with a_hub(dsn, mailboxes=boxes, mail={"undo_seconds": 60}) as hub:
        journal = hub.parts.intake.journal
        yield Office(hub, Reception(hub.parts.intake, Outbox(journal), hub.parts.mailing.letters._accounts))


async def held(office: Office, **more: Any) -> tuple[Person, str]:
    """Anna holds Mia's mail."""
    anna, _ears = await office.hub.ready_agent("anna")
    path = await office.comes("1", subject="Light", cc=("bob@example.com",), **more)

    async def claimed() -> bool:
        card = (await anna.get(path)).body["card"]
        verb = f"/api/offers/{card['offer_id']}/accept" if card["state"] == "offered" else f"{path}/claim"
        return card["state"] == "active" or (await anna.post(verb, json={})).status == 200

    await until(claimed)
    return anna, path


def body(text: str = "It is mended.", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "text": text, **more}


async def test_a_detail_says_how_an_answer_looks_and_a_reply_can_be_taken_back(office: Office) -> None:
    anna, path = await held(office)
    opened = (await anna.get(path)).body
    assert opened["can_reply"] is True
    assert opened["reply"] == {
        "mailbox": "support", "author": {"name": "", "address": "support@example.org"},
        "to": [{"name": "Mia", "address": MIA}], "cc": [{"name": "Bob", "address": "bob@example.com"}],
        "subject": "Re: Light", "forward_subject": "Fwd: Light", "template": "",
        "signature": "Yours, Anna", "undeliverable": []}
    wanted = {"kind": "reply", "to": [{"name": "", "address": MIA}], "cc": [], "bcc": [], "subject": "Re: Light",
              "quote": True}
    answer = await anna.put(f"{path}/draft", {"kind": "reply", "text": "It", "mail": wanted})
    assert (answer.status, answer.body) == (200, {"others": []})
    assert (await anna.get(path)).body["drafts"]["reply"][0]["mail"] == wanted

    said = body(mail=wanted, seen=opened["card"]["version"])
    first, again = await anna.post(f"{path}/messages", said), await anna.post(f"{path}/messages", said)
    assert (first.status, again.status) == (201, 200)
    assert first.body["id"] == again.body["id"]
    assert (first.body["message_state"], first.body["mail"]["signature"]) == ("pending", "Yours, Anna")
    assert first.body["mail"]["due_at"] is not None
    assert (await anna.get(path)).body["drafts"] == {}

    message = f"/api/messages/{first.body['message_id']}"
    gone = await anna.ask("DELETE", message)
    assert (gone.status, gone.body["message_state"], gone.body["mail"]["due_at"]) == (200, "withdrawn", None)
    opened = (await anna.get(path)).body
    [draft] = opened["drafts"]["reply"]
    assert (draft["text"], draft["mail"]) == ("It is mended.", wanted)
    assert (await anna.post(f"{message}/decide", {"what": "again"})).body["code"] == "settled"


async def test_what_the_console_is_told_when_it_may_not_send(office: Office) -> None:
    anna, path = await held(office)
    version = (await anna.get(path)).body["card"]["version"]
    await office.comes("2", refs=("1",))
    stale = await anna.post(f"{path}/messages", body(seen=version))
    assert (stale.status, stale.body["code"]) == (409, "stale")
    wrong = {"to": [{"address": "x"}], "cc": [{"address": "sales@example.org"}]}
    refused = await anna.post(f"{path}/messages", body(mail=wrong))
    assert (refused.status, refused.body["fields"]) == (422, {"mail.to.0": "invalid", "mail.cc.0": "ours"})
    many = [{"address": f"p{n}@example.com"} for n in range(501)]
    assert (await anna.post(f"{path}/messages", body(mail={"to": many}))).status == 422
    assert (await anna.post(f"{path}/messages", body(mail={"to": many[:500]}))).status == 201


async def test_a_mail_that_cannot_leave_says_why(office: Office) -> None:
    """Nobody listens at the mail server's port."""
    letters = office.hub.parts.mailing.letters
    letters.rules = type(letters.rules)(undo=letters.rules.undo * 0)
    anna, path = await held(office)
    said = (await anna.post(f"{path}/messages", body())).body

    async def told() -> Any:
        touch = next(t for t in (await anna.get(path)).body["touches"] if t["id"] == said["id"])
        return touch["message_error"] and touch

    touch = await until(told)
    assert touch["message_state"] == "pending"  # it is tried again
    assert touch["message_error"].startswith("unreachable: ")
    assert (await anna.ask("DELETE", f"/api/messages/{touch['message_id']}")).status == 200


async def test_new_mail_over_http(office: Office) -> None:
    anna = await office.hub.person("anna", queues=("support",))
    assert [one["id"] for one in (await anna.get("/api/mail/from")).body] == ["support"]
    half = {"mailbox": "support", "customer_id": None, "text": "dear",
            "mail": {"kind": "new", "to": [{"name": "", "address": "ev"}], "cc": [], "bcc": [], "subject": "",
                     "quote": True}}
    assert (await anna.put("/api/mail/draft", half)).body == {"others": []}
    [kept] = (await anna.get("/api/mail/drafts")).body
    assert {name: kept[name] for name in half} == half

    wanted = body("Arrived.", mailbox="support", mail={"kind": "new", "to": [{"address": EVE}], "subject": "Order"})
    first, again = await anna.post("/api/mail", wanted), await anna.post("/api/mail", wanted)
    assert (first.status, again.status) == (201, 200)
    assert first.body["id"] == again.body["id"]
    assert (await anna.post("/api/mail", wanted | {"text": "x"})).body["code"] == "conflict"
    assert (await anna.get("/api/mail/drafts")).body == []
    [card] = (await anna.get("/api/desk")).body["cards"]
    assert (card["state"], card["subject"], card["customer_name"]) == ("waiting", "Order", EVE)
    refused = await anna.post("/api/mail", wanted | {"id": str(uuid4()), "mailbox": "sales"})
    assert (refused.status, refused.body["fields"]) == (422, {"mailbox": "unknown"})


async def test_html_is_a_page_that_only_the_console_frames_and_that_fetches_nothing_unasked(office: Office) -> None:
    anna, path = await held(office, html=EVIL, remote=1, files=(File("a.png", "image/png", PNG),))
    [touch] = [t for t in (await anna.get(path)).body["touches"] if t["kind"] == "received"]
    assert (touch["mail"]["html"], touch["mail"]["remote"]) == (True, 1)
    page = await anna.get(f"/api/messages/{touch['message_id']}/html")
    policy = page.headers["Content-Security-Policy"]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "https:" not in policy
    assert ' src="https://tracker' not in page.body
    asked = await anna.get(f"/api/messages/{touch['message_id']}/html?remote=true")
    assert ' src="https://tracker' in asked.body
    assert "https:" in asked.headers["Content-Security-Policy"]
    assert (await anna.get(f"/api/messages/{uuid4()}/html")).status == 404
    stranger = await office.hub.stranger()
    assert (await stranger.get(f"/api/messages/{touch['message_id']}/html")).status == 401


async def test_the_folded_rest_and_the_bytes_as_they_came(office: Office) -> None:
    anna, path = await held(office, quoted="> earlier\n<script>")
    [touch] = [t for t in (await anna.get(path)).body["touches"] if t["kind"] == "received"]
    message = f"/api/messages/{touch['message_id']}"
    assert (touch["mail"]["quoted"], touch["mail"]["raw"]) == (18, True)
    assert (await anna.get(f"{message}/quoted")).body == {"text": "> earlier\n<script>"}
    raw = await anna.get(f"{message}/raw")
    assert raw.raw.startswith(b"Received: by support\n")
    assert raw.headers["Content-Type"] == "message/rfc822"
    assert raw.headers["Content-Disposition"].startswith("attachment; filename=")
    viewed = await anna.get(f"{message}/raw?view=true")
    assert viewed.headers["Content-Type"].startswith("text/plain")
    assert viewed.headers["X-Content-Type-Options"] == "nosniff"
    assert viewed.raw == raw.raw
    zoe = await office.hub.person("zoe", queues=("sales",))
    sue = await office.hub.person("sue", "supervisor", queues=())
    assert (await zoe.get(f"{message}/raw")).status == 403
    assert (await sue.get(f"{message}/raw")).status == 200
    ours = (await anna.post(f"{path}/messages", body())).body
    assert (await anna.get(f"/api/messages/{ours['message_id']}/raw")).status == 404


async def test_suggestions_are_shown_and_decided(office: Office) -> None:
    anna, path = await held(office)
    other = await office.comes("2", EVE, refs=("1",))
    [suggestion] = (await anna.get(other)).body["suggestions"]
    assert (suggestion["reason"], suggestion["other"]["id"]) == ("reference", path.rsplit("/", 1)[1])
    decided = await anna.post(f"{other}/suggestions", {"other_id": suggestion["other"]["id"], "accept": True})
    assert (decided.status, decided.body["suggestions"]) == (200, [])
    assert [one["id"] for one in decided.body["linked"]] == [suggestion["other"]["id"]]
    again = await anna.post(f"{other}/suggestions", {"other_id": suggestion["other"]["id"], "accept": False})
    assert (again.status, again.body["code"]) == (409, "decided")


async def test_an_address_that_bounced_is_marked(office: Office) -> None:
    anna, path = await held(office)
    await office.hub.parts.pool.execute(
        "INSERT INTO undeliverable SELECT lower(value), now(), '5.1.1 no such user' FROM addresses")
    [address] = (await anna.get(path)).body["customer"]["addresses"]
    assert (address["undeliverable_reason"], address["undeliverable_at"] is not None) == ("5.1.1 no such user", True)
