"""What the channel itself says to people, in the language they asked for."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from channels.form.settings import LANGUAGES, Language

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
NAMES: dict[str, str] = _WORDS["names"]


class Said(NamedTuple):
    title: str
    detail: str


def problem(code: str, language: Language, **facts: object) -> Said:
    """What to say about a problem as a whole. A code of the hub's own is told as it is."""
    problems = _WORDS["problems"]
    title, detail = problems.get(code, problems["refused"])[language]
    return Said(title, detail.format(code=code, **facts))


def field_problem(code: str, language: Language, **facts: object) -> str:
    """What to say beside one field."""
    fields = _WORDS["fields"]
    return str(fields.get(code, fields["refused"])[language]).format(**facts)


def page_words(language: Language) -> dict[str, str]:
    """The fixed words of the page."""
    return {name: words[language] for name, words in _WORDS["page"].items()}


def language_of(asked: str | None, accepted: str) -> Language:
    """The language asked for, else the best of an Accept-Language header (RFC 9110), else English."""
    if asked in LANGUAGES:
        return asked
    best: tuple[float, Language] = (0.0, "en")
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.strip().lower().partition(";q=")
        language = _speaks(tag)
        if language and _weight(weight) > best[0]:
            best = (_weight(weight), language)
    return best[1]


def _speaks(tag: str) -> Language | None:
    # Whoever reads traditional characters reads simplified ones better than English.
    return "zh-Hans" if tag.startswith("zh") else "en" if tag.startswith("en") else None


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
