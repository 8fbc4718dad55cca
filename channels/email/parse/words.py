"""Encoded words (RFC 2047) and parameters (RFC 2231) in the forms in which they really come."""

import binascii
import re
from urllib.parse import unquote_to_bytes

from channels.email.parse.charset import Warnings, decode
from channels.text import storable

_WORD_HEAD = re.compile(r"=\?([^?\s=]{0,60})\?([bBqQ])\?")
_PARAMETER = re.compile(r';\s*([^=;\s"]+)\s*=\s*(?:"(?="))?("(?:[^"\\]|\\.)*(?:"|$)|[^;]*)', re.DOTALL)
_NUMBERED = re.compile(r"^([^*]*)(?:\*(\d{1,3}))?(\*)?$")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
MAX_PARAMETERS = 200
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")

_Word = tuple[str, str, str]  # charset, "b" or "q", payload


def unfold(text: str) -> str:
    if "\n" in text or "\r" in text:
        text = re.sub(r"[\r\n]+[ \t]?", " ", text)
    return text.strip(" \t")


def words(text: str, warnings: Warnings) -> str:
    """The text with every encoded word decoded. Those that stand side by side are one text."""
    if "=?" not in text:
        return text
    out: list[str] = []
    run: list[_Word] = []
    place = 0
    while (found := _WORD_HEAD.search(text, place)) is not None:
        end = text.find("?=", found.end())
        if end < 0:
            break
        between = text[place:found.start()]
        if between.strip() or not run:
            out += (_run(run, warnings), between)
            run = []
        run.append((found[1].partition("*")[0], found[2].lower(), text[found.end():end]))
        place = end + 2
    out += (_run(run, warnings), text[place:])
    return storable("".join(out))


def _run(run: list[_Word], warnings: Warnings) -> str:
    """Neighbours of one character set are joined as bytes first: some programs cut within a character."""
    out: list[str] = []
    place = 0
    while place < len(run):
        charset = run[place][0].lower()
        last = place
        while last < len(run) and run[last][0].lower() == charset:
            last += 1
        out.append(decode(_bytes(run[place:last]), charset, warnings))
        place = last
    return "".join(out)


def _bytes(run: list[_Word]) -> bytes:
    out: list[bytes] = []
    pending = ""  # base 64 that was cut where it must not be
    for _, encoding, payload in run:
        if encoding == "b":
            pending += _NO_BASE64.sub("", payload) if not payload.isalnum() else payload
            if "=" in payload or len(pending) % 4 == 0:
                out.append(base64(pending))
                pending = ""
            continue
        out += (base64(pending), _q(payload))
        pending = ""
    out.append(base64(pending))
    return b"".join(out)


def base64(text: str) -> bytes:
    """Base 64 without its padding, whatever is missing at its end."""
    if not text:
        return b""
    if len(text) % 4 == 1:
        text = text[:-1]
    return binascii.a2b_base64(text + "=" * (-len(text) % 4))


def _q(payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    return binascii.a2b_qp(raw, header=True)


def parameters(value: str, warnings: Warnings) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The value before the first semicolon in lower case, and the parameters, names in lower case."""
    value = value[:20_000]
    main, semicolon, rest = value.partition(";")
    main = main.strip().lower()
    if "=" in main:  # a semicolon is missing
        main, _, more = main.partition(" ")
        value = f"{main};{more};{rest}"
    elif not semicolon:
        return main, ()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for number, found in enumerate(_PARAMETER.finditer(value)):
        if number >= MAX_PARAMETERS:
            warnings.setdefault("header_cut")
            break
        split = _NUMBERED.match(found[1].lower())
        given = _unquoted(found[2])
        if split is None or not (split[2] or split[3]):
            name = found[1].lower()
            plain.setdefault(name, given if name == "boundary" else words(given, warnings))
        else:
            pieces.setdefault(split[1], {}).setdefault(int(split[2] or 0), (bool(split[3]), given))
    joined = {name: _joined(those, warnings) for name, those in pieces.items()}
    return main, tuple({**plain, **joined}.items())


def _unquoted(given: str) -> str:
    given = given.strip()
    if given.startswith('"'):
        given = given[1:-1] if len(given) > 1 and given.endswith('"') else given[1:]
        # A path of Windows has backslashes that escape nothing.
        return given if re.match(r"^[A-Za-z]:\\", given) else _ESCAPED.sub(r"\1", given)
    return given.strip("'") if given.startswith("'") and given.endswith("'") else given


def _joined(pieces: dict[int, tuple[bool, str]], warnings: Warnings) -> str:
    charset = ""
    out: list[bytes] = []
    for number in sorted(pieces):
        encoded, text = pieces[number]
        if number == min(pieces) and encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        out.append(unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace"))
    return words(decode(b"".join(out), charset or "utf-8", warnings), warnings)
