"""What the hub has acknowledged, and what became of it: the crash test's memory."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Kind = Literal["form", "message", "reply", "note"]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One contact or message for which the hub said yes. `reference` names the interaction."""

    id: UUID
    kind: Kind
    reference: str
    text: str
    number: int | None = None


@dataclass
class Record:
    """Shared by all scripted people of one run.

    `lost` are acknowledged messages that a later look at the conversation did not show, `doubled` those shown
    more than once; both must stay empty. `troubles` counts connection losses, refusals and the like.
    """

    acknowledged: dict[UUID, Acknowledged] = field(default_factory=dict)
    lost: set[UUID] = field(default_factory=set)
    doubled: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    troubles: Counter[str] = field(default_factory=Counter)
    mails: dict[str, str] = field(default_factory=dict)  # Message-ID -> text, of those that the hub said 250 to

    def acknowledge(self, entry: Acknowledged) -> None:
        """A second yes to the same id must name the same interaction; another one is `changed`."""
        before = self.acknowledged.setdefault(entry.id, entry)
        if before.reference != entry.reference:
            self.changed.add(entry.id)

    def compare(self, expected: Iterable[UUID], seen: Iterable[str]) -> None:
        """Compares what was acknowledged in one conversation with the ids which the hub shows in it now."""
        times = Counter(seen)
        for message_id in expected:
            count = times[str(message_id)]
            if count == 0:
                self.lost.add(message_id)
            elif count > 1:
                self.doubled.add(message_id)

    def summary(self) -> str:
        kinds = Counter(entry.kind for entry in self.acknowledged.values())
        told = [f"{kind} {count}" for kind, count in sorted(kinds.items())]
        told += [f"mail {len(self.mails)}"] if self.mails else []
        wrong = f"lost {len(self.lost)}, doubled {len(self.doubled)}, changed {len(self.changed)}"
        troubles = ", ".join(f"{what} {count}" for what, count in self.troubles.most_common())
        said = ", ".join(told) or "nothing yet"
        return f"acknowledged: {said}; {wrong}" + (f"; troubles: {troubles}" if troubles else "")
