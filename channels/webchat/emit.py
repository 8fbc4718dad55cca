"""How something reaches the pages of visitors."""

from typing import Any, Protocol
from uuid import UUID


class Emit(Protocol):
    """To all open pages of a visitor, at whatever process; `skip` leaves one of them out."""

    async def __call__(self, event: str, data: dict[str, Any], visitor: UUID,
                       skip: str | None = None) -> None: ...


class EmitTo(Protocol):
    """To one page."""

    async def __call__(self, event: str, data: dict[str, Any], sid: str) -> None: ...


def room_of(visitor: UUID) -> str:
    return f"visitor:{visitor}"
