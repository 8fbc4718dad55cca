"""From bytes to names and values, for the three ways in which forms are posted. Pure, for replays."""

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NoReturn
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from channels.base import File, Refused
from channels.text import storable

MOST_VALUES = 500
CODECS = frozenset({
    "utf-8", "ascii", "iso8859-1", "cp1252", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc_jp",
    "euc_kr",
})


@dataclass(slots=True)
class Submission:
    """What was posted, under the names it came with. `digest` tells a retry where raw bytes cannot."""

    values: dict[str, list[str]] = field(default_factory=dict)
    files: list[tuple[str, File]] = field(default_factory=list)
    digest: bytes = b""

    def first(self, name: str) -> str:
        """The first value under this name, or nothing."""
        values = self.values.get(name)
        return values[0] if values else ""


def media_type(content_type: str) -> tuple[str, Mapping[str, str]]:
    """`text/html; charset=x` -> (`text/html`, {`charset`: `x`})."""
    if content_type == "application/json":
        return content_type, {}
    kind, options = parse_options_header(content_type)
    return kind.strip().lower(), options


def read(raw: bytes, content_type: str) -> Submission:
    """Reads one post. Raises `Refused`: `wrong_type`, `wrong_charset`, `not_utf8`, `malformed`,
    `malformed_urlencoded`, `malformed_multipart`, `duplicate_name` or `too_many_values`.
    """
    kind, options = media_type(content_type)
    charset = options.get("charset", "utf-8")
    if kind == "application/json":
        return _json(_text(raw.removeprefix(b"\xef\xbb\xbf"), charset))
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(_text(raw, charset), charset)
    if kind == "multipart/form-data":
        return _multipart(raw, options.get("boundary", ""))
    raise Refused("wrong_type", 415)


def _text(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(_codec(charset))
    except UnicodeDecodeError:
        raise Refused("not_utf8" if _codec(charset) == "utf-8" else "wrong_charset", 400) from None


def _codec(charset: str) -> str:
    """Python's name of a character set that forms are posted in; many of its codecs are no such thing."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        name = ""
    if name not in CODECS:
        raise Refused("wrong_charset", 415)
    return name


# --- application/json ---


def _json(text: str) -> Submission:
    try:
        # Numbers stay as they were written: 1.10 is not 1.1, and a huge one costs nothing.
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=str,
                          parse_float=str)
        if not isinstance(data, dict):
            raise Refused("malformed", 400)
        return Submission({storable(name): _shown(value) for name, value in _few(data).items()})
    except (ValueError, RecursionError):
        raise Refused("malformed", 400) from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("duplicate_name", 400)
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _few(data: dict[str, object]) -> dict[str, object]:
    if len(data) > MOST_VALUES:
        raise Refused("too_many_values", 400)
    return data


def _shown(value: object) -> list[str]:
    if isinstance(value, str):
        return [storable(value)]
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        return [text for part in value for text in _shown(part)]
    return [storable(json.dumps(value, ensure_ascii=False))]


# --- application/x-www-form-urlencoded ---


def _urlencoded(text: str, charset: str) -> Submission:
    if text.count("&") >= MOST_VALUES:
        raise Refused("too_many_values", 400)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, encoding=_codec(charset), errors="strict")
    except UnicodeDecodeError:
        raise Refused("not_utf8", 400) from None
    except ValueError:
        raise Refused("malformed_urlencoded", 400) from None
    if text.strip() and not pairs:
        raise Refused("malformed_urlencoded", 400)
    submission = Submission()
    for name, value in pairs:
        submission.values.setdefault(storable(name), []).append(storable(value))
    return submission


# --- multipart/form-data ---


def _multipart(raw: bytes, boundary: str) -> Submission:
    submission, digest = Submission(), sha256()
    try:
        for segment, content in _segments(raw, boundary):
            for part in (segment.name, segment.filename, content):
                # A browser draws a new boundary for every try: parts are compared, not the bytes around.
                digest.update(sha256(part if isinstance(part, bytes) else repr(part).encode()).digest())
            _put(submission, segment, content)
    except MultipartError:
        raise Refused("malformed_multipart", 400) from None
    submission.digest = digest.digest()
    return submission


def _segments(raw: bytes, boundary: str) -> list[tuple[MultipartSegment, bytes]]:
    found: list[tuple[MultipartSegment, bytearray]] = []
    with PushMultipartParser(boundary, max_segment_count=MOST_VALUES) as parser:
        for part in parser.parse(raw):
            if isinstance(part, MultipartSegment):
                found.append((part, bytearray()))
            elif part:
                found[-1][1].extend(part)
    return [(segment, bytes(content)) for segment, content in found]


def _put(submission: Submission, segment: MultipartSegment, content: bytes) -> None:
    name = storable(segment.name or "")
    if segment.filename is None:
        submission.values.setdefault(name, []).append(storable(_text(content, segment.charset or "utf-8")))
    elif segment.filename or content:  # a file field that was left empty has neither
        file_type = storable(segment.content_type or "application/octet-stream")
        submission.files.append((name, File(storable(segment.filename), file_type, content)))
