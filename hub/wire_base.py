"""What every model of the wire shares: strictness, texts of bounded length, moments that every program can read."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

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
