"""The reasons are true, and they are the ones that the decision was made by."""

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from hypothesis import given

from routing.explain import why_waiting
from routing.match import match
from routing.model import Candidate, Policy, Reason, ReasonCode, Work
from routing.policy import Policy as Document
from routing.policy import QueueRouting
from routing.standing import behind, outside_hours
from tests.routing.calendars import calendar
from tests.routing.samples import (
    CALL,
    CHAT,
    NOW,
    after,
    agent,
    ago,
    call,
    floors,
    in_order,
    minutes,
    needs,
    patient,
    suits,
    turns,
    uid,
    work,
)

POLICY = Policy()
Floor = tuple[list[Work], list[Candidate], Policy]


NOT_COUNTED = ("place_kept", "held_for_preferred", "ring", "refused")


def codes(reasons: tuple[Reason, ...]) -> list[ReasonCode]:
    return [reason.code for reason in reasons]


def test_obstacles_are_counted_nearest_first() -> None:
    staff = [
        agent(1, queues=frozenset({"sales"})),
        agent(2, skills={"french": 1}),
        agent(3),
        agent(4, skills={"french": 3}, load=(CALL,)),
        agent(5, skills={"french": 2}, routable=False, not_routable_reason="lunch"),
        agent(6, skills={"french": 2}, routable=False, not_routable_reason="missed"),
        agent(7, skills={"french": 2}, load=(CHAT, CHAT, CHAT)),
        agent(8, skills={"french": 2}, load=(replace(CHAT, offered=True),)),
        agent(9, skills={"french": 2}, capacity=10),
        agent(10, skills={"french": 2}),
    ]
    item = work(1, placement=needs("french >= 2"), excluded_agents=frozenset({uid(1_010)}))
    assert why_waiting(item, staff, POLICY, NOW) == (
        Reason("offer_open", {"agents": 1}),
        Reason("busy", {"agents": 1}),
        Reason("exclusive_conflict", {"agents": 1}),
        Reason("not_routable", {"reason": "lunch", "agents": 1}),
        Reason("not_routable", {"reason": "missed", "agents": 1}),
        Reason("over_capacity", {"agents": 1}),
        Reason("excluded", {"agents": 1}),
        Reason("skill_missing", {"test": "french >= 2", "skill": "french", "agents": 2}),
        Reason("not_in_queue", {"agents": 1}),
    )


def test_nobody_at_all() -> None:
    assert why_waiting(work(1), [], POLICY, NOW) == (Reason("no_agents", {"agents": 0}),)


def test_an_agent_who_could_take_it_is_said_to_be_free() -> None:
    assert why_waiting(work(1, 60), [agent(1)], POLICY, NOW) == (Reason("agent_free", {"agents": 1}),)


def test_a_place_is_kept_once_it_has_waited_too_long() -> None:
    staff = [agent(1, load=(CHAT,))]
    assert codes(why_waiting(call(1, 9), staff, POLICY, NOW)) == ["exclusive_conflict"]
    assert codes(why_waiting(call(1, 10), staff, POLICY, NOW)) == ["place_kept", "exclusive_conflict"]


def test_no_place_is_kept_where_nobody_suits() -> None:
    assert codes(why_waiting(call(1, 10), [agent(1, capacity=10)], POLICY, NOW)) == ["over_capacity"]


def test_the_reasons_of_an_offer() -> None:
    items = [work(1, 4), work(2, 3, priority=1), work(3, 2)]
    staff = [agent(1, idle=7), agent(2, idle=5), agent(3, load=(CHAT,))]
    raised, oldest, last = match(items, staff, POLICY, NOW).matches
    assert raised.reasons == (
        Reason("priority", {"priority": 1, "minutes": 5}),
        Reason("waited", {"seconds": 180}),
        Reason("longest_idle", {"seconds": 420, "longer_seconds": 120}),
    )
    assert oldest.reasons == (
        Reason("longest_wait", {"seconds": 240}), Reason("least_loaded", {"used": 0, "percent": 0, "next": 30}))
    assert last.reasons == (Reason("waited", {"seconds": 120}), Reason("only_candidate"))


def test_only_candidate_and_skills() -> None:
    item = work(1, 4, placement=needs("french >= 2 and tax"))
    expert = agent(1, skills={"french": 3, "tax": 1})
    (only,) = match([item], [expert, agent(2)], POLICY, NOW).matches
    assert only.reasons == (
        Reason("longest_wait", {"seconds": 240}),
        Reason("only_candidate"),
        Reason("skill_match", {"test": "french >= 2", "skill": "french", "level": 3}),
        Reason("skill_match", {"test": "tax", "skill": "tax", "level": 1}),
    )


@given(floors())
@patient
def test_explain_agrees_with_match_on_one_item(floor: Floor) -> None:
    items, staff, policy = floor
    for item in items:
        plan = match([item], staff, policy, NOW)
        reasons = why_waiting(item, staff, policy, NOW)
        assert ("agent_free" in codes(reasons) and "held_for_preferred" not in codes(reasons)) == bool(plan.matches)
        assert not plan.skips or plan.skips[0].reasons == reasons


@given(floors())
@patient
def test_every_skip_counts_every_agent_by_what_is_true_after_the_pass(floor: Floor) -> None:
    """Nobody is said to be free, and apart from agents kept for or lost to others it is what why_waiting says then."""
    items, staff, policy = floor
    plan = match(items, staff, policy, NOW)
    later = after(staff, plan)
    for skip in plan.skips:
        counted = [reason for reason in skip.reasons if reason.code not in NOT_COUNTED]
        assert sum(int(reason.data["agents"]) for reason in counted) == len(staff)
        assert "agent_free" not in codes(skip.reasons) or skip.reasons[0].code == "held_for_preferred"
        expected = Counter[Told]()
        for reason in why_waiting(skip.work, later, policy, NOW):
            if reason.code not in NOT_COUNTED:
                expected[alone(reason)] += int(reason.data["agents"])
        for reason in counted:
            if reason.code != "lower_score":
                expected[alone(reason)] -= int(reason.data["agents"])
        lost = sum(int(reason.data["agents"]) for reason in counted if reason.code == "lower_score")
        assert min(expected.values(), default=0) >= 0
        assert expected.total() == lost
        assert {one.code for one, left in expected.items() if left} <= {
            "offer_open", "busy", "channel_limit", "exclusive_conflict"}


def test_who_is_passed_over_is_told_by_how_much() -> None:
    """Of three agents one does not suit, one is lost to priority by four minutes, and one by one to age."""
    items = [work(1, 3, priority=2), work(2, 10), work(3, 9), work(4, 1)]
    staff = [agent(1), agent(2), agent(3, queues=frozenset({"sales"}))]
    third, last = match(items, staff, POLICY, NOW).skips
    assert third.reasons == (Reason("lower_score", {"minutes": 1, "agents": 2}), Reason("not_in_queue", {"agents": 1}))
    assert last.reasons[0] == Reason("lower_score", {"minutes": 9, "agents": 2})


def test_an_agent_lost_to_an_item_that_he_has_room_for_beside_another_is_not_lost() -> None:
    policy = Policy(offers_per_agent=9)
    (skip,) = match([work(1, 9, units=30), work(2, 5, units=40), work(3, 1, units=40)], [agent(1)], policy, NOW).skips
    assert skip.reasons == (Reason("lower_score", {"minutes": 4, "agents": 1}),)


def test_where_the_newest_goes_first_older_ones_are_told_so() -> None:
    policy = Policy(newest_first=frozenset({"help"}))
    items = [work(1, 9, target_minutes=20), work(2, 4, target_minutes=20)]
    (skip,) = match(items, [agent(1)], policy, NOW).skips
    assert (skip.work.id, skip.reasons) == (
        uid(1), (Reason("lower_score", {"minutes": 5, "agents": 1, "newest": 1}),))


@given(floors())
@patient
def test_who_goes_first_for_the_same_agents_is_counted(floor: Floor) -> None:
    items, staff, policy = floor
    turn = turns(items, policy)
    for item in items:
        waiting = in_order(items, policy)
        first = [other for other in waiting[: waiting.index(item)]
                 if any(suits(item, one) and suits(other, one) for one in staff)]
        reasons = behind(item, [other for other in items if other is not item], staff, policy, NOW)
        if not first:
            assert reasons == ()
            continue
        nearest, most = (minutes(turn[item.id] - turn[other.id]) for other in (first[-1], first[0]))
        assert reasons == (Reason("behind", {"items": len(first), "minutes": nearest, "most": most}),)


def test_a_closed_queue_says_when_it_opens() -> None:
    document = Document((QueueRouting("help", calendar="night"), QueueRouting("sales")), calendars={
        "night": calendar(week={"mon": ["22:00-23:00"]})})
    assert outside_hours("help", document, NOW) == (Reason("outside_hours", {"seconds": 36_000}),)
    assert outside_hours("help", document, ago(-605)) == () == outside_hours("sales", document, NOW)


class Told(NamedTuple):
    code: ReasonCode
    data: tuple[tuple[str, str | int | float], ...]


def alone(reason: Reason) -> Told:
    """To why_waiting, which looks at one item alone, an agent kept for another item is free."""
    data = {name: value for name, value in reason.data.items() if name not in ("agents", "minutes")}
    return Told("agent_free" if reason.code == "held_for_older" else reason.code, tuple(data.items()))
