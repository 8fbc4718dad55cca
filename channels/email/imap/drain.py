"""Everything new in a folder, into the ledger: few questions to the server, bounded memory, no mail left behind."""

import io
import time
from collections.abc import Awaitable, Container, Iterator, Mapping, Sequence
from typing import TypeVar

from channels.base import Entry
from channels.email.imap.folder import Folder
from channels.email.imap.intake import Intake
from channels.email.imap.limits import Limits
from channels.email.imap.problem import ImapError
from channels.email.ports import MailboxLedger
from channels.email.room import Place

T = TypeVar("T")


class Drain:
    """Works through uids of one folder once. `max_bytes`: of a longer mail only the head is taken."""

    def __init__(self, mailbox: str, folder: Folder, intake: Intake, ledger: MailboxLedger, limits: Limits,
                 max_bytes: int) -> None:
        self._mailbox = mailbox
        self._folder = folder
        self._intake = intake
        self._ledger = ledger
        self._limits = limits
        self._max_bytes = max_bytes
        self._gone: set[int] = set()
        self._passed = 0  # so many of the uids, from the lowest on, have ended

    async def run(self, uids: Sequence[int], attempts: Mapping[int, int], high_water: int | None) -> list[int]:
        """Takes them; raises the high water from `high_water` on (None: leaves it). Returns those that failed.

        Those that failed before come last and alone: what breaks the connection breaks it for nobody else.
        """
        fresh = [uid for uid in uids if uid not in attempts]
        again = [uid for uid in uids if uid in attempts]
        for start in range(0, len(fresh), self._limits.look):
            await self._take_chunk(fresh[start : start + self._limits.look])
            high_water = await self._raise(uids, high_water)
        for uid in again:
            await self._take_alone(uid)
        await self._intake.landed()
        await self._raise(uids, high_water)
        return [uid for uid in uids if not self._has_ended(uid)]

    async def _take_chunk(self, uids: list[int]) -> None:
        sizes: dict[int, bytes] = {}
        await self._blaming(uids, sizes, self._folder.sizes(uids, sizes))
        known = {uid: int(sizes[uid]) for uid in uids if uid in sizes}
        most = min(self._limits.piece - 1, self._max_bytes)
        for batch in self._batches({uid: size for uid, size in known.items() if size <= most}):
            await self._take_batch(batch)
        for uid, size in known.items():
            if size > most:
                await self._take_alone(uid, size)
        await self._take_rest([uid for uid in uids if uid not in sizes])

    def _batches(self, sizes: Mapping[int, int]) -> Iterator[list[int]]:
        batch: list[int] = []
        total = 0
        for uid, size in sizes.items():
            if batch and (len(batch) >= self._limits.batch or total + size > self._limits.batch_bytes):
                yield batch
                batch, total = [], 0
            batch.append(uid)
            total += size
        if batch:
            yield batch

    async def _take_batch(self, uids: list[int]) -> None:
        found: dict[int, bytes] = {}
        await self._blaming(uids, found, self._folder.beginnings(uids, self._limits.piece, found))
        silent = [uid for uid in uids if uid not in found]
        whole: list[tuple[Entry, bytes]] = []
        for uid in uids:
            raw = found.pop(uid, None)
            if raw is None:
                continue
            if len(raw) == self._limits.piece:  # longer than the server thought
                await self._take_alone(uid, self._limits.piece)
            elif len(raw) > self._max_bytes:
                await self._take_head(uid)
            else:
                whole.append((self._entry(uid), raw))
        await self._intake.take(whole)
        await self._take_rest(silent)

    async def _take_rest(self, uids: list[int]) -> None:
        """Of these came nothing: others have deleted them since, or the server cannot give them with the rest."""
        if not uids:
            return
        present = await self._folder.present(uids)
        self._gone.update(uid for uid in uids if uid not in present)
        for uid in sorted(present):
            await self._take_alone(uid)

    async def _take_alone(self, uid: int, size: int = 0) -> None:
        """One mail, long or of a size that nobody knows, in pieces. It has its place before its bytes come.

        A server may be slow: where others wait, it begins again after them, and then may take longer.
        """
        claim, turn = size or min(self._limits.piece - 1, self._max_bytes), self._limits.turn
        while claim <= self._max_bytes:
            with await self._intake.room.enter(claim) as place:
                raw = io.BytesIO()
                grown = await self._read(uid, raw, claim, turn, place)
                if grown == 0:
                    return await self._intake.take([(self._entry(uid), raw.getvalue())], place=place)
                if grown is None:
                    return await self._miss(uid, raw.getvalue())
            claim, turn = max(claim, grown), 2 * turn + 1
        return await self._take_head(uid)

    async def _read(self, uid: int, into: io.BytesIO, claim: int, turn: float, place: Place) -> int | None:
        """0: this is all of it. Otherwise the bytes to make place for before it begins again; None: it is not there."""
        count, began = self._limits.piece, time.monotonic()
        while True:
            asking = self._folder.piece(uid, into.tell(), count, self._max_bytes)
            piece = await self._blaming((uid,), (), asking)
            if piece is None:
                return None
            if not piece.part and len(piece.content) != count:  # a server that knows no parts gives all of it
                into.seek(0)
                into.truncate()
            into.write(piece.content)
            if into.tell() > self._max_bytes:
                return into.tell()
            if len(piece.content) != count:
                return 0
            if into.tell() > 2 * claim:
                return self._max_bytes
            if place.wanted and time.monotonic() - began > turn:
                return claim

    async def _take_head(self, uid: int) -> None:
        head = await self._blaming((uid,), (), self._folder.head(uid, self._limits.head))
        if head is None:
            await self._miss(uid, b"")
        else:
            await self._intake.take([(self._entry(uid), head)], oversized=True)

    async def _miss(self, uid: int, raw: bytes) -> None:
        if await self._folder.present((uid,)):
            await self._intake.failed(self._entry(uid), raw, "no_data")
        else:
            self._gone.add(uid)

    async def _blaming(self, uids: Sequence[int], found: Container[int], asking: Awaitable[T]) -> T:
        """Where the connection ends while mails are sent, the first of those that have not come is suspected."""
        alive = self._folder.alive
        try:
            return await asking
        except ImapError as problem:
            suspect = next((uid for uid in uids if uid not in found), None)
            if alive and suspect is not None:
                await self._intake.failed(self._entry(suspect), b"", problem.code)
            raise

    async def _raise(self, uids: Sequence[int], high_water: int | None) -> int | None:
        while self._passed < len(uids) and self._has_ended(uids[self._passed]):
            self._passed += 1
        if high_water is None or not self._passed:
            return high_water
        reached = uids[self._passed] - 1 if self._passed < len(uids) else uids[-1]
        if reached > high_water:
            await self._ledger.raise_to(self._folder.uidvalidity, reached)
        return max(reached, high_water)

    def _has_ended(self, uid: int) -> bool:
        return uid in self._intake.done or uid in self._gone

    def _entry(self, uid: int) -> Entry:
        return Entry(self._mailbox, self._folder.uidvalidity, uid)
