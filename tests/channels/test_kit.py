"""The kit's own sink is honest: otherwise nothing that the kit says is worth anything."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels.base import Address, File, Inbound, Refused
from tests.channels.kit.sink import MemorySink

ANN = Address("visitor", "ann")
HELLO = Inbound("webchat:site", "1", "webchat", (ANN,), "Hello", datetime(2026, 3, 1, tzinfo=UTC), b"{1}",
                "application/json", continues=True, client_id="1")


async def test_a_retry_gives_the_same_answer_marked_as_duplicate() -> None:
    sink = MemorySink()
    first, second = await sink.take_in(HELLO), await sink.take_in(HELLO)
    assert second == replace(first, duplicate=True)
    assert [arrival.outcome for arrival in sink.arrivals] == ["stored", "duplicate"]


async def test_a_reused_key_is_a_conflict() -> None:
    sink = MemorySink()
    await sink.take_in(HELLO)
    with pytest.raises(Refused) as refused:
        await sink.take_in(replace(HELLO, raw=b"{2}"))
    assert (refused.value.code, refused.value.status) == ("conflict", 409)


async def test_body_rather_than_raw_tells_a_retry() -> None:
    sink = MemorySink()
    await sink.take_in(replace(HELLO, body=b"same"))
    assert (await sink.take_in(replace(HELLO, raw=b"{2}", body=b"same"))).duplicate


@pytest.mark.parametrize("changes", [
    {"text": "a\0b"}, {"name": "\ud800"}, {"fields": {"a\0": "b"}}, {"files": (File("\0", "", b""),)},
])
async def test_it_takes_no_text_that_postgresql_would_refuse(changes: dict[str, object]) -> None:
    with pytest.raises((AssertionError, UnicodeEncodeError)):
        await MemorySink().take_in(replace(HELLO, **changes))  # type: ignore[arg-type]


async def test_a_conversation_continues_until_the_customer_leaves() -> None:
    sink = MemorySink()
    first = await sink.take_in(HELLO)
    second = await sink.take_in(replace(HELLO, natural_key="2"))
    assert (second.interaction_id, second.number) == (first.interaction_id, 2)
    await sink.leave(ANN, "webchat")
    third = await sink.take_in(replace(HELLO, natural_key="3"))
    assert third.interaction_id != first.interaction_id


async def test_marks_only_rise_and_touch_only_what_was_sent() -> None:
    sink = MemorySink()
    await sink.take_in(HELLO)
    first, second = (sink.say(ANN, "webchat", text) for text in ("One", "Two"))
    await sink.read_up_to(ANN, "webchat", first.number, "read")
    await sink.read_up_to(ANN, "webchat", second.number, "delivered")
    assert [sink.state_of(outbound.message_id) for outbound in (first, second)] == ["read", "delivered"]
    conversation = await sink.conversation(ANN, "webchat", after=1)
    assert [said.text for said in conversation.messages] == ["One", "Two"]


async def test_files_belong_to_whoever_put_them_up() -> None:
    sink = MemorySink()
    reference = await sink.keep_file("visitor:ann", File("a.png", "image/png", b"bytes"))
    assert (await sink.file("visitor:ann", reference.id))[1] == b"bytes"
    with pytest.raises(Refused):
        await sink.file("visitor:bob", reference.id)


async def test_down_means_down() -> None:
    sink = MemorySink()
    sink.down = True
    with pytest.raises(Refused) as refused:
        await sink.take_in(HELLO)
    assert refused.value.after
    assert sink.arrivals == []
