"""What lies within a leaf, an S/MIME signature or a winmail.dat, is put below it in the tree; the leaf stays."""

from channels.email.parse import smime, tnef
from channels.email.parse.charset import Warnings
from channels.email.parse.headers import Head, read, split
from channels.email.parse.model import Headers, Leaf
from channels.email.parse.walk import Node, walk

MAX_UNWRAPPED = 5  # S/MIME envelopes and winmail.dat of one mail that are opened
MAX_LAYERS = 3  # envelopes within envelopes
MAX_SIGNED = 20_000_000  # bytes
_PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
MAIL_TYPES = ("message/rfc822", "message/global", "message/news")


def open_all(root: Node, warnings: Warnings) -> None:
    """Opens what can be opened, in place."""
    waiting = [(root, 0)]
    opened = 0
    while waiting:
        node, layer = waiting.pop()
        if node.leaf is not None and opened < MAX_UNWRAPPED and layer < MAX_LAYERS:
            node.children = _inside(node, node.leaf, warnings)
            opened += bool(node.children)
            layer += bool(node.children)
        waiting += [(child, layer) for child in reversed(node.children)]


def _inside(node: Node, leaf: Leaf, warnings: Warnings) -> list[Node]:
    name = node.head.filename.lower()
    if leaf.type in _PKCS7 or (leaf.type == "application/octet-stream" and name.endswith(".p7m")):
        return _signed(leaf, warnings)
    if leaf.type in _TNEF or name == "winmail.dat":
        return _wrapped(leaf, warnings)
    return []


def _signed(leaf: Leaf, warnings: Warnings) -> list[Node]:
    kind = smime.kind(leaf.content)
    if kind == "encrypted":
        warnings.setdefault("encrypted")
        return []
    inner = smime.unwrap(leaf.content) if kind == "signed" and len(leaf.content) <= MAX_SIGNED else None
    if not inner:
        warnings.setdefault("smime_unread")
        return []
    return [walk(inner, warnings, (*leaf.path, leaf.type))]


def _wrapped(leaf: Leaf, warnings: Warnings) -> list[Node]:
    found = tnef.unwrap(leaf.content, warnings)
    if found is None:
        warnings.setdefault("tnef_broken")
        return []
    path = (*leaf.path, leaf.type)
    texts = [("text/plain", found.text), ("text/html", found.html)]
    nodes = [_made(kind, path, text.encode("utf-8"), charset="utf-8") for kind, text in texts if text.strip()]
    for piece in found.files:
        if piece.content or piece.name:
            kind = piece.type if piece.type.count("/") == 1 else "application/octet-stream"
            nodes.append(_made(kind, path, piece.content, name=piece.name, content_id=piece.content_id))
    return nodes


def _made(kind: str, path: tuple[str, ...], content: bytes, *, name: str = "", content_id: str = "",
          charset: str = "") -> Node:
    given = tuple((key, value) for key, value in (("name", name), ("charset", charset)) if value)
    headers = Headers((("content-id", content_id),) if content_id else ())
    disposition = "" if charset else "attachment"
    head = Head([], headers, kind, given, disposition, ())
    return Node(head, kind, path, leaf=Leaf(kind, given, headers, content, path))


def head_of(leaf: Leaf) -> Head:
    """The head of a mail that is a leaf: the fields that name it."""
    fields, _ = split(leaf.content, 0, len(leaf.content), Warnings(), 100)
    return read(fields, Warnings())
