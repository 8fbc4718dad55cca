"""Arrivals: acknowledged is durable (I1), every event once (I2), one person one history, text as bad as it gets."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from channels.base import Accepted, Address, File, Refused
from hub.errors import Unavailable
from hub.intake import Intake, reference
from hub.store import cards, customers, history, ledger
from hub.wire import Park, Say, WaitFor, WrapUp
from tests.hub.conftest import Heart

BAD = "a\x00b\ud800c"
KEPT = "a\ufffdb\ufffdc"


async def count(heart: Heart, table: str) -> int:
    return int(await heart.pool.fetchval(f"SELECT count(*) FROM {table}"))


def visitor(value: str = "v1") -> tuple[Address, ...]:
    return (Address("visitor", value, verified=True),)


async def say(heart: Heart, text: str, **more: Any) -> Accepted:
    """Another message of the same visitor."""
    return await heart.arrive(**{"addresses": visitor(), "text": text, **more})


# --- once (I2) --------------------------------------------------------------------------------------------------------


async def test_i2_a_retry_gets_the_same_answer_and_one_row(heart: Heart) -> None:
    inbound = heart.inbound(raw=b"one")
    first = await heart.reception.take_in(inbound)
    heart.clock.advance(3)
    again = await heart.reception.take_in(inbound)
    assert again == replace(first, duplicate=True)
    assert await count(heart, "messages") == await count(heart, "interactions") == await count(heart, "touches") == 1
    row = (await ledger.ledger(heart.pool, heart.clock())).rows[0]
    assert (row.received, row.stored, row.duplicate, row.unaccounted) == (2, 1, 1, 0)


async def test_i2_a_key_with_another_body_is_refused(heart: Heart) -> None:
    inbound = heart.inbound(raw=b"one")
    await heart.reception.take_in(inbound)
    with pytest.raises(Refused) as refused:
        await heart.reception.take_in(replace(inbound, raw=b"two", text="two"))
    assert (refused.value.code, refused.value.status) == ("conflict", 409)
    assert [m async for m in _texts(heart)] == ["My light is out"]
    row = (await ledger.ledger(heart.pool, heart.clock())).rows[0]
    assert (row.refused, row.refusals, row.unaccounted) == (1, {"conflict": 1}, 0)


async def _texts(heart: Heart) -> Any:
    for row in await heart.pool.fetch("SELECT text FROM messages ORDER BY number"):
        yield row["text"]


async def test_i2_equal_bodies_in_different_bytes_are_a_retry(heart: Heart) -> None:
    inbound = heart.inbound(raw=b'{"a": 1}', body=b"a=1")
    await heart.reception.take_in(inbound)
    assert (await heart.reception.take_in(replace(inbound, raw=b'{"a":1}'))).duplicate


@pytest.mark.parametrize("continues", [True, False])
async def test_i2_twenty_at_once_are_stored_once(heart: Heart, continues: bool) -> None:
    inbound = heart.inbound(continues=continues)
    answers = await asyncio.gather(*(heart.reception.take_in(inbound) for _ in range(20)))
    assert len({a.message_id for a in answers}) == len({a.interaction_id for a in answers}) == 1
    assert sum(not a.duplicate for a in answers) == 1
    assert await count(heart, "messages") == await count(heart, "customers") == 1
    row = (await ledger.ledger(heart.pool, heart.clock())).rows[0]
    assert (row.received, row.stored, row.duplicate, row.unaccounted) == (20, 1, 19, 0)


async def test_i2_first_messages_of_one_visitor_at_once_open_one_interaction(heart: Heart) -> None:
    answers = await asyncio.gather(*(say(heart, f"line {n}") for n in range(20)))
    assert len({a.interaction_id for a in answers}) == 1
    assert sorted(a.number for a in answers) == list(range(1, 21))
    assert len({a.message_id for a in answers}) == 20
    await heart.balanced()


async def test_i2_one_body_from_many_people_at_once_is_kept_once_and_blocks_nobody(heart: Heart) -> None:
    shared = (Address("email", "office@example.com"),)
    await asyncio.gather(
        *(heart.arrive(raw=b"same", continues=False, addresses=shared) for _ in range(10)),
        *(heart.arrive(raw=b"same", addresses=(*visitor(f"v{n % 3}"), *shared)) for n in range(10)),
    )
    assert await count(heart, "blobs") == await count(heart, "customers") == 1
    assert await count(heart, "messages") == 20
    await heart.balanced()


async def test_i2_a_retry_of_a_message_with_files_is_a_retry(heart: Heart) -> None:
    kept = await heart.reception.keep_file("visitor:v1", File("a.png", "image/png", b"x"))
    inbound = heart.inbound(addresses=visitor(), file_ids=(kept.id,))
    first = await heart.reception.take_in(inbound)
    assert await heart.reception.take_in(inbound) == replace(first, duplicate=True)


async def test_i2_a_key_that_no_text_can_hold_is_known_again(heart: Heart) -> None:
    inbound = heart.inbound(natural_key="\udcff\x00", source="form:\udcff", addresses=(Address("email", BAD),))
    first = await heart.reception.take_in(inbound)
    assert await heart.reception.take_in(inbound) == replace(first, duplicate=True)


# --- durable (I1) -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("continues", [True, False])
async def test_i1_what_is_acknowledged_is_visible_to_everybody(heart: Heart, dsn: str, continues: bool) -> None:
    arrived = await heart.arrive(continues=continues, raw=b"the bytes", name="Mia")
    other = await asyncpg.connect(dsn)
    try:
        row = await other.fetchrow(
            "SELECT m.text, b.bytes, a.outcome FROM messages m JOIN touches t ON t.id = m.touch_id"
            " JOIN blobs b ON b.sha256 = t.raw_sha256 JOIN arrivals a ON a.touch_id = t.id WHERE m.id = $1",
            arrived.message_id,
        )
    finally:
        await other.close()
    assert row is not None
    assert tuple(row) == ("My light is out", b"the bytes", "stored")


async def test_i1_when_the_database_is_away_nothing_is_acknowledged(heart: Heart) -> None:
    await heart.arrive(addresses=visitor())
    rung = len(heart.rings)
    await heart.pool.execute("ALTER TABLE arrivals ADD CONSTRAINT away CHECK (false) NOT VALID")
    with pytest.raises(asyncpg.CheckViolationError):  # a write that fails rings nothing and leaves nothing
        await say(heart, "again")
    assert len(heart.rings) == rung
    assert await count(heart, "messages") == 1


@pytest.mark.parametrize("continues", [True, False])
async def test_i1_a_database_that_is_gone_is_said_to_be_unavailable(heart: Heart, dsn: str, continues: bool) -> None:
    gone = await asyncpg.create_pool(dsn, min_size=1, max_size=2)
    await gone.close()
    heart.journal.pool = gone
    inbound = heart.inbound(continues=continues)
    with pytest.raises(Unavailable):
        await Intake(heart.journal, heart.intake.placement).take_in(inbound)
    assert await count(heart, "arrivals") == 0


async def test_i1_connections_that_are_cut_are_unavailable_and_come_back(heart: Heart, dsn: str) -> None:
    inbound = heart.inbound()

    async def cut() -> None:
        other = await asyncpg.connect(dsn)
        await other.execute(  # waits for their end; the server's own workers are not ours to end
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        await other.close()

    await cut()
    for _ in range(12):  # every connection of the pool may have been cut once
        try:
            await heart.reception.take_in(inbound)
            break
        except Unavailable:
            continue
    assert await count(heart, "messages") == 1


# --- who it is --------------------------------------------------------------------------------------------------------


async def test_the_same_address_is_the_same_customer_on_every_channel(heart: Heart) -> None:
    email = Address("email", "mia@example.com")
    form = await heart.arrive(channel="form", source="form:contact", continues=False, addresses=(email,), name="Mia")
    chat = await heart.arrive(addresses=(*visitor(), email))
    ids = {(await cards.card(heart.pool, a.interaction_id)).customer_id for a in (form, chat)}
    assert len(ids) == 1
    found = await customers.view(heart.pool, ids.pop())
    assert {(a.kind, a.value) for a in found.addresses} == {("email", "mia@example.com"), ("visitor", "v1")}


async def test_a_claim_never_moves_somebody_elses_address(heart: Heart) -> None:
    mia = await heart.arrive(addresses=(Address("email", "mia@example.com"),), continues=False, name="Mia")
    await say(heart, "I am Bob", name="Bob")
    claim = await say(heart, "no, Mia", name="Mia", addresses=(*visitor(), Address("email", "mia@example.com")))
    owners = [(await cards.card(heart.pool, a.interaction_id)).customer_id for a in (mia, claim)]
    assert owners[0] != owners[1]
    assert [a.kind for a in (await customers.view(heart.pool, owners[0])).addresses] == ["email"]
    assert (await customers.view(heart.pool, owners[1])).name == "Bob"


async def test_a_name_is_learnt_once_and_never_overwritten(heart: Heart) -> None:
    first = await say(heart, "hello")
    for name in ("Mia", "Mallory"):
        await say(heart, "it is me", name=name)
    assert (await cards.card(heart.pool, first.interaction_id)).customer_name == "Mia"


async def test_concurrent_forms_of_a_new_address_make_one_customer(heart: Heart) -> None:
    email = (Address("email", "new@example.com"),)
    await asyncio.gather(*(heart.arrive(addresses=email, continues=False, natural_key=f"k{n}") for n in range(12)))
    assert await count(heart, "customers") == await count(heart, "addresses") == 1
    assert await count(heart, "interactions") == 12


# --- where it belongs -------------------------------------------------------------------------------------------------


async def test_an_unknown_queue_falls_to_the_default(heart: Heart) -> None:
    sales, nowhere = await heart.arrive(queue="sales"), await heart.arrive(queue="no such queue")
    assert (await cards.card(heart.pool, sales.interaction_id)).queue == "sales"
    assert (await cards.card(heart.pool, nowhere.interaction_id)).queue == "support"


async def closed(heart: Heart) -> tuple[Any, Accepted]:
    ann, arrived = await heart.agent("Ann"), await say(heart, "hello")
    it = await heart.accepted(ann)
    await heart.desk.end(ann, it)
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    return ann, arrived


async def test_a_message_within_the_reopening_time_opens_it_again(heart: Heart) -> None:
    ann, arrived = await closed(heart)
    heart.clock.advance(hours=23)
    late = await say(heart, "one more thing")
    assert (late.interaction_id, late.number) == (arrived.interaction_id, 2)
    it = await heart.loaded(arrived.interaction_id)
    assert (it.state, it.disposition, it.closed_at, it.queued_at) == ("queued", None, None, heart.clock())
    assert await heart.accepted(ann) == arrived.interaction_id
    await heart.balanced()


async def test_a_message_after_it_opens_a_linked_one_for_the_same_agent(heart: Heart) -> None:
    ann, arrived = await closed(heart)
    heart.clock.advance(hours=25)
    late = await asyncio.gather(*(say(heart, f"still dark {n}") for n in range(5)))
    assert {a.interaction_id for a in late} != {arrived.interaction_id}
    assert len({a.interaction_id for a in late}) == 1
    it = await heart.loaded(late[0].interaction_id)
    assert (it.parent_id, it.preferred_agent_id) == (arrived.interaction_id, ann.id)
    assert await heart.state(arrived.interaction_id) == "done"


async def test_a_late_message_does_not_return_to_a_queue_that_nobody_serves(heart: Heart) -> None:
    await say(heart, "hello", queue="sales")
    await heart.reception.leave(visitor()[0], "webchat")
    heart.intake.placement = replace(heart.intake.placement, queues=frozenset({"support"}))
    late = await say(heart, "anybody there?")
    it = await heart.loaded(late.interaction_id)
    assert (it.state, it.queue_id) == ("queued", "support")
    assert it.parent_id is not None


async def test_a_message_during_the_wrap_up_takes_the_conversation_up_again(heart: Heart) -> None:
    ann, arrived = await heart.agent("Ann"), await say(heart, "hello")
    await heart.desk.end(ann, await heart.accepted(ann))
    await say(heart, "wait!")
    it = await heart.loaded(arrived.interaction_id)
    assert (it.state, it.agent_id, it.due_at, it.unread) == ("active", ann.id, None, 1)
    await heart.balanced()


@pytest.mark.parametrize("aside", ["parked", "waiting"])
async def test_a_message_brings_back_what_was_laid_aside(heart: Heart, aside: str) -> None:
    ann, arrived = await heart.agent("Ann"), await say(heart, "hello")
    it = await heart.accepted(ann)
    if aside == "parked":
        await heart.desk.park(ann, it, Park(until=heart.clock() + timedelta(days=2)))
    else:
        await heart.desk.wait(ann, it, WaitFor(minutes=60))
    assert await heart.state(it) == aside
    heart.clock.advance(minutes=5)
    await say(heart, "here I am")
    assert await heart.state(arrived.interaction_id) == "queued"
    assert await heart.accepted(ann) == it
    await heart.balanced()


async def test_a_message_while_offered_leaves_the_offer_alone(heart: Heart) -> None:
    ann, arrived = await heart.agent("Ann"), await say(heart, "hello")
    offer = await heart.offered(ann)
    await say(heart, "hello?")
    assert await heart.state(arrived.interaction_id) == "offered"
    assert await heart.desk.accept(ann, offer) == arrived.interaction_id


# --- leaving ----------------------------------------------------------------------------------------------------------


async def test_leaving_in_each_state(heart: Heart) -> None:
    me = visitor()[0]
    await heart.reception.leave(me, "webchat")  # nobody was there
    ann = await heart.agent("Ann")
    it = (await say(heart, "hello")).interaction_id

    async def left() -> str:
        await heart.reception.leave(me, "webchat")
        await heart.reception.leave(me, "webchat")
        await heart.balanced()
        return await heart.state(it)

    assert await left() == "done"
    await say(heart, "again")
    await heart.offered(ann)
    assert await left() == "done"
    assert await heart.pool.fetchval("SELECT state FROM offers") == "withdrawn"
    await say(heart, "again")
    await heart.accepted(ann)
    assert await left() == "wrapping"
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    await say(heart, "again")
    await heart.accepted(ann)
    await heart.desk.park(ann, it, Park(until=heart.clock() + timedelta(days=1)))
    assert await left() == "done"
    kinds = [t.kind for t in await history.touches_of(heart.pool, it)]
    assert [k for k in kinds if k in ("left", "abandoned")] == ["abandoned", "abandoned", "left", "left"]


# --- as bad as it gets ------------------------------------------------------------------------------------------------


async def test_text_that_postgresql_refuses_arrives_all_the_same(heart: Heart) -> None:
    arrived = await heart.arrive(
        name=BAD, text=BAD, subject=BAD, language="e\x00", fields={BAD: BAD}, client_id=BAD,
        addresses=(Address("visitor", BAD),), raw=b"\x00\xff", files=(File(BAD, BAD, b"\x00\xff"),),
    )  # fmt: skip
    it = await heart.loaded(arrived.interaction_id)
    assert (it.subject, it.last_text, it.fields) == (KEPT, KEPT, {KEPT: KEPT})
    touch = (await history.touches_of(heart.pool, arrived.interaction_id))[0]
    assert (touch.text, touch.data["name"]) == (KEPT, KEPT)
    assert "\x00" not in touch.files[0].name
    conversation = await heart.reception.conversation(Address("visitor", KEPT), "webchat")
    assert [m.text for m in conversation.messages] == [KEPT]
    raw = await heart.pool.fetchval("SELECT b.bytes FROM blobs b JOIN touches t ON t.raw_sha256 = b.sha256")
    assert raw == b"\x00\xff"


async def test_very_long_names_and_texts_are_kept_whole(heart: Heart) -> None:
    words = " ".join(f"w{n}" for n in range(300_000))
    arrived = await heart.arrive(name="名" * 10_000, text=words, subject="s" * 10_000)
    touch = (await history.touches_of(heart.pool, arrived.interaction_id))[0]
    assert touch.text == words
    assert len((await cards.card(heart.pool, arrived.interaction_id)).customer_name) == 10_000


@pytest.mark.parametrize(
    "text",
    ["العربية \u202e evil", "\U0001f469\u200d\U0001f467 " * 50, "<script>alert(1)</script>", "'; DROP TABLE x", "{}"],
)
async def test_any_text_comes_out_as_it_went_in(heart: Heart, text: str) -> None:
    arrived = await heart.arrive(name=text, text=text, fields={"label": text})
    touch = (await history.touches_of(heart.pool, arrived.interaction_id))[0]
    assert touch.text == text
    assert (await heart.loaded(arrived.interaction_id)).fields == {"label": text}


async def test_a_file_is_what_its_bytes_say(heart: Heart) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
    program = File("photo.png", "image/png", b"MZ\x90\x00" + b"\x00" * 64)
    drawing = File("../../etc/x.svg", "image/png", b"<svg onload='alert(1)'/>")
    arrived = await heart.arrive(files=(program, drawing, File("true.bin", "application/pdf", png)))
    files = (await history.touches_of(heart.pool, arrived.interaction_id))[0].files
    assert {(f.name, f.inline) for f in files} == {("photo.png", False), ("x.svg", False), ("true.bin", True)}
    assert all(f.type != "image/png" for f in files if f.name != "true.bin")


async def test_files_of_somebody_else_are_refused(heart: Heart) -> None:
    kept = await heart.reception.keep_file("visitor:other", File("a.txt", "text/plain", b"x"))
    for file_ids in ((kept.id,), (uuid4(),)):
        with pytest.raises(Refused) as refused:
            await say(heart, "look", file_ids=file_ids)
        assert refused.value.code == "unknown_file"
    mine = await heart.reception.keep_file("visitor:v1", File("a.txt", "text/plain", b"x"))
    await say(heart, "look", file_ids=(mine.id,))
    with pytest.raises(Refused):
        await say(heart, "the same again", file_ids=(mine.id,))
    row = (await ledger.ledger(heart.pool, heart.clock())).rows[0]
    assert (row.refusals, row.stored, row.unaccounted) == ({"unknown_file": 3}, 1, 0)


async def test_what_is_turned_away_stands_in_the_ledger_with_its_reason(heart: Heart) -> None:
    await heart.reception.refuse("form:contact", b"\x00" * 10, "application/json\x00", "malformed")
    await heart.reception.quarantine("mail:info", "uid-7", b"?", "message/rfc822", "unparsable")
    rows = {row.source: row for row in (await ledger.ledger(heart.pool, heart.clock())).rows}
    assert rows["form:contact"].refusals == {"malformed": 1}
    assert (rows["mail:info"].quarantined, rows["mail:info"].unaccounted) == (1, 0)
    assert await count(heart, "blobs") == 2


def test_a_reference_is_for_people() -> None:
    seen = {reference(uuid4()) for _ in range(2000)}
    assert len(seen) == 2000
    assert all(len(r) == 9 and r[4] == "-" and not set(r) & set("ILOU") for r in seen)


async def test_numbers_and_versions_run_without_a_gap_under_load(heart: Heart) -> None:
    ann, first = await heart.agent("Ann"), await say(heart, "0")
    it = await heart.accepted(ann)
    await asyncio.gather(
        *(say(heart, f"in {n}") for n in range(15)),
        *(heart.desk.say(ann, it, Say(id=uuid4(), text=f"out {n}")) for n in range(15)),
    )
    numbers = [r["number"] for r in await heart.pool.fetch("SELECT number FROM messages ORDER BY number")]
    assert numbers == list(range(1, 32))
    versions = [t.version for t in await history.touches_of(heart.pool, first.interaction_id)]
    assert versions == list(range(1, 34))
