"""Values: right ones become canonical, wrong ones have a code."""

import pytest

from channels.form.fields import Field, WrongValue, ready
from channels.form.settings import FieldSettings


def field(kind: str, region: str | None = None, **options: object) -> Field:
    settings = FieldSettings.model_validate({"name": "f", "label": "F", "type": kind, **options})
    return ready(settings, "F", region)


@pytest.mark.parametrize(("kind", "written", "meant"), [
    ("text", "  Ann Li ", "Ann Li"),
    ("text", "Ann\r\nLi", "Ann Li"),
    ("text", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("textarea", "one\r\ntwo", "one\ntwo"),
    ("email", "Ann.Li@EXAMPLE.com", "Ann.Li@example.com"),
    ("email", "李@例子.中国", "李@例子.中国"),
    ("phone", "+44 20 7946 0958", "+442079460958"),
    ("phone", "＋86 10-5555-0123", "+861055550123"),
    ("date", "2026-02-28", "2026-02-28"),
    ("number", "-1.50", "-1.50"),
    ("number", "1e3", "1e3"),
])
def test_right_values(kind: str, written: str, meant: str) -> None:
    assert field(kind).read([written]) == (written.strip(), meant)


@pytest.mark.parametrize(("kind", "written", "code"), [
    ("text", "a" * 201, "too_long"),
    ("text", "😀" * 201, "too_long"),
    ("email", "ann", "email"),
    ("email", "ann@", "email"),
    ("email", "Ann <ann@example.com>", "email"),
    ("email", "a@b.c\nBcc: x@y.z", "email"),
    ("email", "a" * 300 + "@example.com", "too_long"),
    ("phone", "call me", "phone"),
    ("phone", "020 7946 0958", "phone_country"),
    ("phone", "+44 1", "phone"),
    ("phone", "+999 12345678", "phone_country"),
    ("date", "31.12.2025", "date"),
    ("date", "2026-02-30", "date"),
    ("number", "a lot", "number"),
    ("number", "NaN", "number"),
    ("number", "Infinity", "number"),
])
def test_wrong_values(kind: str, written: str, code: str) -> None:
    with pytest.raises(WrongValue) as wrong:
        field(kind).read([written])
    assert wrong.value.code == code


def test_as_many_characters_as_allowed() -> None:
    assert field("text").read(["😀" * 200])[0] == "😀" * 200
    assert field("textarea", max_length=3).read([" abc "])[0] == "abc"


def test_a_number_from_home_needs_no_country_code() -> None:
    assert field("phone", "DE").read(["030 901820"]) == ("030 901820", "+4930901820")


def test_a_choice_is_one_of_the_given() -> None:
    choice = field("choice", choices=["a", "b"])
    assert choice.read(["b"]) == ("b", "b")
    with pytest.raises(WrongValue, match="choice"):
        choice.read(["c"])


@pytest.mark.parametrize("values", [[], [""], ["  \n"]])
def test_nothing_is_nothing_unless_required(values: list[str]) -> None:
    assert field("email").read(values) == ("", "")
    with pytest.raises(WrongValue, match="required"):
        field("email", required=True).read(values)


@pytest.mark.parametrize(("values", "said"), [
    (["true"], "yes"), (["on"], "yes"), (["0", "1"], "yes"), (["false"], "no"), ([], "no"), ([""], "no"),
])
def test_a_box_is_ticked_or_not(values: list[str], said: str) -> None:
    assert field("checkbox").read(values) == (said, said)


def test_consent_must_be_given() -> None:
    with pytest.raises(WrongValue, match="must_tick"):
        field("checkbox", required=True).read([])
    with pytest.raises(WrongValue, match="checkbox"):
        field("checkbox").read(["maybe"])


def test_the_same_twice_is_once_and_two_answers_are_none() -> None:
    assert field("text").read(["a", "a "]) == ("a", "a")
    with pytest.raises(WrongValue, match="repeated"):
        field("text").read(["a", "b"])
