"""Failures that other systems had with mail, by their row in the list of failures."""

from pathlib import Path

import pytest

from channels.email.parse import parse
from tests.channels.email.parse.rules import keep_the_rules

CORPUS = Path(__file__).parents[1] / "corpus"


def read(name: str) -> bytes:
    return (CORPUS / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("name", ["id_missing", "id_empty", "id_empty_brackets"])
def test_row_8_missing_message_id_stops_nothing(name: str) -> None:
    mail = parse(read(name))
    assert mail.message_id == ""
    assert "no_message_id" in mail.warnings
    assert mail.text.strip() == "Hello"


@pytest.mark.parametrize("declared", [
    "gb2312", "us-ascii", "iso-8859-1", "windows-1258", "utf-8", "shift_jis", "x-nonsense", "", "utf-16", "iso-2022-jp",
    "unicode_escape", "rot13", "zip", "punycode", "idna", "utf-7", "hz", "utf-32", "\0", "a" * 500])
def test_row_14_no_character_set_stops_a_mail(declared: str) -> None:
    for content in (bytes(range(256)), "–你好".encode(), b"\x1b$B\x1b", b"+AAA-\xff", b"~{\xff"):
        for encoded in (content, b"=?" + declared.encode() + b"?q?" + content.hex("=", 1).encode() + b"?="):
            subject = encoded.replace(b"\n", b" ").replace(b"\r", b" ")
            mail = parse(b"Subject: " + subject + b"\r\nContent-Type: text/plain; charset=\"" + declared.encode()
                         + b"\"\r\n\r\n" + content)
            keep_the_rules(mail)
            assert "parse_failed" not in mail.warnings


def test_row_14_gb2312_label_with_a_dash_in_utf8() -> None:
    assert "你好，这是一个测试，路由器没有亮灯" in parse(read("charset_gb2312_utf8_dash")).text


def test_row_19_inline_picture_without_reference_is_an_attachment() -> None:
    file, = parse(read("inline_without_reference")).attachments
    assert (file.name, file.inline) == ("shot.png", False)


def test_row_19_mail_of_one_attachment_shows_it() -> None:
    file, = parse(read("attachment_only")).attachments
    assert file.content.startswith(b"\x89PNG")


def test_row_19_picture_that_the_html_shows_is_inline_and_still_a_row() -> None:
    mail = parse(read("related_in_alternative"))
    assert [(one.inline, one.content_id) for one in mail.attachments] == [(True, "p1")]
