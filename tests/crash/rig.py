"""A demo hub as a process of its own that can be killed, on a PostgreSQL with the product's own settings."""

import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import psutil

from hub.postgres import EmbeddedPostgres
from tests.support.waiting import until, unused_port

START_LIMIT = 60.0  # seconds until a restarted hub takes contacts


class Hub:
    """`hub demo` in a process; `kill` is SIGKILL. Its database outlives it and is found again by the next start."""

    def __init__(self, folder: Path) -> None:
        self.port, self.mail_port = unused_port(), unused_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.log = folder / "hub.log"
        self.kills = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when contacts are taken."""
        await self._launch()
        await until(self._answers, limit=START_LIMIT, step=0.05)

    async def start_and_kill(self, after: float) -> None:
        """A start that does not come to its end, perhaps in the middle of starting PostgreSQL."""
        await self._launch()
        await asyncio.sleep(after)
        await self.kill()

    async def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hub", "demo", "--listen", f"127.0.0.1:{self.port}", "--data", str(self.folder),
                "--mail", str(self.mail_port),
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def _answers(self) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            raise RuntimeError(f"the hub did not start:\n{self.log.read_text()[-3000:]}")
        with suppress(aiohttp.ClientError, TimeoutError):
            limit = aiohttp.ClientTimeout(total=2)
            async with aiohttp.ClientSession(timeout=limit) as http, http.get(f"{self.url}/healthz") as answer:
                return answer.status == 200
        return False

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
        self.kills += 1

    async def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            return await self._process.wait()

    def postgres(self, *, join: bool = True) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.folder / "demo" / "postgres", join=join)

    def kill_postgres(self) -> None:
        """The postmaster and all its children at once, as when memory runs out."""
        found = self.postgres().pid()
        assert found is not None
        postmaster = psutil.Process(found)
        for process in (postmaster, *postmaster.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    async def clean_up(self) -> None:
        """Whatever happened: neither hub nor PostgreSQL stays behind."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        left = self.postgres(join=False)
        if left.pid() is not None:
            await left.start()
            await left.stop()


@asynccontextmanager
async def a_killable_hub() -> AsyncIterator[Hub]:
    folder = Path(tempfile.mkdtemp(prefix="hub-crash-"))
    folder.chmod(0o711)  # PostgreSQL runs as another account where root tests
    hub = Hub(folder)
    try:
        await hub.start()
        yield hub
    finally:
        await hub.clean_up()
        shutil.rmtree(folder, ignore_errors=True)
