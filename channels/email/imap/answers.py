"""What stands in the untagged answers of a server. An answer comes as parts: text, literal, text, literal, text."""

import re
from collections.abc import Iterator, Sequence

_TOKEN = re.compile(rb'[ \t]*(?:([()])|"((?:[^"\\]|\\.)*)"|~?\{(\d+)\+?\}$|([^\s()"]+))')
_ESCAPED = re.compile(rb"\\(.)")
_ORIGIN = re.compile(rb"<(\d+)>$")

Token = tuple[str, bytes]  # "open", "close", "string" or "atom"


class MalformedError(ValueError):
    """This is not IMAP."""


def tokens(parts: Sequence[bytes]) -> Iterator[Token]:
    """Raises MalformedError."""
    rest = iter(parts)
    for text in rest:
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                if text[position:].strip():
                    raise MalformedError
                break
            position = match.end()
            if match[3] is not None:
                yield "string", next(rest, b"")
            else:
                yield _token(match)


def fetched(parts: Sequence[bytes]) -> dict[str, bytes | None]:
    """The items of one `* n FETCH (...)`, names in capitals. NIL is None; lists (FLAGS) are left out.

    Of an item such as BODY[]<100> the name is `BODY[]`, and `BODY[]<>` says where it began. Raises MalformedError.
    """
    stream = tokens(parts)
    for kind, _ in stream:  # "*", the number, FETCH
        if kind == "open":
            break
    items: dict[str, bytes | None] = {}
    for kind, name in stream:
        if kind == "close":
            return items
        if kind != "atom":
            raise MalformedError
        _take_item(items, name.upper(), stream)
    raise MalformedError


def searched(lines: Sequence[bytes]) -> list[int]:
    """Uids of all SEARCH answers, ascending, each once. Raises MalformedError."""
    found: set[int] = set()
    for line in lines:
        word, _, numbers = line.partition(b" ")
        if word.upper() == b"SEARCH":
            try:
                found.update(map(int, numbers.split()))
            except ValueError:
                raise MalformedError from None
    return sorted(found)


def listed(lines: Sequence[bytes]) -> list[tuple[frozenset[str], str]]:
    """Flags (lower case) and coded names of all LIST answers; what cannot be read is left out."""
    found = []
    rest = iter(lines)
    for line in rest:
        if line[:5].upper() != b"LIST ":
            continue
        parts = [line]
        if line.endswith(b"}"):
            parts.append(next(rest, b""))
        try:
            read = list(tokens(parts))
        except MalformedError:
            continue
        flags = {value.decode("ascii", "replace").lower() for kind, value in read[1:-1] if value[:1] == b"\\"}
        if len(read) > 2 and read[-1][0] in ("string", "atom"):
            found.append((frozenset(flags), read[-1][1].decode("utf-8", "replace")))
    return found


def _token(match: "re.Match[bytes]") -> Token:
    if match[1] is not None:
        return ("open", b"(") if match[1] == b"(" else ("close", b")")
    if match[2] is not None:
        return "string", _ESCAPED.sub(rb"\1", match[2])
    return "atom", match[4]


def _take_item(items: dict[str, bytes | None], name: bytes, stream: Iterator[Token]) -> None:
    kind, value = next(stream, ("close", b""))
    if kind == "open":
        depth = 1
        while depth:
            kind, _ = next(stream, ("end", b""))
            if kind == "end":
                raise MalformedError
            depth += {"open": 1, "close": -1}.get(kind, 0)
        return
    if kind == "close":
        raise MalformedError
    key = name.decode("ascii", "replace")
    if origin := _ORIGIN.search(name):
        key = key[: origin.start()]
        items[f"{key}<>"] = origin[1]
    items[key] = None if kind == "atom" and value.upper() == b"NIL" else value
