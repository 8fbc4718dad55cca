"""A whole hub with mail: in through its door, on the agent's screen, out, and the answer back into the same thread."""

import asyncio
import smtplib
import socket
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest

from hub.errors import CannotListen
from tests.support.hub import a_hub
from tests.support.smtpsink import outside_server
from tests.support.waiting import until, unused_port


def hand_in(port: int, to: str, subject: str, text: str, **headers: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Mia <mia@example.com>", to, subject
    mail["Message-ID"] = f"<{uuid4()}@example.com>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        server.send_message(mail)


async def test_a_mail_its_reply_and_the_answer_are_one_interaction(dsn: str) -> None:
    port = unused_port()
    async with outside_server() as sink, a_hub(
        dsn, mail={"undo_seconds": 0, "listener": {"listen": f"127.0.0.1:{port}"}},
        mailboxes=[{"id": "support", "address": "support@example.org", "name": "Support",
                    "smtp": {"host": "127.0.0.1", "port": sink.port, "security": "none"}}],
    ) as hub:
        anna, ears = await hub.ready_agent("anna")
        await asyncio.to_thread(hand_in, port, "support@example.org", "Bike", "My chain broke")
        event = await ears.until("card", lambda found: found["card"] and found["card"]["state"] == "offered")
        card = event["card"]
        assert (card["channel"], card["subject"], card["units"]) == ("email", "Bike", 20)
        assert (await anna.post(f"/api/offers/{card['offer_id']}/accept")).status == 200
        path = f"/api/interactions/{card['id']}"
        said = await anna.post(f"{path}/messages", {"id": str(uuid4()), "text": "Bring it in!"})
        assert said.status in (200, 201), said.body
        taken = await sink.wait()
        assert taken.recipients == ("mia@example.com",)
        reply = taken.mail
        await asyncio.to_thread(hand_in, port, str(reply["Reply-To"] or reply["From"]), "Re: Bike", "I will",
                                In_Reply_To=str(reply["Message-ID"]))

        async def answered() -> list[Any] | None:
            touches: list[Any] = (await anna.get(path)).body["touches"]
            found = [touch for touch in touches if touch["text"] and touch["kind"] in ("received", "said")]
            return found if len(found) == 3 else None

        touches = await until(answered)
        assert [touch["text"].strip() for touch in touches] == ["My chain broke", "Bring it in!", "I will"]
        assert [touch["message_state"] for touch in touches] == ["received", "sent", "received"]


async def test_a_report_of_mail_that_was_never_ours_is_taken_at_the_door_and_is_nobodys_work(dsn: str) -> None:
    port = unused_port()
    report = (b"From: mailer-daemon@mx.example.com\r\nTo: support@example.org\r\nSubject: Undelivered Mail\r\n"
              b"Message-ID: <1@mx.example.com>\r\nX-Failed-Recipients: x@spam.example\r\n\r\nNo such user\r\n")

    def hand_over() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
            assert server.sendmail("", ["support@example.org"], report) == {}, "refusing it would make one more report"

    async with a_hub(dsn, mail={"listener": {"listen": f"127.0.0.1:{port}"}},
                     mailboxes=[{"id": "support", "address": "support@example.org"}]) as hub:
        await asyncio.to_thread(hand_over)
        sofia = await hub.person("sofia", "supervisor")
        book = (await sofia.get("/api/ledger")).body
        (row,) = [one for one in book["rows"] if one["source"] == "mail:support"]
        assert (row["received"], row["refused"], row["refusals"]) == (1, 1, {"report_without_message": 1})
        assert (book["unaccounted"], book["undecided"]) == (0, 0)
        assert (await sofia.get("/api/quarantine")).body["total"] == 0


async def test_a_door_that_is_taken_is_said_at_the_start(dsn: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(CannotListen, match=rf"Cannot take mail at {listen}.*mail\.listener"):
            async with a_hub(dsn, mail={"listener": {"listen": listen}}):
                pass
