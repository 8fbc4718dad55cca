"""What every model of the wire shares: strictness, texts of bounded length, moments that every program can read."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(max_length=20_000)]
Line = Annotated[str, StringConstraints(max_length=500)]

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _readable(value: datetime) -> datetime:
    if not FIRST <= value < LAST:
        raise ValueError("must lie between the years 1900 and 2200")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_readable)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sheet(Wire):
    """What one window writes on. Each has its own, so that none writes over what another one wrote."""

    sheet: UUID = Field(UUID(int=0), description="made by the window; left out: one for all that leave it out")
    replaces: dict[UUID, int] = Field({}, max_length=100, description=(
        "sheets that this one goes on with, each with the version that was read; one written on since then stays"))
