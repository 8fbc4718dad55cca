"""What is sent and answered where agents take their work themselves."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from hub.wire_base import Wire

Because = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]


class Take(Wire):
    """`reason`: why this one before those that come first, in a queue from which agents pull."""

    reason: Because = ""


class TakeNext(Wire):
    id: UUID | None = Field(None, description="of this wish: said again, it takes nothing more")
    queue: str | None = Field(None, description="of this queue alone; else of all from which I may pull")


class Pulls(Wire):
    """`queues`: from which I may pull; `next`: what I would be given of all of them, null: nothing that I may take."""

    queues: list[str]
    next: str | None
