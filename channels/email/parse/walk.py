"""A mail's parts, found in one pass over its bytes with bounded work. Never raises.

The standard library's parser splits everything into lines first: 60 MB cost it a gigabyte and minutes of work. Here a
mail stays one `bytes`; only lines that begin with two hyphens are looked at, and a part's content is copied once.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.parse.charset import Warnings
from channels.email.parse.headers import MAX_PART_FIELDS, Head, read, split
from channels.email.parse.model import Headers, Leaf
from channels.email.parse.words import base64

MAX_PARTS = 10_000  # leaves; what comes after them is one more leaf
MAX_DEPTH = 60  # parts within parts; what is deeper is a leaf
MAX_CANDIDATES = 200_000  # lines that begin with two hyphens; after them only the outermost parts are told apart
SPARSE_DEPTH = 5
MAX_MENDED = 10_000_000  # bytes of a content whose flaws are mended
MAX_PIECES = 100_000
MAX_LINES = 1_500_000  # of uuencode
MAX_WRONG = 100
MAX_BOUNDARY = 250  # bytes; RFC 2046 allows 70
_UNNAMED = re.compile(rb"\n--([^\n]{1,200})\n")
_SOFT = re.compile(rb"=[ \t]+\r?\n")
_QUADS = re.compile(rb"(?:[A-Za-z0-9+/=]{4})*[A-Za-z0-9+/=]{0,3}\s*")
_JUNK = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


@dataclass(slots=True)
class Node:
    """One part: with children, or with a leaf."""

    head: Head
    type: str
    path: tuple[str, ...]
    boundary: bytes = b""
    children: list["Node"] = field(default_factory=list)
    leaf: Leaf | None = None

    @property
    def leaves(self) -> Iterator[Leaf]:
        """All leaves in or below, in order. Not recursive, for a caller may be deep already."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if node.leaf is not None:
                yield node.leaf
            waiting += reversed(node.children)


def walk(data: bytes, warnings: Warnings, path: tuple[str, ...] = ()) -> Node:
    """The tree of parts of a whole mail, or of any entity with a head."""
    return _Walk(data, warnings).run(path)


class _Walk:
    def __init__(self, data: bytes, warnings: Warnings) -> None:
        self.data = data
        self.warnings = warnings
        self.open: list[Node] = []  # the multiparts around the current place, the outermost first
        self.levels: dict[bytes, int] = {}  # boundary -> its place in `open`
        self.leaves = 0
        self.budget = MAX_CANDIDATES
        self.sparse = False  # too many candidates: each boundary is looked for by itself
        self.ahead: dict[bytes, int] = {}  # where each boundary comes next, when sparse

    def run(self, path: tuple[str, ...]) -> Node:
        fields, body = split(self.data, 0, len(self.data), self.warnings)
        root = self._node(fields, path, "text/plain", body)
        current: Node | None = root  # None between a closing delimiter and the next one
        begun = place = body
        while self.open and (found := self._next(place)) is not None:
            start, level, closes, after = found
            self._finish(current, begun, start, self.open[level])
            self._leave(level)
            if self.leaves >= MAX_PARTS and not closes:
                self.warnings.setdefault("too_many_parts")
                current = self._rest(self.open[level])
                begun = start
                break
            if closes:
                current, begun = None, after
            else:
                current, begun = self._part(self.open[level], after)
            place = begun
        self._finish(current, begun, len(self.data), None)
        return root

    def _part(self, parent: Node, start: int) -> tuple[Node, int]:
        fields, body = split(self.data, start, len(self.data), self.warnings, MAX_PART_FIELDS)
        default = "message/rfc822" if parent.type == "multipart/digest" else "text/plain"
        node = self._node(fields, (*parent.path, parent.type), default, body)
        parent.children.append(node)
        return node, body

    def _node(self, fields: list[bytes], path: tuple[str, ...], default: str, body: int) -> Node:
        head = read(fields, self.warnings, default)
        node = Node(head, head.type, path)
        if head.type.startswith("multipart/"):
            self._enter(node, body)
        return node

    def _enter(self, node: Node, body: int) -> None:
        if len(self.open) >= (SPARSE_DEPTH if self.sparse else MAX_DEPTH):
            self.warnings.setdefault("too_deep")
            return
        boundary = node.head.parameter("boundary").rstrip().encode("utf-8", "replace")
        if not boundary:
            found = _UNNAMED.search(self.data, max(0, body - 1), body + 10_000)
            boundary = found[1].rstrip() if found else b""
            self.warnings.setdefault("boundary_missing")
        if boundary and len(boundary) <= MAX_BOUNDARY:
            self.levels[boundary] = len(self.open)
            self.ahead.pop(boundary, None)
            self.open.append(node)
            node.boundary = boundary

    def _leave(self, level: int) -> None:
        """A delimiter of an outer part ends all parts within."""
        for node in self.open[level + 1:]:
            if self.levels.get(node.boundary, -1) > level:
                del self.levels[node.boundary]
        del self.open[level + 1:]

    def _next(self, place: int) -> tuple[int, int, bool, int] | None:
        """The next delimiter: where the part before it ends, whose it is, whether it closes, where it ends."""
        data, levels = self.data, self.levels
        place = max(0, place - 1)
        while True:
            hit = self._nearest(place) if self.sparse else data.find(b"\n--", place)
            if hit < 0:
                return None
            stop = data.find(b"\n", hit + 1, hit + MAX_BOUNDARY + 50)
            if stop < 0:
                stop = len(data) if len(data) < hit + MAX_BOUNDARY + 50 else hit + 3
            line = data[hit + 3:stop].rstrip()
            level = levels.get(line)
            closes = level is None and line.endswith(b"--")
            if closes:
                level = levels.get(line[:-2].rstrip())
            if level is not None:
                return hit - (hit > 0 and data[hit - 1] == 13), level, closes, min(stop + 1, len(data))
            self.budget -= 1
            if self.budget < 0:
                self.warnings.setdefault("too_complex")
                if self.sparse:
                    return None
                self.sparse, self.budget = True, MAX_CANDIDATES
            place = hit + 1

    def _nearest(self, place: int) -> int:
        best = -1
        for node in self.open[:SPARSE_DEPTH]:
            at = self.ahead.get(node.boundary, -2)
            if at != -1 and at < place:
                at = self.ahead[node.boundary] = self.data.find(b"\n--" + node.boundary, place)
            if at >= 0 and (best < 0 or at < best):
                best = at
        return best

    def _finish(self, node: Node | None, begun: int, end: int, owner: Node | None) -> None:
        """`node` ends here. What stands before the first part, or after the last, is none."""
        if node is None or node is owner:
            if node is None and self.data[begun:min(end, begun + 1000)].strip():
                self.warnings.setdefault("text_outside_parts")
            return
        kind = node.type
        if kind.startswith("multipart/") and not node.path:
            self.warnings.setdefault("boundary_missing")
            kind = "text/plain"
        self.leaves += 1
        content = unwrap(self.data, begun, max(begun, end), node.head.encoding, self.warnings)
        node.leaf = Leaf(kind, node.head.parameters, node.head.headers, content, node.path)

    def _rest(self, parent: Node) -> Node:
        rest = Node(Head([], Headers(), "application/octet-stream", (("name", "rest-of-mail.txt"),), "attachment", ()),
                    "application/octet-stream", (*parent.path, parent.type))
        parent.children.append(rest)
        return rest


def unwrap(data: bytes, start: int, end: int, encoding: str, warnings: Warnings) -> bytes:
    """The content of a part, freed of its transfer encoding as far as that goes."""
    if encoding == "base64":
        return _base64(data, start, end, warnings)
    if encoding == "quoted-printable":
        if end - start <= MAX_MENDED and _SOFT.search(data, start, end):
            return binascii.a2b_qp(_SOFT.sub(b"=\n", data[start:end]))
        return binascii.a2b_qp(memoryview(data)[start:end])
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uu(data, start, end, warnings)
    if encoding not in ("", "7bit", "8bit", "binary"):
        warnings.setdefault("encoding_unknown")
    return data[start:end]


def _base64(data: bytes, start: int, end: int, warnings: Warnings) -> bytes:
    equal = data.find(b"=", start, end)
    stop = end if equal < 0 else equal
    rest = b"" if equal < 0 else data[equal:min(end, equal + 4_000)].lstrip(b"= \t\r\n")
    if rest and all(_QUADS.fullmatch(line) for line in rest.split(b"\n")[:20]):
        if end - start > MAX_MENDED:
            warnings.setdefault("encoding_broken")
            return data[start:end]
        pieces = data[start:end].translate(None, _JUNK).split(b"=", MAX_PIECES)  # each with a padding of its own
        return b"".join(base64(piece.replace(b"=", b"").decode("ascii")) for piece in pieces)
    if rest:
        warnings.setdefault("encoding_broken")
    try:
        return binascii.a2b_base64(memoryview(data)[start:min(end, stop + 2)])
    except binascii.Error:
        warnings.setdefault("encoding_broken")
        return base64(data[start:stop].translate(None, _JUNK).decode("ascii"))


def _uu(data: bytes, start: int, end: int, warnings: Warnings) -> bytes:
    """Line by line; what has too many lines, or is nothing of the kind, stays as it is."""
    out = bytearray()
    wrong = 0
    place = start
    for _ in range(MAX_LINES):
        if place >= end:
            return bytes(out)
        stop = data.find(b"\n", place, end)
        stop = end if stop < 0 else stop
        line = data[place:stop].rstrip(b"\r")
        place = stop + 1
        if not line or line.startswith((b"begin ", b"end")):
            continue
        try:
            out += binascii.a2b_uu(line[:(((line[0] - 32) & 63) * 4 + 5) // 3])
        except binascii.Error:
            wrong += 1
            if wrong > MAX_WRONG:
                break
    warnings.setdefault("encoding_broken")
    return data[start:end]
