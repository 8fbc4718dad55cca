"""Promises, exits, ladders and holders who do not answer: each thing once, whoever looks, however late."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest

from hub import model
from hub.case import Case, Versions
from hub.doorbell import ClockMoved, Moved
from hub.errors import NotYours, WrongState
from hub.escalation import Escalation
from hub.ladder import Ladders
from hub.store import cards
from hub.store import escalation as store
from hub.store import policies as policies_store
from hub.wire import Clock, Escalate, Park, Say, WaitFor, WrapUp
from routing import policy_data
from routing.policy_data import dump, load
from tests.hub.conftest import Heart
from tests.hub.promising import policy, watched
from tests.support.clock import START

pytestmark = pytest.mark.usefixtures("in_order")
UP = [{"id": "up", "steps": [
    {"priority": 3, "notify": ["supervisor"]}, {"queue": "sales", "priority": 2}, {"notify": ["admin"]},
]}]  # fmt: skip


async def say(heart: Heart, who: object, it: UUID, text: str = "hello") -> None:
    await heart.desk.say(who, it, Say(id=heart.new_id(), text=text))  # type: ignore[arg-type]


async def arrived(heart: Heart, **more: object) -> UUID:
    return (await heart.arrive(**more)).interaction_id


# --- clocks -----------------------------------------------------------------------------------------------------------


async def test_a_warning_and_a_breach_are_written_once_and_tell_holder_and_supervisor(heart: Heart) -> None:
    desk = watched(heart, policy())
    it = await arrived(heart)
    await desk.look()
    assert (await desk.told(it, "sla_promised"))[0]["sla"] == "fast"
    found = await desk.clock(it)
    assert (found["clock"], found["state"], found["due_at"]) == (
        "first_response", "running", START + timedelta(minutes=20))
    assert found["look_at"] == START + timedelta(minutes=15)
    await desk.look(minutes=15)
    warned = await desk.told(it, "sla_warned")
    assert [(one["clock"], one["step"], one["tell"]) for one in warned] == [
        ("first_response", "warn:75%", ["holder", "supervisor"])]
    assert (await desk.clock(it))["state"] == "warned"
    await desk.look(minutes=5)
    await desk.look(minutes=1)
    breached = await desk.told(it, "sla_breached")
    assert [(one["clock"], one["policy"], one["sla"], one["version"]) for one in breached] == [
        ("first_response", 1, "fast", 1)]
    assert len(await desk.told(it, "sla_warned")) == 1
    assert (await desk.clock(it))["state"] == "breached"


async def test_an_answer_in_time_stops_the_clock_and_a_question_starts_the_next(heart: Heart) -> None:
    desk, ann = watched(heart, policy()), await heart.agent("Ann")
    visitor = heart.inbound().addresses
    it = await arrived(heart, addresses=visitor)
    await heart.accepted(ann)
    await say(heart, ann, it)
    await desk.look(minutes=30)
    assert await desk.told(it, "sla_warned") == []
    assert (await desk.clock(it))["clock"] == "resolution"
    await arrived(heart, addresses=visitor)
    await desk.look()
    found = await desk.clock(it)
    assert (found["clock"], found["due_at"]) == ("next_response", heart.clock() + timedelta(minutes=10))
    await desk.look(minutes=10, seconds=1)
    assert [one["clock"] for one in await desk.told(it, "sla_breached")] == ["next_response"]


async def test_after_a_long_outage_what_is_superseded_is_written_and_tells_nobody(heart: Heart) -> None:
    desk = watched(heart, policy())
    it = await arrived(heart)
    await desk.look()
    await desk.look(minutes=120)
    assert [(one["tell"], one["superseded"]) for one in await desk.told(it, "sla_warned")] == [([], True)]
    assert [one["tell"] for one in await desk.told(it, "sla_breached")] == [["holder", "supervisor"]]
    assert await heart.pool.fetchval("SELECT count(*) FROM sla_actions WHERE superseded") == 1


async def test_two_loops_at_once_act_once(heart: Heart) -> None:
    desk = watched(heart, policy({"ladder": "up"}, ladders=UP))
    desk.another()
    desk.another()
    items = [await arrived(heart) for _ in range(6)]
    await desk.look()
    heart.clock.advance(minutes=21)
    for one in desk.loops:
        one._swept = None
    await asyncio.gather(*(one.step() for one in desk.loops))
    await asyncio.gather(*(one.step() for one in desk.loops))
    for it in items:
        assert len(await desk.told(it, "sla_breached")) == 1
        assert len(await desk.told(it, "escalated")) == 1
    assert await heart.pool.fetchval("SELECT count(*) FROM sla_actions WHERE what = 'breach'") == 6


async def test_a_node_that_dies_in_the_middle_leaves_all_of_it_to_the_next(heart: Heart) -> None:
    """Killed between the action's row and its touch: one transaction, so that neither stands."""
    desk = watched(heart, policy())
    it = await arrived(heart)
    await desk.look()
    heart.clock.advance(minutes=21)
    class Killed(BaseException):
        pass

    async def dies(self: Case, *_: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Case, "_leave", dies)
        with pytest.raises(Killed):
            await desk.look()
    assert await desk.told(it, "sla_breached") == []
    assert await heart.pool.fetchval("SELECT count(*) FROM sla_actions") == 0
    await desk.another().step()
    assert len(await desk.told(it, "sla_breached")) == 1


async def test_a_clock_that_jumps_to_and_fro_withdraws_nothing_and_repeats_nothing(heart: Heart) -> None:
    desk = watched(heart, policy())
    it = await arrived(heart)
    await desk.look()
    for minutes in (600, -590, 590, -600, 605):
        await desk.look(minutes=minutes)
    assert len(await desk.told(it, "sla_breached")) == 2  # first response and resolution
    assert await desk.told(it, "sla_cleared") == []


async def test_a_breach_that_was_none_after_all_is_withdrawn_once(heart: Heart) -> None:
    """The touch of an answer comes to light late: written by a node whose clock was behind."""
    desk, ann = watched(heart, policy()), await heart.agent("Ann")
    it = await arrived(heart)
    await desk.look(minutes=21)
    assert len(await desk.told(it, "sla_breached")) == 1
    await heart.accepted(ann)
    await say(heart, ann, it)
    await heart.pool.execute("UPDATE touches SET recorded_at = $1 WHERE kind = 'said'", START + timedelta(minutes=5))
    await desk.look()
    await desk.look(minutes=1)
    assert [one["clock"] for one in await desk.told(it, "sla_cleared")] == ["first_response"]


async def test_a_reply_that_was_taken_back_is_none(heart: Heart) -> None:
    desk, ann = watched(heart, policy()), await heart.agent("Ann")
    it = await arrived(heart)
    await heart.accepted(ann)
    await say(heart, ann, it)
    message = await heart.pool.fetchval("SELECT id FROM messages WHERE direction = 'out'")
    await heart.journal.write(it, model.TakenBack(ann.id, message), model.SYSTEM)
    await desk.look()
    assert (await desk.clock(it))["clock"] == "first_response"


async def test_parked_stops_the_clocks_and_waiting_only_the_resolution(heart: Heart) -> None:
    desk, ann = watched(heart, policy()), await heart.agent("Ann")
    one, two = [await arrived(heart) for _ in range(2)]
    for it in (one, two):
        await heart.desk.claim(ann, it)
    await heart.desk.park(ann, one, Park(until=START + timedelta(hours=5)))
    await say(heart, ann, two)
    await heart.desk.wait(ann, two, WaitFor(minutes=600))
    await desk.look(minutes=60)
    assert await desk.told(one, "sla_breached") == []
    assert (await desk.clock(one))["state"] == "paused"
    assert [(await desk.clock(two))[name] for name in ("clock", "state", "left_seconds")] == [
        "resolution", "paused", 240 * 60]


async def test_closing_ends_the_clocks_and_they_run_again_when_the_customer_comes_back(heart: Heart) -> None:
    desk, ann = watched(heart, policy()), await heart.agent("Ann")
    visitor = heart.inbound().addresses
    it = await arrived(heart, addresses=visitor)
    await desk.look()
    await heart.accepted(ann)
    await say(heart, ann, it)
    await heart.desk.end(ann, it)
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    await desk.look()
    found = await desk.clock(it)
    assert (found["over"], found["clock"], found["look_at"]) == (True, None, None)
    heart.clock.advance(minutes=600)
    await arrived(heart, addresses=visitor)
    await desk.look(minutes=11)
    assert [(one["clock"], one["cycle"]) for one in await desk.told(it, "sla_breached")] == [("next_response", 1)]


async def test_a_card_carries_its_clock_and_a_change_without_a_touch_is_told(heart: Heart) -> None:
    desk, ann = watched(heart, policy()), await heart.agent("Ann")
    visitor = heart.inbound().addresses
    it = await arrived(heart, addresses=visitor)
    await heart.accepted(ann)
    heart.rings.clear()
    await desk.look()
    due = START + timedelta(minutes=20)
    clock = Clock(name="first_response", state="running", due_at=due, left_seconds=1200)
    assert [one for one in heart.rings if isinstance(one, ClockMoved)] == [
        ClockMoved(it, frozenset({ann.id}), clock)]
    assert (await cards.card(heart.pool, it)).clock == clock
    await arrived(heart, addresses=visitor)  # a push made without reading again
    told = [one.told for one in heart.rings if isinstance(one, Moved) and one.told]
    assert [one.card and one.card.clock for one in told] == [clock]
    heart.rings.clear()
    await desk.look(minutes=15)
    assert [one.clock and one.clock.state for one in heart.rings if isinstance(one, ClockMoved)] == ["warned"]


async def test_another_policy_holds_for_what_is_here_already(heart: Heart) -> None:
    desk = watched(heart, policy())
    it = await arrived(heart)
    await desk.look()
    desk.shelf.versions.append(policy(slas={"fast": {
        "version": 2, "calendar": "always", "first_response_minutes": 60}}))
    await desk.look(minutes=10)
    assert (await desk.clock(it))["due_at"] == START + timedelta(minutes=60)
    assert [one["policy"] for one in await desk.told(it, "sla_promised")] == [1, 2]
    desk.shelf.versions.append(desk.shelf.versions[-1])  # published anew, and says the same
    await desk.look()
    assert len(await desk.told(it, "sla_promised")) == 2


async def test_who_is_promised_what_is_asked_of_the_same_facts_as_rules(heart: Heart) -> None:
    slow = {"version": 1, "calendar": "always", "first_response_minutes": 600}
    promises = [{"sla": "fast", "when": {"language": ["de"], "channel": ["webchat"], "weekday": ["mon"]}},
                {"sla": "slow", "when": {"channel": ["webchat"]}}, {"when": {"form": ["press"]}}]  # fmt: skip
    desk = watched(heart, policy(slas=policy_data.dump(policy())["slas"] | {"slow": slow}, promises=promises))
    german, other = await arrived(heart, language="de"), await arrived(heart)
    form = await arrived(heart, channel="form", source="form:press", continues=False)
    await desk.look()
    promised = [[one["sla"] for one in await desk.told(it, "sla_promised")] for it in (german, other, form)]
    assert promised == [["fast"], ["slow"], []]
    assert (await desk.clock(form))["clock"] is None


async def test_whoever_promises_nothing_pays_nothing(heart: Heart) -> None:
    desk = watched(heart, policy(promises=[]))
    await arrived(heart)
    await desk.look(minutes=60)
    assert await heart.pool.fetchval("SELECT count(*) FROM sla_clocks") == 0


# --- ladders ----------------------------------------------------------------------------------------------------------


async def test_a_breach_climbs_the_ladder_of_the_queue_step_by_step(heart: Heart) -> None:
    desk = watched(heart, policy({"ladder": "up"}, ladders=UP))
    it = await arrived(heart)
    await desk.look(minutes=21)
    found = await heart.loaded(it)
    assert (found.priority, found.queue_id, found.state) == (3, "support", "queued")
    assert [(one["reason"], one["step"], one["tell"], one["policy"]) for one in await desk.told(it, "escalated")] == [
        ("sla_breached", 1, ["supervisor"], 1)]
    await desk.look(minutes=240)  # the resolution is late, too
    found = await heart.loaded(it)
    assert (found.priority, found.queue_id, found.queued_at) == (5, "sales", START)
    row = await heart.pool.fetchrow("SELECT ladder, ladder_step FROM interactions WHERE id = $1", it)
    assert row
    assert tuple(row) == ("up", 2)


async def test_a_breach_of_what_somebody_holds_tells_and_takes_nothing_away(heart: Heart) -> None:
    desk, ann = watched(heart, policy({"ladder": "up"}, ladders=UP)), await heart.agent("Ann")
    it = await arrived(heart)
    await heart.accepted(ann)
    await desk.look(minutes=21)
    assert len(await desk.told(it, "sla_breached")) == 1
    assert await desk.told(it, "escalated") == []
    assert await heart.state(it) == "active"


async def test_steps_are_taken_by_themselves_when_nobody_answers(heart: Heart) -> None:
    steps = [{"priority": 1, "after_minutes": 5}, {"queue": "sales", "after_minutes": 10}, {"priority": 1}]
    desk = watched(heart, policy({"ladder": "up"}, promises=[], ladders=[{"id": "up", "steps": steps}]))
    it = await arrived(heart)
    await desk.look()
    await desk.look(minutes=5)
    assert (await heart.loaded(it)).queue_id == "support"
    await desk.look(minutes=9)
    assert (await heart.loaded(it)).queue_id == "support"
    await desk.look(minutes=1)
    assert (await heart.loaded(it)).queue_id == "sales"
    await desk.look(minutes=600)
    assert [one["step"] for one in await desk.told(it, "escalated")] == [1, 2]


async def test_a_step_asks_other_agents_than_the_rule_did(heart: Heart) -> None:
    steps = [{"require": "german >= 3", "priority": 1}]
    desk = watched(heart, policy({"ladder": "up"}, ladders=[{"id": "up", "steps": steps}]))
    it, fresh = await arrived(heart), await arrived(heart)
    rule = {"queue": "support", "require": "german", "prefer": ["german"], "priority": 0,
            "sticky": {"to": "owner", "seconds": 60}, "rings": [{"after_seconds": 60}]}  # fmt: skip
    await heart.pool.execute("UPDATE interactions SET placement = $2 WHERE id = $1", it, json.dumps(rule))
    await heart.agent("Ann")
    await heart.dispatch.step()  # one of them rings
    await desk.look(minutes=21)
    rows = {row["id"]: json.loads(row["placement"]) for row in await heart.pool.fetch(
        "SELECT id, placement FROM interactions")}
    assert rows == {
        it: {"queue": "support", "require": "german >= 3", "prefer": ["german"], "priority": 0},
        fresh: {"queue": "support", "require": "german >= 3"},
    }
    assert [await heart.state(one) for one in (it, fresh)] == ["queued", "queued"]  # the offer was taken back
    assert (await desk.told(it, "escalated"))[0]["require"] == "german >= 3"
    line = await policies_store.waiting(heart.pool, heart.clock())
    assert [one.placement for one in line] == [None, None]  # nor does another policy place them anew


async def test_an_agent_escalates_by_hand_and_lets_go(heart: Heart) -> None:
    desk, ann, ben = watched(heart, policy({"ladder": "up"}, ladders=UP)), await heart.agent("Ann"), None
    ben = await heart.agent("Ben", ready=False)
    ladders = Ladders(heart.journal, desk.shelf.current)
    it = await arrived(heart)
    await heart.accepted(ann)
    with pytest.raises(NotYours):
        await ladders.escalate(ben, it, Escalate(reason="not mine"))
    await ladders.escalate(ann, it, Escalate(reason="needs an expert"))
    found = await heart.loaded(it)
    assert (found.state, found.priority, found.agent_id) == ("queued", 3, None)
    assert [one["reason"] for one in await desk.told(it, "escalated")] == ["needs an expert"]
    sue = await heart.agent("Sue", "supervisor", ready=False)
    await ladders.escalate(sue, it, Escalate(reason="again"))
    await ladders.escalate(sue, it, Escalate(reason="and again"))
    with pytest.raises(WrongState) as caught:
        await ladders.escalate(sue, it, Escalate(reason="there is no more"))
    assert caught.value.code == "no_step"
    assert (await heart.loaded(it)).queue_id == "sales"


# --- exits ------------------------------------------------------------------------------------------------------------


async def test_who_comes_to_a_closed_queue_goes_on_with_age_and_priority(heart: Heart) -> None:
    closed = {"calendar": "office", "overflow": {"closed": {"to": "queue", "queue": "sales"}}}
    desk = watched(heart, policy(closed, promises=[]))
    it = await arrived(heart)  # nine o'clock sharp
    await desk.look(minutes=600)  # it stays, though the queue has closed meanwhile
    assert await desk.told(it, "overflowed") == []
    late = await arrived(heart)
    came = heart.clock()
    await desk.look(minutes=1)
    await desk.look(minutes=1)
    assert await desk.told(late, "overflowed") == [
        {"reason": "closed", "from": "support", "to": "sales", "exit": "queue", "policy": 1}]
    found = await heart.loaded(late)
    assert (found.queue_id, found.queued_at) == ("sales", came)


async def test_what_came_last_to_a_full_queue_goes_on_whoever_counts(heart: Heart) -> None:
    full = {"overflow": {"max_length": {"items": 3, "to": "queue", "queue": "sales"}}}
    desk = watched(heart, policy(full, promises=[]))
    for _ in range(4):
        desk.another()
    items = [await arrived(heart) for _ in range(8)]
    await store.look_at_all(heart.pool, heart.clock(), 1)

    async def work(one: Escalation) -> None:
        while await one._one(*desk.shelf.current(), None):
            pass

    await asyncio.gather(*map(work, desk.loops))
    found = [(await heart.loaded(it)).queue_id for it in items]
    assert (found.count("support"), found.count("sales")) == (3, 5)


async def test_who_has_waited_too_long_and_was_refused_too_often_leaves_once(heart: Heart) -> None:
    more = {"overflow": {"max_wait": {"minutes": 30, "to": "queue", "queue": "sales"},
                         "refused": {"times": 2, "to": "escalate"}}, "ladder": "up"}  # fmt: skip
    desk = watched(heart, policy(more, promises=[], ladders=UP))
    it = await arrived(heart)
    for name in ("Ann", "Ben"):
        agent = await heart.agent(name)
        await heart.offered(agent)
        heart.clock.advance(21)
        await heart.timers.step()
    await desk.look()
    assert [one["reason"] for one in await desk.told(it, "escalated")] == ["refused"]
    assert await heart.pool.fetchval("SELECT refused FROM interactions WHERE id = $1", it) == 2
    await desk.look(minutes=30)
    await desk.look(minutes=30)
    assert [one["reason"] for one in await desk.told(it, "overflowed")] == ["refused", "max_wait"]
    assert (await heart.loaded(it)).queue_id == "sales"


async def test_nobody_is_logged_in(heart: Heart) -> None:
    alone = {"overflow": {"nobody_logged_in": {"to": "queue", "queue": "sales"}}}
    desk, ann = watched(heart, policy(alone, promises=[])), await heart.agent("Ann", capacity=0)
    it = await arrived(heart)
    await desk.look(minutes=5)
    assert (await heart.loaded(it)).queue_id == "support"
    await heart.presence.closed(f"socket-{ann.name}")
    await desk.look(seconds=29)  # a console that reloads
    assert (await heart.loaded(it)).queue_id == "support"
    fresh = desk.another()
    fresh._began = heart.clock()
    heart.clock.advance(5)
    await fresh.step()  # a hub that has just begun: the consoles are on their way back
    assert (await heart.loaded(it)).queue_id == "support"
    await desk.look(seconds=1)
    assert (await heart.loaded(it)).queue_id == "sales"


@pytest.mark.parametrize(("language", "words"), [("en", "Your message is kept"), ("zh-Hans", "已保存")])
async def test_a_visitor_is_told_that_his_message_is_kept_and_that_is_no_answer(
    heart: Heart, language: str, words: str
) -> None:
    told = {"calendar": "office", "overflow": {"closed": {"to": "message"}}}
    heart.clock.now = START - timedelta(hours=1)
    desk = watched(heart, policy(told))
    it = await arrived(heart, language=language)
    await desk.look()
    await desk.look(minutes=1)
    await heart.deliver.step()
    assert [words in one.text for one in heart.post.sent] == [True]
    assert await heart.state(it) == "queued"
    assert (await desk.clock(it))["clock"] == "first_response"


async def test_what_a_channel_does_not_offer_waits_on_and_says_so(heart: Heart) -> None:
    call = {"overflow": {"max_wait": {"minutes": 1, "to": "callback"}}}
    desk = watched(heart, policy(call, promises=[]))
    it = await arrived(heart)
    await desk.look(minutes=2)
    assert [(one["exit"], one["offered"]) for one in await desk.told(it, "overflowed")] == [("callback", False)]
    assert await heart.state(it) == "queued"


async def test_queues_that_send_to_one_another_end(heart: Heart) -> None:
    both = [{"id": "support", "overflow": {"max_wait": {"minutes": 1, "to": "queue", "queue": "sales"}}},
            {"id": "sales", "overflow": {"max_wait": {"minutes": 1, "to": "queue", "queue": "support"}}}]  # fmt: skip
    made = policy(promises=[])
    desk = watched(heart, load(dump(made) | {"queues": both}))
    it = await arrived(heart)
    for _ in range(6):
        await desk.look(minutes=2)
    assert [one["to"] for one in await desk.told(it, "overflowed")] == ["sales", "support"]


# --- holders ----------------------------------------------------------------------------------------------------------


async def test_who_does_not_answer_loses_the_customer_and_stays_preferred(heart: Heart) -> None:
    desk, ann = watched(heart, policy({"unanswered_minutes": 5}, promises=[])), await heart.agent("Ann")
    visitor = heart.inbound().addresses
    it = await arrived(heart, addresses=visitor)
    await heart.accepted(ann)
    await desk.look(minutes=4)
    await say(heart, ann, it)
    await desk.look(minutes=60)
    assert await heart.state(it) == "active"  # nobody waits
    asked = heart.clock()
    await arrived(heart, addresses=visitor)
    await desk.look(minutes=4)
    assert await heart.state(it) == "active"
    await desk.look(minutes=1)
    found = await heart.loaded(it)
    assert (found.state, found.preferred_agent_id, found.queued_at) == ("queued", ann.id, asked)
    assert await desk.told(it, "requeued") == [
        {"reason": "unanswered", "from": "support", "to": "support", "agent": str(ann.id), "minutes": 5, "policy": 1}]


async def test_minutes_without_an_answer_are_open_time(heart: Heart) -> None:
    more = {"unanswered_minutes": 30, "calendar": "office"}
    desk, ann = watched(heart, policy(more, promises=[])), await heart.agent("Ann")
    heart.clock.now = START + timedelta(hours=7, minutes=50)  # ten minutes before the end
    it = await arrived(heart)
    await heart.accepted(ann)
    await desk.look(minutes=60)
    assert await heart.state(it) == "active"
    heart.clock.now = START + timedelta(days=1, minutes=20)
    await desk.look()
    assert await heart.state(it) == "queued"


async def test_versions_are_read_where_they_were_published(heart: Heart) -> None:
    for version, document in ((1, dump(policy())), (2, {"format": 99})):
        await heart.pool.execute(
            "INSERT INTO policies (version, document, digest, published_at) VALUES ($1, $2, '', $3)",
            version, json.dumps(document), heart.clock())
    versions = Versions()
    async with heart.pool.acquire() as conn:
        assert await versions.at(conn, 1) == policy()
        assert [await versions.at(conn, gone) for gone in (2, 3)] == [None, None]
