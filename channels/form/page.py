"""The page of a form: HTML that works without a script, in the customer's language and company's colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.form.body import Submission
from channels.form.settings import FieldSettings, FormSettings, Language, Theme, spoken
from channels.form.words import NAMES, Said, page_words

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True, auto_reload=False,
)
_INPUTS = {"email": "email", "phone": "tel", "date": "date"}
_FILL = {"name": "name", "email": "email", "phone": "tel"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as the page shows it."""

    name: str
    id: str
    type: str
    input: str
    mode: str
    label: str
    hint: str
    required: bool
    autocomplete: str
    choices: Sequence[Mapping[str, str]]
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """What the page carries along: the key that makes a second click harmless, and when it was made."""

    key: str
    rendered: str


class Page:
    """One form's page, for every visitor anew."""

    def __init__(self, settings: FormSettings) -> None:
        self._settings = settings
        self._form = _TEMPLATES.get_template("form.html")
        self._note = _TEMPLATES.get_template("note.html")

    def form(self, language: Language, nonce: str, hidden: Hidden, written: Submission,
             errors: Mapping[str, str], problem: Said | None) -> str:
        """The form itself, with what was written already, and what is wrong with it."""
        settings = self._settings
        fields = [_shown(one, language, written.values.get(one.name, ()), errors) for one in settings.fields]
        return self._form.render(
            _frame(settings.theme, language, nonce), title=spoken(settings.title, language),
            intro=spoken(settings.intro, language), fields=fields, problem=problem,
            wrong=[field for field in fields if field.error], key=hidden.key, rendered=hidden.rendered,
            files_lost=bool(written.files), has_files=any(one.type == "file" for one in settings.fields),
        )

    def sent(self, language: Language, nonce: str, reference: str, receipt: str) -> str:
        """The end: the reference number, and what happens next."""
        frame = _frame(self._settings.theme, language, nonce) | {"stay": f"&sent={receipt}"}
        thanks = spoken(self._settings.thanks, language)
        return self._note.render(frame, title=frame["words"]["received"], detail=thanks, reference=reference,
                                 problem=False, back=f"?lang={language}")

    def refused(self, language: Language, nonce: str, problem: Said) -> str:
        """A problem that leaves no form to show again."""
        return self._note.render(_frame(self._settings.theme, language, nonce), title=problem.title,
                                 detail=problem.detail, reference="", problem=True, back=f"?lang={language}")


def unknown(language: Language, nonce: str, problem: Said) -> str:
    """There is no such form, and so no way back to it."""
    note = _TEMPLATES.get_template("note.html")
    return note.render(_frame(Theme(), language, nonce), title=problem.title, detail=problem.detail,
                       reference="", problem=True, back="")


def on(colour: str) -> str:
    """Black or white, whichever can be read better on `#rrggbb` (relative luminance of WCAG 2)."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _frame(theme: Theme, language: Language, nonce: str) -> dict[str, Any]:
    return {
        "language": language, "stay": "", "languages": NAMES, "nonce": nonce, "words": page_words(language),
        "accent": theme.accent, "on_accent": on(theme.accent),
        "accent_dark": theme.accent_dark, "on_accent_dark": on(theme.accent_dark),
    }


def _shown(one: FieldSettings, language: Language, values: Sequence[str], errors: Mapping[str, str]) -> Shown:
    value = values[0] if values else ""
    return Shown(
        name=one.name, id=f"field-{one.name}", type=one.type, input=_INPUTS.get(one.type, "text"),
        mode="decimal" if one.type == "number" else "", label=spoken(one.label, language),
        hint=spoken(one.hint, language), required=one.required, autocomplete=_FILL.get(one.means or "", ""),
        choices=[{"value": c.value, "label": spoken(c.label, language) or c.value} for c in one.choices],
        value="" if one.type == "checkbox" and value.lower() not in ("true", "on", "1", "yes") else value,
        error=errors.get(one.name, ""),
    )
