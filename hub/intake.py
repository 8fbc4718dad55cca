"""The way in: dedupe, identity, placement and journal for everything that customers do, whatever the channel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from channels.base import Accepted, Address, File, FileRef, Inbound, Refused
from channels.text import storable
from hub import files, model, placing
from hub.errors import Unavailable, WrongState
from hub.journal import Enclosed, Journal, NewMessage, Opening, Page, Written, reachable
from hub.model import CUSTOMER, By, Interaction
from hub.store import customers
from hub.store import intake as store
from hub.store.journal import Row, digest
from hub.together import Together

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing to confuse when read aloud


OVERTAKEN = ("touches_interaction_id_version_key", "messages_interaction_id_number_key")


@dataclass(frozen=True, slots=True)
class Weight:
    """What one contact of a channel takes of an agent."""

    units: int
    exclusive: bool = False
    interruptible: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Where arrivals go."""

    queues: frozenset[str]
    default_queue: str
    weights: Mapping[str, Weight] = field(default_factory=dict)
    reopen: timedelta = timedelta(hours=24)
    reopens: Mapping[str, timedelta] = field(default_factory=lambda: {"email": timedelta(days=14)})
    current: placing.Current = placing.unpublished

    def reopens_for(self, channel: str) -> timedelta:
        """How long after its end a message on this channel opens the same interaction again."""
        return self.reopens.get(channel, self.reopen)


@dataclass(frozen=True, slots=True)
class Person:
    """Whose contact it is, and what must be written so that the hub knows it next time."""

    customer_id: UUID
    address_id: UUID | None
    rows: dict[str, tuple[Row, ...]]
    past: store.Past = store.STRANGER


@dataclass(frozen=True, slots=True)
class Entry:
    """What an agent adds to a contact logged by hand. With a disposition it is closed at once."""

    by: By
    direction: Literal["in", "out"]
    customer_id: UUID | None
    disposition: str | None


class Overtaken(Exception):
    """Another message of the same address was quicker, and opened the conversation that this one joins."""


class Intake:
    """`take_in` and its kin return only after COMMIT, or raise `Refused` or `Unavailable`."""

    def __init__(self, journal: Journal, placement: Placement) -> None:
        self.journal = journal
        self.placement = placement
        self._now, self._new_id = journal.now, journal.new_id
        self._openings: Together[Inbound, Written] = Together(self._open_all, most=64)

    async def take_in(self, inbound: Inbound) -> Accepted:
        """Stores one arrival, once. A retry gets the same answer; the same key with another body is refused."""
        known = _keyed(inbound)
        return await self.once(known, owner(known), lambda: self._place(known))

    async def once(self, inbound: Inbound, owner: str, place: Callable[[], Awaitable[Written]]) -> Accepted:
        """Places one arrival, or finds that it was. `owner`: of its files. Raises `Refused` or `Unavailable`."""
        with reachable():
            if not await store.all_loose(self.journal.pool, inbound.file_ids, owner):
                if await store.arrival(self.journal.pool, inbound.source, inbound.natural_key) is None:
                    row = self.arrival_row(inbound, "refused", self._now(), reason="unknown_file", touch_id=None)
                    await self.journal.enter(row, inbound.raw)
                    raise Refused("unknown_file", 422, {"files": "unknown_file"})
                return await self._again(inbound)  # they hang on what the first attempt stored
            return await self._until_placed(inbound, place)

    async def _until_placed(self, inbound: Inbound, place: Callable[[], Awaitable[Written]]) -> Accepted:
        for _ in range(4):  # each turn loses a race to a concurrent arrival that has now committed
            try:
                return accepted(await place(), inbound)
            except Overtaken:
                continue
            except asyncpg.UniqueViolationError as before:
                if before.constraint_name in (
                    "arrivals_once",
                    "messages_interaction_id_direction_client_id_key",
                ):
                    return await self._again(inbound)
        raise Unavailable()

    async def _place(self, inbound: Inbound) -> Written:
        if inbound.continues and inbound.addresses:
            if joined := await self._join(inbound):
                return joined
            async with self.journal.begin() as page:
                written = await self._continue(page, inbound)
            if written is not None:
                return written
        return await self._openings.add(inbound)

    async def _join(self, inbound: Inbound) -> Written | None:
        """Joins an open conversation without a lock: the version is unique, so of two who write at once one fails.

        None when there is none to join, or somebody else wrote in the same moment: then the lock decides.
        """
        async with self.journal.at_once() as page:
            found = await page.latest(inbound.addresses[0], inbound.channel, inbound.source)
            if found is None or len(inbound.addresses) > 1 or self.is_over(found[2], inbound.channel):
                return None
            address_id, customer_id, before = found
            key = inbound.addresses[0].kind, inbound.addresses[0].value
            person = self.person(inbound, {key: store.KnownAddress(address_id, customer_id)}, customer_id)
            enclosed = self.enclosed(inbound, person)
            try:
                return await page.write(before, model.Received(inbound.text, inbound.quiet), CUSTOMER, enclosed)
            except asyncpg.UniqueViolationError as overtaken:
                if overtaken.constraint_name in OVERTAKEN:
                    return None
                raise

    async def _continue(self, page: Page, inbound: Inbound) -> Written | None:
        """Joins the latest conversation of this address; locks the address first, so that two cannot open two."""
        first, *others = inbound.addresses
        found = await page.lock_latest(first, inbound.channel, inbound.source)
        if found is None:
            return None
        address_id, customer_id, before = found
        known = await store.known_addresses(page.conn, others, self._now())
        known[first.kind, first.value] = store.KnownAddress(address_id, customer_id)
        person = self.person(inbound, known, customer_id)
        if before is None or self.is_over(before, inbound.channel):
            return (await page.open(self._opening(inbound, person, before)))[0]
        return await page.write(before, model.Received(inbound.text, inbound.quiet), CUSTOMER,
                                self.enclosed(inbound, person))

    def is_over(self, before: Interaction, channel: str) -> bool:
        """Closed so long ago, or in a queue that nobody serves any more, that a message opens another one."""
        if before.closed_at is None:
            return False
        limit = self.placement.reopens_for(channel)
        return before.queue_id not in self.placement.queues or self._now() - before.closed_at > limit

    def following(self, new: Interaction, before: Interaction) -> Interaction:
        queue = before.queue_id if before.queue_id in self.placement.queues else new.queue_id
        preferred = before.preferred_agent_id or new.preferred_agent_id
        return replace(new, parent_id=before.id, preferred_agent_id=preferred, queue_id=queue)

    async def _open_all(self, inbounds: Sequence[Inbound]) -> list[Written | Exception]:
        """New interactions, together where nothing is in the way; one that is doubled does not stop the others."""
        try:
            async with self.journal.at_once() as page:
                known = await store.known_addresses(
                    page.conn, [a for i in inbounds for a in i.addresses], self._now()
                )
                fresh = [None if _joins(i, known) else self._opening(i, self.person(i, known)) for i in inbounds]
                written = iter(await page.open(*filter(None, fresh)) if any(fresh) else ())
                return [next(written) if one else Overtaken() for one in fresh]
        except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError) as doubled:
            if len(inbounds) == 1:
                return [doubled]
            return [(await self._open_all([inbound]))[0] for inbound in inbounds]

    def _opening(self, inbound: Inbound, person: Person, before: Interaction | None = None) -> Opening:
        new = self.fresh(inbound, person)
        new = self.following(new, before) if before else new
        return Opening(new, "received", CUSTOMER, self.enclosed(inbound, person))

    def person(self, inbound: Inbound, known: store.Known, customer_id: UUID | None = None) -> Person:
        """Who this is by the addresses given, best evidence first; new addresses go to the same customer.

        An address that belongs to somebody else stays there, and is his, whoever `customer_id` says: a claim is no
        proof, and merging is a human's decision.
        `known` gets the new ones too, so that the next arrival of a batch finds them.
        """
        theirs = [known[key] for a in inbound.addresses if (key := (a.kind, a.value)) in known]
        owners = [one.customer_id for one in theirs]
        new_customer = customer_id is None and not owners
        owner_id = owners[0] if owners else customer_id or self._new_id()
        rows: dict[str, tuple[Row, ...]] = {}
        fresh = [a for a in dict.fromkeys(inbound.addresses) if (a.kind, a.value) not in known]
        for address in fresh:
            known[address.kind, address.value] = store.KnownAddress(self._new_id(), owner_id)
        if new_customer:
            rows["customers"] = (
                {
                    "id": owner_id,
                    "name": inbound.name or None,
                    "language": inbound.language,
                    "created_at": self._now(),
                },
            )
        elif inbound.name:
            rows["customer_names"] = ({"id": owner_id, "name": inbound.name},)
        if fresh:
            rows["addresses"] = tuple(self._address_row(a, known[a.kind, a.value].id, owner_id, inbound) for a in fresh)
        first = inbound.addresses[0] if inbound.addresses else None
        past = next((one.past for one in theirs if one.customer_id == owner_id), store.STRANGER)
        return Person(owner_id, known[first.kind, first.value].id if first else None, rows, past)

    def _address_row(self, address: Address, address_id: UUID, customer_id: UUID, inbound: Inbound) -> Row:
        return {
            "id": address_id,
            "customer_id": customer_id,
            "kind": address.kind,
            "value": address.value,
            "verified": address.verified,
            "created_at": self._now(),
            "evidence": {"source": inbound.source, "at": inbound.at.isoformat(), "name": inbound.name},
        }

    def fresh(self, inbound: Inbound, person: Person) -> Interaction:
        now, new_id = self._now(), self._new_id()
        queues, default = self.placement.queues, self.placement.default_queue
        placed = placing.put(inbound, person.past, self.placement.current, queues, default, now)
        weight = self.weight(inbound.channel)
        quiet = inbound.quiet  # what needs nobody is kept, and over at once
        return Interaction(
            id=new_id,
            reference=reference(new_id),
            channel=inbound.channel,
            source=inbound.source,
            customer_id=person.customer_id,
            address_id=person.address_id,
            queue_id=placed.queue,
            priority=placed.priority,
            preferred_agent_id=placed.preferred_agent_id,
            policy_version=placed.version,
            rule=placed.rule,
            placement=placed.placement,
            placed_at=now,
            state="done" if quiet else "queued",
            closed_at=now if quiet else None,
            units=weight.units,
            exclusive=weight.exclusive,
            interruptible=weight.interruptible,
            created_at=now,
            queued_at=now,
            entered_at=now,
            last_at=now,
            version=1,
            subject=inbound.subject[:500],
            language=inbound.language,
            last_text=inbound.text[:200],
            unread=0 if quiet else 1,
            fields=placing.kept_fields(inbound),
        )

    def enclosed(self, inbound: Inbound, person: Person, direction: Literal["in", "out"] = "in") -> Enclosed:
        now = self._now()
        data: dict[str, object] = {"source": inbound.source}
        if inbound.name:
            data["name"] = inbound.name
        if inbound.subject:
            data["subject"] = inbound.subject
        if inbound.opt is not None:
            data["opt"] = inbound.opt
        if inbound.ours:
            data["number"] = inbound.ours
        if inbound.spam is not None:
            data["spam"] = {"verdict": inbound.spam.verdict, "because": inbound.spam.because}
        if inbound.elsewhere:
            data["fetching"] = len(inbound.elsewhere)
        rows = {**person.rows, **self._texted(inbound, now)}
        rows["arrivals"] = (self.arrival_row(inbound, "stored", now),)
        if inbound.files:
            rows["files"] = tuple(files.row(f, self._new_id(), owner(inbound), now) for f in inbound.files)
        return Enclosed(
            message=NewMessage(
                self._new_id(),
                direction,
                inbound.client_id or inbound.natural_key,
                inbound.text,
                author_name=inbound.name or "",
            ),
            raw=inbound.raw,
            blobs=tuple(f.content for f in inbound.files),
            rows=rows,
            attach=inbound.file_ids,
            owner=owner(inbound),
            at=inbound.at,
            data=data,
        )

    def _texted(self, inbound: Inbound, now: datetime) -> dict[str, tuple[Row, ...]]:
        """Files that lie with the vendor still, and whether the customer wants texts from this number of ours."""
        rows: dict[str, tuple[Row, ...]] = {}
        if inbound.elsewhere:
            rows["media"] = tuple(
                {"id": self._new_id(), "channel": inbound.channel, "source": inbound.source, "place": place,
                 "url": one.url, "declared_type": one.declared_type, "name": one.name, "due_at": now}
                for place, one in enumerate(inbound.elsewhere))
        if inbound.opt in ("stop", "start") and inbound.addresses:
            first = inbound.addresses[0]
            rows["opt_outs"] = (
                {"kind": first.kind, "address": first.value, "sender": inbound.source,
                 "stopped": inbound.opt == "stop", "at": inbound.at, "said_by": "customer"},)
        return rows

    def arrival_row(self, inbound: Inbound, outcome: str, now: datetime, **more: object) -> Row:
        return {
            "id": self._new_id(),
            "source": inbound.source,
            "natural_key": inbound.natural_key,
            "arrived_at": now,
            "outcome": outcome,
            "reason": None,
            "raw_sha256": digest(inbound.raw),
            "content_type": inbound.content_type,
            "body_sha256": digest(inbound.body or inbound.raw),
            **more,
        }

    async def _again(self, inbound: Inbound) -> Accepted:
        """The key is known: a retry is answered as before, another body under the same key is refused."""
        stored = await store.arrival(self.journal.pool, inbound.source, inbound.natural_key)
        same = stored is not None and stored["body_sha256"] == digest(inbound.body or inbound.raw)
        outcome = {"outcome": "duplicate"} if same else {"outcome": "refused", "reason": "conflict"}
        row = self.arrival_row(inbound, **outcome, now=self._now(), touch_id=stored["touch_id"] if stored else None)
        await self.journal.enter(row, inbound.raw)
        if stored is None or not same:
            raise Refused("conflict", 409)
        return Accepted(
            stored["interaction_id"],
            stored["reference"],
            stored["message_id"],
            stored["number"],
            stored["at"],
            duplicate=True,
        )

    async def refuse(self, source: str, raw: bytes, content_type: str, reason: str) -> None:
        await self._outcome("refused", source, str(self._new_id()), raw, content_type, reason)

    async def quarantine(self, source: str, natural_key: str, raw: bytes, content_type: str, reason: str) -> None:
        await self._outcome("quarantined", source, natural_key, raw, content_type, reason)

    async def _outcome(self, outcome: str, source: str, key: str, raw: bytes, content_type: str, reason: str) -> None:
        await self.journal.enter(
            {
                "id": self._new_id(),
                "source": source,
                "natural_key": key,
                "arrived_at": self._now(),
                "outcome": outcome,
                "reason": reason,
                "raw_sha256": digest(raw),
                "content_type": content_type[:200],
                "body_sha256": digest(raw),
                "touch_id": None,
            },
            raw,
        )

    def weight(self, channel: str) -> Weight:
        return self.placement.weights.get(channel, Weight(100))

    async def keep_file(self, owner: str, file: File) -> FileRef:
        """Stores an upload; `owner` may attach it to a message afterwards."""
        row = files.row(file, self._new_id(), owner, self._now())
        await self.journal.keep(row, file.content)
        return FileRef(row["id"], row["name"], row["detected_type"], row["size"], row["inline"])

    async def log(self, inbound: Inbound, entry: Entry) -> Written:
        """A contact that an agent logs by hand: queued for follow-up, or closed in the same moment."""
        if entry.customer_id:
            person = await self._known(entry.customer_id)
        else:
            known = await store.known_addresses(self.journal.pool, inbound.addresses, self._now())
            person = self.person(inbound, known)
        new = self.fresh(inbound, person)
        if entry.disposition is not None:
            now = self._now()
            new = replace(new, state="done", answered_at=now, closed_at=now, disposition=entry.disposition, unread=0)
        enclosed = self.enclosed(inbound, person, entry.direction)
        enclosed = replace(
            enclosed,
            owner=f"agent:{entry.by.id}",
            data={**enclosed.data, "direction": entry.direction, "disposition": entry.disposition},
        )
        async with self.journal.at_once() as page:
            return (await page.open(Opening(new, "logged", entry.by, enclosed)))[0]

    async def _known(self, customer_id: UUID) -> Person:
        if not await customers.exists(self.journal.pool, customer_id):
            raise Refused("unknown_customer", 422, {"customer_id": "unknown"})
        return Person(customer_id, None, {})

    async def leave(self, address: Address, channel: str) -> None:
        """The customer ends the conversation. Leaving twice is no error."""
        latest = await store.latest_of_address(self.journal.pool, address, channel)
        if latest is None or latest["state"] == "done":
            return
        seconds = await store.wrap_up_seconds(self.journal.pool, latest["id"])
        try:
            await self.journal.write(latest["id"], model.Left(seconds), CUSTOMER)
        except WrongState:
            return  # it ended in the same moment


def accepted(written: Written, inbound: Inbound) -> Accepted:
    it = written.interaction
    return Accepted(it.id, it.reference, written.message_id or written.touch_id, it.messages, inbound.at)


def uid_rows(inbound: Inbound, outcome: str, now: datetime, reason: str | None = None) -> dict[str, tuple[Row, ...]]:
    """The line in the ledger of its mailbox, for a mail that was fetched from one."""
    entry, mail = inbound.entry, inbound.mail
    if entry is None:
        return {}
    row = {
        "mailbox": entry.mailbox, "uidvalidity": entry.uidvalidity, "uid": entry.uid, "outcome": outcome,
        "key": mail.key if mail else None, "reason": reason, "at": now,
    }  # fmt: skip
    return {"mailbox_uids": (row,)}


def _joins(inbound: Inbound, known: store.Known) -> bool:
    """Whether a conversation of its address has begun since it was looked for, perhaps in the same batch."""
    return inbound.continues and any((a.kind, a.value) in known for a in inbound.addresses[:1])


def _keyed(inbound: Inbound) -> Inbound:
    """With keys as the database keeps them, so that a retry finds what the first attempt stored."""
    return replace(
        inbound,
        source=storable(inbound.source),
        natural_key=storable(inbound.natural_key),
        addresses=tuple(map(_as_kept, inbound.addresses)),
    )


def _as_kept(address: Address) -> Address:
    """Nobody's Ann@ and ann@ are two people, whatever RFC 5321 allows a mail server."""
    value = storable(address.value)
    return replace(address, value=value.lower() if address.kind == "email" else value)


def owner(inbound: Inbound) -> str:
    """Who may attach the files that were put up before: the first address of the sender."""
    return f"visitor:{inbound.addresses[0].value}" if inbound.addresses else f"source:{inbound.source}"


def reference(new_id: UUID) -> str:
    """Eight characters for people, such as 7KX2-9QDM, from the random end of the id."""
    bits = new_id.int & ((1 << 40) - 1)
    letters = "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(35, -5, -5))
    return f"{letters[:4]}-{letters[4:]}"
