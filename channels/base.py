"""What a channel is: values it hands to the hub, values it gets from the hub, and the few verbs between.

A channel turns what the world sends into `Inbound` or `Receipt` values and gives them to its `Sink`; it turns an
`Outbound` into one attempt to send. It never retries, stores or decides: the hub does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID

if TYPE_CHECKING:  # half the memory of a process that only parses
    from aiohttp import web

AddressKind = Literal["phone", "email", "visitor", "whatsapp", "external"]


@dataclass(frozen=True, slots=True)
class Address:
    """One reachable identity, in its canonical form (E.164, visitor id). The hub keeps e-mail in lower case."""

    kind: AddressKind
    value: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file that arrived with a contact. `declared_type` is what the sender said, never what we trust."""

    name: str
    declared_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Party:
    """A name and an address in the head of a mail. `address` has its domain in lower case; "" where there is none."""

    name: str
    address: str


# What is no person's own mail: the answer of an absence, something a program wrote, a list, bulk, a delivery report.
Machine = Literal["auto_reply", "auto_generated", "list", "bulk", "report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says of a message that we sent (RFC 3464, or what can be read from a free-form bounce)."""

    action: Literal["failed", "delayed", "delivered", "relayed", "expanded"]
    recipient: str  # the address it speaks of; "" where it does not say
    status: str  # enhanced status code (RFC 3463) such as 5.1.1; "" where there is none
    text: str  # in the words of the server
    mail_id: str  # Message-ID of the message it speaks of, with angle brackets; "" where it carries none


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a mail lies in a mailbox (RFC 9051, section 2.3.1.1)."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class MailIn:
    """What an e-mail says beyond its text: who wrote to whom, and to which conversation it belongs.

    `key` is the same for every copy of one mail, in whichever mailbox it arrives; `mail_id` is its Message-ID with
    angle brackets, made from the bytes where the sender gave none. `references` are In-Reply-To and References, the
    nearest first. `tokens` are the interactions whose signed token it carries. `quoted` is the folded rest of the
    text: what was quoted below the new text, and the signature. `html` is clean already. `pictures` maps a Content-ID
    to the place in `Inbound.files` of the picture that the html shows. `answerable`: an automatic answer is allowed
    by RFC 3834.
    """

    key: str
    mail_id: str
    author: Party
    mailbox: str  # the id of the mailbox of ours that it came to
    reply_to: tuple[Party, ...] = ()
    to: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()
    references: tuple[str, ...] = ()
    tokens: tuple[UUID, ...] = ()
    quoted: str = ""
    html: str = ""
    remote: int = 0  # pictures that the html would fetch from elsewhere
    pictures: Mapping[str, int] = field(default_factory=dict)
    machine: Machine | None = None
    answerable: bool = True
    reports: tuple[Report, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailOut:
    """An e-mail to send, frozen when it was written. Bcc goes into the envelope and never into the head."""

    mail_id: str  # Message-ID with angle brackets: the same on every attempt
    mailbox: str  # the id of the mailbox of ours that it is sent from
    author: Party
    reply_to: Party | None
    to: tuple[Party, ...]
    cc: tuple[Party, ...] = ()
    bcc: tuple[Party, ...] = ()
    subject: str = ""
    references: tuple[str, ...] = ()  # the thread, oldest first; the last one is what is answered
    signature: str = ""
    quoted: str = ""  # what is answered or forwarded, with the line that introduces it; not yet marked with ">"
    automatic: bool = False  # not written by a person: Auto-Submitted (RFC 3834)
    only: tuple[str, ...] | None = None  # whose envelope this attempt is: all others have it already; None: everybody's


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A file that the vendor keeps for us: the hub copies it behind the message, which waits for nothing."""

    url: str
    declared_type: str
    name: str


# What a customer's text does to our right to write to him: an end, a new beginning, a question about it.
Opt = Literal["stop", "start", "help"]


@dataclass(frozen=True, slots=True)
class TextOut:
    """A text to a telephone. `sender` is which number of ours it goes from, as in `Inbound.source`.

    `template`: the vendor's id of a text agreed beforehand, and what is filled in, where free text is not allowed.
    """

    sender: str
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    also: Sequence[str] = ()  # other names of the sender, by which a customer may have asked for no more texts
    number: str = ""  # the one that he knows, where `sender` has several


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing that a customer did, understood, with the bytes it was understood from.

    `natural_key` is unique within `source` and the same on every retry; `body` is compared when a key comes again:
    equal bodies are a retry, different ones a reused key.
    """

    source: str
    natural_key: str
    channel: str
    addresses: tuple[Address, ...]  # the first one is where a reply goes
    text: str
    at: datetime
    raw: bytes
    content_type: str
    body: bytes = b""  # what makes two arrivals equal; empty: the raw bytes
    name: str | None = None
    language: str | None = None
    subject: str = ""
    queue: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    file_ids: tuple[UUID, ...] = ()  # files put up before, by the same visitor
    continues: bool = False  # joins the open interaction of the first address (a conversation) instead of a new one
    client_id: str | None = None  # the sender's own id of the message
    mail: MailIn | None = None
    entry: Entry | None = None  # written in the same transaction, so that the mail is not fetched again
    elsewhere: tuple[Elsewhere, ...] = ()
    opt: Opt | None = None
    spam: "Spam | None" = None  # None: nobody says so
    dialled: str = ""  # which address of ours was written to, where `source` does not say it
    ours: str = ""  # which number of ours it came to, where `source` has several
    quiet: bool = False  # kept, and nobody need react: no unread mark, no queue


@dataclass(frozen=True, slots=True)
class Spam:
    """`because`: who says so, in a few words."""

    verdict: Literal["suspected", "sure"]
    because: str


Mark = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message that we sent. Ranked and monotonic: a late `delivered` never undoes `read`."""

    source: str
    channel: str
    mark: Mark
    at: datetime
    message_id: UUID | None = None
    provider_id: str | None = None
    error: str | None = None
    sender: str = ""  # the number of ours that the other side chose, where it does


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to send, once. `message_id` is stable over attempts: use it wherever the vendor dedupes."""

    message_id: UUID
    interaction_id: UUID
    number: int
    recipient: Address
    text: str
    author_name: str
    at: datetime
    files: tuple["FileRef", ...] = ()
    mail: MailOut | None = None
    contents: tuple[bytes, ...] = ()  # of the files, in their order; only for a channel that `carries_files`
    texting: TextOut | None = None


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored file as others see it."""

    id: UUID
    name: str
    type: str
    size: int
    inline: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A recipient whom the other side did not take. `later`: it may, if it is asked again."""

    address: str  # as the envelope had it
    text: str  # in the words of the server
    later: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken responsibility. `provider_id` names the message in receipts to come.

    `refused`: recipients that it turned down while it took the message for the others.
    """

    provider_id: str | None = None
    refused: tuple[Refusal, ...] = ()
    sender: str = ""  # the number of ours that the other side chose, where it does and says so already


SendErrorKind = Literal["temporary", "permanent", "ambiguous"]


class SendError(Exception):
    """An attempt that failed: `temporary` is tried again, `permanent` is shown, `ambiguous` is never resent blindly.

    `refused`: recipients that had been turned down before it failed for the rest.
    """

    def __init__(self, kind: SendErrorKind, code: str, text: str, after: float | None = None,
                 refused: tuple[Refusal, ...] = ()) -> None:
        super().__init__(f"{code}: {text}")
        self.kind: SendErrorKind = kind
        self.code = code
        self.text = text
        self.after = after  # seconds, when the other side said so
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Accepted:
    """The hub has committed what it was given."""

    interaction_id: UUID
    reference: str
    message_id: UUID
    number: int
    at: datetime
    duplicate: bool = False


class Refused(Exception):
    """The hub, or the channel itself, will not take this, and says why.

    `fields` maps a field's name to a code of its own; `status` is what an HTTP edge answers.
    """

    def __init__(
        self,
        code: str,
        status: int = 422,
        fields: Mapping[str, str] | None = None,
        after: float | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.fields = dict(fields or {})
        self.after = after


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation as its customer may see it. Notes have no such form, on purpose."""

    id: UUID
    client_id: str
    interaction_id: UUID
    number: int
    direction: Literal["in", "out"]
    name: str
    text: str
    at: datetime
    state: str
    files: tuple[FileRef, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer's conversation stands now. `position` counts from 1; of ten who stand there, eight are answered
    within `wait` seconds, None where that is not known.
    """

    interaction_id: UUID
    reference: str
    state: Literal["queued", "active", "ended"]
    agent_name: str | None
    position: int | None
    wait: int | None
    staffed: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """A customer's own view: where it stands, and its messages, oldest first."""

    standing: Standing | None
    messages: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail is in the ledger, committed, whatever the outcome: nobody needs to bring it again.

    `refused`: a report about a mail that is none of ours. `interaction_id` is None where it belongs to none.
    """

    outcome: Literal["stored", "duplicate", "quarantined", "refused"]
    interaction_id: UUID | None = None


class Sink(Protocol):
    """The hub, as a channel sees it. Each verb returns only after COMMIT, or raises `Refused`."""

    async def take_in(self, inbound: Inbound) -> Accepted: ...

    async def take_mail(self, inbound: Inbound) -> Kept:
        """One mail, once, whatever it is: a contact, a copy, a delivery report. Its `entry` goes in with it.

        Raises `Refused` only when nothing could be written now (`after`: seconds until another try is worth while).
        """

    async def take_receipt(self, receipt: Receipt) -> None: ...

    async def refuse(self, source: str, raw: bytes, content_type: str, reason: str) -> None:
        """Enters something in the ledger that was turned away before it became an `Inbound`."""

    async def quarantine(self, source: str, natural_key: str, raw: bytes, content_type: str, reason: str) -> None:
        """Keeps what cannot be understood, for a human; raises nothing that the sender could mend."""

    async def leave(self, address: Address, channel: str) -> None:
        """The customer ended the conversation."""

    async def read_up_to(self, address: Address, channel: str, number: int, mark: Mark) -> None:
        """All outgoing messages of the open conversation up to `number` have reached `mark`."""

    async def conversation(self, address: Address, channel: str, after: int = 0) -> Conversation: ...

    async def keep_file(self, owner: str, file: File) -> FileRef: ...

    async def file(self, owner: str, file_id: UUID) -> tuple[FileRef, bytes]: ...

    async def sent_file(self, file_id: UUID) -> tuple[FileRef, bytes]:
        """A file of a message that went out, for a vendor who fetches what we send. Raises `Refused` (404)."""

    async def typing(self, address: Address, channel: str, on: bool) -> None:
        """Tells the holder that the customer is typing. Not kept; may be lost."""


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP way in. The channel says what it wants; the hub mounts it."""

    method: str
    path: str
    handler: "Callable[[web.Request], Awaitable[web.StreamResponse]]"
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of a channel's self-test: what was tried, whether it works, and what to do if not."""

    name: str
    ok: bool
    detail: str = ""


class Channel(Protocol):
    """The contract. `kind` names the channel in data and on the screen.

    `repeatable`: an attempt whose outcome nobody knows may be made again, because the other side drops a second copy
    by `message_id`. Where it is False such a message becomes *unconfirmed*, for a human to decide.
    `carries_files`: `send` is given the files' bytes, because the message carries them itself.
    `attempt_seconds`: how long one attempt may take before its outcome counts as unknown.
    """

    kind: str
    repeatable: bool
    carries_files: bool = False
    attempt_seconds: float = 30.0

    def routes(self) -> Sequence[Route]: ...

    async def send(self, message: Outbound) -> Sent:
        """One attempt. Returns when the other side has it; raises `SendError` otherwise."""

    def check(self) -> AsyncIterator[Check]: ...


class Unfetched(Exception):
    """A file that lies with the vendor could not be had now (`later`), or never will."""

    def __init__(self, code: str, later: bool) -> None:
        super().__init__(code)
        self.code = code
        self.later = later


class Fetching(Protocol):
    """The extra power of channels whose messages leave files with the vendor."""

    @property
    def copy_days(self) -> int | None:
        """How long the vendor's copy may stay after ours is kept, 0 for no time at all; None: as long as it likes."""

    async def fetch(self, source: str, file: Elsewhere) -> File:
        """One attempt, within limits of bytes and seconds. Raises `Unfetched`."""

    async def discard(self, source: str, url: str) -> None:
        """The vendor's copy is deleted; what is gone already counts as deleted. Raises `Unfetched`."""


class Unanswered(Exception):
    """The vendor could not be asked. `code`: why, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Accountable(Protocol):
    """The extra power of channels whose vendor can be asked what became of a message."""

    async def became(self, source: str, message_id: UUID, provider_id: str) -> Receipt | None:
        """None: nothing that we would have been told. Raises `Unanswered` where asking again may help."""


class Conversational(Protocol):
    """The extra power of channels whose customer watches the conversation live."""

    async def changed(self, address: Address) -> None:
        """The conversation of this address has moved (state, place in line, marks): tell whoever watches."""

    async def agent_typing(self, address: Address, name: str, on: bool) -> None: ...
