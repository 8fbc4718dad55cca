"""What holds for every floor."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.expression import holds
from routing.expression_parse import parse
from routing.match import match
from routing.model import Candidate, Plan, Policy, Work
from tests.routing.samples import (
    NOW,
    after,
    agrees,
    brute_force,
    floors,
    in_order,
    in_time,
    may_take,
    patient,
    says,
    suits,
    told,
)

Floor = tuple[list[Work], list[Candidate], Policy]


def decide(floor: Floor) -> Plan:
    items, staff, policy = floor
    return match(items, staff, policy, NOW)


@given(floors())
@settings(patient, max_examples=400)
def test_equals_the_brute_force_oracle(floor: Floor) -> None:
    plan, opinion = decide(floor), brute_force(*floor)
    assert {found.work.id: found.agent.id for found in plan.matches} == opinion.matched
    kept = {skip.work.id for skip in plan.skips if skip.reasons[0].code == "place_kept"}
    assert kept == set(opinion.kept_for)
    assert all(says(found.reasons, opinion.why[found.work.id]) for found in plan.matches)


@given(floors())
@settings(patient, max_examples=300)
def test_what_is_said_of_every_waiting_item_equals_the_oracle(floor: Floor) -> None:
    """Each agent once, by what stands in his way after the pass; of the skills, a test that he does not meet."""
    plan, opinion = decide(floor), brute_force(*floor)
    for skip in plan.skips:
        expected = told(skip.work, floor[0], floor[1], plan, floor[2], opinion.kept_for)
        assert agrees(skip.reasons, expected)
        lacking = [parse(str(reason.data["test"])) for reason in skip.reasons if reason.code == "skill_missing"]
        unskilled = [one for one in floor[1] if expected.ways.get(one.id) == "skill_missing"]
        assert all(any(not holds(test, one.skills) for test in lacking) for one in unskilled)


@given(floors())
@patient
def test_every_item_is_matched_or_skipped_once(floor: Floor) -> None:
    plan = decide(floor)
    decided = [found.work.id for found in plan.matches] + [skip.work.id for skip in plan.skips]
    assert sorted(decided) == sorted(item.id for item in floor[0])


@given(floors())
@patient
def test_never_over_capacity(floor: Floor) -> None:
    """I4: units within capacity, calls alone, no more open offers than allowed."""
    plan, policy = decide(floor), floor[2]
    given_work = {found.agent.id for found in plan.matches}
    for one in after(floor[1], plan):
        if one.id in given_work:
            call = any(held.exclusive for held in one.load)
            working = [held for held in one.load if not (call and held.interruptible)]
            assert sum(held.units for held in working) <= one.capacity
            assert len(working) == 1 or not call
            channels = Counter(held.channel for held in one.load)
            assert all(channels[found.work.channel] <= one.limits.get(found.work.channel, 99) for found in plan.matches
                       if found.agent.id == one.id)
            assert sum(held.offered for held in one.load) <= policy.offers_per_agent


@given(floors())
@patient
def test_never_an_unskilled_excluded_absent_or_foreign_agent(floor: Floor) -> None:
    assert all(suits(found.work, found.agent) for found in decide(floor).matches)


def left_out(plan: Plan) -> Iterator[tuple[Work, Work]]:
    """(offered, left out though the same agent suits and its size is the same, whoever comes first)."""
    for found in plan.matches:
        for skip in plan.skips:
            same_size = (skip.work.units, skip.work.exclusive) == (found.work.units, found.work.exclusive)
            waits = skip.reasons[0].code == "held_for_preferred"
            if same_size and not waits and suits(skip.work, found.agent):
                yield found.work, skip.work


@given(floors())
@settings(patient, max_examples=300)
def test_no_later_item_goes_to_an_agent_who_could_have_taken_an_earlier_one(floor: Floor) -> None:
    """I5: of two items of one size, the earlier is not left out while the later is offered."""
    order = in_order(floor[0], floor[2])
    for offered, left in left_out(decide(floor)):
        assert order.index(offered) < order.index(left)


@given(floors())
@settings(patient, max_examples=300)
def test_overtaking_is_bounded_by_priority_and_target(floor: Floor) -> None:
    """I5: an agent given an item leaves out nobody who has waited longer than head start and targets allow."""
    policy = floor[2]
    for offered, left in left_out(decide(floor)):
        if any(item.queue in policy.newest_first and in_time(item) for item in (offered, left)):
            continue  # the newest goes in the place of an older one, whose bound begins when it is late
        longer = (offered.queued_at - left.queued_at).total_seconds() / 60
        head_start = (offered.priority - left.priority) * policy.priority_minutes
        assert longer <= max(0, head_start + left.target_minutes - offered.target_minutes)


@given(floors())
@patient
def test_no_agent_is_left_idle_who_could_take_something(floor: Floor) -> None:
    items, staff, policy = floor
    plan = match(items, staff, Policy(policy.priority_minutes, 10**6, policy.offers_per_agent), NOW)
    later = after(staff, plan)
    asked = [skip.work for skip in plan.skips if skip.reasons[0].code != "held_for_preferred"]
    assert not any(may_take(item, one, policy) for item in asked for one in later)


@given(floors(), st.randoms(use_true_random=False))
@patient
def test_the_order_of_the_arguments_does_not_matter(floor: Floor, random: Random) -> None:
    items, staff, policy = floor
    plan = decide(floor)
    random.shuffle(items)
    random.shuffle(staff)
    assert match(items, staff, policy, NOW) == plan


@given(floors())
@settings(patient, max_examples=50)
def test_a_floor_where_offers_are_accepted_and_finished_serves_everybody(floor: Floor) -> None:
    """I5: pass after pass, with all work ended between passes, only items that suit nobody remain."""
    items, staff, policy = floor
    idle = [replace(one, load=()) for one in staff]
    waiting: dict[UUID, Work] = {item.id: item for item in items}
    served: Counter[UUID] = Counter()
    for _ in items:
        for found in match(list(waiting.values()), idle, policy, NOW).matches:
            served[found.work.id] += 1
            del waiting[found.work.id]
    assert all(count == 1 for count in served.values())
    assert not any(suits(item, one) for item in waiting.values() for one in idle)
