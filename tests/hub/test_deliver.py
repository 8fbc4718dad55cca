"""Sends are honest (I7): retried where that is safe, never where nobody knows, and in order."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.base import Address, Outbound, SendError, Sent
from hub.deliver import RENEW, Deliver
from hub.doorbell import Doorbell, MessageMoved
from hub.model import Actor
from hub.outbox import BACK_OFF, CLAIM
from hub.store import history, ledger
from hub.wire import Say
from tests.hub.conftest import Heart, Post
from tests.support.waiting import until


def temporary(after: float | None = None) -> SendError:
    return SendError("temporary", "busy", "try later \x00", after)


PERMANENT, AMBIGUOUS = SendError("permanent", "gone", "no such"), SendError("ambiguous", "cut", "who knows")


class Carrier(Post):
    """A vendor that would send a second copy."""

    repeatable = False

    def __init__(self) -> None:
        super().__init__()
        self.names = 0

    async def send(self, message: Outbound) -> Sent:
        await super().send(message)
        self.names += 1
        return Sent(f"SM{self.names}")


@pytest.fixture
def carrier(heart: Heart) -> Carrier:
    """Takes the place of the repeatable channel."""
    carrier = Carrier()
    heart.post, heart.deliver = carrier, Deliver(heart.outbox, {"webchat": carrier}, Doorbell())
    return carrier


@pytest.fixture
async def talk(heart: Heart) -> tuple[Actor, UUID]:
    ann = await heart.agent("Ann")
    await heart.arrive(addresses=(Address("visitor", "v1"),))
    return ann, await heart.accepted(ann)


async def say(heart: Heart, talk: tuple[Actor, UUID], text: str = "Hello") -> UUID:
    """Writes, and returns the message's id."""
    touch, _ = await heart.desk.say(talk[0], talk[1], Say(id=uuid4(), text=text))
    return UUID(str(await heart.pool.fetchval("SELECT id FROM messages WHERE touch_id = $1", touch)))


async def state(heart: Heart, message: UUID) -> str:
    return str(await heart.pool.fetchval("SELECT state FROM messages WHERE id = $1", message))


async def outbox(heart: Heart, message: UUID) -> Any:
    return await heart.pool.fetchrow("SELECT * FROM outbox WHERE message_id = $1", message)


async def failures(heart: Heart, it: UUID) -> list[dict[str, object]]:
    return [t.data for t in await history.touches_of(heart.pool, it) if t.kind == "delivery"]


async def run_on(heart: Heart, seconds: float) -> None:
    heart.clock.advance(seconds)
    await heart.deliver.step()


async def test_i7_a_message_is_pending_then_sent(heart: Heart, talk: tuple[Actor, UUID]) -> None:
    message = await say(heart, talk)
    assert await state(heart, message) == "pending"
    assert await heart.deliver.step() == 0.0
    assert await state(heart, message) == "sent"
    assert await heart.deliver.step() > 0
    assert [m.message_id for m in heart.post.sent] == [message]
    assert any(isinstance(r, MessageMoved) and r.state == "sent" for r in heart.rings)


async def test_i7_a_temporary_failure_is_tried_again_with_growing_pauses(
    heart: Heart, talk: tuple[Actor, UUID]
) -> None:
    message = await say(heart, talk)
    heart.post.failures = [temporary() for _ in BACK_OFF]
    for pause in (0, *BACK_OFF):
        before = (await outbox(heart, message))["attempts"]
        if pause:
            await run_on(heart, pause - 0.5)
            assert (await outbox(heart, message))["attempts"] == before
        await run_on(heart, 0.5)
        assert (await outbox(heart, message))["attempts"] == before + 1
    assert await state(heart, message) == "sent"


async def test_i7_the_other_side_may_say_when(heart: Heart, talk: tuple[Actor, UUID]) -> None:
    message = await say(heart, talk)
    heart.post.failures = [temporary(after=40)]
    await heart.deliver.step()
    await run_on(heart, 39)
    assert await state(heart, message) == "pending"
    await run_on(heart, 1)
    assert await state(heart, message) == "sent"


async def test_i7_after_the_last_attempt_it_has_failed_and_the_agent_is_told(
    heart: Heart, talk: tuple[Actor, UUID]
) -> None:
    message = await say(heart, talk)
    heart.post.failures = [temporary() for _ in range(len(BACK_OFF) + 1)]
    await heart.deliver.step()
    for pause in BACK_OFF:
        await run_on(heart, pause)
    assert await state(heart, message) == "failed"
    (told,) = await failures(heart, talk[1])
    assert (told["state"], told["message"], told["error"]) == ("failed", str(message), "busy: try later \ufffd")


@pytest.mark.parametrize(("error", "expected"), [(PERMANENT, "failed"), (AMBIGUOUS, "unconfirmed")])
async def test_i7_what_failed_or_nobody_knows_is_never_sent_again(
    heart: Heart, carrier: Carrier, talk: tuple[Actor, UUID], error: SendError, expected: str
) -> None:
    message = await say(heart, talk)
    carrier.failures = [error]
    await heart.deliver.step()
    for _ in range(5):
        await run_on(heart, 3600)
    assert await state(heart, message) == expected
    assert carrier.sent == []
    assert [t["state"] for t in await failures(heart, talk[1])] == [expected]
    assert (await ledger.ledger(heart.pool, heart.clock())).unconfirmed == (expected == "unconfirmed")


@pytest.mark.parametrize(("repeatable", "expected"), [(True, "pending"), (False, "unconfirmed")])
@pytest.mark.parametrize("how", ["hangs", "breaks"])
async def test_i7_an_adapter_that_hangs_or_breaks_leaves_doubt_where_a_copy_would_count(
    heart: Heart, talk: tuple[Actor, UUID], repeatable: bool, expected: str, how: str
) -> None:
    class Broken(Post):
        async def send(self, message: Outbound) -> Sent:
            if how == "breaks":
                raise KeyError("bug")
            await asyncio.Event().wait()
            raise AssertionError

    broken = Broken()
    broken.repeatable, broken.attempt_seconds = repeatable, 0.05
    message = await say(heart, talk)
    await Deliver(heart.outbox, {"webchat": broken}, Doorbell()).step()
    assert await state(heart, message) == expected
    assert CLAIM.total_seconds() > 3 * RENEW


async def test_i7_messages_of_one_conversation_keep_their_order_over_failures(
    heart: Heart, talk: tuple[Actor, UUID]
) -> None:
    ben = await heart.agent("Ben")
    other = (ben, (await heart.arrive()).interaction_id)
    await heart.desk.claim(*other)
    for text in ("one", "two", "three"):
        await say(heart, talk, text)
    heart.post.failures = [temporary()]
    await heart.deliver.step()
    await say(heart, other, "elsewhere")
    while await heart.deliver.step() == 0.0:
        pass
    assert [m.text for m in heart.post.sent] == ["elsewhere"]
    heart.clock.advance(1)
    while await heart.deliver.step() == 0.0:
        pass
    assert [m.text for m in heart.post.sent] == ["elsewhere", "one", "two", "three"]


async def test_i7_several_nodes_claim_each_message_once(heart: Heart, talk: tuple[Actor, UUID]) -> None:
    for n in range(6):
        await say(heart, talk, f"line {n}")
    for _ in range(6):
        await asyncio.gather(*(heart.deliver.step() for _ in range(5)))
    assert [m.text for m in heart.post.sent] == [f"line {n}" for n in range(6)]


async def test_i7_a_crash_between_claim_and_result_repeats_only_what_may_be_repeated(
    heart: Heart, talk: tuple[Actor, UUID]
) -> None:
    message = await say(heart, talk)
    await heart.outbox.claim()
    await run_on(heart, CLAIM.total_seconds() - 1)
    assert heart.post.sent == []
    await run_on(heart, 1)
    assert await state(heart, message) == "sent"
    assert len(heart.post.sent) == 1


async def test_i7_a_crash_leaves_doubt_where_a_copy_would_count(
    heart: Heart, carrier: Carrier, talk: tuple[Actor, UUID]
) -> None:
    message = await say(heart, talk)
    await heart.outbox.claim()
    heart.clock.now += CLAIM
    await asyncio.gather(*(heart.deliver.step() for _ in range(4)))
    assert await state(heart, message) == "unconfirmed"
    assert carrier.sent == []
    assert [t["error"] for t in await failures(heart, talk[1])] == ["interrupted"]
    await say(heart, talk, "next")  # doubt does not block what comes after
    await heart.deliver.step()
    assert [m.text for m in carrier.sent] == ["next"]


async def test_i7_a_channel_that_is_gone_fails_what_is_left(heart: Heart, talk: tuple[Actor, UUID]) -> None:
    message = await say(heart, talk)
    await Deliver(heart.outbox, {}, Doorbell()).step()
    assert await state(heart, message) == "failed"
    assert "no_channel" in str((await failures(heart, talk[1]))[0]["error"])


async def test_the_doorbell_wakes_delivery(heart: Heart, talk: tuple[Actor, UUID]) -> None:
    bell = Doorbell()
    heart.journal.doorbell = bell
    running = asyncio.create_task(Deliver(heart.outbox, {"webchat": heart.post}, bell).run())
    await asyncio.sleep(0)
    await say(heart, talk)
    await until(lambda: heart.post.sent)
    running.cancel()
