"""Which parts are the text of a mail, and which are attachments. Every leaf is one or the other."""

import html as markup
import re
from dataclasses import dataclass, field

from channels.email.parse.charset import Warnings, decode
from channels.email.parse.model import Leaf
from channels.email.parse.plain import MAX_HTML, of_html
from channels.email.parse.walk import Node

MAX_TEXT = 200_000  # characters of text; a longer one is kept whole as an attachment
_BYTES = 4 * MAX_TEXT


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
    body.segments = _Chooser(body, warnings).segments(root)
    body.text = _text(body.segments, warnings)
    if len(body.text) > MAX_TEXT:
        warnings.setdefault("text_cut")
        body.text = body.text[:MAX_TEXT]
        body.shown.clear()
    if any(one.html for one in body.segments):
        body.html = "\n".join(one.html or _as_html(one.text or "") for one in body.segments)
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


def _as_html(text: str) -> str:
    return f'<div style="white-space:pre-wrap">{markup.escape(text)}</div>' if text.strip() else ""


class _Chooser:
    def __init__(self, body: Body, warnings: Warnings) -> None:
        self.body = body
        self.warnings = warnings

    def segments(self, node: Node) -> list[Segment]:
        if node.leaf is not None:
            return self._leaf(node)
        if node.type == "multipart/alternative":
            return self._alternative(node)
        if node.type == "multipart/related":
            return self._related(node)
        out: list[Segment] = []
        for child in node.children:
            found = self.segments(child)
            out += found if not out or not _named_text(child) else []
        return out

    def _leaf(self, node: Node) -> list[Segment]:
        leaf = node.leaf
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
        cut = len(leaf.content) > most
        content = leaf.content[:most] if cut else leaf.content
        text = decode(content, node.head.parameter("charset"), self.warnings, cut=cut)
        if cut:
            self.warnings.setdefault("text_cut")
        else:
            self.body.shown.add(id(leaf))
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _alternative(self, node: Node) -> list[Segment]:
        """The first text and the last HTML; what else there is, is an attachment."""
        text: str | None = None
        html: str | None = None
        for child in node.children:
            before = set(self.body.shown)
            for one in self.segments(child):
                if one.html is not None and one.html.strip():
                    html = one.html if html is None or child is not node else html
                if one.text is not None and text is None:
                    text = one.text
            del before
        return [Segment(text, html)] if text is not None or html is not None else []

    def _related(self, node: Node) -> list[Segment]:
        out: list[Segment] = []
        for child in node.children:
            found = self.segments(child)
            if not out:
                out = found
        return out


def _named_text(node: Node) -> bool:
    return node.leaf is not None and bool(node.head.filename)


_FLOWED = re.compile(r"^(>*) ?(.*)$", re.DOTALL)


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
