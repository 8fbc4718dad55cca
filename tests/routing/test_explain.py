"""The reasons are true, and they are the ones that the decision was made by."""

from dataclasses import replace

from hypothesis import given

from routing.explain import why_waiting
from routing.match import match
from routing.model import Candidate, Policy, Reason, ReasonCode, Work
from tests.routing.samples import CALL, CHAT, NOW, after, agent, call, floors, needs, patient, uid, work

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
        Reason("longest_idle", {"seconds": 420}),
    )
    assert oldest.reasons == (Reason("longest_wait", {"seconds": 240}), Reason("least_loaded", {"used": 0}))
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
    """Nobody is said to be free, and apart from agents kept for others it is what why_waiting says then."""
    items, staff, policy = floor
    plan = match(items, staff, policy, NOW)
    later = after(staff, plan)
    for skip in plan.skips:
        counted = [reason for reason in skip.reasons if reason.code not in NOT_COUNTED]
        assert sum(int(reason.data["agents"]) for reason in counted) == len(staff)
        assert "agent_free" not in codes(skip.reasons) or skip.reasons[0].code == "held_for_preferred"
        told = why_waiting(skip.work, later, policy, NOW)
        expected = [r for r in told if r.code not in NOT_COUNTED]
        assert [alone(r) for r in counted] == [alone(r) for r in expected]


def alone(reason: Reason) -> Reason:
    """To why_waiting, which looks at one item alone, an agent kept for another item is free."""
    return Reason("agent_free", reason.data) if reason.code == "held_for_older" else reason
