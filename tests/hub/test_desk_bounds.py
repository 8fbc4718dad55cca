"""Contacts from elsewhere, corrections, and who may do what within which bounds."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pydantic import ValidationError

from channels.base import File, Refused
from hub.doorbell import Moved
from hub.errors import Conflict, Invalid, NotFound, OverCapacity
from hub.store import cards, customers, history, interactions
from hub.wire import EditCustomer, LoggedContact, Park, Requeue, Say, WrapUp
from tests.hub.conftest import Heart
from tests.hub.test_desk import talking
from tests.support.clock import START

# --- contacts from elsewhere ------------------------------------------------------------------------------------------


def logged(**more: Any) -> LoggedContact:
    given: dict[str, Any] = {"id": uuid4(), "kind": "call", "name": "Mia", "at": START, "text": "asked for an invoice"}
    return LoggedContact(**{**given, **more})


async def test_a_logged_contact_is_closed_at_once_or_queued(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    closed = await heart.desk.log_contact(ann, logged(at=START - timedelta(days=9), disposition="solved"))
    touch = (await history.touches_of(heart.pool, closed))[0]
    assert (touch.at, touch.recorded_at) == (START - timedelta(days=9), START)
    assert await heart.state(closed) == "done"
    queued = await heart.desk.log_contact(ann, logged(follow_up="support", email="mia@example.com"))
    assert await heart.state(queued) == "queued"
    await heart.balanced()


async def test_i2_a_logged_contact_sent_again_is_logged_once_files_and_all(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    kept = await heart.intake.keep_file(f"agent:{ann.id}", File("fax.pdf", "application/pdf", b"%PDF-1.7"))
    one = logged(files=[kept.id])
    answers = await asyncio.gather(*(heart.desk.log_contact(ann, one) for _ in range(5)))
    assert len({*answers, await heart.desk.log_contact(ann, one)}) == 1
    assert len((await history.touches_of(heart.pool, answers[0]))[0].files) == 1


async def test_a_logged_contact_with_mistakes_is_refused(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    for wrong in (logged(at=START + timedelta(hours=1)), logged(follow_up="no such"), logged(name=" "),
                  logged(text=" "), logged(email="nonsense"), logged(customer_id=uuid4()), logged(files=[uuid4()])):
        with pytest.raises((Invalid, Refused)):
            await heart.desk.log_contact(ann, wrong)
    assert await heart.pool.fetchval("SELECT count(*) FROM interactions") == 0


async def test_two_corrections_of_a_customer_do_not_overwrite_one_another(heart: Heart) -> None:
    ann, it = await talking(heart, name="Mia")
    customer = (await cards.card(heart.pool, it)).customer_id
    await heart.desk.edit_customer(ann, customer, EditCustomer(name="Mia Li", version=1))
    with pytest.raises(Conflict):
        await heart.desk.edit_customer(ann, customer, EditCustomer(name="Mia Lee", version=1))
    with pytest.raises(NotFound):
        await heart.desk.edit_customer(ann, uuid4(), EditCustomer(name="Nobody", version=1))


async def test_capacity_that_is_full_is_said_so(heart: Heart) -> None:
    ann = await heart.agent("Ann", capacity=30)
    one, two = [(await heart.arrive()).interaction_id for _ in range(2)]
    await heart.desk.claim(ann, one)
    with pytest.raises(OverCapacity):
        await heart.desk.claim(ann, two)


# --- who may, and within which bounds ---------------------------------------------------------------------------------


async def test_everybody_reads_the_whole_history(heart: Heart) -> None:
    """Nobody shall repeat himself: what another department wrote is there to read, and only there to read."""
    ann = await heart.agent("Ann")
    eve = await heart.agent("Eve", queues=("sales",), ready=False)
    await heart.arrive(text="about the invoice")
    it = await heart.accepted(ann)
    await heart.desk.note(ann, it, Say(id=uuid4(), text="be kind"))
    found = await interactions.detail(heart.pool, eve, it, heart.mailing.letters, heart.mailing.texting)
    assert [t.text for t in found.touches if t.text] == ["about the invoice", "be kind"]


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2200-01-01T00:00:00Z"])
def test_moments_that_no_program_can_read_are_refused_where_they_come_in(when: str) -> None:
    for wrong in (lambda: Park(until=when), lambda: WrapUp(disposition="solved", follow_up_at=when),
                  lambda: logged(at=when)):
        with pytest.raises(ValidationError, match="between the years 1900 and 2200"):
            wrong()


async def test_the_database_itself_keeps_no_such_moment(heart: Heart) -> None:
    it = (await heart.arrive()).interaction_id
    for column in ("interactions SET due_at", "touches SET at"):
        with pytest.raises(asyncpg.CheckViolationError):
            await heart.pool.execute(f"UPDATE {column} = 'infinity'")
    assert await heart.state(it) == "queued"


async def test_nothing_is_parked_out_of_reach(heart: Heart) -> None:
    ann, it = await talking(heart)
    with pytest.raises(Invalid) as refused:
        await heart.desk.park(ann, it, Park(until=heart.clock() + timedelta(days=4000)))
    assert refused.value.fields == {"until": "too_far"}


async def test_an_item_is_given_only_to_who_works_in_its_queue(heart: Heart) -> None:
    ann, it = await talking(heart)
    eve = await heart.agent("Eve", queues=("sales",))
    with pytest.raises(Invalid) as refused:
        await heart.desk.requeue(ann, it, Requeue(reason="for Eve", agent=eve.id))
    assert refused.value.fields == {"agent": "not_in_queue"}
    await heart.desk.requeue(ann, it, Requeue(reason="for Eve", agent=eve.id, queue="sales"))
    assert await heart.accepted(eve) == it


async def test_a_logged_contact_has_an_outcome_that_exists(heart: Heart) -> None:
    ann = await heart.agent("Ann", ready=False)
    with pytest.raises(Invalid) as refused:
        await heart.desk.log_contact(ann, logged(disposition="nonsense"))
    assert refused.value.fields == {"disposition": "unknown"}


def last_event(heart: Heart) -> Moved:
    return next(ring for ring in reversed(heart.rings) if isinstance(ring, Moved))


async def test_a_correction_keeps_what_stood_there(heart: Heart) -> None:
    ann = await heart.agent("Ann", ready=False)
    arrived = await heart.arrive(name="Lee Way")
    customer = (await heart.loaded(arrived.interaction_id)).customer_id
    with pytest.raises(Invalid):
        await heart.desk.edit_customer(ann, customer, EditCustomer(name="  ", version=1))
    await heart.desk.edit_customer(ann, customer, EditCustomer(name="Li Wei", language="zh-Hans", version=1))
    view = await customers.view(heart.pool, customer)
    assert view.name == "Li Wei"
    assert [(e.field, e.before, e.after, e.by) for e in view.edits] == [
        ("language", None, "zh-Hans", "Ann"), ("name", "Lee Way", "Li Wei", "Ann")]
    told = last_event(heart)
    assert told.kind == "corrected"
    assert (await cards.card(heart.pool, arrived.interaction_id)).version == told.version
    with pytest.raises(Conflict):
        await heart.desk.edit_customer(ann, customer, EditCustomer(name="Leigh", version=1))
    assert len((await customers.view(heart.pool, customer)).edits) == 2
