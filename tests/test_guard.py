"""The guard of the tests themselves: nothing leaves this machine, and a skip does not pass unseen."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.loopback import NetworkForbiddenError
from tests.support.waiting import until

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("8.8.8.8", 53), ("0.0.0.0", 9)])
def test_no_connection_leaves_the_machine(address: tuple[str, int]) -> None:
    with socket.socket() as one, pytest.raises(NetworkForbiddenError):
        one.connect(address)


def test_no_datagram_leaves_the_machine() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(NetworkForbiddenError):
        one.sendto(b"x", ("192.0.2.1", 9))


async def test_no_name_is_looked_up() -> None:
    with pytest.raises(NetworkForbiddenError):
        await asyncio.open_connection("example.org", 80)


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "localhost", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        assert await reader.read() == b""
        writer.close()


async def test_waiting_has_a_limit() -> None:
    with pytest.raises(TimeoutError):
        await until(lambda: False, limit=0.05)


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_skip_fails_continuous_integration(tmp_path: Path, ci: str, code: int, workers: str) -> None:
    test = tmp_path / "test_skipping.py"
    test.write_text("import pytest\n\ndef test_it():\n    pytest.skip('part missing')\n")
    options = ["-q", "-n", workers, "-p", "tests.conftest", "-c", os.devnull, str(test)]
    command = [sys.executable, "-m", "pytest", *options]
    result = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "CI": ci}, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == code, result.stdout + result.stderr
    assert "1 skipped" in result.stdout
