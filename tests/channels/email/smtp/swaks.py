"""The real program that administrators test mail servers with."""

import asyncio
import shutil
from dataclasses import dataclass

LIMIT = 30.0


@dataclass(frozen=True)
class Heard:
    code: int
    out: str

    def said(self, text: str) -> bool:
        return text in self.out


async def swaks(port: int, *arguments: str, recipient: str = "support@example.org",
                sender: str = "ann@example.com") -> Heard:
    program = shutil.which("swaks")
    assert program, "swaks is not installed: `make test` sees to it"
    process = await asyncio.create_subprocess_exec(
        program, "--server", f"127.0.0.1:{port}", "--from", sender, "--to", recipient, "--timeout", "10", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    async with asyncio.timeout(LIMIT):
        out, _ = await process.communicate()
    return Heard(process.returncode or 0, out.decode("utf-8", "replace"))
