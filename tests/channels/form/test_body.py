"""From bytes to values. What the wire refuses is proven over HTTP, in test_conformance and test_take."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import File, Refused
from channels.form.body import Submission, read
from channels.text import storable

JSON, URLENCODED = "application/json", "application/x-www-form-urlencoded"


def posted(data: object) -> Submission:
    return read(json.dumps(data).encode(), JSON)


def multipart(*parts: tuple[str, bytes], boundary: str = "x") -> Submission:
    lines = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (
        boundary.encode(), head.encode(), content) for head, content in parts)
    return read(lines + b"--%s--\r\n" % boundary.encode(), f"multipart/form-data; boundary={boundary}")


def status_of(raw: bytes, content_type: str) -> int:
    try:
        read(raw, content_type)
    except Refused as refused:
        return refused.status
    return 202


@pytest.mark.parametrize(("value", "shown"), [
    ("Ann", ["Ann"]), ("", [""]), (None, []), (True, ["true"]), (["a", "b"], ["a", "b"]), ([], []),
    ({"a": [1]}, ['{"a": ["1"]}']), ([{"a": None}], ['[{"a": null}]']),
])
def test_json_values_become_texts(value: object, shown: list[str]) -> None:
    assert posted({"field": value}).values == {"field": shown}


def test_numbers_stay_as_they_were_written() -> None:
    digits = "9" * 10_000
    assert read(b'{"a": 1.10, "b": 1e400, "c": %s}' % digits.encode(), JSON).values == {
        "a": ["1.10"], "b": ["1e400"], "c": [digits]}


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b'\xef\xbb\xbf{"a": "b"}', f"{JSON}; charset=utf-8").first("a") == "b"


def test_urlencoded_values_keep_order_and_repetition() -> None:
    submission = read(b"a=1&b=+%E4%BD%A0&a=2&c=", URLENCODED)
    assert submission.values == {"a": ["1", "2"], "b": [" 你"], "c": [""]}


def test_other_character_sets_are_read_when_named() -> None:
    assert read(b"name=" + "路由器".encode("gb18030"), f"{URLENCODED}; charset=GB18030").first("name") == "路由器"
    assert read(b"name=%C2%B7%D3%C9%C6%F7", f"{URLENCODED}; charset=gbk").first("name") == "路由器"


def test_multipart_has_values_and_files() -> None:
    submission = multipart(
        ('name="name"', "Ann 李".encode()),
        ('name="photo"; filename="灯.exe"\r\nContent-Type: image/png', b"MZ\0\xff"),
        ('name="empty"; filename=""', b""),
    )
    assert submission.values == {"name": ["Ann 李"]}
    assert submission.files == [("photo", File("灯.exe", "image/png", b"MZ\0\xff"))]


def test_the_digest_of_multipart_knows_a_retry_with_another_boundary() -> None:
    part, file = ('name="a"', b"1"), ('name="f"; filename="f"', b"2")
    digest = multipart(part, file).digest
    assert multipart(part, file, boundary="other").digest == digest
    for other in ([part], [file, part], [part, ('name="f"; filename="g"', b"2")], [part, ('name="f2"', b"2")],
                  [part, ('name="f"; filename="f"', b"3")], [part, ('name="f"', b"2")]):
        assert multipart(*other).digest != digest


@pytest.mark.parametrize(("text", "stored"), [
    ("a\0b", "a\ufffdb"), ("\ud83d\ude00", "😀"), ("\ud800x", "\ufffdx"), ("x\udfff", "x\ufffd"),
    ("العربية \u202e", "العربية \u202e"), ("é", "é"),
])
def test_only_what_postgresql_cannot_hold_is_replaced(text: str, stored: str) -> None:
    assert storable(text) == stored


def test_names_are_made_storable_too() -> None:
    assert read(b'{"a\\u0000": "\\ud800"}', JSON).values == {"a\ufffd": ["\ufffd"]}
    assert read(b"a%00=b%00", URLENCODED).values == {"a\ufffd": ["b\ufffd"]}


@given(st.binary(max_size=300), st.sampled_from([JSON, URLENCODED, "multipart/form-data; boundary=x", "x/y", ""]))
def test_any_bytes_are_read_or_refused(raw: bytes, content_type: str) -> None:
    assert status_of(raw, content_type) in (202, 400, 415)


@given(st.dictionaries(st.text(), st.text()))
def test_any_json_text_ends_up_storable(data: dict[str, str]) -> None:
    for name, values in posted(data).values.items():
        for text in (name, *values):
            assert "\0" not in text
            text.encode()
