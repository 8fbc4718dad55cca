"""winmail.dat: what Outlook wraps attachments and text into (MS-OXTNEF). Bounded; never raises.

Read by views over the bytes, because the known library copies the rest of the file for every attribute, and believes
every count that stands in it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.parse.charset import Warnings, decode

MAX_ATTRIBUTES = 20_000
MAX_PROPERTIES = 20_000
_SIGNATURE = 0x223E9F78
_NEW, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005  # of attachments
_BODY, _MESSAGE, _CODEPAGE = 0x800C, 0x9003, 0x9007  # of the message
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8, 0x0040: 8,
          0x0048: 16, 0x0001: 0}
_TEXT, _WIDE = 0x001E, 0x001F
_VARIABLE = (_TEXT, _WIDE, 0x000D, 0x0102, 0x0000)
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _MIME, _CID, _OBJECT = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712, 0x3701
_PLAIN, _HTML, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x3FDE

Properties = dict[int, tuple[int, bytes]]  # id -> type and value, the first of each


@dataclass(slots=True)
class Piece:
    """A file inside."""

    name: str = ""
    type: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Wrapped:
    text: str = ""
    html: str = ""
    files: list[Piece] = field(default_factory=list)


def unwrap(content: bytes, warnings: Warnings) -> Wrapped | None:
    """What is inside; None for what is no such file. What is cut off is read as far as it goes."""
    if len(content) < 6 or struct.unpack_from("<I", content)[0] != _SIGNATURE:
        return None
    found = Wrapped()
    codepage = "cp1252"
    try:
        for level, name, value in _attributes(memoryview(content), warnings):
            if name == _CODEPAGE and len(value) >= 4:
                codepage = f"cp{struct.unpack_from('<I', value)[0]}"
            elif level == 2:
                _of_attachment(found, name, value, codepage)
            elif name == _BODY:
                found.text = found.text or decode(bytes(value[:1_000_000]).rstrip(b"\0"), codepage, warnings)
            elif name == _MESSAGE:
                _of_message(found, _properties(value), codepage, warnings)
    except (struct.error, ValueError, IndexError):
        warnings.setdefault("tnef_broken")
    return found


def _attributes(data: memoryview, warnings: Warnings) -> Iterator[tuple[int, int, memoryview]]:
    place = 6
    for _ in range(MAX_ATTRIBUTES):
        if place + 11 > len(data):
            return
        level, name, _, size = struct.unpack_from("<BHHI", data, place)
        if level not in (1, 2) or place + 9 + size > len(data):
            warnings.setdefault("tnef_broken")
        yield level, name, data[place + 9:place + 9 + size]
        place += 11 + size
    warnings.setdefault("tnef_broken")


def _of_attachment(found: Wrapped, name: int, value: memoryview, codepage: str) -> None:
    if name == _NEW or not found.files:
        found.files.append(Piece())
    piece = found.files[-1]
    if name == _TITLE:
        piece.name = piece.name or decode(bytes(value[:1000]).rstrip(b"\0"), codepage, Warnings())
    elif name == _DATA:
        piece.content = bytes(value)
    elif name == _PROPERTIES:
        given = _properties(value)
        names = (_text(given, key, codepage) for key in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
        piece.name = next(filter(None, names), piece.name)
        piece.type = _text(given, _MIME, codepage).strip().lower() or piece.type
        piece.content_id = _text(given, _CID, codepage) or piece.content_id
        if not piece.content and _OBJECT in given:
            piece.content = given[_OBJECT][1][16:]  # after the interface's id


def _of_message(found: Wrapped, given: Properties, codepage: str, warnings: Warnings) -> None:
    internet = given.get(_INTERNET_CODEPAGE)
    own = f"cp{struct.unpack_from('<I', internet[1])[0]}" if internet and len(internet[1]) >= 4 else codepage
    own = {"cp65001": "utf-8", "cp28591": "cp1252", "cp20127": "ascii", "cp50220": "iso-2022-jp",
           "cp20866": "koi8-r", "cp28592": "iso-8859-2", "cp51932": "euc-jp", "cp54936": "gb18030"}.get(own, own)
    if _HTML in given:
        kind, value = given[_HTML]
        found.html = found.html or decode(value.rstrip(b"\0"), "utf-16-le" if kind == _WIDE else own, warnings)
    found.text = found.text or _text(given, _PLAIN, codepage)


def _text(given: Properties, key: int, codepage: str) -> str:
    kind, value = given.get(key, (0, b""))
    if kind == _WIDE:
        return decode(value, "utf-16-le", Warnings()).rstrip("\0\ufffd")
    return decode(value.rstrip(b"\0"), codepage, Warnings()) if kind == _TEXT else ""


def _properties(data: memoryview) -> Properties:
    """As many as can be read; values are cut at a million bytes, except of embedded objects."""
    found: Properties = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        place = 4
        for _ in range(min(count, MAX_PROPERTIES)):
            kind, key = struct.unpack_from("<HH", data, place)
            place = _after_name(data, place + 4) if key >= 0x8000 else place + 4
            several = bool(kind & 0x1000)
            kind &= 0x0FFF
            values = 1
            if several or kind in _VARIABLE:
                (values,) = struct.unpack_from("<I", data, place)
                place += 4
            if values > MAX_PROPERTIES:
                break
            for _ in range(values):
                value, place = _value(data, place, kind, key)
                if key not in found and not several:
                    found[key] = (kind, value)
    except (struct.error, KeyError):
        pass  # cut off, or of a type that nobody knows: what came before it stands
    return found


def _after_name(data: memoryview, place: int) -> int:
    (kind,) = struct.unpack_from("<I", data, place + 16)
    if kind == 0:
        return place + 24
    (size,) = struct.unpack_from("<I", data, place + 20)
    return int(place + 24 + size + -size % 4)


def _value(data: memoryview, place: int, kind: int, key: int) -> tuple[bytes, int]:
    if kind in _VARIABLE:
        (size,) = struct.unpack_from("<I", data, place)
        end = place + 4 + size
        if end > len(data):
            raise struct.error("cut off")
        most = end if key == _OBJECT else min(end, place + 4 + 1_000_000)
        return bytes(data[place + 4:most]), end + -size % 4
    size = _FIXED[kind]
    return bytes(data[place:place + size]), place + size
