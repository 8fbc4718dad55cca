"""A mail from what was frozen when it was written: the same bytes on every attempt."""

import base64
import binascii
import re
from dataclasses import dataclass
from email.utils import format_datetime
from hashlib import sha256

from channels.base import FileRef, MailOut, Outbound, Party
from channels.email.parse.verdict import LOOP_HEADER
from channels.email.smtp import head
from channels.email.smtp.letter import html_of, text_of

REFERENCES = 50  # ids; of a longer thread the first and the nearest ones (RFC 5322, section 3.6.4 sets no bound)
_LONGEST = 900  # octets of a line that needs no encoding; 998 are allowed (RFC 5322, section 2.1.1)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")
_MAIL_ID = re.compile(r"<[^<>\s]{1,900}>\Z")


@dataclass(frozen=True, slots=True)
class Composed:
    """`utf8`: an address in it is beyond ASCII, so that the server must know SMTPUTF8 (RFC 6531)."""

    raw: bytes
    sender: str
    recipients: tuple[str, ...]
    utf8: bool


def compose(message: Outbound) -> Composed:
    """Raises ValueError where an address is none, or there is nobody to write to."""
    mail = message.mail
    if mail is None:
        raise ValueError("no mail")
    recipients = tuple(dict.fromkeys(head.wire_address(one.address) for one in (*mail.to, *mail.cc, *mail.bcc)))
    if mail.only is not None:  # the head names everybody all the same: it is the same mail
        recipients = tuple(one for one in recipients if one in mail.only)
    if not recipients:
        raise ValueError("nobody")
    sender = head.wire_address(mail.author.address)
    lines = _head(message, mail)
    body = _body(message, mail)
    raw = "\r\n".join(lines).encode() + b"\r\n" + body
    return Composed(raw, sender, recipients, not "".join(lines).isascii() or not "".join(recipients).isascii())


def _head(message: Outbound, mail: MailOut) -> list[str]:
    lines = [
        f"Date: {format_datetime(message.at)}",
        head.parties("From", [mail.author]),
        *([head.parties("Reply-To", [mail.reply_to])] if mail.reply_to else []),
        *_addressed("To", mail.to),
        *_addressed("Cc", mail.cc),
        head.unstructured("Subject", mail.subject),
        head.ids("Message-ID", [mail.mail_id]),
    ]
    thread = references(mail.references)
    if thread:
        lines += [head.ids("In-Reply-To", thread[-1:]), head.ids("References", thread)]
    if mail.automatic:
        lines += [f"Auto-Submitted: {'auto-replied' if thread else 'auto-generated'}",
                  "X-Auto-Response-Suppress: All", f"{LOOP_HEADER}: {mail.mailbox}"]
    if not mail.to and not mail.cc:
        lines.append("To: undisclosed-recipients:;")
    return [*lines, "MIME-Version: 1.0"]


def _addressed(name: str, who: tuple[Party, ...]) -> list[str]:
    return [head.parties(name, who)] if who else []


def references(thread: tuple[str, ...]) -> tuple[str, ...]:
    """What is an id, each once; the first and the last ones of a thread that has grown too long."""
    known = tuple(dict.fromkeys(one for one in thread if _MAIL_ID.match(one) and one.isascii()))
    return known if len(known) <= REFERENCES else (known[0], *known[-(REFERENCES - 1):])


def _body(message: Outbound, mail: MailOut) -> bytes:
    texts = (message.text, mail.signature, mail.quoted)
    both = _multipart("alternative", message, [_text("plain", text_of(*texts)), _text("html", html_of(*texts))])
    if not message.files:
        return both
    if len(message.files) != len(message.contents):
        raise ValueError("files without their contents")
    files = [_file(*one) for one in zip(message.files, message.contents, strict=True)]
    return _multipart("mixed", message, [both, *files])


def _multipart(kind: str, message: Outbound, parts: list[bytes]) -> bytes:
    """The boundary begins with "=_", which no encoded part contains."""
    boundary = "=_" + sha256(f"{kind} {message.message_id}".encode()).hexdigest()[:32]
    line = f"--{boundary}\r\n".encode()
    start = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return start + b"".join(line + part for part in parts) + f"--{boundary}--\r\n".encode()


def _text(kind: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if content.isascii() and b"=_" not in content and b"\0" not in content and _short(content):
        encoding, encoded = "7bit", content.replace(b"\n", b"\r\n") + b"\r\n"
    elif 3 * sum(one > 127 for one in content) < len(content):
        encoding, encoded = "quoted-printable", binascii.b2a_qp(content, istext=True).replace(b"\n", b"\r\n") + b"\r\n"
    else:
        encoding, encoded = "base64", _base64(content.replace(b"\n", b"\r\n"))
    start = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return start.encode() + encoded


def _short(content: bytes) -> bool:
    return all(len(line) <= _LONGEST for line in content.split(b"\n"))


def _file(file: FileRef, content: bytes) -> bytes:
    name = head.plain(file.name).replace("/", "_").replace("\\", "_")[:200] or "attachment"
    type_ = file.type.lower() if _TYPE.match(file.type.lower()) else "application/octet-stream"
    if type_.startswith(("message/", "multipart/")):
        type_ = "application/octet-stream"  # those may not be encoded (RFC 2046, section 5.2), and bytes must stay
    on_type, on_disposition = head.parameters(name)
    start = (f"Content-Type: {type_}{on_type}\r\nContent-Disposition: attachment{on_disposition}\r\n"
             "Content-Transfer-Encoding: base64\r\n\r\n")
    return start.encode() + _base64(content)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
