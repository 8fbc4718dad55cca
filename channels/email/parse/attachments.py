"""What is not the text of a mail: every other leaf, with a name that is safe to save under."""

import mimetypes
import re
from urllib.parse import unquote

from channels.email.parse.body import Body
from channels.email.parse.charset import Warnings
from channels.email.parse.model import Attachment, Leaf
from channels.email.parse.nests import MAIL_TYPES, head_of
from channels.email.parse.walk import Node

MAX_ATTACHMENTS = 1_000  # rows; what is beyond them is listed in one more, and lies in the raw mail
MAX_NAMED = 200  # mails whose name is looked up in them
MAX_NAME = 200  # characters
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]+")
_TYPES = mimetypes.MimeTypes()  # its own table: what the machine has installed must not matter
_EXTENSIONS = {
    "message/rfc822": ".eml", "text/calendar": ".ics", "application/ms-tnef": ".dat", "text/html": ".html",
    "text/plain": ".txt", "image/jpeg": ".jpg", "application/pkcs7-mime": ".p7m", "application/pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc", "application/pgp-encrypted": ".txt", "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt", "text/vcard": ".vcf", "message/disposition-notification": ".txt",
}
_CID = re.compile(r"cid:([^\"'\s>)]{1,300})", re.IGNORECASE)


def collect(root: Node, body: Body, warnings: Warnings) -> tuple[Attachment, ...]:
    referenced = {_core(found) for found in _CID.findall(body.html)} if "cid:" in body.html.lower() else set()
    out: list[Attachment] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.children)
        leaf = node.leaf
        if leaf is None or id(leaf) in body.shown:
            continue
        content_id = _core(leaf.headers.get("content-id"))
        name = safe_name(node.head.filename) or _of_mail(leaf, len(out)) or made_name(leaf.type, len(out) + 1)
        out.append(Attachment(name, leaf.type, leaf.content, content_id, bool(content_id) and content_id in referenced))
    if len(out) > MAX_ATTACHMENTS:
        warnings.setdefault("too_many_attachments")
        out[MAX_ATTACHMENTS:] = [_listed(out)]
    return tuple(out)


def _of_mail(leaf: Leaf, number: int) -> str:
    """A mail is called what its subject says."""
    if leaf.type not in MAIL_TYPES or number >= MAX_NAMED:
        return ""
    subject = safe_name(re.sub(r"[/\\:*?\"<>|]+", " ", head_of(leaf).headers.get("subject"))[:120])
    return f"{subject}.eml" if subject else ""


def _listed(out: list[Attachment]) -> Attachment:
    rows = [f"{number}\t{one.name}\t{one.type}\t{one.size} bytes"
            for number, one in enumerate(out[MAX_ATTACHMENTS:], MAX_ATTACHMENTS + 1)]
    return Attachment(f"attachments-{MAX_ATTACHMENTS + 1}-to-{len(out)}.txt", "text/plain",
                      ("\n".join(rows) + "\n").encode("utf-8", "replace"))


def _core(given: str) -> str:
    given = given.strip().strip("<>").strip()
    return unquote(given) if "%" in given else given


def safe_name(given: str) -> str:
    """The last part of a path, without what a file system or a reader of it could be fooled by."""
    name = _UNSAFE.sub("", re.split(r"[/\\]", given[-2000:])[-1])
    name = " ".join(name.split()).strip(" .")
    if len(name) > MAX_NAME:
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[:MAX_NAME - 20]}.{extension}" if dot and len(extension) < 16 else name[:MAX_NAME]
    return name


def made_name(kind: str, number: int) -> str:
    extension = _EXTENSIONS.get(kind) or _TYPES.guess_extension(kind) or ".bin"
    stem = {"image": "picture", "audio": "sound", "video": "film", "text": "text", "message": "message"}.get(
        kind.partition("/")[0], "file")
    return f"{stem}-{number}{extension}"
