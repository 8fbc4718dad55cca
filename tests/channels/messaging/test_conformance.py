"""What every channel promises, asked of SMS and of WhatsApp."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.kit.suite import ReceiptConformance
from tests.channels.messaging.driver import Line, line


class TestSms(ReceiptConformance):
    @pytest.fixture
    async def driver(self) -> AsyncIterator[Line]:
        async with line("sms") as there:
            yield there


class TestWhatsApp(ReceiptConformance):
    @pytest.fixture
    async def driver(self) -> AsyncIterator[Line]:
        async with line("whatsapp") as there:
            yield there
