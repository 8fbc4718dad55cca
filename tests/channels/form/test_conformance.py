from collections.abc import AsyncIterator

import pytest

from tests.channels.form.driver import Website, form, website
from tests.channels.kit.suite import Conformance


class TestForm(Conformance):
    @pytest.fixture
    async def driver(self) -> AsyncIterator[Website]:
        async with website(form()) as site:
            yield site
