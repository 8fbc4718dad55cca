"""How the process that parses tells the hub what it found: values as JSON, then the bytes of the files.

A mail may have turned that process against us, so what it says is checked and never run. What the hub does not read
stays behind: the parts, the HTML as it came once it is clean, and the text, which is `new_text` and `quoted` together.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from channels.email.parse.model import Mail

LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Answer:
    """`sizes`: bytes of each attachment, which follow in this order. `fault`: where the parser broke, if it did."""

    mail: Mail
    sizes: tuple[int, ...] = ()
    fault: str = ""


def told(mail: Mail, fault: str = "") -> list[bytes]:
    """What is to be sent, one after the other. Raises TypeError where a text is no text."""
    bare = replace(mail, text="", html="" if mail.cleaned else mail.html, parts=(),
                   attachments=tuple(replace(one, content="") for one in mail.attachments))  # type: ignore[arg-type]
    head = orjson.dumps(Answer(bare, tuple(one.size for one in mail.attachments), fault))
    return [LENGTH.pack(len(head)), head, *(one.content for one in mail.attachments)]


def whole(answer: Answer, contents: Sequence[bytes]) -> Mail:
    mail = answer.mail
    return replace(mail, text=mail.new_text + mail.quoted, attachments=tuple(
        replace(one, content=content) for one, content in zip(mail.attachments, contents, strict=True)))
