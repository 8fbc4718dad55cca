"""Mails of one thread reach the hub in the order in which they came."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from channels.base import Inbound, Kept, Refused, Sink
from channels.email import receive
from channels.email.parse import parse
from channels.email.parse.model import Mail
from channels.email.receive import Receiver
from tests.channels.email.meaning.test_understand import SALES, SUPPORT, TOKENS, mail
from tests.support.clock import START, FakeClock


class AtOnce:
    async def parse(self, raw: bytes) -> Mail:
        return parse(raw)


@dataclass
class SlowSink:
    """Takes each mail only when it is told to."""

    begun: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    open: dict[str, asyncio.Event] = field(default_factory=dict)
    refuse: set[str] = field(default_factory=set)

    async def take_mail(self, inbound: Inbound) -> Kept:
        name = inbound.subject
        self.begun.append(name)
        await self.open.setdefault(name, asyncio.Event()).wait()
        if name in self.refuse:
            raise Refused("database_away", 503)
        self.done.append(name)
        return Kept("stored")

    def release(self, name: str) -> None:
        self.open.setdefault(name, asyncio.Event()).set()


@pytest.fixture
def sink() -> SlowSink:
    return SlowSink()


@pytest.fixture
def receiver(sink: SlowSink, clock: FakeClock) -> Receiver:
    return Receiver(AtOnce(), TOKENS, cast(Sink, sink), clock)


async def _settled(until: Callable[[], bool] = lambda: False) -> None:
    """Lets everything run that can run now."""
    for _ in range(50):
        if until():
            return
        await asyncio.sleep(0)


async def _start(receiver: Receiver, subject: str, **fields: str) -> asyncio.Task[Kept]:
    fields = {"Message_ID": f"<{subject}@customer.example>", "Subject": subject} | fields
    inbound = await receiver.understand(mail(**fields), SUPPORT)
    task = asyncio.create_task(receiver.take(inbound))
    await asyncio.sleep(0)
    return task


async def test_understood_with_the_time_of_arrival(receiver: Receiver, clock: FakeClock) -> None:
    assert (await receiver.understand(mail(), SUPPORT)).at == clock()
    assert (await receiver.understand(mail(), SALES, None, START)).source == "mail:sales"
    large = mail("x" * 300_000)
    assert (await receiver.understand(large, SUPPORT, oversized=True)).raw == large


async def test_an_answer_waits_for_its_question(receiver: Receiver, sink: SlowSink) -> None:
    first = await _start(receiver, "question")
    second = await _start(receiver, "answer", In_Reply_To="<question@customer.example>")
    other = await _start(receiver, "elsewhere")
    await _settled()
    assert sink.begun == ["question", "elsewhere"], "only the answer waits"
    for name in ("answer", "question", "elsewhere"):
        sink.release(name)
    await asyncio.gather(first, second, other)
    assert sink.done.index("question") < sink.done.index("answer")


async def test_two_answers_to_a_mail_that_never_came_go_one_after_the_other(
    receiver: Receiver, sink: SlowSink,
) -> None:
    await _start(receiver, "one", References="<elsewhere@x>")
    await _start(receiver, "two", References="<elsewhere@x>")
    await _settled()
    assert sink.begun == ["one"]
    sink.release("one")
    await _settled(lambda: len(sink.begun) == 2)
    assert sink.begun == ["one", "two"]


async def test_49_copies_of_one_mail_go_one_after_the_other(receiver: Receiver, sink: SlowSink) -> None:
    copies = [await receiver.understand(mail(), account) for account in (SUPPORT, SALES)]
    tasks = [asyncio.create_task(receiver.take(one)) for one in copies]
    await _settled()
    assert len(sink.begun) == 1
    sink.release("Router")
    assert await asyncio.gather(*tasks) == [Kept("stored")] * 2


@pytest.mark.parametrize("ending", ["refused", "cancelled"])
async def test_how_the_first_one_ends_makes_no_difference(receiver: Receiver, sink: SlowSink, ending: str) -> None:
    first = await _start(receiver, "question")
    second = await _start(receiver, "answer", In_Reply_To="<question@customer.example>")
    sink.release("answer")
    if ending == "refused":
        sink.refuse.add("question")
        sink.release("question")
        with pytest.raises(Refused):
            await first
    else:
        first.cancel()
    assert await second == Kept("stored")


async def test_one_that_is_given_up_while_it_waits_leaves_the_order_to_the_others(
    receiver: Receiver, sink: SlowSink,
) -> None:
    first = await _start(receiver, "question")
    given_up = await _start(receiver, "answer", In_Reply_To="<question@customer.example>")
    third = await _start(receiver, "third", References="<question@customer.example> <answer@customer.example>")
    given_up.cancel()
    await _settled()
    assert sink.begun == ["question"], "the third still waits for the first"
    sink.release("question")
    sink.release("third")
    await asyncio.gather(first, third)
    assert sink.done == ["question", "third"]


async def test_the_wait_has_a_limit(receiver: Receiver, sink: SlowSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "_WAIT", 0.01)
    first = await _start(receiver, "question")
    sink.release("answer")
    assert await (await _start(receiver, "answer", In_Reply_To="<question@customer.example>")) == Kept("stored")
    first.cancel()


async def test_nothing_is_remembered_of_mails_that_are_through(receiver: Receiver, sink: SlowSink) -> None:
    for name in ("a", "b"):
        sink.release(name)
        await (await _start(receiver, name, References="<x@y> <z@y>"))
    assert receiver._in_flight == {}
