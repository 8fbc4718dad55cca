"""`hub mail parse` as one would call it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hub.__main__ import main

pytestmark = pytest.mark.usefixtures("_logs_as_they_were")
CORPUS = Path(__file__).parents[1] / "channels" / "email" / "corpus"


@pytest.fixture
def _logs_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets up the logs of its process on stderr, which in a test is gone when the test is."""
    monkeypatch.setattr("hub.logs.set_up", lambda level: None)


def test_shows_a_mail_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mail", "parse", str(CORPUS / "related_in_alternative.eml")]) == 0
    shown = json.loads(capsys.readouterr().out)
    wanted = {"from", "reply_to", "to", "cc", "subject", "message_id", "in_reply_to", "references", "date", "text",
              "html", "new_text", "attachments", "auto_submitted", "bounce", "list", "warnings"}
    assert wanted <= set(shown)
    assert shown["from"] == {"name": "Ann Li", "address": "ann@example.org"}
    assert shown["date"] == "2026-11-16T07:00:00+00:00"
    assert set(shown["attachments"][0]) == {"name", "type", "size", "content_id", "inline"}
    assert shown["attachments"][0]["inline"] is True


def test_one_line_per_file_and_a_missing_file_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(CORPUS / "id_empty.eml"), "/nowhere/at/all.eml", str(CORPUS / "empty.eml")]
    assert main(["mail", "parse", "--lines", *files]) == 1
    seen = capsys.readouterr()
    assert [json.loads(line)["file"] for line in seen.out.splitlines()] == [files[0], files[2]]
    assert "/nowhere/at/all.eml" in seen.err


def test_reads_standard_input() -> None:
    raw = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nPrecedence: list\r\nList-Id: <a.b>\r\n\r\nHello"
    command = [sys.executable, "-m", "hub", "mail", "parse", "-"]
    done = subprocess.run(command, capture_output=True, check=True, input=raw)
    shown = json.loads(done.stdout)
    assert (shown["subject"], shown["text"], shown["list"]) == ("Grüße", "Hello", True)
