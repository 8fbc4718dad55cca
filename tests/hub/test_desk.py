"""The agent's verbs: one holder (I4), notes inside (I6), every verb once however often it is sent (I2)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

import hub.store
from channels.base import Address, File, Refused
from hub.desk import NoMoreTime
from hub.doorbell import Moved
from hub.errors import Conflict, Forbidden, HubError, Invalid, Late, NotFound, NotYours, Taken, WrongState
from hub.model import Actor
from hub.store import cards, desk, drafts, history
from hub.store.sql import named
from hub.wire import Decline, Park, Requeue, Say, WaitFor, WrapUp
from hub.wire_drafts import Draft
from tests.hub.conftest import Heart
from tests.support.clock import START


async def outcomes(*verbs: Awaitable[Any]) -> list[str]:
    """What became of verbs that all came at once: `ok` or the code of the refusal."""
    found = await asyncio.gather(*verbs, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, HubError):
            raise one
    return sorted(one.code if isinstance(one, HubError) else "ok" for one in found)


async def kinds(heart: Heart, it: UUID) -> list[str]:
    return [t.kind for t in await history.touches_of(heart.pool, it)]


async def talking(heart: Heart, **more: Any) -> tuple[Actor, UUID]:
    """An agent with an active conversation."""
    ann = await heart.agent("Ann")
    await heart.arrive(**more)
    return ann, await heart.accepted(ann)


# --- one holder (I4) --------------------------------------------------------------------------------------------------


async def test_i4_of_twenty_claims_on_one_item_exactly_one_succeeds(heart: Heart) -> None:
    people = [await heart.agent(f"A{n}") for n in range(20)]
    it = (await heart.arrive()).interaction_id
    found = await outcomes(*(heart.desk.claim(one, it) for one in people))
    assert found == ["ok"] + ["taken"] * 19
    assert await heart.pool.fetchval("SELECT count(*) FROM assignments") == 1
    await heart.balanced()


async def test_i4_of_twenty_claims_by_one_agent_as_many_succeed_as_he_has_room_for(heart: Heart) -> None:
    ann = await heart.agent("Ann", capacity=100)
    items = [(await heart.arrive()).interaction_id for _ in range(20)]
    found = await outcomes(*(heart.desk.claim(ann, it) for it in items))
    assert found == ["ok"] * 3 + ["over_capacity"] * 17
    await heart.balanced()


async def test_i4_accepts_claims_and_offers_at_once_stay_within_capacity(heart: Heart) -> None:
    ann = await heart.agent("Ann", capacity=100)
    items = [(await heart.arrive()).interaction_id for _ in range(12)]
    await heart.dispatch.step()
    offers = [row["id"] for row in await heart.pool.fetch("SELECT id FROM offers WHERE state = 'open'")]
    assert len(offers) == 1
    rest = [it for it in items if await heart.state(it) == "queued"]
    await outcomes(
        *(heart.desk.accept(ann, offer) for offer in offers),
        *(heart.desk.claim(ann, it) for it in rest),
        *(heart.dispatch.step() for _ in range(3)),
    )
    used = await heart.pool.fetchval("SELECT sum(units) FROM interactions WHERE agent_id = $1", ann.id)
    assert used == 90
    await heart.balanced()


async def test_i4_a_call_is_held_alone(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    chat, call = [(await heart.arrive(channel=channel)).interaction_id for channel in ("webchat", "voice")]
    assert await outcomes(heart.desk.claim(ann, chat), heart.desk.claim(ann, call)) == ["ok", "over_capacity"]


async def test_i4_transfers_to_one_another_at_once_do_not_block_one_another(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben")
    sue = await heart.agent("Sue", "supervisor", ready=False)
    for _ in range(8):
        one, two = [(await heart.arrive()).interaction_id for _ in range(2)]
        await heart.desk.claim(ann, one)
        await heart.desk.claim(ben, two)
        assert await outcomes(
            heart.desk.requeue(sue, one, Requeue(reason="swap", agent=ben.id)),
            heart.desk.requeue(sue, two, Requeue(reason="swap", agent=ann.id)),
        ) == ["ok", "ok"]


# --- offers -----------------------------------------------------------------------------------------------------------


async def test_an_accept_sent_twice_is_answered_twice_alike(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    offer = await heart.offered(ann)
    assert set(await asyncio.gather(*(heart.desk.accept(ann, offer) for _ in range(5)))) == {it}
    assert await heart.desk.accept(ann, offer) == it
    assert await kinds(heart, it) == ["received", "offered", "accepted"]


async def test_an_accept_after_the_deadline_is_late_before_and_after_the_timer(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    offer = await heart.offered(ann)
    heart.clock.advance(20)
    with pytest.raises(Late):
        await heart.desk.accept(ann, offer)
    await heart.timers.step()
    with pytest.raises(Late):
        await heart.desk.accept(ann, offer)
    assert await heart.state(it) == "queued"


async def test_offers_of_somebody_else_and_of_nobody(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben", ready=False)
    await heart.arrive()
    offer = await heart.offered(ann)
    for verb in (heart.desk.accept(ben, offer), heart.desk.decline(ben, offer, Decline(reason="busy"))):
        with pytest.raises(NotYours):
            await verb
    with pytest.raises(NotFound):
        await heart.desk.accept(ann, uuid4())


async def test_a_declined_offer_goes_to_the_other_agent_and_not_back(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben")
    it = (await heart.arrive()).interaction_id
    await heart.dispatch.step()
    first = await heart.loaded(it)
    holder, other = (ann, ben) if first.agent_id == ann.id else (ben, ann)
    await heart.desk.decline(holder, first.offer_id, Decline(reason="no time"))
    await heart.desk.decline(holder, first.offer_id, Decline(reason="no time"))
    heart.clock.advance(1)
    await heart.dispatch.step()
    second = await heart.loaded(it)
    assert (second.agent_id, second.queued_at) == (other.id, START)
    with pytest.raises(Taken):
        await heart.desk.accept(holder, first.offer_id)
    assert (await kinds(heart, it)).count("declined") == 1


async def test_who_has_accepted_can_not_decline_any_more(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive()
    offer = await heart.offered(ann)
    it = await heart.desk.accept(ann, offer)
    with pytest.raises(WrongState):
        await heart.desk.decline(ann, offer, Decline(reason="oh"))
    assert await heart.state(it) == "active"


async def test_accept_against_withdraw_against_time_ends_in_one_place(heart: Heart) -> None:
    for n in range(6):
        ann = await heart.agent(f"Ann{n}", queues=("sales",))
        it = (await heart.arrive(queue="sales")).interaction_id
        offer = await heart.offered(ann)
        found = await outcomes(
            heart.desk.accept(ann, offer),
            heart.desk.decline(ann, offer, Decline(reason="busy")),
            heart.reception.leave(Address("visitor", "nobody"), "webchat"),
            heart.floor._presence._withdraw_offers(ann.id, "test"),
        )
        assert "ok" in found
        await heart.balanced()
        await heart.pool.execute("UPDATE agents SET disabled_at = now() WHERE id = $1", ann.id)
        await heart.presence.sweep()
        assert await heart.state(it) == "queued"
        await heart.reception.leave(await _address(heart, it), "webchat")


async def _address(heart: Heart, it: UUID) -> Address:
    found = await desk.recipient(heart.pool, it)
    assert found is not None
    return found


# --- saying (I2, I6) --------------------------------------------------------------------------------------------------


async def test_i2_a_message_sent_again_is_stored_once(heart: Heart) -> None:
    ann, it = await talking(heart)
    kept = await heart.intake.keep_file(f"agent:{ann.id}", File("a.txt", "text/plain", b"x"))
    said = Say(id=uuid4(), text="Hello \x00", files=[kept.id])
    answers = await asyncio.gather(*(heart.desk.say(ann, it, said) for _ in range(10)))
    assert len({touch for touch, _ in answers}) == 1
    assert sum(not duplicate for _, duplicate in answers) == 1
    await heart.desk.end(ann, it)
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    assert (await heart.desk.say(ann, it, said))[1]  # also after the end
    assert await heart.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_i2_the_same_id_with_another_text_is_a_conflict(heart: Heart) -> None:
    ann, it = await talking(heart)
    one = uuid4()
    await heart.desk.say(ann, it, Say(id=one, text="Hello"))
    with pytest.raises(Conflict):
        await heart.desk.say(ann, it, Say(id=one, text="Good-bye"))


async def test_i6_a_message_is_never_taken_for_the_note_of_the_same_id(heart: Heart) -> None:
    ann, it = await talking(heart)
    one = uuid4()
    await heart.desk.note(ann, it, Say(id=one, text="call him back"))
    with pytest.raises(Conflict):
        await heart.desk.say(ann, it, Say(id=one, text="call him back"))
    assert await heart.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_saying_where_it_is_not_possible(heart: Heart) -> None:
    ann, it = await talking(heart)
    ben = await heart.agent("Ben", ready=False)
    with pytest.raises(NotYours):
        await heart.desk.say(ben, it, Say(id=uuid4(), text="hi"))
    for empty in ("", " \n"):
        with pytest.raises(Invalid):
            await heart.desk.say(ann, it, Say(id=uuid4(), text=empty))
    await heart.desk.end(ann, it)
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    with pytest.raises(WrongState):
        await heart.desk.say(ann, it, Say(id=uuid4(), text="hi"))
    form = (await heart.arrive(channel="form", continues=False)).interaction_id
    await heart.desk.claim(ann, form)
    with pytest.raises(WrongState) as refused:
        await heart.desk.say(ann, form, Say(id=uuid4(), text="hi"))
    assert refused.value.code == "no_way_back"
    with pytest.raises(NotFound):
        await heart.desk.say(ann, uuid4(), Say(id=uuid4(), text="hi"))


async def test_i6_notes_are_not_what_customers_see(heart: Heart) -> None:
    me = Address("visitor", "v1")
    ann, it = await talking(heart, addresses=(me,))
    secret = await heart.reception.keep_file("visitor:v1", File("mine.txt", "text/plain", b"x"))
    kept = await heart.intake.keep_file(f"agent:{ann.id}", File("note.txt", "text/plain", b"internal"))
    await heart.desk.note(ann, it, Say(id=uuid4(), text="he is a liar", files=[kept.id]))
    await heart.desk.say(ann, it, Say(id=uuid4(), text="of course, sir"))
    await heart.deliver.step()
    seen = await heart.reception.conversation(me, "webchat")
    assert [m.text for m in seen.messages] == ["My light is out", "of course, sir"]
    assert [m.text for m in heart.post.sent] == ["of course, sir"]
    with pytest.raises(Refused):
        await heart.reception.file("visitor:v1", kept.id)
    assert (await heart.reception.file("visitor:v1", secret.id))[1] == b"x"


@pytest.mark.parametrize("stem", ["conversation", "outbox", "watch", "intake", "files", "timers",
                                  "dispatch", "mail", "threads", "acknowledge"])  # fmt: skip
def test_i6_nothing_on_the_way_out_can_read_notes(stem: str) -> None:
    for name, text in named(str(Path(hub.store.__file__).parent / f"{stem}.py")).items():
        bare = re.sub(r"--.*", "", text)
        assert not re.search(r"\b(notes|history)\b", bare), f"{stem}.{name} mentions notes"


def test_i6_what_talks_to_customers_does_not_load_the_history() -> None:
    for module in ("reception", "outbox", "deliver", "watch", "letters", "mailing", "threads", "acknowledge"):
        source = (Path(hub.store.__file__).parents[1] / f"{module}.py").read_text()
        assert not re.search(r"import.*\bhistory\b|\bNewNote\b|notes_", source)


# --- files, drafts, reading -------------------------------------------------------------------------------------------


async def test_files_must_be_ones_own_and_loose(heart: Heart) -> None:
    ann, it = await talking(heart)
    ben = await heart.agent("Ben", ready=False)
    kept = await heart.intake.keep_file(f"agent:{ben.id}", File("a.txt", "text/plain", b"x"))
    for file_id in (kept.id, uuid4()):
        with pytest.raises(Invalid):
            await heart.desk.say(ann, it, Say(id=uuid4(), text="see", files=[file_id]))
    mine = await heart.intake.keep_file(f"agent:{ann.id}", File("a.txt", "text/plain", b"x"))
    said = Say(id=uuid4(), text="", files=[mine.id])
    touch, _ = await heart.desk.say(ann, it, said)
    assert await heart.desk.say(ann, it, said) == (touch, True)
    with pytest.raises(Invalid):
        await heart.desk.note(ann, it, Say(id=uuid4(), text="again", files=[mine.id]))


async def test_drafts_are_kept_per_agent_and_kind_and_dropped_when_empty(heart: Heart) -> None:
    ann, it = await talking(heart)
    ben = await heart.agent("Ben", ready=False)
    for who, text in ((ann, "dear \x00"), (ann, "dear Mia"), (ben, "psst")):
        await heart.desk.draft(who, it, Draft(kind="reply", text=text))
    assert [one.text for one in (await drafts.kept(heart.pool, ann.id, it))["reply"]] == ["dear Mia"]
    await heart.desk.draft(ann, it, Draft(kind="reply", text=""))
    assert await drafts.kept(heart.pool, ann.id, it) == {}
    stranger = await heart.agent("Eve", queues=("sales",), ready=False)
    with pytest.raises(Forbidden):
        await heart.desk.draft(stranger, it, Draft(kind="note", text="x"))


async def test_reading_counts_down_once(heart: Heart) -> None:
    ann, it = await talking(heart)
    for _ in range(3):
        await heart.desk.read(ann, it)
    assert (await cards.card(heart.pool, it)).unread == 0
    assert (await kinds(heart, it)).count("read") == 1


# --- ending -----------------------------------------------------------------------------------------------------------


async def test_a_retry_of_each_verb_is_answered_as_the_first_was(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    tomorrow = heart.clock() + timedelta(days=1)
    verbs: list[Callable[[], Awaitable[None]]] = [
        lambda: heart.desk.claim(ann, it),
        lambda: heart.desk.park(ann, it, Park(until=tomorrow)),
        lambda: heart.desk.resume(ann, it),
        lambda: heart.desk.end(ann, it),
        lambda: heart.desk.wrap_up(ann, it, WrapUp(disposition="solved", note="done")),
    ]
    for verb in verbs:
        await verb()
        before = await kinds(heart, it)
        await verb()
        assert await kinds(heart, it) == before
    assert (await kinds(heart, it)).count("noted") == 1


async def test_wrapping_up_wrongly(heart: Heart) -> None:
    ann, it = await talking(heart)
    ben = await heart.agent("Ben", ready=False)
    with pytest.raises(WrongState):
        await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    await heart.desk.end(ann, it)
    with pytest.raises(Invalid) as refused:
        await heart.desk.wrap_up(ann, it, WrapUp(disposition="no such"))
    assert refused.value.fields == {"disposition": "unknown"}
    with pytest.raises(Invalid):
        await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved", follow_up_at=heart.clock()))
    with pytest.raises(NotYours):
        await heart.desk.wrap_up(ben, it, WrapUp(disposition="solved", note="mine"))
    assert await heart.state(it) == "wrapping"
    assert "noted" not in await kinds(heart, it)


async def test_a_follow_up_comes_back_to_the_same_agent_on_its_date(heart: Heart) -> None:
    ann, it = await talking(heart)
    await heart.desk.end(ann, it)
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved", follow_up_at=heart.clock() + timedelta(days=1)))
    assert await heart.state(it) == "parked"
    assert [c.id for c in await cards.cards_of(heart.pool, ann.id)] == [it]
    heart.clock.advance(days=1)
    await heart.agent("Ben")
    await heart.timers.step()
    assert await heart.accepted(ann) == it
    await heart.balanced()


async def test_wrap_up_can_be_extended_and_closes_by_itself(heart: Heart) -> None:
    ann, it = await talking(heart)
    with pytest.raises(WrongState):
        await heart.desk.extend(ann, it)
    await heart.desk.end(ann, it)
    heart.clock.advance(50)
    await heart.desk.extend(ann, it)
    heart.clock.advance(50)
    await heart.timers.step()
    assert await heart.state(it) == "wrapping"
    heart.clock.advance(10)
    await heart.timers.step()
    assert await heart.state(it) == "done"
    touch = (await history.touches_of(heart.pool, it))[-1]
    assert (touch.kind, touch.actor, touch.data["automatic"]) == ("wrapped_up", "system", True)


async def test_the_policy_says_how_long_wrap_up_is_and_how_often_it_may_be_longer(heart: Heart) -> None:
    await heart.pool.execute(
        "INSERT INTO policies (version, document, digest, published_at) SELECT 1000, jsonb_build_object('queues',"
        " jsonb_agg(jsonb_build_object('id', id, 'wrap_up', jsonb_build_object('seconds', 20, 'extend_seconds', 10,"
        " 'extensions', 1)))), 'x', $1 FROM queues", heart.clock())
    ann, it = await talking(heart)
    await heart.desk.end(ann, it)
    due = "SELECT due_at FROM interactions WHERE id = $1"
    assert await heart.pool.fetchval(due, it) == heart.clock() + timedelta(seconds=20)
    heart.clock.advance(15)
    await heart.desk.extend(ann, it)
    assert await desk.extensions(heart.pool, it) == 1  # of the queue, whatever was taken
    assert await heart.pool.fetchval(due, it) == heart.clock() + timedelta(seconds=10)
    with pytest.raises(NoMoreTime):
        await heart.desk.extend(ann, it)
    heart.clock.advance(11)
    await heart.timers.step()
    assert await heart.state(it) == "done"


async def test_parking_in_the_past_is_refused(heart: Heart) -> None:
    ann, it = await talking(heart)
    with pytest.raises(Invalid) as refused:
        await heart.desk.park(ann, it, Park(until=START))
    assert refused.value.fields == {"until": "in_the_past"}


@pytest.mark.parametrize("verb", ["park", "wait"])
async def test_what_was_laid_aside_can_be_taken_up_by_a_colleague_of_the_queue_only(heart: Heart, verb: str) -> None:
    ann, it = await talking(heart)
    ben, eve = await heart.agent("Ben"), await heart.agent("Eve", queues=("sales",))
    if verb == "park":
        await heart.desk.park(ann, it, Park(until=heart.clock() + timedelta(hours=1)))
    else:
        await heart.desk.wait(ann, it, WaitFor(minutes=60))
    with pytest.raises(Forbidden):
        await heart.desk.resume(eve, it)
    await heart.desk.resume(ben, it)
    assert (await heart.loaded(it)).agent_id == ben.id
    with pytest.raises(WrongState):
        await heart.desk.resume(ann, it)
    await heart.balanced()


# --- giving back ------------------------------------------------------------------------------------------------------


async def test_requeue_by_holder_supervisor_and_stranger(heart: Heart) -> None:
    ann, it = await talking(heart)
    ben = await heart.agent("Ben", ready=False)
    sue = await heart.agent("Sue", "supervisor", ready=False)
    with pytest.raises(NotYours):
        await heart.desk.requeue(ben, it, Requeue(reason="mine"))
    await heart.desk.requeue(ann, it, Requeue(reason="not my field", queue="sales"))
    card = await cards.card(heart.pool, it)
    assert (card.state, card.queue, card.agent_id) == ("queued", "sales", None)
    with pytest.raises(NotYours):
        await heart.desk.requeue(ann, it, Requeue(reason="sorry"))
    await heart.desk.requeue(sue, it, Requeue(reason="was right", queue="support", agent=ben.id))
    assert (await heart.loaded(it)).preferred_agent_id == ben.id
    assert (await kinds(heart, it))[-2:] == ["transferred", "transferred"]
    await heart.balanced()


async def test_requeue_to_nowhere_and_to_nobody(heart: Heart) -> None:
    ann, it = await talking(heart)
    gone = await heart.agent("Gone", ready=False)
    await heart.pool.execute("UPDATE agents SET disabled_at = now() WHERE id = $1", gone.id)
    for wrong in (Requeue(reason="x", queue="no such"), Requeue(reason="x", agent=uuid4()),
                  Requeue(reason="x", agent=gone.id)):  # fmt: skip
        with pytest.raises(Invalid):
            await heart.desk.requeue(ann, it, wrong)
    assert await heart.state(it) == "active"


async def test_a_supervisor_takes_back_an_offer(heart: Heart) -> None:
    ann, sue = await heart.agent("Ann"), await heart.agent("Sue", "supervisor", ready=False)
    it = (await heart.arrive()).interaction_id
    offer = await heart.offered(ann)
    await heart.desk.requeue(sue, it, Requeue(reason="for sales", queue="sales"))
    with pytest.raises(Taken):
        await heart.desk.accept(ann, offer)
    await heart.balanced()


# --- seeing -----------------------------------------------------------------------------------------------------------


async def test_what_lies_in_other_queues_is_not_acted_upon(heart: Heart) -> None:
    eve = await heart.agent("Eve", queues=("sales",))
    it = (await heart.arrive()).interaction_id
    for verb in (heart.desk.claim(eve, it), heart.desk.note(eve, it, Say(id=uuid4(), text="x"))):
        with pytest.raises(Forbidden):
            await verb
    with pytest.raises(NotFound):
        await heart.desk.end(eve, uuid4())


async def test_i8_what_waits_for_me_by_name_lies_on_my_desk_and_on_nobody_elses(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben", ready=False)
    await heart.arrive()
    it = await heart.accepted(ann)
    await heart.desk.requeue(ann, it, Requeue(reason="language", queue="support", agent=ben.id))
    for who, there in ((ann, []), (ben, [it])):
        snapshot = await desk.snapshot(heart.pool, who.id, heart.clock())
        assert [card.id for card in snapshot.cards] == there
        assert (await desk.head(heart.pool, who.id)).cards == len(there)
    moved = next(ring for ring in reversed(heart.rings) if isinstance(ring, Moved))
    assert (moved.desk, ben.id in moved.agents) == (ben.id, True)
    await heart.desk.claim(ben, it)
    assert await heart.state(it) == "active"
