"""Text from HTML, in bounded time whatever the HTML."""

import html as markup
import re

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

from channels.email.parse.charset import Warnings
from channels.text import storable

MAX_HTML = 2_000_000  # bytes of HTML that are shown; longer HTML is kept whole as an attachment
MAX_RENDERED = 200_000  # characters that are laid out with tables and lists; longer HTML loses its tags only
MAX_TAGS = 8_000
MAX_CELLS = 4_000
MAX_DEPTH = 200  # libxml2 leaves out all that follows the 256th level
_ELEMENT = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_closed_by_itself_words = "area base br col hr img input link meta p source track wbr"
_CLOSED_BY_ITSELF = frozenset(_closed_by_itself_words.split())
_HIDDEN = re.compile(r"<(script|style|head|title)\b", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|/?blockquote|/?ul|/?ol|hr)\b[^>]*>", re.IGNORECASE)
# Where a quotation begins and ends: two of the code points that Unicode keeps free for such use within a program.
_QUOTE, _UNQUOTE = "\ufdd0", "\ufdd1"
_MARKS = re.compile(f"([{_QUOTE}{_UNQUOTE}])")
_BLOCKQUOTE = re.compile(r"<(/?)blockquote\b[^<>]*>", re.IGNORECASE)
_BLANKS = re.compile(r"\n\s*\n\s*\n+")


def of_html(html: str, warnings: Warnings) -> str:
    if _is_tame(html):
        try:
            text = _quoted(get_text(_marked(html), ParserConfig(css=CSS_PROFILES["strict"])))
        except Exception:  # a tree too deep, a tag too strange: the words are what matters
            text = rough(html)
    else:
        warnings.setdefault("html_rough")
        text = rough(html)
    lines = [line.rstrip() for line in storable(text).replace("\xa0", " ").split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n")


def _marked(html: str) -> str:
    """The HTML with a paragraph of its own at both ends of each quotation."""
    return _BLOCKQUOTE.sub(
        lambda tag: f"<p>{_UNQUOTE}</p>{tag[0]}" if tag[1] else f"{tag[0]}<p>{_QUOTE}</p>", _MARKS.sub("", html))


def _quoted(text: str) -> str:
    """Quotations marked line by line, as in a mail without HTML: what stands between them is an answer."""
    if _QUOTE not in text:
        return text
    out, depth = [], 0
    for line in text.split("\n"):
        words, level = _MARKS.sub("", line), None
        for piece in _MARKS.split(line):
            if piece in (_QUOTE, _UNQUOTE):
                depth = depth + 1 if piece == _QUOTE else max(0, depth - 1)
            elif piece.strip() and level is None:
                level = depth
        if level:
            out.append(f"{'>' * min(level, 9)} {words}")
        elif words.strip() or words == line or not depth:
            out.append(words)
    return "\n".join(out)


def _is_tame(html: str) -> bool:
    """Layout takes time and room with the product of a table's width and its lines, and ends at some depth."""
    if len(html) > MAX_RENDERED or html.count("<") > MAX_TAGS or _depth(html) > MAX_DEPTH:
        return False
    low = html.lower()
    return low.count("<td") + low.count("<th") <= MAX_CELLS and low.count("<table") <= 200


def _depth(html: str) -> int:
    """How many elements are open at once, at most."""
    depth = deepest = 0
    for tag in _ELEMENT.finditer(html):
        if tag[2].lower() not in _CLOSED_BY_ITSELF:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


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
