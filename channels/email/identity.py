"""What makes a mail the same mail, wherever a copy of it arrives, and whose address is whose."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from channels.email.settings import Mailbox

_SAID_BY_SENDER = frozenset({b"from", b"date", b"subject"})
_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_SPACE = b" \t\r\n\0"
_PIECE = 1_000_000  # bytes
_ID_MOST = 500  # characters: an index of PostgreSQL holds no more than 2 700 bytes


@dataclass(frozen=True, slots=True)
class Sameness:
    """`mail_id`: the Message-ID, made from the bytes where there is none. `key`: the same for every copy."""

    mail_id: str
    key: str


def same(raw: bytes, message_id: str) -> Sameness:
    """What servers add or rewrap on the way (Received, Return-Path, white space) makes no difference.

    From the bytes, not from what parsing makes of them, so that a better parser does not turn old mail into new.
    """
    head, begin = _split(raw)
    said = _fields(head)
    content = hashlib.sha256()
    for name in sorted(_SAID_BY_SENDER):
        content.update(b"%s\0%s\0" % (name, b"\0".join(said.get(name, ()))))
    if not message_id and b"date" not in said:  # nothing but its first hop tells an alarm from the one before it
        content.update(said.get(b"received", (b"",))[-1])
    for place in range(begin, len(raw), _PIECE):  # a long mail is not held twice
        content.update(raw[place:place + _PIECE].translate(None, delete=_SPACE))
    digest = content.hexdigest()[:32]
    mail_id = bounded_id(message_id) or f"<{digest}@no-message-id.invalid>"
    return Sameness(mail_id, f"{mail_id} {digest}")


def bounded_id(mail_id: str) -> str:
    """The Message-ID, or what stands for it where it is too long to be looked up."""
    if len(mail_id) <= _ID_MOST:
        return mail_id
    return f"<{hashlib.sha256(mail_id.encode('utf-8', 'replace')).hexdigest()}@long.invalid>"


@lru_cache(maxsize=4096)
def canonical(address: str) -> str:
    """One spelling for one mailbox: lower case, international domains in their own letters."""
    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=True).normalized.lower()
    except (EmailNotValidError, UnicodeError):
        return address.strip().lower()


def is_ours(address: str, mailbox: Mailbox) -> bool:
    """Whether mail to this address comes to this mailbox; a detail (support+x@) makes no difference."""
    known = {one.lower() for one in (mailbox.address, *mailbox.aliases)}
    local, _, domain = address.lower().rpartition("@")
    return address.lower() in known or f"{local.partition('+')[0]}@{domain}" in known


def _split(raw: bytes) -> tuple[bytes, int]:
    """The head, and where the body begins."""
    begin = len(raw) - len(raw.lstrip(b"\r\n"))
    end = _HEAD_END.search(raw, begin)
    return (raw[begin:end.start()], end.end()) if end else (raw[begin:], len(raw))


def _fields(head: bytes) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    current: list[bytes] | None = None
    for line in head.splitlines():
        if line[:1] in (b" ", b"\t"):
            if current is not None:
                current[-1] += line.translate(None, delete=_SPACE)
            continue
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        current = found.setdefault(name, []) if name in _SAID_BY_SENDER or name == b"received" else None
        if current is not None:
            current.append(value.translate(None, delete=_SPACE))
    return found
