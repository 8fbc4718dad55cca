"""What crosses the wire about texts to telephones: whether one may be sent now, and what may be sent instead."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.wire_base import Line, Wire


class TemplateView(Wire):
    """A text agreed beforehand. `{{name}}` in it is filled in by the agent."""

    id: str
    name: dict[str, str] = Field(description="language -> name")
    text: str
    places: list[str]


class TextingView(Wire):
    """How this conversation stands with the network: one that may not be written to says why."""

    kind: Literal["sms", "whatsapp"]
    sender: str = Field(description="our own number")
    longest: int = Field(description="characters")
    opted_out_at: datetime | None = Field(description="the customer wants no texts from this number since then")
    free_until: datetime | None = Field(
        description="WhatsApp: free text is allowed until then; null or past: templates only. Always null for SMS")
    templates: list[TemplateView]


class TemplateUse(Wire):
    """A template with what is filled in. The message's own text must be the text that comes of it."""

    id: Line
    variables: dict[Line, Annotated[str, StringConstraints(max_length=500)]] = Field({}, max_length=40)
