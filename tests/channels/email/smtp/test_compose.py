"""What goes out, byte by byte, and read back."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import FileRef, Outbound, Party
from channels.email.parse import parse
from channels.email.smtp.compose import REFERENCES, compose, references
from channels.email.smtp.letter import html_of, text_of
from tests.channels.email.smtp.sample import INTERACTION, TOKENS, outbound

LONG_NAME = "报价单 2026年3月 一个很长的文件名，用来测试分段是否正确 — Übergröße.pdf"


def read(message: Outbound) -> EmailMessage:
    return message_from_bytes(compose(message).raw, policy=policy.default)


def with_file(name: str, type_: str = "application/pdf", content: bytes = b"%PDF") -> Outbound:
    return outbound(files=(FileRef(UUID(int=1), name, type_, len(content), False),), contents=(content,))


def test_two_composings_are_the_same_bytes() -> None:
    message = with_file("a.pdf")
    assert compose(message) == compose(message)
    other = compose(replace(message, message_id=UUID(int=9))).raw
    assert other != compose(message).raw


def test_row_15_ids_of_the_thread_go_out_stable_and_unbroken() -> None:
    long = [f"<{'x' * 120}.{n}@mail.example.com>" for n in range(3)]
    message = outbound(references=("<q1@example.com>", *long))
    raw = compose(message).raw
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0].split(b"Message-ID")[1]
    mail = parse(raw)
    assert mail.references == ("<q1@example.com>", *long)
    assert mail.in_reply_to == (long[-1],)
    assert message.mail is not None
    assert mail.message_id == message.mail.mail_id
    assert TOKENS.read(mail.message_id) == (INTERACTION,)
    assert TOKENS.read(mail.reply_to[0].address) == (INTERACTION,)


def test_row_15_a_long_thread_keeps_its_first_and_its_nearest_ids() -> None:
    thread = tuple(f"<{n}@example.com>" for n in range(400))
    kept = references(thread)
    assert (len(kept), kept[0], kept[1:]) == (REFERENCES, thread[0], thread[-(REFERENCES - 1):])


def test_what_is_no_id_is_left_out() -> None:
    assert references(("<a@b>", "a@b", "<a b@c>", "<a@b>\r\nBcc: x@y", "<陈@b>", "<a@b>")) == ("<a@b>",)


def test_row_18_automatic_mail_says_that_no_human_wrote_it() -> None:
    found = read(outbound(automatic=True))
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["X-Auto-Response-Suppress"] == "All"
    assert parse(compose(outbound(automatic=True)).raw).verdict.answerable is False
    assert read(outbound(automatic=True, references=()))["Auto-Submitted"] == "auto-generated"
    by_hand = parse(compose(outbound()).raw)
    assert "auto-submitted" not in compose(outbound()).raw.decode().lower()
    assert by_hand.verdict.machine is None
    assert by_hand.verdict.answerable


def test_row_17_bcc_alone_leaves_nobody_in_the_head() -> None:
    message = outbound(to=(), bcc=(Party("Hidden", "secret@example.net"),))
    composed = compose(message)
    assert composed.recipients == ("secret@example.net",)
    assert b"secret" not in composed.raw
    assert b"To: undisclosed-recipients:;" in composed.raw


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@example.net", "a\nBcc: x@example.net", "a\rBcc: x@example.net",
                                  "a\u2028Bcc: x@example.net", "a\x0bBcc: x@example.net\0"])
def test_nothing_that_is_written_begins_a_header_of_its_own(evil: str) -> None:
    raw = compose(outbound(subject=evil, to=(Party(evil, "ann@example.com"),), author=Party(evil, "s@example.org"))).raw
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?m)^Bcc", head)
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
    with pytest.raises(ValueError, match="address"):
        compose(outbound(to=(Party("", evil + "@example.com"),)))


def test_a_subject_in_chinese_is_cut_between_characters() -> None:
    subject = "Re: " + "路由器没有灯，请帮忙看一下" * 8
    raw = compose(outbound(subject=subject)).raw
    assert parse(raw).subject == subject
    for word in re.findall(rb"=\?utf-8\?B\?.*?\?=", raw):
        assert len(word) <= 75


@pytest.mark.parametrize("subject", ["plain", "=?utf-8?q?not_encoded?=", "a  b", "x" * 900 + " y", "word " * 200])
def test_odd_subjects_come_back(subject: str) -> None:
    assert parse(compose(outbound(subject=subject)).raw).subject == " ".join(subject.split())


def test_names_with_commas_and_quotes_stay_one_party() -> None:
    to = (Party('Li, Ann "the boss" \\', "ann@example.com"), Party("李, 安", "an@example.cn"),
          Party("", "c@example.com"))
    assert parse(compose(outbound(to=to)).raw).to == to


def test_a_domain_beyond_ascii_is_written_as_a_label() -> None:
    composed = compose(outbound(to=(Party("", "ann@bücher.example"),)))
    assert composed.recipients == ("ann@xn--bcher-kva.example",)
    assert b"To: ann@xn--bcher-kva.example\r\n" in composed.raw
    assert not composed.utf8


@pytest.mark.parametrize("name", ["plain.pdf", LONG_NAME, 'quo"te\\s.txt', "x" * 190 + ".txt", "a\r\nb.txt",
                                  "😀" * 60 + ".png", "100% sure.txt"])
def test_names_of_files_come_back(name: str) -> None:
    [attachment] = parse(compose(with_file(name)).raw).attachments
    expected = " ".join(name.split()).replace("\\", "_")
    assert (attachment.name, attachment.content) == (expected, b"%PDF")


def test_a_chinese_name_is_there_for_both_kinds_of_mail_programs() -> None:
    raw = compose(with_file(LONG_NAME)).raw
    assert b"filename*0*=utf-8''" in raw  # RFC 2231: Gmail, Thunderbird, Apple Mail, Outlook of today
    assert b'name="=?utf-8?B?' in raw  # old Outlook, QQ Mail
    [found] = message_from_bytes(raw, policy=policy.default).iter_attachments()
    assert found.get_filename() == LONG_NAME


@pytest.mark.parametrize("type_", ["message/rfc822", "multipart/mixed", "no type", "", "text/html; charset=x\r\nX: y"])
def test_types_that_would_change_the_structure_become_bytes(type_: str) -> None:
    [attachment] = parse(compose(with_file("a.eml", type_, b"Subject: x\r\n\r\ny")).raw).attachments
    assert attachment.content == b"Subject: x\r\n\r\ny"
    assert attachment.type == "application/octet-stream"


def test_the_signature_and_what_is_answered_are_folded_by_readers() -> None:
    mail = parse(compose(outbound("It is the fuse.", signature="Maya\nExample Ltd",
                                  quoted="On Monday, Ann Li wrote:\nNo light.\n\n> Is it on?")).raw)
    assert mail.new_text.strip() == "It is the fuse."
    assert "> No light." in mail.quoted
    assert "> > Is it on?" in mail.quoted
    assert "-- \nMaya" in mail.quoted


def test_html_is_made_of_what_was_written_and_of_nothing_else() -> None:
    html = html_of("<script>alert(1)</script> https://example.com/?a=1&b=2.\n> said <b>\n> > deeper", "A & B",
                   "Ann wrote:\n<img src=x>")
    assert "<script>" not in html
    assert "<img" not in html
    assert '<a href="https://example.com/?a=1&amp;b=2">https://example.com/?a=1&amp;b=2</a>.' in html
    assert html.count("<blockquote") == 3
    assert html.count("<blockquote") == html.count("</blockquote>")
    assert "A &amp; B" in html


def test_a_link_with_quotes_does_not_leave_its_attribute() -> None:
    html = html_of('https://example.com/"onclick="x', "", "")
    assert '<a href="https://example.com/">https://example.com/</a>"onclick' in html


def test_quotations_of_any_depth_end() -> None:
    assert html_of(">" * 5000 + "x\n" * 3, "", "").count("<blockquote") <= 7


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=400)
LINES = st.text(st.characters(codec="utf-8"), max_size=120)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, subject=LINES, name=LINES, filename=LINES, content=st.binary(max_size=300), signature=LINES)
def test_what_is_written_is_what_is_read(text: str, subject: str, name: str, filename: str, content: bytes,
                                         signature: str) -> None:
    file = FileRef(UUID(int=1), filename, "application/x-thing", len(content), False)
    raw = compose(outbound(text, subject=subject, to=(Party(name, "ann@example.com"),), signature=signature,
                           files=(file,), contents=(content,))).raw
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    found: EmailMessage = message_from_bytes(raw, policy=policy.default)
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text_of(text, signature, "")
    assert parse(raw).attachments[0].content == content
    assert parse(raw).to[0].address == "ann@example.com"
