"""Each letter shows one trouble: a habit of a mail program, a machine, a bounce."""

import re

import pytest

from channels.email.parse import parse
from channels.email.parse.clean import clean
from tests.channels.email.meaning.letters import EXPECTED, FOLDER, names, raw


def test_every_letter_has_an_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == EXPECTED.keys()
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", names("new"))
def test_quoted_history_and_signatures_are_folded(name: str) -> None:
    mail, expected = parse(raw(name)), EXPECTED[name]
    assert mail.new_text + mail.quoted == mail.text
    assert mail.new_text.strip() == expected["new"]
    assert mail.quoted.strip().startswith(expected["quoted"])


@pytest.mark.parametrize("name", names("machine"))
def test_18_machines_are_recognised_and_never_answered(name: str) -> None:
    verdict, expected = parse(raw(name)).verdict, EXPECTED[name]
    assert (verdict.machine or "", verdict.answerable) == (expected["machine"], expected["answerable"])
    assert bool(verdict.reasons) is not verdict.answerable


@pytest.mark.parametrize("name", names("reports"))
def test_18_what_servers_report_is_read(name: str) -> None:
    found = parse(raw(name)).reports
    expected = EXPECTED[name]["reports"]
    assert [(one.action, one.recipient, one.status, one.mail_id) for one in found] == [
        (one["action"], one["recipient"], one["status"], one["mail_id"]) for one in expected]
    for one, wanted in zip(found, expected, strict=True):
        assert one.text == wanted["text"] if wanted["text"] else one.text


@pytest.mark.parametrize("name", names("folded"))
def test_quoted_history_in_html_is_folded(name: str) -> None:
    html, new = clean(parse(raw(name)).html).html, EXPECTED[name]["folded"]
    if not new:
        assert "<details" not in html
        return
    before, _, folded = html.partition("<details><summary>…</summary>")
    assert re.sub(r"<[^>]*>", "", before).strip() == new
    assert "Please restart it." in folded
    assert "<details open" not in html


def test_an_answer_between_the_lines_of_html_is_not_folded() -> None:
    mail = parse(
        b"Content-Type: text/html\n\n<p>Hi</p>On Mon, Mar 2, 2026 at 8:00 AM S &lt;s@example.org&gt; wrote:"
        b"<blockquote><div>Which?</div><div>When?</div></blockquote>Blue."
        b"<blockquote>Where?<blockquote>Older</blockquote></blockquote>Here.")
    assert mail.quoted == ""
    assert [line for line in mail.new_text.splitlines() if line] == [
        "Hi", "On Mon, Mar 2, 2026 at 8:00 AM S <s@example.org> wrote:", "> Which?", "> When?", "Blue.", "> Where?",
        ">> Older", "Here."]
