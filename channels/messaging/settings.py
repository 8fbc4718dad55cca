"""Numbers that people write to, and texts that WhatsApp lets us begin with."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["sms", "whatsapp"]
Names = Annotated[dict[Literal["en", "zh-Hans"], str], Field(min_length=1)]
Number = Annotated[str, Field(pattern=r"^(\+[1-9]\d{5,14}|\d{3,8})$")]
_PLACE = re.compile(r"\{\{(\w{1,40})\}\}")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(Part):
    """One number of ours that texts come to and go out from."""

    account: str = Field(description="id of an account in [[twilio]]")
    number: Annotated[Number, Field(description="such as +15550001000")]
    kind: Kind = "sms"
    queue: str | None = Field(None, description="where its texts wait; the first queue unless told")
    name: str = Field("", max_length=100, description="what the number is called on the screen")

    @property
    def source(self) -> str:
        return f"{self.kind}:{self.account}:{self.number}"


class MessagingService(Part):
    """A messaging service: numbers that send as one. Twilio chooses which of them writes to whom first; with that
    number the conversation goes on. Who says STOP to one of them has said it to all. SMS and MMS only."""

    account: str = Field(description="id of an account in [[twilio]]")
    sid: Annotated[str, Field(pattern=r"^MG[0-9a-fA-F]{32}$", description="MG and 32 characters")]
    queue: str | None = Field(None, description="where its texts wait; the first queue unless told")
    name: str = Field("", max_length=100, description="what the service is called on the screen")
    numbers: tuple[Number, ...] = Field((), description="what its pool should hold; `hub check` compares")

    @property
    def kind(self) -> Kind:
        return "sms"

    @property
    def source(self) -> str:
        return f"sms:{self.account}:{self.sid}"

    @property
    def number(self) -> str:
        """One of its numbers, for the country; "" where none is named."""
        return self.numbers[0] if self.numbers else ""

    def sources(self) -> tuple[str, ...]:
        """Its own, and what those of its numbers were before they belonged to it."""
        return (self.source, *(f"sms:{self.account}:{one}" for one in self.numbers))


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
    services: tuple[MessagingService, ...] = Field((), description="their numbers are no senders besides")
    templates: tuple[Template, ...] = ()
    reopen_hours: int = Field(72, ge=0, le=24 * 90, description=(
        "a text this soon after the end goes on with the same conversation; later it begins a linked one"))
    delete_there_days: int | None = Field(None, ge=0, le=400, description=(
        "files that we have copied are deleted at Twilio after so many days, 0 for at once; never unless set"))
    file_bytes: int = Field(16_000_000, ge=10_000, le=100_000_000, description="longest file of a text that is kept")

    @model_validator(mode="after")
    def _each_once(self) -> "MessagingSettings":
        pools = [source for one in self.services for source in one.sources()]
        for what, ids in (("senders", [*(one.source for one in self.senders), *pools]),
                          ("templates", [one.id for one in self.templates])):
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{what}: {twice[0]} stands twice")
        return self

    @property
    def ways(self) -> tuple[Sender | MessagingService, ...]:
        """What a text can go out by."""
        return (*self.senders, *self.services)

    def queue_of(self, source: str) -> str | None:
        return next((one.queue for one in self.ways if one.source == source), None)

    def messaging_service_of(self, source: str) -> MessagingService | None:
        return next((one for one in self.services if one.source == source), None)

    def heard_by(self, source: str) -> tuple[str, ...]:
        """To whom a STOP counts for what goes out by `source`."""
        service = self.messaging_service_of(source)
        return service.sources() if service is not None else (source,)
