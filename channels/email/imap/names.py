"""How things are written in IMAP: strings, folder names, sets of uids."""

import base64
import re
from collections.abc import Iterable
from datetime import datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RUN = re.compile(r"[^\x20-\x7e]+")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")


def quote(text: str) -> str:
    """A quoted string (RFC 9051, section 4.3). Not for control characters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def quotable(text: str) -> bool:
    return text.isascii() and text.isprintable()


def encode_folder(name: str) -> str:
    """Modified UTF-7 (RFC 3501, section 5.1.3)."""
    return _RUN.sub(_shift, name.replace("&", "&-"))


def decode_folder(name: str) -> str:
    """The name as people write it; what is no modified UTF-7 stays as it is."""
    return _SHIFTED.sub(_unshift, name)


def uid_set(uids: Iterable[int]) -> str:
    """The shortest form of ascending uids: 1:3,7"""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ranges)


def imap_date(at: datetime) -> str:
    """Such as 1-Feb-2026, whatever language this machine speaks."""
    return f"{at.day}-{_MONTHS[at.month - 1]}-{at.year}"


def _shift(run: "re.Match[str]") -> str:
    coded = base64.b64encode(run.group().encode("utf-16-be", "surrogatepass")).decode().rstrip("=")
    return f"&{coded.replace('/', ',')}-"


def _unshift(shifted: "re.Match[str]") -> str:
    coded = shifted.group(1).replace(",", "/")
    if not coded:
        return "&"
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
    except ValueError:
        return shifted.group()
