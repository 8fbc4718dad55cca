"""A real Redis server for tests of several nodes."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.waiting import unused_port

_START_WAIT = 10.0  # seconds


@contextmanager
def running_redis() -> Iterator[str]:
    """Starts redis-server on loopback without persistence; yields its URL."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: `make test` sees to it")
    port = unused_port()
    with tempfile.TemporaryDirectory(prefix="hub-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen([program, *options], stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_ready(process, Path(folder) / "log")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


def _wait_until_ready(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_WAIT
    while "Ready to accept connections" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"redis-server did not start:\n{log.read_text()}")
        time.sleep(0.02)
