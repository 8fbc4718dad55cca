"""Styles that a stranger's HTML may keep: how text looks, never where it lies, and nothing that fetches."""

import re
from functools import lru_cache

_names_words = """
    background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width
    border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius
    border-right border-right-color border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-style border-top-width border-width clear color direction float font font-family
    font-size font-style font-variant font-weight height letter-spacing line-height list-style-type margin
    margin-bottom margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left
    padding-right padding-top table-layout text-align text-decoration text-indent text-transform unicode-bidi
    vertical-align white-space width word-break word-spacing overflow-wrap
"""
_NAMES = frozenset(_names_words.split())
# Neither a function that fetches, nor an escape that hides one, nor a minus that moves text over other text.
_VALUE = re.compile(
    r"(?:[\w\s#%.,'\"!\u0080-\uffff]|(?<=[\w])-(?=[\w])|\b(?:rgb|rgba|hsl|hsla)\([\d\s.,%/]{1,60}\))*", re.I)
_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|rgba|hsl|hsla)\([\d\s.,%/]{1,60}\)|^\s*[a-z]{3,20}\s*$", re.I)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all)", re.I)
_SIZE = re.compile(r"\s*([\d.]{1,8})\s*(px|pt|em|rem|%)?", re.I)
_LENGTH = re.compile(r"(?:^|;)\s*(?:max-)?(width|height)\s*:\s*([\d.]{1,8})(?:px|pt)?\s*(?=;|!|$)", re.I)
_NUMBER = re.compile(r"\d{5,}")
_MOST = 4_000  # characters of one style


@lru_cache(maxsize=2048)
def filtered(style: str) -> str:
    """The harmless declarations of a style attribute."""
    kept = []
    for declaration in style[:_MOST].split(";"):
        name, mark, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "background" and mark:
            found = _COLOUR.search(value)
            name, value = "background-color", found[0] if found else ""
        if name in _NAMES and value and _is_harmless(name, value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def is_hidden(style: str) -> bool:
    """Whether the sender wants it not to be seen."""
    return bool(_HIDDEN.search(style[:_MOST]))


def lengths(style: str) -> dict[str, float]:
    """Width and height in pixels or points, as far as the style fixes them."""
    return {name.lower(): _number(value) for name, value in _LENGTH.findall(style[:_MOST])}


def _is_harmless(name: str, value: str) -> bool:
    if not _VALUE.fullmatch(value) or _NUMBER.search(value):
        return False
    if "transparent" in value.lower() and name == "color":
        return False
    return name not in ("font-size", "line-height") or _is_legible(value)


def _is_legible(value: str) -> bool:
    """No text too small to be seen; none so large that it covers everything."""
    found = _SIZE.match(value)
    if found is None:
        return True  # a word such as small
    number, unit = _number(found[1]), (found[2] or "").lower()
    if unit in ("em", "rem") or not unit:
        return 0.5 <= number <= 10
    return (50 if unit == "%" else 5) <= number <= (1000 if unit == "%" else 100)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
