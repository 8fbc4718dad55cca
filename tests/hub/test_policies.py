"""Which policy is in force, on every node, and where it puts what arrives."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import pytest
import structlog

from channels.base import Address
from hub import placing, replacing
from hub import policies as module
from hub.config import Queue
from hub.intake import Intake
from hub.model import Actor
from hub.policies import Policies, PolicyOutdated
from hub.replacing import Replacing
from hub.store import policies as store
from hub.wire import Decline, Prioritise
from hub.wire_customers import PutMarks
from hub.wire_policy import PublishPolicy, RestorePolicy
from routing import rules
from tests.hub.conftest import Heart
from tests.support.waiting import until

MIA = Address("email", "mia@example.com")


def queue(id: str, **more: Any) -> Queue:
    return Queue(id=id, name={"en": id}, **more)


SUPPORT, SALES = queue("support"), queue("sales", requirements={"german": 2})


@pytest.fixture
async def policies(heart: Heart) -> Policies:
    made = Policies(heart.journal, [SUPPORT, SALES])
    await made.open()
    return made


@pytest.fixture
async def sue(heart: Heart) -> Actor:
    return await heart.agent("Sue", "supervisor", skills='{"german": 3}', queues=("support", "sales"))


async def publish(policies: Policies, sue: Actor, *rules: tuple[str, dict[str, Any]], **more: Any) -> int:
    found = await policies.version(None)
    made = [{"id": f"r{n}", "name": "", "when": when, "place": place} for n, (when, place) in enumerate(rules)]
    document = {**found.document, "rules": made, **more}
    return await policies.publish(sue, PublishPolicy(document=document, base=found.version))


async def test_the_configuration_is_in_force_until_a_person_publishes(
    heart: Heart, policies: Policies, sue: Actor
) -> None:
    assert policies.current()[0] == 1
    assert str(policies.current()[1].queue("sales").require) == "german >= 2"
    again = Policies(heart.journal, [SUPPORT, SALES])
    await again.open()
    assert again.current()[0] == 1, "the same is no new version"
    changed = Policies(heart.journal, [queue("support", offer_seconds=30), SALES])
    await changed.open()
    assert (changed.current()[0], changed.current()[1].queue("support").offer_seconds) == (2, 30)
    await policies.refresh()
    await publish(policies, sue)
    await Policies(heart.journal, [SUPPORT]).open()
    await policies.refresh()
    assert policies.current()[0] == 3, "what a person has published stands"


async def test_whoever_starts_it_learns_where_the_published_policy_and_the_configuration_differ(
    heart: Heart, policies: Policies, sue: Actor
) -> None:
    with structlog.testing.capture_logs() as said:
        await Policies(heart.journal, [SUPPORT, queue("sales", offer_seconds=9)]).open()
        assert said == [], "the configuration itself is in force"
        await policies.refresh()
        await publish(policies, sue)
        await Policies(heart.journal, [SUPPORT, queue("sales", offer_seconds=9)]).open()
        assert said == [], "published as configured"
        await Policies(heart.journal, [queue("support", offer_seconds=9), queue("new")]).open()
    assert [(one["event"], one["queues"], one["version"]) for one in said] == [
        ("policy.differs_from_configuration", ["support"], 3), ("policy.queues_not_configured", ["sales"], 3)]


async def test_a_queue_that_only_the_configuration_knows_works_as_it_says(
    heart: Heart, policies: Policies, sue: Actor
) -> None:
    await publish(policies, sue)
    grown = Policies(heart.journal, [SUPPORT, SALES, queue("legal", offer_seconds=55)])
    await grown.open()
    assert grown.current()[0] == 2
    assert grown.current()[1].queue("legal").offer_seconds == 55


async def test_every_node_follows_and_of_two_who_publish_one_is_told(
    heart: Heart, policies: Policies, sue: Actor
) -> None:
    other = Policies(heart.journal, [SUPPORT, SALES])
    await other.open()
    found = await other.version(None)
    assert await publish(policies, sue) == 2
    with pytest.raises(PolicyOutdated):
        await other.publish(sue, PublishPolicy(document=found.document, base=found.version))
    assert other.current()[0] == 1
    await other.refresh()
    assert other.current()[0] == 2
    assert await other.restore(sue, 1, RestorePolicy(base=2)) == 3


async def test_a_version_that_this_program_cannot_read_leaves_the_one_before_in_force(
    heart: Heart, policies: Policies
) -> None:
    await heart.pool.execute(
        "INSERT INTO policies (version, document, digest, published_at) VALUES (2, '{\"format\": 99}', 'x', now())")
    await policies.refresh()
    assert policies.current()[0] == 1


# --- placing ----------------------------------------------------------------------------------------------------------


def placed_by(heart: Heart, policies: Policies) -> Intake:
    heart.intake.placement = replace(heart.intake.placement, current=policies.current)
    return heart.intake


async def where(heart: Heart, **more: Any) -> tuple[Any, ...]:
    it = (await heart.arrive(**{"channel": "form", "continues": False} | more)).interaction_id
    return tuple(await heart.pool.fetchrow(
        "SELECT queue_id, priority, rule, policy_version FROM interactions WHERE id = $1", it) or ())


async def test_rules_go_before_the_way_in_which_goes_before_the_default(
    heart: Heart, policies: Policies, sue: Actor
) -> None:
    placed_by(heart, policies)
    await publish(policies, sue, ('text contains "buy"', {"queue": "sales", "priority": 3}))
    assert await where(heart, text="I want to buy a lamp") == ("sales", 3, "r0", 2)
    assert await where(heart, text="It is dark", queue="sales") == ("sales", 0, None, 2)
    assert await where(heart, text="It is dark", queue="nowhere") == ("support", 0, None, 2)
    assert await where(heart, text="It is dark") == ("support", 0, None, 2)


async def test_rules_know_the_customers_past(heart: Heart, policies: Policies, sue: Actor) -> None:
    placed_by(heart, policies)
    await publish(
        policies, sue,
        ("vip and \"gold\" in segment", {"queue": "sales", "priority": 9}),
        ('last_agent = "sue" and known', {"queue": "sales", "sticky": {"to": "last_agent", "seconds": 60}}),
        ("repeat_contacts >= 1", {"queue": "sales", "priority": 1}),
    )  # fmt: skip
    assert await where(heart, addresses=(MIA,)) == ("support", 0, None, 2)
    assert await where(heart, addresses=(MIA,)) == ("sales", 1, "r2", 2)
    it = (await heart.arrive(addresses=(MIA,), channel="form", continues=False)).interaction_id
    await heart.desk.claim(sue, it)
    assert await where(heart, addresses=(MIA,)) == ("sales", 0, "r1", 2)
    assert await heart.pool.fetchval(
        "SELECT preferred_agent_id FROM interactions ORDER BY created_at DESC, id DESC LIMIT 1") == sue.id
    await heart.pool.execute("UPDATE customers SET vip = true, segments = '{gold}'")
    assert await where(heart, addresses=(MIA,)) == ("sales", 9, "r0", 2)


async def test_the_last_agent_of_rules_is_whom_dispatch_waits_for(heart: Heart, sue: Actor) -> None:
    """Who took a contact last, not whose contact came last; never one whose account is disabled."""
    async def last() -> tuple[Any, ...]:
        row = await heart.pool.fetchrow(
            "SELECT past_of(c.id, now(), i.id) ->> 'last_agent_id' AS rules,"
            " known_by(c.id, i.id, 'last_agent') AS waits, last_agent_of(c.id, 'infinity') AS one"
            " FROM customers c JOIN interactions i ON i.customer_id = c.id")
        assert row is not None
        assert str(row["rules"]) == str(row["waits"]) == str(row["one"])
        return tuple(row)

    ben = await heart.agent("Ben")
    first = (await heart.arrive(addresses=(MIA,), channel="form", continues=False)).interaction_id
    assert (await last())[2] is None
    later = (await heart.arrive(addresses=(MIA,), channel="form", continues=False)).interaction_id
    await heart.desk.claim(ben, later)
    heart.clock.advance(60)
    await heart.desk.claim(sue, first)
    assert (await last())[2] == sue.id
    await heart.pool.execute("UPDATE agents SET disabled_at = now() WHERE id = $1", sue.id)
    assert (await last())[2] == ben.id
    assert await heart.pool.fetchval(
        "SELECT last_agent_of(customer_id, $2) FROM interactions WHERE id = $1", later, heart.clock()) == ben.id


async def test_an_arrival_that_cannot_be_judged_goes_where_its_way_in_says(
    heart: Heart, policies: Policies, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed_by(heart, policies)
    await publish(policies, sue, ('text contains "buy"', {"queue": "sales"}))

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a rule that cannot be tried")

    monkeypatch.setattr(placing, "place", broken)
    assert await where(heart, text="buy", queue="support") == ("support", 0, None, 2)
    [told] = await heart.pool.fetch("SELECT data FROM touches WHERE kind = 'received'")
    assert json.loads(told["data"]) == {"source": "webchat", "policy": 2, "rule": None, "unjudged": True}


async def test_the_history_begins_with_version_and_rule(heart: Heart, policies: Policies, sue: Actor) -> None:
    placed_by(heart, policies)
    await publish(policies, sue, ('text contains "buy"', {"queue": "sales"}))
    await where(heart, text="buy")
    await where(heart, text="look")
    rows = await heart.pool.fetch("SELECT data FROM touches ORDER BY recorded_at, id")
    told = [json.loads(row["data"]) for row in rows]
    assert [(one["policy"], one["rule"], one.get("unjudged")) for one in told] == [(2, "r0", None), (2, None, None)]


async def test_one_that_cannot_be_judged_anew_keeps_nobody_else_waiting(
    heart: Heart, policies: Policies, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed_by(heart, policies)
    await publish(policies, sue)
    loop = Replacing(heart.journal, policies)
    for text in ("odd", "buy"):
        await where(heart, text=text)
    await publish(policies, sue, ('text contains "buy"', {"queue": "sales"}))

    def picky(facts: Any, *more: Any, **other: Any) -> Any:
        if facts["text"] == "odd":
            raise RuntimeError("cannot be tried")
        return rules.place(facts, *more, **other)

    monkeypatch.setattr(replacing, "place", picky)
    assert await loop.step() == 1
    assert await heart.pool.fetchval("SELECT count(*) FROM interactions WHERE queue_id = 'sales'") == 1


async def test_who_waits_goes_where_a_new_policy_says_and_keeps_his_age(
    heart: Heart, policies: Policies, sue: Actor
) -> None:
    placed_by(heart, policies)
    loop = Replacing(heart.journal, policies)
    await publish(policies, sue)
    lamp, order, moved = [
        (await heart.arrive(channel="form", continues=False, text=text)).interaction_id
        for text in ("a lamp", "an order", "a lamp, moved by hand")
    ]
    assert await loop.step() == 0
    await heart.floor.prioritise(sue, moved, Prioritise(priority=4, reason="angry"))
    before = await heart.pool.fetchval("SELECT queued_at FROM interactions WHERE id = $1", lamp)
    heart.clock.advance(60)
    await publish(policies, sue, ('text contains "lamp"', {"queue": "sales", "priority": 2}))
    other = Replacing(heart.journal, policies)  # another node
    assert sorted(await asyncio.gather(loop.step(), other.step())) == [0, 1]
    rows = {row["id"]: row for row in await heart.pool.fetch("SELECT * FROM interactions")}
    it = rows[lamp]
    assert (it["queue_id"], it["priority"], it["rule"], it["policy_version"]) == ("sales", 2, "r0", 3)
    assert it["queued_at"] == before
    assert (rows[order]["queue_id"], rows[order]["rule"]) == ("support", None)
    assert (rows[moved]["queue_id"], rows[moved]["priority"]) == ("support", 4)
    [touch] = await heart.pool.fetch("SELECT data FROM touches WHERE kind = 'placed_anew'")
    assert json.loads(touch["data"]) == {
        "from": "support", "to": "sales", "priority": 2, "rule": "r0", "policy": 3, "because": "policy", "name": ""}
    assert await loop.step() == 0
    kept = await heart.pool.fetchrow("SELECT rule, placement IS NULL AS none FROM interactions WHERE id = $1", lamp)
    await heart.desk.claim(sue, lamp)
    again = await heart.pool.fetchrow("SELECT rule, placement IS NULL AS none FROM interactions WHERE id = $1", lamp)
    assert tuple(kept or ()) == tuple(again or ()) == ("r0", False)


async def test_who_is_being_offered_is_placed_anew_when_nobody_took_him(
    heart: Heart, policies: Policies, sue: Actor
) -> None:
    placed_by(heart, policies)
    await publish(policies, sue)
    loop = Replacing(heart.journal, policies)
    await loop.step()
    await where(heart, text="a lamp")
    offer = await heart.offered(sue)
    await publish(policies, sue, ('text contains "lamp"', {"queue": "sales"}))
    assert await loop.step() == 0, "the offer stands"
    assert await loop.step() == 0
    await heart.desk.decline(sue, offer, Decline(reason="busy"))
    assert await loop.step() == 1
    assert await heart.pool.fetchval("SELECT queue_id FROM interactions") == "sales"
    assert await loop.step() == 0


async def test_who_is_moved_by_hand_while_he_is_placed_anew_stays_where_the_hand_put_him(
    heart: Heart, policies: Policies, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed_by(heart, policies)
    loop = Replacing(heart.journal, policies)
    await publish(policies, sue)
    it = (await heart.arrive(channel="form", continues=False, text="a lamp")).interaction_id
    await publish(policies, sue, ('text contains "lamp"', {"queue": "sales"}))
    read = store.waiting

    async def then_moved(*args: Any) -> Any:
        found = await read(*args)
        await heart.floor.prioritise(sue, it, Prioritise(priority=4, reason="angry"))
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(store, "waiting", then_moved)
        assert await loop.step() == 0
    assert await loop.step() == 0
    row = await heart.pool.fetchrow("SELECT queue_id, priority FROM interactions WHERE id = $1", it)
    assert tuple(row or ()) == ("support", 4)


async def test_who_is_new_is_still_new_while_he_waits(heart: Heart, policies: Policies, sue: Actor) -> None:
    placed_by(heart, policies)
    loop = Replacing(heart.journal, policies)
    await publish(policies, sue)
    for who in ("new", "old", "old"):
        await heart.arrive(channel="form", continues=False, addresses=(Address("email", f"{who}@example.com"),))
    await publish(policies, sue, ("not known", {"queue": "sales"}))
    assert await loop.step() == 1
    [row] = await heart.pool.fetch(
        "SELECT a.value FROM interactions i JOIN addresses a ON a.id = i.address_id WHERE i.queue_id = 'sales'")
    assert row["value"] == "new@example.com"


async def test_thousands_of_rules_are_published_and_tried(heart: Heart, policies: Policies, sue: Actor) -> None:
    placed_by(heart, policies)
    rules = [(f'subject = "case {n}"', {"queue": "sales"}) for n in range(2_000)]
    await publish(policies, sue, *rules, ("vip", {"queue": "sales", "priority": 1}))
    assert (await where(heart, subject="case 1999"))[2] == "r1999"


@pytest.fixture
async def rung_only(heart: Heart, policies: Policies, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The loops run, and nothing but rings wakes them."""
    placed_by(heart, policies)
    monkeypatch.setattr(module, "POLL", 3600)
    monkeypatch.setattr(replacing, "NET", 3600)
    going = [asyncio.create_task(one) for one in (policies.run(), Replacing(heart.journal, policies).run())]
    yield
    for one in going:
        one.cancel()
    await asyncio.gather(*going, return_exceptions=True)


@pytest.mark.usefixtures("rung_only")
async def test_publishing_moves_who_waits_at_once(heart: Heart, policies: Policies, sue: Actor) -> None:
    it = (await heart.arrive(channel="form", continues=False, text="a lamp")).interaction_id
    await publish(policies, sue, ('text contains "lamp"', {"queue": "sales"}))
    queue_of = "SELECT id FROM interactions WHERE id = $1 AND queue_id = 'sales'"
    await until(lambda: heart.pool.fetchval(queue_of, it))


@pytest.mark.usefixtures("rung_only")
async def test_marking_a_customer_moves_his_contacts_that_wait(heart: Heart, policies: Policies, sue: Actor) -> None:
    await publish(policies, sue, ("vip", {"queue": "sales", "priority": 3}))
    his, other = [
        (await heart.arrive(channel="form", continues=False, addresses=(Address("email", who),))).interaction_id
        for who in ("vip@example.com", "other@example.com")
    ]
    customer = await heart.pool.fetchval("SELECT customer_id FROM interactions WHERE id = $1", his)
    await heart.desk.mark_customer(sue, customer, PutMarks(vip=True, version=1))
    await until(lambda: heart.pool.fetchval("SELECT queue_id = 'sales' FROM interactions WHERE id = $1", his))
    assert await heart.pool.fetchval("SELECT queue_id FROM interactions WHERE id = $1", other) == "support"
    [why] = await heart.pool.fetch("SELECT data FROM touches WHERE kind = 'placed_anew'")
    told = json.loads(why["data"])
    assert (told["rule"], told["because"]) == ("r0", "customer")


async def test_a_mark_that_nobody_rang_for_is_found(heart: Heart, policies: Policies, sue: Actor) -> None:
    placed_by(heart, policies)
    await publish(policies, sue, ("vip", {"queue": "sales"}))
    his = (await heart.arrive(channel="form", continues=False)).interaction_id
    loop = Replacing(heart.journal, policies)
    await loop._turn()
    customer = await heart.pool.fetchval("SELECT customer_id FROM interactions WHERE id = $1", his)
    await heart.desk.mark_customer(sue, customer, PutMarks(vip=True, version=1))
    heart.clock.advance(replacing.NET)
    await loop._turn()
    assert await heart.pool.fetchval("SELECT queue_id FROM interactions") == "sales"


async def test_a_database_that_goes_away_loses_nobody_who_is_to_be_looked_at_again(
    heart: Heart, policies: Policies, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed_by(heart, policies)
    await publish(policies, sue)
    loop = Replacing(heart.journal, policies)
    await loop.step()
    await where(heart, text="a lamp")
    offer = await heart.offered(sue)
    await publish(policies, sue, ('text contains "lamp"', {"queue": "sales"}))
    assert await loop.step() == 0, "the offer stands"
    await heart.desk.decline(sue, offer, Decline(reason="busy"))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(store, "waiting", AsyncMock(side_effect=OSError))
        with pytest.raises(OSError):
            await loop.step()
    assert await loop.step() == 1


async def test_corrections_come_before_what_another_node_was_quicker_to_move(
    heart: Heart, policies: Policies, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "LOOKED_AT", 1)
    placed_by(heart, policies)
    await publish(policies, sue, ("vip", {"queue": "sales"}))
    loop = Replacing(heart.journal, policies)
    it = (await heart.arrive(channel="form", continues=False)).interaction_id
    await loop.step()
    customer = await heart.pool.fetchval("SELECT customer_id FROM interactions")
    await heart.desk.mark_customer(sue, customer, PutMarks(vip=True, version=1))
    loop._again = {heart.new_id(): "policy", it: "customer"}
    assert await loop.step() == 1
