import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.base import Refused
from tests.channels.email.driver import MailServer, running
from tests.channels.kit.driver import Driver
from tests.channels.kit.suite import KEY, TEXT, Conformance


class TestEmail(Conformance):
    @pytest.fixture
    async def driver(self) -> AsyncIterator[MailServer]:
        server = MailServer()
        loop = await running(server)
        yield server
        loop.cancel()
        await asyncio.wait([loop])
        await server.channel.close()

    async def test_a_key_used_again_for_something_else_is_refused(self, driver: Driver) -> None:
        """Message-IDs are no keys of ours: senders use them twice, and every text is a message."""
        assert (await driver.deliver(KEY, TEXT)).ok
        assert (await driver.deliver(KEY, "something else")).ok
        assert len(driver.sink.inbounds) == 2

    async def test_what_the_hub_refuses_is_told_to_the_sender(self, driver: Driver) -> None:
        """A hub refuses mail only for now: the peer keeps it and comes again."""
        driver.sink.refuse_next = Refused("busy", 503, after=5)
        answer = await driver.deliver(KEY, TEXT)
        assert not answer.ok
        assert answer.after
        assert (await driver.deliver(KEY, TEXT)).ok
        assert len(driver.sink.inbounds) == 1

    async def test_row_49_one_mail_to_two_of_our_addresses_is_one_contact(self, driver: MailServer) -> None:
        await driver.deliver(KEY, TEXT)
        raw = driver.sink.inbounds[0].raw.partition(b"MIME-Version")
        again = b"".join(raw).partition(b"From:")
        answer = await driver.hand_in(again[1] + again[2], "support@example.org", "sales@example.org")
        assert answer.ok
        assert len(driver.sink.inbounds) == 1
        assert {arrival.source for arrival in driver.sink.outcomes("duplicate")} == {"mail:support", "mail:sales"}
