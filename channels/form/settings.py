"""What a form is: its fields, its limits and its words, read from configuration and checked at start."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import phonenumbers
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

Language = Literal["en", "zh-Hans"]
FieldType = Literal["text", "email", "phone", "textarea", "choice", "checkbox", "file", "date", "number"]
Meaning = Literal["name", "email", "phone", "subject", "message"]

LANGUAGES: tuple[Language, ...] = ("en", "zh-Hans")
LENGTHS: Mapping[FieldType, int] = {
    "text": 200, "email": 254, "phone": 40, "textarea": 10_000, "choice": 200, "checkbox": 20, "file": 255,
    "date": 10, "number": 40,
}
FORM_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def _in_languages(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


# A text for people: one string for everybody, or a table with one string per language.
Words = Annotated[dict[Language, Annotated[str, Field(min_length=1)]], BeforeValidator(_in_languages)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def spoken(words: Mapping[Language, str], language: Language) -> str:
    """The text in this language, else in English, else in whichever there is; empty when there is none."""
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Settings):
    """One answer of a choice."""

    value: str = Field(min_length=1, max_length=200, description="what is stored")
    label: Words = Field({}, description="what people read; the value, when there is none")


class FieldSettings(_Settings):
    """One field of a form."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$", description="its name in the data")
    label: Words = Field(min_length=1, description="what people read above it")
    type: FieldType = "text"
    required: bool = Field(False, description="a required checkbox must be ticked: consent")
    means: Meaning | None = Field(None, description="which fact about the customer it is; each at most once")
    hint: Words = Field({}, description="a line between label and field")
    choices: tuple[Choice, ...] = Field((), description="for type choice: the possible answers, in order")
    max_length: int | None = Field(None, ge=1, le=100_000, description="characters; a sensible one per type")

    @field_validator("choices", mode="before")
    @classmethod
    def _short_choices(cls, value: object) -> object:
        if not isinstance(value, list | tuple):
            return value
        return [{"value": choice} if isinstance(choice, str) else choice for choice in value]

    @model_validator(mode="after")
    def _fits_together(self) -> "FieldSettings":
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("`choices` and the type `choice` go together: give both or neither")
        wanted = {"email": "email", "phone": "phone"}.get(self.means or "", self.type)
        if self.type != wanted or (self.means and self.type in ("file", "checkbox")):
            raise ValueError(f"a field of type `{self.type}` cannot mean `{self.means}`")
        return self

    @property
    def limit(self) -> int:
        """Most characters that it takes."""
        return self.max_length or LENGTHS[self.type]


class Theme(_Settings):
    """The company's colours: CSS variables of the page, checked for contrast by whoever chooses them."""

    accent: Colour = "#1d5bbf"
    accent_dark: Colour = Field("#8ab4f8", description="the accent on a dark background")


class FormSettings(_Settings):
    """One form. Its id is its key in the configuration: `GET /forms/<id>` shows it, `POST` takes it."""

    title: Words = Field(min_length=1)
    intro: Words = Field({}, description="a paragraph under the title")
    thanks: Words = Field({}, description="a paragraph under the reference number")
    queue: str | None = Field(None, min_length=1, description="where its contacts wait; none: the first queue")
    fields: tuple[FieldSettings, ...] = Field(min_length=1)
    theme: Theme = Theme()
    region: str | None = Field(None, description="country (ISO 3166, like DE) of phone numbers without a +")
    allowed_origins: tuple[str, ...] = Field(
        (), description="other sites that may post or frame it, like https://www.example.com; * for all"
    )
    rate_per_minute: int = Field(30, ge=0, description="posts per client address and minute; 0: no limit")
    spam: Literal["refuse", "mark"] = Field("refuse", description=(
        "what fell into the trap, or was sent too soon: refused and said so, or taken and marked, for rules to place"))
    min_fill_seconds: float = Field(2, ge=0, description="a page sent sooner than this was read by no human")
    max_bytes: int = Field(256 * 1024, ge=1024, description="largest body without files")
    max_file_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="largest single file")
    max_files: int = Field(5, ge=0, le=50, description="most files in one post")

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError("no country with this code; use two capital letters like DE")
        return region

    @field_validator("allowed_origins")
    @classmethod
    def _whole_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not re.fullmatch(r"https?://[^/\s;,'\"]+", origin):
                raise ValueError(f"`{origin}` is no origin: scheme and host, no path, like https://www.example.com")
        return origins

    @field_validator("fields")
    @classmethod
    def _each_once(cls, fields: tuple[FieldSettings, ...]) -> tuple[FieldSettings, ...]:
        told = [f"name `{f.name}`" for f in fields] + [f"means `{f.means}`" for f in fields if f.means]
        twice = [value for value, count in Counter(told).items() if count > 1]
        if twice:
            raise ValueError(f"in more than one field: {', '.join(twice)}")
        return fields

    @property
    def body_limit(self) -> int:
        """Most bytes of one post; files count only where the form asks for some."""
        takes_files = any(field.type == "file" for field in self.fields)
        return self.max_bytes + (self.max_files * self.max_file_bytes if takes_files else 0)


def parse_forms(data: Mapping[str, object]) -> dict[str, FormSettings]:
    """Reads forms from tables, one per form id. Raises ValueError that names every mistake and its place."""
    forms: dict[str, FormSettings] = {}
    mistakes: list[str] = []
    for form_id, table in data.items():
        if not FORM_ID.fullmatch(form_id):
            mistakes.append(f"forms.{form_id}: an id has small letters, digits and hyphens, 63 at most")
            continue
        try:
            forms[form_id] = FormSettings.model_validate(table)
        except ValidationError as error:
            mistakes += [_mistake(form_id, detail) for detail in error.errors(include_url=False)]
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return forms


def _mistake(form_id: str, detail: Any) -> str:
    place = ".".join(str(step) for step in ("forms", form_id, *detail["loc"]))
    return f"{place}: {detail['msg'].removeprefix('Value error, ')}"


DEFAULT_CONTACT = parse_forms({
    "contact": {
        "title": {"en": "Contact us", "zh-Hans": "联系我们"},
        "intro": {"en": "Write to us and we will answer you soon.",
                  "zh-Hans": "请写下您的问题，我们会尽快答复您。"},
        "thanks": {
            "en": "Please keep the reference number: with it we find your message at once.",
            "zh-Hans": "请保留此编号，凭编号我们可以立即找到您的留言。",
        },
        "fields": [
            {"name": "name", "means": "name", "required": True, "label": {"en": "Name", "zh-Hans": "姓名"}},
            {"name": "email", "type": "email", "means": "email", "required": True,
             "label": {"en": "E-mail", "zh-Hans": "电子邮箱"}},
            {"name": "phone", "type": "phone", "means": "phone", "label": {"en": "Phone", "zh-Hans": "电话"},
             "hint": {"en": "With the country code, like +44 20 7946 0958",
                      "zh-Hans": "请包含国家代码，例如 +86 10 5555 0123"}},
            {"name": "message", "type": "textarea", "means": "message", "required": True,
             "label": {"en": "Message", "zh-Hans": "留言"}},
        ],
    },
})["contact"]
