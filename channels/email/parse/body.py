"""Which parts are the text of a mail, and which are attachments. Every leaf is one or the other."""

import html as markup
from dataclasses import dataclass, field

from channels.email.parse import calendar
from channels.email.parse.charset import Warnings, decode
from channels.email.parse.model import Leaf
from channels.email.parse.plain import MAX_HTML, of_html
from channels.email.parse.walk import Node

MAX_TEXT = 200_000  # characters of text; a longer one is kept whole as an attachment
_BYTES = 4 * MAX_TEXT
MAX_INVITATIONS = 3
CALENDARS = ("text/calendar", "application/ics")


@dataclass(slots=True)
class Segment:
    """One piece of the body: as text, as HTML, or as both."""

    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Body:
    segments: list[Segment] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)  # id() of the leaves that are wholly in the text or the html
    text: str = ""
    html: str = ""


def find(root: Node, warnings: Warnings) -> Body:
    body = Body()
    chooser = _Chooser(body, warnings)
    body.segments = chooser.segments(root)
    if not any((one.text or "").strip() or one.html for one in body.segments):
        body.segments += [found for wrapped in chooser.wrapped for found in chooser.within(wrapped)]
    body.segments += [Segment(text) for text in chooser.invitations[:MAX_INVITATIONS]]
    body.text = _text(body.segments, warnings)
    if len(body.text) > MAX_TEXT:
        warnings.setdefault("text_cut")
        body.text = body.text[:MAX_TEXT]
        body.shown.clear()
    if any(one.html for one in body.segments):
        body.html = "\n".join(one.html or as_html(one.text or "") for one in body.segments)
    return body


def _text(segments: list[Segment], warnings: Warnings) -> str:
    out = []
    for one in segments:
        text = one.text
        if (text is None or not text.strip()) and one.html:
            text = of_html(one.html, warnings)
        if text and text.strip():
            out.append(text.rstrip() if len(segments) > 1 else text)
    return "\n\n".join(out)


def as_html(text: str) -> str:
    return f'<div style="white-space:pre-wrap">{markup.escape(text)}</div>' if text.strip() else ""


class _Chooser:
    def __init__(self, body: Body, warnings: Warnings) -> None:
        self.body = body
        self.warnings = warnings
        self.wrapped: list[Node] = []  # winmail.dat: its text is that of the mail, if the mail has none
        self.invitations: list[str] = []

    def segments(self, node: Node) -> list[Segment]:
        if node.leaf is not None and not node.children:
            return self._leaf(node)
        if node.leaf is not None and node.children[0].path[-1:] == (node.type,) and "tnef" in node.type:
            self.wrapped.append(node)
            return []
        if node.type == "multipart/alternative":
            return self._alternative(node)
        if node.type == "multipart/related":
            return self._related(node)
        out: list[Segment] = []
        for child in node.children:
            found = self.segments(child)
            out += found if not out or not _named_text(child) else []
        return out

    def within(self, wrapped: Node) -> list[Segment]:
        """Text and HTML of a winmail.dat, which say the same."""
        found = [one for child in wrapped.children for one in self.segments(child)]
        text = next((one.text for one in found if one.text), None)
        html = next((one.html for one in found if one.html), None)
        return [Segment(text, html)] if found else []

    def _leaf(self, node: Node) -> list[Segment]:
        leaf = node.leaf
        if leaf is not None and leaf.type in CALENDARS and len(self.invitations) < MAX_INVITATIONS:
            told = calendar.summary(self._text_of(node, leaf, calendar.MAX_READ)[0])
            if told and told not in self.invitations:
                self.invitations.append(told)
            return []
        if leaf is None or node.head.disposition == "attachment" or leaf.type not in ("text/plain", "text/html"):
            return []
        if node.head.filename and (node.path or node.head.disposition):
            return []
        if leaf.type == "text/html":
            return [Segment(html=self._decoded(node, leaf, MAX_HTML))]
        text = self._decoded(node, leaf, _BYTES)
        if node.head.parameter("format").lower() == "flowed":
            text = flowed(text, node.head.parameter("delsp").lower() == "yes")
        return [Segment(text=text)]

    def _decoded(self, node: Node, leaf: Leaf, most: int) -> str:
        text, cut = self._text_of(node, leaf, most)
        if cut:
            self.warnings.setdefault("text_cut")
        else:
            self.body.shown.add(id(leaf))
        return text

    def _text_of(self, node: Node, leaf: Leaf, most: int) -> tuple[str, bool]:
        cut = len(leaf.content) > most
        content = leaf.content[:most] if cut else leaf.content
        text = decode(content, node.head.parameter("charset"), self.warnings, cut=cut)
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, cut

    def _alternative(self, node: Node) -> list[Segment]:
        """The first text and the last HTML, each of one child; what else there is, is an attachment."""
        chosen: dict[str, tuple[str, set[int]]] = {}
        for child in node.children:
            before, self.body.shown = self.body.shown, set()
            found = self.segments(child)
            mine, self.body.shown = self.body.shown, before
            html = "\n".join(one.html for one in found if one.html)
            text = "\n\n".join(one.text for one in found if one.text)
            if text.strip() and "text" not in chosen:
                chosen["text"] = (text, mine)
            if html.strip():
                chosen["html"] = (html, mine)
            if not (text.strip() or html.strip()):
                self.body.shown |= mine  # nothing in it that anybody could miss
        for _, mine in chosen.values():
            self.body.shown |= mine
        if not chosen:
            return []
        return [Segment(*(chosen[name][0] if name in chosen else None for name in ("text", "html")))]

    def _related(self, node: Node) -> list[Segment]:
        out: list[Segment] = []
        for child in node.children:
            found = self.segments(child)
            if not out:
                out = found
        return out


def _named_text(node: Node) -> bool:
    return node.leaf is not None and bool(node.head.filename)


def flowed(text: str, delete_space: bool) -> str:
    """Soft line breaks taken out (RFC 3676); lines of one quoting depth only are joined."""
    out: list[str] = []
    held: list[str] = []  # the pieces of the current paragraph
    depth = 0
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        content = line[quotes:]
        if content.startswith(" "):
            content = content[1:]
        signature = content.rstrip("\r") == "-- "
        if held and (quotes != depth or signature):
            out.append(_quoted(depth, "".join(held)))
            held = []
        depth = quotes
        if content.endswith(" ") and not signature:
            held.append(content[:-1] if delete_space else content)
            continue
        out.append(_quoted(depth, "".join((*held, content))))
        held = []
    if held:
        out.append(_quoted(depth, "".join(held)))
    return "\n".join(out)


def _quoted(depth: int, text: str) -> str:
    return f"{'>' * depth} {text}" if depth else text
