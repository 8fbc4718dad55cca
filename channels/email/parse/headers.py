"""The head of a mail or of a part: found in the bytes, cut into fields, decoded. Never raises."""

import re
from dataclasses import dataclass

from channels.email.parse.charset import Warnings, decode
from channels.email.parse.model import Headers
from channels.email.parse.words import parameters, unfold, words
from channels.text import storable

MAX_HEAD = 256_000  # bytes that are read of a head
MAX_FIELDS = 2_000
MAX_PART_FIELDS = 200  # a part has few fields, but a mail may have ten thousand parts
_FIELD = re.compile(rb"[!-9;-~]{1,200}[ \t]{0,20}:")
_HYPHEN = ord("-")
_BLANK, _SAME, _NEW, _ODD, _BODY = range(5)  # what a line of a head is
_MENDED = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|reply-to|return-path|x-[a-z-]+):",
    re.IGNORECASE)


@dataclass(slots=True)
class Head:
    """`raw` fields have names in lower case and values unfolded, with their encoded words as they came."""

    raw: list[tuple[str, str]]
    headers: Headers
    type: str
    parameters: tuple[tuple[str, str], ...]
    disposition: str
    disposition_parameters: tuple[tuple[str, str], ...]

    def first(self, name: str) -> str:
        return _first(self.raw, name)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.raw if key == name]

    def parameter(self, name: str) -> str:
        return next((value for key, value in self.parameters if key == name), "")

    @property
    def filename(self) -> str:
        given = [value for key, value in self.disposition_parameters if key == "filename"]
        return given[0] if given and given[0] else self.parameter("name")

    @property
    def encoding(self) -> str:
        return self.first("content-transfer-encoding").strip(" \t;\"'").lower()


def split(data: bytes, start: int, end: int, warnings: Warnings, limit: int = MAX_FIELDS) -> tuple[list[bytes], int]:
    """The fields of the head that begins at `start`, not unfolded, and where the body begins."""
    fields: list[bytes] = []
    begun = place = after = start
    inside = False  # a field has begun, at `begun`
    while place < end:
        stop = data.find(b"\n", place, end)
        after = end if stop < 0 else stop + 1
        kind = _kind(data, place, after, inside)
        if kind in (_SAME, _NEW) and (after > start + MAX_HEAD or len(fields) >= limit):
            warnings.setdefault("header_cut")
            after = _after_blank(data, place, end) if start == 0 else place
            break
        if kind in (_BLANK, _BODY):
            after = after if kind == _BLANK else place
            if kind == _BODY:
                warnings.setdefault("head_without_end")
            break
        if kind != _SAME:
            if inside:
                fields.append(data[begun:place])
            begun, inside = place, kind == _NEW
            if kind == _ODD:
                warnings.setdefault("head_broken")
        place = after
    else:
        after = end
    if inside:
        fields.append(data[begun:min(place, begun + MAX_HEAD)])
    return fields, after


def _kind(data: bytes, place: int, after: int, inside: bool) -> int:
    first = data[place]
    if first in b"\r\n" and after - place < 1_000 and not data[place:after].strip():
        return _BLANK
    if first in b" \t" and inside:
        return _SAME
    if first == _HYPHEN and data.startswith(b"--", place):  # the next part has begun
        return _BODY
    if _FIELD.match(data, place, after):
        return _NEW
    if not inside and data.startswith((b"From ", b">From "), place):  # the line of a mailbox file
        return _SAME
    return _ODD if inside and _MENDED.match(data, after) else _BODY


def _after_blank(data: bytes, place: int, end: int) -> int:
    """Behind the first blank line, for a head that nobody reads to its end."""
    place = max(0, place - 1)
    bare, full = data.find(b"\n\n", place, end), data.find(b"\n\r\n", place, end)
    return min((at + size for at, size in ((bare, 2), (full, 3)) if at >= 0), default=end)


def read(fields: list[bytes], warnings: Warnings, default: str = "text/plain") -> Head:
    raw: list[tuple[str, str]] = []
    decoded: list[tuple[str, str]] = []
    charset: str | None = None
    for field in fields:
        name, _, value = field.partition(b":")
        key = name.strip().decode("ascii", "replace").lower()
        if value.isascii():
            text = value.decode("ascii")
        else:
            if charset is None:
                charset = _charset(fields)
            warnings.setdefault("header_not_ascii")
            text = decode(value, charset, warnings)
        text = unfold(text)
        if "\0" in text:
            text = storable(text)
        raw.append((key, text))
        decoded.append((key, words(text, warnings) if "=?" in text else text))
    kind, given = parameters(_first(raw, "content-type"), warnings)
    disposition, disposed = parameters(_first(raw, "content-disposition"), warnings)
    return Head(raw, Headers(tuple(decoded)), _type(kind, default), given, disposition, disposed)


def _first(raw: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in raw if key == name), "")


def _type(given: str, default: str) -> str:
    found = re.match(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", given)
    if found:
        return found[0][:200]
    return "text/plain" if given.startswith("text") else "application/octet-stream" if given else default


def _charset(fields: list[bytes]) -> str:
    """The set of the body, for a head that holds raw bytes of some set."""
    for field in fields:
        if field[:13].lower() == b"content-type:":
            found = re.search(rb"charset\s*=\s*\"?([\w.:-]+)", field, re.IGNORECASE)
            return found[1].decode("ascii", "replace") if found else ""
    return ""
