"""An IMAP server that misbehaves as it is told, and is an honest, small one otherwise."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CAPABILITIES = "IMAP4rev1 IDLE UIDPLUS MOVE SASL-IR AUTH=PLAIN AUTH=XOAUTH2"
_PART = re.compile(r"BODY\.PEEK\[(HEADER)?\]<(\d+)\.(\d+)>")


class HangUpError(Exception):
    """The server closes the connection now."""


@dataclass
class BadImap:
    """`fault` names what goes wrong, `times` how often; then all is well. `mails` are the folder INBOX by uid."""

    mails: dict[int, bytes] = field(default_factory=dict)
    fault: str = ""
    times: int = 1_000_000
    capabilities: str = CAPABILITIES
    uidvalidity: int = 7
    tells_uidnext: bool = True
    said: list[str] = field(default_factory=list)  # every command, without its tag
    flags: dict[int, set[str]] = field(default_factory=dict)
    others: dict[str, list[bytes]] = field(default_factory=dict)  # folders that mails were copied or moved to
    sizes: dict[int, int | str] = field(default_factory=dict)  # what it claims, where that is not true
    on_fetch: Callable[[str], None] | None = None  # called before the bodies of mails are sent
    token: str = "access"
    port: int = 0
    connections: int = 0

    def count(self, start: str) -> int:
        return sum(said.startswith(start) for said in self.said)

    def goes_wrong(self, fault: str) -> bool:
        if self.fault != fault or not self.times:
            return False
        self.times -= 1
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator["BadImap"]:
        open_lines: set[asyncio.StreamWriter] = set()
        tasks: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            open_lines.add(writer)
            self.connections += 1
            try:
                await _Session(self, reader, writer).run()
            except (HangUpError, OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()
                tasks.discard(task)
                open_lines.discard(writer)

        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Session:
    def __init__(self, server: BadImap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer

    async def run(self) -> None:
        server = self._server
        if server.goes_wrong("silent"):
            await self._hang()
        if server.goes_wrong("turned_away"):
            self._send("* BYE too many connections")
            await self._hang()
        self._send("* OK ready")
        while line := (await self._reader.readline()).decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            server.said.append(command)
            word = command.upper().split()[0:2]
            name = "_".join(word) if word[0] == "UID" else word[0]
            await self._do(name.lower(), tag, command)
            await self._writer.drain()

    async def _do(self, name: str, tag: str, command: str) -> None:
        if self._server.goes_wrong(f"silent_{name}"):
            await self._hang()
        if self._server.goes_wrong(f"cut_{name}"):
            raise HangUpError
        if self._server.goes_wrong(f"garbage_{name}"):
            self._writer.write(b"\x00\xff\xfe what is this\r\n<html>\r\n")
            await self._hang()
        if self._server.goes_wrong(f"endless_{name}"):
            while True:
                self._writer.write(b"* OK " + b"x" * 65536)
                await self._writer.drain()
        if self._server.goes_wrong(f"no_{name}"):
            self._send(f"{tag} NO [UNAVAILABLE] not now")
            return
        handle = getattr(self, f"_{name}", None)
        if handle is None:
            self._send(f"{tag} BAD unknown command")
        else:
            await handle(tag, command)

    async def _capability(self, tag: str, command: str) -> None:
        self._send(f"* CAPABILITY {self._server.capabilities}", f"{tag} OK done")

    async def _login(self, tag: str, command: str) -> None:
        self._send(f"{tag} OK logged in")

    async def _authenticate(self, tag: str, command: str) -> None:
        words = command.split()
        if len(words) < 3:
            self._send("+ ")
            words.append((await self._reader.readline()).decode().strip())
        response = base64.b64decode(words[2]).decode()
        if words[1] == "XOAUTH2" and f"auth=Bearer {self._server.token}\x01" not in response:
            self._send("+ " + base64.b64encode(b'{"status":"400"}').decode())
            assert await self._reader.readline() == b"\r\n"
            self._send(f"{tag} NO [AUTHENTICATIONFAILED] no such token")
            return
        self._send(f"{tag} OK logged in")

    async def _examine(self, tag: str, command: str) -> None:
        server = self._server
        self._send(f"* {len(server.mails)} EXISTS", f"* OK [UIDVALIDITY {server.uidvalidity}] valid")
        if server.tells_uidnext:
            self._send(f"* OK [UIDNEXT {max(server.mails, default=0) + 1}] next")
        reads = command.upper().startswith("EXAMINE") or server.goes_wrong("read_only")
        mode = "READ-ONLY" if reads else "READ-WRITE"
        self._send(f"{tag} OK [{mode}] done")

    _select = _examine

    async def _noop(self, tag: str, command: str) -> None:
        self._send(f"{tag} OK done")

    async def _logout(self, tag: str, command: str) -> None:
        self._send("* BYE bye", f"{tag} OK done")
        await self._writer.drain()
        raise HangUpError

    async def _idle(self, tag: str, command: str) -> None:
        server = self._server
        if server.goes_wrong("bye_for_idle"):
            self._send("* BYE going down")
            await self._hang()
        self._send("+ idling")
        await self._writer.drain()
        if server.goes_wrong("bye_in_idle"):
            self._send("* BYE going down")
            await self._hang()
        if server.goes_wrong("close_in_idle"):
            raise HangUpError
        seen = set(server.mails)
        while True:
            try:
                async with asyncio.timeout(0.02):
                    line = await self._reader.readline()
                if server.goes_wrong("silent_done"):
                    await self._hang()
                if line != b"DONE\r\n":
                    raise HangUpError
                break
            except TimeoutError:
                if not set(server.mails) <= seen:
                    seen = set(server.mails)
                    self._send(f"* {len(seen)} EXISTS")
        self._send(f"{tag} OK done")

    async def _uid_search(self, tag: str, command: str) -> None:
        uids = sorted(self._server.mails)
        if match := re.search(r"UID (\d+):\*", command):
            low = int(match[1])
            uids = [uid for uid in uids if uid >= low] or uids[-1:]  # n:* is never empty in a folder that is not
        if self._server.goes_wrong("always_news"):
            self._send(f"* {len(self._server.mails)} EXISTS")
        if self._server.goes_wrong("words_in_search"):
            self._send("* SEARCH 1 2 many")
        self._send("* SEARCH" + "".join(f" {uid}" for uid in uids), f"{tag} OK done")

    async def _uid_fetch(self, tag: str, command: str) -> None:
        server = self._server
        uids = [uid for uid in _uids(command.split()[2]) if uid in server.mails]
        part = _PART.search(command)
        if part is None:
            for number, uid in enumerate(uids, 1):
                size = server.sizes.get(uid, len(server.mails[uid]))
                self._send(f"* {number} FETCH (FLAGS (\\Seen) RFC822.SIZE {size} UID {uid})")
        else:
            if server.on_fetch is not None:
                server.on_fetch(command)
            for number, uid in enumerate(uids, 1):
                await self._send_body(number, uid, part)
        self._send(f"{tag} OK done" if all(uid in server.mails for uid in uids) else
                   f"{tag} NO [EXPUNGEISSUED] some are gone")

    async def _send_body(self, number: int, uid: int, part: "re.Match[str]") -> None:
        server = self._server
        raw = server.mails.get(uid)
        if raw is None:
            return
        if server.goes_wrong(f"cut_at_{uid}"):
            raise HangUpError
        content = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if part[1] else raw
        origin, count = int(part[2]), int(part[3])
        name = f"BODY[{part[1] or ''}]"
        if not server.goes_wrong("no_parts"):
            content, name = content[origin : origin + count], f"{name}<{origin}>"
        if server.goes_wrong("wrong_uids"):
            uid += 1000
        await self._send_literal(f"* {number} FETCH (UID {uid} {name} ", content)

    async def _send_literal(self, start: str, content: bytes) -> None:
        server = self._server
        if server.goes_wrong("nil"):
            self._send(f"{start}NIL)")
            return
        if server.goes_wrong("huge_literal"):
            self._writer.write(f"{start}{{99999999999}}\r\nand so on".encode())
            await self._hang()
        self._writer.write(f"{start}{{{len(content)}}}\r\n".encode())
        if server.goes_wrong("half_literal"):
            self._writer.write(content[: len(content) // 2])
            await self._hang()
        if server.goes_wrong("cut_literal"):
            self._writer.write(content[: len(content) // 2])
            await self._writer.drain()
            raise HangUpError
        if server.goes_wrong("long_literal"):  # more than it announced
            content += b"\r\nsurplus\r\n"
        self._writer.write(content + b")\r\n")

    async def _uid_store(self, tag: str, command: str) -> None:
        words = command.split()
        for uid in _uids(words[2]):
            if uid in self._server.mails:
                self._server.flags.setdefault(uid, set()).add(words[4].strip("()"))
        self._send(f"{tag} OK done")

    async def _uid_copy(self, tag: str, command: str) -> None:
        folder = command.split('"')[1]
        for uid in _uids(command.split()[2]):
            if uid in self._server.mails:
                self._server.others.setdefault(folder, []).append(self._server.mails[uid])
        self._send(f"{tag} OK done")

    async def _uid_move(self, tag: str, command: str) -> None:
        folder = command.split('"')[1]
        for uid in _uids(command.split()[2]):
            if (raw := self._server.mails.pop(uid, None)) is not None:
                self._server.others.setdefault(folder, []).append(raw)
        self._send(f"{tag} OK done")

    async def _uid_expunge(self, tag: str, command: str) -> None:
        for uid in _uids(command.split()[2]):
            if "\\Deleted" in self._server.flags.get(uid, ()):
                self._server.mails.pop(uid, None)
        self._send(f"{tag} OK done")

    async def _append(self, tag: str, command: str) -> None:
        size = int(command.rpartition("{")[2].rstrip("}"))
        self._send("+ go on")
        raw = await self._reader.readexactly(size)
        await self._reader.readline()
        self._server.others.setdefault(command.split('"')[1], []).append(raw)
        self._send(f"{tag} OK done")

    async def _list(self, tag: str, command: str) -> None:
        self._send('* LIST (\\HasNoChildren) "/" INBOX', '* LIST (\\Noselect) "/" "Nothing"',
                   '* LIST () "/" {5}', "&U,BT-", f"{tag} OK List done")

    def _send(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    async def _hang(self) -> None:
        """Says no more, and does not go away either."""
        await self._writer.drain()
        while await self._reader.read(65536):
            pass
        raise HangUpError


def _uids(text: str) -> list[int]:
    found: list[int] = []
    for one in text.split(","):
        low, _, high = one.partition(":")
        found.extend(range(int(low), int(high or low) + 1))
    return found
