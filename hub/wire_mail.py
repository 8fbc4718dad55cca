"""What crosses the wire about e-mail: how a mail is shown and written, and the mailboxes that administrators set up."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hub.wire_base import Line, Sheet, Text, Wire


class PartyView(Wire):
    """A name and an address in the head of a mail."""

    name: str
    address: str


class MailView(Wire):
    """What a message that is a mail says beyond its text."""

    mailbox: str
    mail_id: str = Field(description="Message-ID, with angle brackets")
    author: PartyView
    reply_to: list[PartyView]
    to: list[PartyView]
    cc: list[PartyView]
    bcc: list[PartyView]
    subject: str
    html: bool = Field(description="there is an HTML form: GET /api/messages/{id}/html")
    remote: int = Field(description="pictures that would be fetched from elsewhere; shown only when asked for")
    quoted: int = Field(description="characters of the folded rest: GET /api/messages/{id}/quoted")
    signature: str = Field(description="of what we sent; it stands below the text")
    machine: Literal["auto_reply", "auto_generated", "list", "bulk", "report"] | None
    automatic: bool = Field(description="sent by the hub itself")
    warnings: list[str]
    raw: bool = Field(description="the bytes as they came are kept: GET /api/messages/{id}/raw")
    copies: list[str] = Field(description="all mailboxes of ours that it came to")
    due_at: datetime | None = Field(description="leaves then; may be taken back until it does")


class PartyIn(Wire):
    """A recipient. The address is checked for form; what is wrong is said by field, such as `mail.to.0`."""

    name: Annotated[str, StringConstraints(max_length=2000)] = ""
    address: Annotated[str, StringConstraints(max_length=2000)]


Parties = Annotated[list[PartyIn], Field(max_length=10_000)]  # a draft is kept whatever it says; sending checks


class MailDraft(Wire):
    """Recipients and subject of a mail that is being written; nothing in it needs to be complete."""

    kind: Literal["reply", "forward", "new"] = "reply"
    to: Parties = []
    cc: Parties = []
    bcc: Parties = []
    subject: Line = ""
    quote: bool = True


class UndeliverableView(Wire):
    """An address that mail does not reach, whether it is a customer's or not."""

    address: str = Field(description="in lower case")
    since: datetime
    reason: str = Field(description="in the words of a mail server")


class ReplyView(Wire):
    """How an answer by mail would look unless it is changed: who gets it, from whom, under which subject."""

    mailbox: str
    author: PartyView = Field(description="as whom we write")
    to: list[PartyView] = Field(description="reply: where the last mail wants its answer")
    cc: list[PartyView] = Field(description="reply to all: everybody else who was addressed, ourselves left out")
    subject: str
    forward_subject: str
    template: str = Field(description="what the text begins with, to be written on; may be empty")
    signature: str
    undeliverable: list[UndeliverableView] = Field([], description="those who take part and whom mail does not reach")


class MailboxChoice(Wire):
    """A mailbox that new mail can be sent from."""

    id: str
    address: str
    name: str
    signature: str
    queue: str


class NewMail(Wire):
    """A mail to somebody, which no interaction asks for. It begins one, which then waits for the answer."""

    id: UUID = Field(description="made by the writer; a retry carries the same and is stored once")
    mailbox: str
    customer_id: UUID | None = None
    mail: MailDraft
    text: Text
    files: Annotated[list[UUID], Field(max_length=20)] = []
    sheet: Sheet | None = Field(None, description="the draft that this was; left out: all new mails that I keep")


class Decide(Wire):
    """What a human knows of a message whose sending nobody could confirm, or that failed."""

    what: Literal["again", "sent", "failed"] = Field(description="send it again; it did arrive; it did not")


# --- mailboxes (administrators) --------------------------------------------------------------------------------------


class OAuthFields(Wire):
    token_url: Line
    client_id: Line
    scope: Line = ""


class ImapFields(Wire):
    host: Line
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: Line
    folder: Line = "INBOX"
    begin: Literal["new", "all"] = "new"
    after: Literal["leave", "mark", "move", "delete"] = "leave"
    move_to: Line = ""
    delete_days: Annotated[int, Field(ge=1, le=3650)] = 30
    sent_folder: Line = ""
    max_bytes: Annotated[int, Field(ge=100_000, le=1_000_000_000)] = 60_000_000


class SmtpFields(Wire):
    host: Line
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: Line = ""


class DkimFields(Wire):
    domain: Line
    selector: Line


class MailboxFields(Wire):
    """A mailbox as it is set up, secrets left out: those never come back."""

    id: Line
    address: Line
    aliases: Annotated[list[Line], Field(max_length=50)] = []
    name: Line = ""
    queue: str | None = None
    imap: ImapFields | None = None
    smtp: SmtpFields | None = None
    oauth: OAuthFields | None = None
    dkim: DkimFields | None = None
    plus: bool = True
    template: Annotated[str, StringConstraints(max_length=5000)] = ""
    signature: Annotated[str, StringConstraints(max_length=2000)] = ""
    acknowledge: Annotated[str, StringConstraints(max_length=5000)] = ""
    enabled: bool = True


SecretName = Literal["password", "client_secret", "refresh_token", "smtp_password", "dkim_key"]
SecretText = Annotated[str, StringConstraints(max_length=20_000)]


class PutMailbox(Wire):
    """`secrets`: those given are set, an empty one is removed, those left out stay as they are."""

    mailbox: MailboxFields
    secrets: dict[SecretName, SecretText] = {}
    version: int = Field(0, ge=0, description="0 for a new one; else the version that was read (409 when it moved on)")


class MailboxView(Wire):
    """A mailbox, and how it is."""

    mailbox: MailboxFields
    secrets: list[SecretName] = Field(description="which ones are set")
    version: int
    editable: bool = Field(description="false for those of the configuration file")
    connected_at: datetime | None = Field(description="the last time that the mailbox answered")
    verified_at: datetime | None = Field(description="the last time that it was compared with the ledger")
    present: int | None = Field(description="mails that lay there then, of those that are ours to have")
    missing: int | None = Field(description="of these, not in the ledger then: fetched at once")
    problem: str | None = Field(description="code of what keeps mail from coming now")
    problem_text: str | None
    problem_at: datetime | None
    stored: int
    duplicate: int
    quarantined: int
    failing: int


class Step(Wire):
    """One step of a mailbox's test; the answer is one such object a line (application/x-ndjson), as they end."""

    name: Literal["resolve", "connect", "tls", "log_in", "list", "read", "smtp_connect", "smtp_tls", "smtp_log_in",
                  "send", "arrive"]
    ok: bool
    code: str = Field("", description="why not, for the screen to translate; empty when ok")
    text: str = Field("", description="in the words of the server")
    seconds: float


class QuarantineView(Wire):
    """Something that arrived and could not be understood; its bytes are kept."""

    id: UUID
    source: str
    natural_key: str
    arrived_at: datetime
    reason: str | None
    size: int
