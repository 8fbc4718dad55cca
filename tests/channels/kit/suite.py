"""What every channel promises. A channel's test class inherits this and brings a `driver` fixture.

    class TestForm(Conformance):
        @pytest.fixture
        async def driver(self) -> AsyncIterator[Driver]: ...
"""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest

from channels.base import (
    Address,
    Channel,
    Check,
    Inbound,
    Mark,
    Outbound,
    Refused,
    SendError,
    SendErrorKind,
    Sent,
)
from tests.channels.kit.driver import Driver, ReceiptDriver, Stored

KEY = UUID("00000000-0000-7000-8000-000000000001")
OTHER_KEY = UUID("00000000-0000-7000-8000-000000000002")
SOME_TIME = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TEXT = "My router shows no light. 路由器没有灯 \N{ELECTRIC LIGHT BULB} <b>אור</b>"


class Conformance:
    """Of every channel, whatever its wire."""

    async def test_what_is_taken_in_is_what_was_said(self, driver: Driver) -> None:
        answer = await driver.deliver(KEY, TEXT)
        assert answer.ok, answer
        assert answer.reference
        [inbound] = driver.sink.inbounds
        assert TEXT in inbound.text
        assert inbound.channel == driver.channel.kind
        assert inbound.addresses, "nobody could ever be found again"
        assert inbound.at.tzinfo is not None

    async def test_a_retry_gets_the_same_answer_and_is_stored_once(self, driver: Driver) -> None:
        first = await driver.deliver(KEY, TEXT)
        second = await driver.deliver(KEY, TEXT)
        assert second.ok
        assert second.reference == first.reference
        assert len(driver.sink.inbounds) == 1
        assert len(driver.sink.outcomes("duplicate")) == 1

    async def test_two_contacts_with_the_same_words_are_two(self, driver: Driver) -> None:
        assert (await driver.deliver(KEY, TEXT)).ok
        assert (await driver.deliver(OTHER_KEY, TEXT)).ok
        assert len(driver.sink.inbounds) == 2

    async def test_a_key_used_again_for_something_else_is_refused(self, driver: Driver) -> None:
        await driver.deliver(KEY, TEXT)
        answer = await driver.deliver(KEY, "something else")
        assert not answer.ok
        assert answer.code == "conflict"
        assert answer.status in (409, None)
        assert len(driver.sink.inbounds) == 1

    async def test_the_malformed_is_refused_with_a_reason(self, driver: Driver) -> None:
        answers = await driver.deliver_malformed()
        assert answers
        for what, answer in answers.items():
            assert not answer.ok, what
            assert answer.code, what
            assert answer.status is None or 400 <= answer.status < 500, what
        assert driver.sink.inbounds == []

    async def test_the_malformed_stands_in_the_ledger(self, driver: Driver) -> None:
        answers = await driver.deliver_malformed()
        # Where there is no wire, the one who asks has the error in hand.
        expected = len(answers) if driver.channel.routes() else 0
        turned_away = driver.sink.outcomes("refused") + driver.sink.outcomes("quarantined")
        assert len(turned_away) >= expected
        assert all(arrival.reason for arrival in turned_away)

    async def test_the_malformed_does_no_harm_to_what_follows(self, driver: Driver) -> None:
        await driver.deliver_malformed()
        assert (await driver.deliver(KEY, TEXT)).ok

    async def test_what_the_hub_refuses_is_told_to_the_sender(self, driver: Driver) -> None:
        driver.sink.refuse_next = Refused("closed", 422)
        answer = await driver.deliver(KEY, TEXT)
        assert not answer.ok
        assert answer.code == "closed"
        assert answer.status in (422, None)

    async def test_a_hub_that_cannot_keep_anything_acknowledges_nothing(self, driver: Driver) -> None:
        driver.sink.down = True
        answer = await driver.deliver(KEY, TEXT)
        assert not answer.ok
        assert answer.code == "unavailable"
        assert answer.status in (503, None)
        assert answer.after, "the sender must know when to try again"
        driver.sink.down = False
        assert (await driver.deliver(KEY, TEXT)).ok

    async def test_a_retry_after_a_lost_answer_is_stored_once(self, driver: Driver) -> None:
        driver.sink.lose_answer = True
        assert not (await driver.deliver(KEY, TEXT)).ok
        answer = await driver.deliver(KEY, TEXT)
        assert answer.ok
        assert len(driver.sink.inbounds) == 1

    async def test_raw_bytes_are_kept(self, driver: Driver) -> None:
        await driver.deliver(KEY, TEXT)
        [inbound] = driver.sink.inbounds
        assert inbound.raw
        assert inbound.content_type
        assert inbound.raw in driver.sink.raws.values()

    async def test_raw_bytes_alone_give_the_same_again(self, driver: Driver) -> None:
        await driver.deliver(KEY, TEXT)
        [inbound] = driver.sink.inbounds
        assert driver.replay(stored(inbound)) == inbound

    async def test_an_attempt_to_send_ends_in_one_of_the_known_ways(self, driver: Driver) -> None:
        await driver.deliver(KEY, TEXT)
        [inbound] = driver.sink.inbounds
        outbound = driver.sink.say(inbound.addresses[0], inbound.channel, "Let me look.")
        result = await attempt(driver.channel, outbound)
        assert isinstance(result, Sent) or result.text

    async def test_a_recipient_that_never_was_is_no_crash(self, driver: Driver) -> None:
        nobody = Address("external", "nobody")
        outbound = Outbound(KEY, OTHER_KEY, 1, nobody, "Hello?", "Maya", SOME_TIME)
        result = await attempt(driver.channel, outbound)
        assert isinstance(result, Sent) or result.kind in get_args(SendErrorKind)

    async def test_the_self_test_finds_nothing_wrong(self, driver: Driver) -> None:
        findings: list[Check] = [check async for check in driver.channel.check()]
        assert findings
        assert [check for check in findings if not check.ok] == []


class ReceiptConformance(Conformance):
    """Of channels that learn what became of their messages."""

    @pytest.mark.parametrize("marks", [
        ("delivered", "read"),
        ("read", "delivered"),
        ("read", "read", "delivered", "delivered"),
    ])
    async def test_receipts_in_any_order_end_the_same(self, receipts: ReceiptDriver,
                                                      marks: tuple[Mark, ...]) -> None:
        outbound = await self._sent(receipts)
        for mark in marks:
            await receipts.report(outbound, mark)
        assert receipts.sink.state_of(outbound.message_id) == "read"

    async def test_a_receipt_for_an_unknown_message_is_no_crash(self, receipts: ReceiptDriver) -> None:
        outbound = await self._sent(receipts)
        await receipts.report_unknown()
        await receipts.report(outbound, "delivered")
        assert receipts.sink.state_of(outbound.message_id) == "delivered"

    async def _sent(self, receipts: ReceiptDriver) -> Outbound:
        assert (await receipts.deliver(KEY, TEXT)).ok
        [inbound] = receipts.sink.inbounds
        outbound = receipts.sink.say(inbound.addresses[0], inbound.channel, "Let me look.")
        await receipts.channel.send(outbound)
        return outbound

    @pytest.fixture
    def receipts(self, driver: ReceiptDriver) -> ReceiptDriver:
        return driver


async def attempt(channel: Channel, outbound: Outbound) -> Sent | SendError:
    """One attempt to send. Anything but an answer or a `SendError` is the channel's fault."""
    try:
        return await channel.send(outbound)
    except SendError as error:
        return error


def stored(inbound: Inbound) -> Stored:
    """What the hub would give back for a replay."""
    return Stored(inbound.source, inbound.natural_key, inbound.at, inbound.content_type, inbound.raw)

