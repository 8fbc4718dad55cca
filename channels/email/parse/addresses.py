"""Who, which id and when: addresses, message ids and dates as they really come. Never raises."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

import idna

from channels.base import Party
from channels.email.parse.charset import Warnings
from channels.email.parse.words import words
from channels.text import storable

MAX_PARTIES = 1_000  # of one head
MAX_FIELD = 100_000  # characters of one field with addresses
MAX_IDS = 200
MAX_ID = 998
_STOP = re.compile(r'[",;:<(\[]')
_BARE = re.compile(r"[^\s<>\"',;()]{1,320}@[^\s<>\"',;()]{1,255}")
_QUOTED = re.compile(r'"[^"]{1,320}"@[^\s<>"\',;()]{1,255}')
_SPACED = re.compile(r"\s*([@.])\s*")


def parties(values: list[str], warnings: Warnings) -> tuple[Party, ...]:
    """Everybody in these fields, each address once; only somebody with an address counts."""
    found: dict[str, Party] = {}
    for value in _bounded(values, warnings):
        for one in _field(value, warnings):
            if one.address:
                found.setdefault(one.address, one)
            if len(found) >= MAX_PARTIES:
                warnings.setdefault("too_many_recipients")
                return tuple(found.values())
    return tuple(found.values())


def author(values: list[str], warnings: Warnings) -> Party:
    """The first with an address; else whatever name there is."""
    known = [one for value in _bounded(values, warnings) for one in _field(value, warnings)]
    if len([one for one in known if one.address]) > 1:
        warnings.setdefault("many_authors")
    return next((one for one in known if one.address), known[0] if known else Party("", ""))


class _Person:
    """What was read since the last comma."""

    __slots__ = ("angle", "comment", "quoted", "text")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.angle = ""
        self.comment = ""
        self.quoted = False


def _bounded(values: list[str], warnings: Warnings) -> list[str]:
    out: list[str] = []
    left = MAX_FIELD
    for value in values:
        if len(value) > left:
            warnings.setdefault("header_cut")
        out.append(value[:left])
        left -= len(out[-1])
    return out


def _field(value: str, warnings: Warnings) -> list[Party]:
    out: list[Party] = []
    person = _Person()
    held = ""  # a name with a comma that nobody quoted
    place, size = 0, len(value)
    closing = dict.fromkeys('">)]', True)  # whether one may still follow
    while place < size:
        found = _STOP.search(value, place)
        if found is None:
            person.text.append(value[place:])
            break
        person.text.append(value[place:found.start()])
        sign, place = found[0], found.end()
        if sign in ",;":
            held = _flush(person, held, out, warnings)
            person = _Person()
        elif sign == ":":
            _colon(person)
        else:
            place = _bracket(value, place, sign, person, closing)
    held = _flush(person, held, out, warnings)
    if held:
        out.append(Party(_name(held, warnings), ""))
    return out


def _colon(person: _Person) -> None:
    """A group's name goes; of mailto: and of an IPv6 literal the rest is what counts."""
    if not person.angle and "@" not in "".join(person.text):
        person.text.clear()
    else:
        person.text.append(":")


def _bracket(value: str, place: int, sign: str, person: _Person, closing: dict[str, bool]) -> int:
    close = {'"': '"', "<": ">", "(": ")", "[": "]"}[sign]
    end = _closed(value, place, sign, close) if closing[close] else -1
    if end < 0:
        closing[close] = False
        if sign == "<":
            cut = re.compile(r"[,;]|$").search(value, place)
            stop = cut.start() if cut else len(value)
            person.angle = person.angle or value[place:stop]
            return stop
        if sign == "[":
            person.text.append("[")
        return place
    inner = value[place:end]
    if sign == '"':
        person.quoted = True
        inner = re.sub(r"\\(.)", r"\1", inner)
        person.text.append(f'"{inner}"' if value[end + 1:end + 2] == "@" else inner.replace("@", "\uffff"))
    elif sign == "<":
        person.angle = inner if "@" in inner or not person.angle else person.angle
    elif sign == "(":
        person.comment = person.comment or inner
        person.text.append(" ")
    else:
        person.text.append(f"[{inner}]")
    return end + 1


def _closed(value: str, place: int, sign: str, close: str) -> int:
    """Where the bracket closes, -1 if nowhere. Linear: called no more for a sign once it has failed."""
    if sign in "<[":
        return value.find(close, place)
    depth = 1
    for found in re.compile(r'\\.|["]' if sign == '"' else r"\\.|[()]", re.DOTALL).finditer(value, place):
        if found[0] == close:
            depth -= 1
            if depth == 0:
                return found.start()
        elif found[0] == sign:
            depth += 1
    return -1


def _flush(person: _Person, held: str, out: list[Party], warnings: Warnings) -> str:
    """Puts the person into `out`; returns a name that waits for the next one's address."""
    text = " ".join("".join(person.text)[:5000].split())
    if person.angle:
        name = f"{held}, {text}" if held and text else held or text
        out.append(Party(_name(name or person.comment, warnings), address(words(person.angle, warnings))))
        return ""
    if "@" not in text and "=?" in text and "@" in words(text, warnings):
        text = words(text, warnings)
        inner = re.search(r"<([^<>]*@[^<>]*)>", text)
        text = f"{text[:inner.start()]} {inner[1]}" if inner else text
    if "@" in text:
        bare = _bare(text)
        rest = text.replace(bare, "", 1).strip(" <>")
        name = f"{held}, {rest}" if held and rest else held or rest
        out.append(Party(_name(name or person.comment, warnings), address(bare)))
        return ""
    if held and text:
        return f"{held}, {text}"[:1000]
    return held or text or ""


def _bare(text: str) -> str:
    if " " not in text:
        return text
    found = _QUOTED.findall(text) or _BARE.findall(text)
    if found:
        return str(found[-1])
    tight = _SPACED.sub(r"\1", text)
    return tight if " " not in tight else max(tight.split(), key=lambda one: "@" in one)


def _name(text: str, warnings: Warnings) -> str:
    text = words(text.replace("\uffff", "@"), warnings).strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return " ".join(_visible(text).split())[:500]


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text
                   if char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def address(text: str) -> str:
    """The canonical form: domain in lower case Unicode, as the hub's other channels keep it; "" for what is none."""
    text = text.strip().strip("<>'").strip().removeprefix("mailto:").removeprefix("MAILTO:")
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]  # a route (RFC 5322, section 4.4)
    if "@" not in text or len(text) > 1000:
        return ""
    local, _, domain = text.rpartition("@")
    local, domain = _visible(local.rpartition("<")[2]).strip(), domain.strip().strip(".").lower()
    local = re.sub(r"[<>\x00-\x1f]+" if local.startswith('"') else r"[<>\s\x00-\x1f]+", "", local)
    domain = re.sub(r"[<>\s\x00-\x1f]+", "", domain)
    if not local or not domain or len(local) > 254 or len(domain) > 255:
        return ""
    if not domain.isascii() or "xn--" in domain:
        domain = _international(domain)
    return unicodedata.normalize("NFC", storable(f"{local}@{domain}"))


def _international(domain: str) -> str:
    try:
        return idna.decode(domain, uts46=True).lower()
    except (idna.IDNAError, UnicodeError, ValueError, IndexError):
        return unicodedata.normalize("NFKC", domain).lower()


def message_ids(values: list[str], warnings: Warnings) -> tuple[str, ...]:
    """All ids in the order of the head, each once, with angle brackets, whatever stands between them.

    Encoded words have no place here (RFC 2047, section 5), but Python's own library writes long ids so.
    """
    found: dict[str, None] = {}
    for value in _bounded(values, warnings):
        text = storable(words(value, Warnings()) if "=?" in value else value)
        marked = re.findall(r"<([^<>]*)>?", text)
        for one in marked or re.split(r"[\s,;]+", re.sub(r"\([^()]*\)", " ", text)):
            core = re.sub(r"[\s\x00-\x1f\x7f]+", "", one).strip("<>\"'")
            if core and (marked or "@" in core) and len(core) <= MAX_ID:
                found.setdefault(f"<{core}>")
    ids = tuple(found)
    if len(ids) > MAX_IDS:
        warnings.setdefault("too_many_references")
        return ids[:20] + ids[-(MAX_IDS - 20):]
    return ids


def message_id(values: list[str], warnings: Warnings) -> str:
    for value in values:
        ids = message_ids([value], Warnings())
        if ids:
            return ids[0]
        core = re.sub(r"[\s<>]+", "", value)
        if core and len(core) <= MAX_ID:
            return f"<{storable(core)}>"
    warnings.setdefault("no_message_id")
    return ""


def date(value: str, warnings: Warnings) -> datetime | None:
    if not value:
        warnings.setdefault("no_date")
        return None
    found = _date(re.sub(r"\([^()]*\)", " ", value[:200]).strip())
    if found is None:
        warnings.setdefault("date_broken")
    return found


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_tz(text)
        if parsed is None or not parsed[0]:
            given = datetime.fromisoformat(text)
        else:
            year, month, day, hour, minute, second, *_, offset = parsed
            zone = timezone(timedelta(seconds=offset)) if offset and abs(offset) <= 15 * 3600 else UTC
            given = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
        given = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except Exception:  # the standard library raises half a dozen kinds on what people call a date
        return None
    return given if 1900 <= given.year <= 2199 else None
