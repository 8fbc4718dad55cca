"""What rules may ask of a customer is set by supervisors, kept with who did it, and seen on every card of his."""

import json

import pytest

from hub.errors import Conflict, Invalid, NotFound
from hub.store import cards, customers
from hub.store.intake import read_past
from hub.wire_customers import PutMarks
from tests.hub.conftest import Heart


async def test_marks_are_kept_with_who_set_them_and_rules_see_them(heart: Heart) -> None:
    sue, ann = await heart.agent("Sue", "supervisor", ready=False), await heart.agent("Ann", ready=False)
    it = (await heart.arrive()).interaction_id
    customer = (await heart.loaded(it)).customer_id
    assert not (await cards.card(heart.pool, it)).vip
    wanted = PutMarks(vip=True, segments=["press", "gold", "gold "], contract=" premium ", owner_id=ann.id, version=1)
    await heart.desk.mark_customer(sue, customer, wanted)
    marks = (await customers.view(heart.pool, customer)).marks
    assert (marks.vip, marks.segments, marks.contract, marks.owner_id, marks.owner) == (
        True, ["gold", "press"], "premium", ann.id, "Ann")
    assert (await cards.card(heart.pool, it)).vip
    edits = (await customers.view(heart.pool, customer)).edits
    assert [(e.field, e.before, e.after, e.by) for e in edits] == [
        ("contract", None, "premium", "Sue"), ("owner", None, "Ann", "Sue"),
        ("segments", None, "gold, press", "Sue"), ("vip", None, "VIP", "Sue")]
    rows = await heart.pool.fetch("SELECT data FROM touches WHERE interaction_id = $1 AND kind = 'corrected'", it)
    assert {json.loads(row["data"])["field"] for row in rows} == {"contract", "owner", "segments", "vip"}
    past = read_past(await heart.pool.fetchval("SELECT past_of($1, now(), $2)", customer, it))
    assert past.facts["vip"] is True
    assert (past.facts["segment"], past.facts["contract"], past.owner_id) == (("gold", "press"), "premium", ann.id)

    with pytest.raises(Conflict):
        await heart.desk.mark_customer(sue, customer, PutMarks(version=1))
    await heart.desk.mark_customer(sue, customer, PutMarks(version=2))
    marks = (await customers.view(heart.pool, customer)).marks
    assert (marks.vip, marks.segments, marks.contract, marks.owner) == (False, [], None, None)


async def test_an_owner_must_be_somebody_and_a_customer_too(heart: Heart) -> None:
    sue = await heart.agent("Sue", "supervisor", ready=False)
    customer = (await heart.loaded((await heart.arrive()).interaction_id)).customer_id
    with pytest.raises(Invalid):
        await heart.desk.mark_customer(sue, customer, PutMarks(owner_id=heart.new_id(), version=1))
    with pytest.raises(NotFound):
        await heart.desk.mark_customer(sue, heart.new_id(), PutMarks(version=1))


async def test_who_waits_for_the_owner_waits_for_him_whom_rules_name(heart: Heart) -> None:
    """One meaning: the customer's own agent, and only without one, whoever has another open contact of his."""
    sue, ann = [await heart.agent(one, "supervisor", ready=False) for one in ("Sue", "Ann")]
    ben = await heart.agent("Ben")
    first = (await heart.arrive()).interaction_id
    customer = (await heart.loaded(first)).customer_id
    await heart.accepted(ben)
    known = "SELECT known_by($1, $2, 'owner'), past_of($1, now(), $2) ->> 'owner_id'"

    async def owners() -> tuple[object, ...]:
        return tuple(await heart.pool.fetchrow(known, customer, heart.new_id()) or ())

    assert await owners() == (ben.id, str(ben.id)), "his open contact is with Ben"
    await heart.desk.mark_customer(sue, customer, PutMarks(owner_id=ann.id, version=1))
    assert await owners() == (ann.id, str(ann.id))
    await heart.pool.execute("UPDATE agents SET disabled_at = now() WHERE id = $1", ann.id)
    assert await owners() == (ben.id, str(ben.id))
