"""One small mail per trouble: what must be read from it stands in corpus/expected.toml."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from channels.email.parse import parse
from channels.email.parse.model import Mail
from tests.channels.email.parse.rules import keep_the_rules, shown

CORPUS = Path(__file__).parents[1] / "corpus"
EXPECTED: Mapping[str, Mapping[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text("utf-8"))


def _attachments(mail: Mail) -> list[str]:
    return [f"{one.name} {one.type} {one.size}" for one in mail.attachments]


READ: Mapping[str, Callable[[Mail], object]] = {
    "from": lambda mail: shown(mail.author),
    "to": lambda mail: [shown(one) for one in mail.to],
    "cc": lambda mail: [shown(one) for one in mail.cc],
    "reply_to": lambda mail: [shown(one) for one in mail.reply_to],
    "subject": lambda mail: mail.subject,
    "message_id": lambda mail: mail.message_id,
    "in_reply_to": lambda mail: list(mail.in_reply_to),
    "references": lambda mail: list(mail.references),
    "date": lambda mail: mail.date.isoformat() if mail.date else "",
    "text": lambda mail: mail.text.rstrip("\n"),
    "language": lambda mail: mail.language,
    "attachments": _attachments,
    "inline": lambda mail: [one.name for one in mail.attachments if one.inline],
}
PARTLY: Mapping[str, Callable[[Mail], Any]] = {
    "text_has": lambda mail: mail.text,
    "html_has": lambda mail: mail.html,
    "new_text_has": lambda mail: mail.new_text,
    "attachments_has": _attachments,
    "warnings": lambda mail: mail.warnings,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_mail_is_read_as_expected(name: str) -> None:
    mail = parse((CORPUS / f"{name}.eml").read_bytes())
    keep_the_rules(mail)
    assert "parse_failed" not in mail.warnings
    expected = dict(EXPECTED[name])
    assert expected.pop("why")
    for key, value in expected.items():
        if key in PARTLY:
            missing = [one for one in value if one not in PARTLY[key](mail)]
            assert not missing, (key, missing, PARTLY[key](mail))
        else:
            assert READ[key](mail) == value, key


def test_every_mail_has_its_expectation() -> None:
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 100


@pytest.mark.parametrize("name", EXPECTED)
def test_the_same_bytes_give_the_same_mail(name: str) -> None:
    raw = (CORPUS / f"{name}.eml").read_bytes()
    assert parse(raw) == parse(raw)
