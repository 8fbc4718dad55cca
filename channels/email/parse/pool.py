"""Parsing in processes of its own: a mail that breaks the parser breaks neither the hub nor another mail."""

import asyncio
import contextlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from channels.email.parse import stub
from channels.email.parse.answer import LENGTH, Answer, whole
from channels.email.parse.model import Mail
from channels.email.parse.worker import ORDINARY

log = logging.getLogger(__name__)
PROCESSOR = 2.0  # seconds of processor for one mail
WALL = 20.0  # seconds for one mail however busy the machine is
MEMORY = 300_000_000  # bytes that one mail may ask for; of 60 MB the worst we know make 200 MB of them resident
WORKERS = 2  # one mail that takes all its time delays no other
HEAD_MOST = 64_000_000  # bytes of an answer without its files
_ROOT = Path(__file__).resolve().parents[3]
_CHUNK = 1 << 20
_END = 5.0  # seconds until a process that was killed is gone
_KNOWN = ("PATH", "LANG", "LC_ALL", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")
_WORKER = (sys.executable, "-m", "channels.email.parse.worker")
_ANSWERS = TypeAdapter(Answer)


class GarbledError(ValueError):
    """The worker said what is no answer."""


class Parser:
    """`parse` without the hub waiting, and with limits. A worker starts when there is a mail and none is idle.

    `program` is for tests.
    """

    def __init__(self, workers: int = WORKERS, processor: float = PROCESSOR, wall: float = WALL, memory: int = MEMORY,
                 program: Sequence[str] = _WORKER) -> None:
        self._wall = wall
        self._command = (*program, str(processor), str(int(wall) + 1), str(memory))
        self._turn = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False

    async def parse(self, raw: bytes) -> Mail:
        """Never raises, save for being cancelled: at a limit, or after a crash, the head alone is read.

        What is given lacks `parts`, and `html` where it is `cleaned`: nobody here reads strangers' bytes.
        """
        async with self._turn:
            answered = await self._answered(raw) if not self._closed else None
        if answered is None:
            return await asyncio.to_thread(stub, raw, "parse_limit")
        mail, fault = answered
        if fault or not {"parse_failed", "parse_limit"}.isdisjoint(mail.warnings):
            log.error("mail.not_parsed size=%d reason=%s", len(raw), fault or "memory")
        return mail

    async def close(self) -> None:
        """Ends the workers, and with them whatever they are at."""
        self._closed = True
        idle, self._idle = self._idle, []
        for worker in self._busy:
            worker.kill()  # whoever waits for its answer hears the end of it, and sees to the rest
        await asyncio.gather(*(worker.end() for worker in idle), *(worker.gone() for worker in self._busy))

    async def _answered(self, raw: bytes) -> tuple[Mail, str] | None:
        """What a worker says, and where it broke if it did. None: it said nothing, and is no more."""
        worker: _Worker | None = None
        sound = False
        try:
            worker = self._idle.pop() if self._idle else await _Worker.start(self._command)
            self._busy.add(worker)
            async with asyncio.timeout(self._wall * max(1.0, len(raw) / ORDINARY)):
                answered = await worker.parse(raw)
            sound = not self._closed
            return answered
        except (OSError, EOFError, TimeoutError, GarbledError) as error:
            if not self._closed:
                log.error("mail.not_parsed size=%d reason=%s", len(raw), await _ending(worker, error))
            return None
        finally:
            if worker is not None:
                self._busy.discard(worker)
                if sound:
                    self._idle.append(worker)
                else:
                    await worker.end()


def _environment() -> dict[str, str]:
    """What a process that reads strangers' bytes may know: none of the hub's secrets."""
    return {name: os.environ[name] for name in _KNOWN if name in os.environ}


async def _ending(worker: "_Worker | None", error: Exception) -> str:
    """`signal 27` is SIGPROF: too much processor."""
    if worker is None or not isinstance(error, EOFError | ConnectionError):
        return type(error).__name__
    code = await worker.ended()  # not killed by us: asyncio would lose how it ended
    return f"signal {-code}" if code is not None and code < 0 else f"exit {code}"


def heard(head: bytes, raw_size: int) -> Answer:
    """Raises GarbledError: something else, or more than a mail of `raw_size` bytes can hold."""
    try:
        answer = _ANSWERS.validate_json(head)
    except ValueError:
        raise GarbledError from None
    if len(answer.sizes) != len(answer.mail.attachments) or min(answer.sizes, default=0) < 0 \
            or sum(answer.sizes) > 4 * raw_size + HEAD_MOST:  # envelopes are attached as well as what was in them
        raise GarbledError
    return answer


class _Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._in = process.stdin
        self._out = process.stdout

    @classmethod
    async def start(cls, command: Sequence[str]) -> "_Worker":
        return cls(await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_CHUNK, cwd=_ROOT,
            env=_environment()))

    async def parse(self, raw: bytes) -> tuple[Mail, str]:
        self._in.write(LENGTH.pack(len(raw)))
        self._in.write(raw)
        await self._in.drain()
        (size,) = LENGTH.unpack(await self._out.readexactly(LENGTH.size))
        if size > HEAD_MOST:
            raise GarbledError
        answer = heard(await self._read(size), len(raw))
        return whole(answer, [await self._read(one) for one in answer.sizes]), answer.fault[:500]

    async def _read(self, size: int) -> bytes:
        """In pieces, so that a long file is not held twice."""
        if size <= _CHUNK:
            return await self._out.readexactly(size)
        into = io.BytesIO()
        while into.tell() < size:
            piece = await self._out.read(min(_CHUNK, size - into.tell()))
            if not piece:
                raise EOFError
            into.write(piece)
        return into.getvalue()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def gone(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END):
                await self._process.wait()

    async def end(self) -> None:
        self.kill()
        await self.ended()

    async def ended(self) -> int | None:
        """How it ended; None: it has not, or the machine is too busy to tell."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END):
                code = await self._process.wait()
                self._in.close()
                while await self._out.read(_CHUNK):
                    pass
                return code
        return None
