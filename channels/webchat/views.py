"""Values of the contract as JSON."""

from typing import Any

from pydantic import TypeAdapter

from channels.base import Conversation, FileRef, Said, Standing

_ADAPTERS: dict[type, TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (Conversation, FileRef, Said, Standing)
}


def view(value: Conversation | FileRef | Said | Standing) -> dict[str, Any]:
    """Times are ISO 8601, ids are text."""
    shown: dict[str, Any] = _ADAPTERS[type(value)].dump_python(value, mode="json")
    return shown


def mark_view(said: Said) -> dict[str, Any]:
    return {"interaction_id": str(said.interaction_id), "number": said.number, "id": str(said.id),
            "state": said.state}
