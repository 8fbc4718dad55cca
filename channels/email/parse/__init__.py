"""From the bytes of a mail to what it says. Pure; never raises; bounded in time and memory.

Limits, each with a warning, none with a loss, for the raw bytes are kept by the hub:
- 256 kB and 2000 fields of a head; 1000 recipients; 200 references (the first 20 and the last 180)
- 10 000 parts, what follows is one more; parts within parts 60 deep, what is deeper is one leaf
- 1000 attachments, the others stand in a list that is attached too; all 10 000 are in `Mail.parts`
- 200 000 characters of text and 2 MB of HTML, what is longer is cut and attached whole
- 200 kB of HTML are laid out as text with its tables, longer or stranger HTML gives its words only
- five winmail.dat or S/MIME envelopes are opened, three within one another; five attached mails are read out
"""

from codecs import BOM_UTF8
from collections.abc import Callable

from channels.base import Party
from channels.email.parse import addresses, attachments, body, forwarded, language, nests, report, verdict, walk
from channels.email.parse.body import Body
from channels.email.parse.charset import Warnings
from channels.email.parse.headers import Head
from channels.email.parse.model import Attachment, Headers, Leaf, Mail
from channels.email.parse.quotes import fold

__all__ = ["parse"]


def parse(raw: bytes, broke: Callable[[Exception], None] = lambda error: None) -> Mail:
    """Whatever `raw` is, a Mail; what was odd about it is in `warnings`. At most 2 s and 200 MB for 60 MB.

    `broke` is told of a flaw of ours; the mail has the warning `parse_failed` then.
    """
    warnings = Warnings()
    try:
        return _parse(raw, warnings)
    except MemoryError:
        return stub(raw, "parse_limit")
    except Exception as error:  # a flaw of ours must never lose a mail: the raw bytes are kept, the head is shown
        broke(error)
        return stub(raw, "parse_failed")


def stub(raw: bytes, warning: str) -> Mail:
    """What can be said at once, when the rest cannot: the head alone."""
    warnings = Warnings({warning: None})
    end = min(len(raw), 64_000)
    try:
        root = walk.walk(raw[:end].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0] + b"\n\n", warnings)
        return _mail(root.head, Body(), "", (), (), warnings)
    except Exception:  # not even that
        return _mail(Head([], Headers(), "text/plain", (), "", ()), Body(), "", (), (), warnings)


def _parse(raw: bytes, warnings: Warnings) -> Mail:
    raw = raw.removeprefix(BOM_UTF8)  # of a file that an editor saved
    if b"\n" not in raw[:64_000] and b"\r" in raw[:64_000]:
        raw = raw.replace(b"\r", b"\n")  # lines as they ended on a Macintosh of the last century
    root = walk.walk(raw, warnings)
    nests.open_all(root, warnings)
    found = body.find(root, warnings)
    kept = attachments.collect(root, found, warnings)
    if root.type == "multipart/encrypted":
        warnings.setdefault("encrypted")
    return _mail(root.head, found, forwarded.readable(root), tuple(root.leaves), kept, warnings)


def _mail(head: Head, found: Body, attached: str, parts: tuple[Leaf, ...], kept: tuple[Attachment, ...],
          warnings: Warnings) -> Mail:
    text, html = found.text, found.html
    new_text, quoted = fold(text)
    if attached:
        attached = ("\n\n" if text.strip() else "") + attached
        text += attached
        html += body.as_html(attached) if html else ""
        if quoted or new_text.strip():
            quoted += attached
        else:
            new_text += attached
    reports = report.read(head.headers, parts, text)
    senders = addresses.parties(head.all("sender"), warnings)
    author = addresses.author(head.all("from"), warnings)
    if not author.address and senders:
        author = Party(author.name or senders[0].name, senders[0].address)
    return Mail(
        headers=head.headers,
        author=author,
        sender=senders[0] if senders else None,
        reply_to=addresses.parties(head.all("reply-to"), warnings),
        to=addresses.parties(head.all("to"), warnings),
        cc=addresses.parties(head.all("cc"), warnings),
        subject=" ".join(head.headers.get("subject").split()),
        message_id=addresses.message_id(head.all("message-id"), warnings),
        in_reply_to=addresses.message_ids(head.all("in-reply-to"), warnings),
        references=addresses.message_ids(head.all("references"), warnings),
        date=addresses.date(head.first("date"), warnings),
        text=text,
        html=html,
        new_text=new_text,
        quoted=quoted,
        attachments=kept,
        verdict=verdict.judge(head.headers, bool(reports)),
        reports=reports,
        warnings=tuple(warnings),
        language=language.guess(head.headers, text),
        parts=parts,
    )
