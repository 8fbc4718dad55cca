"""Header lines as bytes. Written by hand, because `email.policy` turns a Message-ID beyond 76 characters in References
into encoded words, which no mail program reads (that is how replies open new conversations)."""

import base64
import re
from collections.abc import Iterable
from email.header import Header
from urllib.parse import quote

import idna

from channels.base import Party

LINE = 76  # characters of a folded line
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*\Z")
_WORD_BYTES = 42  # in one encoded word: 75 characters at most (RFC 2047, section 2)
_PIECE = 54  # characters of a piece of a parameter


def plain(text: str) -> str:
    """One line without control characters: nothing that a user wrote can begin a header of its own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def unstructured(name: str, value: str) -> str:
    """Such as Subject. ASCII is folded at blanks, all else becomes encoded words."""
    value = plain(value)
    if _needs_words(value):
        return f"{name}: {_words(value)}"
    folded = Header(value, "us-ascii", maxlinelen=LINE, header_name=name).encode(linesep="\r\n")
    return f"{name}: {folded}" if max(map(len, folded.split("\r\n"))) < 900 else f"{name}: {_words(value)}"


def parties(name: str, who: Iterable[Party]) -> str:
    return f"{name}: " + ",\r\n ".join(map(party, who))


def ids(name: str, mail_ids: Iterable[str]) -> str:
    """One a line: many are longer than half a line, and none may be broken."""
    return f"{name}: " + "\r\n ".join(mail_ids)


def party(one: Party) -> str:
    """The address has its domain in A-labels (RFC 5891); a local part beyond ASCII stays (RFC 6532)."""
    name, address = plain(one.name), wire_address(one.address)
    if not name:
        return address
    if _needs_words(name):
        return f"{_words(name)}\r\n <{address}>"
    quoted = name if _ATOMS.match(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{quoted} <{address}>" if len(quoted) + len(address) < LINE else f"{quoted}\r\n <{address}>"


def wire_address(address: str) -> str:
    """Raises ValueError for what cannot stand in an envelope or a head."""
    local, at, domain = plain(address).rpartition("@")
    if not at or not local or not domain or re.search(r"[\s<>]", local + domain):
        raise ValueError("no address")
    if domain.isascii():
        return f"{local}@{domain}"
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as problem:
        raise ValueError("no domain") from problem


def parameters(name: str) -> tuple[str, str]:
    """A file's name, for Content-Type and for Content-Disposition.

    Beyond ASCII the one has it as an encoded word, which RFC 2047 forbids and every mail program reads, old Outlook and
    QQ Mail only so; the other by RFC 2231, which is the standard. Each reader takes the one that it knows.
    """
    if name.isascii() and len(name) <= _PIECE and not re.search(r'["\\]|=\?', name):
        return f'; name="{name}"', f'; filename="{name}"'
    encoded = quote(name, safe="")
    if len(encoded) <= _PIECE:
        return f';\r\n name="{_words(name)}"', f";\r\n filename*=utf-8''{encoded}"
    pieces = re.findall(rf"(?:%..|[^%]){{1,{_PIECE // 3}}}", encoded)
    start = "utf-8''"
    marked = (f"\r\n filename*{n}*={start if n == 0 else ''}{one}" for n, one in enumerate(pieces))
    return f';\r\n name="{_words(name)}"', ";" + ";".join(marked)


def _needs_words(text: str) -> bool:
    return not text.isascii() or "=?" in text


def _words(text: str) -> str:
    """Encoded words, a line each, none of which cuts a character in two."""
    words, piece = [], b""
    for letter in text:
        encoded = letter.encode("utf-8", "replace")
        if len(piece) + len(encoded) > _WORD_BYTES:
            words.append(piece)
            piece = b""
        piece += encoded
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(one).decode()}?=" for one in (*words, piece))
