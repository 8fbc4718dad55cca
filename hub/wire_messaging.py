"""What crosses the wire about texts to telephones: whether one may be sent now, and what may be sent instead."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hub.wire_base import Line, Sheet, Text, Wire


class TemplateView(Wire):
    """A text agreed beforehand. `{{name}}` in it is filled in by the agent."""

    id: str
    name: dict[str, str] = Field(description="language -> name")
    text: str
    places: list[str]


class TextingView(Wire):
    """How this conversation stands with the network: one that may not be written to says why."""

    kind: Literal["sms", "whatsapp"]
    sender: str = Field(description="our own number; the name of a messaging service that has not chosen one yet")
    longest: int = Field(description="characters")
    opted_out_at: datetime | None = Field(description="the customer wants no texts from this number since then")
    free_until: datetime | None = Field(
        description="WhatsApp: free text is allowed until then; null or past: templates only. Always null for SMS")
    templates: list[TemplateView]
    unreachable: str | None = Field(None, description=(
        "why our latest text did not reach this number and another one hardly will: phone_unknown, no_mobile, "
        "no_whatsapp; null once the customer has written"))


class TemplateUse(Wire):
    """A template with what is filled in. The message's own text must be the text that comes of it."""

    id: Line
    variables: dict[Line, Annotated[str, StringConstraints(max_length=500)]] = Field({}, max_length=40)


class SenderChoice(Wire):
    """A number of ours that a text can begin from."""

    id: str
    kind: Literal["sms", "whatsapp"]
    number: str = Field(description='"" for a messaging service: it chooses one of its numbers')
    name: str
    queue: str
    templates: list[TemplateView] = Field(description="WhatsApp: only with one of these, unless he wrote within a day")


class NewText(Wire):
    """A text to somebody, which no interaction asks for. It begins one, which then waits for the answer."""

    id: UUID = Field(description="made by the writer; a retry carries the same and is stored once")
    sender: str
    customer_id: UUID | None = None
    number: Line = Field(description="E.164, or as it is dialled in the country of the sender")
    text: Text
    template: TemplateUse | None = None
    files: Annotated[list[UUID], Field(max_length=10)] = []
    sheet: Sheet | None = Field(None, description="the draft that this was; left out: all new texts that I keep")


class TextStanding(Wire):
    """Who is about to be texted, and from where."""

    sender: str
    number: Line


class TextStandingView(Wire):
    """Whether he may be, before anybody writes a word."""

    number: str | None = Field(description="in full; null: this is no telephone number")
    texting: TextingView | None
    open: UUID | None = Field(None, description="a conversation with him that is open: write there")
