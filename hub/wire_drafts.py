"""What crosses the wire about drafts: what is being written, in as many windows as an agent likes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hub.wire_base import Sheet, Text, Wire
from hub.wire_mail import MailDraft


class Draft(Sheet):
    """Without text and recipients it is dropped."""

    kind: Literal["reply", "note"]
    text: Text
    mail: MailDraft | None = None


class KeptDraft(Wire):
    sheet: UUID
    version: int
    saved_at: datetime
    text: str
    mail: MailDraft | None = Field(None, description="recipients and subject; null: as the hub proposes")


class DraftKept(Wire):
    """`others`: what I keep of the same kind on other sheets, the newest first."""

    others: list[KeptDraft]


class NewMailDraft(Sheet):
    """A new mail that I am writing. One that says nothing and names nobody is dropped."""

    mailbox: str | None = None
    customer_id: UUID | None = None
    mail: MailDraft = MailDraft(kind="new")
    text: Text = ""


class KeptNewMail(Wire):
    sheet: UUID
    version: int
    saved_at: datetime
    mailbox: str | None
    customer_id: UUID | None
    mail: MailDraft
    text: str


class NewMailKept(Wire):
    """`others`: new mails that I keep on other sheets, the newest first."""

    others: list[KeptNewMail]


class NewTextDraft(Sheet):
    """A new text that I am writing. One that says nothing and goes to nobody is dropped."""

    sender: str | None = None
    customer_id: UUID | None = None
    number: Annotated[str, StringConstraints(max_length=100)] = ""
    text: Text = ""


class KeptNewText(Wire):
    sheet: UUID
    version: int
    saved_at: datetime
    sender: str | None
    customer_id: UUID | None
    number: str
    text: str


class NewTextKept(Wire):
    """`others`: new texts that I keep on other sheets, the newest first."""

    others: list[KeptNewText]
