"""Text from HTML, in bounded time whatever the HTML."""

import html as markup
import re

from inscriptis import get_text  # type: ignore[import-untyped]
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]

from channels.email.parse.charset import Warnings
from channels.text import storable

MAX_HTML = 2_000_000  # bytes of HTML that are shown; longer HTML is kept whole as an attachment
MAX_RENDERED = 200_000  # characters that are laid out with tables and lists; longer HTML loses its tags only
MAX_TAGS = 8_000
MAX_CELLS = 4_000
_HIDDEN = re.compile(r"<(script|style|head|title)\b", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|/?blockquote|/?ul|/?ol|hr)\b[^>]*>", re.IGNORECASE)
_BLANKS = re.compile(r"\n\s*\n\s*\n+")


def of_html(html: str, warnings: Warnings) -> str:
    if _is_tame(html):
        try:
            text = get_text(html, ParserConfig(css=CSS_PROFILES["strict"]))
        except Exception:  # a tree too deep, a tag too strange: the words are what matters
            text = rough(html)
    else:
        warnings.setdefault("html_rough")
        text = rough(html)
    lines = [line.rstrip() for line in storable(text).replace("\xa0", " ").split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n")


def _is_tame(html: str) -> bool:
    """Layout takes time and room with the product of a table's width and its lines."""
    if len(html) > MAX_RENDERED or html.count("<") > MAX_TAGS:
        return False
    low = html.lower()
    return low.count("<td") + low.count("<th") <= MAX_CELLS and low.count("<table") <= 200


def rough(html: str) -> str:
    """The words only. Every step is linear."""
    pieces = []
    place = 0
    while (found := _HIDDEN.search(html, place)) is not None:
        pieces.append(html[place:found.start()])
        close = html.lower().find(f"</{found[1].lower()}", found.end()) if len(pieces) < 50 else -1
        place = close if close >= 0 else found.end()
        if close < 0:
            break
    pieces.append(html[place:])
    text = _BREAKS.sub("\n", "".join(pieces))
    text = _untagged(text)
    return markup.unescape(text)


def _untagged(text: str) -> str:
    out = []
    for piece in text.split("<"):
        inside, closed, after = piece.partition(">")
        out.append(after if closed else inside)
    return "".join(out)
