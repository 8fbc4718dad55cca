"""A contact that an agent writes down, because it came where the hub has no ears."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from channels.base import Refused

ContactKind = Literal["call", "fax", "letter", "visit", "other"]
Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class ManualEntry:
    """One contact as its agent wrote it down. `id` is made by the writer; `at` is when it happened, with zone."""

    id: UUID
    kind: ContactKind
    text: str
    at: datetime
    direction: Direction = "in"
    name: str = ""
    email: str = ""
    phone: str = ""
    queue: str | None = None
    file_ids: tuple[UUID, ...] = ()

    def raw(self) -> bytes:
        """The entry as bytes, the same for equal entries, so that a retry is known by them."""
        return json.dumps({
            "id": str(self.id), "kind": self.kind, "text": self.text, "at": self.at.isoformat(),
            "direction": self.direction, "name": self.name, "email": self.email, "phone": self.phone,
            "queue": self.queue, "file_ids": [str(file_id) for file_id in self.file_ids],
        }).encode()


def entry_of(raw: bytes) -> ManualEntry:
    """The entry that these bytes were made of. Raises `Refused("malformed")`."""
    try:
        data = json.loads(raw)
        entry = ManualEntry(**{
            **data, "id": UUID(data["id"]), "at": datetime.fromisoformat(data["at"]),
            "file_ids": tuple(UUID(file_id) for file_id in data["file_ids"]),
        })
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused("malformed", 400) from None
    if entry.kind not in get_args(ContactKind) or entry.direction not in get_args(Direction):
        raise Refused("malformed", 400)
    return entry
