"""What the hub knows of a customer that rules may ask for, and supervisors set."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from hub.wire_base import Wire

Segment = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^,]*$")]


class Marks(Wire):
    """How the customer is treated."""

    vip: bool = False
    segments: list[str] = []
    contract: str | None = None
    owner_id: UUID | None = None
    owner: str | None = Field(None, description="name of the agent who looks after the customer")


class PutMarks(Wire):
    """All of them; what is left out is taken away."""

    vip: bool = False
    segments: list[Segment] = Field([], max_length=50)
    contract: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    owner_id: UUID | None = None
    version: int = Field(ge=1, le=2_147_483_647, description="of the customer, as it was read")
