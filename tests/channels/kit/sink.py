"""The hub as channels see it, honest and in memory: what it acknowledges it has, once, with its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID, uuid4

from channels import base
from channels.base import (
    Accepted,
    Address,
    Conversation,
    File,
    FileRef,
    Inbound,
    Mark,
    Outbound,
    Receipt,
    Refused,
    Said,
    Standing,
)

Outcome = Literal["stored", "duplicate", "quarantined", "refused"]
RANK: dict[str, int] = {"received": 0, "pending": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One row of the ledger."""

    source: str
    outcome: Outcome
    raw: bytes
    content_type: str
    reason: str = ""


@dataclass(slots=True)
class Thread:
    """One interaction with its customer's address."""

    standing: Standing
    messages: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    inbound: Inbound
    accepted: Accepted


class MemorySink:
    """Dedupes by (source, natural key), refuses a reused key, keeps raw bytes, ranks receipts.

    `down` makes every verb fail with 503; `refuse_next` and `lose_answer` break the next `take_in` only.
    """

    def __init__(self) -> None:
        self.down = False
        self.refuse_next: Refused | None = None
        self.lose_answer = False
        self.arrivals: list[Arrival] = []
        self.kept: dict[tuple[str, str], Kept] = {}
        self.raws: dict[bytes, bytes] = {}
        self.threads: list[tuple[Address, str, Thread]] = []
        self.files: dict[tuple[str, UUID], tuple[FileRef, bytes]] = {}
        self.typings: list[tuple[Address, bool]] = []
        self.receipts: list[Receipt] = []

    # --- what tests ask ---

    @property
    def inbounds(self) -> list[Inbound]:
        return [kept.inbound for kept in self.kept.values()]

    def outcomes(self, outcome: Outcome) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.outcome == outcome]

    def state_of(self, message_id: UUID) -> str:
        return next(said.state for said in self._all_said() if said.id == message_id)

    # --- what tests make the hub do ---

    def say(self, address: Address, channel: str, text: str, name: str = "Maya") -> Outbound:
        """An agent answers in the newest conversation of the address."""
        thread = self._thread(address, channel)
        assert thread is not None, f"no conversation with {address}"
        said = self._append(thread, "out", name, text, str(uuid4()), "pending")
        return Outbound(said.id, said.interaction_id, said.number, address, text, name, said.at)

    def stand(self, address: Address, channel: str, **changes: object) -> Standing:
        """Moves the newest conversation: `state`, `agent_name`, `position`, `wait`, `staffed`."""
        thread = self._thread(address, channel)
        assert thread is not None, f"no conversation with {address}"
        thread.standing = replace(thread.standing, **changes)  # type: ignore[arg-type]
        return thread.standing

    # --- the contract ---

    async def take_in(self, inbound: Inbound) -> Accepted:
        self._must_be_up()
        _must_be_storable(inbound)
        if self.refuse_next is not None:
            refusal, self.refuse_next = self.refuse_next, None
            raise self._turned_away(inbound, refusal)
        accepted = self._take_once(inbound)
        if self.lose_answer:
            self.lose_answer = False
            raise _unavailable()
        return accepted

    async def take_mail(self, inbound: Inbound) -> base.Kept:
        """Copies of one mail have one key, whichever mailbox they come to."""
        self._must_be_up()
        _must_be_storable(inbound)
        if self.refuse_next is not None:
            refusal, self.refuse_next = self.refuse_next, None
            raise refusal
        known = next((kept for kept in self.kept.values() if kept.inbound.natural_key == inbound.natural_key), None)
        if known is not None:
            self._enter(Arrival(inbound.source, "duplicate", inbound.raw, inbound.content_type))
            return base.Kept("duplicate", known.accepted.interaction_id)
        accepted = self._keep(inbound)
        if self.lose_answer:
            self.lose_answer = False
            raise _unavailable()
        return base.Kept("stored", accepted.interaction_id)

    async def take_receipt(self, receipt: Receipt) -> None:
        self._must_be_up()
        self.receipts.append(receipt)
        if receipt.message_id is not None:
            self._mark(receipt.message_id, receipt.mark)

    async def refuse(self, source: str, raw: bytes, content_type: str, reason: str) -> None:
        self._must_be_up()
        self._enter(Arrival(source, "refused", raw, content_type, reason))

    async def quarantine(self, source: str, natural_key: str, raw: bytes, content_type: str,
                         reason: str) -> None:
        self._must_be_up()
        self._enter(Arrival(source, "quarantined", raw, content_type, reason))

    async def leave(self, address: Address, channel: str) -> None:
        self._must_be_up()
        if (thread := self._thread(address, channel)) is not None:
            thread.standing = replace(thread.standing, state="ended", position=None, wait=None)

    async def read_up_to(self, address: Address, channel: str, number: int, mark: Mark) -> None:
        self._must_be_up()
        thread = self._thread(address, channel)
        for said in list(thread.messages) if thread else []:
            if said.direction == "out" and said.number <= number:
                self._mark(said.id, mark)

    async def conversation(self, address: Address, channel: str, after: int = 0) -> Conversation:
        self._must_be_up()
        thread = self._thread(address, channel)
        if thread is None:
            return Conversation(None, ())
        return Conversation(thread.standing, tuple(said for said in thread.messages if said.number > after))

    async def keep_file(self, owner: str, file: File) -> FileRef:
        self._must_be_up()
        _must_be_storable(file)
        reference = FileRef(uuid4(), file.name, "application/octet-stream", len(file.content), False)
        self.files[owner, reference.id] = (reference, file.content)
        return reference

    async def file(self, owner: str, file_id: UUID) -> tuple[FileRef, bytes]:
        self._must_be_up()
        try:
            return self.files[owner, file_id]
        except KeyError:
            raise Refused("not_found", 404) from None

    async def sent_file(self, file_id: UUID) -> tuple[FileRef, bytes]:
        self._must_be_up()
        for (_, known), found in self.files.items():
            if known == file_id:
                return found
        raise Refused("not_found", 404)

    async def typing(self, address: Address, channel: str, on: bool) -> None:
        self.typings.append((address, on))

    # --- inside ---

    def _must_be_up(self) -> None:
        if self.down:
            raise _unavailable()

    def _enter(self, arrival: Arrival) -> None:
        self.raws[sha256(arrival.raw).digest()] = arrival.raw
        self.arrivals.append(arrival)

    def _turned_away(self, inbound: Inbound, refusal: Refused) -> Refused:
        self._enter(Arrival(inbound.source, "refused", inbound.raw, inbound.content_type, refusal.code))
        return refusal

    def _take_once(self, inbound: Inbound) -> Accepted:
        known = self.kept.get((inbound.source, inbound.natural_key))
        if known is None:
            return self._keep(inbound)
        if (known.inbound.body or known.inbound.raw) != (inbound.body or inbound.raw):
            raise self._turned_away(inbound, Refused("conflict", 409))
        self._enter(Arrival(inbound.source, "duplicate", inbound.raw, inbound.content_type))
        return replace(known.accepted, duplicate=True)

    def _keep(self, inbound: Inbound) -> Accepted:
        thread = self._thread(inbound.addresses[0], inbound.channel) if inbound.continues else None
        if thread is None or thread.standing.state == "ended":
            thread = self._open(inbound)
        files = tuple(self.files[owner, file_id][0] for owner, file_id in self._attached(inbound))
        client_id = inbound.client_id or inbound.natural_key
        said = self._append(thread, "in", inbound.name or "", inbound.text, client_id, "received")
        thread.messages[-1] = replace(said, files=files)
        self._enter(Arrival(inbound.source, "stored", inbound.raw, inbound.content_type))
        accepted = Accepted(said.interaction_id, thread.standing.reference, said.id, said.number, said.at)
        self.kept[inbound.source, inbound.natural_key] = Kept(inbound, accepted)
        return accepted

    def _attached(self, inbound: Inbound) -> list[tuple[str, UUID]]:
        attached = [key for key in self.files if key[1] in inbound.file_ids]
        if len(attached) != len(inbound.file_ids):
            raise self._turned_away(inbound, Refused("unknown_file", 422))
        return attached

    def _open(self, inbound: Inbound) -> Thread:
        reference = f"R-{len(self.threads) + 1:04}"
        thread = Thread(Standing(uuid4(), reference, "queued", None, 1, 120, True))
        self.threads.append((inbound.addresses[0], inbound.channel, thread))
        return thread

    def _thread(self, address: Address, channel: str) -> Thread | None:
        key = (address.kind, address.value, channel)
        found = (thread for a, c, thread in reversed(self.threads) if (a.kind, a.value, c) == key)
        return next(found, None)

    def _append(self, thread: Thread, direction: Literal["in", "out"], name: str, text: str, client_id: str,
                state: str) -> Said:
        standing, number = thread.standing, len(thread.messages) + 1
        said = Said(uuid4(), client_id, standing.interaction_id, number, direction, name, text,
                    datetime.now(UTC), state, ())
        thread.messages.append(said)
        return said

    def _all_said(self) -> Iterator[Said]:
        for _, _, thread in self.threads:
            yield from thread.messages

    def _mark(self, message_id: UUID, mark: Mark) -> None:
        for _, _, thread in self.threads:
            for index, said in enumerate(thread.messages):
                if said.id == message_id and RANK[mark] > RANK[said.state]:
                    thread.messages[index] = replace(said, state=mark)


def _unavailable() -> Refused:
    return Refused("unavailable", 503, after=5)


def _must_be_storable(value: object) -> None:
    """PostgreSQL's text takes neither NUL nor a lone surrogate: the channel has to have replaced them."""
    for text in _texts(value):
        assert "\0" not in text, f"NUL in {text[:80]!r}"
        text.encode()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from _texts(getattr(value, part.name))
    elif isinstance(value, dict):
        yield from _texts((*value.keys(), *value.values()))
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
