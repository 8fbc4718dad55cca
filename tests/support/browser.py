"""The installed Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

# The shell has the same engine and no window around it: a page costs a third. `.ci/prepare` installs it where it can.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
# Chromium looks up its maker's hosts at every start unless told not to.
_QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]


@asynccontextmanager
async def launched_browser() -> "AsyncIterator[Browser]":
    """Starts and closes a headless Chromium that reaches only this machine."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - half a second that few tests need

    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip("chromium is not installed: `make test` sees to it")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_QUIET + sandbox)
        try:
            yield browser
        finally:
            await browser.close()
