"""What parsing gives: values only. Every text is free of NUL and lone surrogates, every list is in the mail's order."""

from dataclasses import dataclass, field
from datetime import datetime

from channels.base import Machine, Party, Report


@dataclass(frozen=True, slots=True)
class Headers:
    """The head of a mail or of a part: names in lower case, values unfolded and decoded, in order."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """The first value, or ""."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.fields if key == name)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part that holds no other parts, decoded from its transfer encoding."""

    type: str  # such as text/plain, in lower case; text/plain where none was given (RFC 2045, section 5.2)
    parameters: tuple[tuple[str, str], ...]  # of Content-Type, RFC 2231 decoded, names in lower case
    headers: Headers
    content: bytes
    path: tuple[str, ...] = ()  # types of the parts around it, the outermost first


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    content: bytes
    content_id: str = ""  # without angle brackets
    inline: bool = False  # shown by the html, by its Content-ID

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a machine wrote it, and whether a machine may answer (RFC 3834). `reasons` name the headers."""

    machine: Machine | None = None
    answerable: bool = True
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clean:
    """`html` is safe to show. `remote`: how many pictures it would fetch from elsewhere if it were let."""

    html: str
    remote: int


@dataclass(frozen=True, slots=True)
class Mail:
    """One parsed mail. `text` is all of the text; `new_text` + `quoted` is `text`, cut where the quoted history or
    the signature begins (`quoted` may be ""). `html` is as it came and not safe to show; `cleaned` is what may be shown
    of it, where it has been made already (the worker does, so that no stranger's HTML is parsed within the hub).
    """

    headers: Headers
    author: Party
    sender: Party | None
    reply_to: tuple[Party, ...]
    to: tuple[Party, ...]
    cc: tuple[Party, ...]
    subject: str
    message_id: str  # with angle brackets; "" where it is missing, empty or of no use
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]  # the oldest first, as they stand in the head
    date: datetime | None
    text: str
    html: str
    new_text: str
    quoted: str
    attachments: tuple[Attachment, ...]
    verdict: Verdict = Verdict()
    reports: tuple[Report, ...] = ()
    warnings: tuple[str, ...] = ()  # codes such as `charset_guessed`, `no_message_id`, `too_many_parts`
    language: str | None = None
    parts: tuple[Leaf, ...] = field(default=(), repr=False)
    cleaned: Clean | None = field(default=None, repr=False, compare=False)
