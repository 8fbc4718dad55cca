"""Configuration: what is right is read, and what is wrong is named with its place."""

import tomllib

import pytest

from channels.form import DEFAULT_CONTACT, parse_forms
from channels.form.settings import FormSettings, spoken
from tests.channels.form.driver import CONTACT, REPAIR

TOML = """
[complaint]
title = { en = "Complain", zh-Hans = "投诉" }
queue = "complaints"
allowed_origins = ["https://www.example.com"]
theme = { accent = "#006400" }

[[complaint.fields]]
name = "message"
label = "What went wrong"
type = "textarea"
means = "message"
required = true
max_length = 5000

[[complaint.fields]]
name = "severity"
label = "How bad"
type = "choice"
choices = ["low", { value = "high", label = { en = "High", zh-Hans = "高" } }]
"""


def test_a_form_is_read_from_toml() -> None:
    complaint = parse_forms(tomllib.loads(TOML))["complaint"]
    assert complaint.queue == "complaints"
    message, severity = complaint.fields
    assert (message.limit, message.required, message.means) == (5000, True, "message")
    assert [choice.value for choice in severity.choices] == ["low", "high"]
    assert spoken(message.label, "zh-Hans") == "What went wrong"
    assert spoken(severity.choices[1].label, "zh-Hans") == "高"


def test_the_contact_form_asks_for_what_it_takes_to_answer() -> None:
    assert [(field.name, field.required) for field in DEFAULT_CONTACT.fields] == [
        ("name", True), ("email", True), ("phone", False), ("message", True),
    ]
    for field in DEFAULT_CONTACT.fields:
        assert set(field.label) == {"en", "zh-Hans"}


def test_only_forms_with_file_fields_take_large_bodies() -> None:
    forms = parse_forms({"contact": CONTACT, "repair": REPAIR})
    assert forms["contact"].body_limit == forms["contact"].max_bytes
    assert forms["repair"].body_limit == forms["repair"].max_bytes + 200_000


FIELD = {"name": "a", "label": "A"}


@pytest.mark.parametrize(("wrong", "place", "told"), [
    ({"fields": []}, "forms.f.fields", "at least 1 item"),
    ({"fields": [FIELD, FIELD]}, "forms.f.fields", "in more than one field: name `a`"),
    ({"fields": [{**FIELD, "means": "name"}, {"name": "b", "label": "B", "means": "name"}]},
     "forms.f.fields", "means `name`"),
    ({"fields": [{**FIELD, "type": "telefax"}]}, "forms.f.fields.0.type", "'text', 'email'"),
    ({"fields": [{**FIELD, "type": "choice"}]}, "forms.f.fields.0", "`choices`"),
    ({"fields": [{**FIELD, "choices": ["a"]}]}, "forms.f.fields.0", "`choices`"),
    ({"fields": [{**FIELD, "means": "email"}]}, "forms.f.fields.0", "cannot mean `email`"),
    ({"fields": [{**FIELD, "type": "checkbox", "means": "name"}]}, "forms.f.fields.0", "cannot mean"),
    ({"fields": [{**FIELD, "name": "_key"}]}, "forms.f.fields.0.name", "pattern"),
    ({"fields": [{**FIELD, "label": {"fr": "Nom"}}]}, "forms.f.fields.0.label.fr", "'en' or 'zh-Hans'"),
    ({"fields": [FIELD], "region": "Germany"}, "forms.f.region", "two capital letters"),
    ({"fields": [FIELD], "allowed_origins": ["example.com"]}, "forms.f.allowed_origins", "no origin"),
    ({"fields": [FIELD], "allowed_origins": ["https://a.b; script-src *"]}, "forms.f.allowed_origins", "no origin"),
    ({"fields": [FIELD], "theme": {"accent": "red; } *{"}}, "forms.f.theme.accent", "pattern"),
    ({"fields": [FIELD], "colour": "red"}, "forms.f.colour", "not permitted"),
])
def test_a_mistake_is_named_with_its_place(wrong: dict[str, object], place: str, told: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_forms({"f": {"title": "F", **wrong}})
    assert str(error.value).startswith(f"{place}")
    assert told in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ValueError) as error:
        parse_forms({"Bad Id": {}, "f": {"title": "F"}, "g": "no table"})
    assert len(str(error.value).splitlines()) == 3


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        DEFAULT_CONTACT.queue = "other"  # type: ignore[misc]
    assert isinstance(DEFAULT_CONTACT, FormSettings)
