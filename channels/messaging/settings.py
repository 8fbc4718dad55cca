"""Numbers that people write to, and texts that WhatsApp lets us begin with."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["sms", "whatsapp"]
Names = Annotated[dict[Literal["en", "zh-Hans"], str], Field(min_length=1)]
_PLACE = re.compile(r"\{\{(\w{1,40})\}\}")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(Part):
    """One number of ours that texts come to and go out from."""

    account: str = Field(description="id of an account in [[twilio]]")
    number: Annotated[str, Field(pattern=r"^(\+[1-9]\d{5,14}|\d{3,8})$", description="such as +15550001000")]
    kind: Kind = "sms"
    queue: str | None = Field(None, description="where its texts wait; the first queue unless told")
    name: str = Field("", max_length=100, description="what the number is called on the screen")

    @property
    def source(self) -> str:
        return f"{self.kind}:{self.account}:{self.number}"


class Template(Part):
    """A text that WhatsApp has agreed to, for customers who have not written for a day."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
    name: Names = Field(description="language -> name on the screen")
    content_sid: Annotated[str, Field(pattern=r"^HX[0-9a-fA-F]{32}$", description="HX and 32 characters")]
    text: Annotated[str, Field(min_length=1, max_length=1600, description="as agreed, with {{1}} where it is filled")]
    account: str = Field("", description="id of the account that it belongs to; every account unless set")

    @property
    def places(self) -> tuple[str, ...]:
        """What is to be filled in, in the order of the text."""
        return tuple(dict.fromkeys(_PLACE.findall(self.text)))

    def filled(self, variables: dict[str, str]) -> str:
        """The text as the customer will read it."""
        return _PLACE.sub(lambda place: variables[place[1]], self.text)


class MessagingSettings(Part):
    """What is the same for all numbers."""

    senders: tuple[Sender, ...] = Field((), description="a number that is not named waits in the first queue")
    templates: tuple[Template, ...] = ()
    reopen_hours: int = Field(72, ge=0, le=24 * 90, description=(
        "a text this soon after the end goes on with the same conversation; later it begins a linked one"))
    file_bytes: int = Field(16_000_000, ge=10_000, le=100_000_000, description="longest file of a text that is kept")

    @model_validator(mode="after")
    def _each_once(self) -> "MessagingSettings":
        for what, ids in (("senders", [one.source for one in self.senders]),
                          ("templates", [one.id for one in self.templates])):
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{what}: {twice[0]} stands twice")
        return self

    def queue_of(self, source: str) -> str | None:
        return next((one.queue for one in self.senders if one.source == source), None)
