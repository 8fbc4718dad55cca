"""Mails within a mail, made readable: who wrote what and when, and the text, bounded."""

from channels.email.parse import addresses
from channels.email.parse.body import find
from channels.email.parse.charset import Warnings
from channels.email.parse.nests import MAIL_TYPES, MAX_LAYERS
from channels.email.parse.walk import Node, walk

MAX_MAILS = 5
MAX_BYTES = 1_000_000  # that are read of each
MAX_TEXT = 50_000  # characters shown of all; each is an attachment as well
_FIELDS = ("from", "to", "cc", "date", "subject")


def readable(root: Node) -> str:
    """The text of every mail attached to this one; of a delivery report none, for that is its own mail come back."""
    if root.type == "multipart/report":
        return ""
    out: list[str] = []
    _collect(root, out, 0)
    text = "\n\n".join(out)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT]


def _collect(root: Node, out: list[str], layer: int) -> None:
    for leaf in root.leaves:
        if leaf.type not in MAIL_TYPES or len(out) >= MAX_MAILS or layer >= MAX_LAYERS:
            continue
        inner = walk(leaf.content[:MAX_BYTES], Warnings())
        out.append(_shown(inner))
        _collect(inner, out, layer + 1)


def _shown(inner: Node) -> str:
    author = addresses.author(inner.head.all("from"), Warnings())
    given = ((name, " ".join(inner.head.headers.get(name).split())[:500]) for name in _FIELDS)
    rows = [f"{name.title()}: {value}" for name, value in given if value]
    text = find(inner, Warnings()).text[:MAX_TEXT].strip("\n")
    return "\n".join([f"-------- {author.name or author.address or 'mail'} --------", *rows, "", text])
