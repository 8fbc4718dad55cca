"""The line to one IMAP server: aioimaplib's protocol with another reader.

The reader of aioimaplib 2.0.3 recurses once for every line (a thousand short answers in one packet end it), compares
every line of an answer with all lines before it, formats each packet for a log that nobody reads, puts passwords into
its exceptions, and leaves commands waiting for ever once the server is gone. This one reads in a loop, counts what it
is given, and ends every command that waits when the connection ends.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from aioimaplib import aioimaplib
from aioimaplib.aioimaplib import Command, Response

from channels.email.imap.answers import MalformedError
from channels.email.imap.problem import ImapError

_LITERAL = re.compile(rb"~?\{(\d{1,19})\+?\}$")
_STATUS = re.compile(rb"\* (OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)
_MESSAGE = re.compile(rb"\* \d+ (FETCH|EXISTS)\b", re.IGNORECASE)
_LONGEST_LINE = 32_000_000  # bytes: SEARCH names four million mails in it
SMALL = 1_000_000  # bytes that may come by the way


class Wire(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]
    """One command at a time. `budget`: bytes that may still come until the next command."""

    transport: asyncio.Transport | None
    pending_sync_command: Any
    pending_async_commands: dict[str, Any]

    def __init__(self, silence: float) -> None:
        super().__init__(asyncio.get_running_loop(), self._on_lost)
        self.greeting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.failure: ImapError | None = None
        self.news = asyncio.Event()  # mail may have come, or the connection is gone
        self.replies: deque[bytes] = deque()  # to the server's "+ go on"
        self.on_fetch: Callable[[Sequence[bytes]], None] | None = None
        self.budget = SMALL
        self._silence = self._allowed = silence
        self._limit: asyncio.Timeout | None = None
        self._deadline = 0.0
        self._buffer = bytearray()
        self._searched = 0
        self._parts: list[bytes] = []
        self._literal: bytearray | None = None
        self._left = 0

    @property
    def has_rest(self) -> bool:
        """Bytes came that nobody asked for: before STARTTLS, somebody may have slipped them in."""
        return bool(self._buffer or self._parts)

    @property
    def is_idling(self) -> bool:
        return self._idle_event.is_set() and self.failure is None

    async def ask(self, command: Command, budget: int, limit: float, silence: float | None = None) -> Response:
        """One command to its end. A server that is silent for too long, or takes longer than `limit`, has failed."""
        if self.failure is not None:
            raise self.failure
        self.budget = budget
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + limit
        self._allowed = silence or self._silence
        try:
            async with asyncio.timeout(min(self._allowed, limit)) as self._limit:
                return await self.execute(command)
        except TimeoutError:
            problem = ImapError("timeout", f"no answer to {command.name}")
            self.fail(problem)
            raise problem from None
        except aioimaplib.AioImapException as error:
            raise ImapError("refused", f"{command.name} is not possible now") from error
        finally:
            self._limit = None

    def fail(self, problem: ImapError) -> None:
        """The end: whoever waits for the server learns why."""
        if self.failure is not None:
            return
        self.failure = problem
        waiting = [self.pending_sync_command, *self.pending_async_commands.values()]
        for command in waiting:
            if command is not None:
                command._exception = problem
                command._event.set()
        if not self.greeting.done():
            self.greeting.set_exception(problem)
            self.greeting.exception()  # seen, even if nobody waits for it
        self.news.set()
        self._idle_event.set()
        if self.transport is not None:
            self.transport.abort()

    # --- what asyncio and aioimaplib call ---

    def data_received(self, data: bytes) -> None:
        if self.failure is not None:
            return
        self._keep_waiting()
        self.budget -= len(data)
        self._buffer += data
        try:
            if self.budget < 0:
                raise MalformedError
            while self._step():
                pass
        except ValueError:  # MalformedError, or no number where one belongs
            self.fail(ImapError("garbage", "the server sent what is no answer"))

    def send(self, line: str, scrub: str | None = None) -> None:
        self._write(line.encode())

    def _write(self, line: bytes) -> None:
        assert self.transport is not None
        self.transport.write(line + b"\r\n")

    def _on_lost(self, error: Exception | None) -> None:
        self.fail(ImapError("lost", str(error or "the server closed the connection")))

    def _continuation(self, line: bytes) -> None:
        command = self.pending_sync_command
        if command is None:
            return
        if command.name == "IDLE":
            self._idle_event.set()
        elif self.replies:
            self._write(self.replies.popleft())
        elif command.name == "AUTHENTICATE":
            self._write(b"")  # its error is read; now it may say NO

    # --- reading ---

    def _keep_waiting(self) -> None:
        if self._limit is not None and not self._limit.expired():
            now = asyncio.get_running_loop().time()
            self._limit.reschedule(min(now + self._allowed, self._deadline))

    def _step(self) -> bool:
        """Takes one literal or one line from the buffer. False: more has to come first."""
        if self.failure is not None:
            return False
        if self._literal is not None:
            taken = self._buffer[: self._left]
            del self._buffer[: self._left]
            self._literal += taken
            self._left -= len(taken)
            if self._left:
                return False
            self._parts.append(bytes(self._literal))
            self._literal = None
            return True
        end = self._buffer.find(b"\r\n", self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 1)
            if len(self._buffer) > _LONGEST_LINE:
                raise MalformedError
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        self._searched = 0
        self._take_line(line)
        return True

    def _take_line(self, line: bytes) -> None:
        self._parts.append(line)
        first = self._parts[0]
        literal = _LITERAL.search(line) if first[:2] == b"* " and not _STATUS.match(first) else None
        if literal is None:
            parts, self._parts = self._parts, []
            self._take_answer(parts)
            return
        self._left = int(literal[1])
        if self._left > self.budget + len(self._buffer):
            raise MalformedError
        self._literal = bytearray()

    def _take_answer(self, parts: list[bytes]) -> None:
        first = parts[0]
        if not self.greeting.done():
            self._greet(first)
        elif first[:1] == b"+":
            self._continuation(first)
        elif first[:2] == b"* ":
            self._take_untagged(parts)
        else:
            self._take_tagged(first)

    def _greet(self, line: bytes) -> None:
        status = _STATUS.match(line)
        if status is None:
            raise MalformedError
        word = status[1].upper()
        if word not in (b"OK", b"PREAUTH"):
            self.fail(ImapError("lost", line[status.end():].decode("utf-8", "replace")))
            return
        self.state = aioimaplib.AUTH if word == b"PREAUTH" else aioimaplib.NONAUTH
        self.greeting.set_result(line)

    def _take_untagged(self, parts: list[bytes]) -> None:
        first = parts[0]
        command = self._waiting()
        if first[:5].upper() == b"* BYE":
            if command is None or command.name != "LOGOUT":
                self.fail(ImapError("lost", first[6:].decode("utf-8", "replace")))
            return
        if message := _MESSAGE.match(first):
            if message[1].upper() == b"EXISTS":
                self.news.set()
            elif self.on_fetch is not None:
                self.on_fetch(parts)
                return
        if command is not None and command.name != "IDLE":
            command.append_to_resp(first[2:])
            for part in parts[1:]:
                command.append_to_resp(part)

    def _take_tagged(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        command = self._waiting()
        if command is None or tag != command.tag.encode():
            raise MalformedError
        if self.pending_sync_command is command:
            self.pending_sync_command = None
        else:
            self.pending_async_commands.pop(command.untagged_resp_name)
        result, _, text = rest.partition(b" ")
        command.close(text, result=result.decode("ascii", "replace").upper())

    def _waiting(self) -> Command | None:
        return self.pending_sync_command or next(iter(self.pending_async_commands.values()), None)
