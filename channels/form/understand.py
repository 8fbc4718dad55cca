"""From a submission to who said what. Pure: the same bytes always give the same again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from channels.base import Address, AddressKind, File, Inbound, Refused
from channels.form.body import Submission, read
from channels.form.fields import Field, WrongValue, ready
from channels.form.settings import LANGUAGES, FieldSettings, FormSettings, spoken

# Names of the page itself. Fields of a form begin with a letter, so nothing of anybody's is hidden by them.
KEY, RENDERED, LANGUAGE, TRAP = "_key", "_rendered", "_language", "_website"
RESERVED = frozenset({KEY, RENDERED, LANGUAGE, TRAP})


@dataclass(frozen=True, slots=True)
class Arrival:
    """The outer facts about a submission: all that the hub keeps of it besides its bytes."""

    natural_key: str
    at: datetime
    raw: bytes
    content_type: str


@dataclass(slots=True)
class _Found:
    shown: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


class Reader:
    """One form, made ready: whatever can be decided before a submission arrives has been."""

    def __init__(self, form_id: str, settings: FormSettings) -> None:
        self.source = f"form:{form_id}"
        self.settings = settings
        self._title = spoken(settings.title, "en")
        self._fields = tuple(_ready(settings))
        self._file_fields = tuple(f for f in settings.fields if f.type == "file")
        self._known = frozenset(f.name for f in settings.fields) | RESERVED
        self._message_key = next((f.key for f in self._fields if f.means == "message"), None)

    def replay(self, arrival: Arrival) -> Inbound:
        """Understands bytes again that were understood before."""
        return self.understand(read(arrival.raw, arrival.content_type), arrival)

    def understand(self, submission: Submission, arrival: Arrival) -> Inbound:
        """Raises `Refused("invalid")` with a code for each field that is wrong."""
        found = self._found(submission)
        if found.wrong:
            raise Refused("invalid", 422, found.wrong)
        facts, said = found.facts, submission.first(LANGUAGE)
        language = said if said in LANGUAGES else None
        text = facts.get("message") or "\n".join(f"{key}: {value}" for key, value in found.shown.items())
        return Inbound(
            source=self.source, natural_key=arrival.natural_key, channel="form", addresses=_addresses(facts),
            text=text, at=arrival.at, raw=arrival.raw, content_type=arrival.content_type,
            body=submission.digest, name=facts.get("name"), language=language,
            subject=facts.get("subject") or self._title, queue=self.settings.queue,
            fields={key: value for key, value in found.shown.items() if key != self._message_key},
            files=tuple(file for _, file in submission.files),
        )

    def _found(self, submission: Submission) -> _Found:
        found, values = _Found(), submission.values
        for one in self._fields:
            try:
                text, fact = one.read(values.get(one.name, []))
            except WrongValue as wrong:
                found.wrong[one.name] = wrong.code
                continue
            if text:
                found.shown[one.key] = text
                if one.means:
                    found.facts[one.means] = fact
        self._add_unknown(submission, found.shown)
        if submission.files or self._file_fields:
            found.wrong |= self._wrong_files(submission.files)
        return found

    def _add_unknown(self, submission: Submission, shown: dict[str, str]) -> None:
        for name, values in submission.values.items():
            if name not in self._known and any(values):
                while name in shown:
                    name = f"{name} +"  # noqa: PLW2901 - a stranger must not write over what a field said
                shown[name] = ", ".join(values)

    def _wrong_files(self, files: Sequence[tuple[str, File]]) -> dict[str, str]:
        most = self.settings.max_file_bytes
        wrong = {name: "file_too_large" for name, file in files if len(file.content) > most}
        if len(files) > self.settings.max_files:
            wrong[files[-1][0]] = "too_many_files"
        names = {name for name, _ in files}
        return wrong | {f.name: "required" for f in self._file_fields if f.required and f.name not in names}


def _ready(settings: FormSettings) -> list[Field]:
    fields: list[Field] = []
    for one in settings.fields:
        if one.type != "file":
            fields.append(ready(one, _key(one, fields), settings.region))
    return fields


def _key(one: FieldSettings, before: Sequence[Field]) -> str:
    label = spoken(one.label, "en")
    return f"{label} ({one.name})" if any(label == other.key for other in before) else label


def _addresses(facts: dict[str, str]) -> tuple[Address, ...]:
    kinds: tuple[AddressKind, ...] = ("email", "phone")
    return tuple(Address(kind, facts[kind]) for kind in kinds if kind in facts)
