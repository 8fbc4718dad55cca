"""One stage for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.webchat.stage import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as opened:
        yield opened
