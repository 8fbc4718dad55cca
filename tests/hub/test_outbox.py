"""Receipts come late, doubled and out of order: a message's state only ever climbs (I7)."""

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.base import Address, Mark, Receipt, SendError
from hub.doorbell import MessageMoved
from hub.model import Actor
from hub.outbox import CLAIM
from tests.hub.conftest import Heart
from tests.hub.test_deliver import Carrier, carrier, failures, outbox, say, state, talk

__all__ = ["carrier", "talk"]  # fixtures
Talk = tuple[Actor, UUID]


def receipt(heart: Heart, mark: Mark, **more: Any) -> Receipt:
    return Receipt("twilio", "webchat", mark, heart.clock(), **more)


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
async def test_i7_receipts_in_any_order_end_at_the_highest(heart: Heart, talk: Talk, order: tuple[Mark, ...]) -> None:
    message = await say(heart, talk)
    await heart.deliver.step()
    for mark in (*order, *order):
        await heart.reception.take_receipt(receipt(heart, mark, message_id=message))
    assert await state(heart, message) == "read"
    climbed = [r.state for r in heart.rings if isinstance(r, MessageMoved)]
    assert len(climbed) == len(set(climbed))


async def test_i7_a_receipt_finds_its_message_by_the_providers_name(
    heart: Heart, carrier: Carrier, talk: Talk
) -> None:
    message = await say(heart, talk)
    await heart.deliver.step()
    await heart.reception.take_receipt(receipt(heart, "delivered", provider_id="SM1"))
    assert await state(heart, message) == "delivered"
    assert (await outbox(heart, message))["state"] == "delivered"
    for stranger in ({"provider_id": "SM99\x00"}, {"message_id": uuid4()}, {}):
        await heart.reception.take_receipt(receipt(heart, "failed", **stranger))
    assert await state(heart, message) == "delivered"


@pytest.mark.parametrize("mark", ["sent", "delivered", "failed"])
async def test_i7_a_receipt_ends_doubt(heart: Heart, carrier: Carrier, talk: Talk, mark: Mark) -> None:
    message = await say(heart, talk)
    carrier.failures = [SendError("ambiguous", "cut", "who knows")]
    await heart.deliver.step()
    assert await state(heart, message) == "unconfirmed"
    await heart.reception.take_receipt(receipt(heart, mark, message_id=message, error="30003\x00"))
    assert await state(heart, message) == mark
    assert (await outbox(heart, message))["state"] == mark


async def test_i7_a_failure_told_later_is_told_the_agent_once(heart: Heart, carrier: Carrier, talk: Talk) -> None:
    message = await say(heart, talk)
    await heart.deliver.step()
    for _ in range(3):
        await heart.reception.take_receipt(receipt(heart, "failed", provider_id="SM1", error="unreachable"))
    assert await state(heart, message) == "failed"
    assert [t["error"] for t in await failures(heart, talk[1])] == ["unreachable"]


@pytest.mark.parametrize("kind", ["temporary", "permanent", "ambiguous"])
async def test_i7_a_receipt_quicker_than_the_result_wins(
    heart: Heart, carrier: Carrier, talk: Talk, kind: Any
) -> None:
    message = await say(heart, talk)
    (claimed,) = await heart.outbox.claim()
    await heart.reception.take_receipt(receipt(heart, "delivered", message_id=message))
    await heart.outbox.failed(claimed, SendError(kind, "cut", "timeout"))
    heart.clock.now += CLAIM * 2
    await heart.deliver.step()
    assert await state(heart, message) == "delivered"
    assert (await outbox(heart, message))["state"] == "delivered"
    assert carrier.sent == []
    assert await failures(heart, talk[1]) == []


async def test_a_visitor_reads_up_to_a_number(heart: Heart, talk: Talk) -> None:
    me = Address("visitor", "v1")
    first, second = await say(heart, talk, "one"), await say(heart, talk, "two")
    while await heart.deliver.step() == 0.0:
        pass
    await heart.reception.read_up_to(me, "webchat", 2, "read")
    assert (await state(heart, first), await state(heart, second)) == ("read", "sent")
    await heart.reception.read_up_to(me, "webchat", 99, "delivered")
    assert (await state(heart, first), await state(heart, second)) == ("read", "delivered")
    await heart.reception.read_up_to(Address("visitor", "nobody"), "webchat", 9, "read")
    assert await heart.pool.fetchval("SELECT state FROM messages WHERE direction = 'in'") == "received"


async def test_i7_a_receipt_while_the_next_attempt_waits_ends_the_attempts(
    heart: Heart, carrier: Carrier, talk: Talk
) -> None:
    message = await say(heart, talk)
    await heart.reception.take_receipt(receipt(heart, "failed", message_id=message))  # of what was never tried
    assert await state(heart, message) == "pending"
    carrier.failures = [SendError("temporary", "busy", "try later")]
    await heart.deliver.step()
    await heart.reception.take_receipt(receipt(heart, "delivered", message_id=message))
    heart.clock.advance(hours=1)
    await heart.deliver.step()
    assert carrier.sent == []
    assert await state(heart, message) == "delivered"
