"""Parsing in processes of its own: a mail that breaks the parser breaks neither the hub nor another mail."""

import asyncio
import contextlib
import logging
import os
import pickle
import sys
from pathlib import Path

from channels.email.parse import stub
from channels.email.parse.model import Mail
from channels.email.parse.worker import LENGTH

log = logging.getLogger(__name__)
SECONDS = 10.0  # for one mail
MEMORY = 700_000_000  # bytes of a worker's data
_ROOT = Path(__file__).resolve().parents[3]
_CHUNK = 1 << 20
_KNOWN = ("PATH", "LANG", "LC_ALL", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")


class Parser:
    """`parse` without the hub waiting, and with limits. Workers start with the first mail."""

    def __init__(self, workers: int = 1, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._idle: asyncio.Queue[_Worker | None] | None = None
        self._workers = workers
        self._busy: set[_Worker] = set()
        self._closed = False

    async def parse(self, raw: bytes) -> Mail:
        """Never raises, save for being cancelled: at a limit, or after a crash, the head alone is read."""
        if self._idle is None:
            self._idle = asyncio.Queue()
            for _ in range(self._workers):
                self._idle.put_nowait(None)
        worker = await self._idle.get()
        keep: _Worker | None = None
        try:
            if self._closed:
                return stub(raw, "parse_limit")
            worker = worker or await _Worker.start(self._seconds, self._memory)
            self._busy.add(worker)
            async with asyncio.timeout(self._seconds):
                mail = await worker.parse(raw)
            keep = worker
            return mail
        except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError, pickle.UnpicklingError) as error:
            log.warning("a mail of %d bytes was not parsed to the end: %s", len(raw), type(error).__name__)
            return stub(raw, "parse_limit")
        finally:
            if worker is not None:
                self._busy.discard(worker)
                if keep is None or self._closed:
                    worker.kill()
                    keep = None
            self._idle.put_nowait(keep)

    async def close(self) -> None:
        """Ends the workers, and with them whatever they are at."""
        self._closed = True
        waiting = list(self._busy)
        while self._idle is not None and not self._idle.empty():
            worker = self._idle.get_nowait()
            if worker is not None:
                waiting.append(worker)
        for worker in waiting:
            worker.kill()
        for worker in waiting:
            await worker.ended()
        if self._idle is not None and self._idle.empty():
            self._idle.put_nowait(None)  # whoever waits is answered


def _environment() -> dict[str, str]:
    """What a process that reads strangers' bytes may know: none of the hub's secrets."""
    return {name: os.environ[name] for name in _KNOWN if name in os.environ}


class _Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._in = process.stdin
        self._out = process.stdout

    @classmethod
    async def start(cls, seconds: float, memory: int) -> "_Worker":
        return cls(await asyncio.create_subprocess_exec(
            sys.executable, "-m", "channels.email.parse.worker", str(int(seconds) + 2), str(memory),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_CHUNK, cwd=_ROOT,
            env=_environment()))

    async def parse(self, raw: bytes) -> Mail:
        self._in.write(LENGTH.pack(len(raw)))
        self._in.write(raw)
        await self._in.drain()
        (size,) = LENGTH.unpack(await self._out.readexactly(LENGTH.size))
        mail = pickle.loads(await self._out.readexactly(size))  # noqa: S301 - written by our own worker
        assert isinstance(mail, Mail)
        return mail

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> None:
        await self._process.wait()
