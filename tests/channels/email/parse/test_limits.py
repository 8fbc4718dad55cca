"""Bounds that do not depend on the machine: counted work, and memory as Python counts it. Seconds: benchmarks."""

import tracemalloc

import pytest

from benchmarks.mail_parse import WORST, fill, mixed, nested, single
from channels.email.parse import attachments, body, parse, plain, walk
from channels.email.parse.charset import Warnings, decode
from tests.channels.email.parse.rules import keep_the_rules


def test_ten_thousand_parts_are_all_there() -> None:
    mail = parse(mixed(*[b"Content-Type: text/x-log; name=a%d.log\r\n\r\n%d" % (one, one) for one in range(10_000)]))
    assert len(mail.parts) == 10_000
    assert mail.parts[-1].content == b"9999"
    assert len(mail.attachments) == attachments.MAX_ATTACHMENTS + 1
    rest = mail.attachments[-1]
    assert rest.name == "attachments-1001-to-10000.txt"
    assert b"10000\ta9999.log\ttext/x-log\t4 bytes" in rest.content
    assert "too_many_attachments" in mail.warnings


def test_what_comes_after_ten_thousand_parts_is_one_more() -> None:
    mail = parse(mixed(*[b"\r\n%d" % one for one in range(12_000)]))
    assert len(mail.parts) == walk.MAX_PARTS + 1
    assert b"11999" in mail.parts[-1].content
    assert "too_many_parts" in mail.warnings


def test_nested_too_deep_is_a_leaf_with_everything_in_it() -> None:
    mail = parse(nested(1_000, 1_000))
    assert "too_deep" in mail.warnings
    assert b"some text" in mail.parts[-1].content


def test_text_too_long_is_cut_and_kept_whole() -> None:
    whole = fill(b"words and more words\r\n", 1_000_000)
    mail = parse(single("text/plain", whole))
    assert len(mail.text) == body.MAX_TEXT
    assert [one.content for one in mail.attachments] == [whole]
    assert "text_cut" in mail.warnings
    keep_the_rules(mail)


def test_html_too_long_is_cut_and_kept_whole() -> None:
    whole = fill("<p>Grüße</p>\r\n".encode(), 5_000_000)
    mail = parse(single("text/html; charset=utf-8", whole))
    assert len(mail.html) <= plain.MAX_HTML
    assert [one.content for one in mail.attachments] == [whole]
    assert mail.text.startswith("Grüße")


def test_head_too_long_is_cut_and_the_text_is_found() -> None:
    mail = parse(b"Subject: first\r\n" + fill(b"X-Header: no use at all\r\n", 2_000_000) + b"\r\nthe text")
    assert mail.subject == "first"
    assert mail.text == "the text"
    assert "header_cut" in mail.warnings


def test_recipients_are_counted() -> None:
    many = ",".join(f"a{one}@example.org" for one in range(3_000))
    mail = parse(b"To: " + many.encode() + b"\r\n\r\nHello")
    assert len(mail.to) == 1_000
    assert "too_many_recipients" in mail.warnings


def test_the_detector_is_asked_a_few_times_only() -> None:
    warnings = Warnings()
    before = warnings.guesses
    for one in range(100):
        decode(bytes([0x81, 0xFE, 0xFF, 0x8D, 0xA4, 0xC3, 0x28, one]) * 5, "x-none", warnings)
    assert before == 8
    assert warnings.guesses == 0


class Counted(bytes):
    """Counts how often bytes are searched, and how many bytes that could touch at most."""

    searches = 0

    def find(self, *given: object) -> int:
        type(self).searches += 1
        return super().find(*given)  # type: ignore[arg-type]


@pytest.mark.parametrize("body_of", [b"\n--", b"\n--b0un", b"\n--b0undx", b"\n--b0und\nX: y\n\n"])
def test_searches_do_not_grow_beyond_the_budget(body_of: bytes) -> None:
    Counted.searches = 0
    raw = Counted(mixed(b"\r\n" + fill(body_of, 6_000_000)))
    walk.walk(raw, Warnings())
    assert Counted.searches <= 2 * 2 * walk.MAX_CANDIDATES + 10 * walk.MAX_PARTS + 100


@pytest.mark.parametrize("name", [
    "attachment in base 64", "text, Chinese", "HTML", "quoted-printable, equal signs", "10 000 parts",
    "base 64 with rubbish", "text of no character set", "nested 1000 deep", "one header line", "mails in mails"])
def test_memory_is_at_most_thrice_the_mail(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.mail_parse.SIZE", 12_000_000)
    monkeypatch.setattr("benchmarks.mail_parse.fill.__defaults__", (12_000_000,))
    raw = WORST[name]()[:12_000_000]
    parse(b"Subject: warm\r\n\r\nHello")
    tracemalloc.start()
    try:
        parse(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 2 * len(raw) + 16_000_000  # with the mail itself thrice, and 16 MB whatever its size
