"""What one act changes: values that the journal writes down together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from hub import model
from hub.model import Declared, Interaction
from hub.offering import Ended


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written: the interaction as it will be, the touch, and what else moves with it."""

    interaction: Interaction
    kind: str
    data: Mapping[str, object] = field(default_factory=dict)
    open_offers: tuple[model.Offered, ...] = ()
    end_offers: tuple[Ended, ...] = ()
    assign: UUID | None = None
    unassign: str | None = None  # why the assignment ends
    declare: tuple[Declared, str | None, str] | None = None  # state, reason, cause: of the agent under lock
