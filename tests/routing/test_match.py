"""One pass, by example."""

from typing import Any

import pytest

from routing.capacity import Room
from routing.match import match
from routing.model import Candidate, Held, Plan, Policy, Reason, Work
from tests.routing.samples import CHAT, NOW, after, agent, ago, call, needs, pairs, uid, work

POLICY = Policy(priority_minutes=5, hold_back_minutes=10)


def plan(items: list[Work], staff: list[Candidate], policy: Policy = POLICY) -> Plan:
    return match(items, staff, policy, NOW)


def test_nothing_to_do() -> None:
    assert plan([], [agent(1)]) == Plan((), ())
    assert plan([work(1)], []).matches == ()


def test_the_oldest_goes_to_the_longest_idle() -> None:
    staff = [agent(1, idle=1), agent(2, idle=2)]
    assert pairs(plan([work(1, 3), work(2, 9)], staff)) == [(2, 2), (1, 1)]


def test_the_preferred_agent_comes_before_the_longest_idle() -> None:
    result = plan([work(1, preferred_agent=uid(1_001))], [agent(1, idle=1), agent(2, idle=2)])
    assert pairs(result) == [(1, 1)]
    assert Reason("preferred_agent", {"as": "named"}) in result.matches[0].reasons


@pytest.mark.parametrize(
    "preferred", [agent(1, routable=False), agent(1, load=(CHAT, CHAT, CHAT)), agent(1, capacity=0)]
)
def test_a_preferred_agent_who_cannot_is_passed_over_at_once(preferred: Candidate) -> None:
    assert pairs(plan([work(1, preferred_agent=preferred.id)], [preferred, agent(2)])) == [(1, 2)]


def test_a_preferred_agent_nobody_knows_is_no_obstacle() -> None:
    assert pairs(plan([work(1, preferred_agent=uid(5))], [agent(1)])) == [(1, 1)]


def test_who_holds_nothing_comes_before_who_has_been_idle_longer_with_a_chat() -> None:
    assert pairs(plan([work(1)], [agent(1, idle=60, load=(CHAT,)), agent(2, idle=1)])) == [(1, 2)]


def test_one_offer_at_a_time_unless_the_policy_allows_more() -> None:
    items = [work(number, 9 - number) for number in (1, 2, 3, 4)]
    assert pairs(plan(items, [agent(1)])) == [(1, 1)]
    assert pairs(plan(items, [agent(1)], Policy(offers_per_agent=9))) == [(1, 1), (2, 1), (3, 1)]


def test_two_offers_of_one_pass_go_to_two_agents_while_both_are_free() -> None:
    staff = [agent(1, idle=9), agent(2, idle=5)]
    assert pairs(plan([work(1, 2), work(2, 1)], staff, Policy(offers_per_agent=9))) == [(1, 1), (2, 2)]


def test_an_unanswered_offer_blocks_the_next_one() -> None:
    waiting = [work(1)]
    assert plan(waiting, [agent(1, load=(Held("webchat", 30, offered=True),))]).matches == ()


def test_an_item_nobody_can_take_blocks_nobody() -> None:
    assert pairs(plan([work(1, 9, placement=needs("latin")), work(2)], [agent(1)])) == [(2, 1)]


def test_an_excluded_agent_is_passed_over_and_still_gets_the_next() -> None:
    staff = [agent(1, idle=9), agent(2)]
    items = [work(1, 5, excluded_agents=frozenset({uid(1_001)})), work(2, 4)]
    assert pairs(plan(items, staff)) == [(1, 2), (2, 1)]


def test_a_call_is_held_alone() -> None:
    roomy = agent(1, capacity=200, load=(CHAT,))
    assert plan([call(1)], [roomy]).matches == ()
    both = [call(1, 5), work(2, 4)]
    assert pairs(plan(both, [agent(1, capacity=200)], Policy(offers_per_agent=9))) == [(1, 1)]


def test_small_items_do_not_keep_a_call_out_for_ever() -> None:
    staff = [agent(1, load=(CHAT,)), agent(2, load=(CHAT, CHAT))]
    early = plan([call(1, 9), work(2, 1)], staff)
    assert pairs(early) == [(2, 1)]
    late = plan([call(1, 10), work(2, 1)], staff)
    assert pairs(late) == [(2, 2)]
    assert late.skips[0].reasons[0] == Reason("place_kept", {"agents": 1})


def test_an_agent_kept_for_one_item_still_takes_what_ranks_before_it() -> None:
    staff = [agent(1, load=(CHAT,))]
    assert pairs(plan([work(2, 11), call(1, 10)], staff)) == [(2, 1)]


def test_who_waits_behind_a_kept_agent_is_told_so() -> None:
    result = plan([call(1, 10), work(2, 1)], [agent(1, load=(CHAT,))])
    assert result.skips[1].reasons == (Reason("held_for_older", {"agents": 1, "minutes": 9}),)


def minute_of_the_call(policy: Policy) -> int | None:
    """When a call is offered on a floor of two that gets two chats of 5 minutes each minute, for an hour."""
    held = {1: [3], 2: [4]}  # agent -> minutes in which his chats end
    waiting = [call(1, 0)]
    for minute in range(1, 60):
        held = {number: [end for end in ends if end > minute] for number, ends in held.items()}
        waiting += [work(minute * 10 + extra, -minute) for extra in (1, 2)]
        floor = [agent(number, load=(CHAT,) * len(ends)) for number, ends in held.items()]
        result = match(waiting, floor, policy, ago(-minute))
        if any(found.work.exclusive for found in result.matches):
            return minute
        for _, number in pairs(result):
            held[number].append(minute + 5)
        waiting = [skip.work for skip in result.skips]
    return None


def test_a_call_gets_its_turn_on_a_floor_that_never_runs_dry() -> None:
    """I5: after the limit, one agent finishes what he holds and takes the call; without it, never."""
    assert minute_of_the_call(Policy(hold_back_minutes=10)) in range(10, 16)
    assert minute_of_the_call(Policy(hold_back_minutes=10**6)) is None


def test_items_of_one_size_are_told_apart_by_being_exclusive() -> None:
    items = [work(1, 5, units=40, exclusive=True), work(2, 1, units=40)]
    assert pairs(plan(items, [agent(1, load=(CHAT,))])) == [(2, 1)]


def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="work listed more than once"):
        plan([work(1), work(1, 5)], [agent(1)])
    with pytest.raises(ValueError, match="agent listed more than once"):
        plan([work(1)], [agent(1), agent(1)])


def test_work_of_no_weight_fits_beside_a_full_load() -> None:
    assert pairs(plan([work(1, units=0)], [agent(1, load=(Held("mail", 100),))])) == [(1, 1)]


def test_a_second_pass_after_the_offers_gives_nothing_twice() -> None:
    items, staff = [work(1, 2), work(2, 1)], [agent(1)]
    first = plan(items, staff)
    assert plan([skip.work for skip in first.skips], after(staff, first)).matches == ()


def test_many_waiting_items_are_not_compared_with_every_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    """10 000 x 200 in well under a look at each pair: counted, not timed."""
    looks = 0
    look = Room.conflict

    def counted(room: Room, item: Work) -> str | None:
        nonlocal looks
        looks += 1
        return look(room, item)

    monkeypatch.setattr(Room, "conflict", counted)
    items = [work(number, number % 50, units=20 + number % 3) for number in range(1, 10_001)]
    result = plan(items, [agent(number, idle=number) for number in range(1, 201)])
    assert len(result.matches) == 200
    assert len(result.skips) == 9_800
    assert looks < 200 * 40


# --- one agent before all others -------------------------------------------------------------------------

BUSY = (Held("webchat", 80),)


def test_while_the_preferred_agent_is_here_but_busy_nobody_else_is_asked() -> None:
    item = work(1, 2, preferred_agent=uid(1_001), preferred_until=ago(-3))
    assert pairs(plan([item], [agent(1), agent(2)])) == [(1, 1)]
    (skip,) = plan([item], [agent(1, load=BUSY), agent(2)]).skips
    assert skip.reasons[0] == Reason("held_for_preferred", {"agents": 1, "seconds": 180})


@pytest.mark.parametrize(
    "away",
    [
        {"routable": False, "not_routable_reason": "break"},
        {"queues": frozenset({"sales"})},
        {"limits": {"webchat": 0}},
        {"capacity": 10},
    ],
)
def test_an_agent_who_cannot_come_is_not_waited_for(away: dict[str, Any]) -> None:
    item = work(1, 2, preferred_agent=uid(1_001), preferred_until=ago(-3))
    assert pairs(plan([item], [agent(1, **away), agent(2)])) == [(1, 2)]


def test_nobody_waits_for_the_preferred_agent_beyond_the_limit() -> None:
    item = work(1, 2, preferred_agent=uid(1_001), preferred_until=NOW)
    assert pairs(plan([item], [agent(1, load=BUSY), agent(2)])) == [(1, 2)]


# --- deadlines and the newest first ----------------------------------------------------------------------


def test_what_is_due_sooner_goes_first() -> None:
    letter, chat = work(1, 30, channel="email", target_minutes=60), work(2, 5, target_minutes=1)
    assert pairs(plan([letter, chat], [agent(1)])) == [(2, 1)]
    late_letter = work(1, 70, channel="email", target_minutes=60)
    assert pairs(plan([late_letter, chat], [agent(1)])) == [(1, 1)]


def test_the_newest_goes_first_where_a_queue_says_so_until_one_is_late() -> None:
    policy = Policy(newest_first=frozenset({"help"}))
    leads = [work(number, 10 - number, target_minutes=20) for number in (1, 2, 3)]
    assert [item.work.id.int for item in match(leads, [agent(n) for n in (1, 2, 3)], policy, NOW).matches] == [3, 2, 1]
    overdue = work(4, 21, target_minutes=20)
    found = match([*leads, overdue], [agent(1), agent(2)], policy, NOW).matches
    assert [item.work.id.int for item in found] == [4, 3]
    assert found[1].reasons[0].code == "newest"


def test_priority_counts_among_the_newest() -> None:
    policy = Policy(newest_first=frozenset({"help"}))
    leads = [work(1, 9, target_minutes=20, priority=1), work(2, 1, target_minutes=20)]
    assert match(leads, [agent(1)], policy, NOW).matches[0].work.id.int == 1


def test_the_newest_take_turns_with_other_queues_by_what_is_due() -> None:
    policy = Policy(newest_first=frozenset({"help"}))
    both = frozenset({"help", "sales"})
    items = [
        work(1, 9, target_minutes=20), work(2, 8, target_minutes=20, queue="sales"), work(3, 7, target_minutes=20)
    ]
    found = match(items, [agent(n, queues=both) for n in (1, 2, 3)], policy, NOW).matches
    assert [item.work.id.int for item in found] == [3, 2, 1]


def test_a_call_comes_on_top_of_mail_but_an_idle_agent_is_asked_first() -> None:
    writing = agent(1, idle=60, load=(Held("email", 60, interruptible=True),))
    assert pairs(plan([call(1)], [writing])) == [(1, 1)]
    assert pairs(plan([call(1)], [writing, agent(2)])) == [(1, 2)]


def at_once(result: Plan) -> list[tuple[int, list[int]]]:
    """Items with the agents at whom each rings, in the order in which they were chosen."""
    return [(one.work.id.int, [agent.id.int - 1_000 for agent in (one.agent, *one.beside)]) for one in result.matches]


def test_one_that_may_ring_at_several_takes_the_best_of_the_room_that_all_others_left() -> None:
    staff = [agent(1, idle=9), agent(2, idle=5), agent(3, idle=3), agent(4, idle=1), agent(5, routable=False)]
    assert at_once(plan([work(1, 9, offer_to=3), work(2, 1)], staff)) == [(1, [1, 3, 4]), (2, [2])]
    assert at_once(plan([work(1, 9, offer_to=20)], staff)) == [(1, [1, 2, 3, 4])]


def test_it_rings_once_at_each_and_never_at_whom_it_excludes_or_who_lacks_the_skill() -> None:
    staff = [agent(1, idle=9), agent(2, idle=5), agent(3, idle=3, skills={})]
    several = Policy(offers_per_agent=9)
    assert at_once(plan([work(1, offer_to=5)], staff, several)) == [(1, [1, 2, 3])]
    item = work(1, offer_to=5, excluded_agents=frozenset({uid(1_001)}))
    assert at_once(plan([item], staff, several)) == [(1, [2, 3])]


def test_what_is_somebodys_rings_at_him_alone() -> None:
    item = work(1, offer_to=3, preferred_agent=uid(1_002))
    assert at_once(plan([item], [agent(1), agent(2), agent(3)])) == [(1, [2])]
