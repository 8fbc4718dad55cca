"""The head of a mail or of a part: found in the bytes, cut into fields, decoded. Never raises."""

import re
from dataclasses import dataclass

from channels.email.parse.charset import Warnings, decode
from channels.email.parse.model import Headers
from channels.email.parse.words import parameters, unfold, words
from channels.text import storable

MAX_HEAD = 1_000_000  # bytes that are read of a head
MAX_FIELDS = 5_000
MAX_PART_FIELDS = 200  # a part has few fields, but a mail may have ten thousand parts
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_HYPHEN = ord("-")
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
        return next((value for key, value in self.raw if key == name), "")

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
    last = min(end, start + MAX_HEAD)
    place = begun = start  # `begun`: where the current field began
    open_field = False
    while place < end:
        stop = data.find(b"\n", place, end)
        after = end if stop < 0 else stop + 1
        if after > last or len(fields) >= limit:
            warnings.setdefault("header_cut")
            if open_field:
                fields.append(data[begun:min(place, begun + MAX_HEAD)])
            return fields, _after_blank(data, place, end) if start == 0 else place
        first = data[place]
        if first in b"\r\n" and not data[place:after].strip():
            break
        if first in b" \t" and open_field:
            place = after
            continue
        if first == _HYPHEN and data.startswith(b"--", place):  # the next part has begun
            after = place
            break
        if _FIELD.match(data, place, after):
            if open_field:
                fields.append(data[begun:place])
            begun, open_field = place, True
        elif not (place == start and data.startswith((b"From ", b">From "), place)):
            if not (open_field and _MENDED.match(data, after, end)):
                warnings.setdefault("head_without_end")
                after = place
                break
            warnings.setdefault("head_broken")
        place = after
    else:
        after = end
    if open_field:
        fields.append(data[begun:place])
    return fields, after


def _after_blank(data: bytes, place: int, end: int) -> int:
    found = [one + size for one, size in ((data.find(b"\n\r\n", place - 1, end), 3), (data.find(b"\n\n", place - 1, end), 2))
             if one >= 0]
    return min(found, default=end)


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
            text = decode(value, charset or "utf-8", {})
        text = unfold(text)
        if "\0" in text:
            text = storable(text)
        raw.append((key, text))
        decoded.append((key, words(text, warnings) if "=?" in text else text))
    kind, given, disposition, disposed = default, (), "", ()
    seen = {key for key, _ in raw}
    if "content-type" in seen:
        kind, given = parameters(next(value for key, value in raw if key == "content-type"), warnings)
        kind = _type(kind, default)
    if "content-disposition" in seen:
        disposition, disposed = parameters(
            next(value for key, value in raw if key == "content-disposition"), warnings)
    return Head(raw, Headers(tuple(decoded)), kind, given, disposition, disposed)


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
