"""What an opaque S/MIME signature wraps (RFC 8551, CMS). Signatures are not checked. Bounded; never raises.

Read by a walker of a few lines over the tags, because only one value is wanted, and hostile nesting and fragments must
cost no more than they weigh.
"""

MAX_FRAGMENTS = 100_000
_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d01091001" + "17"))
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_SEQUENCE, _OID, _OCTETS, _OCTET_GROUP, _FIRST = 0x30, 0x06, 0x04, 0x24, 0xA0


class _Odd(Exception):
    pass


def kind(content: bytes) -> str:
    """signed, encrypted, compressed, or "" for what cannot be read."""
    try:
        identity, _, _ = _wrapping(content)
    except (_Odd, IndexError):
        return ""
    if identity in _ENVELOPED:
        return "encrypted"
    return {_SIGNED: "signed", _COMPRESSED: "compressed"}.get(identity, "")


def unwrap(content: bytes) -> bytes | None:
    """The MIME entity that was signed; None where there is none, or none that can be read."""
    try:
        identity, place, end = _wrapping(content)
        if identity != _SIGNED:
            return None
        place, end = _enter(content, place, end, _SEQUENCE)
        for _ in range(2):  # version, digest algorithms
            place = _skip(content, place, end)
        place, end = _enter(content, place, end, _SEQUENCE)
        place = _skip(content, place, end)  # the type of the content
        place, end = _enter(content, place, end, _FIRST)
        return b"".join(_octets(content, place, end))
    except (_Odd, IndexError):
        return None


def _wrapping(content: bytes) -> tuple[bytes, int, int]:
    place, end = _enter(content, 0, len(content), _SEQUENCE)
    tag, start, stop = _tag(content, place, end)
    if tag != _OID or stop < 0:
        raise _Odd
    place, end = _enter(content, stop, end, _FIRST)
    return content[start:stop], place, end


def _tag(data: bytes, place: int, end: int) -> tuple[int, int, int]:
    """Tag, and where its value begins and ends; an end of -1 says: at the next end mark."""
    if place + 2 > end:
        raise _Odd
    tag, length = data[place], data[place + 1]
    start = place + 2
    if length == 0x80:
        return tag, start, -1
    if length & 0x80:
        size = length & 0x7F
        if size > 6:
            raise _Odd
        length = int.from_bytes(data[start:start + size], "big")
        start += size
    if tag & 0x1F == 0x1F:
        raise _Odd
    return tag, start, min(start + length, end)


def _enter(data: bytes, place: int, end: int, wanted: int) -> tuple[int, int]:
    tag, start, stop = _tag(data, place, end)
    if tag != wanted:
        raise _Odd
    return start, end if stop < 0 else stop


def _skip(data: bytes, place: int, end: int) -> int:
    """Behind the value at `place`, whatever is in it."""
    depth = 0
    for _ in range(MAX_FRAGMENTS):
        tag, start, stop = _tag(data, place, end)
        if stop < 0:
            depth += 1
            place = start
        else:
            place = stop
            depth -= tag == 0 and stop == start
        if depth <= 0:
            return place
    raise _Odd


def _octets(data: bytes, place: int, end: int) -> list[bytes]:
    tag, start, stop = _tag(data, place, end)
    if tag == _OCTETS and stop >= 0:
        return [data[start:stop]]
    if tag != _OCTET_GROUP:
        raise _Odd
    place, end = start, end if stop < 0 else stop
    out: list[bytes] = []
    while place < end and len(out) < MAX_FRAGMENTS:
        tag, start, stop = _tag(data, place, end)
        if tag == 0:
            break
        if tag != _OCTETS or stop < 0:
            raise _Odd
        out.append(data[start:stop])
        place = stop
    return out
