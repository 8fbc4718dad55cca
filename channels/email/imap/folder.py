"""One opened folder and what is asked of it. All raise ImapError."""

import asyncio
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from channels.email.imap.answers import MalformedError, fetched, searched
from channels.email.imap.limits import Limits
from channels.email.imap.link import Link
from channels.email.imap.names import encode_folder, quote, uid_set
from channels.email.imap.problem import ImapError
from channels.email.imap.wire import SMALL

_CODE = re.compile(rb"OK \[(UIDVALIDITY|UIDNEXT) (\d+)\]", re.IGNORECASE)
_ANSWERS = 33_000_000  # bytes that a SEARCH may say
_AROUND = 2_000  # bytes around each mail in an answer to FETCH


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of one mail. `part`: the server says that it gave the part we asked for, not all."""

    content: bytes
    part: bool


class Folder:
    def __init__(self, link: Link, limits: Limits, lines: Sequence[bytes]) -> None:
        self._link = link
        self._limits = limits
        codes = {match[1].upper(): int(match[2]) for line in lines if (match := _CODE.match(line))}
        self.uidvalidity = codes.get(b"UIDVALIDITY", 0)
        self.uidnext = codes.get(b"UIDNEXT")
        self.writable = b"[READ-ONLY]" not in lines[-1].upper()
        if not self.uidvalidity:
            raise ImapError("folder", "the server gives mails no lasting numbers (UIDVALIDITY)")

    @classmethod
    async def open(cls, link: Link, name: str, limits: Limits, write: bool = False) -> "Folder":
        """Without `write` nothing in it can change, by us or by mistake (EXAMINE)."""
        coded = quote(encode_folder(name))
        lines = await link.ok("SELECT" if write else "EXAMINE", coded, code="folder")
        link.wire.state = "SELECTED"
        return cls(link, limits, lines)

    @property
    def can_idle(self) -> bool:
        return "IDLE" in self._link.capabilities

    @property
    def news(self) -> asyncio.Event:
        """Set when mail may have come, or the connection is gone."""
        return self._link.wire.news

    @property
    def alive(self) -> bool:
        return self._link.wire.failure is None

    # --- reading ---

    async def next_uid(self) -> int:
        """UIDNEXT, or one above the last mail where the server does not tell."""
        if self.uidnext is not None:
            return self.uidnext
        return max(await self.search("ALL"), default=0) + 1

    async def search(self, *criteria: str) -> list[int]:
        """Uids, ascending."""
        command = self._link.command("SEARCH", *criteria, uid=True)
        lines = await self._link.done(command, budget=_ANSWERS)
        try:
            return searched(lines[:-1])
        except MalformedError:
            problem = ImapError("garbage", "SEARCH did not answer with numbers")
            self._link.wire.fail(problem)
            raise problem from None

    async def above(self, uid: int) -> list[int]:
        """Uids above this one. `n:*` always names the last mail, even when it lies below n."""
        return [one for one in await self.search("UID", f"{uid + 1}:*") if one > uid]

    async def present(self, uids: Sequence[int]) -> set[int]:
        """Which of these still lie here."""
        found: dict[int, bytes] = {}
        await self._fetch(uids, "(UID)", "UID", SMALL + len(uids) * _AROUND, found)
        return set(found)

    async def sizes(self, uids: Sequence[int], found: dict[int, bytes]) -> bool:
        """Adds what the server thinks that each is long (decimal digits). False: it said NO, to some or all."""
        whole = await self._fetch(uids, "(UID RFC822.SIZE)", "RFC822.SIZE", SMALL + len(uids) * _AROUND, found)
        for uid in [uid for uid, size in found.items() if not size.isdigit() or len(size) > 18]:
            del found[uid]
        return whole

    async def beginnings(self, uids: Sequence[int], count: int, found: dict[int, bytes]) -> bool:
        """Adds the first `count` bytes of each; nothing is marked as read. False: the server said NO."""
        budget = SMALL + len(uids) * (count + _AROUND)
        return await self._fetch(uids, f"(UID BODY.PEEK[]<0.{count}>)", "BODY[]", budget, found)

    async def piece(self, uid: int, origin: int, count: int, most: int) -> Piece | None:
        """Part of a mail; all of it, up to `most`, from a server that knows no parts. None: it is not there."""
        found: dict[int, bytes] = {}
        parts: set[int] = set()
        await self._fetch((uid,), f"(UID BODY.PEEK[]<{origin}.{count}>)", "BODY[]", SMALL + most, found, parts)
        return Piece(found[uid], uid in parts) if uid in found else None

    async def head(self, uid: int, count: int) -> bytes | None:
        found: dict[int, bytes] = {}
        await self._fetch((uid,), f"(UID BODY.PEEK[HEADER]<0.{count}>)", "BODY[HEADER]", SMALL + 8 * count, found)
        content = found.get(uid)
        return content[:count] if content is not None else None

    async def _fetch(self, uids: Sequence[int], what: str, name: str, budget: int, found: dict[int, bytes],
                     parts: set[int] | None = None) -> bool:
        """Adds to `found` as answers come, so that it holds them even if the connection breaks in the middle."""
        wanted = frozenset(uids)

        def take(answer: Sequence[bytes]) -> None:
            items = fetched(answer)
            uid = int(items.get("UID") or b"0")
            value = items.get(name)
            if uid in wanted and uid not in found and value is not None:
                found[uid] = value
                if parts is not None and f"{name}<>" in items:
                    parts.add(uid)

        wire = self._link.wire
        wire.on_fetch = take
        try:
            command = self._link.command("FETCH", uid_set(uids), what, uid=True)
            result, _ = await wire.ask(command, budget, self._limits.command)
        finally:
            wire.on_fetch = None
        return bool(result == "OK")

    # --- waiting ---

    async def noop(self) -> None:
        await self._link.ok("NOOP")

    async def idle(self, seconds: float, asked: asyncio.Event) -> bool:
        """Waits until mail may have come, somebody asks, or time is up. False: the server does not do it."""
        wire, silence = self._link.wire, self._limits.silence
        most = seconds + 3 * silence
        idling = asyncio.create_task(wire.ask(self._link.command("IDLE"), SMALL, most, silence=most))
        try:
            await _first(silence, wire.wait_for_idle_response(), idling)
            if not idling.done() and not wire.is_idling:
                raise ImapError("timeout", "no answer to IDLE")
            if not idling.done():
                await _first(seconds, wire.news.wait(), asked.wait(), idling)
            if not idling.done() and wire.failure is None:
                wire.send("DONE")
            await _first(silence, idling)
            if not idling.done():
                raise ImapError("timeout", "no answer to DONE")
            result, _ = await idling
            return bool(result == "OK")
        finally:
            if not idling.done():
                wire.fail(ImapError("lost", "IDLE was not ended"))
            await asyncio.gather(idling, return_exceptions=True)

    async def rest(self, seconds: float, asked: asyncio.Event) -> None:
        """Waits where there is no IDLE."""
        if self.alive:
            await _first(seconds, self.news.wait(), asked.wait())

    # --- changing ---

    async def mark(self, uids: Sequence[int], flag: str) -> None:
        await self._link.done(self._link.command("STORE", uid_set(uids), "+FLAGS.SILENT", f"({flag})", uid=True))

    async def move(self, uids: Sequence[int], name: str) -> bool:
        """False: they are copied and marked as deleted, but this server cannot take away only these."""
        target = quote(encode_folder(name))
        if "MOVE" in self._link.capabilities:
            await self._link.done(self._link.command("MOVE", uid_set(uids), target, uid=True), "folder")
            return True
        await self._link.done(self._link.command("COPY", uid_set(uids), target, uid=True), "folder")
        return await self.delete(uids)

    async def delete(self, uids: Sequence[int]) -> bool:
        """Takes these away and nothing else: a plain EXPUNGE would take what others have marked. False: see move."""
        await self.mark(uids, "\\Deleted")
        if "UIDPLUS" not in self._link.capabilities:
            return False
        await self._link.done(self._link.command("EXPUNGE", uid_set(uids), uid=True))
        return True


async def _first(seconds: float, *waits: Awaitable[object]) -> None:
    """Until one of them is there, or time is up. Tasks go on; what is no task is given up."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        own = [task for task, wait in zip(tasks, waits, strict=True) if task is not wait]
        for task in own:
            task.cancel()
        await asyncio.gather(*own, return_exceptions=True)
