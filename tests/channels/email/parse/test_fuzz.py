"""Mails that nobody would write: the rules hold for them too."""

from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email.parse import parse
from tests.channels.email.parse.rules import keep_the_rules

CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "corpus").glob("*.eml"))]
QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SPLINTERS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--b1", b"--b1--", b"--b2\r\n", b"\0", b"=?utf-8?b?", b"?=",
    b"=?gb2312?q?=ff?=",
    b'"', b"<", b">", b"(", b";", b",", b":", b"=", b"\xff\xfe", b"\x1b$B",
    b"Content-Type: multipart/mixed; boundary=b1\r\n",
    b"Content-Type: message/rfc822\r\n", b"Content-Type: text/html\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: text/calendar\r\n", b"charset=utf-16", b"name*0*=x'y'%41", b"\xed\xa0\x80", b"cid:a",
    b"<table><td>",
    b"Content-Transfer-Encoding: quoted-printable\r\n", b"Content-Type: application/pkcs7-mime\r\n", b"\x30\x80\x06"]


CUTS = st.lists(max_size=8, elements=st.tuples(
    st.integers(0, 10_000), st.integers(0, 40), st.one_of(st.sampled_from(SPLINTERS), st.binary(max_size=4))))


def parsed(raw: bytes) -> None:
    mail = parse(raw)
    assert "parse_failed" not in mail.warnings
    keep_the_rules(mail)


@QUICK
@given(st.binary(max_size=3_000))
def test_any_bytes(raw: bytes) -> None:
    parsed(raw)


@QUICK
@given(st.sampled_from(CORPUS), CUTS)
def test_mutated_corpus(raw: bytes, cuts: Sequence[tuple[int, int, bytes]]) -> None:
    for place, gone, put in cuts:
        at = place % (len(raw) + 1)
        raw = raw[:at] + put + raw[at + gone:]
    parsed(raw)


@QUICK
@given(st.sampled_from(CORPUS), st.sampled_from(CORPUS), st.integers(0, 5_000), st.integers(0, 5_000))
def test_halves_of_two_mails(one: bytes, other: bytes, here: int, there: int) -> None:
    parsed(one[:here % (len(one) + 1)] + other[there % (len(other) + 1):])


def part(body: bytes, kind: str, encoding: str) -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


LEAVES = st.builds(part, st.binary(max_size=80), st.sampled_from([
    "text/plain", "text/html", "text/plain; charset=gb2312", "text/plain; format=flowed", "image/png", "text/calendar",
    "message/rfc822", "application/ms-tnef", "application/pkcs7-mime", "multipart/mixed", "message/delivery-status",
    "application/octet-stream; name*=utf-8''%C3%BC", "nonsense", ""]),
    st.sampled_from(["7bit", "base64", "quoted-printable", "x-uuencode", "8bit", "odd"]))


def nest(children: Sequence[bytes], kind: str, mark: str, closed: bool) -> bytes:
    delimiter = b"\r\n--" + mark.encode()
    return (f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n'.encode()
            + b"".join(delimiter + b"\r\n" + child for child in children) + (delimiter + b"--\r\n" if closed else b""))


TREES = st.recursive(LEAVES, lambda below: st.builds(
    nest, st.lists(below, max_size=4),
    st.sampled_from(["mixed", "alternative", "related", "report", "digest", "signed"]),
    st.sampled_from(["a", "ab", "b c", "=_1", "a--"]), st.booleans()), max_leaves=12)


@QUICK
@given(TREES)
def test_nests_of_any_shape(tree: bytes) -> None:
    parsed(b"From: Ann <a@example.org>\r\nSubject: nest\r\n" + tree)


@QUICK
@given(st.text(max_size=200), st.sampled_from([
    "From", "To", "Subject", "Message-ID", "References", "Date", "Content-Type", "Content-Disposition",
    "Content-Language"]))
def test_heads_of_any_text(value: str, name: str) -> None:
    folded = value.replace("\r", " ").replace("\n", "\r\n ")
    parsed(f"{name}: {folded}\r\n\r\nHello".encode("utf-8", "surrogateescape"))
