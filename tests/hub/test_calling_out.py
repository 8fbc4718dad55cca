"""Calling customers whom no contact asks for: who rings when, whom nobody may call, and what stands in the history."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.calling_out import CallingOut
from hub.errors import HubError, Invalid
from hub.model import Actor
from hub.wire_calls import PlaceCall
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone
from tests.support.gaps import GAPS


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool) as found:
        yield found
        assert not await pool.fetch(GAPS)
        found.sim.invariants()


def out(phone: Telephone) -> CallingOut:
    return CallingOut(phone.calls, phone.outgoing, phone.heart.intake)


def wanted(number: str = MIA, **more: Any) -> PlaceCall:
    return PlaceCall(**{"id": uuid4(), "queue": "support", "number": number, **more})


async def state(phone: Telephone, item: UUID) -> str:
    return str(await phone.heart.pool.fetchval("SELECT state FROM interactions WHERE id = $1", item))


async def told(phone: Telephone, item: UUID) -> list[tuple[str, str | None]]:
    rows = await phone.heart.pool.fetch(
        "SELECT data->>'what' AS what, data->>'outcome' AS outcome FROM touches"
        " WHERE interaction_id = $1 AND kind = 'call' ORDER BY version", item)
    return [(row["what"], row["outcome"]) for row in rows]


async def ringing(phone: Telephone, behaviour: str = "ring") -> tuple[Actor, UUID, Any]:
    """Ann's softphone has been answered, and Mia's telephone is being dialled."""
    phone.sim.endpoint(MIA, behaviour)
    ann = await phone.agent()
    item, before = await out(phone).place(ann, wanted())
    assert not before
    await phone.settle()
    await phone.phones[ann.id].rings()
    assert not [one for one in phone.sim.exchange.legs.values() if one.party.to == MIA], "nobody hears silence"
    return ann, item, await phone.phones[ann.id].accept()


async def test_my_softphone_rings_first_and_then_the_customer(phone: Telephone) -> None:
    _, item, agent = await ringing(phone)
    await phone.pass_time(3)
    mia = phone.sim.ringing_at(MIA)
    assert mia.leg.party.from_ == OURS
    await mia.answer()
    await phone.pass_time(3)
    mia.expect_audible(agent, mutual=True)
    assert await state(phone, item) == "active"
    await mia.hang_up()
    await phone.pass_time(5)
    assert not agent.leg.live
    assert await state(phone, item) == "wrapping"
    assert [what for what, _ in await told(phone, item)] == ["outgoing", "dialled", "connected", "ended"]


@pytest.mark.parametrize(("behaviour", "outcome"), [("busy", "busy"), ("no-answer", "no_answer")])
async def test_who_is_not_reached_stands_in_the_history(phone: Telephone, behaviour: str, outcome: str) -> None:
    _, item, agent = await ringing(phone, behaviour)
    await phone.pass_time(100)
    assert not agent.leg.live
    assert (await told(phone, item))[-1] == ("ended", outcome)
    assert await state(phone, item) in ("wrapping", "done")


async def test_a_softphone_that_nobody_answers_disturbs_nobody(phone: Telephone) -> None:
    ann = await phone.agent()
    item, _ = await out(phone).place(ann, wanted())
    await phone.pass_time(40)
    assert not [one for one in phone.sim.exchange.legs.values() if one.party.to == MIA]
    assert await state(phone, item) in ("wrapping", "done")
    assert (await told(phone, item))[-1][0] == "ended"


async def test_two_clicks_are_one_call(phone: Telephone) -> None:
    ann = await phone.agent()
    click = wanted("(555) 123-0001")  # as it is dialled in the country of our own number
    item, before = await out(phone).place(ann, click)
    assert await out(phone).place(ann, click) == (item, True)
    assert not before
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM calls") == 1


async def test_a_number_is_its_owners_whoever_was_looked_at(phone: Telephone) -> None:
    ann = await phone.agent()
    pool = phone.heart.pool
    mia, other = [await pool.fetchval("INSERT INTO customers (id, created_at) VALUES ($1, now()) RETURNING id", uuid4())
                  for _ in range(2)]
    await pool.execute("INSERT INTO addresses (id, customer_id, kind, value, verified, created_at, evidence)"
                       " VALUES ($1, $2, 'phone', $3, true, now(), '{}')", uuid4(), mia, MIA)
    item, _ = await out(phone).place(ann, wanted(customer_id=other))
    assert await pool.fetchval("SELECT customer_id FROM interactions WHERE id = $1", item) == mia


async def test_who_talks_already_calls_nobody_else(phone: Telephone) -> None:
    ann, item, _ = await ringing(phone)
    with pytest.raises(HubError):
        await out(phone).place(ann, wanted("+15551230002"))
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM interactions") == 1
    assert await state(phone, item) == "active"


@pytest.mark.parametrize(("ask", "field"), [
    (wanted("911"), "number"), (wanted("nobody"), "number"), (wanted("+19005550100"), "number"),
    (wanted("+442079460000"), "number"), (wanted(queue="nowhere"), "queue"),
    (wanted(customer_id=uuid4()), "customer_id"),
])
async def test_what_may_not_be_called_is_said_by_field(phone: Telephone, ask: PlaceCall, field: str) -> None:
    ann = await phone.agent()
    with pytest.raises(Invalid) as refused:
        await out(phone).place(ann, ask)
    assert set(refused.value.fields) == {field}
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM interactions") == 0


async def test_abroad_is_called_where_the_configuration_says_so(pool: Pool) -> None:
    async with running_telephone(pool, {**SETTINGS, "outgoing": ["+4420"]}) as phone:
        ann = await phone.agent()
        item, _ = await out(phone).place(ann, wanted("+442079460000"))
        assert await state(phone, item) == "active"

