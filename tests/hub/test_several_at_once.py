"""An offer rings at several agents at once: whoever accepts first has it, and the others are free again (I3, I4)."""

from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import UUID
from zlib import crc32

import asyncpg
import pytest

from channels.manual import Manual
from hub import model, sla_history
from hub.desk import Desk
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.errors import Late, NotYours, OverCapacity, Taken
from hub.journal import Journal
from hub.model import SYSTEM, Actor
from hub.permissions import give_back
from hub.store import agents, desk, escalation, history
from hub.wire import Decline, SetPresence
from tests.hub.conftest import Heart
from tests.hub.test_desk import outcomes
from tests.hub.test_dispatch_policy import Office, policy


@dataclass
class Ringing:
    """One contact that rings at Ann, Ben and Eve."""

    heart: Heart
    office: Office
    item: UUID
    ann: Actor
    ben: Actor
    eve: Actor

    async def offer(self) -> UUID:
        return UUID(str(await self.heart.pool.fetchval("SELECT offer_id FROM interactions WHERE id = $1", self.item)))

    async def state(self) -> str:
        await self.heart.balanced()
        return str(await self.heart.state(self.item))

    async def desks(self) -> list[str]:
        """On whose screens it lies."""
        found = []
        for who in (self.ann, self.ben, self.eve):
            snapshot = await desk.snapshot(self.heart.pool, who.id, self.heart.clock())
            head = await desk.head(self.heart.pool, who.id)
            lines = (f"{card.id}:{card.version}".encode() for card in snapshot.cards)
            assert (head.cards, head.sum) == (len(snapshot.cards), sum(map(crc32, lines)) % 2**32)
            found += [who.name for card in snapshot.cards if card.id == self.item]
        return found

    async def used(self) -> list[int]:
        return [(await agents.view(self.heart.pool, who.id, self.heart.clock())).used
                for who in (self.ann, self.ben, self.eve)]

    async def ends(self) -> dict[str, tuple[str, str | None]]:
        rows = await self.heart.pool.fetch("SELECT a.name, o.state, o.reason FROM offers o JOIN agents a"
                                           " ON a.id = o.agent_id ORDER BY a.name")
        return {row["name"]: (row["state"], row["reason"]) for row in rows}

    async def last(self) -> tuple[str, dict[str, Any]]:
        touch = (await history.touches_of(self.heart.pool, self.item))[-1]
        return touch.kind, dict(touch.data)


@pytest.fixture
async def ringing(heart: Heart) -> Ringing:
    office = Office(heart, policy(offer_to=3))
    people = [await heart.agent(name) for name in ("Ann", "Ben", "Eve")]
    item = await office.arrive()
    await office.dispatch.step()
    return Ringing(heart, office, item, *people)


async def test_all_of_them_see_it_and_hold_room_for_it(ringing: Ringing) -> None:
    assert await ringing.state() == "offered"
    assert await ringing.desks() == ["Ann", "Ben", "Eve"]
    assert await ringing.used() == [30, 30, 30]
    kind, data = await ringing.last()
    assert (kind, data["agent"], data["beside"]) == (
        "offered", str(ringing.ann.id), [str(ringing.ben.id), str(ringing.eve.id)])


@pytest.mark.parametrize("who", ["ann", "ben", "eve"])
async def test_whoever_accepts_first_has_it_and_the_others_are_told_by_whom(ringing: Ringing, who: str) -> None:
    offer, first = await ringing.offer(), getattr(ringing, who)
    others = [one for one in (ringing.ann, ringing.ben, ringing.eve) if one is not first]
    assert await ringing.heart.desk.accept(first, offer) == ringing.item
    assert await ringing.heart.desk.accept(first, offer) == ringing.item  # the same click again
    for one in others:
        with pytest.raises(Taken, match=f"{first.name} was first"):
            await ringing.heart.desk.accept(one, offer)
        await ringing.heart.desk.decline(one, offer, Decline(reason="busy"))  # too late, and no harm
    assert await ringing.state() == "active"
    assert await ringing.desks() == [first.name]
    assert sorted(await ringing.used()) == [0, 0, 30]
    assert await ringing.ends() == {
        one.name: ("accepted", None) if one is first else ("withdrawn", "taken")
        for one in (ringing.ann, ringing.ben, ringing.eve)}
    declared = await ringing.heart.pool.fetch("SELECT DISTINCT declared FROM agents WHERE login <> 'sue'")
    assert [row["declared"] for row in declared] == ["available"]
    kind, data = await ringing.last()
    assert (kind, sorted(data["beside"])) == ("accepted", sorted(str(one.id) for one in others))


@pytest.mark.parametrize("order", [("ann", "ben", "eve"), ("eve", "ann", "ben"), ("ben", "eve", "ann")])
async def test_who_declines_leaves_it_to_the_others_and_the_last_one_to_the_queue(
    ringing: Ringing, order: tuple[str, ...]
) -> None:
    waited = await ringing.heart.pool.fetchval("SELECT queued_at FROM interactions")
    for left, who in enumerate(order):
        assert await ringing.state() == "offered"
        offer = await ringing.offer()
        await ringing.heart.desk.decline(getattr(ringing, who), offer, Decline(reason="busy"))
        assert len(await ringing.desks()) == 2 - left
    assert await ringing.state() == "queued"
    assert await ringing.used() == [0, 0, 0]
    assert await ringing.heart.pool.fetchval("SELECT queued_at FROM interactions") == waited
    await ringing.office.dispatch.step()
    assert await ringing.state() == "queued", "nobody who declined is asked again at once"


async def test_a_name_that_passed_is_none_any_more_whoever_passes_after_him(ringing: Ringing) -> None:
    await ringing.heart.pool.execute("UPDATE interactions SET preferred_agent_id = $1", ringing.ann.id)
    for who in (ringing.ann, ringing.ben, ringing.eve):
        await ringing.heart.desk.decline(who, await ringing.offer(), Decline(reason="busy"))
    assert await ringing.state() == "queued"
    assert await ringing.heart.pool.fetchval("SELECT preferred_agent_id FROM interactions") is None


async def test_what_nobody_answers_is_missed_by_each_and_waits_on_having_been_refused_once(ringing: Ringing) -> None:
    offer = await ringing.offer()
    await ringing.heart.desk.decline(ringing.eve, offer, Decline(reason="busy"))
    ringing.heart.clock.advance(20)
    await ringing.heart.timers.step()
    assert await ringing.state() == "queued"
    assert await ringing.ends() == {"Ann": ("missed", None), "Ben": ("missed", None), "Eve": ("declined", "busy")}
    rows = await ringing.heart.pool.fetch("SELECT name, declared FROM agents")
    declared = {row["name"]: row["declared"] for row in rows}
    assert [declared[name] for name in ("Ann", "Ben", "Eve")] == ["missed", "missed", "available"]
    with pytest.raises(Late):
        await ringing.heart.desk.accept(ringing.ben, offer)
    data = [one.data for one in await history.touches_of(ringing.heart.pool, ringing.item)
            if one.kind in ("missed", "declined")]
    assert [one.get("still_at") for one in data] == [2, 1, None]
    async with ringing.heart.pool.acquire() as conn:
        told = await escalation.touches(conn, ringing.item)
    assert sla_history.read(told, "form", lambda _: None).refused == 1


async def test_only_his_part_is_withdrawn_from_who_leaves_or_loses_the_queue(ringing: Ringing) -> None:
    await ringing.heart.presence.declare(ringing.ann, ringing.ann.id, SetPresence(state="break", reason="lunch"))
    assert await ringing.desks() == ["Ben", "Eve"]
    assert await ringing.state() == "offered"
    await ringing.heart.pool.execute("UPDATE agents SET queues = '{sales}' WHERE id = $1", ringing.eve.id)
    await give_back(ringing.heart.journal, ringing.office.policy)
    assert await ringing.desks() == ["Ben"]
    assert await ringing.heart.desk.accept(ringing.ben, await ringing.offer()) == ringing.item
    assert await ringing.state() == "active"


@pytest.mark.parametrize("act", [model.Left(0), model.Requeued("supervisor", "sales", None)])
async def test_when_it_is_taken_back_it_rings_nowhere(ringing: Ringing, act: model.Act) -> None:
    offer = await ringing.offer()
    await ringing.heart.journal.write(ringing.item, act, SYSTEM)
    assert await ringing.desks() == []
    assert await ringing.used() == [0, 0, 0]
    await ringing.heart.balanced()
    with pytest.raises(Taken, match="taken back"):
        await ringing.heart.desk.accept(ringing.eve, offer)


async def test_it_is_nobody_elses(ringing: Ringing) -> None:
    zoe = await ringing.heart.agent("Zoe")
    with pytest.raises(NotYours):
        await ringing.heart.desk.accept(zoe, await ringing.offer())


async def test_who_has_no_room_any_more_is_left_out_under_lock(heart: Heart) -> None:
    """The plan knew them as free; meanwhile one has taken something by himself."""
    office = Office(heart, policy(offer_to=3))
    ann, ben = await heart.agent("Ann", capacity=30), await heart.agent("Ben", capacity=30)
    await office.dispatch.step()  # they are known
    first, second = await office.arrive(), await office.arrive()
    await heart.desk.claim(ben, second)
    await office.dispatch._decide(heart.clock(), whole=False)
    assert await heart.pool.fetchval("SELECT array_agg(agent_id) FROM offers") == [ann.id]
    assert await heart.pool.fetchval("SELECT beside FROM interactions WHERE id = $1", first) == "[]"
    await heart.balanced()


async def test_i4_what_rings_at_somebody_takes_his_room_under_lock(heart: Heart) -> None:
    office = Office(heart, policy(offer_to=2))
    ann, ben = await heart.agent("Ann", capacity=30), await heart.agent("Ben", capacity=30)
    await office.dispatch.step()  # this node knows them as free
    await office.arrive()
    await Dispatch(heart.journal, Doorbell(), lambda: (1, office.policy)).step()
    other = await office.arrive()
    for one in (ann, ben):
        with pytest.raises(OverCapacity):
            await heart.desk.claim(one, other)
    await heart.pool.execute("UPDATE interactions SET preferred_agent_id = $2 WHERE id = $1", other, ben.id)
    await office.dispatch._decide(heart.clock(), whole=False)
    assert await heart.state(other) == "queued"
    await heart.balanced()


async def test_a_break_asked_for_meanwhile_begins_when_somebody_else_was_first(ringing: Ringing) -> None:
    heart = ringing.heart
    own = await ringing.office.arrive()
    await heart.desk.claim(ringing.ben, own)
    await heart.pool.execute("UPDATE agents SET pending = 'break' WHERE id = $1", ringing.ben.id)
    await heart.journal.write(own, model.Requeued("later", "sales", None), SYSTEM)
    await heart.desk.accept(ringing.ann, await ringing.offer())
    await heart.presence.sweep()
    assert await heart.pool.fetchval("SELECT declared FROM agents WHERE id = $1", ringing.ben.id) == "break"


async def test_i4_of_a_hundred_at_whom_it_rings_one_wins_on_three_nodes(heart: Heart, dsn: str) -> None:
    office = Office(heart, policy(offer_to=20))
    people = [await heart.agent(f"A{n}") for n in range(20)]
    item = await office.arrive()
    await office.dispatch.step()
    offer = await heart.pool.fetchval("SELECT offer_id FROM interactions")
    pools = [await asyncpg.create_pool(dsn, min_size=1, max_size=6, timeout=30) for _ in range(3)]
    desks = cycle(Desk(Journal(pool, heart.clock, heart.new_id, Doorbell()), heart.intake, Manual(), heart.mailing)
                  for pool in pools)
    found = await outcomes(*(next(desks).accept(one, offer) for one in people * 5))
    holder = await heart.pool.fetchval("SELECT agent_id FROM interactions WHERE id = $1", item)
    assert found == ["ok"] * 5 + ["taken"] * 95  # who has it pressed five times
    assert await heart.pool.fetchval("SELECT count(*) FROM assignments") == 1
    assert await heart.pool.fetchval("SELECT sum(used_units(id)) FROM agents") == 30
    assert holder in {one.id for one in people}
    await heart.balanced()
    for pool in pools:
        await pool.close()
